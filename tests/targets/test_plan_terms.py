"""What a target is held to: its line by documents, its baseline, stages and readings, the plan's rule of status."""

from datetime import date

import pytest

from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed
from guandu.jobs.models import Job
from targets.actions import plan, plan_terms
from targets.enums import Operator, Shape
from targets.enums_plan import Counts
from targets.models import Checkpoint, StatusRule, Target, TargetReading, TargetUnit
from targets.queries.plan_terms import line_on, rule_on, stages_of
from tests.factories import make_demonstration, make_indicator, make_unit
from tests.targets.plans import make_plan, make_target

pytestmark = pytest.mark.django_db
SINCE = date(2026, 3, 1)
PAPER = {"document": "关于调整行动计划目标的通知", "document_number": "官政发〔2026〕8 号", "reason": "区里统一调整"}


@pytest.fixture(autouse=True)
def _twelfth_of_october():
    make_demonstration()


@pytest.fixture
def target(db) -> Target:
    return make_target(make_plan(), "T01", value="8")


def revised(target: Target, by, **given):
    said = {"value": "10", "deadline": date(2026, 12, 31), "in_force_from": SINCE, **PAPER, **given}
    return plan_terms.revise(target=target, by=by, **said)


def faults(refusal) -> list[str]:
    return [name for name, _ in refusal.value.errors]


def read_again(target: Target) -> Target:
    return Target.objects.prefetch_related("revisions", "other_readings", "checkpoints").get(pk=target.pk)


# --- 目标调整 -----------------------------------------------------------------------------------------


@pytest.mark.feature("D9")
def test_a_revision_keeps_what_the_target_said_and_who_said_what_instead(target, office):
    revision = revised(target, office)
    fresh = read_again(target)
    assert (fresh.value, fresh.deadline) == ("10", date(2026, 12, 31))
    assert (revision.number, revision.old_value, revision.new_value) == (1, "8", "10")
    assert (revision.document, revision.document_number, revision.reason) == tuple(PAPER.values())
    assert (revision.revised_by, revision.in_force_from) == (office.name, SINCE)
    event = AuditEvent.objects.get(verb="target.revise")
    assert (event.outcome, event.reason, event.actor_key) == ("done", PAPER["reason"], office.username)
    assert {"targets.target", "targets.targetrevision"} <= {change.object_type for change in event.changes.all()}


@pytest.mark.feature("D9")
def test_each_day_has_the_line_of_its_day(target, office, django_assert_num_queries):
    revised(target, office)
    revised(target, office, value="12.5", deadline=date(2027, 6, 30), in_force_from=date(2026, 9, 1))
    fresh = read_again(target)
    end = date(2026, 12, 31)
    with django_assert_num_queries(0):
        lines = {day: line_on(fresh, day) for day in (date(2025, 3, 31), date(2026, 2, 28), SINCE, date(2026, 8, 31), date(2026, 9, 1))}
    assert list(lines.values()) == [
        ("8", end), ("8", end), ("10", end), ("10", end), ("12.5", date(2027, 6, 30)),
    ]  # fmt: skip


