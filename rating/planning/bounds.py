"""Upper bounds on the total: a straight line above it, and the least cost of a gain along that line."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal

from rating.engine import GroupResult, LeafResult, numbers
from rating.engine.scheme import WEIGHED, Group, Item
from rating.planning.model import Box, Model, Part

HALF = Decimal("0.5")
# Longer tables are thinned, which makes the bound looser and never wrong.
LONGEST = 400


class Line:
    """`weights` by item and `now` such that total ≤ now + Σ weight × (points − points now), whatever the points."""

    def __init__(self, model: Model, cut: Decimal):
        self.model = model
        self.cut = cut
        self.weights: dict[str, Decimal] = {}
        self._items = {item.code: item for item in model.scheme.items()}
        self._groups = {node.code: node for node in model.scheme.root.walk() if isinstance(node, Group)}
        root = model.base.root
        transform = model.scheme.transform
        factor = transform.times if transform else Decimal(1)
        self.sound = factor > 0
        self.now = self._line(root, factor if self.sound else Decimal(1))
        if transform:
            self.now += transform.plus + HALF * numbers.quantum(transform.digits)

    def _line(self, node: GroupResult, factor: Decimal) -> Decimal:
        """The node's part of the line now, and the weights of the items below it."""
        group = self._groups[node.code]
        now, exact = numbers.ZERO, group.mode == "sum"
        available = sum((child.available for child in node.children), numbers.ZERO)
        for child in node.children:
            part = self._factor(group, node, child, available)
            exact = exact and part == 1 and self._digits(child.code) <= group.digits
            if isinstance(child, LeafResult):
                self.weights[child.code] = factor * part
                now += factor * part * child.points
            else:
                now += self._line(child, factor * part)
        if not exact:
            now += factor * HALF * numbers.quantum(group.digits)
        # A floor lifts what lies below it; a total that reaches the cut lies above its own.
        if group.low is not None and (node is not self.model.base.root or group.low >= self.cut):
            now += factor * (max(group.low, numbers.ZERO) + self._depth(node))
        return now

    def _factor(
        self, group: Group, node: GroupResult, child: GroupResult | LeafResult, available: Decimal
    ) -> Decimal:
        if not child.available:
            return Decimal(1)
        if group.mode in WEIGHED:
            total = sum(
                (each.weight for each in node.children if each.available and each.weight), numbers.ZERO
            )
            return (
                node.full * child.weight / child.available / total if child.weight and total else numbers.ZERO
            )
        if group.mode == "achieved" or numbers.ZERO < available < node.full:
            return node.full / available
        return Decimal(1)

    def _digits(self, code: str) -> int:
        return self._items[code].digits if code in self._items else self._groups[code].digits

    def _depth(self, node: GroupResult) -> Decimal:
        """How far below zero the items under it may pull."""
        below = [self._items[each.code] for each in node.walk() if isinstance(each, LeafResult)]
        return sum((_pull(item) for item in below), numbers.ZERO)

    def gain(self, part: Part, box: Box, points: Mapping[str, Decimal]) -> Decimal:
        """What the box can add to the line."""
        return sum(
            (
                self.weights[view.item.code] * (high - points[view.item.code])
                for view, high in zip(part.leaves, box.high, strict=True)
            ),
            numbers.ZERO,
        )


def _pull(item: Item) -> Decimal:
    return -min(item.low, -item.missing.points, numbers.ZERO)


class Table:
    """The least cost of a gain of at least so much, from one box of each part: gains and costs both rising."""

    def __init__(self, gains: Sequence[Decimal], costs: Sequence[Decimal]):
        self.gains, self.costs = gains, costs

    def cost(self, gain: Decimal) -> Decimal | None:
        """None when no choice gains so much."""
        place = bisect_left(self.gains, gain)
        return self.costs[place] if place < len(self.gains) else None


def tables(options: Sequence[Sequence[tuple[Box, Decimal]]]) -> list[Table]:
    """For each part the table of that part and all after it; the last is that of nothing."""
    found = [Table([numbers.ZERO], [numbers.ZERO])]
    for choices in reversed(options):
        after = found[-1]
        useful = _rising([(gain, box.cost) for box, gain in choices])
        pairs = [
            (gain + more, cost + extra)
            for gain, cost in useful
            for more, extra in zip(after.gains, after.costs, strict=True)
        ]
        kept = _thinned(_rising(pairs))
        found.append(Table([gain for gain, _ in kept], [cost for _, cost in kept]))
    return found[::-1]


def _rising(pairs: list[tuple[Decimal, Decimal]]) -> list[tuple[Decimal, Decimal]]:
    """Those that nothing beats in both: from the smallest gain."""
    kept: list[tuple[Decimal, Decimal]] = []
    for gain, cost in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if not kept or cost < kept[-1][1]:
            kept.append((gain, cost))
    return kept[::-1]


def _thinned(pairs: list[tuple[Decimal, Decimal]]) -> list[tuple[Decimal, Decimal]]:
    """At most LONGEST of them, each left-out one taken as cheap as the next cheaper and as good as the next better."""
    if len(pairs) <= LONGEST:
        return pairs
    step = -(-len(pairs) // LONGEST)
    chunks = [pairs[at : at + step] for at in range(0, len(pairs), step)]
    return [(chunk[-1][0], chunk[0][1]) for chunk in chunks]
