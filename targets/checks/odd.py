"""A number that may be right and looks wrong: asked for a reason, never refused."""

from collections.abc import Sequence
from fractions import Fraction

from targets.checks.entries import Cell, Entries, Finding, Severity, shown
from targets.enums import IndicatorKind

ODD_TIMES = 8  # as many times the last period's value asks for a reason: a slipped decimal point is ten
# A unit taken for another is 10**4 or 10**8 times; the business itself may be a few times more or less.
SLIPS = {4: (2_000, 50_000, "一万"), 8: (20_000_000, 500_000_000, "一亿")}
PREFIXES = {"": 0, "万": 4, "亿": 8}
MEASURES = frozenset({"元", "美元", "平方米"})  # written with and without 万 or 亿; households are not
ENOUGH = 6  # earlier values from which an outlier can be told
# The modified z-score 0.6745·|x - median| / MAD above 3.5 (Iglewicz and Hoaglin), in whole numbers.
Z_FACTOR, Z_LIMIT = 6_745, 35_000
# And as far as a half of the median: a number that hardly moved for years may grow by a third.
FAR = Fraction(1, 2)


def odd(cell: Cell, entries: Entries) -> list[Finding]:
    """At most one finding: the likeliest reading of what looks strange."""
    value = entries.values.get(cell.code)
    if value is None:
        return []
    for look in (_slips, _falls, _out_of_bounds, _leaps, _leaps_on_base, _stands_out):
        text = look(cell, value, entries)
        if text:
            return [Finding(cell.code, Severity.REASON, f"{text}；确实如此请说明原因。")]
    return []


def _falls(cell: Cell, value: int, entries: Entries) -> str:
    last = entries.last.get(cell.code)
    if _adds_up(cell) and entries.last_is_same_year and last is not None and value < last:
        return f"{cell.name}的本期累计小于上期累计，请核对"
    return ""


def _slips(cell: Cell, value: int, entries: Entries) -> str:
    known, whose = _reference(cell, entries)
    if known is None or known <= 0 or value <= 0:
        return ""
    for exponent, (least, most, word) in SLIPS.items():
        if least * known <= value <= most * known:
            return _slip_words(cell, exponent, f"{cell.name}约为{whose}的{word}倍")
        if least * value <= known <= most * value:
            return _slip_words(cell, -exponent, f"{cell.name}约为{whose}的{word}分之一")
    return ""


def _slip_words(cell: Cell, exponent: int, what: str) -> str:
    prefix = cell.unit[:1] if cell.unit[:1] in PREFIXES else ""
    plain = cell.unit.removeprefix(prefix)
    wanted = PREFIXES[prefix] - exponent
    typed = next((each for each, power in PREFIXES.items() if power == wanted), None)
    if typed is None or not (prefix or plain in MEASURES):
        return f"{what}，请核对单位和位数"
    return f"{what}，单位是{typed}{plain}还是{cell.unit}？请核对"


def _reference(cell: Cell, entries: Entries) -> tuple[int | Fraction | None, str]:
    """What the value is held against, and whose it is."""
    if entries.last.get(cell.code) is not None:
        return entries.last[cell.code], "上期"
    history = entries.history.get(cell.code, ())
    if history:
        return median(history), "以往各期"
    return entries.base.get(cell.code), "上年同期可比数"


def _out_of_bounds(cell: Cell, value: int, entries: Entries) -> str:
    amount = cell.amount(value)
    if cell.minimum is not None and amount < Fraction(cell.minimum):
        return f"{cell.name}低于本表设定的下限 {shown(Fraction(cell.minimum))}{cell.unit}，请核对"
    if cell.maximum is not None and amount > Fraction(cell.maximum):
        return f"{cell.name}高于本表设定的上限 {shown(Fraction(cell.maximum))}{cell.unit}，请核对"
    return ""


def _leaps(cell: Cell, value: int, entries: Entries) -> str:
    last = entries.last.get(cell.code)
    if last is None or last <= 0:
        return ""
    if value >= ODD_TIMES * last:
        return f"{cell.name}是上期的 {value // last} 倍，请核对是否多写了位数"
    if not _adds_up(cell) and value * ODD_TIMES <= last:
        return f"{cell.name}不到上期的八分之一，请核对是否少写了位数"
    return ""


def _leaps_on_base(cell: Cell, value: int, entries: Entries) -> str:
    base = entries.base.get(cell.code)
    if base is None or base <= 0:
        return ""
    if value >= ODD_TIMES * base:
        return f"{cell.name}是上年同期可比数的 {value // base} 倍，请核对本期数和上年同期可比数"
    if value * ODD_TIMES <= base:
        return f"{cell.name}不到上年同期可比数的八分之一，请核对本期数和上年同期可比数"
    return ""


def _stands_out(cell: Cell, value: int, entries: Entries) -> str:
    history = entries.history.get(cell.code, ())
    own = _own_amount(cell, value, entries)
    if own is None or len(history) < ENOUGH:
        return ""
    middle = median(history)
    spread = median([abs(each - middle) for each in history])
    # Values that never moved say nothing of how far one may move.
    if not spread or Z_FACTOR * abs(own - middle) <= Z_LIMIT * spread or abs(own - middle) < FAR * abs(middle):
        return ""
    which = "本期" if _adds_up(cell) else ""
    return (
        f"{cell.name}{which}为 {shown(cell.amount(own))}{cell.unit}，与以往 {len(history)} 期"
        f"（中位数 {shown(cell.amount(middle))}{cell.unit}）相差较大，请核对"
    )


def _own_amount(cell: Cell, value: int, entries: Entries) -> int | Fraction | None:
    """What the period itself added, as `history` holds it; None where that cannot be told."""
    if not _adds_up(cell) or not entries.last_is_same_year:
        return value
    last = entries.last.get(cell.code)
    return None if last is None else value - last


def _adds_up(cell: Cell) -> bool:
    return cell.kind == IndicatorKind.FLOW


def median(numbers: Sequence[int | Fraction]) -> Fraction:
    ordered, half = sorted(numbers), len(numbers) // 2
    if len(ordered) % 2:
        return Fraction(ordered[half])
    return Fraction(ordered[half - 1] + ordered[half]) / 2
