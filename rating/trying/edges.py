"""The values of one input at which a rule's points may change: where its bands begin and end."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from rating.engine import numbers
from rating.engine.conditions import Condition, leaves
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec
from rating.engine.rules.bands import Band
from rating.engine.rules.base import Rule, Values
from rating.engine.rules.composed import Composed
from rating.engine.rules.counts import DeductPerEvent, PerUnit
from rating.engine.rules.flags import ChecklistSum, Choice, FixedIf
from rating.engine.rules.passed import RankPoints, Scaled
from rating.engine.rules.relative import InverseRatio, MinMax, RatioToRef
from rating.engine.rules.slopes import Linear, Step

MOST_STEPS = 400


def edges(rule: Rule, spec: InputSpec, values: Values) -> Iterator[Value]:
    """Values of the input that lie in another band, in no order. Nothing for lists of records and judges' marks, for
    formulas and for growth over a base: they have no bands."""
    name = spec.name
    if isinstance(rule, Composed):
        for part in rule.of:
            if name in part.reads() and not part.absent(values):
                yield from edges(part, spec, values)
    elif isinstance(rule, Band):
        yield from _around((band.low for band in rule.bands), spec)
    elif isinstance(rule, Step):
        yield from _around(_levels(rule, values[name]), spec)
    elif isinstance(rule, Linear):
        yield from (knot.at for knot in rule.knots)
    elif isinstance(rule, Scaled):
        yield from rule.source
    elif isinstance(rule, RatioToRef | InverseRatio | MinMax):
        yield from _against(rule, name, values)
    elif isinstance(rule, RankPoints):
        yield from (at for place in rule.places for at in (place.to, place.to + 1))
    elif isinstance(rule, PerUnit | DeductPerEvent):
        yield from _units(values[name], spec)
    elif isinstance(rule, FixedIf):
        yield from of_conditions((each for each in leaves(rule.when) if each.name == name), spec)
    elif isinstance(rule, Choice):
        yield from (level.code for level in rule.levels)
    elif isinstance(rule, ChecklistSum):
        yield from _ticks(values[name], spec)


def of_conditions(conditions: Iterable[Condition], spec: InputSpec) -> Iterator[Value]:
    """Values on either side of what the conditions ask of the input."""
    for condition in conditions:
        operand = condition.operand
        if isinstance(operand, bool):
            yield from (True, False)
        elif isinstance(operand, tuple):
            yield from (code for code, _ in spec.choices)
        else:
            yield from _around([operand], spec)


def finest(spec: InputSpec) -> Decimal:
    """The smallest difference that the input is shown with."""
    return Decimal(1).scaleb(-min(spec.digits, numbers.FINEST_DIGITS))


def _around(cuts: Iterable[Decimal | None], spec: InputSpec) -> Iterator[Decimal]:
    least = finest(spec)
    for cut in cuts:
        if cut is not None:
            yield from (cut - least, cut, cut + least)


def _levels(rule: Step, value: Value) -> Iterator[Decimal]:
    """The starts of steps from the first one up to the one behind the value."""
    assert isinstance(value, Decimal)
    distance = value - rule.start if rule.direction == "higher" else rule.start - value
    sign = 1 if rule.direction == "higher" else -1
    offset = Decimal("0.5") if rule.rounding == "half_up" else numbers.ZERO
    last = max(int(distance / rule.size), 0) + 2
    yield rule.start
    for count in range(max(0, last - MOST_STEPS), last + 1):
        yield rule.start + sign * (count + offset) * rule.size


def _against(rule: RatioToRef | InverseRatio | MinMax, name: str, values: Values) -> Iterator[Decimal]:
    """Only the measured input is moved; what it is held against is the cohort's or the scheme's."""
    if name != rule.input:
        return
    if isinstance(rule, MinMax):
        yield from (rule.low.of(values), rule.high.of(values))
        return
    reference = rule.reference.of(values)
    if isinstance(rule, RatioToRef):
        yield from (reference * each for each in (rule.floor, rule.cap, Decimal(1)) if each is not None)
    else:
        yield from (reference * each for each in (rule.k, Decimal(1), numbers.ZERO))


def _units(value: Value, spec: InputSpec) -> Iterator[Decimal]:
    """A unit more or less, and more of them where a cap hides the first ones."""
    assert isinstance(value, Decimal)
    for count in range(1, MOST_STEPS + 1):
        yield from (value + count, value - count)


def _ticks(value: Value, spec: InputSpec) -> Iterator[tuple[str, ...]]:
    assert isinstance(value, tuple)
    codes = [code for code, _ in spec.choices]
    for code in codes:
        kept = [each for each in codes if (each in value) != (each == code)]
        yield tuple(kept)
