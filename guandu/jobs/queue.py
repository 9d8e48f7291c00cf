"""Asking for work: the Job row and the message that rings the doorbell, in the caller's transaction."""

from typing import Any

from django.db import IntegrityError, transaction

from guandu.core import clock
from guandu.core.actors import Actor
from guandu.jobs.models import Job, OutboxMessage

DOORBELL = "job"


def enqueue(kind: str, *, by: Actor, key: str = "", **arguments: Any) -> Job:
    """A queued job of `kind`. With a `key`, one that already waits for the same key is returned
    instead; one that is running is not, because it may have read what has changed since."""
    # Locked, so that no worker claims it and reads its inputs before this transaction has committed.
    alike = Job.objects.select_for_update().filter(kind=kind, key=key, state=Job.State.QUEUED)
    waiting = alike.first() if key else None
    if waiting:
        return waiting
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                key=key,
                arguments=arguments,
                actor_key=by.actor_key,
                actor_name=by.actor_name,
                created_at=clock.now(),
            )
    except IntegrityError:
        # Another transaction queued the same key first; it may have been claimed since: look again.
        return enqueue(kind, by=by, key=key, **arguments)
    ring(job.pk)
    return job


def ring(job_id: int) -> OutboxMessage:
    return OutboxMessage.objects.create(topic=DOORBELL, payload={"job": job_id}, created_at=clock.now())
