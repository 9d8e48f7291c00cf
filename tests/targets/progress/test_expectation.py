"""What is expected by a quarter: along the line, by the seasons, throughout or at the end."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from guandu.core.periods import Period, quarters
from targets.enums import Operator
from targets.enums_plan import Path
from targets.progress.expectation import demand, expected_at
from targets.progress.seasons import seasonal_shares
from tests.targets.progress.cases import number, period, terms

TAX = {1: Fraction(2, 5), 2: Fraction(3, 5), 3: Fraction(4, 5), 4: Fraction(1)}
STEPS = {"2024": "4", "2025Q2": "5"}


@pytest.mark.feature("D2", "D6")
@pytest.mark.parametrize(
    ("asked", "quarter", "value"),
    [
        pytest.param(terms("12"), "2023Q4", "0", id="at the start, the baseline"),
        pytest.param(terms("12"), "2024Q1", "1", id="a twelfth a quarter"),
        pytest.param(terms("12"), "2025H1", "6", id="a cumulative period, at its end"),
        pytest.param(terms("10"), "2024Q1", "0", id="no part of a whole thing"),
        pytest.param(terms("2"), "2025Q1", "0", id="two in three years, none yet"),
        pytest.param(terms("2"), "2025Q2", "1", id="one when it is due"),
        pytest.param(terms("0", "10", operator=Operator.AT_MOST), "2024Q1", "10", id="nor of what is to go"),
        pytest.param(terms("10", decimals=1), "2024Q1", "0.83", id="two decimals of what has them"),
        pytest.param(terms("10", decimals=3), "2024Q1", "0.833", id="or as many as it has"),
        pytest.param(terms("10"), "2026Q4", "10", id="at the deadline, the line"),
        pytest.param(terms("10"), "2027Q2", "10", id="after the deadline, the line"),
        pytest.param(terms("10", None), "2027Q2", "10", id="even without a baseline"),
        pytest.param(terms("60", "48", decimals=2), "2025Q2", "54", id="from a baseline"),
        pytest.param(terms("10", "40", operator=Operator.AT_MOST), "2025Q2", "25", id="downwards"),
        pytest.param(terms("10", checkpoints=STEPS), "2024Q2", "2", id="to the year's checkpoint"),
        pytest.param(terms("10", checkpoints=STEPS), "2024Q4", "4", id="a year's checkpoint at its end"),
        pytest.param(terms("10", decimals=1, checkpoints=STEPS), "2025Q1", "4.5", id="between checkpoints"),
        pytest.param(terms("10", checkpoints=STEPS), "2025Q2", "5", id="a quarter's checkpoint"),
        pytest.param(
            terms("10", decimals=1, checkpoints=STEPS), "2026Q1", "7.5", id="from the last checkpoint"
        ),
        pytest.param(
            terms("10", None, decimals=1, checkpoints=STEPS),
            "2025Q1",
            "4.5",
            id="checkpoints need no baseline",
        ),
        pytest.param(terms("10", None, checkpoints=STEPS), "2024Q3", None, id="before the first one it does"),
        pytest.param(
            terms("10", checkpoints={"2026": "9"}), "2026Q4", "10", id="at the deadline the line stands"
        ),
        pytest.param(
            terms("10", checkpoints={"2023": "5", "2027": "9"}), "2025Q2", "5", id="outside the plan"
        ),
        pytest.param(terms("10"), "2023Q3", None, id="before the plan"),
        pytest.param(terms("10", None), "2025Q2", None, id="without a baseline"),
        pytest.param(terms("60", None, Path.HELD), "2024Q1", "60", id="held throughout"),
        pytest.param(terms("10", "0", Path.AT_END), "2026Q3", None, id="in the end only"),
        pytest.param(terms("10", "0", Path.AT_END), "2026Q4", "10", id="in the end"),
        pytest.param(
            terms("10", "0", Path.AT_END, checkpoints=STEPS), "2025Q1", "4", id="a checkpoint passed"
        ),
        pytest.param(terms("10", "0", Path.AT_END, checkpoints=STEPS), "2024Q3", None, id="none passed yet"),
    ],
)
def test_what_is_expected_by_a_quarter(asked, quarter, value):
    assert expected_at(asked, period(quarter)).value == number(value)


@pytest.mark.feature("D6")
@pytest.mark.parametrize(
    ("asked", "quarter", "shares", "value"),
    [
        pytest.param(terms("100", "60", Path.SEASONAL), "2026Q1", TAX, "40", id="40 % of the year in Q1"),
        pytest.param(terms("100", None, Path.SEASONAL), "2026Q1", TAX, "40", id="which needs no baseline"),
        pytest.param(terms("100", "60", Path.SEASONAL), "2026Q1-3", TAX, "80", id="80 % by September"),
        pytest.param(terms("100", "60", Path.SEASONAL), "2026Q4", TAX, "100", id="the year's amount"),
        pytest.param(terms("100", "60", Path.SEASONAL), "2026Q1", {}, "25", id="a quarter without history"),
        pytest.param(
            terms("100", "40", Path.SEASONAL), "2025Q1", TAX, "32", id="of the year's own amount, 80"
        ),
        pytest.param(terms("100", "40", Path.SEASONAL), "2024Q4", TAX, "60", id="a third of the way a year"),
        pytest.param(
            terms("100", None, Path.SEASONAL), "2025Q1", TAX, None, id="earlier years need a baseline"
        ),
        pytest.param(
            terms("100", None, Path.SEASONAL, checkpoints={"2024": "50"}),
            "2025Q1",
            TAX,
            "30",
            id="or a checkpoint",
        ),
        pytest.param(
            terms("100", "40", Path.SEASONAL, checkpoints={"2025Q2": "33"}),
            "2025H1",
            TAX,
            "33",
            id="agreed for it",
        ),
        pytest.param(
            terms("60", None, Path.SEASONAL, ends="2026Q2"),
            "2026Q1",
            TAX,
            "40",
            id="a deadline within the year",
        ),
        pytest.param(
            terms("60", None, Path.SEASONAL, ends="2026Q2"), "2026H1", TAX, "60", id="the line by then"
        ),
    ],
)
def test_a_yearly_flow_follows_the_seasons_of_past_years(asked, quarter, shares, value):
    assert expected_at(asked, period(quarter), shares).value == number(value)


@pytest.mark.feature("D2", "D6", "D7")
@pytest.mark.parametrize(
    ("asked", "quarter", "shares", "words"),
    [
        (
            terms("12"), "2025Q2", None,
            "从基期数 0（2023年第四季度）到目标值 12（2026年第四季度）按季均匀推进，2025年第二季度应为 6",
        ),
        (
            terms("10", checkpoints=STEPS), "2025Q1", None,
            "从阶段目标 4（2024年第四季度）到阶段目标 5（2025年第二季度）按季均匀推进，2025年第一季度应为 4（按整数计）",
        ),
        (terms("10", checkpoints=STEPS), "2025Q2", None, "2025年第二季度应为阶段目标 5"),
        (terms("10", None), "2025Q2", None, "缺少基期数（2023年第四季度），暂不能计算应有进度"),
        (terms("10"), "2023Q3", None, "计划尚未开始（2024年第一季度起），不设应有进度"),
        (terms("60", path=Path.HELD), "2025Q2", None, "各期都应不低于 60"),
        (terms("10"), "2026Q4", None, "完成时限为2026年第四季度，应不低于 10"),
        (terms("10", path=Path.AT_END), "2025Q2", None, "只看期末（2026年第四季度），此前不设应有进度"),
        (
            terms("10", path=Path.AT_END, checkpoints=STEPS), "2025Q1", None,
            "应已达到阶段目标 4（2024年第四季度）",
        ),
        (
            terms("100", "60", Path.SEASONAL), "2026Q1", TAX,
            "2026年全年应完成 100；往年到第一季度平均完成全年的 40%，应为 40",
        ),
        (
            terms("100", "40", Path.SEASONAL), "2025H1", {},
            "按基期数 40（2023年）到2026年 100 逐年均匀推进，2025年全年应完成 80；"
            "没有往年分季数据，按每季四分之一计，到上半年为 50%，应为 40",
        ),
        (terms("100", None, Path.SEASONAL), "2025Q1", TAX, "缺少基期数（2023年），暂不能计算应有进度"),
        (
            terms("100", "40", Path.SEASONAL, checkpoints={"2025Q2": "33"}), "2025H1", TAX,
            "2025年上半年应为阶段目标 33",
        ),
    ],
)  # fmt: skip
def test_the_ground_is_said(asked, quarter, shares, words):
    assert expected_at(asked, period(quarter), shares).words == words


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        (Operator.AT_LEAST, "不低于 60%"),
        (Operator.MORE_THAN, "超过 60%"),
        (Operator.AT_MOST, "不超过 60%"),
        (Operator.DONE, "完成"),
    ],
)
def test_the_demand_is_said_as_the_plan_does(operator, words):
    assert demand(terms("60", operator=operator), "%") == words


def history(**years: list[int | None]) -> dict[Period, Decimal]:
    """Year-to-date values by single quarter: y2024=[40, 60, 80, 100]."""
    return {
        Period.quarter(int(year[1:]), place): Decimal(value)
        for year, values in years.items()
        for place, value in enumerate(values, 1)
        if value is not None
    }


@pytest.mark.feature("D6")
def test_shares_are_the_mean_of_complete_years():
    shares = seasonal_shares(history(y2024=[40, 60, 80, 100], y2025=[60, 120, 160, 200]))
    assert shares == {1: Fraction(7, 20), 2: Fraction(3, 5), 3: Fraction(4, 5), 4: Fraction(1)}


@pytest.mark.feature("D6")
def test_the_plans_own_example_40_per_cent_of_the_tax_in_the_first_quarter():
    shares = seasonal_shares(history(y2024=[40, 60, 80, 100], y2025=[80, 120, 160, 200]))
    assert expected_at(terms("250", "100", Path.SEASONAL), period("2026Q1"), shares).value == 100


@pytest.mark.feature("D6")
@pytest.mark.parametrize(
    "years",
    [
        {},
        {"y2024": [40, None, 80, 100]},
        {"y2024": [40, 60, 80]},
        {"y2024": [0, 0, 0, 0]},
        {"y2024": [4, 2, 1, -1]},
    ],
)
def test_an_incomplete_year_or_one_of_nothing_tells_no_shares(years):
    assert seasonal_shares(history(**years)) == {}


def test_values_by_cumulative_period_are_the_same():
    by_period = {period(code): Decimal(value) for code, value in
                 (("2024Q1", 4), ("2024H1", 6), ("2024Q1-3", 8), ("2024", 10))}  # fmt: skip
    assert seasonal_shares(by_period) == TAX


AMOUNTS = st.decimals(-1000, 1000, places=3)


@pytest.mark.feature("D6")
@given(line=AMOUNTS, baseline=AMOUNTS, decimals=st.integers(0, 4), place=st.integers(0, 14))
def test_the_expectation_lies_between_the_baseline_and_the_line(line, baseline, decimals, place):
    asked = terms(str(line), str(baseline), decimals=decimals)
    value = expected_at(asked, quarters("2023Q4", "2027Q4")[place]).value
    assert min(line, baseline) <= value <= max(line, baseline)


@pytest.mark.feature("D2", "D6")
@given(
    line=st.integers(10, 1000),
    steps=st.dictionaries(st.sampled_from(quarters("2024Q1", "2026Q3")), st.integers(0, 10), max_size=5),
)
def test_the_expectation_never_falls_on_the_way_up(line, steps):
    rising = dict(zip(sorted(steps), sorted(steps.values()), strict=True))
    asked = terms(str(line), checkpoints={each.code: str(value) for each, value in rising.items()})
    values = [expected_at(asked, quarter).value for quarter in quarters("2023Q4", "2027Q1")]
    assert values == sorted(values)
    assert [expected_at(asked, quarter).value for quarter in rising] == list(rising.values())
