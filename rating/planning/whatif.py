"""What if: some inputs of one entity changed, everything else held, scored anew and compared item by item."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import (
    Facts,
    GateResult,
    GroupResult,
    LeafResult,
    References,
    Result,
    Scheme,
    numbers,
    score,
)
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec, out_of_range
from rating.engine.references import NONE
from rating.planning.levers import LeverError, moved

# The cohort's values are a snapshot: said wherever a what-if is shown.
HELD = "同类园区的均值、名次等按试算时的数据固定不变；其余各项数据不变。"


@dataclass(frozen=True, slots=True)
class LeafChange:
    """One item before and after. `change` is in points, exactly."""

    before: LeafResult
    after: LeafResult

    @property
    def change(self) -> Decimal:
        return self.after.points - self.before.points

    @property
    def same(self) -> bool:
        return self.change == 0 and self.before.status == self.after.status


@dataclass(frozen=True, slots=True)
class GateChange:
    """A gate whose status is another now."""

    before: GateResult
    after: GateResult


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Both results and what differs. The items' changes and `steps` (what groups add by weighing, limits, rounding) make
    up `change` exactly."""

    before: Result
    after: Result
    changes: tuple[tuple[InputSpec, Value, Value], ...]
    leaves: tuple[LeafChange, ...]
    gates: tuple[GateChange, ...]
    steps: Decimal

    @property
    def change(self) -> Decimal:
        return self.after.total - self.before.total


def what_if(
    scheme: Scheme, facts: Facts, changes: Mapping[str, Value], references: References = NONE
) -> WhatIf:
    """LeverError for a value that the scheme does not admit. An input without a value may be given one."""
    for name, value in changes.items():
        demand_value(scheme, name, value)
    before = score(scheme, facts, references)
    after = score(scheme, moved(facts, scheme.inputs, changes), references)
    old = {leaf.code: leaf for leaf in before.leaves()}
    leaves = tuple(LeafChange(old[leaf.code], leaf) for leaf in after.leaves())
    with numbers.exact():
        by_items = sum((each.change for each in leaves), numbers.ZERO)
        steps = after.total - before.total - by_items
    gates = tuple(
        GateChange(one, two)
        for one, two in zip(before.gates, after.gates, strict=False)
        if one.code == two.code and one.status != two.status
    )
    named = tuple(
        (scheme.inputs[name], _now(facts, name), value)
        for name, value in changes.items()
        if value != _now(facts, name)
    )
    return WhatIf(before, after, named, leaves, gates, steps)


def demand_value(scheme: Scheme, name: str, value: Value) -> None:
    spec = scheme.inputs.get(name)
    if spec is None or spec.derive is not None:
        raise LeverError(name, f"方案没有可以调整的数据“{name}”")
    kind = {"number": Decimal, "boolean": bool}.get(spec.type, str)
    if not isinstance(value, kind):
        raise LeverError(name, f"{spec.title}的值看不懂")
    if isinstance(value, Decimal):
        try:
            numbers.admissible(value)
        except ValueError as error:
            raise LeverError(name, f"{spec.title}{error}") from None
    if flaw := out_of_range(spec, value):
        raise LeverError(name, f"{spec.title}：{flaw}")


def _now(facts: Facts, name: str) -> Value:
    given = facts.find(name)
    return None if given is None or given.missing else given.value


def dimension_changes(found: WhatIf) -> list[tuple[GroupResult | LeafResult, Decimal]]:
    """Each first-level part after, and its change."""
    old = {node.code: node for node in found.before.root.children}
    return [(node, node.points - old[node.code].points) for node in found.after.root.children]
