"""The cheapest choice of values that reaches a grade: best first over stretches, cut where they were chosen.

A choice of one box for each part costs no more than any of its points and can do no less, so that the cheapest choice that
may reach the grade is a bound from below. Where its nearest corner does reach it, by the engine itself, it is the optimum.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from types import MappingProxyType
from typing import NamedTuple

from rating.engine import Result, numbers
from rating.engine.conditions import Condition
from rating.engine.facts import Value
from rating.engine.grade import GIVES, denying
from rating.engine.scheme import GATE_KINDS, Gate
from rating.planning.bounds import Line, tables
from rating.planning.model import Box, Model
from rating.planning.spans import Answers, Span, answers, joined

DEEPEST = -numbers.LARGEST
MOST_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Found:
    """`changes` reach the grade at `cost`; None when nothing was found. `bound` is proven: nothing is cheaper. None for
    a bound means that nothing reaches the grade at all. `nodes` is the work done."""

    changes: dict[str, Value] | None
    result: Result | None
    cost: Decimal | None
    bound: Decimal | None
    nodes: int

    @property
    def optimal(self) -> bool:
        return self.cost is not None and self.cost == self.bound


class _State(NamedTuple):
    bound: Decimal
    left: int  # parts still open: of equals the one that is nearest to the end comes first
    order: int
    cost: Decimal
    gain: Decimal
    chosen: tuple[Box, ...]


class Judge(NamedTuple):
    """A gate as far as it is sure."""

    kind: str
    status: str
    grades: tuple[str, ...]
    grade: str


class Search:
    """One entity, one grade to reach (its place in the scheme's order, the highest being 0)."""

    def __init__(self, model: Model, target: int, most_nodes: int = MOST_NODES):
        self.model, self.target, self.most_nodes = model, target, most_nodes
        scheme = model.scheme
        cut = scheme.grades[target].cut
        self.cut = cut.of(model.facts.attributes) if cut is not None and not scheme.stars else None
        self.now = {leaf.code: leaf.points for leaf in model.base.leaves()}
        self.line = Line(model, self.cut) if self.cut is not None else None
        self.boxes = [model.first_boxes(part) for part in model.parts]
        self.nodes = 0
        self.best: tuple[Decimal, dict[str, Value], Result] | None = None
        self._tried: dict[tuple, bool] = {}
        self._eased = False
        self._hopeful: dict[tuple[int, tuple[tuple[int, int], ...]], bool] = {}

    def run(self) -> Found:
        bound: Decimal | None = numbers.ZERO
        while True:
            chosen = self._cheapest()
            if chosen is None:
                return self._done(self.best[0] if self.best else None)
            if isinstance(chosen, Decimal):
                return self._done(max(bound or numbers.ZERO, chosen))
            bound = chosen.bound
            if self._reaches(chosen.chosen, corner=True):
                return self._done(bound)
            loose = [place for place, box in enumerate(chosen.chosen) if not box.tight]
            self._far_ends(chosen.chosen)
            for place in loose:
                pieces = self.model.pieces(self.model.parts[place], chosen.chosen[place])
                self.boxes[place] = [box for box in self.boxes[place] if box != chosen.chosen[place]] + pieces

    def _done(self, bound: Decimal | None) -> Found:
        work = self.nodes + self.model.looks
        if self.best is None:
            return Found(None, None, None, bound, work)
        cost, changes, result = self.best
        return Found(changes, result, cost, bound if bound is not None else cost, work)

    # One round

    def _cheapest(self) -> _State | Decimal | None:
        """The cheapest choice that may do; the bound so far when the nodes are used up; None when no choice may do
        and be cheaper than what was found."""
        parts = self.model.parts
        points = self.now
        limit = self.best[0] if self.best else None
        options = []
        for part, boxes in zip(parts, self.boxes, strict=True):
            kept = _undominated(boxes) if self.model.monotone else boxes
            kept = [box for box in kept if limit is None or box.cost < limit]
            options.append(
                [(box, self.line.gain(part, box, points) if self.line else numbers.ZERO) for box in kept]
            )
        self._weed(options)
        need = self._need()
        least = tables(options)
        order = count()
        if not all(options):
            return None
        first = least[0].cost(need) if need is not None else numbers.ZERO
        if first is None:
            return None
        heap = [_State(first, len(parts), next(order), numbers.ZERO, numbers.ZERO, ())]
        while heap:
            state = heapq.heappop(heap)
            if limit is not None and state.bound >= limit:
                return None
            self.nodes += 1
            if self.nodes + self.model.looks > self.most_nodes:
                return state.bound
            if not self._may_do(state.chosen):
                continue
            if state.left == 0:
                if not all(box.tight for box in state.chosen) or self._reaches(state.chosen, corner=True):
                    return state
                continue
            place = len(state.chosen)
            for box, gain in options[place]:
                cost, gained = state.cost + box.cost, state.gain + gain
                rest = least[place + 1].cost(need - gained) if need is not None else numbers.ZERO
                if rest is not None:
                    heapq.heappush(
                        heap,
                        _State(cost + rest, state.left - 1, next(order), cost, gained, (*state.chosen, box)),
                    )
        return None

    def _weed(self, options: list[list[tuple[Box, Decimal]]]) -> None:
        """Drop boxes with which nothing reaches the grade whatever the other parts do. Each is asked once: later the others
        can only do less."""
        for place, choices in enumerate(options):
            for box, _ in choices:
                key = (place, box.ranges)
                if key not in self._hopeful:
                    self.nodes += 1
                    self._hopeful[key] = self._may_do((), {place: box})
            options[place] = [choice for choice in choices if self._hopeful[place, choice[0].ranges]]
            self.boxes[place] = [
                box for box in self.boxes[place] if self._hopeful.get((place, box.ranges), True)
            ]

    def _need(self) -> Decimal | None:
        """How much the line must rise. None when points are not what decides."""
        if self.line is None or not self.line.sound or self.cut is None or self._direct_possible():
            return None
        need = self.cut - self.line.now
        return need if need > 0 else DEEPEST

    def _direct_possible(self) -> bool:
        order = [grade.code for grade in self.model.scheme.grades]
        return any(
            gate.kind == "direct" and order.index(gate.grade) <= self.target
            for gate in self.model.scheme.gates
        )

    # What a choice may do

    def _may_do(self, chosen: tuple[Box, ...], also: Mapping[int, Box] = MappingProxyType({})) -> bool:
        """False only when no point of the boxes, whatever the open parts add, reaches the grade."""
        points = dict(self.now)
        known: dict[Condition, Answers] = {}
        for place, part in enumerate(self.model.parts):
            boxes: Sequence[Box] = (chosen[place],) if place < len(chosen) else self.boxes[place]
            boxes = (also[place],) if place in also else boxes
            if not boxes:
                return False
            for at, view in enumerate(part.leaves):
                points[view.item.code] = max(box.high[at] for box in boxes)
            for at, condition in enumerate(part.conditions):
                known[condition] = frozenset().union(*(box.answers[at] for box in boxes))
        return self.may_reach(points, known)

    def closed(self, points: dict[str, Decimal], known: dict[Condition, Answers]) -> list[Gate]:
        """The gates that keep the entity from the grade whatever is chosen."""
        nodes = self.model.nodes(points)
        good = [grade.code for grade in self.model.scheme.grades[: self.target + 1]]
        closed = []
        for gate in self.model.scheme.gates:
            judge = self._judge(gate, nodes, known)
            stub = (judge,)
            if self._fixed(judge) or all(denying(self.model.scheme, stub, code, "failed") for code in good):  # type: ignore[arg-type]
                closed.append(gate)
        return closed

    def may_reach(self, points: dict[str, Decimal], known: dict[Condition, Answers]) -> bool:
        nodes = self.model.nodes(points)
        judged = [self._judge(gate, nodes, known) for gate in self.model.scheme.gates]
        if any(self._fixed(judge) for judge in judged):
            return False
        scheme = self.model.scheme
        open_grades = [
            grade
            for grade in scheme.grades[: self.target + 1]
            if not denying(scheme, tuple(judged), grade.code, "failed")  # type: ignore[arg-type]
        ]
        if not open_grades:
            return False
        if self.cut is None or any(judge.kind == "direct" and judge.status == "met" for judge in judged):
            return True
        total = nodes["total"]
        return total >= self.cut if scheme.inclusive == "lower" else total > self.cut

    def _fixed(self, judge: Judge) -> bool:
        """Whether the gate surely settles the matter below the grade."""
        if judge.status != "failed" or judge.kind not in ("eligibility", "veto") or not judge.grade:
            return False
        good = [grade.code for grade in self.model.scheme.grades[: self.target + 1]]
        return judge.grade not in good

    def _judge(self, gate: Gate, nodes: dict[str, Decimal], known: dict[Condition, Answers]) -> Judge:
        """`failed` and `unmet` only when surely so; `met` when a direct pass is possible."""

        def answers_of(condition: Condition) -> Answers:
            return known[condition] if condition in known else self._other(condition, nodes)

        found = joined(gate.test, answers_of)
        gives = gate.kind in GIVES
        bites = {_bites(gate, met) for met in found}
        if gives:
            return Judge(
                gate.kind, "met" if True in bites or None in bites else "unmet", gate.grades, gate.grade
            )
        sure = bites == {True}
        if sure and gate.unless is not None:
            sure = joined(gate.unless, answers_of) == {False}
        return Judge(gate.kind, "failed" if sure else "passed", gate.grades, gate.grade)

    def _other(self, condition: Condition, nodes: dict[str, Decimal]) -> Answers:
        """Conditions that no lever moves, or that are on points: up to those that the items can have."""
        model = self.model
        if condition.subject == "attribute":
            return answers(condition, model.facts.attributes.get(condition.name))
        if condition.subject == "input":
            reading = model.reader.read(condition.name)
            return answers(condition, reading.value if reading.state == "ok" else None)
        name = "total" if condition.subject == "total" else condition.name
        node = next((each for each in model.base.root.walk() if each.code == name), None)
        if name == "total":
            node = model.base.root
        if node is None or node.status in ("blocked", "excluded"):
            return frozenset({None})
        high = nodes[name]
        if condition.measure == "percent":
            if not node.full:
                return frozenset({None})
            high = high * numbers.HUNDRED / node.full
        return answers(condition, Span(min(DEEPEST, high), high))

    # The engine's own word

    def _reaches(self, chosen: tuple[Box, ...], *, corner: bool) -> bool:
        return self._try([box.corner if corner else tuple(far for _, far in box.ranges) for box in chosen])

    def _far_ends(self, chosen: tuple[Box, ...]) -> None:
        """A choice that may be too dear, but is something to hold on to; the first one is made cheaper, lever by lever."""
        if self._reaches(chosen, corner=False) and not self._eased:
            self._eased = True
            self._ease([[far for _, far in box.ranges] for box in chosen])

    def _ease(self, corners: list[list[int]]) -> None:
        """Back towards now as far as the grade holds, the dearest lever first, by halving. No more than a good guess."""
        places = [(i, j) for i, part in enumerate(self.model.parts) for j in range(len(part.levers))]
        places.sort(key=lambda at: -self.model.parts[at[0]].levers[at[1]].cost(corners[at[0]][at[1]]))
        for i, j in places:
            far = corners[i][j]
            low, high, way = 0, abs(far), 1 if far > 0 else -1
            while low < high:
                middle = (low + high) // 2
                corners[i][j] = way * middle
                if self._try([tuple(each) for each in corners]):
                    high = middle
                else:
                    low = middle + 1
                if self.model.parts[i].levers[j].options:
                    break
            corners[i][j] = way * high if not self.model.parts[i].levers[j].options else (far if high else 0)

    def _try(self, corners: list[tuple[int, ...]]) -> bool:
        key = tuple(corners)
        if key not in self._tried:
            parts = list(zip(self.model.parts, corners, strict=True))
            changes = self.model.changes(parts)
            cost = sum(
                (lever.cost(k) for part, ks in parts for lever, k in zip(part.levers, ks, strict=True)),
                numbers.ZERO,
            )
            result = self.model.scored(changes)
            self._tried[key] = good = self.good(result)
            if good and (self.best is None or cost < self.best[0]):
                self.best = (cost, changes, result)
        return self._tried[key]

    def good(self, result: Result) -> bool:
        """Scored, and of the grade or a higher one. A gate that is still unknown leaves it unconfirmed."""
        codes = [grade.code for grade in self.model.scheme.grades[: self.target + 1]]
        return result.status == "scored" and result.grade.code in codes


def _bites(gate: Gate, met: bool | None) -> bool | None:
    """Whether the gate takes hold; None while it is pending."""
    if met is None:
        return {"pending": None, "pass": False, "fail": True}[gate.missing]
    return met is GATE_KINDS[gate.kind].when


def _undominated(boxes: Sequence[Box]) -> list[Box]:
    """Without those that a tight box beats: what it holds is there to be had, for less."""
    tight = [box for box in boxes if box.tight]
    return [box for box in boxes if not any(other is not box and _beats(other, box) for other in tight)]


def _beats(one: Box, two: Box) -> bool:
    if one.cost > two.cost or one.answers != two.answers or any(len(each) > 1 for each in one.answers):
        return False
    if any(a < b for a, b in zip(one.high, two.high, strict=True)):
        return False
    # Of equals the one that stands first stays.
    return one.cost < two.cost or one.high != two.high or not two.tight or one.ranges < two.ranges
