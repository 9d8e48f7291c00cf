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
    waiting = key and Job.objects.filter(kind=kind, key=key, state=Job.State.QUEUED).first()
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
        # Another transaction queued the same key first and has committed since our look.
        return Job.objects.get(kind=kind, key=key, state=Job.State.QUEUED)
    ring(job.pk)
    return job


def ring(job_id: int) -> OutboxMessage:
    return OutboxMessage.objects.create(topic=DOORBELL, payload={"job": job_id}, created_at=clock.now())
