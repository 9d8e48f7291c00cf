"""Cuts, vetoes, prerequisites, floors of dimensions and minimums that depend on the level."""

from decimal import Decimal as D

import pytest

from rating.engine import Facts, FactsError, load_scheme, score
from tests.rating.engine_schemes import facts, flag_item, flags, group, item, scheme_text

pytestmark = [pytest.mark.feature("E1"), pytest.mark.once]

LEVELS = [
    {"code": "five", "title": "五星级", "stars": 5, "from": 90},
    {"code": "four", "title": "四星级", "stars": 4, "from": 75},
    {"code": "three", "title": "三星级", "stars": 3, "from": 60},
    {"code": "none", "title": "未达星级"},
]
POINTS = {"kind": "per_unit", "units": [{"input": "X", "points": 1}]}
INPUTS = {
    "X": {"title": "甲", "unit": "家", "min": 0},
    "Y": {"title": "事故", "unit": "家", "min": 0},
    **flags("A"),
}


def scheme(*gates, inclusive="lower", groups=None):
    groups = groups or [group("G", 100, [item("I", 100, POINTS)])]
    grades = {"inclusive": inclusive, "levels": LEVELS}
    return load_scheme(
        scheme_text(groups, inputs=INPUTS, grades=grades, **({"gates": list(gates)} if gates else {}))
    )


def graded(gates, **values):
    return score(scheme(*gates), facts(**values)).grade


@pytest.mark.parametrize(
    ("inclusive", "total", "code"),
    [
        ("lower", 0, "none"), ("lower", "59.99", "none"), ("lower", 60, "three"), ("lower", "60.01", "three"),
        ("lower", "74.99", "three"), ("lower", 75, "four"), ("lower", "89.99", "four"), ("lower", 90, "five"),
        ("lower", 100, "five"),
        ("upper", 60, "none"), ("upper", "60.01", "three"), ("upper", 75, "three"), ("upper", 90, "four"),
        ("upper", "90.01", "five"),
    ],
)  # fmt: skip
def test_cuts(inclusive, total, code):
    grade = score(scheme(inclusive=inclusive), facts(X=total)).grade
    assert (grade.code, grade.by_score, grade.confirmed) == (code, code, True)


def test_distance_to_the_next_cut():
    grade = graded([], X="73.5")
    assert (grade.next_code, grade.points_to_next) == ("four", D("1.5"))
    assert (graded([], X=95).next_code, graded([], X=95).points_to_next) == ("", None)


VETO = {
    "code": "V", "title": "安全事故", "kind": "veto", "missing": "pending",
    "any_of": [{"input": "Y", "more_than": 0}, {"input": "A", "is": "true"}],
}  # fmt: skip


@pytest.mark.feature("E2")
@pytest.mark.parametrize(
    ("accidents", "other", "code", "confirmed"),
    [
        (0, False, "five", True),
        (1, False, "none", True),
        (0, True, "none", True),
        (1, None, "none", True),
        (0, None, "five", False),
        (None, False, "five", False),
        (None, True, "none", True),
    ],
)
def test_veto_on_any_event_and_unknown_is_pending(accidents, other, code, confirmed):
    grade = graded([VETO], X=95, Y=accidents, A=other)
    assert (grade.code, grade.confirmed, grade.by_score) == (code, confirmed, "five")


def test_a_pending_veto_says_so():
    result = score(scheme(VETO), facts(X=95, A=False))
    (gate,) = result.gates
    assert (gate.status, [c.met for c in gate.conditions]) == ("pending", [None, False])
    assert gate.sentence == "安全事故：待核（事故高于 0 家：待核（无数据）；A为“是”：否）。"
    assert result.sentence == "总分 95 分，按分数为五星级；“安全事故”待核，结果未定。"


@pytest.mark.parametrize(("missing", "code", "confirmed"), [("pass", "five", True), ("fail", "none", True)])
def test_a_gate_may_decide_what_missing_means(missing, code, confirmed):
    grade = graded([{**VETO, "missing": missing}], X=95, A=False)
    assert (grade.code, grade.confirmed) == (code, confirmed)


