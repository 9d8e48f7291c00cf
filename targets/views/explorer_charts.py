"""The tables of one indicator as charts, from the same figures."""

from collections.abc import Iterable
from decimal import Decimal

from guandu.web.charts import PLAIN_COLOUR, Chart, Point, Series, chain_colour
from guandu.web.templatetags.portal import figure_context, written
from targets.enums import Basis, FigureScope
from targets.models import Figure
from targets.queries.explorer import BY_SCOPE, Answer
from targets.queries.layout_of_figures import Cell, Entry, Table, decimals_of
from targets.views.addresses import figure_url

MOST_CHARTS, MOST_LINES, MOST_BARS = 4, 6, 40
# Beside the chains' own colours, which mean chains.
LINE_COLOURS = (PLAIN_COLOUR, "#7a4800", "#5f6b78", "#0f7a7a", "#8c1d18", "#4a4f9e")


def charts(found: Answer, laid_out: list[Table]) -> list[Chart]:
    """One for each table of a single indicator and unit that has numbers."""
    if found.question.by != BY_SCOPE:
        return []
    able = [table for table in laid_out if table.unit and len(table.rows) <= MOST_BARS and table.numbers]
    return [_chart(found, table, place) for place, table in enumerate(able[:MOST_CHARTS])]


def _chart(found: Answer, table: Table, place: int) -> Chart:
    lines = len(table.heads) > 1 and len(table.rows) <= MOST_LINES
    return (_lines if lines else _bars)(found, table, f"figures-{place}")


def _bars(found: Answer, table: Table, key: str) -> Chart:
    """The newest period that has numbers, the scopes side by side."""
    at = max(
        at for at in range(len(table.heads)) if any(row.cells[at].value is not None for row in table.rows)
    )
    points = tuple(_point(row.cells[at]) for row in table.rows)
    by_chain = found.question.kind == FigureScope.CHAIN
    return Chart(
        key=key,
        title=f"{table.entry.label}，{table.heads[at].entry.label}{_most(table, at)}",
        unit=table.unit,
        category_name=FigureScope(found.question.kind).label,
        categories=tuple(row.entry.label for row in table.rows),
        series=(Series(table.entry.label, points),),
        decimals=_decimals(table),
        context=f"{Basis(found.question.basis).label}{_partial(table, [at])}",
        colours=tuple(_colour(row.entry, 0) for row in table.rows) if by_chain else (),
    )


def _lines(found: Answer, table: Table, key: str) -> Chart:
    """A line for each scope over the periods."""
    return Chart(
        key=key,
        title=f"{table.entry.label}：{table.heads[0].entry.label}至{table.heads[-1].entry.label}各期走势",
        unit=table.unit,
        category_name="报告期",
        categories=tuple(head.entry.label for head in table.heads),
        series=tuple(
            Series(row.entry.label, tuple(_point(cell) for cell in row.cells), _colour(row.entry, place))
            for place, row in enumerate(table.rows)
        ),
        kind="line",
        decimals=_decimals(table),
        context=f"{Basis(found.question.basis).label}，累计数每年从一季度起算{_partial(table, range(len(table.heads)))}",
    )


def _most(table: Table, at: int) -> str:
    """Which scope has the greatest number, in words; nothing where there is no comparison."""
    told = [(row.cells[at].value, row.entry.label) for row in table.rows if row.cells[at].value is not None]
    if len(told) < 2:
        return ""
    value, name = max(told, key=lambda each: each[0])
    return f"：{name}最高（{written(Decimal(value), _decimals(table))} {table.unit}）"


def _partial(table: Table, columns: Iterable[int]) -> str:
    """Which of the drawn periods are not fully reported: their points may not be compared with others."""
    some = [
        table.heads[at].entry.label
        for at in columns
        if any(
            row.cells[at].figure and row.cells[at].figure.reported < row.cells[at].figure.expected
            for row in table.rows
        )
    ]
    return f"，{'、'.join(some)}没有报全，只计入已核定的数" if some else ""


def _colour(entry: Entry, place: int) -> str:
    if entry.scope and entry.scope.chain_position:
        return chain_colour(entry.scope.chain_position)
    return LINE_COLOURS[place % len(LINE_COLOURS)]


def _decimals(table: Table) -> int:
    return max(decimals_of(figure) for figure in _figures(table))


def _figures(table: Table) -> list[Figure]:
    return [cell.figure for row in table.rows for cell in row.cells if cell.figure]


def _point(cell: Cell) -> Point:
    if cell.figure is None:
        return Point(None, context=cell.reason)
    return Point(cell.value, figure_url(cell.figure), cell.reason or figure_context(cell.figure))
