"""What missing data, caps, floors and rounding do to a group, and that every step is shown."""

from decimal import Decimal as D

import pytest

from rating.engine import Facts, FactsError, Input, load_scheme, score
from tests.rating.engine_schemes import facts, flag_item, flags, group, item, leaf, one_item, scheme_text

pytestmark = [pytest.mark.feature("E11"), pytest.mark.once]

BAND = {
    "kind": "band",
    "input": "X",
    "inclusive": "lower",
    "direction": "higher",
    "bands": [{"to": 5, "points": 0}, {"from": 5, "points": 10}],
}


@pytest.mark.parametrize(
    ("policy", "status", "points", "sentence"),
    [
        ("zero", "missing", 0, "甲：数据为空；缺数据计 0 分（满分 10 分）。"),
        ("block", "blocked", 0, "甲：数据为空；缺数据暂不评定（满分 10 分）。"),
        ("exclude_and_rescale", "excluded", 0, "甲：数据为空；缺数据不参评，按其余各项折算（满分 10 分）。"),
        (
            {"policy": "penalty", "points": 3},
            "missing",
            -3,
            "甲：数据为空；缺数据扣分 3 分，得 -3 分（满分 10 分）。",
        ),
    ],
)
def test_each_policy(policy, status, points, sentence):
    result = leaf(one_item(BAND, missing=policy), X=None)
    assert (result.status, result.points, result.sentence) == (status, points, sentence)


def test_zero_is_a_value_and_is_scored():
    assert leaf(one_item(BAND), X=0).status == "scored"


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ({}, "无数据"),
        ({"X": Input(D(7), "家", reported=False)}, "未报送或未核定"),
        ({"X": Input(None, "家")}, "数据为空"),
    ],
)
def test_absent_unreported_and_empty_are_told_apart(given, note):
    (result,) = score(one_item(BAND), Facts("E", inputs=given)).leaves()
    assert (result.status, result.inputs[0].note) == ("blocked", note)


def tree(*items, **more):
    total = sum(D(i["points"]) for i in items)
    return load_scheme(scheme_text([group("G", total, list(items), **more)], inputs=flags("A", "B", "C")))


def graded(scheme, **values):
    result = score(scheme, facts(**values))
    return result.root.children[0], result


def test_excluded_items_are_made_up_for_by_the_others():
    scheme = tree(flag_item("A", 3), flag_item("B", 6), flag_item("C", 1, missing="exclude_and_rescale"))
    found, result = graded(scheme, A=False, B=True, C=None)
    (step,) = found.adjustments
    assert (found.points, found.available, step.kind, step.amount) == (D("6.67"), 10, "rescale", D("0.67"))
    assert step.sentence == "部分指标不参评，按可得 9 分折算为 10 分"
    assert result.total == D("6.67")


def test_a_deduction_is_not_rescaled():
    deduct = item("A", 0, {"kind": "fixed_if", "when": {"input": "A", "is": "true"}, "points": -2})
    scheme = tree(deduct, flag_item("B", 5), flag_item("C", 5, missing="exclude_and_rescale"))
    found, _ = graded(scheme, A=True, B=True, C=None)
    assert (found.points, [a.amount for a in found.adjustments]) == (8, [5])


def test_a_group_with_nothing_left_is_excluded_and_its_parent_rescales():
    gone = group("G1", 4, [flag_item("A", 4, missing="exclude_and_rescale")])
    kept = group("G2", 6, [flag_item("B", 6)])
    scheme = load_scheme(scheme_text([gone, kept], inputs=flags("A", "B")))
    result = score(scheme, facts(A=None, B=True))
    assert [g.status for g in result.groups()] == ["excluded", "scored"]
    assert (result.total, result.root.adjustments[0].amount) == (10, 4)


def test_when_everything_is_excluded_nothing_is_graded():
    scheme = tree(flag_item("A", 4, missing="exclude_and_rescale"))
    result = score(scheme, facts(A=None))
    assert (result.status, result.total, result.grade.code) == ("blocked", 0, "")


def test_a_blocked_item_leaves_a_sum_so_far_and_no_grade():
    result = score(tree(flag_item("A", 4), flag_item("B", 6)), facts(A=True, B=None))
    assert (result.status, result.total, result.grade.code, result.grade.confirmed) == (
        "blocked",
        4,
        "",
        False,
    )
    assert result.sentence == "暂不评定：指标B缺少数据或数据有误，已评部分合计 4 分。"


