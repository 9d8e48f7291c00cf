"""变更申请: asked for by one, decided by another, void when the register moved on, in force from its day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.models import Demonstration
from guandu.jobs.queue import enqueue
from guandu.jobs.worker import run_waiting
from guandu.web.registry import todos_for
from parks.actions import enterprises, parks, proposals
from parks.models import Enterprise, Park, Proposal
from parks.queries.names import name_on
from parks.queries.proposals import diff_of, overtaken, shown_of, waiting_for
from parks.tasks_calendar import CALENDAR_JOB
from tests.factories import make_demonstration, make_enterprise, make_industry, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A20")]

TODAY = date(2026, 10, 12)
CODE = "91530111MA6K0000XP"


@pytest.fixture(autouse=True)
def today(db):
    make_demonstration(TODAY)


def ask(subject, by, on=TODAY, reason="实测", **values):
    return proposals.propose(subject=subject, values=values, effective_on=on, reason=reason, by=by)


def area_of(park) -> int | None:
    return Park.objects.get(pk=park.pk).lettable_area


def test_the_register_is_unchanged_until_the_department_accepts(park, operator, department_user):
    proposal = ask(park, operator, lettable_area=118_000_00)
    assert area_of(park) is None
    assert diff_of(proposal) == [("可招商面积", "空", "118,000.00 平方米")]
    accepted = proposals.accept(proposal=proposal, answer="同意", by=department_user)
    assert area_of(park) == 118_000_00
    assert (accepted.state, accepted.decided_by, accepted.answer) == ("applied", department_user, "同意")
    event = AuditEvent.objects.get(verb="proposal.accept")
    assert {change.object_type for change in event.changes.all()} == {"parks.park", "parks.proposal"}


def test_an_edit_in_between_makes_it_void(park, operator, department_user, office):
    proposal = ask(park, operator, lettable_area=118_000_00)
    parks.update(park=park, values={"lettable_area": 120_000_00}, by=office)
    with pytest.raises(Conflict) as refusal:
        proposals.accept(proposal=proposal, by=department_user)
    assert refusal.value.changes == (("可招商面积", "120,000.00 平方米", "空"),)
    assert area_of(park) == 120_000_00
    lapsed = proposals.lapse(proposal=proposal, by=department_user)
    assert lapsed.state == "stale"
    with pytest.raises(NotReady, match="已失效"):
        proposals.accept(proposal=proposal, by=department_user)


def test_an_edit_of_another_field_that_the_proposer_was_shown_makes_it_void_too(
    park, operator, department_user, office
):
    proposal = ask(park, operator, lettable_area=118_000_00)
    parks.update(park=park, values={"built_area": 90_000_00}, by=office)
    with pytest.raises(Conflict):
        proposals.accept(proposal=proposal, by=department_user)


def test_an_edit_of_what_nobody_was_shown_leaves_it_standing(park, operator, department_user, office):
    proposal = ask(park, operator, lettable_area=118_000_00)
    parks.update(park=park, values={"note": "说明"}, by=office)
    assert overtaken(proposal) == []
    assert proposals.accept(proposal=proposal, by=department_user).state == "applied"
    assert Park.objects.get(pk=park.pk).note == "说明"


def test_what_still_fits_cannot_be_called_void(park, operator, department_user):
    with pytest.raises(NotReady):
        proposals.lapse(proposal=ask(park, operator, let_area=1), by=department_user)


def test_of_two_for_the_same_park_the_second_is_void_once_the_first_is_accepted(
    park, operator, department_user
):
    first, second = ask(park, operator, let_area=100), ask(park, operator, let_area=200)
    proposals.accept(proposal=first, by=department_user)
    with pytest.raises(Conflict):
        proposals.accept(proposal=second, by=department_user)


def test_the_page_of_a_moment_ago_is_refused(park, operator, office):
    seen = shown_of(park)
    parks.update(park=park, values={"let_area": 300}, by=office)
    with pytest.raises(Conflict, match="刷新"):
        proposals.propose(
            subject=park, values={"built_area": 1}, effective_on=TODAY, reason="实测", seen=seen, by=operator
        )


# Who


@pytest.mark.parametrize("who", ["department_user", "task_force_user", "leader", "expert"])
def test_others_do_not_ask(who, request, park):
    with pytest.raises(NotAllowed):
        ask(park, request.getfixturevalue(who), let_area=1)


def test_an_operator_asks_for_his_own_park_only(operator, other_park):
    with pytest.raises(NotAllowed):
        ask(other_park, operator, let_area=1)


@pytest.mark.parametrize("who", ["operator", "street_user", "task_force_user", "leader"])
def test_others_do_not_decide(who, request, park, office, operator):
    proposal = ask(park, operator, let_area=1)
    for step in (proposals.accept, proposals.refuse):
        with pytest.raises(NotAllowed):
            step(proposal=proposal, answer="意见", by=request.getfixturevalue(who))


def test_another_department_does_not_decide(park, operator, other_park):
    duty = other_park.sponsorships.get().department
    stranger = make_user(RoleCode.DEPARTMENT, scope=duty, unit=duty)
    proposal = ask(park, operator, let_area=1)
    with pytest.raises(NotAllowed):
        proposals.accept(proposal=proposal, by=stranger)
    assert list(waiting_for(stranger)) == []


def test_nobody_accepts_what_he_asked_for_himself(park, office):
    proposal = ask(park, office, let_area=1)
    with pytest.raises(NotAllowed, match="须由他人审核"):
        proposals.accept(proposal=proposal, by=office)
    assert list(waiting_for(office)) == []
    colleague = make_user(RoleCode.OFFICE)
    assert list(waiting_for(colleague)) == [proposal]
    assert proposals.accept(proposal=proposal, by=colleague).state == "applied"


def test_the_database_refuses_one_person_in_both_parts(park, operator):
    proposal = ask(park, operator, let_area=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(decided_by=operator)


# Refusing, withdrawing


def test_a_refusal_has_words(park, operator, department_user):
    proposal = ask(park, operator, let_area=1)
    with pytest.raises(Invalid, match="请写明不同意的原因"):
        proposals.refuse(proposal=proposal, answer=" ", by=department_user)
    refused = proposals.refuse(proposal=proposal, answer="缺测绘报告", by=department_user)
    assert (refused.state, refused.answer) == ("refused", "缺测绘报告")
    assert Park.objects.get(pk=park.pk).let_area is None


def test_only_the_proposer_withdraws_and_only_while_it_waits(park, operator, department_user):
    proposal = ask(park, operator, let_area=1)
    with pytest.raises(NotAllowed):
        proposals.withdraw(proposal=proposal, by=department_user)
    assert proposals.withdraw(proposal=proposal, by=operator).state == "withdrawn"
    with pytest.raises(NotReady):
        proposals.withdraw(proposal=proposal, by=operator)


# What may be asked for


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "没有需要变更的"),
        ({"name": "本园区"}, "没有需要变更的"),
        ({"note": "说明"}, "不能通过变更申请修改：note"),
        ({"code": "X"}, "不能通过变更申请修改：code"),
        ({"let_area": -1}, "填写内容有误"),
        ({"name": ""}, "填写内容有误"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_asked_for(values, sentence, park, operator):
    with pytest.raises(Invalid, match=sentence):
        ask(park, operator, **values)
    assert not Proposal.objects.exists()


def test_a_reason_is_asked_for(park, operator):
    with pytest.raises(Invalid, match="理由"):
        ask(park, operator, reason=" ", let_area=1)


def test_a_firms_code_is_checked_and_changes_with_its_day(park, operator, office):
    firm = make_enterprise(park=park, name="旧公司")
    with pytest.raises(Invalid):
        ask(firm, operator, credit_code="91530111MA6K0000X1")
    industry = make_industry()
    day = TODAY - timedelta(days=30)
    proposal = ask(
        firm, operator, on=day, credit_code=CODE.lower(), name="新公司", industry=industry, closed_on=None
    )
    proposals.accept(proposal=proposal, by=office)
    firm.refresh_from_db()
    assert (firm.credit_code, firm.name, firm.industry) == (CODE, "新公司", industry)
    assert name_on(firm, day - timedelta(days=1)) == "旧公司"
    assert name_on(firm, day) == "新公司"


def test_a_name_that_reaches_back_before_the_present_one_is_refused(park, operator, department_user):
    proposals.accept(proposal=ask(park, operator, name="新名", on=date(2026, 9, 1)), by=department_user)
    with pytest.raises(Invalid, match="现名称自 2026-09-01 起使用"):
        ask(park, operator, name="更新名", on=date(2026, 8, 1))


# From a day to come


def at(day: date) -> None:
    Demonstration.objects.update(business_date=day)
    enqueue(CALENDAR_JOB, by=CALENDAR, key=str(day))
    run_waiting()


def test_accepted_for_a_day_to_come_it_waits_for_that_day(park, operator, department_user):
    proposal = ask(park, operator, on=date(2026, 11, 1), lettable_area=500, name="新名")
    assert proposals.accept(proposal=proposal, by=department_user).state == "accepted"
    at(date(2026, 10, 31))
    assert (area_of(park), Park.objects.get(pk=park.pk).name) == (None, "本园区")
    at(date(2026, 11, 2))
    proposal.refresh_from_db()
    assert proposal.state == "applied"
    assert (area_of(park), Park.objects.get(pk=park.pk).name) == (500, "新名")
    assert name_on(Park.objects.get(pk=park.pk), date(2026, 10, 31)) == "本园区"
    assert name_on(Park.objects.get(pk=park.pk), date(2026, 11, 1)) == "新名"
    at(date(2026, 11, 3))
    assert Proposal.objects.get().applied_at == proposal.applied_at


def test_an_edit_between_acceptance_and_its_day_makes_it_void(park, operator, department_user, office):
    proposal = ask(park, operator, on=date(2026, 11, 1), lettable_area=500)
    proposals.accept(proposal=proposal, by=department_user)
    parks.update(park=park, values={"lettable_area": 900}, by=office)
    at(date(2026, 11, 1))
    proposal.refresh_from_db()
    assert (proposal.state, area_of(park)) == ("stale", 900)


def test_nobody_puts_a_change_into_force_by_hand(park, operator, office, department_user):
    proposal = ask(park, operator, on=date(2026, 11, 1), lettable_area=500)
    proposals.accept(proposal=proposal, by=department_user)
    with pytest.raises(NotAllowed):
        proposals.apply(proposal=proposal, by=office)
    with pytest.raises(NotReady):
        proposals.apply(proposal=proposal, by=CALENDAR)


def test_void_proposals_are_closed_at_night(park, operator, office):
    proposal = ask(park, operator, let_area=500)
    parks.update(park=park, values={"let_area": 900}, by=office)
    at(TODAY)
    proposal.refresh_from_db()
    assert proposal.state == "stale"


def test_a_code_taken_meanwhile_leaves_the_proposal_accepted(office, operator, park):
    firm = make_enterprise(park=park)
    proposal = ask(firm, operator, on=date(2026, 11, 1), credit_code=CODE)
    proposals.accept(proposal=proposal, by=office)
    enterprises.update(enterprise=make_enterprise(), values={"credit_code": CODE}, by=office)
    at(date(2026, 11, 1))
    proposal.refresh_from_db()
    assert proposal.state == "accepted"
    assert Enterprise.objects.get(pk=firm.pk).credit_code == ""
    assert clock.today() == date(2026, 11, 1)


# Whom it waits for


def test_it_waits_on_the_home_page_of_those_who_may_decide(
    park, operator, department_user, office, street_user
):
    ask(park, operator, let_area=1)
    titles = {
        user: [todo.title for todo in todos_for(user)]
        for user in (department_user, office, street_user, operator)
    }
    assert "审核本园区的变更申请" in titles[department_user]
    assert "审核本园区的变更申请" in titles[office]
    assert "审核本园区的变更申请" not in titles[street_user] + titles[operator]
