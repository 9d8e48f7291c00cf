"""Doing the work: claim by a guarded update, keep the lease, write under the fence, finish."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from guandu.core import clock
from guandu.core.errors import PortalError
from guandu.jobs.models import Job
from guandu.jobs.queue import ring
from guandu.jobs.registry import handler

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
UNKNOWN_FAILURE = "计算过程出现意外，系统已记录。请稍后重试；仍不成功请联系系统管理员，并告知任务编号 {number}。"


class LeaseLost(Exception):
    """Another worker holds the job now: stop without writing."""


@dataclass(frozen=True)
class JobContext:
    """What a handler may do with its job."""

    job_id: int
    fence: int

    def report(self, done: int, total: int, note: str = "") -> None:
        """Show progress and extend the lease; raises LeaseLost. Never call it inside `writing`."""
        moved = self._mine().update(
            progress_done=done, progress_total=total, progress_note=note, lease_until=clock.now() + LEASE
        )
        if not moved:
            raise LeaseLost(self.job_id)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The one short transaction that stores the results, with the fence checked inside it."""
        with transaction.atomic():
            if not self._mine().select_for_update().exists():
                raise LeaseLost(self.job_id)
            yield

    def _mine(self):
        return Job.objects.filter(pk=self.job_id, fence=self.fence, state=Job.State.RUNNING)


def run(job_id: int) -> bool:
    """Claim and run the job; False when there is nothing to do (done, held by another, waiting)."""
    context = claim(job_id)
    if context is None:
        return False
    job = Job.objects.get(pk=job_id)
    try:
        with clock.known_demo_date(clock.demo_date()):
            handler(job.kind)(context, **job.arguments)
    except LeaseLost:
        logger.warning("job %s lost its lease", job_id)
        return False
    except PortalError as refusal:
        _finish(context, Job.State.FAILED, refusal.message)
        return True
    except Exception:
        logger.exception("job %s failed", job_id)
        _retry_or_fail(context, job)
        return True
    _finish(context, Job.State.DONE, "")
    return True


def claim(job_id: int) -> JobContext | None:
    """Take the job if it waits, by one guarded update; None when somebody else was faster or the
    same key is being worked on (it is rung again when that one ends)."""
    now = clock.now()
    due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    try:
        with transaction.atomic():
            claimed = Job.objects.filter(due, pk=job_id, state=Job.State.QUEUED).update(
                state=Job.State.RUNNING,
                fence=F("fence") + 1,
                attempts=F("attempts") + 1,
                lease_until=now + LEASE,
                started_at=now,
                error="",
            )
            if not claimed:
                return None
            fence = Job.objects.values_list("fence", flat=True).get(pk=job_id)
    except IntegrityError:
        return None
    return JobContext(job_id, fence)


def run_waiting() -> int:
    """Run every waiting job here, one after another, until none waits; for commands and the seed."""
    count = 0
    while True:
        waiting = list(Job.objects.filter(state=Job.State.QUEUED).order_by("pk").values_list("pk", flat=True))
        ran = sum(run(job_id) for job_id in waiting)
        if not ran:
            return count
        count += ran


def reap() -> int:
    """Give back jobs whose worker died (lease over) and ring for those that wait unheard."""
    now = clock.now()
    returned = 0
    for job in Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now):
        returned += _give_back(job)
    stale = now - LEASE
    for job_id in Job.objects.filter(state=Job.State.QUEUED, created_at__lt=stale).values_list("pk", flat=True):
        ring(job_id)
    return returned


def _give_back(job: Job) -> bool:
    """Queue a job again whose lease is over, or close it after the last attempt."""
    lost = Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING)
    if job.attempts >= MAX_ATTEMPTS:
        failed = lost.update(
            state=Job.State.FAILED, finished_at=clock.now(), error=UNKNOWN_FAILURE.format(number=job.pk)
        )
        return bool(failed)
    try:
        with transaction.atomic():
            given = lost.update(state=Job.State.QUEUED, lease_until=None)
            if given:
                ring(job.pk)
    except IntegrityError:
        # The same work already waits with newer facts: this one has nothing left to do.
        return bool(lost.update(state=Job.State.DONE, finished_at=clock.now()))
    return bool(given)


def _retry_or_fail(context: JobContext, job: Job) -> None:
    """Queue again with growing pauses; after the last attempt say so."""
    if job.attempts >= MAX_ATTEMPTS:
        _finish(context, Job.State.FAILED, UNKNOWN_FAILURE.format(number=job.pk))
        return
    pause = timedelta(seconds=2**job.attempts)
    Job.objects.filter(pk=job.pk, fence=context.fence).update(not_before=clock.now() + pause)
    job.refresh_from_db()
    _give_back(job)


def _finish(context: JobContext, state: str, error: str) -> None:
    with transaction.atomic():
        finished = Job.objects.filter(pk=context.job_id, fence=context.fence, state=Job.State.RUNNING).update(
            state=state, error=error, finished_at=clock.now(), lease_until=None
        )
        job = Job.objects.get(pk=context.job_id)
        if finished and job.key:
            for waiting in Job.objects.filter(kind=job.kind, key=job.key, state=Job.State.QUEUED):
                ring(waiting.pk)
