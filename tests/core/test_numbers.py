"""Scaled whole numbers: exact in and out, missing is not zero, words for what is no number."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from guandu.core.errors import Invalid
from guandu.core.numbers import LARGEST, divide, from_units, parse_decimal, round_half_up, to_units

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"), ("1,234.50", "1234.50"), ("１２３", "123"), ("１，２３０．５", "1230.5"), (" 7 ", "7"),
        ("-3.2", "-3.2"), ("+3", "3"), (".5", "0.5"), ("5.", "5"), ("0", "0"),
    ],
)  # fmt: skip
def test_what_people_type_is_read_exactly(text, number):
    assert parse_decimal(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", " ", "-", "—", "——", "–"])
def test_missing_is_not_zero(text):
    assert parse_decimal(text) is None


@pytest.mark.parametrize("text", ["约3", "1e5", "NaN", "Infinity", "12%", "1.2.3", "3万", "--3", "=1+1", "٣"])
def test_words_are_no_numbers(text):
    with pytest.raises(Invalid, match="不是数字"):
        parse_decimal(text)


@pytest.mark.parametrize("text", ["9" * 25, "0." + "0" * 30 + "1", "1" * 100_000, "１" * 25, "约" * 30])
def test_what_is_too_long_is_refused_before_it_is_read(text):
    with pytest.raises(Invalid, match="^数字过长，请核对后重填。$"):
        parse_decimal(text)


def test_the_longest_storable_numbers_are_read():
    for text in (f"-{LARGEST}", "-9,223,372,036,854,775.807", "92233720368547758.07"):
        assert parse_decimal(text) is not None


@pytest.mark.parametrize(
    ("text", "scale"), [("1." + "0" * 28 + "1", 2), ("99999999999999.000000000000001", 2), ("1.000000000000000000000001", 6)]
)
def test_digits_beyond_the_usual_precision_are_refused_not_rounded(text, scale):
    with pytest.raises(Invalid, match=f"最多保留 {scale} 位小数"):
        to_units(Decimal(text), scale)


@pytest.mark.parametrize("number", ["1E+1000", "-1E+30", "1E+999999"])
def test_a_huge_exponent_is_beyond_storage(number):
    with pytest.raises(Invalid, match="超出可填范围"):
        to_units(Decimal(number), 2)


def test_zeros_behind_the_point_are_not_too_many_decimals():
    assert to_units(Decimal("1.50" + "0" * 20), 2) == 150


@given(st.integers(-LARGEST, LARGEST), st.integers(0, 6))
def test_units_go_out_and_come_back(units, scale):
    assert to_units(from_units(units, scale), scale) == units


def test_more_decimals_than_stored_are_refused():
    with pytest.raises(Invalid, match="最多保留 2 位小数"):
        to_units(Decimal("1.005"), 2)


def test_a_number_beyond_storage_is_refused():
    with pytest.raises(Invalid, match="超出可填范围"):
        to_units(Decimal(LARGEST) + 1, 0)


def test_division_rounds_once_and_half_up():
    assert divide(1, 3, scale=4) == Decimal("0.3333")
    assert divide(1, 8, scale=2) == Decimal("0.13")
    assert divide(-1, 8, scale=2) == Decimal("-0.13")
    assert divide(1, 0) is None
    assert round_half_up(Decimal("2.5"), 0) == 3


@given(st.lists(st.decimals(-1_000_000, 1_000_000, places=2), max_size=30))
def test_a_sum_does_not_depend_on_the_order(numbers):
    units = [to_units(number, 2) for number in numbers]
    assert from_units(sum(units), 2) == sum(reversed(numbers), Decimal(0))
