"""The points of one item while some inputs lie in stretches, by the engine's own limits and rounding."""

from dataclasses import dataclass
from decimal import Decimal

from rating.engine import Facts, Scheme, numbers
from rating.engine.facts import Value
from rating.engine.scheme import Item, applies
from rating.planning.levers import foundations
from rating.planning.reach import reach
from rating.planning.spans import Span, SpanReader, Unusable


@dataclass(frozen=True, slots=True)
class Points:
    """Lowest and highest points that an item may have; equal when they are sure."""

    low: Decimal
    high: Decimal

    @property
    def sure(self) -> bool:
        return self.low == self.high


class LeafView:
    """One item of one entity: which given inputs move it, and where its points lie when they do.

    None for a stretch in which the item never has points: what is missing or wrong stays so.
    """

    def __init__(self, scheme: Scheme, item: Item, facts: Facts):
        self.scheme = scheme
        self.item = item
        self.inputs = foundations(scheme, facts, item.rule.reads())
        self.full = item.full.of(facts.attributes)
        self.high = item.high.of(facts.attributes) if item.high else None

    def points(self, spans: SpanReader) -> Points | None:
        try:
            values = {name: self._value(name, spans) for name in self.item.rule.reads()}
        except Unusable:
            return None
        found = reach(self.item.rule, values, self.scheme.inputs)
        return None if found is None else Points(*map(self.limited, found))

    def _value(self, name: str, spans: SpanReader) -> Value | Span:
        """Where papers are demanded, those of a changed input are taken as there; what is derived never has any."""
        value = spans.read(name)
        if not self.item.evidence or value is None or value is False:
            return value
        if self.scheme.inputs[name].derive is not None:
            return None
        return value if name in spans.moving or spans.reader.read(name).evidence else None

    def limited(self, points: Decimal) -> Decimal:
        """On the item's scale, within its limits, rounded: as the engine does."""
        item = self.item
        scaled = points if item.of is None else points * self.full / item.of
        return numbers.rounded_by(numbers.clamp(scaled, item.low, self.high), item.digits, item.rounding)


def leaves_of(scheme: Scheme, facts: Facts) -> list[LeafView]:
    """Every item that applies to the entity and whose points nobody set by hand."""
    return [
        LeafView(scheme, item, facts)
        for item in scheme.items()
        if applies(item.scope, facts.attributes) and item.code not in facts.overrides
    ]