def test_the_deadline_alone_may_move(target, office):
    revision = revised(target, office, value="8.0", deadline=date(2026, 9, 30))
    assert (revision.old_value, revision.new_value) == ("8", "8")
    assert read_again(target).value == "8"
    assert line_on(target, date(2026, 1, 1)) == ("8", date(2026, 12, 31))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"document": " "}, "document"),
        ({"document_number": ""}, "document_number"),
        ({"reason": ""}, "reason"),
        ({"reason": "长" * 301}, "reason"),
        ({"value": ""}, "value"),
        ({"value": "0"}, "value"),
        ({"value": "-3"}, "value"),
        ({"value": "十"}, "value"),
        ({"value": "0." + "1" * 21}, "value"),
        ({"deadline": None}, "deadline"),
        ({"deadline": date(2023, 12, 31)}, "deadline"),
        ({"in_force_from": None}, "in_force_from"),
        ({"in_force_from": date(2026, 10, 13)}, "in_force_from"),
        ({"in_force_from": date(2023, 12, 31)}, "in_force_from"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(target, office, given, field):
    with pytest.raises(Invalid) as refusal:
        revised(target, office, **given)
    assert faults(refusal) == [field]
    assert not target.revisions.exists()
    assert read_again(target).value == "8"


def test_what_changes_nothing_is_no_revision(target, office):
    with pytest.raises(Invalid, match="都没有变化"):
        revised(target, office, value="8")


def test_a_later_revision_does_not_come_into_force_before_the_last(target, office):
    revised(target, office)
    with pytest.raises(Invalid, match="上一次调整自 2026-03-01 起生效") as refusal:
        revised(target, office, value="11", in_force_from=date(2026, 2, 1))
    assert faults(refusal) == ["in_force_from"]


def test_a_deadline_does_not_overtake_a_stage(target, office):
    Checkpoint.objects.create(target=target, period="2026Q2", value="6", source="年度计划")
    with pytest.raises(Invalid, match="2026年第二季度的阶段目标不在新的完成时限之前"):
        revised(target, office, deadline=date(2026, 6, 30))


def test_a_target_without_a_number_gets_none(office):
    target = make_target(make_plan(), "T41", value="", operator=Operator.DONE, shape=Shape.MILESTONE)
    with pytest.raises(Invalid, match="没有数值，只能调整完成时限"):
        revised(target, office)
    assert revised(target, office, value="", deadline=date(2026, 11, 30)).new_value == ""
    assert line_on(read_again(target), date(2026, 10, 12)) == ("", date(2026, 11, 30))



@pytest.mark.parametrize("role", ["department_user", "leader", "street_user"])
def test_only_the_office_revises(role, target, request):
    with pytest.raises(NotAllowed):
        revised(target, request.getfixturevalue(role))
    assert AuditEvent.objects.get(verb="target.revise").outcome == "denied"


@pytest.mark.feature("D9")
def test_value_and_deadline_change_in_no_other_way(target, office):
    for name, value in (("value", "9"), ("deadline", date(2027, 1, 1))):
        with pytest.raises(Invalid, match="不能修改这些内容"):
            plan.update_target(target=target, values={name: value}, by=office)


def test_a_target_keeps_a_lead(target, office):
    unit = make_unit()
    TargetUnit.objects.create(target=target, unit=unit, leads=True)
    with pytest.raises(Invalid, match="目标须有牵头单位") as refusal:
        plan.update_target(target=target, values={}, leads=[], responsible=[unit], by=office)
    assert faults(refusal) == ["leads"]
    assert target.duties.get().leads


def test_what_targets_are_held_to_is_judged_anew(target, office):
    other = TargetReading.objects.create(target=target, code="A1", label="按合同数", indicator=make_indicator(code="C"))
    acts = (
        lambda: revised(target, office),
        lambda: plan_terms.set_baseline(target=target, value="5", period="2023", source="年报", by=office),
        lambda: plan_terms.set_checkpoint(target=target, period="2025", value="5", source="年报", by=office),
        lambda: plan_terms.drop_checkpoint(checkpoint=target.checkpoints.get(), by=office),
        lambda: plan_terms.choose_reading(target=target, reading=other, reason="明确", by=office),
        lambda: plan_terms.set_rule(plan=target.plan, normal_from=90, risk_from=60, in_force_from=date(2024, 1, 1), by=office),
    )  # fmt: skip
    for act in acts:
        Job.objects.all().delete()
        act()
        assert Job.objects.get().kind == "targets.compute"


# --- 基期 ---------------------------------------------------------------------------------------------


@pytest.mark.feature("D4")
def test_a_baseline_is_dated_and_has_its_source(target, office):
    plan_terms.set_baseline(target=target, value="1,234.50", period="2023", source="2023 年年报", by=office)
    fresh = read_again(target)
    assert (fresh.baseline_value, fresh.baseline_period, fresh.baseline_source) == ("1234.50", "2023", "2023 年年报")


@pytest.mark.feature("D4")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "约五百"}, "value"),
        ({"period": "2024Q1"}, "period"),
        ({"period": "2024"}, "period"),
        ({"period": "去年"}, "period"),
        ({"source": ""}, "source"),
    ],
)
def test_a_baseline_lies_before_the_plan_and_says_where_it_is_from(target, office, given, field):
    with pytest.raises(Invalid) as refusal:
        plan_terms.set_baseline(target=target, by=office, **{"value": "5", "period": "2023", "source": "年报", **given})
    assert faults(refusal) == [field]
    assert read_again(target).baseline_value == ""


