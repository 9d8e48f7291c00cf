"""What is needed in each remaining quarter."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from guandu.core.periods import Period
from targets.enums import Operator
from targets.enums_plan import Path
from targets.progress.amounts import difference, rounded_up
from targets.progress.expectation import demand
from targets.progress.terms import Terms, meets, number_of


@dataclass(frozen=True)
class Pace:
    """`per_quarter` is in the target's unit, rounded up to its decimals; None where no pace is to be kept: met, over,
    without data, or to hold in every quarter."""

    per_quarter: Decimal | None
    quarters_left: int
    words: str


def required_pace(terms: Terms, value: Decimal | None, quarter: Period, *, unit: str = "") -> Pace:
    """The pace from the end of `quarter` to the deadline that meets the line; of a yearly flow in the deadline's year."""
    left = terms.quarters_left(quarter)
    if value is None:
        return Pace(None, left, "本期没有数据，不能计算所需进度")
    if meets(terms, value):
        return Pace(None, left, _met_words(terms, left, unit))
    if terms.operator == Operator.DONE:
        return Pace(None, left, f"尚未完成，还有 {left} 个季度" if left else "已到期，尚未完成")
    lack = abs(terms.goal - value)
    if terms.path == Path.HELD or not left or (terms.falls and terms.path == Path.SEASONAL):
        return Pace(None, left, _overdue_words(terms, lack, left, unit))
    if terms.path == Path.SEASONAL and quarter.year < terms.ends.year:
        return _next_years(terms, left, unit)
    each = rounded_up(Fraction(lack) / left, terms.decimals)
    words = f"还差 {difference(lack, unit)}，还有 {left} 个季度，每季需{_verb(terms, unit)} {difference(each, unit)}"
    return Pace(each, left, words)


def _met_words(terms: Terms, left: int, unit: str) -> str:
    if terms.path == Path.HELD:
        return "符合要求，各期都应保持"
    if terms.falls and terms.path == Path.SEASONAL and left:
        return f"全年累计应{demand(terms, unit)}，目前没有超出"
    return "已完成"


def _overdue_words(terms: Terms, lack: Decimal, left: int, unit: str) -> str:
    apart = f"{'超出' if terms.falls else '尚缺'} {difference(lack, unit)}"
    if not left:
        return f"已到期，{apart}"
    if terms.path == Path.HELD:
        return f"各期都应{demand(terms, unit)}，{apart}，下一期即应符合"
    return f"全年累计应{demand(terms, unit)}，已{apart}"


def _next_years(terms: Terms, left: int, unit: str) -> Pace:
    """The year that counts has not begun: an even share of its amount."""
    each = rounded_up(Fraction(terms.goal) / number_of(terms.ends), terms.decimals)
    words = f"{terms.ends.year}年累计应{demand(terms, unit)}，当年平均每季需完成 {difference(each, unit)}"
    return Pace(each, left, words)


def _verb(terms: Terms, unit: str) -> str:
    if terms.falls:
        return "下降" if unit == "%" else "减少"
    if terms.path == Path.SEASONAL:
        return "完成"
    if unit == "%":
        return "提高"
    return "新增" if terms.decimals == 0 else "增加"
