"""Exact decimal arithmetic of the engine: one context, half-up rounding, and how a number is written."""

from decimal import (
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from functools import cache

ZERO = Decimal(0)
HUNDRED = Decimal(100)
LARGEST = Decimal(10) ** 15
FINEST_DIGITS = 6

# 50 digits: two admissible numbers (15 digits before the point, 6 after) multiply exactly, and a quotient
# that differs from a cut differs within these digits, so a comparison after a division is never wrong.
CONTEXT = Context(prec=50, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])


def exact():
    """Context manager under which every sum, product and comparison of the engine runs."""
    return localcontext(CONTEXT)


def parse(text: str) -> Decimal:
    """A plain decimal number from text; ValueError (a Chinese sentence) for anything else."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"“{text}”不是数字") from None
    return admissible(number)


def admissible(number: Decimal) -> Decimal:
    """The number itself; ValueError (a Chinese sentence) when it is too large or too fine to be exact."""
    if not number.is_finite():
        raise ValueError("不是有限的数")
    if abs(number) >= LARGEST:
        raise ValueError("数值过大，应小于 1000 万亿")
    if number != rounded(number, FINEST_DIGITS):
        raise ValueError(f"小数不得超过 {FINEST_DIGITS} 位")
    return number


@cache
def quantum(digits: int) -> Decimal:
    """One unit of the last of that many decimals."""
    return Decimal(1).scaleb(-digits)


def rounded(number: Decimal, digits: int) -> Decimal:
    """Rounded half-up (away from zero at the half) to that many decimals."""
    return number.quantize(quantum(digits), ROUND_HALF_UP, CONTEXT)


def rounded_by(number: Decimal, digits: int, how: str) -> Decimal:
    """`how` is half_up, down (towards zero) or up (away from zero)."""
    if how == "half_up":
        return rounded(number, digits)
    mode = ROUND_DOWN if how == "down" else ROUND_UP
    return number.quantize(quantum(digits), mode, CONTEXT)


def rounded_down(number: Decimal, digits: int) -> Decimal:
    """The nearest number of that many decimals that is not above."""
    return number.quantize(quantum(digits), ROUND_FLOOR, CONTEXT)


def root(number: Decimal, degree: int) -> Decimal:
    """The positive root to 30 digits: the same on every machine, and never taken for an exact number."""
    with localcontext(CONTEXT) as context:
        found = (number.ln() / degree).exp() if number != 1 else number
        context.prec = 30
        return +found


def clamp(number: Decimal, low: Decimal | None, high: Decimal | None) -> Decimal:
    if low is not None and number < low:
        return low
    if high is not None and number > high:
        return high
    return number


def plain(number: Decimal) -> str:
    """One spelling per number: no exponent, no trailing zeros, no negative zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def shown(number: Decimal, digits: int) -> str:
    """For reading: at most that many decimals, led by 约 when something was cut off."""
    short = rounded(number, digits)
    return plain(short) if short == number else f"约 {plain(short)}"