@pytest.mark.feature("D4")
def test_a_baseline_is_replaced_with_a_reason_only(target, office):
    said = {"target": target, "period": "2023", "source": "快报", "by": office}
    plan_terms.set_baseline(value="5", **said)
    with pytest.raises(Invalid) as refusal:
        plan_terms.set_baseline(value="6", **said)
    assert faults(refusal) == ["reason"]
    with pytest.raises(Invalid, match="没有变化"):
        plan_terms.set_baseline(value="5", reason="再登记", **said)
    plan_terms.set_baseline(value="6", reason="以年报为准", **said)
    event = AuditEvent.objects.filter(verb="target.set_baseline").first()
    change = event.changes.get(object_type="targets.target")
    assert (event.reason, change.before["baseline_value"], change.after["baseline_value"]) == ("以年报为准", "5", "6")


def test_a_baseline_may_be_nought_or_less(target, office):
    for value in ("0", "-3.2"):
        saved = plan_terms.set_baseline(target=target, value=value, period="2023Q4", source="台账", reason="核实", by=office)
        assert saved.baseline_value == value


# --- 阶段目标 -----------------------------------------------------------------------------------------


@pytest.mark.feature("D2")
def test_a_stage_is_set_replaced_and_dropped(target, office):
    plan_terms.set_checkpoint(target=target, period="2025", value="5", source="年度计划", by=office)
    plan_terms.set_checkpoint(target=target, period="2026Q2", value="4", source="调度会", by=office)
    again = plan_terms.set_checkpoint(target=target, period="2025", value="6", source="分解表", by=office)
    assert list(target.checkpoints.values_list("period", "value", "source")) == [
        ("2025", "6", "分解表"), ("2026Q2", "4", "调度会"),
    ]  # fmt: skip
    plan_terms.drop_checkpoint(checkpoint=again, by=office)
    assert target.checkpoints.get().period == "2026Q2"
    with pytest.raises(Conflict, match="已被删除"):
        plan_terms.drop_checkpoint(checkpoint=again, by=office)


@pytest.mark.feature("D2")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"period": "2023Q4"}, "period"),
        ({"period": "2026Q4"}, "period"),
        ({"period": "2026"}, "period"),
        ({"period": "2027Q1"}, "period"),
        ({"period": "2025H1"}, "period"),
        ({"period": "2025-06"}, "period"),
        ({"value": ""}, "value"),
        ({"source": " "}, "source"),
    ],
)
def test_a_stage_lies_in_the_plan_and_before_the_deadline(target, office, given, field):
    with pytest.raises(Invalid) as refusal:
        plan_terms.set_checkpoint(target=target, by=office, **{"period": "2025", "value": "5", "source": "计划", **given})
    assert faults(refusal) == [field]
    assert not target.checkpoints.exists()


def test_the_stages_that_are_offered_are_those_that_are_taken(target, office):
    offered = [stage.code for stage in stages_of(target)]
    assert offered[:5] == ["2024Q1", "2024Q2", "2024Q3", "2024", "2024Q4"]
    assert offered[-1] == "2026Q3"
    for code in offered:
        plan_terms.set_checkpoint(target=target, period=code, value="1", source="计划", by=office)
    assert target.checkpoints.count() == len(offered)


# --- 口径 ---------------------------------------------------------------------------------------------


def with_two_readings(target: Target) -> tuple[Target, TargetReading]:
    target.indicator, target.reading = make_indicator(code="NET"), "扣除转出"
    target.save()
    other = TargetReading.objects.create(
        target=target, code="A05-gross", label="含全部新增", ambiguity="A05", indicator=make_indicator(code="GROSS"),
        minus=make_indicator(code="LEFT"), counts=Counts.INCREASE,
    )  # fmt: skip
    return target, other


def said(row: Target | TargetReading) -> tuple:
    label = row.reading if isinstance(row, Target) else row.label
    return label, row.indicator.code, row.minus and row.minus.code, row.counts


def test_the_reading_in_force_is_exchanged_and_exchanged_back(target, office):
    target, other = with_two_readings(target)
    gross, net = ("含全部新增", "GROSS", "LEFT", Counts.INCREASE), ("扣除转出", "NET", None, Counts.VALUE)
    plan_terms.choose_reading(target=target, reading=other, reason="专题会明确", document_number="纪要〔2026〕3 号", by=office)
    fresh = read_again(target)
    assert (said(fresh), [said(each) for each in fresh.other_readings.all()]) == (gross, [net])
    assert AuditEvent.objects.get(verb="target.choose_reading").reason == "专题会明确，纪要〔2026〕3 号"
    plan_terms.choose_reading(target=target, reading=other, reason="恢复", by=office)
    fresh = read_again(target)
    assert (said(fresh), [said(each) for each in fresh.other_readings.all()]) == (net, [gross])


