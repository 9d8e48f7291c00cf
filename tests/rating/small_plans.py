"""Small random schemes, one entity and its levers, and the optimum by trying everything."""

import random
from decimal import Decimal
from itertools import product

from rating.engine import Facts, Input, Scheme, load_scheme, score
from rating.planning.levers import Lever, moved
from tests.rating.engine_schemes import group, item, scheme_text

NAMES = ("A", "B", "C")
LEVELS = [
    {"code": "five", "title": "五星级", "stars": "5"}, {"code": "four", "title": "四星级", "stars": "4"},
    {"code": "none", "title": "未达星级"},
]  # fmt: skip


def _rule(chance: random.Random, names: list[str]) -> dict:
    one, two = chance.choice(names), chance.choice(names)
    bands = [
        {"to": "3", "points": "0"},
        {"from": "3", "to": "6", "points": "2"},
        {"from": "6", "points": "10"},
    ]
    return chance.choice(
        [
            {"kind": "band", "input": one, "inclusive": chance.choice(["lower", "upper"]), "direction": "higher", "bands": bands},
            {"kind": "linear", "input": one, "direction": "higher", "knots": [{"at": "1", "points": "0"}, {"at": "7", "points": "10"}]},
            {"kind": "linear", "input": one, "direction": "lower", "knots": [{"at": "0", "points": "10"}, {"at": "8", "points": "0"}]},
            {"kind": "step", "input": one, "start": "1", "size": "2", "points": "3"},
            {"kind": "ratio_to_ref", "input": "share", "reference": {"value": "1"}, "weight": "10", "cap": "1"},
            {"kind": "inverse_ratio", "input": one, "reference": {"value": "4"}, "weight": "5"},
            {"kind": "per_unit", "units": [{"input": "A", "points": "1.5"}, {"input": "B", "points": "1"}]},
            {"kind": "best_of", "of": [
                {"kind": "step", "input": one, "start": "0", "size": "1", "points": "1"},
                {"kind": "fixed_if", "points": "10", "when": {"input": two, "at_least": "6"}},
            ]},
            {"kind": "fixed_if", "points": "10", "when": {
                "all_of": [{"input": one, "at_least": "4"}, {"input": "share", "at_least": "0.8"}],
            }},
            {"kind": "formula", "expression": f"max({one}, {two}) + 2"},
            {"kind": "fixed_if", "points": "10", "when": {"input": "F", "is": "true"}},
        ]
    )  # fmt: skip


def small_case(seed: int) -> tuple[Scheme, Facts, list[Lever]]:
    """Three numbers of 0 to 8, a yes-or-no, a share of two of them; three to five items; some gates; costs of all shapes."""
    chance = random.Random(seed)
    names = list(NAMES)
    inputs = {name: {"title": f"数{name}", "unit": "家", "min": "0", "max": "8"} for name in names}
    inputs["F"] = {"title": "旗", "type": "boolean"}
    inputs["share"] = {
        "title": "占比",
        "min": "0",
        "max": "4",
        "derive": {"kind": "ratio", "of": "A", "to": "B"},
    }
    modes = chance.choice([{}, {}, {"mode": "relative"}, {"mode": "achieved"}])
    groups, total = [], 0
    for number in range(chance.choice([1, 2])):
        items = []
        for place in range(chance.choice([1, 2, 3])):
            more = {"weight": str(chance.choice([1, 2, 3]))} if modes.get("mode") == "relative" else {}
            more |= {"missing": chance.choice(["zero", "block"])}
            items.append(item(f"I{number}{place}", 10, _rule(chance, names), floor="0", **more))
        points = 10 * len(items)
        total += points
        groups.append(group(f"G{number}", points, items, **modes))
    gates = []
    if chance.random() < 0.4:
        gates.append(
            _gate(
                "M",
                "minimum",
                {"all_of": [{"input": chance.choice([*names, "share"]), "at_least": "3"}]},
                grades=["five"],
            )
        )
    if chance.random() < 0.4:
        gates.append(
            _gate("F", "floor", {"all_of": [{"group": "G0", "measure": "percent", "at_least": "50"}]})
        )
    if chance.random() < 0.3:
        gates.append(_gate("V", "veto", {"any_of": [{"input": chance.choice(names), "more_than": "7"}]}))
    if chance.random() < 0.2:
        both = {"all_of": [{"input": "F", "is": "true"}, {"input": "C", "at_least": "7"}]}
        gates.append(_gate("D", "direct", {"any_of": [both]}, grade="five"))
    if chance.random() < 0.15:
        low = {"group": "G0", "measure": "percent", "at_most": "80"}
        gates.append(_gate("P", "prerequisite", {"any_of": [low, {"input": "F", "is": "true"}]}))
    levels = [dict(level) for level in LEVELS]
    levels[0]["from"], levels[1]["from"] = str(total * 8 // 10), str(total * 11 // 20)
    grades = {"inclusive": chance.choice(["lower", "upper"]), "levels": levels}
    more = {"gates": gates} if gates else {}
    scheme = load_scheme(scheme_text(groups, inputs=inputs, grades=grades, **more))
    given = {name: Input(Decimal(chance.randrange(1, 7)), "家") for name in names} | {
        "F": Input(chance.random() < 0.4)
    }
    return scheme, Facts("E", "某园", inputs=given), _levers(chance, given)


def _gate(code: str, kind: str, test: dict, **more) -> dict:
    return {"code": code, "title": f"门槛{code}", "kind": kind, "missing": "fail", **test, **more}


def _levers(chance: random.Random, given: dict[str, Input]) -> list[Lever]:
    levers = []
    for name in NAMES:
        now = int(given[name].value)
        least, most = -chance.randrange(0, now + 1), chance.randrange(0, 9 - now)
        each, fixed = Decimal(chance.randrange(0, 5)), Decimal(chance.choice([0, 0, 3]))
        levers.append(Lever(name, Decimal(now), Decimal(1), least, most, each=each, fixed=fixed))
    if chance.random() < 0.7:
        now = given["F"].value
        levers.append(Lever("F", now, options=(now, not now), fixed=Decimal(chance.randrange(0, 9))))
    return levers


def by_brute_force(scheme: Scheme, facts: Facts, levers: list[Lever], target: int) -> Decimal | None:
    """The least cost of values that give the grade (its place from the top) or a higher one; None if none does.

    A choice under which an item that has points would lose them for want of data is none, as in the search.
    """
    codes = {grade.code for grade in scheme.grades[: target + 1]}
    scored = {leaf.code for leaf in score(scheme, facts).leaves() if leaf.status == "scored"}
    best = None
    for ks in product(
        *(lever.places() if not lever.options else range(len(lever.options)) for lever in levers)
    ):
        cost = sum((lever.cost(k) for lever, k in zip(levers, ks, strict=True)), Decimal(0))
        if best is not None and cost >= best:
            continue
        result = score(
            scheme,
            moved(facts, scheme.inputs, {x.name: x.value(k) for x, k in zip(levers, ks, strict=True) if k}),
        )
        kept = scored <= {leaf.code for leaf in result.leaves() if leaf.status == "scored"}
        if kept and result.status == "scored" and result.grade.code in codes:
            best = cost
    return best
