"""Checking the trail: asked for by the audit administrator, or by the watch; an alarm where it is broken."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from guandu.accounts.checks import require, require_service
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, concerning
from guandu.audit.models import AuditCheck
from guandu.audit.verification import Verification, first_sentences
from guandu.audit.walk import Break, Start
from guandu.core import clock
from guandu.core.actors import Actor, Service
from guandu.jobs import queue
from guandu.jobs.models import Job
from guandu.oversight.kinds import VERIFY_JOB

WATCH = Service("audit-watch", "审计巡检")
EVERY = timedelta(minutes=10)
FULL_EVERY = timedelta(hours=1)
KEEP_WATCHES = timedelta(days=30)

Report = Callable[[int, int], None]


@action("audit.verify")
def ask(*, by: Actor) -> Job:
    """Queue a check of the whole trail; one that already waits is returned. Raises NotAllowed."""
    require(by, Permission.AUDIT_VIEW, to="校验审计记录")
    concerning("audit.auditcheck", "", "审计记录")
    return queue.enqueue(VERIFY_JOB, by=by, key="trail")


def check(kind: str, by: Actor, report: Report | None = None) -> AuditCheck:
    """Check the trail (`watch`: what came since it was last whole), keep what was found, and give the
    alarm once where something new is wrong. The check itself leaves no event."""
    last = AuditCheck.objects.first()
    start = _start(last) if kind == AuditCheck.Kind.WATCH else Start()
    begun, verification = clock.now(), Verification(start, report)
    found = list(verification.breaks())
    # Together: where the check stood without its alarm, the next would take the alarm for given.
    with transaction.atomic():
        kept = _keep(verification, found, kind=kind, begun=begun, by=by)
        if found and (last is None or last.is_whole or last.breaks != kept.breaks):
            alarm(check=kept, by=WATCH)
    return kept


def _start(last: AuditCheck | None) -> Start:
    """After the last event of a good check; after a bad one, from the beginning."""
    if last is None or not last.is_whole:
        return Start()
    return Start(last.to_seq, last.head_hash, last.head_version)


def _keep(verification: Verification, found: list[Break], *, kind: str, begun, by: Actor) -> AuditCheck:
    walk = verification.walk
    return AuditCheck.objects.create(
        kind=kind,
        started_at=begun,
        finished_at=clock.now(),
        from_seq=verification.start.seq + 1,
        to_seq=walk.seq,
        head_hash=walk.hash,
        head_version=walk.version,
        anchors=len(verification.lines),
        is_whole=not found,
        breaks=first_sentences(found),
        actor_name=by.actor_name,
    )


@action("audit.alarm")
def alarm(*, check: AuditCheck, by: Actor) -> None:
    """Say in the trail itself that it was found broken. Raises NotAllowed for a person."""
    require_service(by, to="审计告警")
    about(check, reason=check.breaks[0])


def due(now=None) -> str | None:
    """Which check the watch owes now: `full` once an hour, `watch` every ten minutes; None for none."""
    moment = now or clock.now()
    checks = AuditCheck.objects
    if not checks.exclude(kind=AuditCheck.Kind.WATCH).filter(finished_at__gt=moment - FULL_EVERY).exists():
        return AuditCheck.Kind.FULL
    last = checks.first()
    return AuditCheck.Kind.WATCH if last.finished_at <= moment - EVERY else None


def forget_old_watches() -> int:
    """Good watches older than a month tell nothing more; what found something stays."""
    old = AuditCheck.objects.filter(
        kind=AuditCheck.Kind.WATCH, is_whole=True, finished_at__lt=clock.now() - KEEP_WATCHES
    )
    return old.delete()[0]
