"""What a target counts: each way of reading a figure, met, not met and unknown; what is missing is named."""

from datetime import date
from decimal import Decimal

import pytest

from guandu.core.periods import Period
from targets.enums import Frequency, IndicatorKind, Operator, Shape, TargetStatus
from targets.enums_plan import Counts, Path
from targets.models import TargetReading
from targets.progress.outlook import Outlook
from targets.queries.progress import Outcome, outcomes
from targets.target_units import factor_between
from tests.factories import make_chain, make_figure, make_indicator
from tests.targets.plans import make_plan, make_target

pytestmark = pytest.mark.django_db
Q2, Q3 = Period.parse("2026Q2"), Period.parse("2026Q3")
MET, AT_RISK, BEHIND, PENDING = TargetStatus.MET, TargetStatus.AT_RISK, TargetStatus.BEHIND, TargetStatus.PENDING


@pytest.fixture
def plan():
    return make_plan()


@pytest.fixture
def firms():
    return make_indicator(
        code="FIRMS", kind=IndicatorKind.STOCK, unit="家", scale=0, level="district", certifying_unit="区商务局", name="企业数"
    )


def the_outcome(quarter: Period = Q3) -> Outcome:
    (outcome,) = outcomes(quarter)
    return outcome


def value(outcome: Outcome) -> Decimal | None:
    return None if outcome.units is None else Decimal(outcome.units).scaleb(-outcome.scale)


@pytest.mark.feature("D3", "D4")
@pytest.mark.parametrize(
    ("counts", "now", "base", "line", "number", "status"),
    [
        (Counts.INCREASE, "5", "3", "2", 2, MET),
        (Counts.INCREASE, "4", "3", "2", 1, BEHIND),
        (Counts.INCREASE, "1", "3", "2", -2, BEHIND),  # below the base year: negative, and no zero
        (Counts.INCREASE, "5", None, "2", None, PENDING),
        (Counts.GROWTH, "36", "12", "200", 200, MET),
        (Counts.GROWTH, "30", "12", "200", 150, BEHIND),
        (Counts.GROWTH, "9", "12", "200", -25, BEHIND),
        (Counts.GROWTH, "9", "0", "200", None, PENDING),
        (Counts.GROWTH, None, "12", "200", None, PENDING),
    ],
)
def test_a_number_is_held_against_its_base_year(plan, firms, counts, now, base, line, number, status):
    make_target(plan, "T33", indicator=firms, counts=counts, value=line, unit="家", path=Path.HELD)
    make_figure(firms, "2026Q3", value=now)
    if base is not None:
        make_figure(firms, "2023Q4", value=base)
    outcome = the_outcome()
    assert (value(outcome), outcome.status) == (number, status)


@pytest.mark.feature("D4")
def test_a_missing_base_year_says_whose_it_is(plan, firms):
    make_target(plan, "T33", indicator=firms, counts=Counts.GROWTH, value="200", unit="%")
    make_figure(firms, "2026Q3", value="5")
    assert "缺少2023年末“企业数”的基期数，等待区商务局提供" in the_outcome().sentence


@pytest.mark.feature("D4")
def test_a_base_that_is_fixed_for_the_plan_stands_above_a_later_number(plan, firms):
    make_target(
        plan, "T33", indicator=firms, counts=Counts.INCREASE, value="2", unit="家",
        baseline_value="1", baseline_period="2023", baseline_source="官政办〔2024〕1号",
    )  # fmt: skip
    make_figure(firms, "2023Q4", value="3")
    make_figure(firms, "2026Q3", value="5")
    outcome = the_outcome()
    assert value(outcome) == 4
    base = Outlook.from_json(outcome.outlook).baseline
    assert (base.value, base.source, base.is_frozen) == (1, "官政办〔2024〕1号", True)


