"""Asking for work: the Job row and the message that rings the doorbell, in the caller's transaction."""

from typing import Any

from django.db import IntegrityError, transaction

from guandu.core import clock
from guandu.core.actors import Actor, Service
from guandu.jobs import registry
from guandu.jobs.models import Job, OutboxMessage

DOORBELL = "job"
DAILY = Service("daily", "每日任务")


def enqueue(kind: str, *, by: Actor, key: str = "", **arguments: Any) -> Job:
    """A queued job of `kind`. With a `key`, one that already waits for the same key is returned
    instead; one that is running is not, because it may have read what has changed since."""
    # Locked, so that no worker claims it and reads its inputs before this transaction has committed.
    alike = Job.objects.select_for_update().filter(kind=kind, key=key, state=Job.State.QUEUED)
    waiting = alike.first() if key else None
    if waiting:
        return _joined(waiting, by)
    now = clock.now()
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                key=key,
                arguments=arguments,
                actor_kind=by.actor_kind,
                actor_key=by.actor_key,
                actor_name=by.actor_name,
                needs="" if by.actor_kind == "service" else registry.kind(kind).needs,
                created_at=now,
                rung_at=now,
            )
    except IntegrityError:
        # Another transaction queued the same key first; it may have been claimed since: look again.
        return enqueue(kind, by=by, key=key, **arguments)
    ring(job.pk)
    return job


def _joined(waiting: Job, by: Actor) -> Job:
    """What the portal itself has come to need no longer depends on the right of whoever asked first."""
    if waiting.needs and by.actor_kind == "service":
        waiting.needs = ""
        waiting.save(update_fields=["needs"])
    return waiting


def ring(job_id: int) -> OutboxMessage:
    return OutboxMessage.objects.create(topic=DOORBELL, payload={"job": job_id}, created_at=clock.now())


def ask_due() -> int:
    """Ask for every daily kind that was not yet asked for today, whatever was missed; how many were."""
    now = clock.now().astimezone(clock.SHANGHAI)
    due = [kind for kind in registry.kinds() if kind.daily_at is not None and kind.daily_at <= now.hour]
    return sum(_ask_once(kind.name, now.date().isoformat()) for kind in due)


def _ask_once(kind: str, key: str) -> bool:
    if Job.objects.filter(kind=kind, key=key).exists():
        return False
    with transaction.atomic():
        asked = enqueue(kind, by=DAILY, key=key)
        # Another beat may have asked since, and a worker may have been faster than this one.
        if Job.objects.filter(kind=kind, key=key).exclude(pk=asked.pk).exists():
            transaction.set_rollback(True)
            return False
    return True
