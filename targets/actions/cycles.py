"""Opening a reporting cycle: one template asked for one period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, edit
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from guandu.core.periods import Period
from guandu.core.working_days import days_of
from parks.models import Park, Placement
from targets.actions.rosters import add_lines
from targets.enums import SubjectKind
from targets.frequency import EXAMPLES, PERIOD_WORDS, asked_in, fits
from targets.models import Cycle, Return, ReturnLine, ReturnTemplate, ReturnVersion
from targets.queries.rollup.inputs import Member, members_in
from targets.queries.sheet import certified_units, form_cells

RESCHEDULED = frozenset({"opens_on", "due_on", "closes_on"})


@action("cycle.open")
def open_cycle(*, template: ReturnTemplate, period: str, by: Actor) -> Cycle:
    """The cycle of `template` for `period`, with a return for each subject; a second call adds what is
    missing only. Raises NotAllowed, Invalid, Conflict when another call was faster."""
    require(by, Permission.CYCLE_OPEN, to="布置报表")
    asked = _period(template, period)
    _refuse_expired(template)
    _refuse_twice(template, asked)
    days = days_of(template, asked)
    cycle, is_new = Cycle.objects.get_or_create(
        template=template,
        period=asked.code,
        defaults={
            "opens_on": days.opens, "due_on": days.due, "closes_on": days.closes, "opened_at": clock.now(),
        },
    )  # fmt: skip
    about(cycle)
    if is_new:
        created(cycle)
    _add_returns(cycle, asked)
    return cycle


@action("cycle.update")
def reschedule(
    *, cycle: Cycle, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> Cycle:
    """Move a cycle's days: to give more time, to close it or to open it again. Raises NotAllowed, Invalid,
    Conflict."""
    require(by, Permission.CYCLE_OPEN, to="调整报送期次")
    return edit(cycle, values, editable=RESCHEDULED, seen=seen)


@dataclass(frozen=True)
class Opening:
    """A cycle, and how many returns the opening added to it."""

    cycle: Cycle
    added: int

    @property
    def sentence(self) -> str:
        name, total = f"《{self.cycle.template.name}》{self.cycle.period}", self.cycle.returns.count()
        if not self.added:
            return f"{name}此前已布置，共 {total} 张报表，没有需要补充的。"
        if self.added < total:
            return f"{name}此前已布置，本次补充 {self.added} 张报表，共 {total} 张。"
        return f"{name}已布置 {total} 张报表，请于 {self.cycle.due_on} 前报送。"


def open_counted(*, template: ReturnTemplate, period: str, by: Actor) -> Opening:
    """`open_cycle`, with what it added, for the person who asked for it."""
    before = Return.objects.filter(cycle__template=template, cycle__period=period.strip()).count()
    cycle = open_cycle(template=template, period=period, by=by)
    return Opening(cycle, cycle.returns.count() - before)


def _period(template: ReturnTemplate, code: str) -> Period:
    period = Period.parse(code)
    if not fits(template.frequency, period):
        frequency = template.frequency
        raise Invalid(
            f"《{template.name}》按{frequency}报送，请选择{PERIOD_WORDS[frequency]}，例如 {EXAMPLES[frequency]}。"
        )
    first, last = template.valid_from, template.valid_to
    if period.code < first or (last and period.code > last):
        until = f"至 {last} " if last else ""
        raise Invalid(f"《{template}》自 {first} {until}使用，不能布置 {period.code}。")
    if not any(asked_in(each, period) for each in template.cells.values_list("indicator__frequency", flat=True)):
        raise Invalid(f"《{template.name}》没有要在 {period.code} 填报的指标，不用布置。")
    return period


def _refuse_expired(template: ReturnTemplate) -> None:
    if template.is_survey and clock.today() > template.survey_valid_until:
        raise Invalid(
            f"《{template.name}》（表号 {template.survey_number}）有效期至 {template.survey_valid_until}，已过期，不能布置。"
            "请重新办理批准或备案，再为该表建立新版本。"
        )


def _refuse_twice(template: ReturnTemplate, period: Period) -> None:
    others = Cycle.objects.filter(template__series=template.series, period=period.code).exclude(template=template)
    other = others.select_related("template").first()
    if other is not None:
        raise Invalid(f"{period.code} 已按《{other.template.name}》第 {other.template.number} 版布置，不能再按另一版本布置。")


def _add_returns(cycle: Cycle, period: Period) -> None:
    if cycle.template.subject_kind == SubjectKind.PARK:
        wanted = _park_returns(cycle, period)
    elif cycle.template.subject_kind == SubjectKind.STREET:
        wanted = _street_returns(cycle, period)
    else:
        wanted = _district_returns(cycle)
    if wanted:
        _store(wanted)
        _add_drafts(cycle, period, wanted)
    for return_ in wanted:
        created(return_)


def _store(returns: list[Return]) -> None:
    try:
        Return.objects.bulk_create(returns)
    except IntegrityError as error:
        raise Conflict("另有人刚刚布置了同一期报表，请刷新后查看；仍有缺少的园区时再布置一次。") from error


def _district_returns(cycle: Cycle) -> list[Return]:
    if cycle.returns.exists():
        return []
    if cycle.template.filer is None:
        raise Invalid(f"《{cycle.template.name}》没有填报单位，请先在后台为它指定。")
    kind, filer = SubjectKind.DISTRICT, cycle.template.filer
    return [Return(cycle=cycle, subject_kind=kind, subject_name="全区", filer=filer)]


def _street_returns(cycle: Cycle, period: Period) -> list[Return]:
    """One for each street in which a park lies in the period."""
    codes = {member.street for member in members_in(period).values() if member.street}
    known = cycle.returns.values_list("street_code", flat=True)
    streets = Unit.objects.filter(code__in=codes.difference(known)).order_by("code")
    return [
        Return(
            cycle=cycle,
            subject_kind=SubjectKind.STREET,
            subject_name=street.name,
            filer=street,
            street_code=street.code,
        )
        for street in streets
    ]


def _park_returns(cycle: Cycle, period: Period) -> list[Return]:
    """Returns for parks open in the period that have none yet, named and placed as on its last day."""
    members = members_in(period)
    known = set(cycle.returns.values_list("park_code", flat=True))
    parks = Park.objects.filter(code__in=members.keys() - known).order_by("code")
    operators = _operators(parks, period)
    return [_park_return(cycle, park, members[park.code], operators.get(park.pk)) for park in parks]


def _park_return(cycle: Cycle, park: Park, member: Member, operator_id: int | None) -> Return:
    return Return(
        cycle=cycle,
        subject_kind=SubjectKind.PARK,
        park=park,
        subject_name=member.name,
        filer_id=operator_id,
        park_code=park.code,
        chain_code=member.chain,
        street_code=member.street,
        area_code=member.area,
        department_code=member.department,
    )


def _operators(parks: Sequence[Park], period: Period) -> dict[int, int | None]:
    """Park → operator on the period's last day, or on the park's last open day in it."""
    found = {}
    placements = Placement.objects.filter(park__in=parks, valid_from__lte=period.last_day)
    for placement in placements.select_related("park").order_by("valid_from"):
        closed = placement.park.closed_on
        day = min(period.last_day, closed - timedelta(days=1)) if closed else period.last_day
        if placement.in_force(day):
            found[placement.park_id] = placement.operator_id
    return found


def _add_drafts(cycle: Cycle, period: Period, returns: list[Return]) -> None:
    """A first draft for each return, its 上年同期可比数 prefilled with what was 核定 a year before."""
    form = [cell for cell in form_cells(cycle.template, period) if cell.asks_base]
    codes = [each.park_code for each in returns]
    bases = certified_units(cycle.template.subject_kind, codes, period.year_before, form)
    drafts = ReturnVersion.objects.bulk_create(ReturnVersion(return_of=each) for each in returns)
    ReturnLine.objects.bulk_create(
        ReturnLine(
            version=draft,
            subject_kind=each.subject_kind,
            subject_code=each.park_code,
            base={cell.code: bases[key] for cell in form if (key := (each.park_code, cell.code)) in bases},
        )
        for each, draft in zip(returns, drafts, strict=True)
    )
    add_lines(cycle.template, period, list(zip(returns, drafts, strict=True)))
    for each, draft in zip(returns, drafts, strict=True):
        each.draft = draft
    Return.objects.bulk_update(returns, ["draft"])
