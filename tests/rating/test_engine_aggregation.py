"""Trees weighed in every way, by class, with a last step; and the properties that hold for all of them."""

from decimal import Decimal as D

import pytest
from hypothesis import given as drawn, strategies as st

from rating.engine import Facts, SchemeError, load_scheme, score
from tests.rating.engine_schemes import FLAG, X, Y, given, group, item, scheme_text

pytestmark = [pytest.mark.feature("E2"), pytest.mark.once]

NAMES = ("A", "B", "C")
INPUTS = {"X": X, "Y": Y, "FLAG": FLAG} | {
    name: {"title": name, "unit": "家", "min": "0", "max": "100"} for name in NAMES
}
REGION = {"region": {"title": "片区", "values": {"south": "南", "north": "北", "mid": "中"}}}


def passed(code: str, full: object = 100, **more) -> dict:
    """An item that has its input of the same code as points, of `full`."""
    rule = {"kind": "imported", "input": code, "source": ["0", "100"], "points": ["0", str(full)]}
    return item(code, full, rule, **more)


def scheme_of(groups: list[dict], points: object = 100, *, total: dict | None = None, **more):
    return load_scheme(
        scheme_text(
            groups, inputs=INPUTS, attributes=REGION, total={"points": str(points), **(total or {})}, **more
        )
    )


def known(region: str | None = None, **values) -> Facts:
    inputs = {code: given(code, value) for code, value in values.items()}
    return Facts("E", "园区", attributes={"region": region} if region else {}, inputs=inputs)


@pytest.mark.parametrize(
    ("mode", "weights", "values", "points"),
    [
        ("percent", (50, 30, 20), (100, 100, 100), 30),
        ("percent", (50, 30, 20), (100, 50, 0), "19.5"),
        ("percent", (50, 30, 20), (0, 0, 0), 0),
        ("relative", ("0.8", "1.2", "1"), (100, 100, 100), 30),
        ("relative", ("0.8", "1.2", "1"), (100, 0, 0), 8),
        ("relative", ("0.8", "1.2", "1"), (0, 50, 0), 6),
        ("relative", (1, 1, 1), (100, 0, 0), 10),
    ],
)
def test_weighed_groups(mode, weights, values, points):
    items = [passed(name, weight=str(weight)) for name, weight in zip(NAMES, weights, strict=True)]
    result = score(
        scheme_of([group("G", 30, items, mode=mode)], 30), known(**dict(zip(NAMES, values, strict=True)))
    )
    assert result.total == D(str(points))
    assert (
        sum(leaf.points for leaf in result.leaves()) + sum(a.amount for a in result.adjustments())
        == result.total
    )


def test_what_does_not_take_part_leaves_its_weight_to_the_others():
    items = [passed(name, weight="1", missing="exclude_and_rescale") for name in NAMES]
    scheme = scheme_of([group("G", 30, items, mode="relative")], 30)
    assert score(scheme, known(A=100, B=50)).total == D("22.5")
    assert score(scheme, known()).status == "blocked"


@pytest.mark.parametrize(("a", "b", "points"), [(10, 4, 20), (5, 2, 10), (10, 0, "14.29"), (0, 0, 0)])
def test_credits_earned_of_those_that_can_be_earned(a, b, points):
    items = [passed("A", 10), passed("B", 4)]
    result = score(scheme_of([group("G", 20, items, mode="achieved")], 20), known(A=a * 10, B=b * 25))
    assert result.total == D(str(points))


def test_a_bonus_and_a_deduction_stand_outside_the_weights():
    bonus = item(
        "K", 0, {"kind": "fixed_if", "when": {"input": "FLAG", "is": "true"}, "points": "3"}, cap="3"
    )
    items = [passed("A", weight="60"), passed("B", weight="40"), bonus]
    scheme = scheme_of([group("G", 20, items, mode="percent")], 20, total={"cap": "25"})
    assert score(scheme, known(A=100, B=50, FLAG=True)).total == 19
    assert score(scheme, known(A=100, B=100, FLAG=True)).total == 23


def marked(mark: object, points: object = None) -> dict:
    """A group with one item whose full mark is `mark`, whatever its form."""
    rule = {"kind": "imported", "input": "A", "source": ["0", "100"], "points": ["0", "100"]}
    items = [item("A", 0, rule, of="100") | {"points": mark}]
    return group("G", 0, items) | {"points": mark if points is None else points}


@pytest.mark.parametrize(("region", "total", "full"), [("south", 30, 30), ("north", 50, 50), ("mid", 40, 40)])
def test_marks_may_differ_by_class(region, total, full):
    mark = {"by": "region", "cases": {"south": "30", "north": "50"}, "default": "40"}
    scheme = scheme_of([marked(mark)], total={"points": mark})
    result = score(scheme, known(region, A=100))
    assert (result.total, result.full, result.leaves()[0].full) == (total, full, full)


