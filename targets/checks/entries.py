"""What the checks are given and what they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class Severity(StrEnum):
    MISSING = "missing"  # a required cell is empty: blocks
    ERROR = "error"  # blocks
    REASON = "reason"  # blocks until a reason is given


@dataclass(frozen=True)
class Cell:
    """One cell as the checks need it. Bounds are in `unit`; values are whole units of 10**-scale of it."""

    code: str
    name: str
    unit: str
    kind: str
    is_required: bool = True
    scale: int = 0
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    def amount(self, units: int | Fraction) -> Fraction:
        """Units as an exact number of the cell's unit."""
        return Fraction(units) / 10**self.scale


@dataclass(frozen=True)
class Entries:
    """Units by indicator code. `last` holds the values of the period before (exact, in the unit of the
    version that the cell uses), `last_is_same_year` whether they add up from the same January, `history`
    the cell's own earlier values, oldest first: of a cumulative number each period's own amount."""

    values: Mapping[str, int]
    base: Mapping[str, int] = field(default_factory=dict)
    last: Mapping[str, int | Fraction] = field(default_factory=dict)
    last_is_same_year: bool = False
    history: Mapping[str, Sequence[int | Fraction]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """`check` is the code of the template's check that found it, empty for what holds everywhere;
    `asks_to_fill` where it only asks for a number that the check lacks."""

    code: str
    severity: Severity
    text: str
    check: str = ""
    asks_to_fill: bool = False


def shown(number: Fraction) -> str:
    """As a person reads it: exact where it ends within eight decimals, else rounded half up to four."""
    for digits in (0, 1, 2, 3, 4, 6, 8):
        if (number * 10**digits).denominator == 1:
            return f"{_scaled(number, digits):,f}"
    return f"约 {_scaled(number, 4):,f}"


def _scaled(number: Fraction, digits: int) -> Decimal:
    doubled = abs(number) * 10**digits * 2 + 1
    whole = doubled.numerator // doubled.denominator // 2
    return Decimal(whole if number >= 0 else -whole).scaleb(-digits)
