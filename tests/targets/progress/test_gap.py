"""What is missing, part by part, to the last unit."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from targets.progress.gap import REST, PartGap, apportion, gap_by_part, split_warnings

KEYS = st.sampled_from(["HQ", "DIG", "TRD", "CUL", "IND"])
UNITS = st.integers(-(10**12), 10**12)
WEIGHTS = st.dictionaries(KEYS, st.integers(0, 10**12), min_size=1)


@pytest.mark.feature("D13")
@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, {"A": 1, "B": 1, "C": 1}, {"A": 4, "B": 3, "C": 3}),
        (10, {"C": 1, "B": 1, "A": 1}, {"A": 4, "B": 3, "C": 3}),
        (10, {"A": 14, "B": 3, "C": 3}, {"A": 7, "B": 2, "C": 1}),
        (10, {"A": 0, "B": 0}, {"A": 5, "B": 5}),
        (10, {"A": 0, "B": 7}, {"A": 0, "B": 10}),
        (-10, {"A": 1, "B": 1, "C": 1}, {"A": -4, "B": -3, "C": -3}),
        (0, {"A": 1, "B": 2}, {"A": 0, "B": 0}),
        (0, {}, {}),
    ],
)
def test_a_total_divides_by_largest_remainder(total, weights, parts):
    assert apportion(total, weights) == parts


@pytest.mark.parametrize(("total", "weights"), [(1, {}), (1, {"A": -1, "B": 2})])
def test_what_cannot_be_divided_is_refused(total, weights):
    with pytest.raises(ValueError):
        apportion(total, weights)


@pytest.mark.feature("D13")
@given(total=UNITS, weights=WEIGHTS)
def test_the_parts_sum_to_the_total_and_stay_near_their_quota(total, weights):
    parts = apportion(total, weights)
    whole = sum(weights.values())
    assert sum(parts.values()) == total
    assert parts == apportion(total, dict(sorted(weights.items(), reverse=True)))
    assert all(abs(parts[key] * whole - total * weight) < whole for key, weight in weights.items() if whole)


@pytest.mark.feature("D13")
def test_the_gap_by_chain_with_one_unknown():
    found = gap_by_part(10, {"HQ": 3, "DIG": 1, "TRD": None}, {"HQ": 2, "DIG": 2, "TRD": 1})
    assert found == [PartGap("DIG", 4, 1, 3), PartGap("HQ", 4, 3, 1), PartGap("TRD", 2, None, 2)]
    assert [part.key for part in found if part.is_unknown] == ["TRD"]


@pytest.mark.feature("D5", "D13")
@pytest.mark.parametrize(
    ("splits", "found"),
    [
        pytest.param({"A": 6, "B": 4}, [("A", 6, 5), ("B", 4, 4)], id="by the document"),
        pytest.param({"A": 6}, [("A", 6, 5), ("B", 4, 4)], id="the rest by weight"),
        pytest.param({"A": 5, "B": 4}, [("A", 5, 4), ("B", 4, 4), (REST, 1, 1)], id="one is left over"),
        pytest.param({"A": 6, "B": 6}, [("A", 6, 5), ("B", 6, 6), (REST, -2, -2)], id="two too many"),
        pytest.param(
            {"A": 12}, [("A", 12, 11), ("B", 0, 0), (REST, -2, -2)], id="too many, none for the rest"
        ),
        pytest.param({}, [("A", 5, 4), ("B", 5, 5)], id="no document"),
    ],
)
def test_a_split_says_what_each_part_owes(splits, found):
    parts = gap_by_part(10, {"A": 1, "B": 0}, {}, splits)
    assert [(part.key, part.due, part.gap) for part in parts] == found
    assert sum(part.gap for part in parts) == 9


@pytest.mark.feature("D13")
@given(
    line=UNITS,
    values=st.dictionaries(KEYS, st.none() | UNITS, min_size=1),
    weights=WEIGHTS,
    splits=st.none() | st.dictionaries(KEYS, UNITS),
)
def test_the_gaps_sum_to_the_gap_exactly(line, values, weights, splits):
    parts = gap_by_part(line, values, weights, splits)
    assert sum(part.gap for part in parts) == line - sum(
        value for value in values.values() if value is not None
    )
    assert sum(part.due for part in parts) == line


@pytest.mark.feature("D5")
@pytest.mark.parametrize(
    ("total", "parts", "sentence"),
    [
        ("10", {"HQ": "5", "DIG": "4"}, "分解到各链合计 9，与全区目标 10 相差 1"),
        ("10", {"HQ": "5", "DIG": "7.5"}, "分解到各链合计 12.5，与全区目标 10 相差 2.5"),
        ("10", {"HQ": "5", "DIG": "5.0"}, None),
        ("10", {}, None),
    ],
)
def test_a_split_that_does_not_add_up_is_said_with_both_numbers(total, parts, sentence):
    split = {key: Decimal(value) for key, value in parts.items()}
    assert split_warnings(Decimal(total), split, "各链") == sentence
