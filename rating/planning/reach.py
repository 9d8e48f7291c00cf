"""The lowest and highest points that a rule may give while its inputs lie in stretches. Never too narrow."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import product

from rating.engine import numbers
from rating.engine.facts import Value
from rating.engine.params import Specs
from rating.engine.rules.bands import Band
from rating.engine.rules.base import Rule
from rating.engine.rules.composed import Composed, FirstMatch
from rating.engine.rules.flags import FixedIf
from rating.engine.rules.passed import FormulaRule, RankPoints
from rating.engine.rules.relative import MinMax
from rating.engine.rules.slopes import Linear
from rating.planning.spans import Span, _span_of, possible

Stretches = Mapping[str, Value | Span]
# Points below and above everything: an item's own limits then decide.
BOTTOMLESS, ENDLESS = -numbers.LARGEST, numbers.LARGEST


def reach(rule: Rule, values: Stretches, specs: Specs) -> tuple[Decimal, Decimal] | None:
    """(lowest, highest) before the item's limits; None when the rule has no answer for want of data."""
    moving = [name for name in rule.reads() if isinstance(values[name], Span)]
    if not moving:
        if rule.absent(values):  # type: ignore[arg-type]
            return None
        points = rule.judge(values, specs).points  # type: ignore[arg-type]
        return points, points
    trends = rule.trends()
    if all(name in trends for name in moving) and not isinstance(rule, Composed):
        return _by_trends(rule, values, specs, moving, trends)
    if isinstance(rule, FixedIf):
        return _of_condition(rule, values)
    if isinstance(rule, Composed):
        return _composed(rule, values, specs)
    if isinstance(rule, Band | Linear | RankPoints):
        return _at_breaks(rule, values, specs)
    if isinstance(rule, MinMax) and moving == [rule.input]:
        return _at_ends(rule, values, specs, moving)
    if isinstance(rule, FormulaRule):
        return _span_of(rule.expression.term, lambda name: _as_span(values[name]))
    return _bounds(rule, specs)


def _by_trends(
    rule: Rule, values: Stretches, specs: Specs, moving: list[str], trends: Mapping[str, str]
) -> tuple[Decimal, Decimal] | None:
    worst, best = dict(values), dict(values)
    for name in moving:
        span = values[name]
        assert isinstance(span, Span)
        rising = trends[name] == "higher"
        worst[name], best[name] = (span.low, span.high) if rising else (span.high, span.low)
    if rule.absent(worst) or rule.absent(best):  # type: ignore[arg-type]
        return None
    return rule.judge(worst, specs).points, rule.judge(best, specs).points  # type: ignore[arg-type]


def _of_condition(rule: FixedIf, values: Stretches) -> tuple[Decimal, Decimal]:
    answers = possible(rule.when, lambda condition: values[condition.name])
    points = [rule.points if answer else rule.else_points for answer in answers if answer is not None]
    return (min(points), max(points)) if points else (rule.else_points, rule.points)


def _composed(rule: Composed, values: Stretches, specs: Specs) -> tuple[Decimal, Decimal] | None:
    """max, min and sum rise with each part; of first_match only the range of its parts is sure."""
    found = [each for each in (reach(part, values, specs) for part in rule.of) if each is not None]
    if not found or (len(found) < len(rule.of) and rule.absent_part == "need"):
        return None
    if isinstance(rule, FirstMatch):
        low, high = numbers.ZERO, max(numbers.ZERO, *(high for _, high in found))
        paying = [max(low, numbers.ZERO) for low, _ in found]
        low = min(paying) if min(paying) > 0 else numbers.ZERO
    else:
        low, high = rule.merge([low for low, _ in found]), rule.merge([high for _, high in found])
    return numbers.clamp(low, None, rule.cap), numbers.clamp(high, None, rule.cap)


def _at_breaks(rule: Band | Linear | RankPoints, values: Stretches, specs: Specs) -> tuple[Decimal, Decimal]:
    """Between two breaks the points are constant or a straight line, so that the extremes are at breaks or ends; the
    band that a break does not belong to lies next to it and counts as well."""
    span = values[rule.input]
    assert isinstance(span, Span)
    if isinstance(rule, Band):
        inside = [
            band.points
            for band in rule.bands
            if (band.low is None or band.low <= span.high) and (band.high is None or band.high >= span.low)
        ]
        return min(inside), max(inside)
    if isinstance(rule, RankPoints):
        breaks = [place.to for place in rule.places if span.low <= place.to <= span.high]
    else:
        breaks = [knot.at for knot in rule.knots if span.low <= knot.at <= span.high]
    found = [rule.judge({**values, rule.input: at}, specs).points for at in (span.low, *breaks, span.high)]  # type: ignore[dict-item]
    return min(found), max(found)


def _at_ends(rule: Rule, values: Stretches, specs: Specs, moving: list[str]) -> tuple[Decimal, Decimal]:
    ends = product(*((value.low, value.high) for name in moving if isinstance(value := values[name], Span)))
    found = [rule.judge({**values, **dict(zip(moving, end, strict=True))}, specs).points for end in ends]  # type: ignore[dict-item]
    return min(found), max(found)


def _bounds(rule: Rule, specs: Specs) -> tuple[Decimal, Decimal]:
    low, high = rule.bounds(specs)
    return BOTTOMLESS if low is None else low, ENDLESS if high is None else high


def _as_span(value: Value | Span) -> Span:
    if isinstance(value, Span):
        return value
    assert isinstance(value, Decimal)
    return Span(value, value)
