"""Texts that stand for exact numbers."""

import re
from fractions import Fraction

from django.core.exceptions import ValidationError

_FACTOR = re.compile(r"\d{1,12}(\.\d{1,12})?(/\d{1,12})?", re.ASCII)


def exact_fraction(text: str) -> Fraction:
    """0.0001 or 1/10000, exactly. Raises ValueError for anything else, and for zero."""
    cleaned = text.strip()
    if not _FACTOR.fullmatch(cleaned):
        raise ValueError(cleaned)
    numerator, _, denominator = cleaned.partition("/")
    if denominator and not int(denominator):
        raise ValueError(cleaned)
    value = Fraction(numerator) / (int(denominator) if denominator else 1)
    if not value:
        raise ValueError(cleaned)
    return value


def check_factor(text: str) -> None:
    try:
        exact_fraction(text)
    except ValueError as error:
        raise ValidationError("换算系数写成大于零的小数或分数，例如 0.0001 或 1/10000。") from error
