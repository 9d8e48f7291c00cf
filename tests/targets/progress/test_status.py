"""How a target stands by the rule in force, with the rule in words."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from guandu.core.periods import quarters
from targets.enums import Operator, TargetStatus
from targets.enums_plan import Path
from targets.progress.expectation import Expected, expected_at
from targets.progress.status import judge
from tests.targets.progress.cases import number, period, terms

MET, ON_TRACK, AT_RISK, BEHIND, PENDING = (
    TargetStatus.MET,
    TargetStatus.ON_TRACK,
    TargetStatus.AT_RISK,
    TargetStatus.BEHIND,
    TargetStatus.PENDING,
)
RULE = "规则第 2 版：达到应有进度的 100% 为正常，80% 以上为有风险"
END_RULE = "只看期末的目标：已有进展为正常，最后 4 个季度仍无进展为有风险，低于基期数为滞后"


def judged(asked, value, quarter="2025Q2", expected=None, **rule):
    bounds = {"normal_from": 100, "risk_from": 80, "number": 2} | rule
    due = expected_at(asked, period(quarter)) if expected is None else Expected(Decimal(expected), "")
    return judge(asked, number(value), due, quarter=period(quarter), **bounds)


@pytest.mark.feature("D7")
@pytest.mark.parametrize(
    ("value", "status", "share"),
    [
        ("5", ON_TRACK, "100"),
        ("5.6", ON_TRACK, "112"),
        ("4.999", AT_RISK, "99.98"),
        ("4", AT_RISK, "80"),
        ("3.999", BEHIND, "79.98"),
        ("0", BEHIND, "0"),
        ("10", MET, "200"),
        ("12", MET, "240"),
        (None, PENDING, None),
    ],
)
def test_the_way_made_decides_at_the_very_bounds(value, status, share):
    found = judged(terms("10"), value)
    assert (found.status, found.of_expected) == (status, number(share))


@pytest.mark.feature("D4")
@pytest.mark.parametrize(
    ("asked", "value", "share"),
    [
        pytest.param(terms("60", "40", decimals=2), "38.8", "-12", id="under the baseline"),
        pytest.param(terms("60", "40", decimals=2), "0", "-400", id="not clamped"),
        pytest.param(
            terms("10", "40", operator=Operator.AT_MOST), "43", "-20", id="above it, where less is better"
        ),
    ],
)
def test_what_is_worse_than_the_baseline_is_negative_and_red(asked, value, share):
    found = judged(asked, value)
    assert (found.status, found.of_expected) == (BEHIND, Decimal(share))


@pytest.mark.feature("D4", "D7")
@pytest.mark.parametrize(
    ("asked", "value", "quarter", "status", "share"),
    [
        pytest.param(terms("60", "40"), "40", "2023Q4", ON_TRACK, None, id="nothing is expected at the start"),
        pytest.param(terms("60", "40"), "39", "2023Q4", BEHIND, None, id="but not less than the baseline"),
        pytest.param(terms("10", "12"), "9", "2025Q2", BEHIND, None, id="a line below the baseline, lost again"),
        pytest.param(terms("10", "12"), "10", "2025Q2", MET, None, id="and kept"),
        pytest.param(terms("10", None), "4", "2025Q2", PENDING, None, id="no baseline, no measure"),
        pytest.param(terms("10", None), "10", "2025Q2", MET, None, id="though a line can hold without"),
        pytest.param(terms("10", "40", operator=Operator.AT_MOST), "25", "2025Q2", ON_TRACK, "100", id="half way down"),
        pytest.param(terms("10", "40", operator=Operator.AT_MOST), "28", "2025Q2", AT_RISK, "80", id="nearly"),
        pytest.param(terms("10", "40", operator=Operator.AT_MOST), "10", "2025Q2", MET, "200", id="down"),
        pytest.param(terms("10"), "9", "2026Q4", BEHIND, "90", id="the deadline's quarter is final"),
        pytest.param(terms("10"), "9", "2027Q3", BEHIND, "90", id="and what comes after"),
        pytest.param(terms("10", operator=Operator.MORE_THAN), "10", "2026Q4", BEHIND, "100", id="to be exceeded"),
        pytest.param(terms("10"), "10", "2027Q3", MET, "100", id="late, yet there"),
        pytest.param(terms("10", path=Path.HELD), "10", "2024Q1", MET, "100", id="holds"),
        pytest.param(terms("10", path=Path.HELD), "9", "2024Q1", AT_RISK, "90", id="of the line itself"),
        pytest.param(terms("10", "9", Path.HELD), "8", "2024Q1", AT_RISK, "80", id="whatever the baseline"),
        pytest.param(terms("10", path=Path.HELD), "7", "2024Q1", BEHIND, "70", id="far from holding"),
        pytest.param(
            terms("10", path=Path.HELD, operator=Operator.MORE_THAN), "10", "2024Q1", AT_RISK, "100", id="never in order"
        ),
        pytest.param(terms("10", None, Path.HELD, operator=Operator.AT_MOST), "10", "2024Q1", MET, None, id="a cap"),
        pytest.param(terms("10", None, Path.HELD, operator=Operator.AT_MOST), "10.5", "2024Q1", BEHIND, None, id="broken"),
        pytest.param(terms("0", None, Path.HELD), "-1", "2024Q1", BEHIND, None, id="a line of nothing"),
        pytest.param(terms("100", "60", Path.SEASONAL), "24", "2026Q1", AT_RISK, "96", id="a flow, of the whole"),
        pytest.param(terms("100", "60", Path.SEASONAL), "100", "2026Q3", MET, "133.3333", id="a year's amount early"),
        pytest.param(terms("100", "60", Path.SEASONAL), "-1", "2026Q1", BEHIND, "-4", id="a flow below nothing"),
        pytest.param(
            terms("100", None, Path.SEASONAL, operator=Operator.AT_MOST), "25", "2026Q1", ON_TRACK, None, id="may grow yet"
        ),
        pytest.param(
            terms("100", None, Path.SEASONAL, operator=Operator.AT_MOST), "30", "2026Q1", AT_RISK, None, id="grows fast"
        ),
        pytest.param(
            terms("100", None, Path.SEASONAL, operator=Operator.AT_MOST), "101", "2026Q1", BEHIND, None, id="over the year"
        ),
        pytest.param(
            terms("100", None, Path.SEASONAL, operator=Operator.AT_MOST), "99", "2026Q4", MET, None, id="kept to the end"
        ),
    ],
)  # fmt: skip
def test_how_each_kind_of_target_stands(asked, value, quarter, status, share):
    found = judged(asked, value, quarter)
    assert (found.status, found.of_expected) == (status, number(share))


@pytest.mark.feature("D7")
@pytest.mark.parametrize(
    ("asked", "value", "quarter", "status"),
    [
        pytest.param(terms("10", "0", Path.AT_END), "1", "2024Q1", ON_TRACK, id="some way made"),
        pytest.param(terms("10", "0", Path.AT_END), "0", "2025Q4", PENDING, id="none, and there is time"),
        pytest.param(terms("10", "0", Path.AT_END), "0", "2026Q1", AT_RISK, id="none in the last year"),
        pytest.param(terms("10", "3", Path.AT_END), "3", "2026Q3", AT_RISK, id="none since the baseline"),
        pytest.param(terms("10", "3", Path.AT_END), "2", "2024Q1", BEHIND, id="below the baseline"),
        pytest.param(terms("10", None, Path.AT_END), "1", "2026Q3", ON_TRACK, id="without a baseline, from nothing"),
        pytest.param(terms("10", "0", Path.AT_END), "9", "2026Q4", BEHIND, id="missed"),
        pytest.param(terms("10", "0", Path.AT_END), "10", "2025Q1", MET, id="early"),
        pytest.param(terms("10", "40", Path.AT_END, operator=Operator.AT_MOST), "30", "2025Q1", ON_TRACK, id="less"),
        pytest.param(terms("10", None, Path.AT_END, operator=Operator.AT_MOST), "30", "2026Q1", AT_RISK, id="unknown"),
        pytest.param(terms("1", None, Path.AT_END, operator=Operator.DONE), "0", "2026Q1", AT_RISK, id="a milestone"),
        pytest.param(terms("1", None, Path.AT_END, operator=Operator.DONE), "1", "2026Q1", MET, id="done"),
        pytest.param(
            terms("10", "0", Path.AT_END, checkpoints={"2024": "4"}), "3", "2025Q1", BEHIND, id="a checkpoint missed"
        ),
    ],
)  # fmt: skip
def test_what_is_looked_at_in_the_end_moves_or_does_not(asked, value, quarter, status):
    assert judged(asked, value, quarter).status == status


@pytest.mark.feature("D7")
def test_the_rule_is_data():
    found = [judged(terms("10"), "4.5", normal_from=normal, risk_from=risk).status
             for normal, risk in ((100, 80), (90, 80), (100, 95), (100, 90))]  # fmt: skip
    assert found == [AT_RISK, ON_TRACK, BEHIND, AT_RISK]


@pytest.mark.feature("D7")
@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            judged(terms("100", None, Path.SEASONAL), "78", "2026Q3", "70"),
            f"应有进度 70，现为 78，为应有进度的 111%，正常（{RULE}）",
        ),
        (
            judged(terms("10000"), "4998", expected="5000"),
            f"应有进度 5,000，现为 4,998，为应有进度的 99.9%，有风险（{RULE}）",
        ),
        (
            judged(terms("60", "40", decimals=2), "38.8"),
            f"应有进度 50，现为 38.8，低于基期数 40，为应有进度的 −12%，滞后（{RULE}）",
        ),
        (
            judged(terms("10", "40", operator=Operator.AT_MOST), "43"),
            f"应有进度 25，现为 43，高于基期数 40，为应有进度的 −20%，滞后（{RULE}）",
        ),
        (judged(terms("10"), "12"), "应不低于 10，现为 12，已完成"),
        (judged(terms("1", operator=Operator.DONE), "1"), "已完成"),
        (
            judged(terms("1", operator=Operator.DONE), "0", "2026Q4"),
            "已到完成时限（2026年第四季度），尚未完成，滞后",
        ),
        (
            judged(terms("10"), "8", "2026Q4"),
            "已到完成时限（2026年第四季度），应不低于 10，现为 8，尚差 2，滞后",
        ),
        (
            judged(terms("10", operator=Operator.MORE_THAN), "10", "2026Q4"),
            "已到完成时限（2026年第四季度），应超过 10，现为 10，未超过，滞后",
        ),
        (
            judged(terms("10", None, Path.HELD, operator=Operator.AT_MOST), "12.5"),
            "应不超过 10，现为 12.5，超出 2.5，滞后（各期都应符合）",
        ),
        (
            judged(terms("10", None, Path.HELD, operator=Operator.AT_MOST), "8"),
            "应不超过 10，现为 8，符合要求",
        ),
        (
            judged(terms("60", None, Path.HELD), "55"),
            f"应有进度 60，现为 55，为应有进度的 92%，有风险（{RULE}；各期都应符合，未符合的至多为有风险）",
        ),
        (judged(terms("60", "40"), "40", "2023Q4"), "应有进度 40，现为 40，已达到应有进度，正常"),
        (judged(terms("60", "40"), "39", "2023Q4"), "应有进度 40，现为 39，未达到应有进度，滞后"),
        (
            judged(terms("100", None, Path.SEASONAL, operator=Operator.AT_MOST), "30", "2026Q1"),
            "应有进度 25，现为 30，已超出应有进度，有风险",
        ),
        (judged(terms("10"), None), "本期没有数据，暂不能判断"),
        (judged(terms("10", None), "3"), "缺少基期数（2023年第四季度），暂不能计算应有进度"),
        (
            judged(terms("10", "0", Path.AT_END), "3", "2025Q1"),
            f"应不低于 10，现为 3，离完成时限还有 7 个季度，已有进展，正常（{END_RULE}）",
        ),
        (
            judged(terms("10", "0", Path.AT_END), "0", "2025Q1"),
            f"应不低于 10，现为 0，离完成时限还有 7 个季度，尚无进展，暂不判断，待补（{END_RULE}）",
        ),
        (
            judged(terms("10", "3", Path.AT_END), "2", "2025Q1"),
            f"应不低于 10，现为 2，离完成时限还有 7 个季度，不及基期数 3，滞后（{END_RULE}）",
        ),
        (
            judged(terms("1", None, Path.AT_END, operator=Operator.DONE), "0", "2026Q1"),
            f"离完成时限还有 3 个季度，尚无进展，有风险（{END_RULE}）",
        ),
    ],
)
def test_the_status_says_its_rule(found, words):
    assert found.words == words


RANK = {BEHIND: 0, PENDING: 1, AT_RISK: 1, ON_TRACK: 2, MET: 3}
NUMBERS = st.decimals(-100, 100, places=2)


@pytest.mark.feature("D7")
@given(
    operator=st.sampled_from([Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST]),
    path=st.sampled_from(Path.values),
    line=NUMBERS,
    baseline=st.none() | NUMBERS,
    values=st.lists(NUMBERS, min_size=2, max_size=5),
    quarter=st.sampled_from(quarters("2023Q4", "2027Q2")),
    bounds=st.tuples(st.integers(0, 120), st.integers(0, 120)),
)
def test_a_better_value_never_stands_worse(operator, path, line, baseline, values, quarter, bounds):
    risk, normal = sorted(bounds)
    asked = terms(str(line), None if baseline is None else str(baseline), path, operator=operator, decimals=2)
    due = expected_at(asked, quarter)
    ranks = [
        RANK[judge(asked, value, due, normal_from=normal, risk_from=risk, quarter=quarter, number=1).status]
        for value in sorted(values, reverse=operator == Operator.AT_MOST)
    ]
    assert ranks == sorted(ranks)
