"""Numbers that look wrong beside the cell's own past: leaps, outliers, units taken for others."""

from decimal import Decimal
from fractions import Fraction

import pytest

from targets.checks import Cell, Entries, Severity, findings

pytestmark = pytest.mark.feature("B11")

REV = Cell("REV", "营业收入", "万元", "flow", scale=2)


def asked(cell: Cell, value: int, **entries) -> str:
    found = findings([cell], [], Entries({cell.code: value}, **{k: _of(cell, v) for k, v in entries.items()}))
    assert len(found) <= 1
    assert all(each.severity == Severity.REASON for each in found)
    return found[0].text if found else ""


def _of(cell: Cell, given):
    return given if isinstance(given, bool) else {cell.code: given}


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("万元", 12_345 * 10**4, "单位是元还是万元？"),
        ("万元", 6_000 * 10**4, "单位是元还是万元？"),  # half as much business, in 元
        ("亿元", 12_345 * 10**4, "单位是万元还是亿元？"),
        ("亿元", 12_345 * 10**8, "单位是元还是亿元？"),
        ("元", 2, "单位是万元还是元？"),
        ("万元", 2, "单位是亿元还是万元？"),
        ("万美元", 12_345 * 10**4, "单位是美元还是万美元？"),
        ("平方米", 2, "单位是万平方米还是平方米？"),
    ],
)
def test_a_unit_taken_for_another_is_asked_at_the_cell(unit, value, words):
    cell = Cell("X", "某数", unit, "stock")
    assert words in asked(cell, value, last=12_345)


def test_a_slip_of_a_hundred_million_asks_down_the_scale_too():
    cell = Cell("X", "某数", "元", "stock")
    assert "单位是亿元还是元？" in asked(cell, 12, last=12 * 10**8)
    assert "请核对单位和位数" in asked(Cell("X", "某数", "万元", "stock"), 12 * 10**8, last=12)


def test_a_cumulative_number_in_a_larger_unit_is_asked_for_its_unit_and_not_for_its_fall():
    text = asked(REV, 2_05, last=18_345_00, last_is_same_year=True)
    assert "单位是亿元还是万元？" in text
    assert "累计小于" in asked(REV, 17_000_00, last=18_345_00, last_is_same_year=True)


def test_households_have_no_ten_thousand_of_them():
    assert "元" not in asked(Cell("X", "户数", "家", "stock"), 300_000, last=30)


@pytest.mark.parametrize(("value", "asks"), [(12_345 * 10, True), (12_345 * 7, False), (12_345 * 1_000, True)])
def test_growth_that_is_no_slip_is_an_ordinary_question(value, asks):
    text = asked(REV, value, last=12_345)
    assert bool(text) is asks
    assert "还是" not in text


def test_without_a_last_value_the_slip_is_seen_beside_the_past_or_the_comparable_base():
    assert "元还是万元" in asked(REV, 500 * 10**4, base=480)
    assert "约为以往各期的一万倍" in asked(Cell("X", "数", "万元", "stock"), 500 * 10**4, history=(480, 490, 500))


def test_a_leap_on_the_year_before():
    assert "是上年同期可比数的 8 倍" in asked(REV, 800, base=100)
    assert asked(REV, 799, base=100) == ""
    assert "不到上年同期可比数的八分之一" in asked(REV, 100, base=801)
    assert asked(REV, 100, base=0) == ""


QUIET = (100, 102, 98, 101, 99, 103)


@pytest.mark.parametrize(
    ("history", "value", "asks"),
    [
        (QUIET, 104, False),
        (QUIET, 150, False),  # a half of the median is where it begins
        (QUIET, 151, True),
        (QUIET, 50, True),
        (QUIET[:5], 151, False),  # too few to tell
        ((100,) * 6, 151, False),  # what never moved says nothing of how far it may
        ((0, 100, 50, 200, 10, 400), 140, False),
    ],
)
def test_an_outlier_of_a_stock_beside_its_own_past(history, value, asks):
    assert bool(asked(Cell("X", "户数", "家", "stock"), value, history=history)) is asks


def test_the_limit_of_the_modified_z_score_is_exact():
    """Median 10, MAD 1: 0.6745·d > 3.5 from d = 6 on."""
    history = (9, 9, 10, 10, 11, 11, 10, 9, 11)
    cell = Cell("X", "户数", "家", "stock")
    assert asked(cell, 15, history=history) == ""
    assert "中位数 10家" in asked(cell, 16, history=history)


def test_a_cumulative_number_is_held_against_each_periods_own_amount():
    """400 so far with 300 before adds 100, as always; 340 more stand out."""
    assert asked(REV, 400, last=300, last_is_same_year=True, history=QUIET) == ""
    text = asked(REV, 640, last=300, last_is_same_year=True, history=QUIET)
    assert "营业收入本期为 3.4万元" in text
    assert asked(REV, 400, last_is_same_year=True, history=QUIET) == ""  # nobody knows what it added


@pytest.mark.parametrize(("value", "words"), [(499, "低于本表设定的下限 5万元"), (500, ""), (2000, ""), (2001, "上限 20万元")])
def test_bounds_of_the_cell(value, words):
    cell = Cell("X", "数", "万元", "stock", scale=2, minimum=Decimal("5"), maximum=Decimal("20.00"))
    text = asked(cell, value)
    assert words in text
    assert bool(text) is bool(words)


def test_a_last_value_converted_from_another_unit_stays_exact():
    assert "小于上期累计" in asked(REV, 3, last=Fraction(10, 3), last_is_same_year=True)
    assert asked(REV, 4, last=Fraction(10, 3), last_is_same_year=True) == ""