@pytest.mark.parametrize(("region", "points"), [("south", 70), ("north", 30), ("mid", 50)])
def test_weights_may_differ_by_class(region, points):
    one = {"by": "region", "cases": {"south": "70", "north": "30"}, "default": "50"}
    two = {"by": "region", "cases": {"south": "30", "north": "70"}, "default": "50"}
    items = [passed("A", weight=one), passed("B", weight=two)]
    assert (
        score(scheme_of([group("G", 100, items, mode="percent")]), known(region, A=100, B=0)).total == points
    )


@pytest.mark.parametrize(
    ("transform", "points", "total"),
    [
        ({"times": "0.1"}, 86, "8.6"),
        ({"times": "0.1", "digits": "0"}, 86, 9),
        ({"times": "1", "plus": "5", "cap": "100"}, 86, 91),
        ({"times": "1", "plus": "5", "cap": "100"}, 98, 100),
        ({"times": "1", "plus": "-90", "floor": "0"}, 86, 0),
    ],
)
def test_a_last_step_from_the_trees_points_to_the_total(transform, points, total):
    result = score(
        scheme_of([group("G", 100, [passed("A")])], total={"transform": transform}), known(A=points)
    )
    assert result.total == D(str(total))
    assert (
        sum(leaf.points for leaf in result.leaves()) + sum(a.amount for a in result.adjustments())
        == result.total
    )


def test_the_whole_tree_may_be_weighed():
    groups = [group("G", 100, [passed("A")], weight="70"), group("H", 100, [passed("B")], weight="30")]
    assert score(scheme_of(groups, total={"mode": "percent"}), known(A=80, B=60)).total == 74


@pytest.mark.parametrize(
    ("groups", "total", "message"),
    [
        ([group("G", 30, [passed("A", weight="60"), passed("B", weight="39")], mode="percent")], 30, "权重合计 99%，应为 100%"),
        ([group("G", 30, [passed("A", weight="60"), passed("B")], mode="percent")], 30, "“指标B”没有写 weight"),
        ([group("G", 30, [passed("A", weight="-1"), passed("B", weight="1")], mode="relative")], 30, "不得为负"),
        ([group("G", 30, [passed("A", weight="0"), passed("B", weight="0")], mode="relative")], 30, "合计应大于 0"),
        ([group("G", 100, [passed("A", weight="60")])], 100, "只用于 mode 为 percent 或 relative"),
        ([group("G", 30, [passed("A")], mode="median")], 30, "“median”不可用"),
        ([marked({"by": "colour", "cases": {"a": "1"}})], 100, "不是 attributes"),
        ([marked({"by": "region", "cases": {"south": "1"}})], 100, "没有覆盖 mid、north"),
        ([marked({"by": "region", "cases": {"sea": "1"}, "default": "1"})], 100, "不是属性“region”的值"),
    ],
)  # fmt: skip
def test_weights_that_do_not_add_up_are_refused(groups, total, message):
    with pytest.raises(SchemeError) as refusal:
        scheme_of(groups, total)
    assert message in str(refusal.value)


def test_marks_that_add_up_for_one_class_only_are_refused_by_the_other():
    mark = {"by": "region", "cases": {"south": "30"}, "default": "40"}
    with pytest.raises(SchemeError, match="（北适用）合计 40 分"):
        scheme_of([marked(mark, "30")], 30)


# For every tree

VALUE = st.one_of(st.none(), st.integers(0, 100))
MODES = st.sampled_from(["sum", "percent", "relative", "achieved"])
POLICY = st.sampled_from(["zero", "exclude_and_rescale", {"policy": "penalty", "points": "5"}])


@st.composite
def trees(draw):
    mode, policy = draw(MODES), draw(POLICY)
    weights = {"percent": ("20", "30", "50"), "relative": ("0.5", "2", "1")}.get(mode, (None,) * 3)
    full = "40" if mode == "sum" else draw(st.sampled_from(["10", "40", "90"]))
    items = [
        passed(name, mark if mode == "sum" else 100, missing=policy, **({"weight": weight} if weight else {}))
        for name, mark, weight in zip(NAMES, (10, 10, 20), weights, strict=True)
    ]
    return scheme_of([group("G", full, items, mode=mode, floor="-15")], full, total={"floor": "-20"})


@drawn(trees(), VALUE, VALUE, VALUE)
def test_parts_sum_to_the_total_within_bounds_in_any_order_and_replay(scheme, a, b, c):
    values = {name: value for name, value in zip(NAMES, (a, b, c), strict=True) if value is not None}
    result = score(scheme, known(**values))
    parts = sum((leaf.points for leaf in result.leaves()), D(0)) + sum(
        (x.amount for x in result.adjustments()), D(0)
    )
    assert parts == result.total
    assert -20 <= result.total <= result.full
    again = score(scheme, Facts.from_json(known(**dict(reversed(values.items()))).to_json()))
    assert again.to_json() == result.to_json()


@drawn(trees(), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.sampled_from(NAMES))
def test_more_never_scores_less(scheme, a, b, c, name):
    values = dict(zip(NAMES, (a, b, c), strict=True))
    more = {**values, name: min(100, values[name] + 7)}
    assert score(scheme, known(**more)).total >= score(scheme, known(**values)).total
