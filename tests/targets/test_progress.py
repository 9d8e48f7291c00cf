"""A table for each shape that computes: met, not met, unknown; words say who owes what."""

from datetime import date

import pytest

from guandu.core.periods import Period
from targets.enums import Force, IndicatorKind, Operator, Shape, TargetStatus
from targets.enums_plan import Path
from targets.models import Plan, Target
from targets.queries.progress import outcomes
from tests.factories import make_figure, make_indicator, make_park

pytestmark = pytest.mark.django_db
Q3 = Period.parse("2026Q3")
MET, AT_RISK, BEHIND, PENDING = TargetStatus.MET, TargetStatus.AT_RISK, TargetStatus.BEHIND, TargetStatus.PENDING


@pytest.fixture
def plan():
    return Plan.objects.create(
        code="PLAN",
        title="测试计划",
        issuer="测试机关",
        issued_on=date(2024, 1, 10),
        starts_on=date(2024, 1, 1),
        ends_on=date(2026, 12, 31),
    )


def make_target(plan, shape, operator, value, indicator=None, **fields):
    # Held against the line itself: what is expected on the way there is tests/targets/progress.
    given = {"code": "T99", "clause": "一(一)", "title": "测试目标", "verb": "新增", "force": Force.BINDING, "path": Path.HELD}
    return Target.objects.create(
        plan=plan, shape=shape, operator=operator, value=value, indicator=indicator, **{**given, **fields}
    )


def the_outcome():
    (outcome,) = outcomes(Q3)
    return outcome


@pytest.mark.feature("D3")
@pytest.mark.parametrize(
    ("operator", "value", "line", "status"),
    [
        (Operator.AT_LEAST, "2", "2", MET),
        (Operator.AT_LEAST, "1", "2", BEHIND),
        (Operator.AT_LEAST, "0", "2", BEHIND),
        (Operator.AT_LEAST, None, "2", PENDING),
        (Operator.MORE_THAN, "2", "2", AT_RISK),
        (Operator.AT_MOST, "2", "2", MET),
    ],
)
def test_count_against_its_line(plan, operator, value, line, status):
    count = make_indicator(kind=IndicatorKind.REGISTERED, unit="个", scale=0)
    make_target(plan, Shape.NEW_SINCE, operator, line, count)
    make_figure(count, "2026Q3", value=value)
    assert the_outcome().status == status


@pytest.mark.feature("D3")
@pytest.mark.parametrize(
    ("numerator", "denominator", "status", "units"),
    [(3001, 10000, MET, 3001), (3000, 10000, AT_RISK, 3000), (3000, None, PENDING, None), (None, 10000, PENDING, None)],
)
def test_share_must_exceed_its_line_and_needs_the_district_number(plan, numerator, denominator, status, units):
    whole = make_indicator(name="全区税收", certifying_unit="区税务局", level="district")
    share = make_indicator(kind=IndicatorKind.SHARE, unit="%", scale=0)
    make_target(plan, Shape.SHARE, Operator.MORE_THAN, "30", share)
    district = make_figure(whole, "2026Q1-3", value=None if denominator is None else "100.00")
    make_figure(
        share, "2026Q1-3", numerator=numerator, denominator_figure=district,
        expected=2, reported=2 if numerator is not None else 0,
    )  # fmt: skip
    outcome = the_outcome()
    assert (outcome.status, outcome.units) == (status, units)
    if denominator is None:
        assert "区税务局" in outcome.sentence
        assert "全区税收" in outcome.sentence


@pytest.mark.feature("D3")
@pytest.mark.parametrize(
    ("shape", "operator", "line", "parks", "status", "units"),
    [
        (Shape.RATIO_EACH, Operator.AT_LEAST, "60", [(60, 100), (90, 100)], MET, 10000),
        (Shape.RATIO_EACH, Operator.AT_LEAST, "60", [(59, 100), (90, 100)], BEHIND, 5000),
        (Shape.RATIO_EACH, Operator.AT_LEAST, "60", [(60, 100), (None, None)], PENDING, 10000),
        (Shape.RATIO_EACH, Operator.AT_LEAST, "60", [(None, None)], PENDING, None),
        (Shape.CAP_EACH, Operator.AT_MOST, "10", [(10, 100), (1, 100)], MET, 10000),
        (Shape.CAP_EACH, Operator.AT_MOST, "10", [(11, 100), (1, 100)], BEHIND, 5000),
    ],
)
def test_every_park_is_held_to_the_line(plan, shape, operator, line, parks, status, units):
    ratio = make_indicator(kind=IndicatorKind.RATIO, unit="%", scale=0)
    make_target(plan, shape, operator, line, ratio)
    for numerator, denominator in parks:
        reported = int(numerator is not None)
        make_figure(
            ratio, "2026Q1-3", make_park(), numerator=numerator, denominator=denominator, reported=reported
        )
    outcome = the_outcome()
    assert (outcome.status, outcome.units) == (status, units)
    assert (outcome.expected, outcome.reported) == (len(parks), sum(p[0] is not None for p in parks))


