"""Every rule kind: below, on and above each boundary, zero, negative, and what earns more."""

from decimal import Decimal as D

import pytest

from rating.engine import load_scheme
from tests.rating.engine_schemes import group, item, leaf, one_item, scheme_text

pytestmark = [pytest.mark.feature("E2"), pytest.mark.once]


def check(scheme, name, cases):
    for value, points in cases:
        result = leaf(scheme, **{name: value})
        assert (value, result.points) == (value, D(str(points)))
        assert result.lost == result.full - result.points


def next_of(result):
    return result.next and (result.next.threshold, result.next.strict, result.next.points, result.next.gain)


BANDS = [{"to": 10, "points": 0}, {"from": 10, "to": 60, "points": 4}, {"from": 60, "points": 10}]


def band(inclusive, direction="higher", bands=BANDS):
    return one_item(
        {"kind": "band", "input": "X", "inclusive": inclusive, "direction": direction, "bands": bands}
    )


def test_band_boundary_belongs_to_the_upper_band_when_lower_ends_are_inclusive():
    cases = [
        (-5, 0),
        (0, 0),
        ("9.999999", 0),
        (10, 4),
        ("10.000001", 4),
        ("59.999999", 4),
        (60, 10),
        (1000, 10),
    ]
    check(band("lower"), "X", cases)


def test_band_boundary_belongs_to_the_lower_band_when_upper_ends_are_inclusive():
    cases = [(-5, 0), (0, 0), (10, 0), ("10.000001", 4), (60, 4), ("60.000001", 10)]
    check(band("upper"), "X", cases)


def test_band_lower_is_better():
    bands = [{"to": 2, "points": 10}, {"from": 2, "to": 8, "points": 5}, {"from": 8, "points": 0}]
    check(band("upper", "lower", bands), "X", [(-1, 10), (2, 10), ("2.1", 5), (8, 5), ("8.1", 0)])


@pytest.mark.parametrize(
    ("inclusive", "value", "expected"),
    [
        ("lower", 9, (D(10), False, D(4), D(4))),
        ("lower", 10, (D(60), False, D(10), D(6))),
        ("upper", 10, (D(10), True, D(4), D(4))),
        ("lower", 60, None),
    ],
)
@pytest.mark.feature("E7")
def test_band_names_the_next_band(inclusive, value, expected):
    assert next_of(leaf(band(inclusive), X=value)) == expected


@pytest.mark.feature("E7")
def test_band_next_when_lower_is_better_goes_down():
    bands = [{"to": 2, "points": 10}, {"from": 2, "points": 0}]
    result = leaf(band("lower", "lower", bands), X=5)
    assert next_of(result) == (D(2), True, D(10), D(10))
    assert result.next.change == D(-3)
    assert result.next.sentence == "甲再减少 3 家，低于 2 家，可得 10 分。"


@pytest.mark.parametrize(
    ("when", "cases"),
    [
        ({"input": "X", "at_least": 5}, [(4, 0), (5, 10), (6, 10), (0, 0), (-1, 0)]),
        ({"input": "X", "more_than": 5}, [(4, 0), (5, 0), (6, 10)]),
        ({"input": "X", "at_most": 5}, [(4, 10), (5, 10), (6, 0), (-1, 10)]),
        ({"input": "X", "less_than": 5}, [(4, 10), (5, 0), (6, 0)]),
        ({"input": "FLAG", "is": "true"}, [(True, 10), (False, 0)]),
        ({"input": "FLAG", "is": "false"}, [(True, 0), (False, 10)]),
        ({"input": "LEVEL", "in": ["high", "mid"]}, [("high", 10), ("mid", 10), ("low", 0)]),
    ],
)
def test_fixed_if(when, cases):
    check(one_item({"kind": "fixed_if", "when": when, "points": 10}), when["input"], cases)


