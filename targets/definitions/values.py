"""From stored whole numbers to the number that is shown: divided and rounded once."""

from decimal import Decimal, localcontext

from guandu.core.numbers import divide, from_units, round_half_up
from targets.enums import IndicatorKind

PERCENT_KINDS = frozenset(
    {IndicatorKind.RATIO, IndicatorKind.SHARE, IndicatorKind.GROWTH, IndicatorKind.ANNUAL_GROWTH}
)
PERCENT = "%"
DECIMALS = 6  # of what is divided
_ROOT_DIGITS = 60


def value_of(
    kind: str, numerator: int | None, denominator: int | None, *, scale: int, unit: str = "", years: int | None = None
) -> Decimal | None:
    """The number in the indicator's unit; None without a numerator, or where there is nothing to divide by."""
    if numerator is None:
        return None
    if kind == IndicatorKind.ANNUAL_GROWTH:
        return annual_growth(numerator, denominator, years)
    if kind in PERCENT_KINDS:
        growth = kind == IndicatorKind.GROWTH
        return _divided(numerator * 100, denominator if not growth or (denominator or 0) > 0 else None)
    if kind == IndicatorKind.ALL_OF or denominator is None:
        return from_units(numerator, scale)
    if kind == IndicatorKind.FORMULA:
        return _divided(numerator * (100 if unit == PERCENT else 1), denominator)
    return _divided(numerator, denominator * 10**scale)


def _divided(numerator: int, denominator: int | None) -> Decimal | None:
    return divide(numerator, denominator, scale=DECIMALS) if denominator else None


def annual_growth(now: int, base: int | None, years: int | None) -> Decimal | None:
    """((now ÷ base) ^ (1 ÷ years) − 1) in per cent to six decimals, half up, exact at every tie; None for a base
    that is not above zero, a number below zero, or no years."""
    if not base or base < 0 or now < 0 or not years or years < 1:
        return None
    one = 10 ** (DECIMALS + 2)
    root = _root(now * one**years, base, years)
    # A tie is rounded away from zero: below one the per cent is negative.
    if root <= one and _doubled(now * one**years, base, years, 2 * root - 1) == 0:
        root -= 1
    return from_units(root - one, DECIMALS)


def _root(numerator: int, denominator: int, degree: int) -> int:
    """The `degree`th root of the fraction as a whole number, half up."""
    with localcontext() as context:
        context.prec = _ROOT_DIGITS
        near = (Decimal(numerator) / Decimal(denominator)) ** (Decimal(1) / degree) if numerator else Decimal(0)
        root = int(round_half_up(near, 0))
    while root > 0 and _doubled(numerator, denominator, degree, 2 * root - 1) < 0:
        root -= 1
    while _doubled(numerator, denominator, degree, 2 * root + 1) >= 0:
        root += 1
    return root


def _doubled(numerator: int, denominator: int, degree: int, twice: int) -> int:
    """How far the fraction lies above the power of half of `twice`; only its sign and zero mean anything."""
    return 2**degree * numerator - twice**degree * denominator


def years_between(definition: dict, period: str) -> int | None:
    """Whole years from a definition's dated base to `period`."""
    base = str(definition.get("base", ""))[:4]
    return int(period[:4]) - int(base) if base.isdigit() else None
