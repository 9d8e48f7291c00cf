"""企业诉求: raised in four fields, assigned, answered, judged; clocks by kind and day; unsolved ones for the 例会."""

from datetime import date

import pytest

from guandu.accounts.models import Unit
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.models import Demonstration
from guandu.core.working_days import shifted, working_days_until
from guandu.files.inspection import check
from guandu.files.kinds import EVIDENCE
from guandu.files.models import Attachment
from guandu.jobs import queue, worker
from guandu.notices.models import Message
from parks.actions import public_requests, request_numbers, request_rules, request_watch, requests
from parks.actions.contacts import reseal
from parks.enums_requests import RequestOutcome, RequestSource, RequestStage, RequestState, Unsolved
from parks.models import RequestPolicy, RequestStep, ServiceRequest
from parks.queries.request_clocks import clocks_on, days_for
from parks.queries.requests import counts_of, moves_of, unsolved
from tests.factories import make_demonstration, make_enterprise, make_unit, make_user
from tests.files.made import pdf
from tests.parks.asked import PHONE, WORDS, asked, make_kind, make_request, raised

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D11")]
TODAY = date(2026, 10, 12)  # a Monday


@pytest.fixture(autouse=True)
def _today(db):
    make_demonstration(TODAY)


@pytest.fixture
def kind(db):
    return make_kind(name="用电用水")


def on(day: date) -> None:
    Demonstration.objects.update(business_date=day)


def given(request: ServiceRequest, department: Unit, kind, office) -> ServiceRequest:
    return requests.assign(request=request, unit=department, kind=kind, by=office)


def answered(park, operator, department, department_user, kind, office) -> ServiceRequest:
    row = given(raised(park, operator), department, kind, office)
    return requests.answer(request=row, words="已列入本月增容计划，11月5日施工", by=department_user)


# --- raising ----------------------------------------------------------------------------------------


def test_four_fields_are_enough_and_the_office_has_one_working_day(park, operator, office):
    row = raised(park, operator)
    assert (row.state, row.due_on, row.source, row.raised_unit) == ("raised", date(2026, 10, 13), "operator", operator.unit)
    assert (row.phone_masked, PHONE in row.phone_sealed) == ("138****5678", False)
    assert [step.verb for step in row.steps.all()] == ["raise"]
    assert [(m.recipient, WORDS in m.text) for m in Message.objects.all()] == [(office, True)]


@pytest.mark.parametrize("who", ["operator", "street_user", "department_user", "task_force_user", "office"])
def test_whoever_is_scoped_to_the_park_raises_one(who, park, request):
    row = raised(park, request.getfixturevalue(who))
    sources = {"street_user": "street", "department_user": "sponsor", "task_force_user": "task_force"}
    assert row.source == sources.get(who, who)


@pytest.mark.parametrize("who", ["operator", "street_user", "department_user", "task_force_user", "leader", "expert"])
def test_nobody_raises_one_for_a_park_that_is_not_his(who, other_park, request):
    with pytest.raises(NotAllowed):
        raised(other_park, request.getfixturevalue(who))


@pytest.mark.parametrize(
    ("said", "field"),
    [({"text": " "}, "text"), ({"text": "长" * 501}, "text"), ({"firm_name": ""}, "firm_name"), ({"contact": ""}, "contact"),
     ({"phone": ""}, "phone"), ({"phone": "12345"}, "phone"), ({"contact": "人" * 41}, "contact")],
)  # fmt: skip
def test_each_field_is_refused_in_words(said, field, park, operator):
    with pytest.raises(Invalid) as refused:
        raised(park, operator, **said)
    assert [name for name, _ in refused.value.errors] == [field]
    assert not ServiceRequest.objects.exists()


def test_a_tenant_named_whole_is_known_as_the_firm_of_the_register(park, operator):
    firm = make_enterprise(park=park, name="昆明云谷科技有限公司")
    elsewhere = make_enterprise(name="别处的企业")
    assert raised(park, operator).enterprise == firm
    assert raised(park, operator, firm_name=elsewhere.name).enterprise is None


