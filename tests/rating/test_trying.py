"""Two schemes over the same parks, and who stands near a cut: held against separate runs and against brute force."""

from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from rating.engine import Facts, Input, load_scheme, score, score_cohort
from rating.engine.references import NONE
from rating.trying.compare import moves, sides
from rating.trying.differences import differences
from rating.trying.nearness import nearness
from rating.trying.outcome import Outcome, Placed

pytestmark = pytest.mark.once

DRAFT = (Path(__file__).resolve().parents[2] / "rating/reference/district-draft.yaml").read_text(encoding="utf-8")
SMALL = """
format: 1
scheme: {code: small, title: 小方案, version: "1", status: 试行草案, digits: 0, missing: block}
total: {points: 100}
inputs:
  A: {title: 甲, unit: 个, min: 0, max: 30, digits: 0}
  B: {title: 乙, unit: 个, min: 0, max: 30, digits: 0}
  C: {title: 丙, type: boolean}
  late: {title: 迟报, unit: 次, min: 0, max: 9, digits: 0}
  both: {title: 合计, unit: 个, digits: 0, min: 0, max: 80, derive: {kind: sum, of: [A, B]}}
groups:
  - code: g
    title: 一
    points: 60
    items:
      - code: a
        title: 甲项
        points: 40
        rule:
          kind: band
          input: A
          inclusive: lower
          direction: higher
          bands: [{to: 10, points: 0}, {from: 10, to: 25, points: 15}, {from: 25, points: 40}]
      - code: b
        title: 乙项
        points: 20
        rule: {kind: step, input: B, start: 0, size: 7, points: 5}
        floor: 0
  - code: h
    title: 二
    points: 40
    items:
      - code: c
        title: 丙项
        points: 10
        rule: {kind: fixed_if, when: {input: C, is: true}, points: 10}
      - code: d
        title: 丁项
        points: 10
        floor: 0
        rule: {kind: deduct_per_event, start: 10, events: [{input: late, points: 4}]}
      - code: e
        title: 戊项
        points: 20
        rule: {kind: per_unit, units: [{input: both, points: 0.5}]}
grades:
  inclusive: lower
  levels: [{code: two, title: 二星级, stars: 2, from: 70}, {code: one, title: 一星级, stars: 1, from: 40}, {code: none, title: 未达星级}]
gates:
  - {code: v, title: 迟报否决, kind: veto, missing: pending, any_of: [{input: late, more_than: 3}]}
  - code: m
    title: 二星须有丙
    kind: minimum
    grades: [two]
    missing: pending
    all_of: [{input: C, is: true}, {input: both, at_least: 20}]
"""
OTHER = (
    SMALL.replace('version: "1"', 'version: "2"')
    .replace("from: 70}", "from: 65}")
    .replace("{from: 10, to: 25, points: 15}", "{from: 10, to: 25, points: 20}")
    .replace("more_than: 3", "more_than: 2")
)
UNITS = {"A": "个", "B": "个", "late": "次"}
PARKS = st.fixed_dictionaries(
    {"A": st.integers(0, 30), "B": st.integers(0, 30), "C": st.booleans(), "late": st.integers(0, 9)}
)


def park(values, code="P"):
    inputs = {
        name: Input(value if value is None or isinstance(value, bool) else D(value), UNITS.get(name, ""))
        for name, value in values.items()
    }
    return Facts(code, f"园区{code}", "2026Q3", "核定", {}, inputs)


# Two separate runs


@pytest.mark.feature("E13")
@settings(max_examples=10, deadline=None)
@given(st.lists(PARKS, min_size=1, max_size=5), st.integers(0, 4))
def test_the_difference_table_equals_two_separate_runs(values, gap):
    cohort = [park({**each, "A": None} if place == gap else each, f"P{place}") for place, each in enumerate(values)]
    old, new = load_scheme(SMALL), load_scheme(OTHER)
    first, second = score_cohort(old, cohort).results, score_cohort(new, cohort).results
    found = moves(old, new, cohort)
    assert [move.entity for move in found] == [facts.entity for facts in cohort]
    for move, was, now in zip(found, first, second, strict=True):
        for side, result in ((move.before, was), (move.after, now)):
            assert (side.status, side.total, side.grade, side.stars) == (
                result.status, result.total, result.grade.title, result.grade.stars,
            )  # fmt: skip
            assert {part.code: part.points for part in side.parts if part.status != "step"} == {
                leaf.code: leaf.points for leaf in result.leaves()
            }
        if was.status == now.status == "scored":
            assert move.change == now.total - was.total
            assert move.way == ("same", "up", "down")[(now.grade.stars > was.grade.stars) - (now.grade.stars < was.grade.stars)]
        else:
            assert (move.change, move.way) == (None, "none")
            assert "甲项：甲数据为空" in move.decided


