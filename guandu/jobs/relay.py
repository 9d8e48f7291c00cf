"""From the outbox to Celery: the only place that speaks to the broker."""

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q
from kombu.exceptions import OperationalError

from guandu.celery import app
from guandu.core import clock
from guandu.jobs.models import OutboxMessage, RelayLease
from guandu.jobs.queue import DOORBELL

logger = logging.getLogger(__name__)

PAUSE = 0.2
LEASE = timedelta(seconds=10)
BATCH = 100
KEEP = timedelta(days=7)


class Relay:
    """One of them is active, by a lease; others wait to take over."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"

    def run(self, stopped: Callable[[], bool]) -> None:
        """Send until told to stop. A broker that does not answer is tried again, nothing is lost."""
        while not stopped():
            sent = 0
            if self.hold_lease():
                sent = self.send_waiting()
            if not sent:
                time.sleep(PAUSE)

    def hold_lease(self) -> bool:
        now = clock.now()
        RelayLease.objects.get_or_create(only=1)
        free = Q(holder=self.name) | Q(until__isnull=True) | Q(until__lt=now)
        return bool(RelayLease.objects.filter(free).update(holder=self.name, until=now + LEASE))

    def release(self) -> None:
        RelayLease.objects.filter(holder=self.name).update(until=None)

    def send_waiting(self) -> int:
        """Send the oldest unsent messages; the number sent. Stamped after sending: at least once."""
        sent = 0
        for message in OutboxMessage.objects.filter(sent_at=None).order_by("pk")[:BATCH]:
            if not self._send(message):
                break
            OutboxMessage.objects.filter(pk=message.pk).update(sent_at=clock.now())
            sent += 1
        return sent

    def purge(self) -> int:
        return OutboxMessage.objects.filter(sent_at__lt=clock.now() - KEEP).delete()[0]

    def _send(self, message: OutboxMessage) -> bool:
        if message.topic != DOORBELL:
            logger.error("outbox message %s has unknown topic %s", message.pk, message.topic)
            return True
        try:
            app.send_task("guandu.jobs.tasks.run_job", args=[message.payload["job"]], retry=False)
        except (OperationalError, OSError) as failure:
            logger.warning("broker does not answer, will try again: %s", failure)
            time.sleep(1)
            return False
        return True
