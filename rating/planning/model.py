"""One entity as a search sees it: levers that move items together, and bounds on what a choice of stretches can reach."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import NamedTuple

from rating.engine import Facts, GroupResult, LeafResult, References, Result, Scheme, numbers, score
from rating.engine.conditions import Condition, Test, leaves
from rating.engine.facts import Value
from rating.engine.grade import GIVES
from rating.engine.inputs import Reader
from rating.engine.scheme import GATE_KINDS, Group
from rating.engine.score import adjusted
from rating.planning.leaves import LeafView, leaves_of
from rating.planning.levers import Lever, foundations, moved
from rating.planning.signs import Signer, Signs, turned
from rating.planning.spans import Answers, Span, SpanReader, Unusable, answers

# With more levers in one part, the stretches on both sides of now are not split from now at the start.
MANY = 4


@dataclass(frozen=True, slots=True)
class Part:
    """Levers that move the same items or conditions: what one of them does depends on the others."""

    levers: tuple[Lever, ...]
    leaves: tuple[LeafView, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch [near, far] of every lever of a part, `near` being the end next to now.

    `cost` is the least that a point of it costs, `high` the most points that each item can have in it, `answers` what each
    condition can be. `tight`: the nearest corner costs `cost` and has all of that, so that nothing in the box is better.
    """

    ranges: tuple[tuple[int, int], ...]
    cost: Decimal
    high: tuple[Decimal, ...]
    answers: tuple[Answers, ...]
    tight: bool

    @property
    def corner(self) -> tuple[int, ...]:
        return tuple(near for near, _ in self.ranges)


class Child(NamedTuple):
    """What a group's points need to know of a child."""

    points: Decimal
    available: Decimal
    weight: Decimal | None


