"""B24: reminders by rule under a frozen clock, urging by hand, and the rules themselves."""

from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings as settings_of_hypothesis, strategies as st

from guandu.accounts.models import Grant, User
from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import LOADER, MESSENGER
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.core.working_days import shifted
from guandu.jobs import worker
from guandu.jobs.models import Job
from guandu.jobs.queue import ask_due, enqueue
from guandu.jobs.worker import run_waiting
from guandu.notices.actions import rules
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.models import Message, ReminderRule, ReminderRun
from parks.models import Sponsorship
from targets.actions import reminders, returns
from targets.models import Return
from targets.queries.reminders import planned, since_when
from tests.targets.factories import (
    ENTRIES,
    make_cast,
    make_cycle,
    make_district_template,
    make_office,
    make_operator,
    make_park,
    make_person,
    make_reviewer,
    make_template,
)
from tests.targets.test_completeness import set_state

pytestmark = [pytest.mark.django_db, pytest.mark.feature("B24")]
PERIOD, DUE = "2026Q2", date(2026, 7, 15)  # a Wednesday


def rule(code: str, offset: int, **values) -> ReminderRule:
    said = {"name": code, "event": "due", "unit": "calendar", "audience": "filer", "grouping": "summary"} | values
    return ReminderRule.objects.create(code=code, offset=offset, **said)


def three_rules() -> None:
    for code, offset in (("before-7", -7), ("before-1", -1), ("after-3", 3)):
        rule(code, offset)


def on(day: date) -> int:
    """What the daily job sends on `day`; how many messages."""
    with clock.known_demo_date(day):
        return reminders.send_due(by=MESSENGER)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def day_by_day(first: date, last: date) -> dict[date, int]:
    """Day → messages, where there were any."""
    return {day: count for day in days(first, last) if (count := on(day))}


def titles(user: User) -> list[str]:
    return list(Message.objects.visible_to(user).order_by("pk").values_list("title", flat=True))


@pytest.fixture
def july() -> None:
    make_park("P1")
    make_operator("P1")
    make_cycle(PERIOD)
    three_rules()


# The acceptance: T-7, T-1, T+3, one message each, none after submission


def test_before_7_before_1_and_after_3_send_one_message_each():
    make_park("P1")
    operator = make_operator("P1")
    assert make_cycle(PERIOD).due_on == DUE
    three_rules()
    sent = day_by_day(date(2026, 7, 1), date(2026, 8, 10))
    assert sent == {date(2026, 7, 8): 1, date(2026, 7, 14): 1, date(2026, 7, 18): 1}
    assert titles(operator) == [
        "演示园区P12026年第二季度《园区季度工作调度表》7月15日截止（距截止还有 7 天），请按时报送",
        "演示园区P12026年第二季度《园区季度工作调度表》7月15日截止（距截止还有 1 天），请按时报送",
        "演示园区P12026年第二季度《园区季度工作调度表》7月15日截止（已逾期 3 天），请尽快报送",
    ]


def test_nothing_is_sent_once_the_return_is_filed():
    cast = make_cast()
    return_ = cast.draft(PERIOD)
    three_rules()
    assert day_by_day(date(2026, 7, 1), date(2026, 7, 10)) == {date(2026, 7, 8): 1}
    with clock.known_demo_date(date(2026, 7, 10)):
        returns.file(return_=returns.save(return_=return_, cells=ENTRIES, by=cast.operator), by=cast.operator)
    assert day_by_day(date(2026, 7, 11), date(2026, 8, 10)) == {}


def test_what_was_sent_back_is_reminded_of_again():
    cast = make_cast()
    with clock.known_demo_date(date(2026, 7, 10)):
        cast.sent_back(PERIOD)
    three_rules()
    on(date(2026, 7, 13))
    assert day_by_day(date(2026, 7, 14), date(2026, 7, 14)) == {date(2026, 7, 14): 1}


