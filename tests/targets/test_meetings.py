"""例会: called, its agenda set, held; proposals within their term; minutes that stay; resolutions followed up."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.models import Demonstration
from guandu.notices.models import Message
from targets.actions import agenda, agenda_proposals, meetings, minutes
from targets.enums_meetings import AgendaProposalState, ItemSource, MeetingState
from targets.models import AgendaItem, AgendaProposal, Meeting, Minutes, Resolution
from targets.queries.agenda_proposals import candidates, open_meetings
from targets.queries.minutes import drafted
from tests.factories import make_demonstration, make_unit
from tests.targets.convened import PARTICULARS, call, held, issue, make_proposal, resolve, set_meeting

pytestmark = pytest.mark.django_db
READERS = ("department_user", "task_force_user", "street_user", "leader", "liaison")


@pytest.fixture(autouse=True)
def _today(db):
    """2026-10-12, a Monday."""
    make_demonstration()


def on(day: date) -> None:
    Demonstration.objects.update(business_date=day)


# --- called and changed -----------------------------------------------------------------------------


def test_the_office_calls_a_meeting(office):
    meeting = call(office)
    assert (meeting.state, meeting.version, meeting.called_by) == (MeetingState.PREPARING, 1, office.actor_name)
    assert AuditEvent.objects.get(verb="meeting.call").object_name == "2026年第三次例会"


@pytest.mark.parametrize("role", [*READERS, "operator", "expert", "system_admin"])
def test_nobody_else_calls_one(role, request):
    with pytest.raises(NotAllowed):
        call(request.getfixturevalue(role))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", " ", "请填写会议名称"), ("place", "", "请填写地点"), ("chair", "", "请填写主持人"),
        ("title", "长" * 81, "最长 80 字"), ("kind", "banquet", "请选择会议类型"),
        ("day", date(2026, 10, 1), "不能晚于会议日期"), ("proposals_until", date(2026, 10, 21), "不能晚于会议日期"),
    ],
)  # fmt: skip
def test_particulars_that_are_wrong_are_refused_at_their_field(field, value, words, office):
    with pytest.raises(Invalid) as refused:
        call(office, **{field: value})
    assert any(words in sentence for _, sentence in refused.value.errors)
    assert not Meeting.objects.exists()


def test_a_day_that_is_over_is_refused(office):
    with pytest.raises(Invalid, match="已经过去"):
        call(office, day=date(2026, 10, 11), proposals_until=date(2026, 10, 10))


def test_a_stale_page_changes_nothing(office):
    meeting = call(office)
    meetings.change(meeting=meeting, **{**PARTICULARS, "place": "三楼"}, seen=1, by=office)
    with pytest.raises(Conflict):
        meetings.change(meeting=meeting, **{**PARTICULARS, "place": "四楼"}, seen=1, by=office)
    meeting.refresh_from_db()
    assert (meeting.place, meeting.version) == ("三楼", 2)


def test_a_meeting_that_was_held_is_not_moved(office):
    with pytest.raises(NotReady, match="已召开"):
        meetings.change(meeting=held(office), **PARTICULARS, by=office)


def test_a_cancelled_meeting_has_a_reason_and_its_proposals_wait_for_the_next(office, department):
    meeting = call(office)
    row = make_proposal(department, meeting=meeting)
    with pytest.raises(Invalid, match="取消原因"):
        meetings.cancel(meeting=meeting, reason=" ", by=office)
    meetings.cancel(meeting=meeting, reason="与区里会议冲突", by=office)
    following = call(office, title="第四次例会")
    assert [(each.key, each.note) for each in candidates(following, office)] == [(row.pk, "原报2026年第三次例会")]


# --- proposals --------------------------------------------------------------------------------------


def propose(user, meeting=None, unit=None, **fields):
    said = {"title": "研究用地指标", "text": "缺 30 亩"} | fields
    return agenda_proposals.propose(unit=unit or user.unit, meeting=meeting, **said, by=user)


@pytest.mark.parametrize("role", ["department_user", "task_force_user", "street_user", "office"])
def test_task_forces_departments_and_streets_propose_for_their_unit(role, request, office):
    user = request.getfixturevalue(role)
    row = propose(user, call(office))
    assert (row.unit, row.state, row.proposed_by) == (user.unit, AgendaProposalState.WAITING, user.actor_name)


@pytest.mark.parametrize("role", ["leader", "liaison", "operator", "expert"])
def test_others_do_not_propose(role, request):
    with pytest.raises(NotAllowed):
        propose(request.getfixturevalue(role))


def test_nobody_proposes_for_another_unit(department_user):
    with pytest.raises(NotAllowed, match="不能代"):
        propose(department_user, unit=make_unit(name="别的局"))


def test_the_last_day_of_the_term_still_takes_one_and_the_next_day_none(office, department_user):
    meeting = call(office)
    on(meeting.proposals_until)
    assert propose(department_user, meeting).meeting == meeting
    on(date(2026, 10, 17))
    with pytest.raises(NotReady, match="已于 10月16日截止"):
        propose(department_user, meeting)
    assert not open_meetings().exists()
    assert propose(department_user).meeting is None


def test_a_meeting_whose_agenda_is_set_takes_none(office, department_user):
    with pytest.raises(NotReady, match="不再接收"):
        propose(department_user, set_meeting(office))


def test_a_proposal_is_withdrawn_by_its_unit_and_no_other(office, department_user, street_user):
    row = propose(department_user)
    with pytest.raises(NotAllowed):
        agenda_proposals.withdraw(proposal=row, by=street_user)
    with pytest.raises(NotAllowed):
        agenda_proposals.withdraw(proposal=row, by=office)
    assert agenda_proposals.withdraw(proposal=row, by=department_user).state == AgendaProposalState.WITHDRAWN
    with pytest.raises(NotReady, match="已撤回"):
        agenda_proposals.withdraw(proposal=row, by=department_user)


def test_what_is_declined_is_answered_and_its_unit_told(office, department_user):
    row = propose(department_user)
    with pytest.raises(Invalid, match="请填写未列入的原因"):
        agenda_proposals.decline(proposal=row, answer="", by=office)
    agenda_proposals.decline(proposal=row, answer="先由部门研究", by=office)
    (message,) = Message.objects.all()
    assert (message.recipient, "先由部门研究" in message.text) == (department_user, True)
    assert candidates(call(office), office) == []


def test_a_unit_sees_its_own_proposals_and_the_office_all(office, department_user, street_user, leader):
    rows = {propose(department_user), propose(street_user)}
    assert set(AgendaProposal.objects.visible_to(office)) == rows
    assert {each.unit for each in AgendaProposal.objects.visible_to(street_user)} == {street_user.unit}
    assert not AgendaProposal.objects.visible_to(leader).exists()


# --- the agenda -------------------------------------------------------------------------------------


def put(meeting, by, *rows, **options):
    return agenda.put(meeting=meeting, marks=[f"proposal:{row.pk}" for row in rows], by=by, **options)


def test_proposals_are_put_on_once_and_taken_off_wait_again(office, department):
    meeting, row = call(office), make_proposal(department)
    (item,) = put(meeting, office, row)
    assert (item.title, item.unit_names, item.text, item.source) == (row.title, department.name, row.text, ItemSource.PROPOSAL)
    row.refresh_from_db()
    assert (row.state, row.meeting) == (AgendaProposalState.LISTED, meeting)
    with pytest.raises(Conflict, match="已经列入"):
        put(meeting, office, row)
    with pytest.raises(Conflict):
        put(call(office, title="第四次例会"), office, row)
    agenda.remove(item=item, by=office)
    row.refresh_from_db()
    assert (row.state, AgendaItem.objects.count()) == (AgendaProposalState.WAITING, 0)
    with pytest.raises(NotReady, match="已经移除"):
        agenda.remove(item=item, by=office)


def test_one_that_cannot_go_on_stops_all(office, department):
    meeting, good, gone = call(office), make_proposal(department), make_proposal(department, state="withdrawn")
    with pytest.raises(Conflict):
        put(meeting, office, good, gone)
    assert not AgendaItem.objects.exists()
    with pytest.raises(Invalid, match="请先选择"):
        put(meeting, office)


def test_the_office_words_items_itself_and_orders_them(office, department):
    meeting = call(office)
    first = agenda.add(meeting=meeting, title="学习文件", by=office)
    second = agenda.add(meeting=meeting, title="研究政策", unit_names=f"{department.name}, {department.name}", by=office)
    assert second.unit_names == department.name
    with pytest.raises(Invalid, match="没有“无此局”"):
        agenda.add(meeting=meeting, title="研究", unit_names=f"无此局、{department.name}", by=office)
    agenda.word(item=second, title="研究奖补政策", unit_names="", text="附草案", position=1, by=office)
    assert [(each.position, each.title) for each in meeting.items.all()] == [(1, "研究奖补政策"), (2, "学习文件")]
    with pytest.raises(Invalid, match="1 至 2"):
        agenda.word(item=first, title="学习文件", unit_names="", text="", position=3, by=office)


def test_an_agenda_is_set_with_something_on_it_and_then_stands(office, department_user, leader):
    meeting = call(office)
    with pytest.raises(NotReady, match="还没有议题"):
        meetings.set_agenda(meeting=meeting, by=office)
    agenda.add(meeting=meeting, title="研究政策", unit_names=department_user.unit.name, by=office)
    assert meetings.set_agenda(meeting=meeting, by=office).state == MeetingState.SET
    assert {each.recipient for each in Message.objects.all()} == {department_user, leader}
    with pytest.raises(NotReady, match="议程已定"):
        agenda.add(meeting=meeting, title="又一项", by=office)
    with pytest.raises(Invalid, match="撤回议程的原因"):
        meetings.reopen_agenda(meeting=meeting, reason="", by=office)
    meetings.reopen_agenda(meeting=meeting, reason="增加议题", by=office)
    agenda.add(meeting=meeting, title="又一项", by=office)
    assert meetings.set_agenda(meeting=meeting, by=office).items.count() == 2


def test_another_day_is_told_once_the_agenda_is_set(office, leader):
    meeting = set_meeting(office)
    Message.objects.all().delete()
    meetings.change(meeting=meeting, **PARTICULARS, by=office)
    assert not Message.objects.exists()
    meetings.change(meeting=meeting, **{**PARTICULARS, "day": date(2026, 10, 21)}, by=office)
    assert "10月21日" in Message.objects.get().text


def test_the_agenda_is_the_offices_until_it_is_set(office, department_user):
    meeting = call(office)
    agenda.add(meeting=meeting, title="研究政策", by=office)
    assert not AgendaItem.objects.visible_to(department_user).exists()
    assert AgendaItem.objects.visible_to(office).exists()
    meetings.set_agenda(meeting=meeting, by=office)
    assert AgendaItem.objects.visible_to(department_user).exists()


# --- held, minutes ----------------------------------------------------------------------------------


def test_a_meeting_is_held_on_a_day_that_has_come_with_somebody_there(office):
    meeting = set_meeting(office)
    with pytest.raises(Invalid, match="还没有到"):
        meetings.hold(meeting=meeting, on=date(2026, 10, 13), present="各单位", by=office)
    with pytest.raises(Invalid, match="参会单位"):
        meetings.hold(meeting=meeting, on=date(2026, 10, 12), present="", by=office)
    row = meetings.hold(meeting=meeting, on=date(2026, 10, 12), present="各单位", absent="区财政局", by=office)
    assert (row.state, row.held_on, row.absent) == (MeetingState.HELD, date(2026, 10, 12), "区财政局")
    with pytest.raises(NotReady):
        meetings.hold(meeting=meeting, on=date(2026, 10, 12), present="各单位", by=office)


def test_outcomes_and_resolutions_are_of_a_meeting_that_was_held(office, department):
    meeting = set_meeting(office)
    with pytest.raises(NotReady, match="议程已定"):
        minutes.say(item=meeting.items.get(), outcome="同意", by=office)
    with pytest.raises(NotReady, match="议程已定"):
        resolve(meeting, department, office)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "请填写议定事项"), ({"unit": None}, "请选择牵头单位"), ({"due_on": None}, "请填写完成时限"),
        ({"due_on": date(2026, 10, 1)}, "不能早于会议"),
    ],
)  # fmt: skip
def test_a_resolution_has_an_owner_and_a_day(fields, words, office, department):
    said = {"text": "办成", "unit": department, "due_on": date(2026, 11, 1)} | fields
    with pytest.raises(Invalid, match=words):
        minutes.resolve(meeting=held(office), **said, by=office)


def test_a_resolution_of_another_meetings_item_is_refused(office, department):
    first, second = held(office), held(office, title="第四次例会")
    with pytest.raises(Invalid, match="本次会议"):
        minutes.resolve(
            meeting=first, text="办成", unit=department, due_on=date(2026, 11, 1), item=second.items.get(), by=office
        )


def test_dropped_resolutions_leave_no_gap(office, department):
    meeting = held(office)
    first, _ = resolve(meeting, department, office, "甲"), resolve(meeting, department, office, "乙")
    minutes.drop(resolution=first, by=office)
    assert [(each.number, each.text) for each in meeting.resolutions.all()] == [(1, "乙")]
    with pytest.raises(NotReady, match="已经删除"):
        minutes.drop(resolution=first, by=office)


def test_minutes_are_issued_when_every_item_has_its_outcome(office, department):
    meeting = held(office)
    with pytest.raises(NotReady) as refused:
        minutes.issue(meeting=meeting, text="纪要", by=office)
    assert refused.value.missing == ("第 1 项“听取园区建设情况汇报”还没有议定意见。",)
    minutes.say(item=meeting.items.get(), outcome="原则同意", by=office)
    with pytest.raises(Invalid, match="请填写纪要正文"):
        minutes.issue(meeting=meeting, text=" ", by=office)
    row = minutes.issue(meeting=meeting, text="一\r\n二", document_number="官园办纪〔2026〕3 号", by=office)
    assert (row.text, row.number, row.document_number) == ("一\n二", 0, "官园办纪〔2026〕3 号")
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.ISSUED
    with pytest.raises(NotReady, match="纪要已印"):
        minutes.say(item=meeting.items.get(), outcome="改口", by=office)


def test_issued_minutes_are_corrected_with_a_reason_and_never_changed(office):
    meeting = held(office)
    first = issue(meeting, office)
    with pytest.raises(Invalid, match="一致"):
        minutes.correct(meeting=meeting, text="会议听取了汇报。", reason="错字", by=office)
    with pytest.raises(Invalid, match="请填写更正原因"):
        minutes.correct(meeting=meeting, text="会议听取了专题汇报。", reason="", by=office)
    second = minutes.correct(meeting=meeting, text="会议听取了专题汇报。", reason="漏字", by=office)
    assert [(each.number, each.text) for each in Minutes.objects.all()] == [(0, first.text), (1, second.text)]
    for write in (lambda: Minutes.objects.update(text="x"), lambda: Minutes.objects.all().delete()):
        with pytest.raises(IntegrityError, match="不能修改或删除"), transaction.atomic():
            write()


def test_the_draft_of_the_minutes_says_all_that_was_noted(office, department):
    meeting = held(office)
    minutes.say(item=meeting.items.get(), outcome="原则同意，抓紧实施", by=office)
    resolve(meeting, department, office)
    text = drafted(meeting)
    for words in (
        "2026年10月12日，王副区长在区政府五楼会议室主持召开2026年第三次例会", "1. 听取园区建设情况汇报\n原则同意，抓紧实施",
        "（1）月底前完成供地。由本部门牵头，2026年11月30日前完成。", "参会：各成员单位",
    ):  # fmt: skip
        assert words in text


def test_what_was_resolved_is_the_offices_until_the_minutes_are_issued(office, department, department_user, leader):
    meeting = held(office)
    resolve(meeting, department, office)
    assert not Resolution.objects.visible_to(leader).exists()
    issue(meeting, office)
    assert Resolution.objects.visible_to(leader).exists()
    assert Minutes.objects.visible_to(department_user).exists()


def test_the_unit_of_a_resolution_is_told(office, department, department_user):
    meeting = held(office)
    resolve(meeting, department, office)
    Message.objects.all().delete()
    issue(meeting, office)
    assert any(
        each.recipient == department_user and "月底前完成供地" in each.title + each.text for each in Message.objects.all()
    )


# --- followed up ------------------------------------------------------------------------------------


@pytest.mark.feature("D11")
def test_the_next_agenda_begins_with_what_is_open_of_the_last(office, department):
    meeting = held(office)
    resolve(meeting, department, office)
    issue(meeting, office)
    following = set_meeting(office, title="研究政策")
    first, second = following.items.all()
    assert (first.source, first.resolution.text, first.unit_names) == (ItemSource.FOLLOW_UP, "月底前完成供地", "本部门")
    assert "2026年第三次例会议定，2026年11月30日前完成" in first.text
    assert second.title == "研究政策"
    meetings.reopen_agenda(meeting=following, reason="改", by=office)
    assert [each.title for each in following.items.all()] == ["研究政策"]
