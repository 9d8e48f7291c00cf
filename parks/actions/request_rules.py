"""What the office sets for 企业诉求: terms from a day on, kinds with their usual unit, whether the public form is open."""

from datetime import date
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, edit, enter, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from parks.models import RequestClock, RequestKind, RequestPolicy

POLICY = frozenset({"public_form", "per_address", "per_day"})
KIND = frozenset({"name", "usual_unit", "position", "is_used"})


@action("request_clock.set")
def set_clock(
    *, stage: str, kind: RequestKind | None = None, days: int, on: date, document: str = "", by: Actor
) -> RequestClock:
    """The stage takes so many working days from `on`; what was in force ends there. Terms that run already stay.

    Raises NotAllowed, Invalid for a day that is past or not after the rule before.
    """
    require(by, Permission.REQUEST_ASSIGN, to="设置诉求办理时限")
    if on < clock.today():
        raise Invalid("起始日期不能早于今天。", errors=[("on", "已经过去的时限不再改动，请填今天或以后的日期。")])
    rules = RequestClock.objects.select_for_update().filter(stage=stage, kind=kind).order_by("valid_from")
    last = list(rules)[-1] if rules else None
    new = RequestClock(stage=stage, kind=kind, days=days, document=document.strip(), valid_from=on)
    if last is None:
        return enter(new)
    about(last)
    if last.valid_from > on:
        raise Invalid(
            f"已有自 {last.valid_from} 起的时限，请改用更晚的日期。", errors=[("on", "请改用更晚的日期。")]
        )
    if last.valid_from == on:
        return edit(last, {"days": days, "document": new.document}, editable=frozenset({"days", "document"}))
    before = snapshot(last)
    last.valid_to = on
    checked(last).save()
    updated(last, before)
    return enter(new)


@action("request_kind.put")
def put_kind(
    *, code: str, name: str, usual_unit: Unit | None = None, position: int = 0, is_used: bool = True, by: Actor
) -> RequestKind:
    """A kind of request by its code: made where there is none, altered where there is. Raises NotAllowed, Invalid."""
    require(by, Permission.REQUEST_ASSIGN, to="设置诉求类别")
    values: dict[str, Any] = {"name": name.strip(), "usual_unit": usual_unit, "position": position, "is_used": is_used}
    known = RequestKind.objects.filter(code=code).first()
    return edit(known, values, editable=KIND) if known else enter(RequestKind(code=code, **values))


@action("request_policy.update")
def update_policy(*, values: dict[str, Any], version: int, by: Actor) -> RequestPolicy:
    """Open or shut the public form, set its bounds, from the `version` that was shown. Raises NotAllowed, Invalid,
    Conflict."""
    require(by, Permission.REQUEST_ASSIGN, to="设置诉求受理")
    policy, _ = RequestPolicy.objects.select_for_update().get_or_create(only=1)
    if policy.version != version:
        raise Conflict("您填写期间，他人已修改受理设置，请重新打开本页核对后再保存。")
    return edit(policy, values, editable=POLICY)