def test_an_exempt_return_is_never_reminded_of():
    make_park("P1")
    make_operator("P1")
    set_state(make_cycle(PERIOD).returns.get(), "exempt")
    three_rules()
    assert day_by_day(date(2026, 7, 1), date(2026, 8, 10)) == {}


def test_a_locked_return_is_never_reminded_of():
    cast = make_cast()
    with clock.known_demo_date(date(2026, 7, 10)):
        cast.locked(PERIOD)
    three_rules()
    rule("waiting-3", 3, event="waiting", audience="reviewer")
    assert day_by_day(date(2026, 7, 1), date(2026, 8, 10)) == {}


def test_a_return_that_is_not_open_yet_is_not_reminded_of():
    make_park("P1")
    make_operator("P1")
    make_cycle(PERIOD)
    rule("before-20", -20)
    assert day_by_day(date(2026, 6, 20), date(2026, 7, 10)) == {}


def test_a_rule_that_is_off_says_nothing():
    make_park("P1")
    make_operator("P1")
    make_cycle(PERIOD)
    rule("before-7", -7, is_on=False)
    assert day_by_day(date(2026, 7, 1), date(2026, 7, 20)) == {}


def test_a_rule_of_one_form_leaves_the_others_alone():
    make_park("P1")
    operator = make_operator("P1")
    bureau = make_person("tax", RoleCode.DEPARTMENT, ScopeKind.DEPARTMENT, "U-TAX")
    make_cycle(PERIOD)
    district = make_cycle(PERIOD, make_district_template())
    rule("before-7", -7, series="DISTRICT-Q")
    assert day_by_day(date(2026, 7, 1), date(2026, 8, 1)) == {district.due_on - timedelta(days=7): 1}
    assert titles(operator) == []
    assert "全区2026年第二季度《全区税收季度反馈表》" in titles(bureau)[0]


# No repeats


def test_a_second_run_on_the_same_day_sends_nothing():
    make_park("P1")
    make_operator("P1")
    make_cycle(PERIOD)
    three_rules()
    assert on(date(2026, 7, 8)) == 1
    assert on(date(2026, 7, 8)) == 0
    assert ReminderRun.objects.count() == 1


def test_a_crash_in_the_middle_leaves_nothing_and_the_next_try_sends_once(monkeypatch):
    make_park("P1")
    make_operator("P1")
    make_cycle(PERIOD)
    three_rules()
    real = reminders.created

    def killed(obj):
        raise OSError("the machine stops here")

    monkeypatch.setattr(reminders, "created", killed)
    with pytest.raises(OSError, match="stops here"):
        on(date(2026, 7, 8))
    assert (Message.objects.count(), ReminderRun.objects.count()) == (0, 0)
    monkeypatch.setattr(reminders, "created", real)
    assert on(date(2026, 7, 8)) == 1


def test_a_worker_that_dies_after_writing_repeats_nothing(monkeypatch):
    """The job is done again after its messages stand: they are the day's."""
    make_park("P1")
    make_operator("P1")
    make_cycle(PERIOD)
    three_rules()
    with clock.known_demo_date(date(2026, 7, 8)), time_machine.travel("2026-07-08T01:00:00+00:00", tick=False):
        job = enqueue("returns.remind", by=MESSENGER, key="2026-07-08")
        monkeypatch.setattr("guandu.jobs.worker.clock.demo_date", lambda: date(2026, 7, 8))
        run_waiting()
        assert Message.objects.count() == 1
        Job.objects.filter(pk=job.pk).update(state="queued")
        assert worker.run(job.pk)
    assert Message.objects.count() == 1


def test_the_daily_round_asks_for_it_once_from_eight_oclock():
    make_park("P1")
    operator = make_operator("P1")
    make_cycle(PERIOD)
    three_rules()
    with time_machine.travel("2026-07-07T23:30:00+00:00", tick=False) as traveller:  # 07:30 in Shanghai
        ask_due()
        run_waiting()
        assert titles(operator) == []
        traveller.move_to("2026-07-08T00:05:00+00:00")
        for _ in range(3):
            ask_due()
            run_waiting()
    assert len(titles(operator)) == 1
    assert Job.objects.filter(kind="returns.remind").count() == 1


