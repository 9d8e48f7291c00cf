"""Doing the work: claim by a guarded update, keep the lease, write under the fence, finish."""

import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.db.models import F, Q

from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.context import job_in_hand
from guandu.core.digests import digest
from guandu.core.errors import PortalError
from guandu.jobs import rights
from guandu.jobs.models import Job
from guandu.jobs.queue import ring
from guandu.jobs.registry import kind

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)
BEAT_SECONDS = 10.0
MAX_ATTEMPTS = 4
# Seconds before the second, third … try of a job that failed.
PAUSES = (5, 20, 60)
MOST_BELLS = 100
FRAMES = 12
PARKED = "办理时多次出现意外，任务已搁置，数据没有改动一半。请稍后重试；仍不成功请联系系统管理员，并告知任务编号 {number}。"
CANCELLED = "已按要求取消，没有写入数据。"
DIED = "执行任务的进程中断（被终止、内存不足或停机），没有留下出错位置。"


class LeaseLost(Exception):
    """Another worker holds the job now: stop without writing."""


class Cancelled(Exception):
    """Somebody asked for the job to stop: stop without writing."""


@dataclass(frozen=True)
class JobContext:
    """What a handler may do with its job. `actor`: the asker with the rights he has now."""

    job_id: int
    fence: int
    actor: Actor | None = None

    def report(self, done: int, total: int, note: str = "") -> None:
        """Show progress and extend the lease; raises LeaseLost, Cancelled. Never call it inside `writing`."""
        self.hold(progress_done=done, progress_total=total, progress_note=note)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The one short transaction that stores the results. Its first statement checks the fence and
        locks the row, so that nobody takes the job while it writes; raises LeaseLost, Cancelled."""
        with transaction.atomic():
            self.hold()
            yield

    @contextmanager
    def finishing(self, total: int, note: str = "") -> Iterator[None]:
        """`writing`, with which the job is done: a worker that dies right after it leaves nothing to be
        done again. What the block writes need not bear being repeated."""
        with self.writing():
            yield
            job = Job.objects.get(pk=self.job_id)
            job.progress_done = job.progress_total = total
            job.progress_note = note
            job.save(update_fields=["progress_done", "progress_total", "progress_note"])
            _end(job, Job.State.DONE, "")

    def hold(self, **values) -> None:
        """Extend the lease and store `values` on the job; raises LeaseLost, Cancelled."""
        lease = clock.now() + LEASE
        if not self._mine().filter(cancel_asked_at=None).update(lease_until=lease, **values):
            raise Cancelled(self.job_id) if self._mine().exists() else LeaseLost(self.job_id)

    def _mine(self):
        return Job.objects.filter(pk=self.job_id, fence=self.fence, state=Job.State.RUNNING)


class Heartbeat(threading.Thread):
    """Holds the lease while a handler computes between its reports.

    Its connection is opened at the first beat, so that a short job costs none; on SQLite a beat is
    one short write that waits for the handler's own.
    """

    def __init__(self, context: JobContext) -> None:
        super().__init__(name=f"heartbeat-{context.job_id}", daemon=True)
        self.context = context
        self.over = threading.Event()

    def run(self) -> None:
        try:
            while not self.over.wait(BEAT_SECONDS) and self._beat():
                continue
        finally:
            connection.close()

    def _beat(self) -> bool:
        try:
            self.context.hold()
        except (LeaseLost, Cancelled):
            return False
        except (DatabaseError, InterfaceError) as failure:
            logger.warning("job %s: a heartbeat failed: %s", self.context.job_id, failure)
            connection.close()
        return True

    def __enter__(self) -> "Heartbeat":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.over.set()


def run(job_id: int) -> bool:
    """Claim and run the job; False when there is nothing to do (done, held by another, waiting)."""
    with job_in_hand(job_id):
        return _run(job_id)


def _run(job_id: int) -> bool:
    context = claim(job_id)
    if context is None:
        return False
    job = Job.objects.get(pk=job_id)
    try:
        _do(context, job)
    except LeaseLost:
        logger.warning("job %s lost its lease", job_id)
        return False
    except Cancelled:
        _finish(context, Job.State.CANCELLED, CANCELLED)
        return True
    except PortalError as refusal:
        _finish(context, Job.State.FAILED, refusal.message)
        return True
    except Exception as failure:
        logger.exception("job %s failed", job_id)
        _give_back(job, trace=trace_of(failure), pause=True)
        return True
    _finish(context, Job.State.DONE, "")
    return True


def _do(context: JobContext, job: Job) -> None:
    actor = rights.acting(job)
    with clock.known_demo_date(clock.demo_date()), Heartbeat(context):
        kind(job.kind).function(replace(context, actor=actor), **job.arguments)


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
    """Give back jobs whose worker died (lease over), ring for those that wait unheard; how many came back."""
    over = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=clock.now())
    returned = sum(_give_back(job, trace=DIED) for job in over)
    _ring_again()
    return returned


def _ring_again() -> None:
    """The oldest jobs that are due and whose bell is long past or was before their time."""
    now = clock.now()
    due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    unheard = Q(rung_at__isnull=True) | Q(rung_at__lt=now - LEASE) | Q(rung_at__lt=F("not_before"))
    waiting = Job.objects.filter(due, unheard, state=Job.State.QUEUED).order_by("pk")
    for job_id in list(waiting.values_list("pk", flat=True)[:MOST_BELLS]):
        with transaction.atomic():
            ring(job_id)
            Job.objects.filter(pk=job_id).update(rung_at=now)


def _give_back(job: Job, *, trace: str, pause: bool = False) -> bool:
    """Queue again a job whose handler failed or whose lease is over; park it after its last try.

    A worker that is frozen while it writes holds the row: it is left alone until its session ends.
    """
    with transaction.atomic():
        lost = Job.objects.select_for_update(skip_locked=True).filter(
            pk=job.pk, fence=job.fence, state=Job.State.RUNNING
        )
        if not pause:
            lost = lost.filter(lease_until__lt=clock.now())
        held = lost.first()
        if held is None:
            return False
        held.trace = trace
        if held.cancel_asked_at:
            _end(held, Job.State.CANCELLED, CANCELLED)
        elif held.attempts >= MAX_ATTEMPTS:
            _end(held, Job.State.PARKED, PARKED.format(number=job.pk))
        else:
            _queue_again(held, pause)
    return True


def _queue_again(job: Job, pause: bool) -> None:
    now = clock.now()
    wait = timedelta(seconds=PAUSES[min(job.attempts, len(PAUSES)) - 1])
    job.state, job.lease_until, job.rung_at = Job.State.QUEUED, None, now
    job.not_before = now + wait if pause else None
    try:
        with transaction.atomic():
            job.save(update_fields=["state", "lease_until", "not_before", "rung_at", "trace"])
    except IntegrityError:
        # The same work already waits with newer facts: this one has nothing left to do.
        _end(job, Job.State.DONE, "")
        return
    if not pause:
        ring(job.pk)


def _finish(context: JobContext, state: str, error: str) -> None:
    """End the job unless it has ended or somebody else holds it by now."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(
            pk=context.job_id, fence=context.fence, state=Job.State.RUNNING
        ).first()  # fmt: skip
        if job:
            _end(job, state, error)


def _end(job: Job, state: str, error: str) -> None:
    """Close the locked row and ring for one that waited for the same key."""
    job.state, job.error, job.finished_at, job.lease_until = state, error, clock.now(), None
    job.save(update_fields=["state", "error", "finished_at", "lease_until", "trace"])
    if job.key:
        for waiting in Job.objects.filter(kind=job.kind, key=job.key, state=Job.State.QUEUED):
            ring(waiting.pk)


def trace_of(failure: BaseException) -> str:
    """The kind of error and the places it came through, newest last, under a short digest that is the
    same for the same accident. Never a message: it may quote what people entered."""
    frames = traceback.extract_tb(failure.__traceback__)[-FRAMES:]
    places = [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    lines = [type(failure).__name__, *places]
    return "\n".join([f"摘要 {digest('|'.join(lines).encode())[:12]}", *lines])


def _place(filename: str) -> str:
    path = Path(filename)
    inside = path.is_relative_to(settings.BASE_DIR)
    return str(path.relative_to(settings.BASE_DIR)) if inside else "/".join(path.parts[-2:])
