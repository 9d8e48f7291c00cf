"""A scheme as the engine holds it: a tree of groups and items, gates and grades. Made by the loader."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rating.engine.conditions import Condition, Test
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec
from rating.engine.rules.base import Rule

MISSING_POLICIES = {
    "zero": "缺数据计 0 分",
    "exclude_and_rescale": "缺数据不参评，按其余各项折算",
    "block": "缺数据暂不评定",
    "penalty": "缺数据扣分",
    "peer_mean_score": "缺数据按同批平均得分率计",
    "veto": "缺数据一票否决",
}
# How a group's points follow from its children's.
MODES = {
    "sum": "各项相加",
    "percent": "各项得分率按百分比加权",
    "relative": "各项得分率按相对权重加权",
    "achieved": "实得与可得之比",
}
WEIGHED = ("percent", "relative")
ROUNDINGS = ("half_up", "down", "up")


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
class Amount:
    """A number of the scheme: the same for everybody, or by the value of an attribute."""

    value: Decimal
    attribute: str = ""
    cases: tuple[tuple[str, Decimal], ...] = ()

    def of(self, attributes: Mapping[str, Value]) -> Decimal:
        """That of the entity's class; `value` stands for the classes that no case names."""
        return (
            dict(self.cases).get(str(attributes.get(self.attribute)), self.value)
            if self.attribute
            else self.value
        )

    @property
    def all(self) -> tuple[Decimal, ...]:
        return (self.value, *(value for _, value in self.cases))


@dataclass(frozen=True, slots=True)
class Missing:
    """What a missing input does to an item; `points` is the deduction of `penalty`, `grade` what `veto` leaves."""

    policy: str
    points: Decimal = Decimal(0)
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A leaf. `full` is its full mark; `low` and `high` bound its points (`high` None: no cap).

    `of` is the full mark of the rule where it scores on a scale of its own (None: the item's). `weight` counts
    in a weighed group. `evidence`: without papers the value counts as missing. `override`: people may set points.
    """

    code: str
    title: str
    full: Amount
    low: Decimal
    high: Amount | None
    digits: int
    rule: Rule
    rule_text: str
    missing: Missing
    scope: tuple[Scope, ...] = ()
    basis: str = ""
    of: Decimal | None = None
    weight: Amount | None = None
    rounding: str = "half_up"
    evidence: bool = False
    override: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A dimension or a part of one; its points follow from its children's by `mode`, then `low` and `high`."""

    code: str
    title: str
    full: Amount
    low: Decimal | None
    high: Amount | None
    digits: int
    children: tuple["Group | Item", ...]
    scope: tuple[Scope, ...] = ()
    basis: str = ""
    mode: str = "sum"
    weight: Amount | None = None

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
    """A test beside the points; GATE_KINDS says when it fails and what follows.

    `grades` are the codes that it can deny, `grade` the one that it gives (direct, cap, veto, eligibility).
    `missing` says what an unknown test makes of it: pending, pass or fail. `unless` exempts from it.
    """

    code: str
    title: str
    kind: str
    grades: tuple[str, ...]
    test: Test
    missing: str
    basis: str = ""
    grade: str = ""
    unless: Test | None = None


@dataclass(frozen=True, slots=True)
class GateKind:
    """`when`: the truth of the test that makes it bite. `test`: how its conditions are joined if not said."""

    title: str
    test: str
    when: bool


GATE_KINDS = {
    "veto": GateKind("一票否决", "any_of", when=True),
    "prerequisite": GateKind("前提条件", "all_of", when=False),
    "floor": GateKind("最低得分", "all_of", when=False),
    "minimum": GateKind("等级最低要求", "all_of", when=False),
    "cap": GateKind("等级上限", "any_of", when=True),
    "eligibility": GateKind("参评资格", "all_of", when=False),
    "direct": GateKind("直接认定", "any_of", when=True),
    "notice": GateKind("预警", "any_of", when=True),
}


@dataclass(frozen=True, slots=True)
class Grade:
    """One level; `cut` is the total from which it is reached (None: the lowest level, or no cuts at all)."""

    code: str
    title: str
    stars: int
    cut: Amount | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a cohort may have a grade: `percent` rounded by `rounding`, or `count`; None and None: the rest."""

    grade: str
    percent: Decimal | None
    count: int | None
    rounding: str


@dataclass(frozen=True, slots=True)
class Quota:
    """Grades by place in the cohort, divided `by` attributes. A part with fewer than `smallest` is pooled with others.

    `ties` at a line: up (all tied have the better grade), down (none has), order (by the items in `tie_break`).
    The exempt take `exempt_grade` and use no place.
    """

    shares: tuple[Share, ...]
    by: tuple[str, ...]
    smallest: int
    ties: str
    tie_break: tuple[str, ...]
    exempt: Test | None
    exempt_grade: str


@dataclass(frozen=True, slots=True)
class StarSum:
    """Stars by counting: a base and what is added where a test holds, kept between `low` and `high`."""

    base: str
    steps: tuple[tuple[Test, int], ...]
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Transform:
    """The last step from the tree's points to the total: × `times`, + `plus`, kept between `low` and `high`."""

    times: Decimal
    plus: Decimal
    low: Decimal | None
    high: Decimal | None
    digits: int


class Planned:
    """Room for what the engine works out of a scheme once (rating.engine.plan), beside its content."""

    __slots__ = ("_plan",)


@dataclass(frozen=True, slots=True)
class Scheme(Planned):
    """One version of a rating scheme. `digest` identifies its content, whatever file it came from.

    `grades` run from the highest to the lowest; `inclusive` is the side to which a cut belongs:
    lower (a total equal to the cut reaches the grade) or upper (the total must exceed it). `outcomes` are
    what an entity may have instead of a grade (不参评). `limits`: at most so many of the cohort have that grade.
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
    outcomes: tuple[Grade, ...] = ()
    transform: Transform | None = None
    quota: Quota | None = None
    stars: StarSum | None = None
    limits: tuple[tuple[str, int], ...] = ()

    def items(self) -> Iterator[Item]:
        return (node for node in self.root.walk() if isinstance(node, Item))

    @property
    def needs_cohort(self) -> bool:
        """Whether the grade of one depends on the others."""
        return bool(self.quota or self.limits)

    def subject(self, condition: Condition) -> InputSpec:
        """What a condition is about, as words and unit."""
        if condition.subject == "input":
            return self.inputs[condition.name]
        if condition.subject == "attribute":
            attribute = self.attributes[condition.name]
            return InputSpec(attribute.code, attribute.title, type="choice", choices=attribute.choices)
        unit = "%" if condition.measure == "percent" else "分"
        if condition.subject == "total":
            return InputSpec("total", self.root.title, unit=unit)
        node = next(node for node in self.root.walk() if node.code == condition.name)
        return InputSpec(node.code, f"“{node.title}”", unit=unit)


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