# Several of one person, and days that were missed


def test_several_parks_of_one_person_are_one_summary():
    for code in ("P1", "P2", "P3"):
        make_park(code)
        make_person("clerk", RoleCode.OPERATOR, ScopeKind.PARK, code)
    make_cycle(PERIOD)
    three_rules()
    assert on(date(2026, 7, 14)) == 1
    message = Message.objects.get()
    assert message.title == "3 张报表7月15日截止（距截止还有 1 天），请按时报送"
    assert message.text.splitlines() == [
        f"{number}. 演示园区P{number}2026年第二季度《园区季度工作调度表》：待填报，7月15日截止，距截止还有 1 天"
        for number in (1, 2, 3)
    ]
    assert message.url == "/returns/#waiting"


def test_a_single_rule_sends_one_for_each_return():
    for code in ("P1", "P2"):
        make_park(code)
        make_person("clerk", RoleCode.OPERATOR, ScopeKind.PARK, code)
    cycle = make_cycle(PERIOD)
    rule("before-1", -1, grouping="single")
    assert on(date(2026, 7, 14)) == 2
    urls = set(Message.objects.values_list("url", flat=True))
    assert urls == {f"/returns/{each.pk}/" for each in cycle.returns.all()}


def test_days_that_were_missed_are_caught_up_once():
    make_park("P1")
    operator = make_operator("P1")
    make_cycle(PERIOD)
    three_rules()
    rule("on-day", 0)
    on(date(2026, 7, 7))
    # Off from the 8th to the 18th: before-7, before-1, on-day and after-3 fell in between.
    assert on(date(2026, 7, 19)) == 1
    assert titles(operator)[0].endswith("（已逾期 4 天），请尽快报送")
    assert day_by_day(date(2026, 7, 20), date(2026, 8, 10)) == {}


@settings_of_hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ran=st.sets(st.integers(min_value=1, max_value=31), min_size=1))
def test_whatever_days_were_missed_no_rule_speaks_twice_and_the_last_one_speaks(ran, july):
    """Grain: one July in which the server ran on the days `ran` only."""
    since, spoken = date(2026, 6, 30), []
    for number in sorted(ran):
        day = date(2026, 7, number)
        told = planned(day, since)
        assert len(told) <= 1
        spoken += [each.key.split(":")[1] for each in told]
        since = day
    assert len(spoken) == len(set(spoken))
    assert spoken == sorted(spoken, key=["before-7", "before-1", "after-3"].index)
    due = [code for code, on in (("before-7", 8), ("before-1", 14), ("after-3", 18)) if max(ran) >= on]
    assert spoken[-1:] == due[-1:]
    assert set(spoken) >= {
        code for code, on in (("before-7", 8), ("before-1", 14), ("after-3", 18)) if on in ran
    }


def test_the_first_run_ever_does_not_dig_in_the_past():
    make_park("P1")
    make_operator("P1")
    make_cycle(PERIOD)
    three_rules()
    assert on(date(2026, 7, 16)) == 0
    with clock.known_demo_date(date(2026, 7, 16)):
        assert since_when(date(2026, 7, 16)) is None
        assert since_when(date(2026, 7, 15)) is None


def test_of_several_missed_the_one_that_fell_last_speaks_whatever_its_number():
    make_park("P1")
    make_operator("P1")
    make_cycle(PERIOD)
    rule("working-3", 3, unit="working")  # Monday the 20th
    rule("calendar-4", 4)  # Sunday the 19th
    (told,) = planned(date(2026, 7, 21), date(2026, 7, 16))
    assert told.key == "remind:working-3:2026-07-21"


def test_what_lay_longer_ago_than_a_month_is_let_be():
    ReminderRun.objects.create(source="returns", day=date(2026, 1, 1), since=date(2025, 12, 31), ran_at=clock.now())
    assert since_when(date(2026, 7, 16)) == date(2026, 6, 15)


