"""Periods: one code each, days of Shanghai, order, and words for what is none."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from guandu.core.errors import Invalid
from guandu.core.periods import Period, PeriodKind, quarters

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("code", "kind", "first", "last", "label"),
    [
        ("2026Q3", PeriodKind.QUARTER, date(2026, 7, 1), date(2026, 9, 30), "2026年第三季度"),
        ("2026Q1-3", PeriodKind.CUMULATIVE, date(2026, 1, 1), date(2026, 9, 30), "2026年1—9月"),
        ("2026H1", PeriodKind.CUMULATIVE, date(2026, 1, 1), date(2026, 6, 30), "2026年上半年"),
        ("2026", PeriodKind.YEAR, date(2026, 1, 1), date(2026, 12, 31), "2026年全年"),
        ("2026-02", PeriodKind.MONTH, date(2026, 2, 1), date(2026, 2, 28), "2026年2月"),
        ("2024-02", PeriodKind.MONTH, date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
    ],
)
def test_a_code_is_a_range_of_days(code, kind, first, last, label):
    period = Period.parse(code)
    assert (period.kind, period.first_day, period.last_day, period.label) == (kind, first, last, label)
    assert period.code == code


def test_two_codes_of_the_same_days_are_one_period():
    assert Period.parse("2026H1") == Period.parse("2026Q1-2")
    assert Period.parse("2026Q4").to_date == Period.parse("2026")


@pytest.mark.parametrize("text", ["", "2026Q5", "2026Q0", "26Q1", "2026-13", "2026-1", "2026Q1-4", "1999Q1", "２０２６Q1", "2026H2"])
def test_anything_else_is_refused_with_examples(text):
    with pytest.raises(Invalid, match="请写成 2026Q3、2026Q1-3、2026H1、2026 或 2026-09"):
        Period.parse(text)


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)))
def test_every_day_lies_in_one_quarter(day):
    period = Period.quarter_of(day)
    assert period.first_day <= day < period.end
    assert Period.parse(period.code) == period
    assert period.next_quarter.first_day == period.end


def test_periods_stand_in_the_order_of_their_ends():
    codes = ["2026Q1-3", "2026Q1", "2025", "2026Q3", "2026Q1-2"]
    assert [str(p) for p in sorted(map(Period.parse, codes))] == ["2025", "2026Q1", "2026H1", "2026Q1-3", "2026Q3"]


def test_quarters_from_one_to_another():
    assert [p.code for p in quarters("2025Q4", "2026Q2")] == ["2025Q4", "2026Q1", "2026Q2"]
    assert quarters("2026Q2", "2026Q1") == []


def test_the_year_before_keeps_the_months():
    assert Period.parse("2026Q1-3").year_before.code == "2025Q1-3"
