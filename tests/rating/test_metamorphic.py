"""P-04: what must hold of any two scores: better is never worse, order does not matter, every threshold is exact, and the
same inputs give the same bytes. Short in the suite; 50,000 pairs with `make prove`."""

import random
from decimal import Decimal

import pytest

from rating.engine import Facts, Input, Result, load_scheme, score, score_cohort
from rating.engine.rules.direct import direct
from rating.planning.levers import moved
from tests.rating.engine_schemes import facts, group, item, one_item, scheme_text
from tests.rating.outcomes import LEVELS

PAIRS, PROVEN_PAIRS = 150, 50_000
NAMES = ("A", "B", "C", "D")


def _better(chance: random.Random, name: str) -> tuple[dict, int]:
    """A rule on an input, and 1 where higher is better, -1 where lower is."""
    cuts = sorted(chance.sample(range(1, 20), 2))
    points = sorted(chance.sample(range(11), 3))
    points[-1] = 10
    rising = [
        {"to": str(cuts[0]), "points": str(points[0])},
        {"from": str(cuts[0]), "to": str(cuts[1]), "points": str(points[1])},
        {"from": str(cuts[1]), "points": str(points[2])},
    ]
    falling = [{**band, "points": str(p)} for band, p in zip(rising, reversed(points), strict=True)]
    knots = [{"at": str(cuts[0]), "points": "0"}, {"at": str(cuts[1]), "points": "10"}]
    size, side = str(chance.randrange(1, 5)), chance.choice(["lower", "upper"])
    return chance.choice(
        [
            ({"kind": "band", "input": name, "inclusive": side, "direction": "higher", "bands": rising}, 1),
            ({"kind": "band", "input": name, "inclusive": side, "direction": "lower", "bands": falling}, -1),
            ({"kind": "linear", "input": name, "direction": "higher", "knots": knots}, 1),
            ({"kind": "step", "input": name, "start": "1", "size": size, "points": "2"}, 1),
            ({"kind": "ratio_to_ref", "input": name, "reference": {"value": size}, "weight": "10", "cap": "2"}, 1),
            ({"kind": "inverse_ratio", "input": name, "reference": {"value": size}, "weight": "5"}, -1),
            ({"kind": "per_unit", "units": [{"input": name, "points": "1.5"}]}, 1),
            ({"kind": "deduct_per_event", "start": "10", "events": [{"input": name, "points": "0.7"}]}, -1),
            ({"kind": "fixed_if", "points": "10", "when": {"input": name, "at_least": size}}, 1),
            ({"kind": "minmax", "input": name, "low": {"value": "1"}, "high": {"value": "17"}, "weight": "10"}, 1),
        ]
    )  # fmt: skip


def _case(seed: int):
    """A scheme of four items on four numbers in two groups of any mode, gates among them; facts; each input's better way."""
    chance = random.Random(seed)
    ways, groups = {}, []
    for number in range(2):
        mode = chance.choice(["sum", "percent", "relative", "achieved"])
        items = []
        for name in NAMES[number * 2 : number * 2 + 2]:
            rule, ways[name] = _better(chance, name)
            weight = {"percent": {"weight": "50"}, "relative": {"weight": str(chance.randrange(1, 4))}}.get(
                mode, {}
            )
            items.append(
                item(
                    f"I{name}",
                    10,
                    rule,
                    floor="0",
                    missing=chance.choice(["zero", "exclude_and_rescale"]),
                    **weight,
                )
            )
        groups.append(group(f"G{number}", 50 if mode != "sum" else 20, items, mode=mode))
    total = sum(int(each["points"]) for each in groups)
    levels = [
        {**level, "from": str(Decimal(level["from"]) * total / 100)} if "from" in level else level
        for level in LEVELS
    ]
    floor = {
        "code": "K", "title": "门槛", "kind": "floor", "missing": "pending",
        "all_of": [{"group": "G0", "measure": "percent", "at_least": "30"}],
    }  # fmt: skip
    inputs = {name: {"title": name, "unit": "家", "min": "0"} for name in NAMES}
    more = {"gates": [floor]} if chance.random() < 0.5 else {}
    scheme = load_scheme(
        scheme_text(groups, inputs=inputs, grades={"inclusive": "lower", "levels": levels}, **more)
    )
    return scheme, _park(chance, "E"), ways, chance


