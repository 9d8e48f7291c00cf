"""What people do to a job: ask it to stop, let it be tried again; and the yearly forgetting."""

from datetime import timedelta

from django.db import IntegrityError, transaction

from guandu.audit.actions import about, action, changed
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed, NotReady
from guandu.jobs.models import Job, OutboxMessage
from guandu.jobs.queue import ring

# 网络安全法 asks for logs of six months; the longest six months have 184 days.
KEEP = timedelta(days=184)
KEEP_MESSAGES = timedelta(days=7)
STOPPED = "任务在开始前取消，没有写入数据。"


@action("job.cancel")
def cancel(*, job: Job, by: Actor) -> Job:
    """A waiting job ends at once; a running one stops before it writes, at its next step."""
    row = _locked(job)
    if not row.may_be_cancelled_by(by):
        raise NotAllowed(
            "您没有取消这项任务的权限。任务由发起人或系统管理员取消；系统自动进行的任务只由系统管理员取消；"
            "审计任务只由发起的审计管理员取消。"
        )
    before, now = row.state, clock.now()
    if row.has_ended:
        raise NotReady(f"任务{row.get_state_display()}，不能再取消。")
    if row.cancel_asked_at:
        raise NotReady("已要求取消，任务将在当前一步结束后停止。")
    row.cancel_asked_at = now
    if row.state == Job.State.QUEUED:
        row.state, row.finished_at, row.error = Job.State.CANCELLED, now, STOPPED
    row.save(update_fields=["state", "finished_at", "cancel_asked_at", "error"])
    return _recorded(row, before, asked=True)


@action("job.retry")
def retry(*, job: Job, by: Actor) -> Job:
    """A failed or parked job waits again with all its tries."""
    row = _locked(job)
    if not row.may_be_retried_by(by):
        raise NotAllowed("您没有重试这项任务的权限。任务由发起人或系统管理员重试。")
    before = row.state
    if before not in Job.RETRIED:
        raise NotReady(f"任务{row.get_state_display()}，不需要重试。")
    row.state, row.attempts, row.rung_at = Job.State.QUEUED, 0, clock.now()
    row.not_before = row.finished_at = row.cancel_asked_at = None
    row.error = row.trace = row.progress_note = ""
    row.progress_done = row.progress_total = 0
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NotReady("同样的任务已在排队，不需要重试。") from error
    ring(row.pk)
    return _recorded(row, before)


@action("job.purge")
def purge(*, by: Actor) -> int:
    """Forget done and cancelled jobs of more than half a year ago, and messages long sent; how many."""
    if by.actor_kind != "service":
        raise NotAllowed("过期任务记录由系统自动清理，不由个人办理。")
    now = clock.now()
    ended = Job.objects.filter(state__in=(Job.State.DONE, Job.State.CANCELLED), finished_at__lt=now - KEEP)
    jobs = ended.delete()[0]
    messages = OutboxMessage.objects.filter(sent_at__lt=now - KEEP_MESSAGES).delete()[0]
    after = {"jobs": jobs, "messages": messages}
    changed([Change("jobs.job", "", "过期任务记录", None, after)])
    return jobs + messages


def _locked(job: Job) -> Job:
    row = Job.objects.select_for_update().get(pk=job.pk)
    about(row)
    return row


def _recorded(row: Job, before: str, **more: bool) -> Job:
    after = {"state": row.state, **more}
    changed([Change("jobs.job", str(row.pk), str(row), {"state": before}, after)])
    return row