# To whom


def test_a_sponsor_is_told_of_his_parks_and_the_office_of_all():
    for code, department in (("P1", "U-DEP"), ("P2", "U-DEP"), ("P3", "U-OTHER")):
        make_park(code, department=department)
    sponsor, office = make_reviewer("U-DEP"), make_office()
    make_cycle(PERIOD)
    rule("after-3-department", 3, audience="department")
    rule("after-3-office", 3, audience="office")
    assert on(date(2026, 7, 18)) == 2
    assert titles(sponsor) == ["包保园区 2 张报表7月15日截止（已逾期 3 天），尚未报送"]
    assert titles(office) == ["全区 3 张报表7月15日截止（已逾期 3 天），尚未报送"]
    assert Message.objects.get(recipient=office).url == "/returns/progress/?period=2026Q2"
    assert Message.objects.get(recipient=office).importance == Importance.HIGH


def test_the_sponsor_of_today_is_told_and_not_the_former_one():
    park = make_park("P1", department="U-DEP")
    former, present = make_reviewer("U-DEP"), make_reviewer("U-NEW")
    make_cycle(PERIOD)
    Sponsorship.objects.update(valid_to=date(2026, 7, 1))
    Sponsorship.objects.create(park=park, department=present.unit, valid_from=date(2026, 7, 1))
    rule("after-3-department", 3, audience="department")
    on(date(2026, 7, 18))
    assert titles(former) == []
    assert len(titles(present)) == 1


def escalated() -> None:
    make_park("P1")
    Sponsorship.objects.update(leader="李区长")
    make_cycle(PERIOD)
    rule("after-5-leader", 5, unit="working", audience="leader")


def test_an_overdue_return_is_escalated_to_the_parks_leader_and_his_liaison():
    escalated()
    leader = make_person("leader", RoleCode.LEADER, ScopeKind.DISTRICT, name="李区长")
    other = make_person("other", RoleCode.LEADER, ScopeKind.DISTRICT, name="王区长")
    liaison = make_person("liaison", RoleCode.LIAISON, ScopeKind.DISTRICT, name="小刘")
    User.objects.filter(pk=liaison.pk).update(duty="李区长联络员")
    assert day_by_day(date(2026, 7, 15), date(2026, 8, 1)) == {date(2026, 7, 22): 2}
    expected = ["包保园区 演示园区P12026年第二季度《园区季度工作调度表》7月15日截止（已逾期 7 天），尚未报送"]
    assert (titles(leader), titles(liaison), titles(other)) == (expected, expected, [])


def test_a_leader_without_an_account_is_reached_through_the_office_which_is_told_so():
    escalated()
    office = make_office()
    day_by_day(date(2026, 7, 15), date(2026, 8, 1))
    assert titles(office)[0].startswith("（请转告李区长）包保园区 演示园区P1")
    assert Message.objects.get().text.startswith("包保区领导李区长及其联络员没有账号，请转告：")


def test_nobody_is_named_leader_and_nobody_is_told():
    escalated()
    Sponsorship.objects.update(leader="")
    make_office()
    assert day_by_day(date(2026, 7, 15), date(2026, 8, 1)) == {}


def test_a_closed_account_and_an_ended_duty_are_told_nothing():
    make_park("P1")
    closed, ended, active = (make_person(name, RoleCode.OPERATOR, ScopeKind.PARK, "P1") for name in ("a", "b", "c"))
    User.objects.filter(pk=closed.pk).update(is_active=False)
    Grant.objects.filter(user=ended).update(valid_to=date(2026, 7, 1))
    make_cycle(PERIOD)
    three_rules()
    on(date(2026, 7, 14))
    assert list(Message.objects.values_list("recipient", flat=True)) == [active.pk]


# Reviewers


