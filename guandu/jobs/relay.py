"""From the outbox to Celery: the only place that speaks to the broker, and the reaper's own clock.

The reaper is called here and not by a task, so that neither a dead broker nor busy workers delay it.
"""

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Q
from kombu import Connection
from kombu.exceptions import KombuError

from guandu.celery import app
from guandu.core import clock
from guandu.jobs import pulse, worker
from guandu.jobs.models import Job, OutboxMessage, RelayLease
from guandu.jobs.queue import DOORBELL
from guandu.jobs.registry import queue_of

logger = logging.getLogger(__name__)

PAUSE = 0.2
RETRY_SECONDS = 1.0
LEASE = timedelta(seconds=10)
RENEW_SECONDS = 3.0
REAP_SECONDS = 5.0
BATCH = 100


class Relay:
    """One of them is active, by a lease; others wait to take over."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
        self.renew_at = self.reap_at = 0.0
        self.broker: Connection | None = None

    def run(self, stopped: Callable[[], bool]) -> None:
        """Send until told to stop. A broker or database that is away is tried again, nothing is lost."""
        while not stopped():
            pulse.show()
            try:
                sent = self.turn()
            except (DatabaseError, InterfaceError) as failure:
                logger.warning("the database does not answer, will try again: %s", failure)
                connection.close()
                self.renew_at = 0.0
                time.sleep(RETRY_SECONDS)
                continue
            if not sent:
                time.sleep(PAUSE)

    def turn(self) -> int:
        """What the active relay does once: reap when it is time, send what waits; the number sent."""
        if not self.hold_lease():
            return 0
        if time.monotonic() >= self.reap_at:
            self.reap_at = time.monotonic() + REAP_SECONDS
            worker.reap()
        return self.send_waiting()

    def hold_lease(self) -> bool:
        """Whether this relay is the active one; asks the database only when its lease grows old."""
        if time.monotonic() < self.renew_at:
            return True
        now = clock.now()
        RelayLease.objects.get_or_create(only=1)
        free = Q(holder=self.name) | Q(until__isnull=True) | Q(until__lt=now)
        held = bool(RelayLease.objects.filter(free).update(holder=self.name, until=now + LEASE))
        self.renew_at = time.monotonic() + RENEW_SECONDS if held else 0.0
        return held

    def release(self) -> None:
        self.renew_at = 0.0
        RelayLease.objects.filter(holder=self.name).update(until=None)

    def send_waiting(self) -> int:
        """Send the oldest unsent messages; the number sent. Stamped after sending: at least once."""
        messages = list(OutboxMessage.objects.filter(sent_at=None).order_by("pk")[:BATCH])
        if not messages:
            return 0
        numbers = {message.payload.get("job") for message in messages}
        kinds = dict(Job.objects.filter(pk__in=numbers).values_list("pk", "kind"))
        sent = 0
        for message in messages:
            if not self._send(message, kinds):
                break
            OutboxMessage.objects.filter(pk=message.pk).update(sent_at=clock.now())
            sent += 1
        return sent

    def _send(self, message: OutboxMessage, kinds: dict[int, str]) -> bool:
        if message.topic != DOORBELL:
            logger.error("outbox message %s has unknown topic %s", message.pk, message.topic)
            return True
        number = message.payload["job"]
        if self.broker is None:
            self.broker = app.connection_for_write(transport_options=settings.RELAY_TRANSPORT_OPTIONS)
        try:
            queue = queue_of(kinds.get(number, ""))
            app.send_task(
                "guandu.jobs.tasks.run_job", args=[number], queue=queue, retry=False, connection=self.broker
            )
        except (KombuError, OSError, *self.broker.connection_errors, *self.broker.channel_errors) as failure:
            # A full broker refuses as a channel error, a silent one by a time-out.
            logger.warning("broker does not answer, will try again: %s", failure)
            self._hang_up()
            time.sleep(RETRY_SECONDS)
            return False
        return True

    def _hang_up(self) -> None:
        broker, self.broker = self.broker, None
        broker.release()
