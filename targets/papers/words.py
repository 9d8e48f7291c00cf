"""How papers say numbers, days and comparisons. A word of comparison is said only where both numbers are there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from guandu.core.numbers import divide, round_half_up

NOTHING = "—"


def day_words(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def listed(names: Iterable[str]) -> str:
    return "、".join(names)


def sentence(text: str) -> str:
    """The text with its full stop."""
    said = text.strip().rstrip("，、,")
    return said if not said or said[-1] in "。！？；" else f"{said}。"


def amount(value: Decimal | None, decimals: int, unit: str = "") -> str:
    return NOTHING if value is None else f"{round_half_up(value, decimals):f}{unit}"


def per_cent(part: int, whole: int) -> str:
    """One decimal; a dash where there is no whole."""
    share = divide(part * 100, whole, scale=1)
    return NOTHING if share is None else f"{share}%"


def of_whole(part: int, whole: int) -> str:
    return f"{part}/{whole}"


def growth(value: Decimal | None, base: Decimal | None) -> Decimal | None:
    """Per cent; None without both numbers or over a base that is not above zero."""
    if value is None or base is None or base <= 0:
        return None
    return round_half_up((value - base) * 100 / base, 1)


def moved(change: Decimal | None, word: str, unit: str = "%") -> str:
    """同比增长 3.2%, 同比下降 1.0%, 同比持平; empty where it is not known. Points of a share rise and fall."""
    if change is None:
        return ""
    if change == 0:
        return f"{word}持平"
    rose, fell = ("增长", "下降") if unit == "%" else ("上升", "下降")
    return f"{word}{rose if change > 0 else fell} {abs(change):f}{'' if unit == '%' else ' '}{unit}"


@dataclass(frozen=True)
class Rated:
    """One that is ranked: `part` of `whole`."""

    name: str
    part: int
    whole: int


@dataclass(frozen=True)
class Placed:
    """`place` is None for one of which nothing was expected."""

    rated: Rated
    place: int | None


def ranked(rows: Sequence[Rated], *, best_is_low: bool = False) -> list[Placed]:
    """By exact share, ties on one place and no place left out after them; what has no whole comes last."""
    having = [each for each in rows if each.whole]
    shares = sorted({_share(each) for each in having}, reverse=not best_is_low)
    place = {share: number for number, share in enumerate(shares, 1)}
    order = sorted(having, key=lambda each: place[_share(each)])
    return [Placed(each, place[_share(each)]) for each in order] + [
        Placed(each, None) for each in rows if not each.whole
    ]


def _share(rated: Rated) -> Fraction:
    """Exact: nothing is rounded before the places are given."""
    return Fraction(rated.part, rated.whole)