def test_a_name_with_marks_is_kept_whole(park, operator):
    assert raised(park, operator, firm_name="A&B<C>").firm_name == "A&B<C>"


def test_the_number_is_told_one_by_one_and_the_trail_says_so(park, operator, department, department_user, kind, office, leader):
    row = given(raised(park, operator), department, kind, office)
    assert request_numbers.reveal(request=row, by=department_user) == PHONE
    assert AuditEvent.objects.get(verb="request.reveal").actor_key == department_user.username
    with pytest.raises(NotAllowed):
        request_numbers.reveal(request=row, by=leader)


def test_numbers_are_sealed_anew_with_those_of_contacts(park, operator, settings):
    row = raised(park, operator)
    settings.CONTACT_KEY_FALLBACKS, settings.CONTACT_KEY = (settings.CONTACT_KEY,), "another-key-of-thirty-two-letters"
    assert reseal(by=CALENDAR) == 1
    row.refresh_from_db()
    settings.CONTACT_KEY_FALLBACKS = ()
    assert request_numbers.reveal(request=row, by=operator) == PHONE


# --- the way ----------------------------------------------------------------------------------------


def test_from_raising_to_the_end(park, operator, department, department_user, kind, office):
    row = given(raised(park, operator), department, kind, office)
    assert (row.state, row.due_on) == ("assigned", shifted(TODAY, 10))
    row = requests.take_up(request=row, by=department_user)
    assert (row.state, row.due_on) == ("handling", shifted(TODAY, 10))
    file = check(pdf(b"(plan)"), "增容批复.pdf", EVIDENCE)
    row = requests.answer(request=row, words="已增容", file=file, by=department_user)
    assert (row.state, row.due_on, row.answer) == ("answered", shifted(TODAY, 5), "已增容")
    row = requests.accept(request=row, by=operator)
    assert (row.state, row.outcome, row.closed_on, row.due_on) == ("closed", RequestOutcome.SATISFIED, TODAY, None)
    steps = list(row.steps.values_list("verb", "by_unit"))
    assert [verb for verb, _ in steps] == ["raise", "assign", "take_up", "answer", "accept"]
    assert steps[3][1] == "本部门"
    step = row.steps.get(verb="answer")
    assert [each.name for each in Attachment.objects.of(requests.ON_STEP, step)] == ["增容批复.pdf"]


def test_each_is_told_what_is_his(park, operator, department, department_user, kind, office):
    answered(park, operator, department, department_user, kind, office)
    told = {message.recipient.username: message.title for message in Message.objects.order_by("pk")}
    assert told == {
        "office": "新的企业诉求待交办", "department": "请办理企业诉求，10月26日前反馈", "operator": "企业诉求已反馈，请在 10月19日前评价",
    }  # fmt: skip


def test_dissatisfied_it_goes_back_and_twice_it_is_for_the_meeting(park, operator, department, department_user, kind, office):
    row = answered(park, operator, department, department_user, kind, office)
    row = requests.reject(request=row, words="没有说明施工时间", by=operator)
    assert (row.state, row.dissatisfied, row.due_on) == ("handling", 1, shifted(TODAY, 5))
    assert unsolved(office) == []
    row = requests.answer(request=row, words="11月5日施工", by=department_user)
    row = requests.reject(request=row, words="仍未解决", by=operator)
    (found,) = unsolved(office)
    assert (found.request, found.why, found.words) == (row, (Unsolved.DISSATISFIED,), "提出方 2 次不满意")


def test_silence_for_the_term_ends_it(park, operator, department, department_user, kind, office):
    row = answered(park, operator, department, department_user, kind, office)
    with pytest.raises(NotReady):
        requests.lapse(request=row, by=CALENDAR)
    with pytest.raises(NotAllowed):
        requests.lapse(request=row, by=office)
    on(date(2026, 10, 20))
    queue.enqueue("parks.requests", by=CALENDAR, key="2026-10-20")
    worker.run_waiting()
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("closed", RequestOutcome.SILENT)


