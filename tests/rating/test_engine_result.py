"""The result as a whole: it adds up, stays in bounds, reads back, replays, and ignores order."""

import ast
import json
import re
import sys
from decimal import Decimal as D
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from rating.engine import Facts, Input, Result, load_scheme, score
from tests.rating.engine_schemes import group, item, scheme_text

pytestmark = [pytest.mark.feature("E7"), pytest.mark.once]

ENGINE = Path(__file__).resolve().parents[2] / "rating" / "engine"
NAMES = ("X", "Y")
INPUTS = {name: {"title": name, "unit": "家", "min": 0} for name in NAMES}

CUTS = st.lists(st.integers(1, 60), min_size=1, max_size=4, unique=True).map(sorted)
LADDER = st.lists(st.integers(0, 20), min_size=5, max_size=5).map(sorted)
POLICIES = st.sampled_from(["zero", "exclude_and_rescale", "block", {"policy": "penalty", "points": 2}])


@st.composite
def band_rules(draw, name):
    cuts, side = draw(CUTS), draw(st.sampled_from(["lower", "upper"]))
    points = draw(LADDER)[: len(cuts) + 1]
    edges = [None, *cuts, None]
    bands = [{"from": a, "to": b, "points": p} for a, b, p in zip(edges, edges[1:], points, strict=False)]
    rows = [{key: value for key, value in band.items() if value is not None} for band in bands]
    return {"kind": "band", "input": name, "inclusive": side, "direction": "higher", "bands": rows}, points[
        -1
    ]


@st.composite
def linear_rules(draw, name):
    at, points = draw(CUTS), draw(LADDER)
    knots = [{"at": a, "points": p} for a, p in zip([0, *at], points, strict=False)]
    return {"kind": "linear", "input": name, "direction": "higher", "knots": knots}, knots[-1]["points"]


@st.composite
def rules(draw):
    name = draw(st.sampled_from(NAMES))
    full = draw(st.integers(1, 20))
    counted = {"kind": "per_unit", "units": [{"input": name, "points": "0.37"}]}
    plain = [
        counted,
        {"kind": "step", "input": name, "start": 5, "size": 3, "points": "0.7"},
        {"kind": "ratio_to_ref", "input": name, "reference": {"value": 37}, "weight": full, "cap": 1},
        {"kind": "fixed_if", "when": {"input": name, "at_least": 7}, "points": full},
    ]
    return draw(
        st.one_of(st.sampled_from([(rule, full) for rule in plain]), band_rules(name), linear_rules(name))
    )


@st.composite
def schemes(draw):
    groups = []
    for g in range(draw(st.integers(1, 3))):
        items = []
        for i in range(draw(st.integers(1, 3))):
            rule, full = draw(rules())
            items.append(item(f"I{g}{i}", full, rule, missing=draw(POLICIES)))
        total = sum(D(one["points"]) for one in items)
        groups.append(
            group(f"G{g}", total, items, digits=draw(st.integers(0, 3)) if draw(st.booleans()) else 2)
        )
    return load_scheme(scheme_text(groups, inputs=INPUTS))


NUMBERS = st.decimals(0, 80, places=2) | st.sampled_from([D(0), D(5), D(7), D(37)])
FACTS = st.fixed_dictionaries({name: st.none() | NUMBERS for name in NAMES})


def facts(values):
    inputs = {
        name: Input(value, "家", "核定", {"figure": name, "rows": [1, 2]}) for name, value in values.items()
    }
    return Facts("E1", "某园区", "2026Q1-3", "核定", {}, inputs)


small = settings(max_examples=40, deadline=None)


@small
@given(schemes(), FACTS)
def test_parts_sum_to_the_total_exactly(scheme, values):
    result = score(scheme, facts(values))
    parts = sum(leaf.points for leaf in result.leaves()) + sum(a.amount for a in result.adjustments())
    assert parts == result.total
    for node in result.groups():
        assert sum(c.points for c in node.children) + sum(a.amount for a in node.adjustments) == node.points


