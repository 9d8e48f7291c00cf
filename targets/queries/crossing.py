"""交叉汇总: park figures of one indicator added up over two kinds of scopes at once, exactly, on request.

Grain: one pair of codes. Every park stands in one row and one column, parks without a chain or street in one of
their own, so that the margins add up to all parks in sight.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.core.periods import Period
from targets.enums import Basis, FigureScope, IndicatorKind, OverSpace
from targets.models import Figure, Indicator
from targets.queries.adding import together
from targets.queries.explorer import UNPLACED, WITHIN, reason_of
from targets.queries.freshness import quarter_of
from targets.queries.layout_of_figures import Cell, Entry, rounding_words
from targets.queries.scope_names import UNPLACED_WORD, names_of

KINDS = (FigureScope.CHAIN, FigureScope.STREET, FigureScope.AREA, FigureScope.DEPARTMENT)
NO_PARK = "没有园区"
NOT_ADDED = "这项指标不相加。"


@dataclass(frozen=True)
class Line:
    entry: Entry
    cells: list[Cell]
    margin: Cell


@dataclass(frozen=True)
class Crossing:
    """`parks` are in sight; `whole` is the district's own figure where the reader may see it, `hidden` how many more
    parks that one expects. `complete` says that the reader may see every park."""

    columns: list[Entry]
    lines: list[Line]
    margins: list[Cell]
    total: Cell
    parks: int = 0
    complete: bool = False
    whole: Figure | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def hidden(self) -> int:
        seen = self.total.figure.expected if self.total.figure else 0
        return max(self.whole.expected - seen, 0) if self.whole and not self.complete else 0

    @property
    def agrees(self) -> bool:
        """Whether the margins add up to the district's figure."""
        return self.whole is not None and self.whole.value == self.total.value


def crossed_indicators(user: User) -> list[Indicator]:
    """Indicators whose park figures add up and which the person may see. One query."""
    parks = Figure.objects.visible_to(user).filter(scope_kind=FigureScope.PARK).order_by()
    rows = Indicator.objects.filter(pk__in=parks.values("indicator").distinct()).exclude(
        kind=IndicatorKind.MEASURE
    )
    return [row for row in rows if row.kind == IndicatorKind.COUNT or row.over_space != OverSpace.NONE]


def crossing(
    user: User, indicator: Indicator, quarter: Period, down: str, across: str, *, basis: str, waiting: dict
) -> Crossing:
    """The table of `indicator` in `quarter`, kind `down` by kind `across`. A fixed number of queries."""
    seen = Figure.objects.visible_to(user).filter(indicator=indicator, of_year=False)
    seen = seen.in_basis(basis, {quarter.code, quarter.to_date.code})
    seen = seen.select_related("indicator", "indicator_version", "denominator_figure")
    parks = list(seen.filter(scope_kind=FigureScope.PARK).order_by("park_code"))
    rows, columns = _entries(parks, down), _entries(parks, across)
    lines = [_line(row, columns, _within(parks, down, row.code), across, waiting) for row in rows]
    margins = [_cell(_within(parks, across, column.code), waiting) for column in columns]
    total = _cell(parks, waiting)
    return Crossing(
        columns,
        lines,
        margins,
        total,
        parks=len(parks),
        complete=ScopeKind.DISTRICT in user.scopes_with(Permission.FIGURE_VIEW),
        whole=seen.filter(scope_kind=FigureScope.DISTRICT).first(),
        notes=_notes(lines, margins, total),
    )


def _entries(parks: Iterable[Figure], kind: str) -> list[Entry]:
    """The scopes that the parks lie in, in the register's order; those of no scope come last."""
    there = {_code(park, kind) for park in parks}
    names = names_of(kind)
    placed = [Entry(code, name) for code, name in names.items() if code in there]
    gone = [Entry(code, code) for code in sorted(there - names.keys() - {UNPLACED})]
    return placed + gone + ([Entry(UNPLACED, UNPLACED_WORD)] if UNPLACED in there else [])


def _code(park: Figure, kind: str) -> str:
    return getattr(park, WITHIN[FigureScope(kind).value]) or UNPLACED


def _within(parks: Iterable[Figure], kind: str, code: str) -> list[Figure]:
    return [park for park in parks if _code(park, kind) == code]


def _line(row: Entry, columns: list[Entry], parks: list[Figure], across: str, waiting: dict) -> Line:
    cells = [_cell(_within(parks, across, column.code), waiting) for column in columns]
    return Line(row, cells, _cell(parks, waiting))


def _cell(parks: list[Figure], waiting: dict) -> Cell:
    if not parks:
        return Cell(None, NO_PARK)
    figure = together(parks)
    waits = any(quarter_of(park) in waiting for park in parks)
    return Cell(figure, reason_of(figure) if figure else NOT_ADDED, waits)


def _notes(lines: list[Line], margins: list[Cell], total: Cell) -> list[str]:
    """What rounding does to the margins that readers add up."""
    down = rounding_words([line.margin.figure for line in lines], total.figure)
    across = rounding_words([cell.figure for cell in margins], total.figure)
    return [f"{label}：{words}" for label, words in (("最右一列", down), ("最下一行", across)) if words]


def basis_asked(value: str) -> str:
    return value if value in Basis.values else Basis.CERTIFIED