def test_fixed_if_else_points():
    rule = {"kind": "fixed_if", "when": {"input": "X", "at_least": 5}, "points": 10, "else_points": 2}
    check(one_item(rule), "X", [(4, 2), (5, 10)])


@pytest.mark.feature("E7")
def test_fixed_if_names_the_threshold():
    rule = {"kind": "fixed_if", "when": {"input": "X", "more_than": 5}, "points": 10}
    result = leaf(one_item(rule), X=5)
    assert next_of(result) == (D(5), True, D(10), D(10))
    assert result.next.sentence == "甲超过 5 家，可得 10 分。"


@pytest.mark.feature("E7")
def test_fixed_if_below_a_line_says_below():
    result = leaf(one_item({"kind": "fixed_if", "when": {"input": "X", "less_than": 5}, "points": 10}), X=5)
    assert result.next.sentence == "甲低于 5 家，可得 10 分。"


def test_choice():
    scheme = one_item({"kind": "choice", "input": "LEVEL", "levels": {"high": 10, "mid": "2.5", "low": 0}})
    check(scheme, "LEVEL", [("high", 10), ("mid", "2.5"), ("low", 0)])
    assert next_of(leaf(scheme, LEVEL="low")) == ("mid", False, D("2.5"), D("2.5"))
    assert leaf(scheme, LEVEL="mid").next.sentence == "等级为“高”，可得 10 分。"


def test_choice_of_an_undeclared_level_is_not_scored():
    scheme = one_item({"kind": "choice", "input": "LEVEL", "levels": {"high": 10, "mid": 5, "low": 0}})
    result = leaf(scheme, LEVEL="top")
    assert (result.status, result.points) == ("blocked", 0)
    assert "不在可选范围内" in result.sentence


def step(**more):
    return one_item({"kind": "step", "input": "X", "start": 10, "size": 2, "points": 1, **more}, floor="0")


@pytest.mark.parametrize(
    ("more", "cases"),
    [
        (
            {},
            [
                (-3, 0),
                (0, 0),
                ("9.9", 0),
                (10, 0),
                ("11.9", 0),
                (12, 1),
                (13, 1),
                (14, 2),
                (29, 9),
                (30, 10),
                (40, 10),
            ],
        ),
        ({"base": 3}, [("9.9", 0), (10, 3), (12, 4)]),
        ({"base": 3, "below": 1}, [("9.9", 1), (10, 3)]),
        ({"rounding": "up"}, [(10, 0), ("10.1", 1), (12, 1), ("12.1", 2)]),
        ({"rounding": "half_up"}, [("10.9", 0), (11, 1), ("12.9", 1), (13, 2)]),
        ({"direction": "lower"}, [(11, 0), (10, 0), ("8.1", 0), (8, 1), (6, 2), (-10, 10)]),
    ],
)
def test_step(more, cases):
    check(step(**more), "X", cases)


def test_step_with_negative_points_stops_at_the_floor():
    rule = {"kind": "step", "input": "X", "start": 0, "size": 5, "points": -2, "base": 10, "below": 10}
    check(
        one_item(rule, floor="-3"),
        "X",
        [(-1, 10), (0, 10), ("4.9", 10), (5, 8), (25, 0), (35, -3), (100, -3)],
    )


@pytest.mark.parametrize(
    ("more", "value", "expected"),
    [
        ({}, 9, (D(12), False, D(1), D(1))),
        ({}, 12, (D(14), False, D(2), D(1))),
        ({}, 30, None),
        ({"base": 3}, 9, (D(10), False, D(3), D(3))),
        ({"rounding": "up"}, 12, (D(12), True, D(2), D(1))),
        ({"rounding": "half_up"}, 12, (D(13), False, D(2), D(1))),
        ({"direction": "lower"}, 9, (D(8), False, D(1), D(1))),
    ],
)
@pytest.mark.feature("E7")
def test_step_names_the_next_step(more, value, expected):
    assert next_of(leaf(step(**more), X=value)) == expected


