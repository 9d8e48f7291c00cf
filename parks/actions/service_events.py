"""政务服务进园区 and other services: a plain ledger. A line is corrected or voided, never deleted."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotReady
from parks.models import Park, ServiceEvent

EDITABLE = frozenset({"kind", "on", "title", "host", "people", "firms", "items", "note"})
LONGEST = 200
VOIDED = "这条服务记录已作废，不能再改。"


@dataclass(frozen=True)
class Held:
    """A service as it was held; what was not counted is None, which is not zero."""

    kind: str
    on: date
    title: str
    host: str = ""
    people: int | None = None
    firms: int | None = None
    items: int | None = None
    note: str = ""


@action("service.record")
def record(*, park: Park, held: Held, by: Actor) -> ServiceEvent:
    """Enter a service in the park. Raises NotAllowed, Invalid (a day to come, or entered already)."""
    require(by, Permission.SERVICE_RECORD, park, to="登记服务活动")
    about(park)
    _refuse_day(held.on, park)
    values = {name: getattr(held, name) for name in EDITABLE}
    values |= {name: values[name].strip() for name in ("title", "host", "note")}
    return enter(
        ServiceEvent(
            park=park, **values, recorded_key=by.actor_key, recorded_by=by.actor_name,
            recorded_unit=by.unit.name if by.actor_kind == "user" else "", recorded_at=clock.now(),
        )
    )  # fmt: skip


@action("service.correct")
def correct(*, event: ServiceEvent, values: dict[str, Any], version: int | None = None, by: Actor) -> ServiceEvent:
    """Change what EDITABLE names. Raises NotAllowed, NotReady once it is voided, Conflict, Invalid."""
    row = _held(event, by, "更正服务记录")
    if version is not None and version != row.version:
        raise Conflict("您填写期间，他人已更正这条服务记录，请核对后再保存。")
    _refuse_day(values.get("on", row.on), row.park)
    return edit(row, values, editable=EDITABLE)


@action("service.void")
def void(*, event: ServiceEvent, because: str, by: Actor) -> ServiceEvent:
    """It counts no more, and stays to be read. Raises NotAllowed, NotReady once it is voided, Invalid."""
    row = _held(event, by, "作废服务记录")
    reason = because.strip()
    if not reason or len(reason) > LONGEST:
        raise Invalid("请写明作废原因。", errors=[("because", f"请写明作废原因，{LONGEST} 字以内。")])
    values = {"voided_at": clock.now(), "voided_by": by.actor_name, "voided_because": reason}
    return edit(row, values, editable=frozenset(values))


def _held(event: ServiceEvent, by: Actor, to: str) -> ServiceEvent:
    require(by, Permission.SERVICE_RECORD, event, to=to)
    row = ServiceEvent.objects.select_for_update(of=("self",)).select_related("park").get(pk=event.pk)
    about(row)
    if row.voided_at:
        raise NotReady(VOIDED)
    return row


def _refuse_day(on: date, park: Park) -> None:
    if on > clock.today():
        raise Invalid("服务日期还没有到。", errors=[("on", "办完以后再登记，日期不能晚于今天。")])
    if park.opened_on is None or on < park.opened_on:
        raise Invalid("服务日期早于开园日期。", errors=[("on", "日期早于园区的开园日期，请核对。")])
    if park.closed_on is not None and on >= park.closed_on:
        raise Invalid("园区当日已关闭。", errors=[("on", "园区当日已关闭，请核对。")])
