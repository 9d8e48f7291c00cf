"""Scaled whole numbers: stored as integers of the smallest unit, Decimal at every edge."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact

from guandu.core.errors import Invalid

LARGEST = 2**63 - 1
# A sign, the digits of LARGEST and a point leave room to spare.
LONGEST = 24
# Wide enough to scale any storable number; refuses where the usual context would round silently.
_EXACT = Context(prec=60, traps=[Inexact])
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)


def parse_decimal(text: str) -> Decimal | None:
    """What a person typed, exactly; None for an empty cell or a dash. Raises Invalid.

    Full-width digits, spaces and thousands separators are accepted; words, percent signs and
    exponents are not, nor is what is longer than LONGEST.
    """
    cleaned = unicodedata.normalize("NFKC", str(text)).replace(",", "").replace(" ", "").strip()
    if cleaned in {"", "-", "—", "——", "–"}:
        return None
    if len(cleaned) > LONGEST:
        raise Invalid("数字过长，请核对后重填。")
    if not _NUMBER.fullmatch(cleaned):
        raise Invalid(f"“{text}”不是数字，请只填数字；没有数据请留空。")
    return Decimal(cleaned)


def to_units(value: Decimal, scale: int) -> int:
    """`value` as a whole number of 10**-scale; Invalid when it has more decimals or overflows."""
    if value.adjusted() + scale >= len(str(LARGEST)):
        raise Invalid(f"{value} 超出可填范围。")
    try:
        units = int(value.scaleb(scale, _EXACT).to_integral_exact(context=_EXACT))
    except Inexact as error:
        raise Invalid(f"{value} 的小数位数过多，最多保留 {scale} 位小数。") from error
    if abs(units) > LARGEST:
        raise Invalid(f"{value} 超出可填范围。")
    return units


def from_units(units: int, scale: int) -> Decimal:
    """The exact decimal of `units` × 10**-scale."""
    return Decimal(units).scaleb(-scale)


def divide(numerator: int, denominator: int, *, scale: int = 6) -> Decimal | None:
    """numerator ÷ denominator, rounded half up once to `scale` decimals; None over zero."""
    if denominator == 0:
        return None
    return round_half_up(Decimal(numerator) / Decimal(denominator), scale)


def round_half_up(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
