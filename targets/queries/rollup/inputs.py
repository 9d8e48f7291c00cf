"""Everything one quarter's figures are made of, read in a fixed number of queries."""

from dataclasses import dataclass, field

from guandu.core.errors import Invalid
from guandu.core.models import dated
from guandu.core.periods import Period
from parks.models import Chain, Park
from parks.queries.names import names_on
from targets.enums import Basis, FigureScope, IndicatorKind, ReturnState, SubjectKind, ValueSource
from targets.frequency import asked_in
from targets.models import CertifiedValue, IndicatorVersion, Return
from targets.registered import Fact, facts_of


@dataclass(frozen=True)
class Definition:
    """One indicator as it stands for the quarter."""

    code: str
    kind: str
    level: str
    indicator_id: int
    version_id: int
    scale: int
    formula: dict


@dataclass(frozen=True)
class Member:
    """A park with the memberships of the period's last day (of its own last open day if it closed
    within the period); codes are empty where nothing was in force."""

    code: str
    name: str
    chain: str = ""
    chain_name: str = ""
    street: str = ""
    street_name: str = ""
    area: str = ""
    area_name: str = ""
    department: str = ""
    department_name: str = ""


@dataclass(frozen=True)
class Leaf:
    """One 核定值: whole units of the indicator's version, and its comparable base a year before.

    `park` is empty for a value of a whole scope: the district, or by 补录 a street, chain or area.
    """

    indicator: str
    park: str
    units: int
    base: int | None
    value_id: int
    expected: int
    reported: int
    backfilled: int = 0
    scope: tuple[str, str] = (FigureScope.DISTRICT.value, "")  # kind and code, where it is no park's
    scope_name: str = ""


@dataclass(frozen=True)
class Inputs:
    quarter: Period
    definitions: dict[str, Definition]
    members: dict[str, Member]
    leaves: list[Leaf]
    not_asked: frozenset[tuple[str, str]] = frozenset()  # (park, indicator): optional, left empty, approved
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    fact_members: dict[str, Member] = field(default_factory=dict)
    chains: dict[str, str] = field(default_factory=dict)
    basis: str = Basis.CERTIFIED


def read_inputs(quarter: Period) -> Inputs:
    """Inputs of the single quarter `quarter`: flows are year-to-date at its end, stocks at its end."""
    definitions, members = _definitions(quarter), members_in(quarter)
    leaves = _leaves(quarter, definitions)
    # A registered indicator without a formula has no source that counts it yet.
    facts = {c: _facts(d, quarter) for c, d in definitions.items() if d.kind == IndicatorKind.REGISTERED and d.formula}
    counted = {fact.park_code for found in facts.values() for fact in found}
    return Inputs(
        quarter=quarter,
        definitions=definitions,
        members=members,
        leaves=leaves,
        not_asked=_not_asked(quarter, leaves),
        facts=facts,
        fact_members=members | _members_of(counted - members.keys(), quarter),
        chains=dict(Chain.objects.values_list("code", "name")),
    )


def members_in(period: Period) -> dict[str, Member]:
    """Parks open on some day of the period, by code, named and placed as on its last day; one that
    closed within the period as on its last open day. One that was merged within it is its successor's."""
    parks = list(Park.objects.open_on(period.last_day).placed_on(period.last_day))
    closed = Park.objects.filter(closed_on__gt=period.first_day, closed_on__lte=period.last_day)
    parks += [_placed_before_closing(park) for park in closed.filter(opened_on__isnull=False, merged_into=None)]
    names = names_on(parks, period.last_day)
    return {park.code: _member(park, names[park.pk]) for park in parks}


def _placed_before_closing(park: Park) -> Park:
    last_open = park.closed_on.fromordinal(park.closed_on.toordinal() - 1)
    return Park.objects.placed_on(last_open).get(pk=park.pk)


def _member(park: Park, name: str) -> Member:
    names = ("chain", "street", "area", "department")
    codes = {name: getattr(park, f"{name}_code") or "" for name in names}
    labels = {f"{name}_name": getattr(park, f"{name}_name") or "" for name in names}
    return Member(code=park.code, name=name, **codes, **labels)


def _definitions(quarter: Period) -> dict[str, Definition]:
    """What this quarter asks for: a yearly indicator is none of the first three."""
    rows = IndicatorVersion.objects.filter(dated(quarter.last_day)).select_related("indicator")
    versions = rows.order_by("indicator__position", "indicator__code")
    return {
        v.indicator.code: Definition(
            v.indicator.code, v.indicator.kind, v.indicator.level, v.indicator_id, v.pk, v.scale, v.definition
        )
        for v in versions
        if asked_in(v.indicator.frequency, quarter)
    }


def _leaves(quarter: Period, definitions: dict[str, Definition]) -> list[Leaf]:
    """核定值 of the quarter, of its last month, and in the fourth of the year: up to the same day they say
    the same; where several stand, the year's before the quarter's before the month's, and one that was reported
    before any that was entered afterwards."""
    months = Period(quarter.year, quarter.last, quarter.last)
    periods = [*([str(quarter.year)] if quarter.last == 12 else []), quarter.code, months.code]
    rows = (
        CertifiedValue.objects.current()
        .filter(period__in=periods)
        .order_by("subject_code", "indicator__code")
        .values_list(
            "indicator__code", "subject_kind", "subject_code", "period", "units", "base_units", "pk",
            "expected", "reported", "indicator_version_id", "source", "history_line__scope_name",
        )
    )
    leaves = {}
    for code, kind, subject, _, units, base, pk, expected, reported, version, source, name in sorted(
        rows, key=lambda row: (row[10] == ValueSource.HISTORY, periods.index(row[3]))
    ):
        if code not in definitions or definitions[code].version_id != version:
            raise Invalid(f"{quarter.label}的指标 {code} 与其核定值不是同一版本，请先办理数据订正。")
        is_park = kind == SubjectKind.PARK
        leaf = Leaf(
            code, subject if is_park else "", units, base, pk, expected, reported,
            int(source == ValueSource.HISTORY), (kind, subject), name or "",
        )  # fmt: skip
        leaves.setdefault((kind, subject, code), leaf)
    return [leaves[key] for key in sorted(leaves)]


def _not_asked(quarter: Period, leaves: list[Leaf]) -> frozenset[tuple[str, str]]:
    """Optional cells that an approved return left empty: the indicator does not concern the park. And
    every cell of a return that is 免报."""
    optional = (
        Return.objects.filter(
            cycle__period=quarter.code, approved__isnull=False, cycle__template__cells__is_required=False
        )
        .exclude(park_code="")
        .values_list("park_code", "cycle__template__cells__indicator__code")
    )
    exempt = (
        Return.objects.filter(cycle__period=quarter.code, state=ReturnState.EXEMPT)
        .exclude(park_code="")
        .values_list("park_code", "cycle__template__cells__indicator__code")
    )
    return frozenset([*optional, *exempt]) - {(leaf.park, leaf.indicator) for leaf in leaves if leaf.park}


def _members_of(codes: set[str], quarter: Period) -> dict[str, Member]:
    """Parks that facts count though they are not open in the quarter, e.g. not yet opened ones."""
    parks = list(Park.objects.filter(code__in=codes).placed_on(quarter.last_day))
    names = names_on(parks, quarter.last_day)
    return {park.code: _member(park, names[park.pk]) for park in parks}


def _facts(definition: Definition, quarter: Period) -> list[Fact]:
    parameters = {k: v for k, v in definition.formula.items() if k not in {"op", "source"}}
    return facts_of(definition.formula["source"], quarter, **parameters)