def linear(**more):
    knots = [{"at": 0, "points": 0}, {"at": 50, "points": 4}, {"at": 60, "points": 10}]
    return {"kind": "linear", "input": "X", "direction": "higher", "knots": knots, **more}


def test_linear_clamped():
    cases = [(-1, 0), (0, 0), (25, 2), ("49.99", "4.00"), (50, 4), ("50.1", "4.06"), (60, 10), (61, 10)]
    check(one_item(linear()), "X", cases)


@pytest.mark.parametrize(
    ("clamp", "cases"),
    [
        ("none", [(-25, -2), (0, 0), (60, 10), (65, 13)]),
        ("low", [(-25, 0), (65, 13)]),
        ("high", [(-25, -2), (65, 10)]),
    ],
)
def test_linear_unclamped_ends_go_on(clamp, cases):
    check(one_item(linear(clamp=clamp), floor="-5", cap="none"), "X", cases)


def test_linear_is_rounded_half_up():
    knots = [{"at": 0, "points": 0}, {"at": 8, "points": 1}]
    scheme = one_item(linear(knots=knots), points=1)
    check(scheme, "X", [(1, "0.13"), (3, "0.38"), ("0.04", "0.01"), ("0.039", "0")])


def test_linear_lower_is_better():
    knots = [{"at": 10, "points": 10}, {"at": 20, "points": 0}]
    scheme = one_item(linear(knots=knots, direction="lower"))
    check(scheme, "X", [(9, 10), (10, 10), (15, 5), (20, 0), (21, 0)])
    assert next_of(leaf(scheme, X=15)) == (D(10), False, D(10), D(5))


@pytest.mark.feature("E7")
def test_linear_names_the_next_knot():
    assert next_of(leaf(one_item(linear()), X=50)) == (D(60), False, D(10), D(6))
    assert next_of(leaf(one_item(linear()), X=60)) is None


def ratio(**more):
    return {"kind": "ratio_to_ref", "input": "X", "reference": {"value": 60}, "weight": 10, "cap": 1, **more}


@pytest.mark.parametrize(
    ("more", "limits", "cases"),
    [
        ({}, {}, [(-6, 0), (0, 0), (30, 5), ("59.99", "10.00"), (60, 10), (61, 10)]),
        ({"cap": "1.5"}, {"cap": 15}, [(60, 10), (75, "12.5"), (90, 15), (91, 15)]),
        ({"cap": "none"}, {"cap": "none"}, [(60, 10), (600, 100)]),
        ({"floor": "0.5"}, {}, [(0, 5), (30, 5), (36, 6)]),
        ({"floor": "none"}, {"floor": "-4"}, [(0, 0), (-12, -2), (-60, -4)]),
    ],
)
def test_ratio_to_a_constant(more, limits, cases):
    check(one_item(ratio(**more), **limits), "X", cases)


def test_ratio_to_another_input():
    scheme = one_item(ratio(reference={"input": "Y"}))
    assert leaf(scheme, X=30, Y=40).points == D("7.5")
    assert leaf(scheme, X=30, Y=None).status == "blocked"


@pytest.mark.parametrize("reference", [0, -1])
def test_ratio_to_a_reference_that_is_not_positive_cannot_be_scored(reference):
    result = leaf(one_item(ratio(reference={"input": "Y"})), X=30, Y=reference)
    assert (result.status, result.points) == ("blocked", 0)
    assert result.sentence.startswith("参照值为零或负，无法计分")


@pytest.mark.feature("E7")
def test_ratio_names_what_earns_the_cap():
    assert next_of(leaf(one_item(ratio()), X=30)) == (D(60), False, D(10), D(5))
    assert next_of(leaf(one_item(ratio()), X=60)) is None


