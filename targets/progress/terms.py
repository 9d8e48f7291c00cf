"""What a target is held to, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from guandu.core.periods import Period
from targets.enums import Operator


@dataclass(frozen=True)
class Terms:
    """A target's line in its unit, with `decimals` as its values have. `starts` is the last quarter before the plan
    (2023Q4), to which `baseline` belongs; `ends` the quarter of the deadline; `path` one of targets.enums_plan.Path.
    A checkpoint of a year stands for the end of its fourth quarter. Of a yearly flow, line, baseline and the years'
    checkpoints are amounts of a year. Milestones (Operator.DONE) have the line 1 and the value 1 or 0."""

    operator: str
    line: Decimal
    starts: Period
    ends: Period
    baseline: Decimal | None
    path: str
    checkpoints: Mapping[Period, Decimal] = field(default_factory=dict)
    decimals: int = 0

    @property
    def falls(self) -> bool:
        """Whether less is better."""
        return self.operator == Operator.AT_MOST

    @property
    def goal(self) -> Decimal:
        """The nearest value at which the target is met: just beyond the line where it is to be exceeded."""
        if self.operator == Operator.MORE_THAN:
            return self.line + Decimal(1).scaleb(-self.decimals)
        return self.line

    def quarters_left(self, quarter: Period) -> int:
        """Quarters after `quarter` up to the deadline's own; 0 from the deadline's quarter on."""
        return max(0, position(self.ends) - position(quarter))


def meets(terms: Terms, value: Decimal) -> bool:
    if terms.operator == Operator.AT_MOST:
        return value <= terms.line
    if terms.operator == Operator.MORE_THAN:
        return value > terms.line
    return value >= terms.line


def position(period: Period) -> int:
    """Quarters counted through the years: that in which the period ends."""
    return 4 * period.year + number_of(period) - 1


def number_of(period: Period) -> int:
    """1–4: the quarter in which the period ends."""
    return (period.last + 2) // 3


def quarter_at(place: int) -> Period:
    """The single quarter at a `position`."""
    return Period.quarter(place // 4, place % 4 + 1)
