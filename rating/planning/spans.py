"""What inputs, rules and conditions may come to while some inputs lie anywhere in a stretch. Never too narrow.

A value is then itself or a Span. Whatever is computed for a stretch holds every value that one of its points gives; where
the stretch is a single point, it is exactly what the engine computes. This is what makes a search exact.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from rating.engine import Scheme, numbers
from rating.engine.conditions import Combined, Condition, Test
from rating.engine.derivations.arithmetic import Formula, Ratio
from rating.engine.derivations.years import Table
from rating.engine.expression import Operation, Term
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec, Reader, Reading, out_of_range
from rating.planning.levers import below, moved

LARGEST = numbers.LARGEST


class Span(NamedTuple):
    """Every number from `low` to `high`, ends included."""

    low: Decimal
    high: Decimal


class Unusable(Exception):
    """Every point of the stretch leaves the input without a value that the scheme admits."""


class SpanReader:
    """Reads inputs while those in `moving` lie in stretches (or have another value than in the facts)."""

    def __init__(self, scheme: Scheme, reader: Reader, moving: Mapping[str, Value | Span]):
        self.scheme = scheme
        self.reader = reader
        self.moving = moving
        self._found: dict[str, Value | Span] = {}
        self._touched: dict[str, bool] = {}

    def touched(self, name: str) -> bool:
        """Whether the input depends on one that moves."""
        if name not in self._touched:
            parts = below(self.scheme, self.reader.facts, name)
            self._touched[name] = name in self.moving or any(map(self.touched, parts))
        return self._touched[name]

    def read(self, name: str) -> Value | Span:
        """None for an input that has no value whatever moves. Unusable when no point of the stretch is admitted."""
        if not self.touched(name):
            reading = self.reader.read(name)
            return reading.value if reading.state == "ok" else None
        if name not in self._found:
            spec = self.scheme.inputs[name]
            raw = self.moving[name] if spec.derive is None else self._derived(spec)
            self._found[name] = _admitted(spec, raw)
        return self._found[name]

    def whole(self, name: str) -> bool:
        """Whether the scheme admits every value that the input takes over the stretch, so that none is cut off."""
        if not self.touched(name):
            return True
        if not all(self.whole(part) for part in below(self.scheme, self.reader.facts, name)):
            return False
        spec = self.scheme.inputs[name]
        try:
            raw = self.moving[name] if spec.derive is None else self._derived(spec)
            return _admitted(spec, raw) == raw and raw != Span(-LARGEST, LARGEST)
        except Unusable:
            return False

    def _derived(self, spec: InputSpec) -> Value | Span:
        derive = spec.derive
        assert derive is not None
        by_option = isinstance(derive, Table)
        names = below(self.scheme, self.reader.facts, spec.name)
        parts = {name: self.read(name) for name in names if self.touched(name)}
        if isinstance(derive, Formula):
            spans = [part for part in parts.values() if isinstance(part, Span)]
            if spans:
                return _span_of(derive.expression.term, lambda name: self._number(name))
        bottom = parts.get(derive.to) if isinstance(derive, Ratio) else None
        if isinstance(bottom, Span) and bottom.low <= 0 <= bottom.high:
            return Span(-LARGEST, LARGEST)
        found = [
            self._at(spec, dict(zip(parts, corner, strict=True)), by_option)
            for corner in _corners(parts.values())
        ]
        known = [value for value in found if isinstance(value, Decimal)]
        if len(found) == 1:
            return found[0]
        if len(known) < len(found):
            return Span(-LARGEST, LARGEST)
        return Span(min(known), max(known))

    def _number(self, name: str) -> Span:
        value = self.read(name)
        if isinstance(value, Span):
            return value
        if not isinstance(value, Decimal):
            raise Unusable
        return Span(value, value)

    def _at(self, spec: InputSpec, values: Mapping[str, Value], by_option: bool) -> Value:
        reader = _Corner(self.reader, values, by_option)
        value = spec.derive.derive(reader).value  # type: ignore[union-attr]
        if value is None:
            raise Unusable
        return value


class _Corner(Reader):
    """The entity's own reader, but for inputs that stand at the corner of a stretch."""

    def __init__(self, base: Reader, values: Mapping[str, Value], by_option: bool):
        facts = base.facts
        if by_option:
            facts = moved(facts, base.specs, values)
        super().__init__(base.specs, facts, base.references, base.years)
        self.base = base
        self.values = values

    def read(self, name: str) -> Reading:
        if name not in self.values:
            return self.base.read(name)
        spec, value = self.specs[name], self.values[name]
        state = "missing" if value is None else "ok"
        return Reading(name, spec.title, value, spec.unit, "", state)

    def earlier(self, years: int) -> Reader:
        return self.base.earlier(years)