@pytest.mark.feature("E13")
def test_a_scheme_beside_itself_moves_nobody():
    scheme = load_scheme(SMALL)
    cohort = [park({"A": 30, "B": place, "C": True, "late": 0}, f"P{place}") for place in range(4)]
    assert {(move.way, move.change, move.decided) for move in moves(scheme, scheme, cohort)} == {("same", 0, "")}


@pytest.mark.feature("E13")
@pytest.mark.parametrize(
    ("values", "way", "decided"),
    [
        ({"A": 30, "B": 10, "C": True, "late": 3}, "down", "门槛条件：迟报否决"),
        ({"A": 12, "B": 20, "C": True, "late": 0}, "up", "甲项 +5 分"),
        ({"A": 30, "B": 14, "C": True, "late": 2}, "same", ""),
    ],
)
def test_it_says_what_decides(values, way, decided):
    (move,) = moves(load_scheme(SMALL), load_scheme(OTHER), [park(values)])
    assert (move.way, move.decided) == (way, decided)


@pytest.mark.feature("E13")
def test_a_lower_cut_alone_is_named_as_the_line():
    old = load_scheme(SMALL)
    new = load_scheme(SMALL.replace("from: 70}", "from: 60}"))
    (move,) = moves(old, new, [park({"A": 30, "B": 0, "C": True, "late": 1})])
    assert (move.before.total, move.way, move.decided) == (71, "same", "")
    (move,) = moves(old, new, [park({"A": 30, "B": 0, "C": True, "late": 2})])
    assert (move.before.total, move.way, move.decided) == (67, "up", "星级分数线")


@pytest.mark.feature("E13")
def test_facts_that_one_scheme_cannot_read_are_named_and_the_others_go_on():
    strange = Facts("X", "别处", "2026Q3", "核定", {}, {"A": Input(D(1), "万元")})
    good = park({"A": 30, "B": 30, "C": True, "late": 0})
    found = sides(load_scheme(SMALL), [strange, good])
    assert (found["X"].status, found["P"].status) == ("unread", "scored")
    assert "单位应为“个”" in found["X"].missing[0]


@pytest.mark.feature("E13")
def test_what_is_stored_reads_back():
    cohort = [park({"A": 30, "B": 10, "C": True, "late": 3}), park({"A": None, "B": 1, "C": None, "late": 0}, "Q")]
    old, new = load_scheme(SMALL), load_scheme(OTHER)
    rows = tuple(Placed(move, "land", "IND", "新型工业", "矣六") for move in moves(old, new, cohort))
    outcome = Outcome(old.digest, new.digest, rows)
    assert Outcome.from_json(outcome.to_json()) == outcome


# Near a cut


def brute(scheme, values):
    """Every criterion and input, each way: walk one unit at a time until the criterion's own answer changes for the better
    (the worse), score the whole again, keep what changes the grade. Derived readings are walked as given ones."""
    before = score(scheme, park(values))
    known = {**values, "both": values["A"] + values["B"]}
    free = replace(scheme, inputs={**scheme.inputs, "both": replace(scheme.inputs["both"], derive=None)})
    reads = [("a", "A"), ("b", "B"), ("c", "C"), ("d", "late"), ("e", "both"), ("v", "late"), ("m", "C"), ("m", "both")]
    found, scored = set(), {}
    for criterion, name in reads:
        ways = {}
        for then in walk(known[name], name):
            if (name, then) not in scored:
                facts = park({**values, **({} if name == "both" else {name: then})})
                if name == "both":
                    facts = replace(facts, inputs={**facts.inputs, "both": Input(D(then), "个")})
                scored[name, then] = score(free if name == "both" else scheme, facts)
            after = scored[name, then]
            change = answer(criterion, name, after, then) - answer(criterion, name, before, known[name])
            if change:
                ways.setdefault("up" if change > 0 else "down", after)
        for way, after in ways.items():
            if after.grade.code != before.grade.code:
                found.add((criterion, name, way, after.grade.title))
    return found


