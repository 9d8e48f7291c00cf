"""Yes-or-no tests shared by rules, scopes and gates."""

from dataclasses import dataclass
from decimal import Decimal

from rating.engine import numbers
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec, measured

SUBJECTS = ("input", "attribute", "group", "item")
MEASURES = {"points": "得分", "percent": "得分率"}
COMPARISONS = {"at_least": "不低于", "more_than": "高于", "at_most": "不超过", "less_than": "低于"}
TESTS = ("is", "in", *COMPARISONS)


@dataclass(frozen=True, slots=True)
class Condition:
    """`subject` `name` put to `test` with `operand`.

    The operand is a bool for `is`, a tuple of codes for `in`, a Decimal otherwise. `measure` matters for
    a group or item only: its points, or its points as a percentage of its full mark.
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
            return value in self.operand
        assert isinstance(value, Decimal)
        assert not isinstance(self.operand, bool)
        return compare(value, self.test, self.operand)

    def describe(self, spec: InputSpec) -> str:
        """The condition in words; `spec` names and measures its subject."""
        title = spec.title + (MEASURES[self.measure] if self.subject in ("group", "item") else "")
        if self.test == "is":
            return f"{title}为“{spec.show(self.operand is True)}”"
        if isinstance(self.operand, tuple):
            return f"{title}属于{'、'.join(spec.show(code) for code in self.operand)}"
        assert isinstance(self.operand, Decimal)
        return f"{title}{COMPARISONS[self.test]} {measured(numbers.plain(self.operand), spec.unit)}"


def compare(value: Decimal, test: str, operand: Decimal) -> bool:
    if test == "at_least":
        return value >= operand
    if test == "more_than":
        return value > operand
    if test == "at_most":
        return value <= operand
    return value < operand
