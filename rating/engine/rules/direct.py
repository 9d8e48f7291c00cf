"""Rules on one number as plain functions of it: what a cohort's scores mostly consist of, without any look-up.

Each gives exactly what the rule's `earn` gives; tests hold them to that.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal

from rating.engine import numbers
from rating.engine.rules.bands import Band
from rating.engine.rules.base import Rule
from rating.engine.rules.counts import DeductPerEvent, PerUnit
from rating.engine.rules.relative import RatioToRef
from rating.engine.rules.slopes import Linear, Step

OfNumber = Callable[[Decimal], Decimal]


def direct(rule: Rule) -> OfNumber | None:
    """The rule as a function of its only input; None for a rule that is none."""
    if len(rule.reads()) != 1:
        return None
    if isinstance(rule, Band):
        return _band(rule)
    if isinstance(rule, Linear):
        return _linear(rule)
    if isinstance(rule, Step) and rule.rounding == "down":
        return _step(rule)
    if isinstance(rule, RatioToRef) and rule.reference.value is not None:
        return _ratio(rule)
    if isinstance(rule, PerUnit):
        points = rule.units[0].points
        return lambda value: value * points
    if isinstance(rule, DeductPerEvent):
        start, points = rule.start, rule.events[0].points
        return lambda value: start - value * points
    return None


def _band(rule: Band) -> OfNumber:
    cuts = [band.high for band in rule.bands[:-1] if band.high is not None]
    points = [band.points for band in rule.bands]
    find = bisect_right if rule.inclusive == "lower" else bisect_left
    return lambda value: points[find(cuts, value)]


def _linear(rule: Linear) -> OfNumber:
    pieces = [
        (one.at, one.points, two.points - one.points, two.at - one.at)
        for one, two in zip(rule.knots, rule.knots[1:], strict=False)
    ]
    ends = [two.at for two in rule.knots[1:-1]]
    first, last = rule.knots[0], rule.knots[-1]
    low_shut, high_shut = rule.clamp in ("both", "low"), rule.clamp in ("both", "high")

    def points(value: Decimal) -> Decimal:
        if low_shut and value <= first.at:
            return first.points
        if high_shut and value >= last.at:
            return last.points
        at, base, rise, length = pieces[bisect_left(ends, value)]
        return base + (value - at) * rise / length

    return points


def _step(rule: Step) -> OfNumber:
    start, size, each, base, below = rule.start, rule.size, rule.points, rule.base, rule.below
    rising = rule.direction == "higher"

    def points(value: Decimal) -> Decimal:
        distance = value - start if rising else start - value
        if distance < 0:
            return below
        return base + (distance / size).to_integral_value(ROUND_FLOOR) * each

    return points


def _ratio(rule: RatioToRef) -> OfNumber:
    reference, weight, floor, cap = rule.reference.value, rule.weight, rule.floor, rule.cap
    assert reference is not None

    def points(value: Decimal) -> Decimal:
        return weight * numbers.clamp(value / reference, floor, cap)

    return points