def _corners(parts) -> Iterator[tuple[Value, ...]]:
    """The ends of every stretch, together with all others'. Each derivation is monotone in each part for itself, so
    that its extremes over stretches are at such corners."""
    return product(*((part.low, part.high) if isinstance(part, Span) else (part,) for part in parts))


def _admitted(spec: InputSpec, raw: Value | Span) -> Value | Span:
    """What of it the scheme admits."""
    if not isinstance(raw, Span):
        if raw is None or out_of_range(spec, raw):
            raise Unusable
        return raw
    low = raw.low if spec.low is None else max(raw.low, spec.low)
    high = raw.high if spec.high is None else min(raw.high, spec.high)
    low, high = max(low, -LARGEST), min(high, LARGEST)
    if low > high:
        raise Unusable
    return Span(low, high)


# Formulas, by interval arithmetic


def _span_of(term: Term, value_of) -> Span:
    if isinstance(term, Decimal):
        return Span(term, term)
    if isinstance(term, str):
        return value_of(term)
    return operate(term, [_span_of(operand, value_of) for operand in term.operands])


def operate(term: Operation, parts: list[Span]) -> Span:
    """The span of one operation over the spans of its operands."""
    if term.sign == "neg":
        return Span(-parts[0].high, -parts[0].low)
    if term.sign == "abs":
        low, high = abs(parts[0].low), abs(parts[0].high)
        return Span(numbers.ZERO if parts[0].low <= 0 <= parts[0].high else min(low, high), max(low, high))
    if term.sign in ("min", "max"):
        pick = min if term.sign == "min" else max
        return Span(pick(part.low for part in parts), pick(part.high for part in parts))
    one, two = parts
    if term.sign == "+":
        return Span(one.low + two.low, one.high + two.high)
    if term.sign == "-":
        return Span(one.low - two.high, one.high - two.low)
    if term.sign == "/":
        if two.low <= 0 <= two.high:
            if two.low == two.high:
                raise Unusable
            return Span(-LARGEST, LARGEST)
        ends = [a / b for a in one for b in two]
    else:
        ends = [a * b for a in one for b in two]
    return Span(min(ends), max(ends))


# Conditions


Answers = frozenset[bool | None]


def possible(test: Test, value_of: Callable[[Condition], Value | Span]) -> Answers:
    """Every answer (True, False, None for unknown) that the test may have; `value_of` gives a Value or a Span."""
    return joined(test, lambda condition: answers(condition, value_of(condition)))


def answers(condition: Condition, value: Value | Span) -> Answers:
    """Every answer of one condition."""
    if not isinstance(value, Span):
        return frozenset({condition.holds(value)})
    return frozenset({condition.holds(value.low), condition.holds(value.high)})


def joined(test: Test, answers_of: Callable[[Condition], Answers]) -> Answers:
    """Every answer of a test, by those of its conditions."""
    if isinstance(test, Condition):
        return answers_of(test)
    return _combined(test, [joined(part, answers_of) for part in test.parts])


def _combined(test: Combined, parts: list[Answers]) -> Answers:
    """Which part gives which answer does not matter, only how many."""
    counts = {(0, 0)}  # how many are True, how many False
    for part in parts:
        counts = {(yes + (answer is True), no + (answer is False)) for yes, no in counts for answer in part}
    total = len(parts)
    return frozenset(
        test.combine([True] * yes + [False] * no + [None] * (total - yes - no)) for yes, no in counts
    )