def _park(chance: random.Random, name: str) -> Facts:
    given = {
        code: Input(Decimal(chance.randrange(0, 2400)) / 100, "家") for code in NAMES if chance.random() > 0.1
    }
    return Facts(name, name, "2026", inputs=given)


def _place(scheme, result: Result) -> int:
    codes = [grade.code for grade in scheme.grades]
    return -codes.index(result.grade.code) if result.grade.code in codes else -len(codes)


def _inversions(pairs: int, first: int = 0) -> list[tuple]:
    found, made, seed = [], 0, first
    while made < pairs:
        scheme, park, ways, chance = _case(seed)
        before = score(scheme, park)
        for name, given in park.inputs.items():
            for _ in range(4):
                change = Decimal(chance.randrange(1, 900)) / 100
                value = given.value + change * ways[name]
                if value < 0:
                    continue
                after = score(scheme, moved(park, scheme.inputs, {name: value}))
                made += 1
                if after.total < before.total or _place(scheme, after) < _place(scheme, before):
                    found.append((seed, name, given.value, value, before.total, after.total))
        seed += 1
    return found


@pytest.mark.feature("E2")
def test_improving_an_input_never_lowers_the_score_or_the_star():
    assert _inversions(PAIRS) == []


@pytest.mark.prove
@pytest.mark.feature("E2")
def test_no_inversion_in_fifty_thousand_pairs():
    assert _inversions(PROVEN_PAIRS, first=1_000_000) == []


@pytest.mark.feature("E2")
def test_the_order_of_parks_and_of_facts_does_not_matter_and_a_replay_gives_the_same_bytes():
    for seed in range(8):
        scheme, park, _, chance = _case(seed)
        parks = [park, *(_park(chance, f"E{number}") for number in range(5))]
        texts = {result.entity: result.to_json() for result in score_cohort(scheme, parks).results}
        chance.shuffle(parks)
        turned = [Facts(p.entity, p.name, p.period, inputs=dict(reversed(p.inputs.items()))) for p in parks]
        assert {result.entity: result.to_json() for result in score_cohort(scheme, turned).results} == texts
        for each in turned:
            again = Facts.from_json(each.to_json())
            assert score(scheme, again).to_json() == texts[each.entity]
            assert Result.from_json(texts[each.entity]).to_json() == texts[each.entity]


@pytest.mark.feature("E2")
@pytest.mark.parametrize(("inclusive", "at"), [("lower", 2), ("upper", 1)])
def test_one_unit_at_every_threshold_decides(inclusive, at):
    """±1 of the finest unit that a number may have (0.000001), at each cut of a band."""
    bands = [
        {"to": "10", "points": "1"},
        {"from": "10", "to": "20", "points": "2"},
        {"from": "20", "points": "3"},
    ]
    scheme = one_item(
        {"kind": "band", "input": "X", "inclusive": inclusive, "direction": "higher", "bands": bands}, 3
    )
    for place, cut in enumerate((Decimal(10), Decimal(20))):
        unit = Decimal("0.000001")
        found = [score(scheme, facts(X=value)).total for value in (cut - unit, cut, cut + unit)]
        assert found == [1 + place, at + place, 2 + place]


@pytest.mark.feature("E2")
def test_the_short_way_of_a_rule_earns_what_the_rule_earns_and_says():
    """Points by function, by `earn` and beside the words of `judge` are one."""
    tried = 0
    for seed in range(60):
        scheme, park, _, chance = _case(seed)
        for leaf in scheme.items():
            (name,) = leaf.rule.reads()
            short = direct(leaf.rule)
            for value in (
                Decimal(chance.randrange(0, 2400)) / 100,
                Decimal(chance.randrange(0, 24)),
                Decimal(0),
            ):
                values = {name: value}
                points = leaf.rule.judge(values, scheme.inputs).points
                assert leaf.rule.earn(values) == points
                if short is not None:
                    tried += 1
                    assert short(value) == points
    assert tried > 100
