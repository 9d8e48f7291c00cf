"""Exact amounts: rounded once, and written as a reader sees them."""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, floor

MINUS = "−"
_ROOT_DIGITS = 40


def half_up(amount: Fraction, decimals: int) -> Decimal:
    """The nearest number of `decimals`, away from zero at the half."""
    nearest = floor(abs(amount) * 10**decimals + Fraction(1, 2))
    return Decimal(nearest if amount >= 0 else -nearest).scaleb(-decimals)


def rounded_up(amount: Fraction, decimals: int) -> Decimal:
    """The least number of `decimals` that is not below."""
    return Decimal(ceil(amount * 10**decimals)).scaleb(-decimals)


def rounded_down(amount: Fraction, decimals: int) -> Decimal:
    """The greatest number of `decimals` that is not above."""
    return Decimal(floor(amount * 10**decimals)).scaleb(-decimals)


def root(amount: Fraction) -> Fraction:
    """The square root to 40 digits; of what is not negative."""
    with localcontext() as context:
        context.prec = _ROOT_DIGITS
        return Fraction((Decimal(amount.numerator) / Decimal(amount.denominator)).sqrt())


def written(amount: Decimal | Fraction | int, decimals: int | None = None) -> str:
    """With thousands separators and no trailing zeros, rounded half up to `decimals`: 1,234.5. Without `decimals` a
    Decimal keeps every digit."""
    if isinstance(amount, Decimal) and decimals is None:
        number = amount
    else:
        number = half_up(Fraction(amount), decimals or 0)
    text = f"{abs(number):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{MINUS}{text}" if number < 0 and text != "0" else text


def measured(amount: Decimal, unit: str) -> str:
    """An amount with its unit: "8 个", "31.5%"."""
    return f"{written(amount)}%" if unit == "%" else f"{written(amount)} {unit}".rstrip()


def difference(amount: Decimal, unit: str) -> str:
    """A difference of two amounts with its unit: "2 家"; between two percentages in 个百分点."""
    return measured(amount, "个百分点" if unit == "%" else unit)


def percent(share: Fraction, marks: Iterable[int]) -> str:
    """`share` in per cent, whole where that tells on which side of each of the `marks` (in per cent) it lies, else to
    one decimal: 99.6% and 99.96% (as 99.9%) are not 100%."""
    hundredths, marks = share * 100, tuple(marks)
    for decimals in (0, 1):
        shown = half_up(hundredths, decimals)
        if all((shown >= mark) == (hundredths >= mark) for mark in marks):
            return f"{written(shown)}%"
    return f"{written(rounded_down(hundredths, 1))}%"
