"""Yes-or-no tests shared by rules, records, scopes and gates, and their combinations."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import numbers
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec, measured

SUBJECTS = ("input", "attribute", "group", "item", "field", "total")
MEASURES = {"points": "得分", "percent": "得分率"}
COMPARISONS = {"at_least": "不低于", "more_than": "高于", "at_most": "不超过", "less_than": "低于"}
CODES = {"in": "属于", "not_in": "不属于"}
TESTS = ("is", *CODES, *COMPARISONS)
COMBINATIONS = ("all_of", "any_of", "none_of", "at_least_of")


@dataclass(frozen=True, slots=True)
class Condition:
    """`subject` `name` put to `test` with `operand`.

    The operand is a bool for `is`, a tuple of codes for `in` and `not_in`, a Decimal otherwise. `measure`
    matters for a group, an item or the total only: its points, or its points as a percentage of its full mark.
    """

    subject: str
    name: str
    test: str
    operand: Decimal | bool | tuple[str, ...]
    measure: str = "points"

    def holds(self, value: Value) -> bool | None:
        """None when the value is missing, so that unknown never counts as met or unmet."""
        if value is None:
            return None
        if self.test == "is":
            return value is self.operand
        if isinstance(self.operand, tuple):
            return (value in self.operand) == (self.test == "in")
        assert isinstance(value, Decimal)
        assert not isinstance(self.operand, bool)
        return compare(value, self.test, self.operand)

    def describe(self, spec: InputSpec) -> str:
        """The condition in words; `spec` names and measures its subject."""
        title = spec.title + (MEASURES[self.measure] if self.subject in ("group", "item", "total") else "")
        if self.test == "is":
            return f"{title}为“{spec.show(self.operand is True)}”"
        if isinstance(self.operand, tuple):
            return f"{title}{CODES[self.test]}{'、'.join(spec.show(code) for code in self.operand)}"
        assert isinstance(self.operand, Decimal)
        return f"{title}{COMPARISONS[self.test]} {measured(numbers.plain(self.operand), spec.unit)}"


@dataclass(frozen=True, slots=True)
class Combined:
    """Several tests as one. `count` is how many must hold for `at_least_of`; the other kinds say it themselves."""

    kind: str
    parts: tuple["Test", ...]
    count: int = 0

    def combine(self, met: list[bool | None]) -> bool | None:
        """None while the unknown parts could still decide."""
        sure, possible = met.count(True), len(met) - met.count(False)
        if self.kind == "none_of":
            return False if sure else True if not possible else None
        needed = {"all_of": len(met), "any_of": 1}.get(self.kind, self.count)
        return True if sure >= needed else False if possible < needed else None

    def title(self) -> str:
        words = {"all_of": "以下各项都满足", "any_of": "以下任一项满足", "none_of": "以下各项都不发生"}
        return words.get(self.kind, f"以下 {len(self.parts)} 项至少满足 {self.count} 项")


Test = Condition | Combined


def leaves(test: Test) -> Iterator[Condition]:
    """Every single condition of a test, in its order."""
    if isinstance(test, Condition):
        yield test
    else:
        for part in test.parts:
            yield from leaves(part)


def judged(test: Test, value_of: Callable[[Condition], Value]) -> bool | None:
    """Whether the whole test holds; None when that depends on what is missing."""
    if isinstance(test, Condition):
        return test.holds(value_of(test))
    return test.combine([judged(part, value_of) for part in test.parts])


def in_words(test: Test, specs: Mapping[str, InputSpec]) -> str:
    """The whole test in one phrase."""
    if isinstance(test, Condition):
        return test.describe(specs[test.name])
    parts = [in_words(part, specs) for part in test.parts]
    if test.kind == "all_of":
        return "且".join(parts)
    if test.kind == "any_of":
        return "或".join(parts)
    if test.kind == "none_of":
        return f"没有下列任一情形（{'；'.join(parts)}）"
    return f"下列 {len(parts)} 项中至少 {test.count} 项（{'；'.join(parts)}）"


def compare(value: Decimal, test: str, operand: Decimal) -> bool:
    if test == "at_least":
        return value >= operand
    if test == "more_than":
        return value > operand
    if test == "at_most":
        return value <= operand
    return value < operand
