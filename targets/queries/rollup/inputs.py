"""Everything one quarter's figures are made of, and the parks of a period."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from guandu.core.periods import Period
from parks.models import Park
from parks.queries.names import names_on
from targets.enums import Basis, FigureScope, OverSpace, OverTime
from targets.registered import Fact


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
    unit: str = ""
    over_space: str = OverSpace.SUM
    over_time: str = OverTime.LAST


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
    types: tuple[str, ...] = ()
    opened_on: date | None = None


@dataclass(frozen=True)
class Leaf:
    """One 核定值: whole units of the indicator's version, and its comparable base a year before.

    `park` is empty for a value of a whole scope: the district, or by 补录 a street, chain or area.
    """

    indicator: str
    park: str
    units: int
    base: int | None
    value_id: int | None
    expected: int
    reported: int
    backfilled: int = 0
    scope: tuple[str, str] = (FigureScope.DISTRICT.value, "")  # kind and code, where it is no park's
    scope_name: str = ""
    period: str = ""
    source: str = ""
    of_lines: bool = False
    lines: Mapping[str, int] | None = None  # by firm, where a single quarter or growth is taken from them


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
    flash: list[Leaf] | None = None  # 快报 of a fourth quarter, where the year's return stands among the leaves
    earlier: Mapping[str, "Inputs"] = field(default_factory=dict)  # quarters that definitions look back to, by code
    factors: Mapping[tuple[int, int], Fraction | None] = field(default_factory=dict)  # units by (version, version)
    rosters: Mapping[str, frozenset[str]] = field(default_factory=dict)  # firms on the last day; no park, no record

    def factor(self, of: Definition, then: Definition | None) -> Fraction | None:
        """What makes units of `then` units of `of`; None where the two are not comparable."""
        if then is None:
            return None
        return Fraction(1) if then.version_id == of.version_id else self.factors.get((then.version_id, of.version_id))


_TYPES = ("park_type__parent",)


def members_in(period: Period) -> dict[str, Member]:
    """Parks open on some day of the period, by code, named and placed as on its last day; one that
    closed within the period as on its last open day. One that was merged within it is its successor's."""
    parks = list(Park.objects.open_on(period.last_day).placed_on(period.last_day).select_related(*_TYPES))
    closed = Park.objects.filter(closed_on__gt=period.first_day, closed_on__lte=period.last_day)
    parks += [_placed_before_closing(park) for park in closed.filter(opened_on__isnull=False, merged_into=None)]
    names = names_on(parks, period.last_day)
    return {park.code: _member(park, names[park.pk]) for park in parks}


def _placed_before_closing(park: Park) -> Park:
    last_open = park.closed_on.fromordinal(park.closed_on.toordinal() - 1)
    return Park.objects.placed_on(last_open).select_related(*_TYPES).get(pk=park.pk)


def _member(park: Park, name: str) -> Member:
    names = ("chain", "street", "area", "department")
    codes = {name: getattr(park, f"{name}_code") or "" for name in names}
    labels = {f"{name}_name": getattr(park, f"{name}_name") or "" for name in names}
    return Member(code=park.code, name=name, **codes, **labels, types=_types(park), opened_on=park.opened_on)


def _types(park: Park) -> tuple[str, ...]:
    """The park's type, and the one above it."""
    own = park.park_type
    return tuple(each.code for each in (own, own and own.parent) if each)


def members_of(codes: set[str], period: Period) -> dict[str, Member]:
    """Parks that facts count though they are not open in the period, e.g. not yet opened ones."""
    parks = list(Park.objects.filter(code__in=codes).placed_on(period.last_day).select_related(*_TYPES))
    names = names_on(parks, period.last_day)
    return {park.code: _member(park, names[park.pk]) for park in parks}
