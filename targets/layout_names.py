"""What a cell of a report layout asks for: {营业收入|2026Q3|巫家坝} or {REV|本期|全区|同比|亿元}. No database.

Indicator, period and scope stand in this order; what follows is a measure or a unit, in any order.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from guandu.core.errors import Invalid
from guandu.core.periods import Period, PeriodKind

THIS, BEFORE, YEAR_BEFORE = "本期", "上期", "上年同期"
VALUE, GROWTH, COMPLETION = "数值", "同比", "完成率"
MEASURES = (VALUE, GROWTH, COMPLETION)
LABEL = "报告期"  # {报告期}: the period chosen, in words
PERCENT = "%"
DISTRICT = "全区"
LONGEST = 120
FORM = "{指标|报告期|范围}"

_BRACED = re.compile(r"\{[^{}]*\}")
# What a multiple stands before: 万元 is 10⁴ 元. The longer first.
_MULTIPLES = {"十万": 5, "百万": 6, "千万": 7, "亿": 8, "万": 4, "千": 3}
_AREAS = {"平方公里": (6, "平方米"), "公顷": (4, "平方米"), "㎡": (0, "平方米"), "m2": (0, "平方米")}
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_WIDE = Context(prec=80)


@dataclass(frozen=True)
class Name:
    """A name taken apart, as texts. `label` asks for the period in words and nothing else."""

    indicator: str = ""
    period: str = ""
    scope: str = ""
    measure: str = VALUE
    unit: str = ""
    label: bool = False


def is_name(text: str) -> bool:
    """Whether the cell's text holds a name in braces, alone or within other text."""
    return bool(_BRACED.search(plain(text)))


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def parse_name(text: str) -> Name:
    """Raises Invalid in a sentence without a full stop."""
    cleaned = plain(text)
    if not _BRACED.fullmatch(cleaned):
        raise Invalid("名称要独占一个单元格，前后不能有其他文字")
    parts = cleaned[1:-1].split("|")
    if parts == [LABEL]:
        return Name(label=True)
    if len(parts) < 3 or not all(parts):
        raise Invalid(f"名称应写成{FORM}，后面可加同比、完成率或单位")
    indicator, period, scope, *options = parts
    measures = [each for each in options if each in MEASURES]
    units = [each for each in options if each not in MEASURES]
    if len(measures) > 1 or len(units) > 1:
        raise Invalid(f"“{'、'.join(measures if len(measures) > 1 else units)}”只能写一个")
    measure = measures[0] if measures else VALUE
    if units and measure != VALUE and units != [PERCENT]:
        raise Invalid(f"{measure}以百分数表示，不写单位")
    return Name(indicator, period, scope, measure, units[0] if units else "")


def period_of(asked: str, chosen: Period) -> Period:
    """The period that a name means when `chosen`, a quarter, is filled in. Raises Invalid."""
    relative = {THIS: chosen, BEFORE: chosen.before, YEAR_BEFORE: chosen.year_before}
    if asked in relative:
        return relative[asked]
    try:
        return Period.parse(asked)
    except Invalid as wrong:
        words = "、".join(relative)
        raise Invalid(f"“{asked}”不是报告期，请写{words}，或写成 2026Q3、2026Q1-3、2026H1、2026") from wrong


def codes_of(period: Period) -> list[str]:
    """Under which codes the portal keeps the numbers of `period`: a flow is counted from January, all else at the
    quarter's end, and both are of the same last day. A month is a month."""
    if period.kind is PeriodKind.MONTH:
        return [period.code]
    same_end = Period.quarter_of(period.last_day)
    return list(dict.fromkeys([period.code, same_end.code, period.to_date.code]))


def factor(have: str, want: str) -> Fraction:
    """What makes a number in `have` one in `want`, exactly. Raises Invalid where they do not measure the same."""
    (have_power, have_base), (want_power, want_base) = _taken_apart(have), _taken_apart(want)
    if have_base != want_base:
        raise Invalid(f"本项单位是{have}，不能换算成{want}")
    return Fraction(10) ** (have_power - want_power)


def _taken_apart(unit: str) -> tuple[int, str]:
    """Power of ten and what it counts."""
    unit = plain(unit)
    for multiple, power in _MULTIPLES.items():
        if unit.startswith(multiple) and len(unit) > len(multiple):
            more, base = _AREAS.get(unit.removeprefix(multiple), (0, unit.removeprefix(multiple)))
            return power + more, base
    return _AREAS.get(unit, (0, unit))


@dataclass(frozen=True)
class Shown:
    """How a cell shows a number: how many decimals (None: as many as it has), and whether as a percentage."""

    decimals: int | None = None
    percent: bool = False


def shown_by(number_format: str) -> Shown:
    """What an Excel number format does to a positive number."""
    code = _NOT_FORMAT.sub("", number_format.split(";")[0])
    if not re.search("[0#?]", code) or re.search("[ymdhs@]", code.lower().replace("general", "")):
        return Shown()
    whole, _, rest = code.partition(".")
    decimals = len(re.match("[0#?]*", rest)[0])
    thousands = len(re.search(r"(,*)[^,0#?]*$", code)[1])
    return Shown(decimals - 3 * thousands, PERCENT in code)


def rounded(value: Fraction, decimals: int) -> Decimal:
    """Half up, once."""
    tens = Fraction(10) ** decimals
    amount = abs(value) * tens
    whole = int(amount + Fraction(1, 2))
    return Decimal(-whole if value < 0 else whole).scaleb(-decimals, _WIDE)


def exact(value: Fraction, most: int = 12) -> Decimal:
    """As a decimal with all its places; where it has no end, with `most`."""
    for decimals in range(most):
        if (value * 10**decimals).denominator == 1:
            return rounded(value, decimals)
    return rounded(value, most).quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP, context=_WIDE)