PREREQUISITE = {
    "code": "P", "title": "前提", "kind": "prerequisite", "missing": "pending",
    "all_of": [{"input": "Y", "at_least": 2}, {"input": "A", "is": "true"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("y", "a", "code", "confirmed"),
    [
        (2, True, "three", True),
        (1, True, "none", True),
        (2, False, "none", True),
        (2, None, "three", False),
        (1, None, "none", True),
    ],
)
def test_prerequisites_all_hold_or_no_star(y, a, code, confirmed):
    grade = graded([PREREQUISITE], X=60, Y=y, A=a)
    assert (grade.code, grade.confirmed) == (code, confirmed)


def minimum(grades, at_least):
    condition = {"input": "Y", "at_least": at_least}
    return {
        "code": f"M{at_least}", "title": f"不少于{at_least}", "kind": "minimum", "missing": "pending",
        "grades": grades, "all_of": [condition],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("y", "code", "held"),
    [
        (10, "five", ()),
        (9, "four", ("M10",)),
        (6, "four", ("M10",)),
        (5, "three", ("M10", "M6")),
        (0, "three", ("M10", "M6")),
    ],
)
def test_minimums_depend_on_the_level(y, code, held):
    grade = graded([minimum(["five"], 10), minimum(["five", "four"], 6)], X=95, Y=y)
    assert (grade.code, grade.by_score, grade.held_by) == (code, "five", held)


def test_a_gate_above_the_reached_grade_does_not_matter():
    grade = graded([minimum(["five"], 10)], X=80, Y=None)
    assert (grade.code, grade.confirmed, grade.held_by) == ("four", True, ())


def floors(measure, at_least):
    half = {"kind": "per_unit", "units": [{"input": "Y", "points": 1}]}
    groups = [group("G", 80, [item("I", 80, POINTS)]), group("H", 20, [item("J", 20, half)])]
    gate = {
        "code": "F", "title": "服务维度", "kind": "floor", "missing": "pending",
        "all_of": [{"group": "H", "measure": measure, "at_least": at_least}],
    }  # fmt: skip
    return scheme(gate, groups=groups)


@pytest.mark.parametrize(("measure", "cut"), [("percent", 40), ("points", 8)])
@pytest.mark.parametrize(("y", "code"), [("7.99", "none"), (8, "four"), ("8.01", "four"), (0, "none")])
def test_floor_of_a_dimension(measure, cut, y, code):
    assert score(floors(measure, cut), facts(X=80, Y=y)).grade.code == code


def test_floor_of_a_dimension_that_is_not_assessed_is_pending():
    groups = [
        group("G", 90, [item("I", 90, POINTS)]),
        group("H", 10, [flag_item("A", 10, missing="exclude_and_rescale")]),
    ]
    gate = {
        "code": "F",
        "title": "服务",
        "kind": "floor",
        "missing": "pending",
        "all_of": [{"group": "H", "at_least": 4}],
    }
    result = score(scheme(gate, groups=groups), facts(X=90, A=None))
    assert (result.gates[0].status, result.grade.confirmed) == ("pending", False)


CARRIER = {"attr.carrier": {"title": "载体形态", "values": {"land": "用地类", "building": "楼宇类"}}}


def classwise():
    items = [
        flag_item("A", 4),
        flag_item("B", 6, applies_to={"attr.carrier": ["land"]}),
        flag_item("C", 6, applies_to={"attr.carrier": ["building"]}),
    ]
    groups = [group("G", 10, items)]
    return load_scheme(scheme_text(groups, inputs=flags("A", "B", "C"), attributes=CARRIER))


def in_class(carrier):
    inputs = facts(A=True, B=True, C=False).inputs
    return score(classwise(), Facts("E", "某园区", attributes={"attr.carrier": carrier}, inputs=inputs))


@pytest.mark.feature("E17")
@pytest.mark.parametrize(
    ("carrier", "codes", "total"), [("land", ["A", "B"], 10), ("building", ["A", "C"], 4)]
)
def test_a_park_sees_only_the_items_of_its_class(carrier, codes, total):
    result = in_class(carrier)
    assert ([leaf.code for leaf in result.leaves()], result.total) == (codes, total)


@pytest.mark.feature("E17")
def test_an_unknown_class_blocks_the_items_that_depend_on_it():
    result = in_class(None)
    assert [(leaf.code, leaf.status) for leaf in result.leaves()] == [
        ("A", "scored"),
        ("B", "blocked"),
        ("C", "blocked"),
    ]
    assert result.leaves()[1].sentence == "未登记载体形态，无法确定本项是否适用，暂不评定。"


def test_an_undeclared_class_is_refused():
    with pytest.raises(FactsError, match="载体形态（attr.carrier）没有“水上”这个值"):
        in_class("水上")


SELECT = {
    "title": "规模", "unit": "亿家",
    "derive": {"kind": "select", "attribute": "attr.carrier", "cases": {"land": "X", "building": "Y"}, "times": "0.5"},
}  # fmt: skip


@pytest.mark.feature("E17")
@pytest.mark.parametrize(
    ("carrier", "points", "status"), [("land", 2, "scored"), ("building", 3, "scored"), (None, 0, "blocked")]
)
def test_the_input_may_depend_on_the_class(carrier, points, status):
    rule = {"kind": "per_unit", "units": [{"input": "S", "points": 1}]}
    groups = [group("G", 10, [item("I", 10, rule, floor="0")])]
    scheme = load_scheme(scheme_text(groups, inputs={**INPUTS, "S": SELECT}, attributes=CARRIER))
    given = Facts("E", attributes={"attr.carrier": carrier}, inputs=facts(X=4, Y=6).inputs)
    (leaf,) = score(scheme, given).leaves()
    assert (leaf.points, leaf.status) == (points, status)
