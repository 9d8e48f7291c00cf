"""复核: loaded workbooks are read again by the checks of another version of their form; the report is all that comes of it."""

from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed
from guandu.jobs.queue import enqueue
from targets.enums import BatchState
from targets.models import Cycle, Recheck, ReturnTemplate

RECHECK_JOB = "returns.recheck"


@action("recheck.ask")
def ask(*, cycle: Cycle, rules: ReturnTemplate, by: Actor) -> Recheck:
    """Have the cycle's workbooks judged in the background. Raises NotAllowed, Invalid for rules of another form."""
    require(by, Permission.RETURN_RECEIVE, to="复核报送工作簿")
    if not isinstance(by, User):
        raise NotAllowed("复核由个人发起。")
    if rules.series != cycle.template.series:
        sentence = "请选择这张表的一个版本。"
        raise Invalid(sentence, errors=[("rules", sentence)])
    waiting = Recheck.objects.filter(cycle=cycle, rules=rules, state=BatchState.READING).first()
    if waiting:
        about(waiting)
        return waiting
    row = Recheck.objects.create(
        cycle=cycle, rules=rules, owner=by, state=BatchState.READING, created_at=clock.now()
    )
    row.job_number = enqueue(RECHECK_JOB, by=by, key=str(row.pk), recheck=row.pk).pk
    row.save(update_fields=["job_number"])
    created(row)
    return row


@action("recheck.settle")
def settle(*, recheck: Recheck, report: dict[str, Any], by: Actor) -> Recheck:
    """Lay the report down. Raises NotAllowed."""
    require(by, Permission.RETURN_RECEIVE, to="复核报送工作簿")
    row = Recheck.objects.select_for_update(of=("self",)).get(pk=recheck.pk)
    before = snapshot(row)
    row.state, row.report = BatchState.READ, report
    row.save(update_fields=["state", "report"])
    updated(row, before)
    return row
