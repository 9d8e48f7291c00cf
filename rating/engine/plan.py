"""A scheme made ready for scoring: what every entity asks of an item or group, worked out once."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from rating.engine import explain, numbers
from rating.engine.explain import Placed
from rating.engine.result import LeafResult, NextStep
from rating.engine.rules.base import Rule, Values
from rating.engine.scheme import Item, Scheme

_MODES = {"half_up": ROUND_HALF_UP, "down": ROUND_DOWN, "up": ROUND_UP}
_OF_ITEM = frozenset({"title", "basis", "rule_text"})


class ItemPlan:
    """One item under one scheme. Points are worked out here; words when a result is asked for them."""

    __slots__ = ("cap", "code", "full", "item", "low", "mode", "names", "of", "plain", "quantum", "rule", "scheme", "weight")

    def __init__(self, scheme: Scheme, item: Item):
        self.scheme = scheme
        self.item = item
        self.code = item.code
        self.rule = item.rule
        self.names = item.rule.reads()
        # Most rules want every input that they read; the others are asked.
        self.plain = type(item.rule).absent is Rule.absent
        self.full = None if item.full.attribute else item.full.value
        self.cap = None if item.high is None or item.high.attribute else item.high.value
        self.weight = None if item.weight is None or item.weight.attribute else item.weight.value
        self.low = item.low
        self.of = item.of
        self.quantum = numbers.quantum(item.digits)
        self.mode = _MODES[item.rounding]

    def scaled(self, points: Decimal, full: Decimal) -> Decimal:
        return points if self.of is None else points * full / self.of

    def limited(self, points: Decimal, high: Decimal | None) -> Decimal:
        """Within the item's limits, rounded."""
        if points < self.low:
            points = self.low
        elif high is not None and points > high:
            points = high
        return points.quantize(self.quantum, self.mode, numbers.CONTEXT)

    def tell(self, leaf: LeafResult, high: Decimal | None, name: str) -> Any:
        """A part of the leaf's words, by what it holds; `high` is its cap. AttributeError for anything else."""
        if name in _OF_ITEM:
            return getattr(self.item, name)
        if name == "rule":
            return self.rule.kind
        if name == "rule_title":
            return self.rule.title
        with numbers.exact():
            if name == "lost":
                return leaf.available - leaf.points
            if name == "sentence":
                return self._sentence(leaf)
            if name == "next":
                return self._next_step(leaf, high)
        raise AttributeError(name)

    def _sentence(self, leaf: LeafResult) -> str:
        judgement = self.rule.judge(values_of(leaf), self.scheme.inputs)
        placed = Placed(judgement.points, leaf.raw, leaf.points, judgement.text)
        return explain.scored(self.item, leaf.full, leaf.inputs, placed)

    def _next_step(self, leaf: LeafResult, high: Decimal | None) -> NextStep | None:
        specs, values = self.scheme.inputs, values_of(leaf)
        step = self.rule.ahead(values, specs)
        if step is None:
            return None
        then = self.limited(self.scaled(step.points, leaf.full), high)
        if then <= leaf.points:
            return None
        spec, now = specs[step.name], values[step.name]
        change = None
        if isinstance(step.threshold, Decimal) and isinstance(now, Decimal):
            change = step.threshold - now
        rising = change > 0 if change else self.rule.trends().get(step.name) != "lower"
        sentence = explain.next_step(spec, step, change, rising, then)
        return NextStep(
            step.name, spec.title, spec.unit, step.threshold, step.strict, change, then, then - leaf.points, sentence
        )  # fmt: skip


def values_of(leaf: LeafResult) -> Values:
    return {reading.name: reading.value for reading in leaf.inputs}


class Plan:
    """One scheme: its items' plans by code, and what is asked of the facts."""

    __slots__ = ("attributes", "items", "vetoes")

    def __init__(self, scheme: Scheme):
        self.items = {item.code: ItemPlan(scheme, item) for item in scheme.items()}
        self.attributes = {each.code: frozenset(code for code, _ in each.choices) for each in scheme.attributes.values()}
        self.vetoes = {item.code: item for item in scheme.items() if item.missing.policy == "veto"}


def plan_of(scheme: Scheme) -> Plan:
    """The scheme's plan, made at its first score."""
    try:
        return scheme._plan
    except AttributeError:
        object.__setattr__(scheme, "_plan", Plan(scheme))
        return scheme._plan
