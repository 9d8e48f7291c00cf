"""Scoring parks with every point explained, against a bare Decimal loop; the cheapest path against trying everything."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import product

from rating.engine import Facts, Input, Scheme, load_scheme, numbers, score
from rating.engine.scheme import Amount
from rating.planning.levers import Lever, moved
from rating.planning.path import cheapest_way
from scripts.bench.harness import Case

GROUPS, PER_GROUP = 6, 10
PARKS, MANY_PARKS = 100, 15_000
CHANGED = 50
CENT = Decimal("0.01")
Rule = tuple[dict, Callable[[Decimal], Decimal], Callable[[Fraction], Fraction]]


def _rules(code: str) -> list[Rule]:
    """Each kind of rule as data, as a bare expression over Decimal, and as one over Fraction for the oracle."""
    one, two = Decimal(1), Decimal(2)
    bands = [
        {"to": "10", "points": "0"},
        {"from": "10", "to": "50", "points": "1"},
        {"from": "50", "points": "2"},
    ]
    knots = [{"at": "0", "points": "0"}, {"at": "40", "points": "1"}, {"at": "100", "points": "2"}]
    return [
        (
            {"kind": "band", "input": code, "inclusive": "lower", "direction": "higher", "bands": bands},
            lambda v: Decimal(0) if v < 10 else one if v < 50 else two,
            lambda v: Fraction(0 if v < 10 else 1 if v < 50 else 2),
        ),
        (
            {"kind": "linear", "input": code, "direction": "higher", "knots": knots},
            lambda v: v / 40 if v <= 40 else one + (v - 40) / 60,
            lambda v: v / 40 if v <= 40 else 1 + (v - 40) / 60,
        ),
        (
            {"kind": "step", "input": code, "start": "0", "size": "7", "points": "0.1"},
            lambda v: v // 7 * Decimal("0.1"),
            lambda v: Fraction(v // 7, 10),
        ),
        (
            {"kind": "ratio_to_ref", "input": code, "reference": {"value": "60"}, "weight": "2", "cap": "1"},
            lambda v: min(v / 60, one) * two,
            lambda v: min(v / 60, 1) * 2,
        ),
        (
            {"kind": "per_unit", "units": [{"input": code, "points": "0.02"}]},
            lambda v: v * Decimal("0.02"),
            lambda v: v / 50,
        ),
    ]


def sixty_items() -> tuple[Scheme, list[tuple[str, Callable, Callable]]]:
    """A scheme of 60 items of five kinds in six groups; and each item's input with its two bare forms."""
    inputs, groups, bare = {}, [], []
    for group in range(GROUPS):
        items = []
        for place in range(PER_GROUP):
            code = f"V{group}{place}"
            inputs[code] = {"title": f"指标{code}", "unit": "万元", "min": "0"}
            rule, plain, exact = _rules(code)[place % 5]
            items.append(
                {
                    "code": f"I{group}{place}",
                    "title": f"评定项{code}",
                    "points": "2",
                    "floor": "0",
                    "rule": rule,
                }
            )
            bare.append((code, plain, exact))
        groups.append(
            {"code": f"G{group}", "title": f"分组{group}", "points": str(2 * PER_GROUP), "items": items}
        )
    full = 2 * GROUPS * PER_GROUP
    levels = [
        {"code": "five", "title": "五星级", "stars": "5", "from": str(full * 17 // 20)},
        {"code": "none", "title": "未达星级"},
    ]
    content = {
        "format": 1,
        "scheme": {
            "code": "bench",
            "title": "测量",
            "version": "1",
            "status": "演示数据",
            "missing": "block",
        },
        "total": {"points": str(full)},
        "inputs": inputs,
        "groups": groups,
        "grades": {"inclusive": "lower", "levels": levels},
    }
    return load_scheme(json.dumps(content, ensure_ascii=False)), bare


class _Parks(Case):
    count = PARKS

    def prepare(self) -> int:
        self.scheme, self.bare = sixty_items()
        self.chance = random.Random(20261128)  # noqa: S311
        self.facts = [self._park(number) for number in range(self.count)]
        return self.count * len(self.bare)

    def mutate(self, round_number: int) -> None:
        for number in self.chance.sample(range(self.count), min(CHANGED, self.count)):
            self.facts[number] = self._park(number)

    def _park(self, number: int) -> Facts:
        chance = self.chance
        inputs = {
            code: Input(Decimal(chance.randrange(10_000)) / 100, "万元", "核定数据")
            for code, _, _ in self.bare
        }
        return Facts(f"P{number}", f"园区{number}", "2026", inputs=inputs)

    def loop(self) -> list[Decimal]:
        """The least that gives the totals: no names, no checks, no reasons."""
        zero, two = Decimal(0), Decimal(2)
        totals = []
        with localcontext(numbers.CONTEXT):
            for facts in self.facts:
                inputs, total = facts.inputs, zero
                for code, points, _ in self.bare:
                    found = points(inputs[code].value)
                    found = zero if found < zero else two if found > two else found
                    total += found.quantize(CENT, ROUND_HALF_UP)
                totals.append(total)
        return totals


class ScoreParks(_Parks):
    name = "rating"
    title = f"{PARKS} parks × {GROUPS * PER_GROUP} items scored"
    floor = "bare Decimal loop, no explanation"
    others = ("score, explained", "score, every sentence read")
    slow = ("score, as canonical JSON",)

    def oracle(self) -> object:
        return [
            sum(_cents(exact(Fraction(f.inputs[code].value))) for code, _, exact in self.bare)
            for f in self.facts
        ]

    def run(self, candidate: str) -> object:
        if candidate == self.floor:
            return self.loop()
        results = [score(self.scheme, facts) for facts in self.facts]
        if candidate == "score, every sentence read":
            for result in results:
                for leaf in result.leaves():
                    assert leaf.sentence
        if candidate == "score, as canonical JSON":
            self.texts = [result.to_json() for result in results]
        return results

    def observe(self, candidate: str, result: object) -> object:
        totals = result if candidate == self.floor else [each.total for each in result]  # type: ignore[attr-defined]
        return [int(total * 100) for total in totals]  # type: ignore[attr-defined]


class ScoreManyParks(_Parks):
    """A slope, not a floor: the ratio is 1 when a park costs the same in a crowd."""

    name = "rating-15000"
    title = f"{MANY_PARKS:,} parks × {GROUPS * PER_GROUP} items; ÷ floor is the slope"
    floor = f"the first {PARKS} parks, {MANY_PARKS // PARKS} times over"
    others = (f"{MANY_PARKS:,} parks",)
    count = MANY_PARKS
    rounds = 2

    def oracle(self) -> object:
        return [
            sum(_cents(exact(Fraction(f.inputs[code].value))) for code, _, exact in self.bare)
            for f in self.facts[:PARKS]
        ]

    def run(self, candidate: str) -> object:
        few = self.facts[:PARKS] * (MANY_PARKS // PARKS)
        return [score(self.scheme, facts).total for facts in (few if candidate == self.floor else self.facts)]

    def observe(self, candidate: str, result: object) -> object:
        assert isinstance(result, list)
        return [int(total * 100) for total in result[:PARKS]]


def _cents(points: Fraction) -> int:
    """Limited to 0 to 2 points, rounded half-up."""
    return int(min(max(points, Fraction(0)), Fraction(2)) * 100 + Fraction(1, 2))


class CheapestPath(_Parks):
    """Six inputs of one park may be moved, each by so many whole steps: few enough to try all."""

    name = "rating-path"
    title = "the cheapest path of one park, 6 inputs × 4 values"
    floor = "every combination, by the engine"
    others = ("cheapest path",)
    count = 1
    VALUES = 4
    MOVED = (("V00", 12), ("V01", 9), ("V02", 7), ("V03", 10), ("V04", 15), ("V10", 20))

    def mutate(self, round_number: int) -> None:
        self.facts = [self._park(0)]
        now = self.loop()[0]
        given = self.facts[0].inputs
        self.costs = [1 + (round_number * 3 + place * 5) % 7 for place in range(len(self.MOVED))]
        # As far as half the most that can be gained: neither given away nor impossible.
        best = self._total([self.VALUES - 1] * len(self.MOVED))
        self.cut = now + (best - now) / 2
        self.levers = [
            Lever(code, given[code].value, Decimal(size), 0, self.VALUES - 1, each=Decimal(cost))
            for (code, size), cost in zip(self.MOVED, self.costs, strict=True)
        ]
        self.scheme = _with_cut(self.scheme, self.cut.quantize(CENT))

    def _total(self, steps: list[int]) -> Decimal:
        """Of the park with those steps made, by the bare loop."""
        kept = self.facts
        given = kept[0].inputs
        lever = {
            code: Lever(code, given[code].value, Decimal(size), 0, self.VALUES) for code, size in self.MOVED
        }
        values = {code: lever[code].value(k) for (code, _), k in zip(self.MOVED, steps, strict=True)}
        self.facts = [moved(kept[0], self.scheme.inputs, values)]
        total = self.loop()[0]
        self.facts = kept
        return total

    def oracle(self) -> object:
        costs = [
            sum((lever.cost(k) for lever, k in zip(self.levers, steps, strict=True)), Decimal(0))
            for steps in product(range(self.VALUES), repeat=len(self.MOVED))
            if self._total(list(steps)) >= self.cut.quantize(CENT)
        ]
        return min(costs)

    def run(self, candidate: str) -> object:
        park = self.facts[0]
        if candidate == "cheapest path":
            return cheapest_way(self.scheme, park, self.levers, target="five").cost
        best = None
        for steps in product(range(self.VALUES), repeat=len(self.MOVED)):
            cost = sum((lever.cost(k) for lever, k in zip(self.levers, steps, strict=True)), Decimal(0))
            values = {lever.name: lever.value(k) for lever, k in zip(self.levers, steps, strict=True) if k}
            result = score(self.scheme, moved(park, self.scheme.inputs, values))
            if result.grade.code == "five" and (best is None or cost < best):
                best = cost
        return best


def _with_cut(scheme: Scheme, cut: Decimal) -> Scheme:
    five, none = scheme.grades
    return replace(scheme, grades=(replace(five, cut=Amount(cut)), none))