def test_a_second_press_exchanges_nothing_back(target, office):
    target, other = with_two_readings(target)
    pressed = {"target": target, "reading": other, "reason": "专题会明确", "seen": "含全部新增", "by": office}
    plan_terms.choose_reading(**pressed)
    with pytest.raises(Conflict, match="刚刚更换过"):
        plan_terms.choose_reading(**pressed)
    assert read_again(target).reading == "含全部新增"


def test_a_reading_is_of_its_target_and_has_a_reason(target, office):
    target, other = with_two_readings(target)
    with pytest.raises(Invalid) as refusal:
        plan_terms.choose_reading(target=target, reading=other, reason="", by=office)
    assert faults(refusal) == ["reason"]
    beside = make_target(target.plan, "T02")
    with pytest.raises(Invalid, match="不属于这项目标"):
        plan_terms.choose_reading(target=beside, reading=other, reason="试", by=office)


def test_a_reading_without_a_name_is_the_former_one_and_none_is_left_behind_by_none(target, office):
    target, other = with_two_readings(target)
    Target.objects.update(reading="")
    plan_terms.choose_reading(target=target, reading=other, reason="专题会明确", by=office)
    assert target.other_readings.get().label == "原口径"
    Target.objects.update(indicator=None)
    plan_terms.choose_reading(target=target, reading=other, reason="专题会明确", by=office)
    assert (read_again(target).indicator.code, target.other_readings.count()) == ("NET", 0)


# --- 状态规则 -----------------------------------------------------------------------------------------


def test_each_day_has_the_rule_of_its_day(target, office):
    first = plan_terms.set_rule(plan=target.plan, normal_from=100, risk_from=80, in_force_from=date(2024, 1, 1), by=office)
    second = plan_terms.set_rule(plan=target.plan, normal_from=95, risk_from=70, in_force_from=date(2026, 7, 1), by=office)
    assert (first.number, second.number) == (1, 2)
    days = (date(2023, 12, 31), date(2024, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2030, 1, 1))
    assert [rule_on(target.plan, day) for day in days] == [None, first, first, second, second]
    assert "95% 为正常" in second.words


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"normal_from": 201}, "normal_from"),
        ({"normal_from": 0}, "normal_from"),
        ({"risk_from": 0}, "risk_from"),
        ({"risk_from": 101}, "risk_from"),
        ({"in_force_from": None}, "in_force_from"),
        ({"in_force_from": date(2023, 1, 1)}, "in_force_from"),
        ({"in_force_from": date(2024, 1, 1)}, "in_force_from"),
        ({"normal_from": 90, "risk_from": 60}, "normal_from"),
    ],
)
def test_a_rule_is_in_order_and_later_than_the_last(target, office, given, field):
    plan_terms.set_rule(plan=target.plan, normal_from=90, risk_from=60, in_force_from=date(2024, 1, 1), by=office)
    said = {"normal_from": 100, "risk_from": 80, "in_force_from": date(2026, 1, 1), **given}
    with pytest.raises(Invalid) as refusal:
        plan_terms.set_rule(plan=target.plan, by=office, **said)
    assert field in faults(refusal)
    assert StatusRule.objects.get().valid_to is None


@pytest.mark.parametrize("act", ["baseline", "stage", "reading", "rule"])
def test_only_the_office_keeps_the_terms(act, target, department_user):
    target, other = with_two_readings(target)
    acts = {
        "baseline": lambda: plan_terms.set_baseline(target=target, value="5", period="2023", source="年报", by=department_user),
        "stage": lambda: plan_terms.set_checkpoint(target=target, period="2025", value="5", source="年报", by=department_user),
        "reading": lambda: plan_terms.choose_reading(target=target, reading=other, reason="试", by=department_user),
        "rule": lambda: plan_terms.set_rule(
            plan=target.plan, normal_from=90, risk_from=60, in_force_from=date(2024, 1, 1), by=department_user
        ),
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        acts[act]()