@small
@given(schemes(), FACTS)
def test_every_score_stays_in_bounds(scheme, values):
    items = {item.code: item for item in scheme.items()}
    for leaf in score(scheme, facts(values)).leaves():
        assert items[leaf.code].low <= leaf.points <= leaf.full
        assert leaf.lost == leaf.available - leaf.points
        assert leaf.next is None or leaf.points < leaf.next.points <= leaf.full


@small
@given(schemes(), FACTS)
def test_a_result_reads_back_and_replays_to_the_same_bytes(scheme, values):
    known = facts(values)
    text = score(scheme, known).to_json()
    assert Result.from_json(text) == score(scheme, known)
    assert Result.from_json(text).to_json() == text
    assert score(scheme, Facts.from_json(known.to_json())).to_json() == text


@small
@given(schemes(), FACTS)
def test_the_order_of_the_facts_does_not_matter(scheme, values):
    known = facts(values)
    turned = Facts("E1", "某园区", "2026Q1-3", "核定", {}, dict(reversed(list(known.inputs.items()))))
    assert score(scheme, turned).to_json() == score(scheme, known).to_json()


@small
@given(schemes(), FACTS, st.sampled_from(NAMES), st.decimals("0.01", 40, places=2))
def test_more_of_what_is_better_never_scores_less(scheme, values, name, more):
    if values[name] is None:
        return
    before = score(scheme, facts(values)).total
    assert score(scheme, facts({**values, name: values[name] + more})).total >= before


@small
@given(schemes(), FACTS)
def test_the_next_step_keeps_its_word(scheme, values):
    for leaf in score(scheme, facts(values)).leaves():
        if leaf.next is None:
            continue
        reached = leaf.next.threshold + (D("0.000001") if leaf.next.strict else 0)
        after = score(scheme, facts({**values, leaf.next.input: reached})).leaves()
        (moved,) = [other for other in after if other.code == leaf.code]
        assert moved.points == leaf.next.points


def known_result():
    rule = {"kind": "per_unit", "units": [{"input": "X", "points": 1}]}
    scheme = load_scheme(scheme_text([group("G", 10, [item("I", 10, rule)])], inputs=INPUTS))
    return score(scheme, facts({"X": D("3.00")}))


def test_a_leaf_keeps_source_and_reference():
    (reading,) = known_result().leaves()[0].inputs
    assert (reading.source, reading.reference) == ("核定", {"figure": "X", "rows": [1, 2]})
    assert Result.from_json(known_result().to_json()).leaves()[0].inputs == (reading,)


def test_numbers_are_written_one_way_and_never_as_floats():
    text = known_result().to_json()
    assert '"value":{"number":"3"}' in text
    assert '"total":"3"' in text
    json.loads(text, parse_float=lambda number: pytest.fail(f"float {number}"))


@pytest.mark.parametrize("change", [lambda raw: raw.pop("total"), lambda raw: raw.update(extra=1)])
def test_a_result_with_other_keys_is_refused(change):
    raw = json.loads(known_result().to_json())
    change(raw)
    with pytest.raises(ValueError, match="Result 的字段不符"):
        Result.from_json(json.dumps(raw))


def test_a_result_cannot_be_changed():
    with pytest.raises(AttributeError):
        known_result().total = D(100)


def test_the_engine_imports_nothing_but_itself_yaml_and_pure_standard_modules():
    banned = {
        "time",
        "os",
        "io",
        "pathlib",
        "random",
        "socket",
        "sqlite3",
        "subprocess",
        "logging",
    }
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                root = name.split(".")[0]
                own = name.startswith("rating.engine") or root == "yaml"
                assert own or (root in sys.stdlib_module_names and root not in banned), (path.name, name)


def test_the_engine_asks_no_clock():
    for path in ENGINE.rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"\.(today|now|utcnow|localtime)\(", text), path.name
        assert "import datetime" not in text


def test_the_engine_has_no_float_and_opens_nothing():
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), path.name
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("open", "print", "eval", "exec", "float"), path.name
