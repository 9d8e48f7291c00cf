"""An answer as tables: two of indicator, scope and period across and down, one table for each of the third."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from guandu.core.numbers import round_half_up
from guandu.core.periods import Period
from targets.enums import FigureScope
from targets.models import Figure
from targets.queries.adding import together
from targets.queries.explorer import BY_INDICATOR, BY_SCOPE, MOST_TABLES, Answer, Key, Scope, reason_of
from targets.queries.freshness import quarter_of

NAME = "name"
RATIO_DECIMALS = 2


class Entry(NamedTuple):
    """One of what runs along a side of a table."""

    code: str
    label: str
    scope: Scope | None = None


@dataclass(frozen=True)
class Cell:
    """`figure` None has a `reason`; `unit` stands here where neither table nor row nor column names one."""

    figure: Figure | None
    reason: str = ""
    waits: bool = False
    unit: str = ""

    @property
    def value(self) -> Decimal | None:
        return self.figure.value if self.figure else None

    @property
    def decimals(self) -> int:
        return decimals_of(self.figure) if self.figure else 0


@dataclass(frozen=True)
class Row:
    entry: Entry
    cells: list[Cell]
    unit: str = ""


@dataclass(frozen=True)
class Head:
    entry: Entry
    unit: str = ""
    waits: bool = False


@dataclass(frozen=True)
class Table:
    """`total` puts the listed scopes together, where that has a meaning; `notes` say what rounding does."""

    entry: Entry
    heads: list[Head]
    rows: list[Row]
    unit: str = ""
    total: Row | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> int:
        return sum(cell.value is not None for row in self.rows for cell in row.cells)


def unit_of(figure: Figure) -> str:
    return "%" if figure.is_ratio else figure.indicator_version.unit


def decimals_of(figure: Figure) -> int:
    return RATIO_DECIMALS if figure.is_ratio else figure.indicator_version.display_decimals


def tables(found: Answer, waiting: dict) -> list[Table]:
    """The tables of `found`, MOST_TABLES at most; quarters in `waiting` are marked."""
    scopes = [Entry(scope.code, scope.name, scope) for scope in found.scopes]
    indicators = [Entry(each.code, each.name) for each in found.indicators]
    quarters = [Entry(each.code, each.to_date.label) for each in found.quarters]
    if found.question.by == BY_SCOPE:
        return [
            _table(
                found, each, scopes, _named(found, each.code), _key(scope=0, quarter=1, indicator=2), waiting
            )
            for each in indicators
        ]
    if found.question.by == BY_INDICATOR:
        return [
            _table(found, each, indicators, quarters, _key(indicator=0, quarter=1, scope=2), waiting)
            for each in scopes[:MOST_TABLES]
        ]
    return [
        _table(found, each, scopes, indicators, _key(scope=0, indicator=1, quarter=2), waiting)
        for each in quarters
    ]


def _key(*, indicator: int, scope: int, quarter: int) -> Callable[[str, str, str], Key]:
    """From (row, column, table) to the key of a figure, by the place of each."""
    return lambda *codes: Key(codes[indicator], codes[scope], codes[quarter])


def _named(found: Answer, indicator: str) -> list[Entry]:
    """Quarters as periods of one indicator: 1—9月 for what runs from the year's beginning, 9月末 for what stands."""
    return [Entry(each.code, period_words(found, indicator, each)) for each in found.quarters]


def period_words(found: Answer, indicator: str, quarter: Period) -> str:
    at = {
        row.period
        for key, row in found.figures.items()
        if (key.indicator, key.quarter) == (indicator, quarter.code)
    }
    if at == {quarter.code} != {quarter.to_date.code}:
        return f"{quarter.year}年{quarter.last}月末"
    return quarter.to_date.label


