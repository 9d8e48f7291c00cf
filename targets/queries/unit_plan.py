"""单位页: what the plan asks of one unit, and what it still owes, as one person may see it."""

from dataclasses import dataclass

from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from targets.enums import Operator, TargetStatus
from targets.enums_plan import AccomplishmentState, LightState
from targets.models import Accomplishment, Plan, QualitativeAim, Return, TargetUnit
from targets.queries.light_rows import LightRow, lights_of
from targets.queries.locks import can_be_filled
from targets.queries.next_steps import listed
from targets.queries.plan import TargetRow, target_rows
from targets.querysets_plan import owing_duties


@dataclass(frozen=True)
class Owed:
    """`lights` wait for its word; `waiting` are 待补 items that name the unit, or that it leads and that name nobody;
    `milestones` and `aims` are led by it and not reported as done; `returns` are its own that may be filled in now."""

    leads: list[TargetRow]
    beside: list[TargetRow]
    waiting: list[TargetRow]
    lights: list[LightRow]
    milestones: list[TargetRow]
    aims: list[QualitativeAim]
    returns: list[Return]

    @property
    def count(self) -> int:
        return sum(map(len, (self.waiting, self.lights, self.milestones, self.aims, self.returns)))


def owed_by(unit: Unit, plan: Plan, quarter: Period, user: User) -> Owed:
    """The unit's page in the quarter. A fixed number of queries."""
    rows = target_rows(plan.targets.order_by("position"), quarter, user)
    leads = [row for row in rows if unit in row.leads]
    led = {row.target.pk for row in leads}
    return Owed(
        leads=leads,
        beside=[row for row in rows if unit in row.beside],
        waiting=[row for row in rows if _waits_for(row, unit, leads=row.target.pk in led)],
        lights=[each for each in lights_of(user, plan, quarter) if each.light.state == LightState.WAITING and each.light.target_id in led],
        milestones=_not_reported(leads, user),
        aims=_aims(unit, plan, quarter, user),
        returns=_returns(unit, user),
    )


def _waits_for(row: TargetRow, unit: Unit, *, leads: bool) -> bool:
    if row.status != TargetStatus.PENDING:
        return False
    words = row.target.waits_for
    names = [name for name in (unit.name, unit.short_name) if name]
    return any(name in words for name in names) or (leads and not words)


def _not_reported(leads: list[TargetRow], user: User) -> list[TargetRow]:
    to_do = [row for row in leads if row.target.operator == Operator.DONE and row.status != TargetStatus.MET]
    reported = _reported(user).filter(target__in=[row.target.pk for row in to_do])
    known = set(reported.values_list("target", flat=True))
    return [row for row in to_do if row.target.pk not in known]


def _aims(unit: Unit, plan: Plan, quarter: Period, user: User) -> list[QualitativeAim]:
    """Yearly ones until they are reported for the quarter's year."""
    aims = list(plan.aims.filter(leads=unit).order_by("position"))
    days = _reported(user).filter(aim__in=aims).values_list("aim", "done_on")
    known = {(aim, day.year) for aim, day in days}
    ever = {aim for aim, _ in known}
    return [aim for aim in aims if ((aim.pk, quarter.year) not in known if aim.is_yearly else aim.pk not in ever)]


def _reported(user: User):
    return Accomplishment.objects.visible_to(user).exclude(state=AccomplishmentState.RETURNED)


def _returns(unit: Unit, user: User) -> list[Return]:
    visible = Return.objects.visible_to(user).filter(can_be_filled(), filer=unit)
    return list(listed(visible).order_by("cycle__due_on", "pk"))


def own_unit(user: User) -> Unit | None:
    """The unit whose page opens first for the person: his own where the plan asks something of it, else the first
    that he answers for. Two queries."""
    asked = Unit.objects.filter(pk__in=TargetUnit.objects.values("unit")).order_by("code")
    own = asked.filter(pk=user.unit_id).first()
    return own or asked.filter(pk__in=_answered_for(user)).first()


def _answered_for(user: User):
    """Nobody answers for every unit: who is granted over the district has his own."""
    duties = owing_duties(user, Permission.PLAN_ANSWER)
    return duties.filter(unit=user.unit_id).values("unit") if user.may(Permission.PLAN_EDIT) else duties.values("unit")


@dataclass(frozen=True)
class UnitLine:
    """A unit of the plan, with how many targets it leads and how many it is responsible for beside the lead."""

    unit: Unit
    leads: int
    beside: int


def units_of(plan: Plan) -> list[UnitLine]:
    """Every unit that the plan's targets name, who leads the most first. One query."""
    found: dict[Unit, list[int]] = {}
    for duty in TargetUnit.objects.filter(target__plan=plan).select_related("unit").order_by("unit__code"):
        found.setdefault(duty.unit, [0, 0])[0 if duty.leads else 1] += 1
    lines = [UnitLine(unit, *counts) for unit, counts in found.items()]
    return sorted(lines, key=lambda line: (-line.leads, -line.beside, line.unit.code))
