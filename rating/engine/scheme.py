"""A scheme as the engine holds it: a tree of groups and items, gates and grades. Made by the loader."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rating.engine.conditions import Condition
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec
from rating.engine.rules.base import Rule

MISSING_POLICIES = {
    "zero": "缺数据计 0 分",
    "exclude_and_rescale": "缺数据不参评，按其余各项折算",
    "block": "缺数据暂不评定",
    "penalty": "缺数据扣分",
}


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the entity that decides which items apply. `choices` are (code, title) pairs."""

    code: str
    title: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Applies where the attribute has one of these values."""

    attribute: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """What a missing input does to an item; `points` is the deduction of the policy `penalty`."""

    policy: str
    points: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Item:
    """A leaf. `full` is its full mark; `low` and `high` bound its points (`high` None: no cap)."""

    code: str
    title: str
    full: Decimal
    low: Decimal
    high: Decimal | None
    digits: int
    rule: Rule
    rule_text: str
    missing: Missing
    scope: tuple[Scope, ...] = ()
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A dimension or a part of one; its points are the sum of its children, then `low` and `high`."""

    code: str
    title: str
    full: Decimal
    low: Decimal | None
    high: Decimal | None
    digits: int
    children: tuple["Group | Item", ...]
    scope: tuple[Scope, ...] = ()
    basis: str = ""

    def walk(self) -> Iterator["Group | Item"]:
        """This group and everything below it, in the scheme's order."""
        yield self
        for child in self.children:
            if isinstance(child, Group):
                yield from child.walk()
            else:
                yield child


@dataclass(frozen=True, slots=True)
class Gate:
    """Conditions beside the points. `grades` are the codes of the grades that it can deny.

    A veto fails when any condition holds; every other kind fails when any condition does not hold.
    `missing` says what unknown conditions make of it: pending, pass or fail.
    """

    code: str
    title: str
    kind: str
    grades: tuple[str, ...]
    conditions: tuple[Condition, ...]
    missing: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    """One level; `cut` is the total from which it is reached (None: the lowest level)."""

    code: str
    title: str
    stars: int
    cut: Decimal | None


@dataclass(frozen=True, slots=True)
class Scheme:
    """One version of a rating scheme. `digest` identifies its content, whatever file it came from.

    `grades` run from the highest to the lowest; `inclusive` is the side to which a cut belongs:
    lower (a total equal to the cut reaches the grade) or upper (the total must exceed it).
    """

    code: str
    title: str
    version: str
    status: str
    note: str
    digits: int
    attributes: Mapping[str, Attribute]
    inputs: Mapping[str, InputSpec]
    root: Group
    gates: tuple[Gate, ...]
    grades: tuple[Grade, ...]
    inclusive: str
    digest: str

    def items(self) -> Iterator[Item]:
        return (node for node in self.root.walk() if isinstance(node, Item))

    def subject(self, condition: Condition) -> InputSpec:
        """What a condition is about, as words and unit."""
        if condition.subject == "input":
            return self.inputs[condition.name]
        if condition.subject == "attribute":
            attribute = self.attributes[condition.name]
            return InputSpec(attribute.code, attribute.title, type="choice", choices=attribute.choices)
        node = next(node for node in self.root.walk() if node.code == condition.name)
        return InputSpec(node.code, f"“{node.title}”", unit="%" if condition.measure == "percent" else "分")


def applies(scope: tuple[Scope, ...], attributes: Mapping[str, Value]) -> bool | None:
    """Whether an entity with these attributes is in scope; None when a needed attribute is empty."""
    unknown = False
    for part in scope:
        value = attributes.get(part.attribute)
        if value is None:
            unknown = True
        elif value not in part.values:
            return False
    return None if unknown else True
