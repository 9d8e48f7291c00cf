"""包保走访: what was seen in a park on a day, by whom; the duty of that day is kept with it."""

from dataclasses import dataclass
from datetime import date

from guandu.accounts.checks import allowed, require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed, NotReady
from parks.models import Park, SponsorVisit
from parks.queries.sponsorships import holder_on

LONGEST = 200
EARLIEST = date(2015, 1, 1)


@dataclass(frozen=True)
class Seen:
    """A visit as it went: who of the 包保 was there, what was seen, what firms said."""

    on: date
    rank: str
    visitors: str
    seen: str
    asks: str = ""


@action("visit.record")
def record(*, park: Park, visit: Seen, by: Actor) -> SponsorVisit:
    """Enter a visit. Raises NotAllowed, Invalid for a day to come or words that are missing."""
    require(by, Permission.VISIT_RECORD, park, to="登记包保走访")
    about(park)
    if visit.on > clock.today() or visit.on < EARLIEST:
        raise Invalid("走访日期有误。", errors=[("on", "走访以后再登记，日期不能晚于今天。")])
    duty = holder_on(park, visit.on)
    said = {name: getattr(visit, name).strip() for name in ("visitors", "seen", "asks")}
    return enter(
        SponsorVisit(
            park=park, on=visit.on, rank=visit.rank, **said, department=duty.department if duty else None,
            leader=duty.leader if duty else "", recorded_key=by.actor_key, recorded_by=by.actor_name,
            recorded_unit=by.unit.name if by.actor_kind == "user" else "", recorded_at=clock.now(),
        )
    )  # fmt: skip


@action("visit.void")
def void(*, visit: SponsorVisit, because: str, by: Actor) -> SponsorVisit:
    """A wrong one counts no more: by who recorded it, or by the office. Raises NotAllowed, NotReady, Invalid."""
    require(by, Permission.VISIT_RECORD, visit, to="作废走访记录")
    row = SponsorVisit.objects.select_for_update(of=("self",)).select_related("park").get(pk=visit.pk)
    about(row)
    if row.recorded_key != by.actor_key and not allowed(by, Permission.REQUEST_ASSIGN):
        raise NotAllowed("只能作废本人登记的走访。他人的记录有误，请联系登记人或园区发展办。")
    if row.voided_at:
        raise NotReady("这条走访记录已作废。")
    reason = because.strip()
    if not reason or len(reason) > LONGEST:
        raise Invalid("请写明作废原因。", errors=[("because", f"请写明作废原因，{LONGEST} 字以内。")])
    values = {"voided_at": clock.now(), "voided_by": by.actor_name, "voided_because": reason}
    return edit(row, values, editable=frozenset(values))
