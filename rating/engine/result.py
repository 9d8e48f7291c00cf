"""What a score is: a frozen tree that explains itself and reads back from its own JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rating.engine import explain, numbers
from rating.engine.codec import decode, dump, encode, parse_json
from rating.engine.facts import Value
from rating.engine.inputs import Reading
from rating.engine.late import Late


@dataclass(frozen=True, slots=True)
class NextStep:
    """The nearest value of one input that earns more, all else held.

    `change` is how far the number has to move (None for a yes-or-no or a level); `points` is what the
    item then has, `gain` how much more that is. `strict`: the threshold must be passed, not reached.
    """

    input: str
    title: str
    unit: str
    threshold: Value
    strict: bool
    change: Decimal | None
    points: Decimal
    gain: Decimal
    sentence: str


@dataclass(frozen=True, slots=True)
class LeafResult(Late):
    """One item. `status`: scored, missing, excluded or blocked. `raw` is before cap, floor and rounding.

    `available` is the full mark, or 0 when the item does not take part. `lost` is available − points.
    `weight` is what it counts in a weighed group (None elsewhere). `override` is who set the points
    instead of the rule, and why: `raw` is still what the rule gave.
    """

    code: str
    title: str
    status: str
    rule: str
    rule_title: str
    rule_text: str
    basis: str
    inputs: tuple[Reading, ...]
    raw: Decimal
    points: Decimal
    full: Decimal
    available: Decimal
    lost: Decimal
    next: NextStep | None
    sentence: str
    weight: Decimal | None = None
    override: str = ""

    def _give(self, name: str) -> Any:
        """What the item says of itself, and what the engine would say of its points; `_late` is its plan and its cap."""
        plan, high = self._late
        return plan.tell(self, high, name)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What makes a group's points differ from the sum of its parts: weigh, rescale, cap, floor, round, transform."""

    kind: str
    title: str
    amount: Decimal
    sentence: str


@dataclass(frozen=True, slots=True)
class GroupResult(Late):
    """One group: points = sum of the children's points + sum of the adjustments, exactly."""

    code: str
    title: str
    status: str
    basis: str
    points: Decimal
    full: Decimal
    available: Decimal
    lost: Decimal
    children: tuple["GroupResult | LeafResult", ...]
    adjustments: tuple[Adjustment, ...]
    sentence: str
    weight: Decimal | None = None
    mode: str = "sum"

    def _give(self, name: str) -> Any:
        if name != "sentence":
            raise AttributeError(name)
        steps = [each.sentence for each in self.adjustments if each.sentence]
        with numbers.exact():
            return explain.group(self.title, self.points, self.full, self.status, steps)

    def walk(self) -> Iterator["GroupResult | LeafResult"]:
        """This group and everything below it, in the scheme's order."""
        yield self
        for child in self.children:
            if isinstance(child, GroupResult):
                yield from child.walk()
            else:
                yield child


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition of a gate: the words, the value found, and met (True, False, None for unknown)."""

    text: str
    value: Value
    shown: str
    met: bool | None
    inputs: tuple[Reading, ...]
    parts: tuple["ConditionResult", ...] = ()


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate. `status`: passed, failed, pending, or exempt; for those that give (direct, notice): met or unmet.

    `grades` are the codes that it can deny, `grade` the one that it gives.
    """

    code: str
    title: str
    kind: str
    basis: str
    status: str
    grades: tuple[str, ...]
    conditions: tuple[ConditionResult, ...]
    sentence: str
    grade: str = ""


@dataclass(frozen=True, slots=True)
class GradeResult:
    """The grade. `code` is empty when nothing can be said yet (a blocked item, a place not yet known).

    `by_score` is the grade that the total alone would reach; `held_by` the codes of the failed gates
    between the two. `confirmed` is False while a pending gate could still deny the grade. `next_code` is
    the next higher cut and `points_to_next` the points up to it (None at the top). `notices` are the codes of
    warnings; `place` of `among` is the rank in the cohort where the grade depends on it.
    """

    code: str
    title: str
    stars: int
    by_score: str
    held_by: tuple[str, ...]
    pending: tuple[str, ...]
    confirmed: bool
    next_code: str
    next_title: str
    points_to_next: Decimal | None
    sentence: str
    notices: tuple[str, ...] = ()
    place: int | None = None
    among: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One entity's score under one scheme version.

    `status` is scored, or blocked when an item may not be scored: `total` is then the sum so far.
    `engine` is the version of the rules' meaning; with `scheme_digest` and the same facts it replays to
    the same bytes.
    """

    engine: str
    scheme: str
    scheme_title: str
    scheme_version: str
    scheme_status: str
    scheme_digest: str
    entity: str
    entity_name: str
    period: str
    basis: str
    status: str
    total: Decimal
    full: Decimal
    root: GroupResult
    gates: tuple[GateResult, ...]
    grade: GradeResult
    sentence: str

    def leaves(self) -> tuple[LeafResult, ...]:
        """Every item that applies, in the scheme's order."""
        return tuple(node for node in self.root.walk() if isinstance(node, LeafResult))

    def groups(self) -> tuple[GroupResult, ...]:
        """The first-level groups (the dimensions)."""
        return tuple(node for node in self.root.children if isinstance(node, GroupResult))

    def adjustments(self) -> tuple[Adjustment, ...]:
        """Every adjustment of every group; with the leaves' points they sum to the total."""
        return tuple(
            a for node in self.root.walk() if isinstance(node, GroupResult) for a in node.adjustments
        )

    def to_json(self) -> str:
        """Canonical text: the same result always gives the same bytes."""
        return dump(encode(self, Result))

    @classmethod
    def from_json(cls, text: str) -> "Result":
        """The result that `to_json` wrote; ValueError when the text is not one."""
        return decode(parse_json(text), Result)