class Model:
    """Everything about one entity that a search asks again and again. Use it inside numbers.exact()."""

    def __init__(self, scheme: Scheme, facts: Facts, references: References, levers: Sequence[Lever]):
        self.scheme, self.facts, self.references = scheme, facts, references
        self.reader = Reader(scheme.inputs, facts, references)
        self.base: Result = score(scheme, facts, references)
        self.looks = 0
        self._groups = {node.code: node for node in scheme.root.walk() if isinstance(node, Group)}
        self._found: dict[tuple, Box | None] = {}
        views = leaves_of(scheme, facts)
        scored = {leaf.code for leaf in self.base.leaves() if leaf.status == "scored"}
        # What lacks data lacks it still: a lever that could bring such an item to life or not is left alone.
        self.left_alone = frozenset(
            name for view in views if view.item.code not in scored for name in view.inputs
        )
        self.levers = tuple(
            lever
            for lever in levers
            if lever.name not in self.left_alone and (lever.options or lever.least or lever.most)
        )
        self.views = [view for view in views if view.item.code in scored]
        self.levers = tuple(self._useful(lever) for lever in self.levers)
        self.levers = tuple(lever for lever in self.levers if lever.options or lever.least or lever.most)
        self.parts = self._divided()

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Conditions of gates and stars on inputs, each once."""
        scheme = self.scheme
        tests = [gate.test for gate in scheme.gates] + [gate.unless for gate in scheme.gates if gate.unless]
        tests += [test for test, _ in scheme.stars.steps] if scheme.stars else []
        found = (condition for test in tests for condition in leaves(test) if condition.subject == "input")
        return tuple(dict.fromkeys(found))

    def _useful(self, lever: Lever) -> Lever:
        """Without a side on which nothing can get better, whatever the other levers do: a way there would be dearer and
        no better. Wherever that is not sure, the side stays."""
        if lever.options or not self.monotone:
            return lever
        everywhere = {
            each.name: _stretch(each, each.least, each.most) for each in self.levers if not each.options
        }
        signer = Signer(self.scheme, SpanReader(self.scheme, self.reader, everywhere), lever.name)
        touched = [view for view in self.views if lever.name in view.inputs]
        # A value may also be there to keep another one admissible (a share below 100 %).
        if not all(self._sure(view, signer.spans) for view in touched):
            return lever
        ways: set[int] = set()
        for view in touched:
            ways |= self._ways(view, lever, signer)
        for test, wanted in self._wanted:
            ways |= turned(signer.of_test(test), wanted)
        return replace(lever, least=lever.least if -1 in ways else 0, most=lever.most if 1 in ways else 0)

    def _ways(self, view: LeafView, lever: Lever, signer: Signer) -> set[int]:
        signs = set(signer.of_rule(view.item.rule))
        if {each.name for each in self.levers} & set(view.inputs) != {lever.name}:
            return signs
        now = view.points(SpanReader(self.scheme, self.reader, {}))
        for way, far in ((1, lever.most), (-1, lever.least)):
            if way in signs and far and now is not None:
                found = view.points(
                    SpanReader(self.scheme, self.reader, {lever.name: _stretch(lever, 0, far)})
                )
                if found is not None and found.high <= now.low:
                    signs.discard(way)
        return signs

    @cached_property
    def monotone(self) -> bool:
        """Whether more points never close a gate: no test wants a group, an item or the total to be low."""
        scheme = self.scheme
        for gate in scheme.gates:
            if gate.kind == "notice":
                continue
            rising = GATE_KINDS[gate.kind].when is False or gate.kind in GIVES
            if not _wants_more(gate.test, rising) or (gate.unless and not _wants_more(gate.unless, True)):
                return False
        return all(_wants_more(test, add > 0) for test, add in (scheme.stars.steps if scheme.stars else ()))

    @cached_property
    def _wanted(self) -> list[tuple[Test, Signs]]:
        """Tests of gates and stars, and whether they had better be True (1) or False (-1)."""
        found: list[tuple[Test, Signs]] = []
        for gate in self.scheme.gates:
            true = gate.kind in GIVES or GATE_KINDS[gate.kind].when is False
            found.append((gate.test, frozenset({1 if true else -1})))
            if gate.unless:
                found.append((gate.unless, frozenset({1})))
        steps = self.scheme.stars.steps if self.scheme.stars else ()
        found += [(test, frozenset({1 if add > 0 else -1})) for test, add in steps]
        return found

    def _divided(self) -> list[Part]:
        """Levers joined by items and conditions that read more than one of them."""
        names = {lever.name for lever in self.levers}
        below = {id(view): frozenset(view.inputs) & names for view in self.views}
        asked = {
            c: frozenset(foundations(self.scheme, self.facts, [c.name])) & names for c in self.conditions
        }
        joined = [{name} for name in names]
        for group in (*below.values(), *asked.values()):
            touching = [each for each in joined if each & group]
            if len(touching) > 1:
                joined = [each for each in joined if not each & group] + [set().union(*touching)]
        order = {lever.name: place for place, lever in enumerate(self.levers)}
        parts = [
            Part(
                tuple(lever for lever in self.levers if lever.name in group),
                tuple(view for view in self.views if below[id(view)] & group),
                tuple(condition for condition in self.conditions if asked[condition] & group),
            )
            for group in sorted(joined, key=lambda each: min(order[name] for name in each))
        ]
        # What a gate asks for is settled first, so that a choice that it shuts out is left early.
        return sorted(parts, key=lambda part: (not part.conditions, len(part.levers)))

    # Boxes

    def first_boxes(self, part: Part) -> list[Box]:
        few = len(part.levers) <= MANY
        choices = [list(_sides(lever, few)) for lever in part.levers]
        found = (self.box(part, ranges) for ranges in product(*choices))
        return [box for box in found if box is not None]

    def box(self, part: Part, ranges: tuple[tuple[int, int], ...]) -> Box | None:
        """None when an item never has points in it."""
        key = (part.levers[0].name, ranges)
        if key not in self._found:
            self._found[key] = self._box(part, ranges)
        return self._found[key]

    def _box(self, part: Part, ranges: tuple[tuple[int, int], ...]) -> Box | None:
        seen = self._seen(part, ranges)
        if seen is None or self._pointless(part, ranges, seen[1]):
            return None
        high, found = seen
        corner = tuple((near, near) for near, _ in ranges)
        there = seen if corner == ranges else self._seen(part, corner)
        cost = sum(
            (lever.cost(near) for lever, (near, _) in zip(part.levers, ranges, strict=True)), numbers.ZERO
        )
        return Box(ranges, cost, high, found, there == seen)

    def _pointless(self, part: Part, ranges: tuple[tuple[int, int], ...], found: tuple[Answers, ...]) -> bool:
        """Whether some lever might as well have stayed: with it where it is now, every point of the box costs no more, has
        no fewer points and no worse answers. That choice has a box of its own, with fewer levers moved."""
        if not self.monotone:
            return False
        moving = self._moving(part, ranges)
        spans = SpanReader(self.scheme, self.reader, moving)
        for lever, (near, _) in zip(part.levers, ranges, strict=True):
            if near and not lever.options and self._might_stay(part, lever, near, moving, spans, found):
                return True
        return False

    def _might_stay(
        self,
        part: Part,
        lever: Lever,
        near: int,
        moving: Mapping[str, Value | Span],
        spans: SpanReader,
        found: tuple[Answers, ...],
    ) -> bool:
        way = 1 if near > 0 else -1
        signer = Signer(self.scheme, _with_now(spans, lever), lever.name)
        still = SpanReader(
            self.scheme, self.reader, {name: each for name, each in moving.items() if name != lever.name}
        )
        for view in part.leaves:
            if lever.name not in view.inputs or way not in signer.of_rule(view.item.rule):
                continue
            here, there = view.points(spans), view.points(still)
            if here is None or there is None or here.high > there.low:
                return False
        for condition, answer in zip(part.conditions, found, strict=True):
            if signer.of_test(condition) and (len(answer) > 1 or _answers(condition, still) != answer):
                return False
        # Where it stayed, the items that read it must have points throughout.
        reading = [view for view in part.leaves if lever.name in view.inputs]
        return all(view.points(still) is not None and self._sure(view, still) for view in reading)

    def _sure(self, view: LeafView, spans: SpanReader) -> bool:
        """Whether every value that the item reads is inside what the scheme admits, over the whole stretch."""
        return all(spans.whole(name) for name in view.item.rule.reads())

    def _seen(
        self, part: Part, ranges: tuple[tuple[int, int], ...]
    ) -> tuple[tuple[Decimal, ...], tuple[Answers, ...]] | None:
        self.looks += 1
        spans = SpanReader(self.scheme, self.reader, self._moving(part, ranges))
        high = []
        for view in part.leaves:
            points = view.points(spans)
            if points is None:
                return None
            high.append(points.high)
        return tuple(high), tuple(_answers(condition, spans) for condition in part.conditions)

    def _moving(self, part: Part, ranges: tuple[tuple[int, int], ...]) -> dict[str, Value | Span]:
        return {
            lever.name: _stretch(lever, near, far)
            for lever, (near, far) in zip(part.levers, ranges, strict=True)
            if near or far
        }

    def pieces(self, part: Part, box: Box) -> list[Box]:
        """The box cut along the lever whose stretch costs most: where the most points are first reached, and halfway."""
        wide = [place for place, (near, far) in enumerate(box.ranges) if near != far]
        place = max(
            wide, key=lambda each: (_spread(part.levers[each], box.ranges[each]), _length(box.ranges[each]))
        )
        near, far = box.ranges[place]
        way = 1 if far > near else -1

        def within(a: int, b: int) -> Box | None:
            return self.box(part, (*box.ranges[:place], (a, b), *box.ranges[place + 1 :]))

        low, high = 0, abs(far - near)
        while low < high:
            middle = (low + high) // 2
            found = within(near, near + way * middle)
            if found is not None and found.high == box.high and found.answers == box.answers:
                high = middle
            else:
                low = middle + 1
        first = low
        whole = abs(far - near)
        cuts = {0, first, 1, (whole + 1) // 2} if first == 0 else {0, first, (first + 1) // 2}
        starts = sorted(cut for cut in cuts if cut <= whole)
        ends = [*(start - 1 for start in starts[1:]), whole]
        found = [within(near + way * a, near + way * b) for a, b in zip(starts, ends, strict=True)]
        return [each for each in found if each is not None]

    # Points

    def nodes(self, points: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Points of every item and group, and of the total (code total), with those items' points instead of the base's."""
        found: dict[str, Decimal] = {}
        total = self._group(self.base.root, points, found)
        transform = self.scheme.transform
        if transform is not None:
            made = numbers.clamp(total * transform.times + transform.plus, transform.low, transform.high)
            total = numbers.rounded(made, transform.digits)
        found["total"] = total
        return found

    def _group(self, node: GroupResult, points: Mapping[str, Decimal], found: dict[str, Decimal]) -> Decimal:
        children = []
        for child in node.children:
            if isinstance(child, LeafResult):
                made = found[child.code] = points.get(child.code, child.points)
            else:
                made = self._group(child, points, found)
            children.append(Child(made, child.available, child.weight))
        available = sum((child.available for child in children), numbers.ZERO)
        attributes = self.facts.attributes
        group = self._groups[node.code]
        made, _ = adjusted(group, group.full.of(attributes), tuple(children), available, attributes)
        found[node.code] = made
        return made

    # Whole choices

    def changes(self, boxes: Iterable[tuple[Part, tuple[int, ...]]]) -> dict[str, Value]:
        """New values by input: what stays as it is is left out."""
        return {
            lever.name: lever.value(k)
            for part, corner in boxes
            for lever, k in zip(part.levers, corner, strict=True)
            if k
        }

    def scored(self, changes: Mapping[str, Value]) -> Result:
        """By the engine itself."""
        return score(self.scheme, moved(self.facts, self.scheme.inputs, changes), self.references)