def test_per_unit_capped():
    scheme = one_item({"kind": "per_unit", "units": [{"input": "X", "points": "0.5"}]}, floor="0")
    check(scheme, "X", [(-4, 0), (0, 0), (1, "0.5"), (19, "9.5"), (20, 10), (21, 10)])
    assert next_of(leaf(scheme, X=19)) == (D(20), False, D(10), D("0.5"))
    assert next_of(leaf(scheme, X=20)) is None


def test_per_unit_with_a_loss_stops_at_the_floor():
    units = [{"input": "X", "points": 2}, {"input": "Y", "points": -1}]
    scheme = one_item({"kind": "per_unit", "units": units}, floor="-3")
    table = [(0, 0, 0), (3, 0, 6), (3, 2, 4), (0, 3, -3), (0, 4, -3), (6, 1, 10), (1, 0, 2)]
    for x, y, points in table:
        assert leaf(scheme, X=x, Y=y).points == points


@pytest.mark.feature("E7")
def test_points_before_and_after_the_cap_are_both_kept():
    result = leaf(one_item({"kind": "per_unit", "units": [{"input": "X", "points": 1}]}, floor="0"), X=14)
    assert (result.raw, result.points) == (14, 10)
    assert result.sentence == "甲 14 家；14 家 × 1 分，计得 14 分，以 10 分为限，满分 10 分。"


def counted(*names):
    return {name: {"title": name, "unit": "家", "min": 0} for name in names}


def deduct(points, floor, start):
    events = [{"input": "X", "points": 2}, {"input": "Y", "points": "0.5"}]
    rule = {"kind": "deduct_per_event", "events": events, "start": start}
    groups = [group("G", points, [item("I", points, rule, floor=floor)])]
    return load_scheme(scheme_text(groups, inputs=counted("X", "Y")))


@pytest.mark.parametrize(
    ("x", "y", "points"), [(0, 0, 5), (1, 0, 3), (0, 1, "4.5"), (2, 2, 0), (3, 0, 0), (9, 9, 0)]
)
def test_deduct_from_a_start_until_nothing_is_left(x, y, points):
    assert leaf(deduct(5, "0", 5), X=x, Y=y).points == D(str(points))


@pytest.mark.parametrize(
    ("x", "y", "points"), [(0, 0, 0), (1, 0, -2), (1, 1, "-2.5"), (2, 0, -3), (9, 9, -3)]
)
def test_deduct_alone_goes_down_to_its_floor(x, y, points):
    result = leaf(deduct(0, "-3", 0), X=x, Y=y)
    assert (result.points, result.lost) == (D(str(points)), -D(str(points)))


def test_deduct_refuses_a_negative_count():
    result = leaf(deduct(5, "0", 5), X=-1, Y=0)
    assert (result.status, result.points) == ("blocked", 0)
    assert "小于允许的最小值" in result.sentence


@pytest.mark.feature("E7")
def test_deduct_names_one_event_fewer():
    assert next_of(leaf(deduct(5, "0", 5), X=1, Y=1)) == (D(0), False, D("4.5"), D(2))
    assert next_of(leaf(deduct(5, "0", 5), X=0, Y=0)) is None


RULES = {
    "band": {"kind": "band", "input": "X", "inclusive": "lower", "direction": "higher", "bands": BANDS},
    "fixed_if": {"kind": "fixed_if", "when": {"input": "X", "at_least": 5}, "points": 10},
    "step": {"kind": "step", "input": "X", "start": 10, "size": 2, "points": 1},
    "linear": linear(),
    "ratio_to_ref": ratio(),
    "per_unit": {"kind": "per_unit", "units": [{"input": "X", "points": 1}]},
}


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.feature("E11")
def test_a_missing_input_is_never_scored_as_zero_input(kind):
    result = leaf(one_item(RULES[kind], floor="0"), X=None)
    assert (result.status, result.points, result.next) == ("blocked", 0, None)
    assert result.sentence == "甲：数据为空；缺数据暂不评定（满分 10 分）。"