def walk(value, name):
    if isinstance(value, bool):
        return [not value]
    top = {"A": 30, "B": 30, "late": 9, "both": 80}[name]
    others = [value + sign * step for step in range(1, 81) for sign in (-1, 1)]
    return [each for each in others if 0 <= each <= top]


def answer(criterion, name, result, value):
    if criterion == "v":
        return -(value > 3)
    if criterion == "m":
        return int(value is True) if name == "C" else int(value >= 20)
    return next(leaf.points for leaf in result.leaves() if leaf.code == criterion)


@pytest.mark.feature("E14")
@settings(max_examples=15, deadline=None)
@given(PARKS)
def test_the_flips_listed_are_exactly_those_of_brute_force(values):
    scheme = load_scheme(SMALL)
    facts = park(values)
    result = score(scheme, facts)
    near = nearness(scheme, facts, result, NONE, within=D(1000))
    assert {(each.criterion, each.input, each.way, each.grade) for each in near.flips} == brute(scheme, values)


@pytest.mark.feature("E14")
def test_distances_are_those_to_the_cuts_on_either_side():
    scheme = load_scheme(SMALL)
    facts = park({"A": 12, "B": 30, "C": True, "late": 0})  # 15 + 20 + 10 + 10 + 20
    near = nearness(scheme, facts, score(scheme, facts), NONE, within=D(5))
    assert (near.above, near.below, near.distance) == (None, 5, 5)
    assert ("a", "down") in {(flip.criterion, flip.way) for flip in near.flips}
    far = nearness(scheme, facts, score(scheme, facts), NONE, within=D("4.9"))
    assert far.flips == ()


@pytest.mark.feature("E14")
def test_a_park_held_back_by_a_gate_says_which_and_what_opens_it():
    scheme = load_scheme(SMALL)
    facts = park({"A": 30, "B": 30, "C": False, "late": 0})  # 90 points, no 丙
    near = nearness(scheme, facts, score(scheme, facts), NONE, within=D(0))
    assert near.held == ("二星须有丙",)
    (opened,) = [flip for flip in near.flips if flip.criterion == "m" and flip.way == "up"]
    assert (opened.input, opened.grade, opened.gates) == ("C", "二星级", ("二星须有丙",))


@pytest.mark.feature("E14")
def test_a_blocked_park_is_near_nothing():
    scheme = load_scheme(SMALL)
    facts = park({"A": None, "B": 1, "C": True, "late": 0})
    assert nearness(scheme, facts, score(scheme, facts), NONE, within=D(10)) is None


# Two versions in words


@pytest.mark.feature("E1")
def test_differences_name_the_item_and_the_old_and_new_words():
    found = differences(load_scheme(SMALL), load_scheme(OTHER))
    said = {(each.part, each.title, each.what) for each in found}
    assert said == {
        ("评分项", "a 甲项", "计分规则"), ("门槛条件", "v 迟报否决", "条件"), ("等次", "two 二星级", "分数线"),
    }  # fmt: skip
    (cut,) = [each for each in found if each.part == "等次"]
    assert (cut.before, cut.after) == ("达到 70 分", "达到 65 分")


@pytest.mark.feature("E1")
def test_a_new_and_a_dropped_item_are_said_so():
    renamed = SMALL.replace("code: d\n", "code: x\n")
    found = {(each.title, each.what) for each in differences(load_scheme(SMALL), load_scheme(renamed))}
    assert {("d 丁项", "取消"), ("x 丁项", "新增")} <= found


@pytest.mark.feature("E1")
def test_another_layout_of_the_same_text_is_no_difference():
    assert differences(load_scheme(DRAFT), load_scheme("# 另一种写法\n" + DRAFT)) == ()
