"""The nearest flips of an item, against shifting every input by hand."""

from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from rating.engine import Facts, Input, load_scheme, score
from rating.planning.levers import moved
from rating.planning.steps import nearness
from tests.rating.engine_schemes import FLAG, LEVEL, X, Y, facts, group, item, one_item, scheme_text
from tests.rating.worlds import DRAFT

BAND = {
    "kind": "band", "input": "X", "inclusive": "lower", "direction": "higher",
    "bands": [{"to": "10", "points": "0"}, {"from": "10", "to": "20", "points": "4"}, {"from": "20", "points": "9"}],
}  # fmt: skip
UNEVEN = [{"to": "5", "points": "3"}, {"from": "5", "to": "9", "points": "7"}, {"from": "9", "points": "1"}]
HILL = [{"at": "0", "points": "0"}, {"at": "10", "points": "9"}, {"at": "20", "points": "2"}]
SLOPE = [{"at": "3", "points": "0"}, {"at": "23", "points": "9"}]
BOTH = {"all_of": [{"input": "X", "at_least": "7"}, {"input": "Y", "less_than": "12"}]}
EARLY = {"kind": "fixed_if", "points": "2", "when": {"input": "X", "at_least": "9"}}
RULES = [
    BAND,
    {**BAND, "inclusive": "upper"},
    {**BAND, "direction": "none", "bands": UNEVEN},
    {"kind": "linear", "input": "X", "direction": "higher", "knots": SLOPE},
    {"kind": "linear", "input": "X", "direction": "none", "knots": HILL},
    {"kind": "step", "input": "X", "start": "4", "size": "3", "points": "2"},
    {"kind": "ratio_to_ref", "input": "X", "reference": {"input": "Y"}, "weight": "6", "cap": "1.5"},
    {"kind": "inverse_ratio", "input": "X", "reference": {"value": "8"}, "weight": "5"},
    {"kind": "minmax", "input": "X", "low": {"value": "2"}, "high": {"value": "22"}, "weight": "9"},
    {"kind": "per_unit", "units": [{"input": "X", "points": "1"}, {"input": "Y", "points": "-0.5"}]},
    {"kind": "formula", "expression": "abs(X - Y) / 2"},
    {
        "kind": "best_of",
        "of": [BAND, {"kind": "step", "input": "Y", "start": "6", "size": "2", "points": "1"}],
    },
    {"kind": "fixed_if", "points": "6", "when": BOTH},
    {"kind": "first_match", "of": [EARLY, BAND]},
]


def by_hand(scheme, given_facts, name: str) -> dict[str, int | None]:
    """The first shift up and down by which the item's points change, by trying 0 to 40."""
    (before,) = score(scheme, given_facts).leaves()
    now = given_facts.inputs[name].value
    found = {}
    for way, shifts in (("up", range(1, 41)), ("down", range(-1, -41, -1))):
        found[way] = next(
            (k for k in shifts if _points(scheme, given_facts, name, now + k) not in (None, before.points)),
            None,
        )
    return found


def _points(scheme, given_facts, name, value):
    (leaf,) = score(scheme, moved(given_facts, scheme.inputs, {name: value})).leaves()
    return leaf.points if leaf.status == "scored" else None


@pytest.mark.feature("E14")
@settings(deadline=None, max_examples=60)
@given(st.sampled_from(RULES), st.integers(0, 40), st.integers(1, 40))
def test_the_nearest_flips_are_those_found_by_shifting(rule, x, y):
    inputs = {
        "X": {**X, "min": "0", "max": "40"},
        "Y": {**Y, "min": "1", "max": "40"},
        "FLAG": FLAG,
        "LEVEL": LEVEL,
    }
    scheme = load_scheme(
        scheme_text([group("G", 1, [item("I", 1, rule, floor="-50", cap="none")])], inputs=inputs)
    )
    given_facts = facts(X=x, Y=y)
    found = nearness(scheme, given_facts)
    assert not found.unknown
    for name in scheme.inputs:
        if name not in ("X", "Y") or name not in next(scheme.items()).rule.reads():
            continue
        flips = {
            ("up" if flip.change > 0 else "down"): int(flip.change)
            for flip in found.flips
            if flip.input == name
        }
        assert flips == {way: k for way, k in by_hand(scheme, given_facts, name).items() if k is not None}


@pytest.mark.feature("E14")
def test_of_levels_and_yes_or_no_every_other_one_that_changes_the_points_is_a_flip():
    rule = {"kind": "choice", "input": "LEVEL", "levels": {"high": "6", "mid": "3", "low": "3"}}
    found = nearness(one_item(rule, 6), facts(LEVEL="low"))
    assert [(flip.then, flip.gain) for flip in found.flips] == [("high", Decimal(3))]


@pytest.mark.feature("E14")
def test_a_flip_goes_through_what_is_derived():
    scheme = load_scheme(DRAFT.read_text(encoding="utf-8"))
    park = Facts(
        "P", "某园", "2026Q3",
        attributes={"attr.park_type": "DIG", "attr.carrier": "building"},
        inputs={
            "AREA_LET": Input(Decimal(29000), "平方米"), "AREA_BUILT": Input(Decimal(50000), "平方米"),
            "FIRMS": Input(Decimal(100), "家"), "SERVICE_FIRMS": Input(Decimal(12), "家"),
        },
    )  # fmt: skip
    flips = {(flip.item, flip.input, flip.gain > 0): flip.change for flip in nearness(scheme, park).flips}
    assert flips["S2", "FIRMS", True] == 20
    assert flips["S2", "SERVICE_FIRMS", True] == -2
    assert flips["B2B", "AREA_BUILT", False] == -1
    assert 0 < flips["B1", "AREA_LET", True] < 30