def test_suspended_the_clock_stands_and_goes_on_with_what_was_left(park, operator, department, department_user, kind, office):
    row = given(raised(park, operator), department, kind, office)
    on(date(2026, 10, 16))
    row = requests.suspend(request=row, words="等省里批复", look_again_on=date(2026, 11, 2), by=department_user)
    assert (row.state, row.due_on, row.days_left, row.suspended_until) == ("suspended", None, 6, shifted(date(2026, 10, 16), 20))
    assert moves_of(department_user, date(2026, 11, 1)).count() == 0
    on(date(2026, 11, 2))
    assert list(moves_of(department_user, date(2026, 11, 2))) == [row]
    row = requests.look_again(request=row, words="批复未到", look_again_on=date(2026, 11, 9), by=office)
    row = requests.resume(request=row, by=department_user)
    assert (row.state, row.due_on, row.days_left, row.look_again_on) == ("handling", shifted(date(2026, 11, 2), 6), None, None)


def test_suspended_too_long_it_is_for_the_meeting(park, operator, department, department_user, kind, office):
    row = given(raised(park, operator), department, kind, office)
    row = requests.suspend(request=row, words="等批复", look_again_on=date(2026, 11, 2), by=department_user)
    on(row.suspended_until)
    assert unsolved(office) == []
    on(shifted(row.suspended_until, 1))
    assert [each.why for each in unsolved(office)] == [(Unsolved.SUSPENDED,)]


def test_not_the_units_business_it_is_assigned_anew(park, operator, department, department_user, street, street_user, kind, office):
    row = given(raised(park, operator), department, kind, office)
    row = requests.give_back(request=row, words="属供电部门职责", by=department_user)
    assert (row.state, row.unit, row.due_on) == ("raised", None, date(2026, 10, 13))
    row = given(row, street, kind, office)
    assert requests.answer(request=row, words="已协调", by=street_user).state == "answered"


def test_the_one_who_raised_it_takes_it_back(park, operator, street_user, kind, office):
    row = raised(park, operator)
    with pytest.raises(NotAllowed, match="不由您的单位"):
        requests.withdraw(request=row, words="填错", by=street_user)
    with pytest.raises(Invalid):
        requests.withdraw(request=row, words=" ", by=operator)
    assert requests.withdraw(request=row, words="已自行解决", by=operator).state == "withdrawn"


@pytest.mark.parametrize("verb", ["take_up", "answer", "accept", "reject", "suspend", "resume", "give_back"])
def test_a_move_out_of_turn_is_refused_with_what_may_be_done(verb, park, operator, department, department_user, office):
    row = make_request(park, operator, RequestState.CLOSED, department)
    said = {"words": "说明"} if verb in {"answer", "reject", "suspend", "give_back"} else {}
    said |= {"look_again_on": date(2026, 11, 2)} if verb == "suspend" else {}
    by = operator if verb in {"accept", "reject"} else department_user
    with pytest.raises(NotReady, match="办结"):
        getattr(requests, verb)(request=row, by=by, **said)


def test_a_unit_that_does_not_handle_it_neither_sees_nor_moves_it(park, operator, department, kind, office):
    stranger = make_user("department", scope=(unit := make_unit(name="别的局")), unit=unit)
    row = given(raised(park, operator), department, kind, office)
    assert not ServiceRequest.objects.visible_to(stranger).exists()
    with pytest.raises(NotAllowed):
        requests.answer(request=row, words="好", by=stranger)


def test_a_unit_that_handles_it_sees_it_though_the_park_is_not_its_own(other_park, department, department_user, kind, office):
    row = given(raised(other_park, office), department, kind, office)
    assert list(ServiceRequest.objects.visible_to(department_user)) == [row]
    assert RequestStep.objects.visible_to(department_user).count() == 2


