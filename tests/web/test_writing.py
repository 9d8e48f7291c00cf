"""How numbers, periods and growth are written: exact, separated, never a zero for what is missing."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from guandu.web.templatetags import portal
from tests.factories import make_figure, make_indicator, make_park

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Decimal("12345678901.23"), 2, "12,345,678,901.23"),
        (Decimal("0"), 2, "0.00"),
        (Decimal("-345.6"), 2, "-345.60"),
        (Decimal("2.345"), 2, "2.35"),
        (Decimal("-2.345"), 2, "-2.35"),
        (Decimal("1234.5000"), None, "1,234.5000"),
        (Decimal("1E+7"), None, "10,000,000"),
        (999, 0, "999"),
        (None, 2, "—"),
    ],
)
def test_numbers(value, decimals, text):
    assert portal.number(value, decimals) == text


def test_a_number_beyond_floating_point_keeps_every_digit():
    assert portal.number(Decimal("9007199254740993.01"), 2) == "9,007,199,254,740,993.01"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("3.2"), "▲ +3.20"),
        (Decimal("-1.05"), "▼ −1.05"),
        (Decimal("0"), "0.00"),
        (Decimal("-0.001"), "0.00"),
        (None, "—"),
    ],
)
def test_growth_has_sign_and_arrow(value, text):
    assert portal.signed(value) == text


def test_stored_units_are_scaled_exactly():
    assert portal.scaled(123456789, 2) == "1,234,567.89"
    assert portal.scaled(None, 2) == "—"


def test_a_missing_number_says_why_also_to_a_screen_reader():
    cell = portal.number_cell(None, 2, "等待 3 个园区核定")
    assert cell.count("等待 3 个园区核定") == 2
    assert 'tabindex="0"' in cell
    assert "0.00" not in cell


def test_a_reason_is_escaped():
    assert "<b>" not in portal.number_cell(None, 2, "<b>x</b>")


@pytest.mark.parametrize(
    ("code", "label"), [("2026Q1-3", "2026年1—9月"), ("2026Q3", "2026年第三季度"), ("2026", "2026年全年")]
)
def test_periods_in_words(code, label):
    assert portal.period_label(code) == label


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 10, 15), "还有 3 天"),
        (date(2026, 10, 12), "今天截止"),
        (date(2026, 10, 10), "已逾期 2 天"),
        (None, ""),
    ],
)
def test_due_in_words(due, words):
    assert portal.due_words(due, date(2026, 10, 12)) == words


def test_a_stamp_is_written_in_the_districts_time():
    assert portal.moment(datetime(2026, 10, 11, 17, 30, tzinfo=UTC)) == "2026-10-12 01:30"


@pytest.mark.parametrize(("code", "words"), [("一(二)¶1", "一（二）第1段"), ("二(三)4", "二（三）4"), ("", "")])
def test_clauses_as_officials_cite_them(code, words):
    assert portal.clause(code) == words


@pytest.mark.django_db
def test_a_figure_is_a_link_that_carries_its_context():
    figure = make_figure(make_indicator(), "2026Q1-3", make_park(), value="12.5", expected=14, reported=12)
    link = portal.figure_link(figure)
    for part in (f"/figures/{figure.pk}/", "12.50", "2026年1—9月", "单位：万元", "核定", "已核定 12/应报 14", "截至"):
        assert part in link
    assert "is-partial" in link


@pytest.mark.django_db
def test_a_figure_without_a_value_is_a_dash_that_can_still_be_opened():
    figure = make_figure(make_indicator(), "2026Q3", make_park())
    assert ">—</a>" in portal.figure_link(figure)
    assert "is-partial" not in portal.figure_link(figure)
    assert "<a" not in portal.figure_link(None)
