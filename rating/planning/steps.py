"""How near an item is to other points: the smallest change of each input, up and down, that moves it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import Facts, References, Scheme, numbers
from rating.engine.facts import Value
from rating.engine.inputs import Reader
from rating.engine.references import NONE
from rating.planning.leaves import LeafView, Points, leaves_of
from rating.planning.levers import Lever, between, movable
from rating.planning.spans import Span, SpanReader

# Looks into stretches until the search for one flip is given up as unknown.
MOST_LOOKS = 4000


@dataclass(frozen=True, slots=True)
class Flip:
    """The smallest change of one input by which an item's points change, all else held.

    `change` is how far a number moves (below zero: down), None for a yes-or-no or a level. `gain` is what the item's points
    become more (below zero: less). Reached exactly: one step less changes nothing.
    """

    item: str
    input: str
    now: Value
    then: Value
    change: Decimal | None
    before: Decimal
    after: Decimal

    @property
    def gain(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Nearness:
    """The flips of one entity. `unknown` names (item, input) whose search was given up: they may have one."""

    flips: tuple[Flip, ...]
    unknown: tuple[tuple[str, str], ...] = ()


def nearness(
    scheme: Scheme,
    facts: Facts,
    references: References = NONE,
    *,
    size: Callable[[str], Decimal | None] = lambda name: None,
) -> Nearness:
    """For every item with points and every input that moves it: the nearest flip upwards and downwards.

    `size` gives the step of a number by its code (None: 1 of what is counted, else the last decimal shown).
    """
    flips: list[Flip] = []
    unknown: list[tuple[str, str]] = []
    with numbers.exact():
        reader = Reader(scheme.inputs, facts, references)
        free = set(movable(scheme, facts))
        for leaf in leaves_of(scheme, facts):
            now = leaf.points(SpanReader(scheme, reader, {}))
            if now is None:
                continue
            for name in leaf.inputs:
                if name not in free or _unreadable(reader, name):
                    continue
                try:
                    flips += _flips(_Search(scheme, reader, leaf, name, now.low), size(name))
                except _GivenUp:
                    unknown.append((leaf.item.code, name))
    return Nearness(tuple(flips), tuple(unknown))


def _unreadable(reader: Reader, name: str) -> bool:
    return reader.read(name).state != "ok"


class _GivenUp(Exception):
    pass


class _Search:
    """Looks for the first step on one side at which one item's points are others than now."""

    def __init__(self, scheme: Scheme, reader: Reader, leaf: LeafView, name: str, now: Decimal):
        self.scheme, self.reader, self.leaf, self.name, self.now = scheme, reader, leaf, name, now
        self.looks = 0

    def at(self, value: Value | Span) -> Points | None:
        self.looks += 1
        if self.looks > MOST_LOOKS:
            raise _GivenUp
        return self.leaf.points(SpanReader(self.scheme, self.reader, {self.name: value}))

    def first(self, lever: Lever, near: int, far: int) -> int | None:
        """The k nearest to zero in [near, far] (both on one side) where the points differ; None if nowhere."""
        one, two = lever.value(near), lever.value(far)
        assert isinstance(one, Decimal)
        assert isinstance(two, Decimal)
        found = self.at(one if near == far else Span(min(one, two), max(one, two)))
        if found is None or (found.sure and found.low == self.now):
            return None
        if near == far:
            return near
        middle = near + int((far - near) / 2)
        nearer = self.first(lever, near, middle)
        return nearer if nearer is not None else self.first(lever, middle + (1 if far > near else -1), far)

    def outward(self, lever: Lever, limit: int) -> int | None:
        """The same, from zero to the limit, in stretches that double: near flips are found with few looks."""
        way = 1 if limit > 0 else -1
        near, length = way, 1
        while abs(near) <= abs(limit):
            far = near + way * (length - 1)
            far = limit if abs(far) > abs(limit) else far
            if (found := self.first(lever, near, far)) is not None:
                return found
            near, length = far + way, length * 2
        return None


def _flips(search: _Search, size: Decimal | None) -> list[Flip]:
    spec = search.scheme.inputs[search.name]
    now = search.reader.read(search.name).value
    if not isinstance(now, Decimal):
        options: tuple[Value, ...] = (
            (not now,) if isinstance(now, bool) else tuple(code for code, _ in spec.choices if code != now)
        )
        return [flip for option in options if (flip := _flip(search, now, option))]
    step, least, most = between(spec, now, None, None, size)
    lever = Lever(search.name, now, step, least, most)
    places = [search.outward(lever, limit) for limit in (most, least) if limit]
    return [flip for k in places if k is not None and (flip := _flip(search, now, lever.value(k)))]


def _flip(search: _Search, now: Value, then: Value) -> Flip | None:
    found = search.at(then)
    if found is None or found.low == search.now:
        return None
    change = then - now if isinstance(then, Decimal) and isinstance(now, Decimal) else None
    return Flip(search.leaf.item.code, search.name, now, then, change, search.now, found.low)
