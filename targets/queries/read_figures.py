"""The figures that a park's figure is worked out from: of the same quarter, or of the one that it looks back to."""

from collections.abc import Iterator

from guandu.accounts.models import User
from guandu.core.periods import Period
from targets.definitions.graph import operands
from targets.enums import FigureScope
from targets.models import Figure
from targets.queries.rollup.shifts import base_quarter, previous_quarter

_READS_ONE = frozenset({"count_over_line", "all_of", "average", "single", "growth", "annual_growth"})


def figures_read(figure: Figure, user: User) -> list[Figure]:
    """Those at the same place that `user` may see, in the order in which the definition names them. A ratio names its
    own beside its terms."""
    definition = figure.indicator_version.definition
    op = definition.get("op")
    if figure.scope_kind != FigureScope.PARK:
        return []
    if op == "choose_by_type":
        return _found(figure, [definition["map"].get(figure.chain_code, "")], user)
    if op == "formula":
        return _found(figure, operands(definition), user)
    if op not in _READS_ONE:
        return []
    return [each for quarter in _quarters(figure) for each in _found(figure, [definition["of"]], user, quarter)]


def sibling(figure: Figure, indicator: str, user: User, quarter: Period | None = None) -> Figure | None:
    """The figure of another indicator at the same place, in the same quarter or another."""
    rows = Figure.objects.visible_to(user)
    if figure.of_year and quarter is None:
        rows = rows.filter(period=figure.period)
    else:
        rows = rows.of_quarter(quarter or _quarter_of(figure))
    same = {"scope_kind": figure.scope_kind, "scope_code": figure.scope_code, "basis": figure.basis}
    return (
        rows.filter(indicator__code=indicator, **same)
        .select_related("indicator", "indicator_version", "denominator_figure")
        .first()
    )


def _found(figure: Figure, codes: list[str], user: User, quarter: Period | None = None) -> list[Figure]:
    return [found for code in codes if (found := sibling(figure, code, user, quarter))]


def _quarters(figure: Figure) -> Iterator[Period | None]:
    """The figure's own, and the one at the other end of what is compared."""
    definition, quarter = figure.indicator_version.definition, _quarter_of(figure)
    yield None
    if definition["op"] == "single" and previous_quarter(quarter):
        yield previous_quarter(quarter)
    if definition["op"] in {"growth", "annual_growth"}:
        yield base_quarter(definition, quarter, flowing=figure.period != quarter.code or quarter.last == 3)


def _quarter_of(figure: Figure) -> Period:
    period = Period.parse(figure.period)
    return Period.quarter(period.year, period.last // 3)