def _sides(lever: Lever, few: bool) -> Iterator[tuple[int, int]]:
    if lever.options:
        yield from ((k, k) for k in range(len(lever.options)))
        return
    if few:
        yield (0, 0)
    if lever.most:
        yield (1 if few else 0, lever.most)
    elif not few:
        yield (0, 0)
    if lever.least:
        yield (-1, lever.least)


def _stretch(lever: Lever, near: int, far: int) -> Value | Span:
    one = lever.value(near)
    if near == far:
        return one
    two = lever.value(far)
    assert isinstance(one, Decimal)
    assert isinstance(two, Decimal)
    return Span(min(one, two), max(one, two))


def _with_now(spans: SpanReader, lever: Lever) -> SpanReader:
    """The same stretches, that of the lever reaching back to where it is now."""
    moving = dict(spans.moving)
    value, now = moving[lever.name], lever.now
    assert isinstance(now, Decimal)
    ends = (value.low, value.high) if isinstance(value, Span) else (value, value)
    moving[lever.name] = Span(min(now, *ends), max(now, *ends))  # type: ignore[type-var]
    return SpanReader(spans.scheme, spans.reader, moving)


def _answers(condition: Condition, spans: SpanReader) -> Answers:
    try:
        return answers(condition, spans.read(condition.name))
    except Unusable:
        return frozenset({None})


def _spread(lever: Lever, ends: tuple[int, int]) -> Decimal:
    return lever.cost(ends[1]) - lever.cost(ends[0])


def _length(ends: tuple[int, int]) -> int:
    return abs(ends[1] - ends[0])


def _wants_more(test: Test, rising: bool) -> bool:
    """Whether every condition on points in it is met by more points (`rising`), or by fewer."""
    if isinstance(test, Condition):
        if test.subject not in ("group", "item", "total"):
            return True
        return (test.test in ("at_least", "more_than")) == rising
    way = rising != (test.kind == "none_of")
    return all(_wants_more(part, way) for part in test.parts)