def test_reviewers_are_reminded_of_what_waits_longer_than_three_working_days():
    cast = make_cast()
    with clock.known_demo_date(date(2026, 7, 10)):  # a Friday
        cast.filed(PERIOD)
    rule("waiting-3", 3, event="waiting", unit="working", audience="reviewer")
    assert day_by_day(date(2026, 7, 10), date(2026, 8, 1)) == {date(2026, 7, 15): 1}
    message = Message.objects.get()
    assert message.recipient == cast.reviewer
    assert message.kind == MessageKind.REVIEW
    assert message.title == "演示园区P12026年第二季度《园区季度工作调度表》报送后等待审核满 3 个工作日，请尽快办理"
    assert message.text.endswith("：已报送，7月10日报送")


def test_what_was_reviewed_waits_for_the_office():
    cast = make_cast()
    with clock.known_demo_date(date(2026, 7, 10)):
        cast.reviewed(PERIOD)
    rule("waiting-3", 3, event="waiting", unit="working", audience="reviewer")
    day_by_day(date(2026, 7, 10), date(2026, 8, 1))
    assert list(Message.objects.values_list("recipient", flat=True)) == [cast.office.pk]


def test_a_second_filing_waits_from_its_own_day():
    cast = make_cast()
    with time_machine.travel("2026-07-10T02:00:00+00:00", tick=False) as traveller:
        return_ = cast.sent_back(PERIOD)
        traveller.move_to("2026-07-20T02:00:00+00:00")
        returns.file(return_=Return.objects.get(pk=return_.pk), by=cast.operator)
    rule("waiting-3", 3, event="waiting", unit="working", audience="reviewer")
    assert day_by_day(date(2026, 7, 10), date(2026, 8, 1)) == {date(2026, 7, 23): 1}


# Reading


@pytest.mark.parametrize(
    ("count", "day"),
    [
        (0, date(2026, 9, 30)),
        (1, date(2026, 10, 8)),  # the National Day's week lies between
        (-1, date(2026, 9, 29)),
        (-7, date(2026, 9, 20)),  # a Sunday on which people work; the 25th is Mid-Autumn
    ],
)
def test_working_days_leave_out_holidays_and_count_the_days_made_up_for(count, day):
    assert shifted(date(2026, 9, 30), count) == day


def test_planning_writes_nothing_and_takes_as_many_queries_for_three_as_for_one():
    three_rules()
    template, counts = make_template(), []
    for number in range(3):
        make_park(f"P{number}")
        make_operator(f"P{number}")
        make_cycle(PERIOD, template)
        if number != 1:
            with clock.known_demo_date(date(2026, 7, 14)), CaptureQueriesContext(connection) as queries:
                assert len(planned(date(2026, 7, 14), date(2026, 7, 13))) == number + 1
            counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Message.objects.count() == 0


def test_each_run_is_recorded_with_its_messages():
    make_park("P1")
    make_operator("P1")
    make_cycle(PERIOD)
    three_rules()
    on(date(2026, 7, 14))
    event = AuditEvent.objects.first()
    assert (event.verb, event.actor_name) == ("reminder.send", "消息服务")
    assert {change.object_type for change in event.changes.all()} == {"notices.message", "notices.reminderrun"}


def test_no_person_sends_reminders_by_hand():
    with pytest.raises(NotAllowed):
        reminders.send_due(by=make_office())


# 催报


def missing(code: str = "P1") -> Return:
    make_park(code)
    return make_cycle(PERIOD).returns.get()


def test_urging_tells_the_filers_now():
    return_ = missing()
    operator, office = make_operator("P1"), make_office()
    with clock.known_demo_date(date(2026, 7, 18)):
        report = reminders.urge(returns=[return_], by=office)
    assert [each.pk for each in report.told] == [return_.pk]
    message = Message.objects.get()
    assert (message.recipient, message.kind, message.sender_name) == (operator, MessageKind.URGE, "office")
    assert message.title == "催报：请尽快报送演示园区P12026年第二季度《园区季度工作调度表》"
    assert "2026年7月15日截止，已逾期 3 天" in message.text
    assert message.url == f"/returns/{return_.pk}/"
    event = AuditEvent.objects.first()
    assert (event.verb, event.actor_key) == ("return.urge", "office")


