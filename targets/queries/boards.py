"""Figures laid out for tables. Grain: one figure per indicator and scope of one quarter."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from guandu.accounts.models import User
from guandu.core.periods import Period
from targets.enums import Basis, FigureScope, IndicatorKind, SubjectKind
from targets.models import Figure, Indicator, Return
from targets.querysets import FigureQuerySet

# Columns of the park and chain tables, in this order.
BOARD = ("REV", "TAX", "TRADE", "LEAD_RATIO", "OCCUPANCY", "FIRMS", "JOBS")
COUNTS = frozenset({IndicatorKind.COUNT, IndicatorKind.REGISTERED})
# Tiles of the district's dashboard, in this order.
DISTRICT_TILES = ("REV", "TAX", "TAX_SHARE", "TRADE_SHARE", "PARKS_100", "PARKS_10", "PARKS_NEW", "JOBS")


@dataclass(frozen=True)
class Column:
    """One indicator of a table: its name, and its unit as of the figures shown."""

    code: str
    name: str
    unit: str


@dataclass(frozen=True)
class BoardRow:
    """One scope in the table; `cells` are figures in the order of the columns, None where there is none."""

    scope_code: str
    scope_name: str
    cells: list[Figure | None]


@dataclass(frozen=True)
class Board:
    columns: list[Column]
    rows: list[BoardRow]


def figures_of(user: User, quarter: Period) -> FigureQuerySet:
    """核定 figures of the quarter (its own and year to date) that `user` may see."""
    return (
        Figure.objects.visible_to(user)
        .of_quarter(quarter)
        .filter(basis=Basis.CERTIFIED)
        .select_related("indicator", "indicator_version", "denominator_figure")
    )


def figures_at(user: User, quarter: Period, kind: str, code: str = "") -> dict[str, Figure]:
    """Indicator code → figure at one scope, in the dictionary's order. One query."""
    rows = figures_of(user, quarter).filter(scope_kind=kind, scope_code=code)
    return {row.indicator.code: row for row in rows.order_by("indicator__position", "indicator__code")}


def board(
    user: User, quarter: Period, kind: str, names: dict[str, str], indicators: Iterable[str] = BOARD
) -> Board:
    """The table of the scopes `names` (code → name) of one kind, in that order. Two queries."""
    wanted = list(indicators)
    found: dict[str, dict[str, Figure]] = defaultdict(dict)
    rows = figures_of(user, quarter).filter(scope_kind=kind, scope_code__in=names, indicator__code__in=wanted)
    units = {}
    for row in rows:
        found[row.scope_code][row.indicator.code] = row
        units[row.indicator.code] = "%" if row.is_ratio else row.indicator_version.unit
    labels = dict(Indicator.objects.filter(code__in=wanted).values_list("code", "name"))
    columns = [Column(code, labels[code], units.get(code, "")) for code in wanted if code in labels]
    return Board(
        columns,
        [BoardRow(code, name, [found[code].get(c.code) for c in columns]) for code, name in names.items()],
    )


def park_returns(user: User, quarter: Period) -> dict[str, Return]:
    """Park code → the park's return of the quarter, where `user` may see it. One query."""
    rows = Return.objects.visible_to(user).filter(cycle__period=quarter.code, subject_kind=SubjectKind.PARK)
    return {row.park_code: row for row in rows.select_related("cycle").order_by("cycle__template__code")}


def series_at(user: User, kind: str, code: str, indicator: str, quarters: list[Period]) -> dict[str, Figure]:
    """Quarter code → the indicator's figure at one scope. One query."""
    by_period = {}
    for quarter in quarters:
        by_period[quarter.code] = quarter
        by_period.setdefault(quarter.to_date.code, quarter)
    rows = (
        Figure.objects.visible_to(user)
        .filter(
            scope_kind=kind, scope_code=code, indicator__code=indicator, basis=Basis.CERTIFIED, period__in=by_period,
            of_year=False,
        )
        .select_related("indicator", "indicator_version", "denominator_figure")
    )
    return {by_period[row.period].code: row for row in rows}


def park_figures(user: User, quarter: Period, park_code: str) -> list[Figure]:
    """What one park reports and what follows from it, in the dictionary's order; counts of parks say
    nothing about one of them. One query."""
    found = figures_at(user, quarter, FigureScope.PARK, park_code).values()
    return [figure for figure in found if figure.indicator.kind not in COUNTS]
