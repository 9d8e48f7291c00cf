"""The watch, and the jobs that the audit administrator asks for."""

from celery import shared_task
from celery.signals import worker_ready

from guandu.audit import anchors
from guandu.audit.models import AuditCheck
from guandu.audit.verification import guards_missing
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from guandu.oversight.actions import checks
from guandu.oversight.kinds import ENTER_JOB, VERIFY_JOB


@shared_task
def watch() -> None:
    """Every minute: anchor where one is due, see that the guards stand, check what is due."""
    anchors.write_due()
    kind = checks.due()
    if kind is None and guards_missing() and AuditCheck.objects.first().is_whole:
        kind = AuditCheck.Kind.WATCH
    if kind:
        checks.check(kind, checks.WATCH)
        checks.forget_old_watches()


@worker_ready.connect
def anchor_at_start(**kwargs) -> None:
    anchors.write_due()


@job(VERIFY_JOB, title="校验审计记录", needs="audit.view", keeper="audit.view")
def verify(context: JobContext) -> None:
    """The whole trail, with progress; what it found is the newest check."""

    def report(done: int, total: int) -> None:
        context.report(done, total, f"已核对 {done} 条")

    found = checks.check(AuditCheck.Kind.ASKED, context.actor or checks.WATCH, report)
    words = "校验通过" if found.is_whole else f"校验不通过，共 {len(found.breaks)} 处"
    context.report(1, 1, words)


@job(ENTER_JOB, title="登记审计会签", keeper="audit.view")
def enter_countersigns(context: JobContext) -> None:
    count = anchors.enter_countersigns()
    context.report(count, count, f"登记 {count} 行")