def test_a_return_is_urged_once_a_day():
    return_, office = missing(), make_office()
    make_operator("P1")
    with clock.known_demo_date(date(2026, 7, 18)):
        reminders.urge(returns=[return_], by=office)
        with pytest.raises(NotReady) as refused:
            reminders.urge(returns=[return_], by=make_reviewer("U-DEP"))
    assert refused.value.missing == ("演示园区P1今天已由office催报过。",)
    with clock.known_demo_date(date(2026, 7, 19)):
        reminders.urge(returns=[return_], by=office)
    assert Message.objects.count() == 2


def test_what_is_filed_or_not_open_is_not_urged():
    cast = make_cast()
    with clock.known_demo_date(date(2026, 7, 10)):
        filed, early = cast.filed(PERIOD), cast.draft("2026Q3")
        with pytest.raises(NotReady) as refused:
            reminders.urge(returns=[filed, early], by=cast.office)
    assert set(refused.value.missing) == {
        "演示园区P1已报送，不需要催报。",
        "演示园区P1还没有开始填报，不需要催报。",
    }
    assert Message.objects.count() == 0


def test_a_return_that_nobody_files_is_named():
    make_park("P1")
    make_park("P2")
    make_operator("P2")
    office = make_office()
    with clock.known_demo_date(date(2026, 7, 18)):
        report = reminders.urge(returns=list(make_cycle(PERIOD).returns.all()), by=office)
    assert report.sentences == ["演示园区P1没有在用的填报账号，请电话联系。"]
    assert len(report.told) == 1


def test_a_department_urges_its_own_parks_only():
    make_park("P1", department="U-DEP")
    make_park("P2", department="U-OTHER")
    make_operator("P1")
    make_operator("P2")
    first, second = make_cycle(PERIOD).returns.order_by("park_code")
    sponsor = make_reviewer("U-DEP")
    with clock.known_demo_date(date(2026, 7, 18)):
        assert len(reminders.urge(returns=[first], by=sponsor).told) == 1
        with pytest.raises(NotAllowed):
            reminders.urge(returns=[second], by=sponsor)
    assert Message.objects.count() == 1


def test_a_bureau_does_not_urge_itself():
    bureau = make_person("tax", RoleCode.DEPARTMENT, ScopeKind.DEPARTMENT, "U-TAX", unit="U-TAX")
    office = make_office()
    return_ = make_cycle(PERIOD, make_district_template()).returns.get()
    with clock.known_demo_date(date(2026, 7, 18)):
        with pytest.raises(NotAllowed):
            reminders.urge(returns=[return_], by=bureau)
        assert len(reminders.urge(returns=[return_], by=office).told) == 1
    assert titles(bureau) == ["催报：请尽快报送全区2026年第二季度《全区税收季度反馈表》"]


@pytest.mark.parametrize("role", [RoleCode.STREET, RoleCode.OPERATOR, RoleCode.LEADER, RoleCode.TASK_FORCE])
def test_nobody_else_urges(role):
    return_ = missing()
    kind, code = {
        RoleCode.STREET: (ScopeKind.STREET, "U-ST"), RoleCode.OPERATOR: (ScopeKind.PARK, "P1"),
        RoleCode.LEADER: (ScopeKind.DISTRICT, ""), RoleCode.TASK_FORCE: (ScopeKind.CHAIN, "DIG"),
    }[role]  # fmt: skip
    with clock.known_demo_date(date(2026, 7, 18)), pytest.raises(NotAllowed):
        reminders.urge(returns=[return_], by=make_person("somebody", role, kind, code))


# Rules as data


def load(*arguments: str) -> str:
    said = StringIO()
    call_command("load_reminders", *arguments, stdout=said)
    return said.getvalue()