def _table(found: Answer, entry: Entry, down: list[Entry], across: list[Entry], key, waiting) -> Table:
    grid = [[found.figures.get(key(row.code, column.code, entry.code)) for column in across] for row in down]
    unit = _unit(figure for line in grid for figure in line)
    heads = [
        Head(
            column,
            "" if unit else _unit(line[at] for line in grid),
            _waits((line[at] for line in grid), waiting),
        )
        for at, column in enumerate(across)
    ]
    rows = [_row(each, line, unit, heads, waiting) for each, line in zip(down, grid, strict=True)]
    total = _total(found, rows, heads)
    ordered = _sorted(rows, found.question.sort, [column.code for column in across])
    return Table(entry, heads, ordered, unit, total, _notes(rows, total, heads) if total else [])


def _row(entry: Entry, line: Sequence[Figure | None], unit: str, heads: list[Head], waiting: dict) -> Row:
    own = "" if unit or all(head.unit for head in heads) else _unit(line)
    cells = [
        Cell(
            figure,
            reason_of(figure),
            _waits([figure], waiting),
            unit_of(figure) if figure and not (unit or head.unit or own) else "",
        )
        for figure, head in zip(line, heads, strict=True)
    ]
    return Row(entry, cells, own)


def _unit(figures) -> str:
    """The unit that all of them share, empty where they do not."""
    units = {unit_of(figure) for figure in figures if figure is not None}
    return units.pop() if len(units) == 1 else ""


def _waits(figures, waiting: dict) -> bool:
    return bool(waiting) and any(figure is not None and quarter_of(figure) in waiting for figure in figures)


def _total(found: Answer, rows: list[Row], heads: list[Head]) -> Row | None:
    if found.question.by == BY_INDICATOR or found.question.kind == FigureScope.DISTRICT or len(rows) < 2:
        return None
    columns = [[row.cells[at].figure for row in rows if row.cells[at].figure] for at in range(len(heads))]
    sums = [together(figures, "所列合计") for figures in columns]
    if not any(sums):
        return None
    waits = [head.waits for head in heads]
    return Row(
        Entry("", "所列合计"),
        [
            Cell(each, reason_of(each) if each else "这项指标不相加。", late)
            for each, late in zip(sums, waits, strict=True)
        ],
    )


def _notes(rows: list[Row], total: Row, heads: list[Head]) -> list[str]:
    """A sentence for each column whose shown numbers, added up, are not the shown sum."""
    found = []
    for at, head in enumerate(heads):
        whole = total.cells[at].figure
        sentence = rounding_words([row.cells[at].figure for row in rows], whole)
        if sentence:
            found.append(f"{head.entry.label}：{sentence}")
    return found


def rounding_words(parts: Sequence[Figure | None], whole: Figure | None) -> str:
    """What rounding does to a sum that readers add up for themselves; empty where nothing, and where the exact numbers
    do not add up either: a quotient is no sum."""
    known = [part.value for part in parts if part is not None and part.value is not None]
    if whole is None or whole.value is None or sum(known) != whole.value:
        return ""
    decimals = decimals_of(whole)
    shown = sum(round_half_up(value, decimals) for value in known)
    exact = round_half_up(whole.value, decimals)
    if shown == exact:
        return ""
    unit = unit_of(whole)
    return f"各项按显示的小数位相加为 {shown:,f} {unit}，合计按未舍入的数相加为 {exact:,f} {unit}，相差来自四舍五入。"


def _sorted(rows: list[Row], sort: str, columns: list[str]) -> list[Row]:
    """By a column, downwards with “-” before it; what has no number comes last either way."""
    key, down = sort.removeprefix("-"), sort.startswith("-")
    if key == NAME:
        return sorted(rows, key=lambda row: row.entry.label, reverse=down)
    if key not in columns:
        return rows
    at = columns.index(key)
    told = [row for row in rows if row.cells[at].value is not None]
    ordered = sorted(told, key=lambda row: row.cells[at].value, reverse=down)
    return ordered + [row for row in rows if row.cells[at].value is None]