@pytest.mark.feature("D3")
@pytest.mark.parametrize(
    ("numbers", "number", "status"),
    [
        # 2024: +10 %, 2025: +20 %, January to September 2026 against the same months: −3 %.
        ({"2023": "100", "2024": "110", "2025": "132", "2025Q1-3": "100", "2026Q1-3": "97"}, Decimal("9.00"), AT_RISK),
        ({"2023": "100", "2024": "110", "2025": "132", "2025Q1-3": "100", "2026Q1-3": "103"}, Decimal("11.00"), MET),
        ({"2024": "110", "2025": "132", "2025Q1-3": "100", "2026Q1-3": "103"}, None, PENDING),
        ({"2023": "100", "2024": "110", "2025": "132", "2026Q1-3": "103"}, None, PENDING),
    ],
)
def test_growth_is_the_mean_of_the_plans_years(plan, numbers, number, status):
    chain = make_chain(code="IND")
    output = make_indicator(code="IND_OUT", kind=IndicatorKind.FLOW, unit="万元", scale=2)
    make_target(
        plan, "T40", indicator=output, counts=Counts.MEAN_GROWTH, value="10", unit="%", path=Path.HELD,
        scope_kind="chain", scope_code="IND", shape=Shape.AVG_ANNUAL_GROWTH,
    )  # fmt: skip
    for period, amount in numbers.items():
        make_figure(output, period, chain, value=amount)
    outcome = the_outcome()
    assert (value(outcome), outcome.status) == (number, status)
    if number is None:
        assert "增速" in outcome.sentence or "还没有" in outcome.sentence


@pytest.mark.feature("D3")
def test_what_left_is_taken_from_what_came(plan):
    came = make_indicator(code="ENTRIES", kind=IndicatorKind.REGISTERED, unit="家", scale=0)
    left = make_indicator(code="EXITS", kind=IndicatorKind.REGISTERED, unit="家", scale=0, name="退库数")
    target = make_target(plan, "T26", indicator=came, value="30", unit="家")
    TargetReading.objects.create(target=target, code="NET", label="入库减退库", indicator=came, minus=left, position=1)
    make_figure(came, "2026Q3", value="32")
    (reading,) = Outlook.from_json(the_outcome().outlook).readings
    assert (reading.value, reading.met) == (None, None)
    assert "退库数" in reading.sentence
    make_figure(left, "2026Q3", value="5")
    outcome = the_outcome()
    (reading,) = Outlook.from_json(outcome.outlook).readings
    assert (value(outcome), outcome.status) == (32, MET)
    assert (reading.label, reading.value, reading.met) == ("入库减退库", 27, False)


@pytest.mark.feature("D2")
def test_a_yearly_number_stands_until_the_next_and_says_of_which_year(plan):
    yearly = make_indicator(code="REV_ABOVE", kind=IndicatorKind.COUNT, unit="个", scale=0, frequency=Frequency.YEAR)
    make_target(plan, "T28", indicator=yearly, value="2", path=Path.HELD)
    make_figure(yearly, "2024", value="1")
    make_figure(yearly, "2025", value="2")
    outcome = the_outcome()
    assert (value(outcome), outcome.status) == (2, MET)
    assert "每年一报，取2025年全年数" in outcome.sentence


@pytest.mark.feature("D3")
def test_a_number_in_ten_thousands_is_held_against_a_line_in_hundred_millions(plan):
    output = make_indicator(code="IND_OUT", kind=IndicatorKind.FLOW, unit="万元", scale=2)
    make_target(plan, "T39", indicator=output, value="20", unit="亿元", shape=Shape.FLOW, path=Path.HELD)
    make_figure(output, "2026Q1-3", value="200000.01")
    outcome = the_outcome()
    assert (value(outcome), outcome.status) == (Decimal("20.000001"), MET)


@pytest.mark.parametrize(
    ("have", "want", "factor"), [("万元", "亿元", "1/10000"), ("个", "家", "1"), ("万元", "万元", "1"), ("万元", "个", None)]
)
def test_units_are_turned_exactly_or_not_at_all(have, want, factor):
    found = factor_between(have, want)
    assert (None if found is None else str(found)) == factor


