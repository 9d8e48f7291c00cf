"""How much of a target is expected by the end of a quarter, and on what ground."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from guandu.core.periods import Period
from targets.enums import Operator
from targets.enums_plan import Path
from targets.progress.amounts import half_up, measured, rounded_down, rounded_up, written
from targets.progress.seasons import EVEN
from targets.progress.terms import Terms, number_of, position, quarter_at

_BY = {1: "第一季度", 2: "上半年", 3: "前三季度", 4: "全年"}


@dataclass(frozen=True)
class Expected:
    """In the target's unit, rounded as it is shown, so that a reader can work out the progress: to the target's
    decimals, at least two, half up; of whole things only whole ones are asked, 2 parks in three years not before one
    is due. None where nothing is expected yet or nothing can be said, which `words` tell apart."""

    value: Decimal | None
    words: str


@dataclass(frozen=True)
class _Knot:
    """A point that the expectation runs through."""

    place: int
    value: Decimal
    name: str

    def __str__(self) -> str:
        return f"{self.name} {written(self.value)}"


def expected_at(terms: Terms, quarter: Period, seasonal: Mapping[int, Fraction] | None = None) -> Expected:
    """What is expected at the end of `quarter`; `seasonal` (from seasonal_shares) is used on the seasonal path only."""
    if terms.path == Path.HELD:
        return Expected(terms.line, f"各期都应{demand(terms)}")
    if position(quarter) < position(terms.starts):
        return Expected(None, f"计划尚未开始（{terms.starts.next_quarter.label}起），不设应有进度")
    if terms.quarters_left(quarter) == 0:
        return Expected(terms.line, f"完成时限为{terms.ends.label}，应{demand(terms)}")
    if terms.path == Path.SEASONAL:
        return _seasonal(terms, quarter, seasonal or {})
    return _linear(terms, quarter) if terms.path == Path.LINEAR else _at_end(terms, quarter)


def demand(terms: Terms, unit: str = "") -> str:
    """What the line asks: 不低于 60."""
    label = Operator(terms.operator).label
    return str(label) if terms.operator == Operator.DONE else f"{label} {measured(terms.line, unit)}"


def _linear(terms: Terms, quarter: Period) -> Expected:
    for start, end in pairwise(_knots(terms)):
        if start.place <= position(quarter) < end.place:
            return _between(terms, start, end, quarter)
    return Expected(None, f"缺少基期数（{terms.starts.label}），暂不能计算应有进度")


def _between(terms: Terms, start: _Knot, end: _Knot, quarter: Period) -> Expected:
    if position(quarter) == start.place:
        return Expected(start.value, f"{quarter.label}应为{start}")
    way = Fraction(position(quarter) - start.place, end.place - start.place)
    first, last = Fraction(start.value), Fraction(end.value)
    exact = first + (last - first) * way
    # Rounding leads neither below nor beyond the two ends.
    low, high = sorted((start.value, end.value))
    value = min(max(_rounded(terms, exact), low), high)
    ground = f"从{_dated(start)}到{_dated(end)}按季均匀推进"
    return Expected(value, f"{ground}，{quarter.label}应为 {_told(terms, exact, value)}")


def _dated(knot: _Knot) -> str:
    return f"{knot}（{quarter_at(knot.place).label}）"


def _knots(terms: Terms) -> list[_Knot]:
    """The known points from the baseline to the line, in order of time."""
    first = [] if terms.baseline is None else [_Knot(position(terms.starts), terms.baseline, "基期数")]
    return [*first, *_checkpoints(terms), _Knot(position(terms.ends), terms.line, "目标值")]


def _checkpoints(terms: Terms) -> list[_Knot]:
    """Those within the plan; at the deadline the line itself stands."""
    within = range(position(terms.starts) + 1, position(terms.ends))
    knots = [_Knot(position(period), value, "阶段目标") for period, value in terms.checkpoints.items()]
    return sorted((knot for knot in knots if knot.place in within), key=lambda knot: knot.place)


def _rounded(terms: Terms, value: Fraction) -> Decimal:
    if terms.decimals:
        return half_up(value, max(terms.decimals, 2))
    return rounded_up(value, 0) if terms.falls else rounded_down(value, 0)


def _told(terms: Terms, exact: Fraction, value: Decimal) -> str:
    return f"{written(value)}{'（按整数计）' if not terms.decimals and value != exact else ''}"


def _at_end(terms: Terms, quarter: Period) -> Expected:
    passed = [knot for knot in _checkpoints(terms) if knot.place <= position(quarter)]
    if passed:
        return Expected(passed[-1].value, f"应已达到{_dated(passed[-1])}")
    return Expected(None, f"只看期末（{terms.ends.label}），此前不设应有进度")


def _seasonal(terms: Terms, quarter: Period, shares: Mapping[int, Fraction]) -> Expected:
    """A share of the year's amount: the line in the deadline's year, in the years before on the way to it."""
    agreed = [knot for knot in _checkpoints(terms) if knot.place == position(quarter)]
    if agreed:
        return Expected(agreed[0].value, f"{quarter.label}应为{agreed[0]}")
    number = number_of(quarter)
    by = shares or EVEN
    amount, ground = _amount_of_year(terms, quarter.year, by)
    if amount is None:
        return Expected(None, ground)
    value = _rounded(terms, amount * by[number])
    share = (
        f"往年到{_BY[number]}平均完成全年的 {written(by[number] * 100, 1)}%"
        if shares
        else f"没有往年分季数据，按每季四分之一计，到{_BY[number]}为 {25 * number}%"
    )
    return Expected(value, f"{ground}；{share}，应为 {_told(terms, amount * by[number], value)}")


def _amount_of_year(terms: Terms, year: int, by: Mapping[int, Fraction]) -> tuple[Fraction | None, str]:
    """What the whole of `year` should bring, and why. A deadline within a year has its line reached by then."""
    # The baseline is the whole of its year, wherever in it the plan starts.
    whole = {position(terms.starts), *(knot.place for knot in _checkpoints(terms) if knot.place % 4 == 3)}
    known = {knot.place // 4: knot for knot in _knots(terms) if knot.place in whole}
    full = Fraction(terms.line) / (by[number_of(terms.ends)] or 1)
    if year == terms.ends.year:
        return full, f"{year}年全年应完成 {written(full, max(terms.decimals, 2))}"
    amounts = {before: Fraction(knot.value) for before, knot in known.items()} | {terms.ends.year: full}
    for start, end in pairwise(sorted(amounts)):
        if start <= year < end:
            amount = amounts[start] + (amounts[end] - amounts[start]) * Fraction(year - start, end - start)
            words = f"按{known[start]}（{start}年）到{end}年 {written(amounts[end], max(terms.decimals, 2))} 逐年均匀推进"
            return amount, f"{words}，{year}年全年应完成 {written(amount, max(terms.decimals, 2))}"
    return None, f"缺少基期数（{terms.starts.year}年），暂不能计算应有进度"
