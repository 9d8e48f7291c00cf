"""升规培育库: a firm is taken up, moves step by step, enters the statistics, leaves them."""

from datetime import date
from typing import Any

from django.db.models import F

from guandu.accounts.checks import require
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, created, edit, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from parks.enums import CultivationState
from parks.models import Cultivation, CultivationMove, Enterprise, StatisticalClass
from parks.workflow import Said, check, step_to

EDITABLE = frozenset({"of_class", "revenue", "revenue_year", "note"})
STALE = "这家企业的升规环节刚被别人改动过，请刷新后核对再办理。"


@action("cultivation.begin")
def begin(
    *, enterprise: Enterprise, of_class: StatisticalClass, on: date | None = None, by: Actor, **values: Any
) -> Cultivation:
    """Take the firm up. `values` names some of EDITABLE. Raises NotAllowed, Invalid."""
    require(by, Permission.CULTIVATION_EDIT, enterprise, to="纳入升规培育")
    unknown = sorted(set(values) - EDITABLE)
    if unknown:
        raise Invalid(f"升规培育没有这些内容：{'、'.join(unknown)}。")
    if enterprise.closed_on:
        raise Invalid("该企业已注销，不能纳入升规培育。", errors=[("enterprise", "企业已注销。")])
    row = Cultivation(enterprise=enterprise, of_class=of_class, **values)
    checked(row).save(force_insert=True)
    created(row)
    _trace(row, "", on or clock.today(), Said(), by)
    return row


@action("cultivation.update")
def update(
    *, cultivation: Cultivation, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> Cultivation:
    """Change what EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.CULTIVATION_EDIT, cultivation.enterprise, to="修改升规培育")
    return edit(cultivation, values, editable=EDITABLE, seen=seen)


@action("cultivation.move")
def move(
    *,
    cultivation: Cultivation,
    to: str,
    on: date,
    batch: str = "",
    document: str = "",
    comment: str = "",
    version: int | None = None,
    by: Actor,
) -> Cultivation:
    """One step of the table in parks.workflow. Raises NotAllowed, NotReady, Invalid, Conflict."""
    require(by, Permission.CULTIVATION_EDIT, cultivation.enterprise, to="办理升规环节")
    row = Cultivation.objects.get(pk=cultivation.pk)
    about(row, reason=comment)
    if version is not None and row.version != version:
        raise Conflict(STALE)
    said = Said(batch, document, comment)
    step = step_to(row, to)
    check(step, row, said)
    _check_day(row, on)
    before = snapshot(row)
    waiting = Cultivation.objects.filter(pk=row.pk, state=row.state, version=row.version)
    if not waiting.update(state=step.target, batch=batch or row.batch, version=F("version") + 1):
        raise Conflict(STALE)
    row.refresh_from_db()
    updated(row, before)
    _trace(row, step.source, on, said, by)
    return row


def _check_day(row: Cultivation, on: date) -> None:
    if on > clock.today():
        raise Invalid("日期不能晚于今天，请填写实际发生的日期。", errors=[("on", "不能晚于今天。")])
    last = row.moves.order_by("-pk").values_list("on", flat=True).first()
    if last and on < last:
        raise Invalid(f"上一环节在 {last}，这一次不能早于它。", errors=[("on", "不能早于上一环节。")])


def _trace(row: Cultivation, before: str, on: date, said: Said, by: Actor) -> None:
    step = CultivationMove(
        cultivation=row, before=before, after=row.state or CultivationState.NURTURED, on=on, batch=said.batch,
        document=said.document, comment=said.comment, by=by if isinstance(by, User) else None, at=clock.now(),
    )  # fmt: skip
    checked(step).save(force_insert=True)
    created(step)