def test_a_failing_park_is_named_and_opens_to_its_figure(plan):
    ratio = make_indicator(kind=IndicatorKind.RATIO, unit="%", scale=0)
    make_target(plan, Shape.RATIO_EACH, Operator.AT_LEAST, "60", ratio)
    figure = make_figure(ratio, "2026Q1-3", make_park(name="落后园"), numerator=1, denominator=3, reported=1)
    outcome = the_outcome()
    assert "落后园" in outcome.sentence
    assert outcome.parts == [
        {
            "scope_name": "落后园",
            "park_code": figure.park_code,
            "figure": figure.pk,
            "value": "33.333333",
            "ok": False,
        }
    ]


def test_a_target_without_indicator_says_what_it_waits_for(plan):
    make_target(plan, Shape.MILESTONE, Operator.DONE, "", waits_for="等待专班提交验收材料")
    outcome = the_outcome()
    assert (outcome.status, outcome.sentence) == (PENDING, "等待专班提交验收材料")


def test_partial_coverage_is_said_beside_the_value(plan):
    count = make_indicator(kind=IndicatorKind.COUNT, unit="个", scale=0)
    make_target(plan, Shape.COUNT_OVER_LINE, Operator.AT_LEAST, "1", count)
    make_figure(count, "2026Q1-3", value="1", expected=14, reported=12)
    outcome = the_outcome()
    assert outcome.status == MET
    assert "12/14" in outcome.sentence


@pytest.mark.parametrize(
    ("operator", "value", "status"),
    [
        (Operator.AT_LEAST, "1", PENDING),
        (Operator.AT_LEAST, "2", MET),
        (Operator.AT_MOST, "2", PENDING),
        (Operator.AT_MOST, "3", BEHIND),
    ],
)
def test_what_silent_parks_could_overturn_is_not_said_yet(plan, operator, value, status):
    count = make_indicator(kind=IndicatorKind.COUNT, unit="个", scale=0)
    make_target(plan, Shape.COUNT_OVER_LINE, operator, "2", count)
    make_figure(count, "2026Q1-3", value=value, expected=14, reported=12)
    outcome = the_outcome()
    assert (outcome.status, outcome.units) == (status, int(value))
    assert "12/14" in outcome.sentence


@pytest.mark.feature("D3")
@pytest.mark.parametrize(
    ("parks", "status"),
    [
        ([1, 1], MET),
        ([1, 0], BEHIND),
        ([1, None], PENDING),
        ([0, None], BEHIND),
        ([None, None], PENDING),
    ],
    ids=["met", "not-met", "one-unknown", "not-met-whatever-the-other-says", "all-unknown"],
)
def test_a_condition_asked_of_every_park_is_fulfilled_by_all_of_them_only(plan, parks, status):
    every = make_indicator(kind=IndicatorKind.ALL_OF, unit="个", scale=0)
    make_target(plan, Shape.RATIO_EACH, Operator.AT_LEAST, "60", every, scope_kind="district")
    for number, held in enumerate(parks):
        judged = int(held is not None)
        make_figure(every, "2026Q1-3", make_park(code=f"P-{number}"), numerator=held, denominator=judged or None, reported=judged)
    known = [held for held in parks if held is not None]
    make_figure(
        every, "2026Q1-3", numerator=sum(known) if known else None, denominator=len(known) or None, expected=2,
        reported=len(known),
    )  # fmt: skip
    outcome = the_outcome()
    assert (outcome.status, outcome.expected) == (status, 2)
    if known:
        assert [part["ok"] for part in outcome.parts if not part.get("whole")] == [None if p is None else bool(p) for p in parks]


@pytest.mark.parametrize(("reported", "status"), [(2, MET), (1, PENDING)])
def test_an_average_that_the_missing_parks_could_still_move_is_not_said(plan, reported, status):
    mean = make_indicator(kind=IndicatorKind.AVERAGE, unit="家", scale=0)
    make_target(plan, Shape.AVERAGE, Operator.AT_LEAST, "15", mean, scope_kind="district")
    make_figure(mean, "2026Q3", numerator=30, denominator=2, expected=2, reported=reported)
    assert the_outcome().status == status


def test_a_target_without_a_number_says_which_reason_its_figure_has(plan):
    grown = make_indicator(name="工业总产值增长率", kind=IndicatorKind.GROWTH, unit="%", scale=2)
    make_target(plan, Shape.GROWTH_ON_BASE, Operator.AT_LEAST, "10", grown, scope_kind="district")
    make_figure(grown, "2026Q1-3", gap="no_base", expected=2)
    assert the_outcome().sentence == "“工业总产值增长率”缺少基期数，暂不能计算。"
