"""From an indicator's unit to the unit that a target is set in, exactly."""

from fractions import Fraction

COUNTING = frozenset("个 家 件 项 户 人".split())
_FACTORS = {
    ("万元", "亿元"): Fraction(1, 10_000),
    ("亿元", "万元"): Fraction(10_000),
    ("平方米", "万平方米"): Fraction(1, 10_000),
}


def factor_between(have: str, want: str) -> Fraction | None:
    """What makes a number in `have` one in `want`; None where they measure different things."""
    if have == want or (have in COUNTING and want in COUNTING):
        return Fraction(1)
    return _FACTORS.get((have, want))
