"""Opening a reporting cycle: one template asked for one period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from guandu.core.periods import Period, PeriodKind
from parks.models import Park, Placement
from targets.enums import SubjectKind
from targets.models import Cycle, Return, ReturnLine, ReturnTemplate, ReturnVersion
from targets.queries.rollup.inputs import Member, members_in
from targets.queries.sheet import certified_units, form_cells
from targets.working_days import next_working_day


@action("cycle.open")
def open_cycle(*, template: ReturnTemplate, period: str, by: Actor) -> Cycle:
    """The cycle of `template` for the quarter `period`, with a return for each subject; a second
    call adds what is missing only. Raises NotAllowed, Invalid, Conflict when another call was faster."""
    require(by, Permission.CYCLE_OPEN, to="布置报表")
    quarter = _quarter(template, period)
    cycle, is_new = Cycle.objects.get_or_create(
        template=template,
        period=quarter.code,
        defaults={"opens_on": quarter.end, "due_on": due_on(template, quarter), "opened_at": clock.now()},
    )
    about(cycle)
    if is_new:
        created(cycle)
    _add_returns(cycle, quarter)
    return cycle


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


def due_on(template: ReturnTemplate, quarter: Period) -> date:
    """The template's day after the period's end, moved to the next working day."""
    return next_working_day(quarter.last_day + timedelta(days=template.due_days))


def _quarter(template: ReturnTemplate, code: str) -> Period:
    quarter = Period.parse(code)
    if quarter.kind != PeriodKind.QUARTER:
        raise Invalid(f"《{template.name}》按季报送，请选择一个季度，例如 2026Q3。")
    first, last = template.valid_from, template.valid_to
    if quarter < Period.parse(first) or (last and quarter > Period.parse(last)):
        until = f"至 {last} " if last else ""
        raise Invalid(f"《{template.name}》自 {first} {until}使用，不能布置 {quarter.code}。")
    return quarter


def _add_returns(cycle: Cycle, quarter: Period) -> None:
    if cycle.template.subject_kind == SubjectKind.PARK:
        wanted = _park_returns(cycle, quarter)
    else:
        wanted = _district_returns(cycle)
    if wanted:
        _store(wanted)
        _add_drafts(cycle, quarter, wanted)
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


def _park_returns(cycle: Cycle, quarter: Period) -> list[Return]:
    """Returns for parks open in the quarter that have none yet, named and placed as on its last day."""
    members = members_in(quarter)
    known = set(cycle.returns.values_list("park_code", flat=True))
    parks = Park.objects.filter(code__in=members.keys() - known).order_by("code")
    operators = _operators(parks, quarter)
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


def _operators(parks: Sequence[Park], quarter: Period) -> dict[int, int | None]:
    """Park → operator on the quarter's last day, or on the park's last open day in it."""
    found = {}
    placements = Placement.objects.filter(park__in=parks, valid_from__lte=quarter.last_day)
    for placement in placements.select_related("park").order_by("valid_from"):
        closed = placement.park.closed_on
        day = min(quarter.last_day, closed - timedelta(days=1)) if closed else quarter.last_day
        if placement.in_force(day):
            found[placement.park_id] = placement.operator_id
    return found


def _add_drafts(cycle: Cycle, quarter: Period, returns: list[Return]) -> None:
    """A first draft for each return, its 上年同期可比数 prefilled with what was 核定 a year before."""
    form = [cell for cell in form_cells(cycle.template, quarter) if cell.asks_base]
    codes = [each.park_code for each in returns]
    bases = certified_units(cycle.template.subject_kind, codes, quarter.year_before, form)
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
    for each, draft in zip(returns, drafts, strict=True):
        each.draft = draft
    Return.objects.bulk_update(returns, ["draft"])