def test_two_at_once_do_not_write_over_each_other(park, operator, department, department_user, kind, office):
    row = given(raised(park, operator), department, kind, office)
    requests.take_up(request=row, version=row.version, by=department_user)
    with pytest.raises(Conflict, match="办理中"):
        requests.answer(request=row, words="好", version=row.version, by=department_user)


def test_a_park_that_closed_takes_none(park, operator, office):
    park.closed_on = TODAY
    park.save()
    with pytest.raises(Invalid, match="已关闭"):
        raised(park, office)


def test_an_operator_is_no_handling_unit(park, operator, kind, office):
    with pytest.raises(Invalid, match="承办单位"):
        requests.assign(request=raised(park, operator), unit=operator.unit, kind=kind, by=office)


def test_nothing_is_put_to_a_line_of_the_trace_later(park, operator, department, department_user, kind, office):
    row = answered(park, operator, department, department_user, kind, office)
    with pytest.raises(NotReady):
        requests.refuse_file(row.steps.get(verb="assign"), office)
    with pytest.raises(NotAllowed):
        requests.refuse_file(row.steps.get(verb="answer"), office)


# --- clocks -----------------------------------------------------------------------------------------


def test_terms_are_data_from_a_day_on_and_of_a_kind(kind, office):
    assert days_for(RequestStage.HANDLE, kind, TODAY) == 10
    request_rules.set_clock(stage=RequestStage.HANDLE, days=8, on=date(2026, 11, 1), by=office)
    request_rules.set_clock(stage=RequestStage.HANDLE, kind=kind, days=3, on=date(2026, 12, 1), by=office)
    found = [days_for(RequestStage.HANDLE, kind, day) for day in (TODAY, date(2026, 11, 1), date(2026, 12, 1))]
    assert (found, days_for(RequestStage.HANDLE, None, date(2026, 12, 1))) == ([10, 8, 3], 8)
    request_rules.set_clock(stage=RequestStage.HANDLE, days=7, on=date(2026, 11, 1), by=office)
    assert days_for(RequestStage.HANDLE, None, date(2026, 11, 1)) == 7
    assert {each.stage: each.days for each in clocks_on(date(2026, 11, 2))}["handle"] == 7


@pytest.mark.parametrize(("days", "day"), [(8, date(2026, 10, 11)), (0, TODAY), (251, TODAY)])
def test_a_term_of_the_past_or_of_no_days_is_refused(days, day, office):
    with pytest.raises(Invalid):
        request_rules.set_clock(stage=RequestStage.HANDLE, days=days, on=day, by=office)


def test_only_the_office_sets_terms(department_user, operator):
    for user in (department_user, operator):
        with pytest.raises(NotAllowed):
            request_rules.set_clock(stage=RequestStage.HANDLE, days=8, on=TODAY, by=user)


def test_a_term_that_runs_is_not_moved_by_a_new_rule(park, operator, department, kind, office):
    row = given(raised(park, operator), department, kind, office)
    request_rules.set_clock(stage=RequestStage.HANDLE, days=2, on=TODAY, by=office)
    row.refresh_from_db()
    assert row.due_on == shifted(TODAY, 10)


@pytest.mark.parametrize(
    ("due", "left"), [(TODAY, 0), (date(2026, 10, 13), 1), (date(2026, 10, 19), 5), (date(2026, 10, 9), -2), (date(2026, 10, 11), -1)]
)
def test_working_days_that_are_left(due, left):
    """10 October 2026 is a Saturday on which people work; what was due on the Sunday is one day late."""
    assert working_days_until(TODAY, due) == left


# --- what is late -----------------------------------------------------------------------------------


def test_what_is_late_is_unsolved_and_said_to_whose_move_it_is(park, operator, department, department_user, kind, office):
    row = given(raised(park, operator), department, kind, office)
    on(shifted(row.due_on, 2))
    (found,) = unsolved(office)
    assert (found.request, found.why, found.words) == (row, (Unsolved.OVERDUE,), "本部门逾期 2 个工作日")
    Message.objects.all().delete()
    told = request_watch.remind(day=clock.today(), by=CALENDAR)
    assert {message.recipient.username for message in told} == {"department", "office"}
    assert request_watch.remind(day=clock.today(), by=CALENDAR) == []
    on(shifted(row.due_on, 5))
    assert len(request_watch.remind(day=clock.today(), by=CALENDAR)) == 2


