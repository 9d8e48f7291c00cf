"""How wide a range must be to hold the truth nine times in ten."""

from fractions import Fraction

LEVEL = 90  # per cent
# Student's t, 0.95 quantile (two-sided 90 %) for 1–30 degrees of freedom, then 40, 60 and 120; rounded as in the
# tables of any statistics textbook, recomputed by numerical integration in the tests.
_FIRST = (
    "6.314", "2.920", "2.353", "2.132", "2.015", "1.943", "1.895", "1.860", "1.833", "1.812",
    "1.796", "1.782", "1.771", "1.761", "1.753", "1.746", "1.740", "1.734", "1.729", "1.725",
    "1.721", "1.717", "1.714", "1.711", "1.708", "1.706", "1.703", "1.701", "1.699", "1.697",
)  # fmt: skip
_LATER = {40: "1.684", 60: "1.671", 120: "1.658"}
QUANTILES = {freedom: Fraction(text) for freedom, text in [*enumerate(_FIRST, 1), *_LATER.items()]}


def quantile(freedom: int) -> Fraction:
    """Of at least one degree of freedom; between the rows of the table the wider one."""
    return QUANTILES[max(row for row in QUANTILES if row <= freedom)]
