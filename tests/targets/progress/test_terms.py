"""The line, when it is met, and how amounts are written."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from targets.enums import Operator
from targets.progress.amounts import (
    difference,
    half_up,
    measured,
    percent,
    root,
    rounded_down,
    rounded_up,
    written,
)
from targets.progress.terms import meets, number_of, position, quarter_at
from tests.targets.progress.cases import period, terms


@pytest.mark.feature("D3")
@pytest.mark.parametrize(
    ("operator", "value", "met"),
    [
        (Operator.AT_LEAST, "9.99", False),
        (Operator.AT_LEAST, "10", True),
        (Operator.MORE_THAN, "10", False),
        (Operator.MORE_THAN, "10.01", True),
        (Operator.AT_MOST, "10", True),
        (Operator.AT_MOST, "10.01", False),
        (Operator.DONE, "10", True),
        (Operator.DONE, "0", False),
    ],
)
def test_a_line_holds_or_not_at_the_very_line(operator, value, met):
    assert meets(terms(operator=operator), Decimal(value)) is met


@pytest.mark.parametrize(
    ("code", "at", "number"),
    [
        ("2024Q1", 0, 1),
        ("2024H1", 1, 2),
        ("2024Q1-3", 2, 3),
        ("2024", 3, 4),
        ("2025Q1", 4, 1),
        ("2024-08", 2, 3),
    ],
)
def test_a_period_stands_at_the_quarter_it_ends_in(code, at, number):
    assert (position(period(code)) - position(period("2024Q1")), number_of(period(code))) == (at, number)


def test_a_place_is_its_quarter():
    assert [quarter_at(position(period(code))).code for code in ("2024Q4", "2025", "2026H1")] == [
        "2024Q4", "2025Q4", "2026Q2"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "left"), [("2023Q4", 12), ("2026Q3", 1), ("2026Q4", 0), ("2026", 0), ("2027Q2", 0)]
)
def test_quarters_left_end_at_nothing(code, left):
    assert terms().quarters_left(period(code)) == left


@pytest.mark.parametrize(
    ("operator", "decimals", "goal"),
    [(Operator.AT_LEAST, 0, "10"), (Operator.MORE_THAN, 0, "11"), (Operator.MORE_THAN, 2, "10.01")],
)
def test_a_line_to_be_exceeded_is_met_just_beyond(operator, decimals, goal):
    asked = terms(operator=operator, decimals=decimals)
    assert asked.goal == Decimal(goal)
    assert meets(asked, asked.goal)


@pytest.mark.parametrize(
    ("amount", "decimals", "near", "up", "down"),
    [
        (Fraction(10, 3), 0, "3", "4", "3"),
        (Fraction(5, 2), 0, "3", "3", "2"),
        (Fraction(-5, 2), 0, "-3", "-2", "-3"),
        (Fraction(1, 8), 2, "0.13", "0.13", "0.12"),
        (Fraction(7), 2, "7.00", "7.00", "7.00"),
    ],
)
def test_amounts_are_rounded_once(amount, decimals, near, up, down):
    found = [round_to(amount, decimals) for round_to in (half_up, rounded_up, rounded_down)]
    assert [str(each) for each in found] == [near, up, down]


@given(st.fractions(-1000, 1000), st.integers(0, 4))
def test_rounding_is_nearest_above_and_below(amount, decimals):
    step = Fraction(1, 10**decimals)
    assert abs(Fraction(half_up(amount, decimals)) - amount) <= step / 2
    assert 0 <= Fraction(rounded_up(amount, decimals)) - amount < step
    assert 0 <= amount - Fraction(rounded_down(amount, decimals)) < step


@pytest.mark.parametrize("square", [Fraction(0), Fraction(2), Fraction(1, 7), Fraction(10**18)])
def test_a_root_squares_back(square):
    assert abs(root(square) ** 2 - square) <= Fraction(1, 10**20)


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        (Decimal("12345.60"), None, "12,345.6"),
        (Decimal("100"), None, "100"),
        (Decimal("-0.5"), None, "−0.5"),
        (Decimal("-0.00"), None, "0"),
        (Fraction(10, 3), 2, "3.33"),
        (1200, None, "1,200"),
    ],
)
def test_amounts_are_written_short(amount, decimals, text):
    assert written(amount, decimals) == text


@pytest.mark.parametrize(
    ("unit", "amount", "apart"),
    [("家", "2.5 家", "2.5 家"), ("%", "2.5%", "2.5 个百分点"), ("", "2.5", "2.5")],
)
def test_a_unit_stands_as_officials_write_it(unit, amount, apart):
    assert (measured(Decimal("2.5"), unit), difference(Decimal("2.5"), unit)) == (amount, apart)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(78, 70), "111%"),
        (Fraction(9996, 10000), "99.9%"),
        (Fraction(996, 1000), "99.6%"),
        (Fraction(1), "100%"),
        (Fraction(79999, 100000), "79.9%"),
        (Fraction(8), "800%"),
        (Fraction(-12, 100), "−12%"),
        (Fraction(-1, 1000), "−0.1%"),
        (Fraction(-1, 100000), "−0.1%"),
    ],
)
def test_a_share_tells_on_which_side_of_the_marks_it_is(share, text):
    assert percent(share, (0, 80, 100)) == text
