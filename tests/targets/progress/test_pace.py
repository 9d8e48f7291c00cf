"""What is needed in each remaining quarter."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from guandu.core.periods import quarters
from targets.enums import Operator
from targets.enums_plan import Path
from targets.progress.pace import required_pace
from targets.progress.terms import meets
from tests.targets.progress.cases import number, period, terms

CAP = {"operator": Operator.AT_MOST}


@pytest.mark.feature("D10")
def test_ten_needed_four_done_three_quarters_left():
    found = required_pace(terms("10"), Decimal(4), period("2026Q1"), unit="家")
    assert (found.per_quarter, found.quarters_left) == (Decimal(2), 3)
    assert found.words == "还差 6 家，还有 3 个季度，每季需新增 2 家"


@pytest.mark.feature("D10")
@pytest.mark.parametrize(
    ("asked", "value", "quarter", "unit", "each", "left", "words"),
    [
        (terms("10"), "10", "2026Q1", "家", None, 3, "已完成"),
        (terms("10"), "12", "2027Q1", "家", None, 0, "已完成"),
        (terms("10"), "4", "2026Q4", "家", None, 0, "已到期，尚缺 6 家"),
        (terms("10"), None, "2026Q1", "家", None, 3, "本期没有数据，不能计算所需进度"),
        (terms("10"), "3", "2026Q1", "家", "3", 3, "还差 7 家，还有 3 个季度，每季需新增 3 家"),
        (terms("10", operator=Operator.MORE_THAN), "9", "2026Q2", "个", "1", 2, "还差 2 个，还有 2 个季度，每季需新增 1 个"),
        (
            terms("60", "40", decimals=2), "50", "2026Q1", "%", "3.34", 3,
            "还差 10 个百分点，还有 3 个季度，每季需提高 3.34 个百分点",
        ),
        (
            terms("30", operator=Operator.MORE_THAN, decimals=2), "30", "2026Q4", "%", None, 0,
            "已到期，尚缺 0.01 个百分点",
        ),
        (terms("10.5", decimals=1), "4.5", "2026Q2", "万平方米", "3.0", 2, "还差 6 万平方米，还有 2 个季度，每季需增加 3 万平方米"),
        (
            terms("100", "60", Path.SEASONAL, decimals=2), "40", "2026Q1", "亿元", "20.00", 3,
            "还差 60 亿元，还有 3 个季度，每季需完成 20 亿元",
        ),
        (
            terms("100", "60", Path.SEASONAL), "20", "2025Q1", "亿元", "25", 7,
            "2026年累计应不低于 100 亿元，当年平均每季需完成 25 亿元",
        ),
        (terms("10", "40", **CAP), "28", "2026Q1", "家", "6", 3, "还差 18 家，还有 3 个季度，每季需减少 6 家"),
        (
            terms("10", "40", **CAP, decimals=1), "12", "2026Q2", "%", "1.0", 2,
            "还差 2 个百分点，还有 2 个季度，每季需下降 1 个百分点",
        ),
        (terms("10", "40", **CAP), "12", "2026Q4", "%", None, 0, "已到期，超出 2 个百分点"),
        (terms("10", None, Path.HELD, **CAP), "8", "2025Q1", "%", None, 7, "符合要求，各期都应保持"),
        (
            terms("10", None, Path.HELD, **CAP), "12.5", "2025Q1", "%", None, 7,
            "各期都应不超过 10%，超出 2.5 个百分点，下一期即应符合",
        ),
        (
            terms("60", None, Path.HELD), "55", "2025Q1", "%", None, 7,
            "各期都应不低于 60%，尚缺 5 个百分点，下一期即应符合",
        ),
        (
            terms("100", None, Path.SEASONAL, **CAP), "30", "2026Q1", "吨", None, 3,
            "全年累计应不超过 100 吨，目前没有超出",
        ),
        (
            terms("100", None, Path.SEASONAL, **CAP), "130", "2026Q1", "吨", None, 3,
            "全年累计应不超过 100 吨，已超出 30 吨",
        ),
        (terms("1", None, Path.AT_END, operator=Operator.DONE), "0", "2026Q1", "", None, 3, "尚未完成，还有 3 个季度"),
        (terms("1", None, Path.AT_END, operator=Operator.DONE), "0", "2026Q4", "", None, 0, "已到期，尚未完成"),
    ],
)  # fmt: skip
def test_the_pace_and_its_words(asked, value, quarter, unit, each, left, words):
    found = required_pace(asked, number(value), period(quarter), unit=unit)
    assert (found.per_quarter, found.quarters_left, found.words) == (number(each), left, words)


@pytest.mark.feature("D10")
@given(
    operator=st.sampled_from([Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST]),
    line=st.decimals(-1000, 1000, places=2),
    value=st.decimals(-1000, 1000, places=2),
    quarter=st.sampled_from(quarters("2024Q1", "2026Q3")),
)
def test_the_pace_meets_the_line_and_a_step_less_does_not(operator, line, value, quarter):
    asked = terms(str(line), operator=operator, decimals=2)
    found = required_pace(asked, value, quarter)
    if meets(asked, value):
        assert found.per_quarter is None
        return
    step = -1 if operator == Operator.AT_MOST else 1
    assert meets(asked, value + step * found.per_quarter * found.quarters_left)
    assert not meets(asked, value + step * (found.per_quarter - Decimal("0.01")) * found.quarters_left)