def test_the_rules_come_from_a_file_and_a_second_load_changes_nothing():
    assert "新增 8" in load()
    events = AuditEvent.objects.count()
    assert "新增 0，更新 0，不变 8" in load()
    assert AuditEvent.objects.count() == events
    seven = ReminderRule.objects.get(code="before-7")
    assert (seven.event, seven.offset, seven.audience, seven.is_on) == ("due", -7, "filer", True)


def test_loading_keeps_what_an_official_changed():
    load()
    seven = ReminderRule.objects.get(code="before-7")
    rules.update(rule=seven, values={"offset": -10}, by=make_office())
    assert "保留官员修改 1" in load()
    assert ReminderRule.objects.get(code="before-7").offset == -10
    load("--force")
    assert ReminderRule.objects.get(code="before-7").offset == -7


def test_loading_asks_whether_the_person_may():
    with pytest.raises(NotAllowed):
        reminders.load_rules(root=settings.BASE_DIR, by=make_operator("P1"))
    reminders.load_rules(root=settings.BASE_DIR, by=LOADER)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{code: a, name: 甲, event: due, offset: -7, unit: calendar, audience: nobody, grouping: summary}", "audience"),
        ("{code: a, name: 甲, event: due, offset: 1.5, unit: calendar, audience: filer, grouping: summary}", "整数"),
        ("{code: a, name: 甲, event: waiting, offset: 0, unit: working, audience: reviewer, grouping: summary}", "1 以上"),
        ("{code: a, name: 甲, event: due, offset: 1, unit: working, audience: reviewer, grouping: summary}", "审核单位按"),
        ("{code: a, name: 甲, event: waiting, offset: 1, unit: working, audience: filer, grouping: summary}", "不提醒填报单位"),
        ("{code: a, name: 甲, event: due, offset: 1, unit: hours, audience: filer, grouping: summary}", "unit"),
    ],
)
def test_a_broken_file_names_its_line_and_loads_nothing(text, sentence, tmp_path):
    folder = tmp_path / "targets" / "reference"
    folder.mkdir(parents=True)
    (folder / "reminders.yaml").write_text(f"reminder_rules:\n  - {text}\n", encoding="utf-8")
    with pytest.raises(CommandError, match=f"第 2 行：.*{sentence}"):
        load("--from", str(tmp_path))
    assert ReminderRule.objects.count() == 0


def test_two_rules_of_one_code_are_refused(tmp_path):
    folder = tmp_path / "targets" / "reference"
    folder.mkdir(parents=True)
    line = "  - {code: a, name: 甲, event: due, offset: 1, unit: working, audience: filer, grouping: summary}\n"
    (folder / "reminders.yaml").write_text("reminder_rules:\n" + line * 2, encoding="utf-8")
    with pytest.raises(CommandError, match="与第 2 行重复"):
        load("--from", str(tmp_path))


def test_the_office_keeps_the_rules_and_nobody_else():
    make_template()
    office = make_office()
    said = {"name": "截止前3天", "event": "due", "offset": -3, "unit": "calendar", "audience": "filer"}
    made = rules.create(code="before-3", series="PARK-Q", grouping="summary", by=office, **said)
    assert rules.update(rule=made, values={"is_on": False}, by=office).is_on is False
    with pytest.raises(NotAllowed):
        rules.update(rule=made, values={"is_on": True}, by=make_reviewer("U-DEP"))
    with pytest.raises(Invalid, match="没有“NO”这张报表"):
        rules.update(rule=made, values={"series": "NO"}, by=office)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"event": "waiting", "offset": 0, "audience": "reviewer"}, "天数须为 1 以上"),
        ({"event": "due", "offset": 3, "audience": "reviewer"}, "审核单位按"),
        ({"event": "due", "offset": 61, "audience": "filer"}, "前后 60 天"),
        ({"event": "waiting", "offset": 3, "audience": "filer"}, "不提醒填报单位"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_in_words(values, sentence):
    office = make_office()
    with pytest.raises(Invalid) as refused:
        rules.create(code="x", name="x", unit="calendar", grouping="summary", by=office, **values)
    assert any(sentence in text for _, text in refused.value.errors)