@pytest.mark.feature("E1")
def test_group_cap_and_floor_are_steps_of_their_own():
    capped, _ = graded(tree(flag_item("A", 4), flag_item("B", 6), cap=7), A=True, B=True)
    assert (capped.points, capped.adjustments[0].kind, capped.adjustments[0].amount) == (7, "cap", -3)
    losing = item("A", 0, {"kind": "fixed_if", "when": {"input": "A", "is": "true"}, "points": -5})
    floored, _ = graded(tree(losing, flag_item("B", 6), floor=0), A=True, B=False)
    assert (floored.points, floored.adjustments[0].kind, floored.adjustments[0].amount) == (0, "floor", 5)


def test_a_group_may_round_coarser_than_its_items():
    scheme = tree(flag_item("A", "2.5"), flag_item("B", "5.5"), digits=0)
    found, result = graded(scheme, A=True, B=False)
    assert (found.points, found.adjustments[0].kind, found.adjustments[0].amount) == (3, "round", D("0.5"))
    assert result.total == 3


RATIO = {
    "title": "占比",
    "unit": "%",
    "max": 100,
    "derive": {"kind": "ratio", "of": "X", "to": "Y", "times": 100},
}
XY = {"X": {"title": "甲", "unit": "家"}, "Y": {"title": "乙", "unit": "家"}}


def share_scheme():
    rule = {"kind": "fixed_if", "when": {"input": "S", "at_least": 60}, "points": 10}
    return load_scheme(scheme_text([group("G", 10, [item("I", 10, rule)])], inputs={**XY, "S": RATIO}))


@pytest.mark.feature("E2")
@pytest.mark.parametrize(
    ("x", "y", "points"),
    [
        (59, 100, 0),
        (60, 100, 10),
        (61, 100, 10),
        (0, 7, 0),
        ("599999999.999999", "1000000000", 0),
        (-3, 5, 0),
    ],
)
def test_ratio_of_two_inputs_is_compared_exactly(x, y, points):
    result = leaf(share_scheme(), X=x, Y=y)
    assert (result.status, result.points) == ("scored", points)


@pytest.mark.parametrize(
    ("x", "y", "note"),
    [
        (1, 0, "乙为零，无法计算"),
        (None, 5, "缺少甲，无法计算"),
        (1, None, "缺少乙，无法计算"),
        (None, None, "缺少甲、乙，无法计算"),
    ],
)
def test_ratio_without_both_parts_is_missing(x, y, note):
    result = leaf(share_scheme(), X=x, Y=y)
    assert (result.status, result.inputs[0].state, result.inputs[0].note) == ("blocked", "missing", note)


def test_ratio_outside_its_declared_range_is_not_scored():
    result = leaf(share_scheme(), X=7, Y=5)
    assert (result.status, result.inputs[0].state) == ("blocked", "invalid")
    assert (
        result.sentence == "占比：140% 大于允许的最大值 100%（甲 7 家，乙 5 家）；数据有误，核实前暂不评定。"
    )


@pytest.mark.feature("E7")
def test_a_derived_input_shows_what_it_was_made_of():
    (reading,) = leaf(share_scheme(), X=1, Y=3).inputs
    assert (reading.shown, [p.shown for p in reading.parts]) == ("约 33.33%", ["1 家", "3 家"])
    assert [p.reference["figure"] for p in reading.parts] == ["X", "Y"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (Input(D(5), "万家"), "单位应为“家”，得到“万家”"),
        (Input(True), "应为数值，得到 True"),
        (Input("五"), "应为数值，得到 '五'"),
    ],
)
def test_a_fact_of_another_type_or_unit_is_refused(given, sentence):
    with pytest.raises(FactsError, match=sentence):
        score(one_item(BAND), Facts("E", inputs={"X": given}))


@pytest.mark.parametrize("value", [0.5, D("NaN"), D("Infinity"), D("1e15"), D("0.0000001"), [1]])
def test_a_value_that_is_not_exact_is_refused(value):
    with pytest.raises(FactsError):
        Input(value, "家")