@pytest.mark.feature("D9")
def test_an_old_quarter_is_judged_by_the_line_of_its_day(plan, firms):
    target = make_target(plan, "T01", indicator=firms, value="12", path=Path.HELD)
    target.revisions.create(
        number=1, document="通知", document_number="1号", in_force_from=date(2026, 7, 15), reason="调整", old_value="10", new_value="12",
        old_deadline=target.deadline, new_deadline=target.deadline, revised_by="某人", revised_at="2026-07-15T00:00:00Z",
    )  # fmt: skip
    for quarter in ("2026Q2", "2026Q3"):
        make_figure(firms, quarter, value="11")
    before, after = the_outcome(Q2), the_outcome(Q3)
    assert (before.status, Outlook.from_json(before.outlook).line) == (MET, 10)
    assert (after.status, Outlook.from_json(after.outlook).line) == (AT_RISK, 12)


@pytest.mark.feature("D3")
@pytest.mark.parametrize(("done", "status"), [("1", MET), ("0", AT_RISK), (None, PENDING)])
def test_a_milestone_is_done_or_near_its_end(plan, done, status):
    milestone = make_indicator(code="CBD", kind=IndicatorKind.REGISTERED, unit="项", scale=0, level="district")
    make_target(
        plan, "T19", indicator=milestone, operator=Operator.DONE, value="", unit="", shape=Shape.MILESTONE, path=Path.AT_END,
        waits_for="等待专班报送完工材料并经验收。",
    )  # fmt: skip
    if done is not None:
        make_figure(milestone, "2026Q3", value=done)
    outcome = the_outcome()
    assert outcome.status == status
    if done is None:
        assert outcome.sentence == "等待专班报送完工材料并经验收。"


@pytest.mark.feature("D8")
def test_too_few_numbers_forecast_nothing_and_enough_say_a_range_and_its_error(plan, firms):
    make_target(plan, "T18", indicator=firms, value="100", unit="家")
    for number, quarter in enumerate(("2025Q2", "2025Q3", "2025Q4")):
        make_figure(firms, quarter, value=str(50 + 4 * number))
    told = Outlook.from_json(the_outcome(Period.parse("2025Q4")).outlook).forecast
    assert told.words == "不足以预测（只有 3 期数据，至少 4 期）"
    for number, quarter in enumerate(("2026Q1", "2026Q2", "2026Q3")):
        make_figure(firms, quarter, value=str(62 + 4 * number))
    told = Outlook.from_json(the_outcome().outlook).forecast
    assert told.low <= told.middle <= told.high
    assert told.middle == 74
    assert "回测" in told.error_words


@pytest.mark.feature("D3")
def test_a_number_in_a_unit_that_the_target_does_not_know_is_no_number(plan, firms):
    make_target(plan, "T01", indicator=firms, value="5", unit="亿元", path=Path.HELD)
    make_figure(firms, "2026Q3", value="9")
    outcome = the_outcome()
    assert (outcome.status, outcome.units) == (PENDING, None)
    assert "单位与目标的单位不能换算（指标按家、目标按亿元）" in outcome.sentence


@pytest.mark.feature("D3")
def test_what_is_known_of_a_part_of_the_parks_is_not_judged_nor_paced(plan):
    output = make_indicator(code="IND_OUT", kind=IndicatorKind.FLOW, unit="万元", scale=2)
    make_target(plan, "T39", indicator=output, value="100", unit="万元", shape=Shape.FLOW, path=Path.HELD)
    make_figure(output, "2026Q1-3", value="40.00", expected=4, reported=2)
    outcome = the_outcome()
    told = Outlook.from_json(outcome.outlook)
    assert (outcome.status, value(outcome)) == (PENDING, 40)
    assert (told.gap, told.pace, told.due, told.of_expected) == (None, None, None, None)
    assert "滞后" not in told.status_words


def test_what_an_increase_is_worked_out_from_opens(plan, firms):
    target = make_target(plan, "T14", indicator=firms, counts=Counts.INCREASE, value="2", unit="家")
    TargetReading.objects.create(target=target, code="STOCK", label="期末存量", indicator=firms, position=1)
    now, base = make_figure(firms, "2026Q3", value="5"), make_figure(firms, "2023Q4", value="3")
    outcome = the_outcome()
    told = Outlook.from_json(outcome.outlook)
    assert {part["figure"] for part in outcome.parts} == {now.pk, base.pk}
    assert told.baseline.figure == base.pk
    assert told.readings[0].figures == (now.pk,)
