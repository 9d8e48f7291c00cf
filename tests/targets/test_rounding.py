"""Rounded once, from the exact number; where shown parts miss the shown total, the table says so."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from guandu.core.numbers import to_units
from targets.definitions.rounding import rounding_note, shown_in
from tests.targets.quarters import defined, leaf, rows_of

pytestmark = pytest.mark.feature("C16")
AMOUNTS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "decimals", "per", "shown"),
    [
        ("0.5", 0, 1, "1"), ("-0.5", 0, 1, "-1"), ("2.4449", 2, 1, "2.44"), ("12345.67", 2, 10_000, "1.23"),
        ("12350", 2, 10_000, "1.24"), ("12349.99", 2, 10_000, "1.23"), ("0", 2, 1, "0.00"),
    ],
)  # fmt: skip
def test_a_number_in_a_larger_unit_is_rounded_once(value, decimals, per, shown):
    assert str(shown_in(Decimal(value), decimals, per)) == shown


def test_money_adds_up_exactly_where_floats_do_not():
    money = defined("MONEY", "flow", 2)
    leaves = [leaf("MONEY", park, to_units(Decimal(text), 2)) for park, text in (("P-A", "0.1"), ("P-B", "0.2"))]
    assert 0.1 + 0.2 != 0.3
    assert rows_of("2026Q3", [money], leaves)["MONEY", "district", ""].numerator == to_units(Decimal("0.3"), 2)


def test_a_table_whose_shown_parts_miss_the_total_says_by_how_much():
    parts = [Decimal("0.4"), Decimal("0.4"), None]
    assert rounding_note(parts, Decimal("0.8"), 0) == "注：各项按四舍五入列示，合计与各项之和相差 1，合计以原数计算。"
    assert rounding_note(parts, Decimal("0.8"), 1) == ""
    assert "相差 0.01" in rounding_note([Decimal(50)] * 3, Decimal(150), 2, per=10_000)


@pytest.mark.parametrize("total", [None, Decimal("0.9")])
def test_a_total_that_is_not_the_sum_is_no_matter_of_rounding(total):
    assert rounding_note([Decimal("0.4"), Decimal("0.4")], total, 0) == ""


@given(st.lists(AMOUNTS, min_size=1, max_size=8), st.sampled_from([1, 10_000]))
def test_a_note_stands_exactly_where_the_reader_would_find_a_difference(parts, per):
    total = sum(parts)
    apart = shown_in(total, 2, per) != sum(shown_in(part, 2, per) for part in parts)
    assert bool(rounding_note(parts, total, 2, per)) == apart
