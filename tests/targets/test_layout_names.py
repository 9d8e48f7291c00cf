"""What a name in a layout says, how units become one another, and how a cell shows a number."""

from decimal import Decimal
from fractions import Fraction

import pytest

from guandu.core.errors import Invalid
from guandu.core.periods import Period
from targets.layout_names import (
    Name,
    Shown,
    codes_of,
    exact,
    factor,
    is_name,
    parse_name,
    period_of,
    rounded,
    shown_by,
)

Q3 = Period.parse("2026Q3")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{营业收入|2026Q3|巫家坝}", Name("营业收入", "2026Q3", "巫家坝")),
        (" ｛REV｜本期｜全区｜同比｝ ", Name("REV", "本期", "全区", "同比")),
        ("{REV|本期|全区|亿元}", Name("REV", "本期", "全区", "数值", "亿元")),
        ("{REV|本期|全区|亿元|数值}", Name("REV", "本期", "全区", "数值", "亿元")),
        ("{REV|本期|全区|完成率|%}", Name("REV", "本期", "全区", "完成率", "%")),
        ("{报告期}", Name(label=True)),
    ],
)
def test_a_name_is_taken_apart(text, name):
    assert is_name(text)
    assert parse_name(text) == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("截至{REV|本期|全区}", "独占一个单元格"),
        ("{REV|本期}", "应写成"),
        ("{REV||全区}", "应写成"),
        ("{REV|本期|全区|同比|完成率}", "只能写一个"),
        ("{REV|本期|全区|亿元|万元}", "只能写一个"),
        ("{REV|本期|全区|同比|亿元}", "不写单位"),
    ],
)
def test_what_is_no_name_says_why(text, said):
    with pytest.raises(Invalid, match=said):
        parse_name(text)


def test_text_without_braces_is_no_name():
    assert not is_name("营业收入（万元）")


@pytest.mark.parametrize(
    ("asked", "code"),
    [("本期", "2026Q3"), ("上期", "2026Q2"), ("上年同期", "2025Q3"), ("2025", "2025"), ("2026H1", "2026H1"), ("2026-09", "2026-09")],
)
def test_a_period_is_that_of_the_quarter_chosen_or_its_own(asked, code):
    assert period_of(asked, Q3).code == code


def test_an_unknown_period_is_refused():
    with pytest.raises(Invalid, match="不是报告期"):
        period_of("三季度", Q3)


@pytest.mark.parametrize(
    ("period", "codes"),
    [
        ("2026Q3", ["2026Q3", "2026Q1-3"]), ("2026Q1-3", ["2026Q1-3", "2026Q3"]), ("2026Q1", ["2026Q1"]),
        ("2026", ["2026", "2026Q4"]), ("2026H1", ["2026H1", "2026Q2"]), ("2026-09", ["2026-09"]),
    ],
)  # fmt: skip
def test_numbers_of_one_last_day_stand_under_several_codes(period, codes):
    assert codes_of(Period.parse(period)) == codes


@pytest.mark.parametrize(
    ("have", "want", "times"),
    [
        ("万元", "亿元", Fraction(1, 10_000)), ("万元", "元", Fraction(10_000)), ("万美元", "亿美元", Fraction(1, 10_000)),
        ("平方米", "万平方米", Fraction(1, 10_000)), ("平方米", "公顷", Fraction(1, 10_000)),
        ("平方米", "平方公里", Fraction(1, 1_000_000)), ("人", "万人", Fraction(1, 10_000)), ("家", "家", Fraction(1)),
    ],
)  # fmt: skip
def test_a_unit_becomes_another_of_the_same_measure_exactly(have, want, times):
    assert factor(have, want) == times


@pytest.mark.parametrize(("have", "want"), [("万元", "万美元"), ("家", "个"), ("%", "万元"), ("万元", "万"), ("万元", "x")])
def test_another_measure_is_refused(have, want):
    with pytest.raises(Invalid, match="不能换算"):
        factor(have, want)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", Shown()), ("@", Shown()), ("yyyy-mm-dd", Shown()), ("", Shown()), ("0", Shown(0)), ("0.00", Shown(2)),
        ("#,##0.0_ ;[Red]-#,##0.0", Shown(1)), ("0.0%", Shown(1, True)), ('0.00"亿元"', Shown(2)), ("#,##0.00,", Shown(-1)),
        ('_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', Shown(2)),
    ],
)  # fmt: skip
def test_a_number_format_says_how_many_decimals_a_cell_shows(code, shown):
    assert shown_by(code) == shown


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction(5, 2), 0, "3"), (Fraction(-5, 2), 0, "-3"), (Fraction(1, 3), 2, "0.33"), (Fraction(1005, 1000), 2, "1.01"),
        (Fraction(1250), -2, "1300"), (Fraction(9_223_372_036_854_775_807, 100), 2, "92233720368547758.07"), (Fraction(0), 2, "0.00"),
    ],
)  # fmt: skip
def test_rounding_is_half_up_and_once(value, decimals, text):
    assert f"{rounded(value, decimals):f}" == text


def test_a_number_keeps_all_its_places():
    assert (exact(Fraction(123, 1000)), exact(Fraction(1, 3))) == (Decimal("0.123"), Decimal("0.333333333333"))