def test_what_falls_due_tomorrow_is_said_to_the_unit_alone(park, operator, department, department_user, kind, office):
    row = given(raised(park, operator), department, kind, office)
    on(shifted(row.due_on, -1))
    told = request_watch.remind(day=clock.today(), by=CALENDAR)
    assert [(message.recipient, message.title) for message in told] == [(department_user, "企业诉求下一个工作日到期")]


def test_unsolved_are_those_of_ones_own_scope(park, other_park, operator, office, department_user, leader):
    mine = make_request(park, operator, due_on=date(2026, 10, 9))
    make_request(other_park, office, due_on=date(2026, 10, 9))
    assert [each.request for each in unsolved(department_user)] == [mine]
    assert len(unsolved(leader)) == 2


def test_counts_are_of_ones_own_scope_and_move(park, other_park, operator, office, department, department_user):
    make_request(park, operator, due_on=date(2026, 10, 9))
    make_request(park, operator, RequestState.HANDLING, department)
    make_request(park, operator, RequestState.ANSWERED, department)
    make_request(other_park, office, RequestState.CLOSED, make_unit())
    assert counts_of(office, TODAY).__dict__ == {"open": 3, "late": 1, "unsolved": 1, "mine": 1, "closed": 1}
    assert counts_of(department_user, TODAY).mine == 1
    assert counts_of(operator, TODAY).__dict__ == {"open": 3, "late": 1, "unsolved": 1, "mine": 1, "closed": 0}


# --- the public form --------------------------------------------------------------------------------


def visitor(address="203.0.113.7"):
    return public_requests.Visitor(address)


def test_without_an_account_nothing_is_raised_until_the_office_opens_the_form(park, office):
    with pytest.raises(NotAllowed):
        public_requests.ask(park=park, asked=asked(), by=visitor())
    policy = request_rules.update_policy(values={"public_form": True}, version=1, by=office)
    row = public_requests.ask(park=park, asked=asked(), by=visitor())
    assert (row.source, row.raised_by, row.raised_unit) == (RequestSource.PUBLIC, None, None)
    assert "203.0.113.7" not in row.address_digest
    request_rules.update_policy(values={"public_form": False}, version=policy.version, by=office)
    with pytest.raises(NotAllowed):
        public_requests.ask(park=park, asked=asked(), by=visitor())


def test_from_one_address_and_in_one_day_so_many_and_no_more(park):
    RequestPolicy.objects.create(public_form=True, per_address=2, per_day=3)
    for address in ("203.0.113.7", "203.0.113.7"):
        public_requests.ask(park=park, asked=asked(), by=visitor(address))
    with pytest.raises(Invalid, match="您的网络"):
        public_requests.ask(park=park, asked=asked(), by=visitor())
    public_requests.ask(park=park, asked=asked(), by=visitor("198.51.100.1"))
    with pytest.raises(Invalid, match="达到上限|已达上限"):
        public_requests.ask(park=park, asked=asked(), by=visitor("198.51.100.2"))


def test_the_office_judges_for_a_firm_that_came_by_itself(park, department, department_user, operator, kind, office):
    RequestPolicy.objects.create(public_form=True)
    row = given(public_requests.ask(park=park, asked=asked(), by=visitor()), department, kind, office)
    row = requests.answer(request=row, words="已办", by=department_user)
    assert list(moves_of(office, TODAY)) == [row]
    with pytest.raises(NotAllowed):
        requests.accept(request=row, by=operator)
    assert requests.accept(request=row, by=office).state == "closed"


def test_two_who_change_the_settings_at_once_are_told(office):
    request_rules.update_policy(values={"per_address": 5}, version=1, by=office)
    with pytest.raises(Conflict):
        request_rules.update_policy(values={"per_address": 6}, version=1, by=office)
