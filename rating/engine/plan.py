"""A scheme made ready for scoring: what every entity asks of an item or group, worked out once."""

from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from rating.engine import explain, numbers
from rating.engine.explain import Placed
from rating.engine.facts import Input
from rating.engine.inputs import LEAST, Reading, taken_short
from rating.engine.result import LeafResult, NextStep
from rating.engine.rules.base import Rule, Values
from rating.engine.rules.direct import direct
from rating.engine.rules.relative import RatioToRef
from rating.engine.scheme import Group, Item, Scheme

_MODES = {"half_up": ROUND_HALF_UP, "down": ROUND_DOWN, "up": ROUND_UP}
_OF_ITEM = frozenset({"code", "title", "basis", "rule_text"})
MOST = -LEAST


class ItemPlan:
    """One item under one scheme. Points are worked out here; words when a result is asked for them."""

    __slots__ = (
        "cap", "code", "full", "item", "low", "mode", "names", "of", "plain", "quantum", "rule", "scheme", "short",
    )  # fmt: skip

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
        self.low = item.low
        self.of = item.of
        self.quantum = numbers.quantum(item.digits)
        self.mode = _MODES[item.rounding]
        self.short = _short_way(self, item)

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
        if name == "weight":
            return None
        if name == "override":
            return ""
        if name == "full":
            return self.full
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


_set_status, _set_inputs, _set_raw, _set_points, _set_available, _set_late = (
    getattr(LeafResult, name).__set__ for name in ("status", "inputs", "raw", "points", "available", "_late")
)
ShortWay = Callable[[Mapping[str, Input], dict[str, Reading]], LeafResult | None]


def _short_way(plan: ItemPlan, item: Item) -> ShortWay | None:
    """An item of everybody on one given number, without papers or a class of its own: by far the most there are.

    From an entity's inputs and what was read of them already to the item's result; None where the number needs a closer
    look. It is `score._scored` written out, with everything that is the same for every entity at hand.
    """
    spec = plan.scheme.inputs.get(plan.names[0]) if plan.names else None
    if spec is None or spec.type != "number" or spec.derive is not None or spec.choices:
        return None
    if item.scope or item.evidence or item.of is not None or item.weight is not None:
        return None
    if (
        item.full.attribute
        or (item.high and item.high.attribute)
        or not (plan.plain or isinstance(item.rule, RatioToRef))
    ):
        return None
    earn = direct(item.rule)
    if earn is None:
        return None
    name, unit, low, high, full = spec.name, spec.unit, plan.low, plan.cap, plan.full
    lowest = LEAST if spec.low is None else spec.low
    highest = MOST if spec.high is None else spec.high
    quantum, mode, context, late, new = (
        plan.quantum,
        plan.mode,
        numbers.CONTEXT,
        (plan, plan.cap),
        object.__new__,
    )

    def short(inputs: Mapping[str, Input], seen: dict[str, Reading]) -> LeafResult | None:
        given = inputs.get(name)
        if given is None:
            return None
        value = given.value
        if value.__class__ is not Decimal or not given.reported or given.unit != unit:
            return None
        # A value that was given is never as large as these ends: Input sees to it.
        if not lowest <= value <= highest:
            return None
        reading = seen.get(name)
        if reading is None:
            reading = seen[name] = taken_short(spec, given)
        raw = points = earn(value)
        if points < low:
            points = low
        elif high is not None and points > high:
            points = high
        leaf = new(LeafResult)
        _set_status(leaf, "scored")
        _set_inputs(leaf, (reading,))
        _set_raw(leaf, raw)
        _set_points(leaf, points.quantize(quantum, mode, context))
        _set_available(leaf, full)
        _set_late(leaf, late)
        return leaf

    return short


class Plan:
    """One scheme: its items' plans by code, and what is asked of the facts."""

    __slots__ = ("attributes", "children", "items", "vetoes")

    def __init__(self, scheme: Scheme):
        self.items = {item.code: ItemPlan(scheme, item) for item in scheme.items()}
        self.children: dict[str, list[tuple[Group | Item, ItemPlan | None]]] = {
            node.code: [(child, self.items.get(child.code)) for child in node.children]
            for node in scheme.root.walk()
            if isinstance(node, Group)
        }
        self.attributes = {
            each.code: frozenset(code for code, _ in each.choices) for each in scheme.attributes.values()
        }
        self.vetoes = {item.code: item for item in scheme.items() if item.missing.policy == "veto"}


def plan_of(scheme: Scheme) -> Plan:
    """The scheme's plan, made at its first score."""
    try:
        return scheme._plan
    except AttributeError:
        object.__setattr__(scheme, "_plan", Plan(scheme))
        return scheme._plan
