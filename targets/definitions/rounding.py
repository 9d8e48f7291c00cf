"""Numbers as they are shown: from the exact one, in a unit of the page's choice, rounded once."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from guandu.core.numbers import from_units


def shown_in(value: Decimal, decimals: int, per: int = 1) -> Decimal:
    """`value` in a unit `per` times as large (10000 from 万元 to 亿元), half up to `decimals`, in one step."""
    units = Fraction(value) * 10**decimals / per
    whole, rest = divmod(abs(units.numerator), units.denominator)
    rounded = whole + (2 * rest >= units.denominator)
    return from_units(rounded if units >= 0 else -rounded, decimals)


def rounding_note(parts: Iterable[Decimal | None], total: Decimal | None, decimals: int, per: int = 1) -> str:
    """The footnote of a table whose shown parts do not add up to its shown total though the exact ones do; empty where
    they do, and where the exact ones do not: that is no rounding."""
    known = [part for part in parts if part is not None]
    if total is None or not known or sum(map(Fraction, known)) != Fraction(total):
        return ""
    apart = shown_in(total, decimals, per) - sum(shown_in(part, decimals, per) for part in known)
    return f"注：各项按四舍五入列示，合计与各项之和相差 {abs(apart):f}，合计以原数计算。" if apart else ""
