"""The pages of meetings: what each reader is shown, the office's forms, and proposals from units."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.core.models import Demonstration
from guandu.web.registry import todos_for
from targets.actions import agenda, meetings
from targets.enums_meetings import MeetingState
from targets.enums_plan import LightState
from targets.models import AgendaProposal, Meeting, Minutes, Resolution
from tests.factories import make_demonstration, make_unit
from tests.targets.convened import call, held, issue, make_proposal, resolve, set_meeting
from tests.targets.lit import behind, make_light
from tests.targets.plans import make_plan, make_target
from tests.targets.works import give

pytestmark = pytest.mark.django_db
CANARY = "先别外传的一项议题"
READERS = ("department_user", "task_force_user", "street_user", "leader", "liaison")
POSTED = {
    "kind": "special", "title": "土地专题会", "day": "2026-10-20", "place": "三楼", "chair": "王副区长", "proposals_until": "2026-10-16"
}  # fmt: skip


@pytest.fixture(autouse=True)
def _today(db):
    """2026-10-12, a Monday."""
    make_demonstration()


def on(day: date) -> None:
    Demonstration.objects.update(business_date=day)


def page(client, path="/meetings/", status=200):
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def counted(client, path) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(client, path)
    return len(queries)


# --- who is shown what ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", READERS)
def test_an_agenda_that_is_not_set_reaches_the_office_alone(role, request, sign_in, office):
    meeting = call(office)
    agenda.add(meeting=meeting, title=CANARY, by=office)
    client = sign_in(request.getfixturevalue(role))
    shown = page(client, f"/meetings/{meeting.pk}/")
    assert "议程还没有确定" in shown
    assert CANARY not in shown
    assert 'data-confirm="确定议程' not in shown
    assert CANARY in page(sign_in(office), f"/meetings/{meeting.pk}/")
    meetings.set_agenda(meeting=meeting, by=office)
    assert CANARY in page(client, f"/meetings/{meeting.pk}/")


@pytest.mark.parametrize("role", READERS)
def test_what_was_resolved_reaches_others_with_the_minutes(role, request, sign_in, office, department):
    meeting = held(office)
    resolve(meeting, department, office, CANARY)
    client = sign_in(request.getfixturevalue(role))
    for path in (f"/meetings/{meeting.pk}/", "/meetings/resolutions/?all=1"):
        assert CANARY not in page(client, path)
    issue(meeting, office, "纪要全文如下")
    shown = page(client, f"/meetings/{meeting.pk}/")
    assert CANARY in shown
    assert "纪要全文如下" in shown
    assert CANARY in page(client, "/meetings/resolutions/")


@pytest.mark.parametrize("role", ["operator", "expert", "system_admin", "security_admin", "audit_admin"])
def test_the_pages_are_closed_to_others(role, request, sign_in, office):
    meeting = set_meeting(office)
    client = sign_in(request.getfixturevalue(role))
    for path in ("/meetings/", f"/meetings/{meeting.pk}/", "/meetings/proposals/", "/meetings/resolutions/"):
        assert client.get(path).status_code == 403


def test_an_item_or_a_resolution_that_is_not_there_is_not_found(sign_in, office):
    client = sign_in(office)
    for path in ("/meetings/999/", "/meetings/items/999/", "/meetings/999/agenda/", "/meetings/999/minutes/"):
        page(client, path, 404)


# --- the list ---------------------------------------------------------------------------------------


def test_the_list_says_which_is_next_filters_sorts_and_pages(sign_in, office):
    call(office, title="第二次例会")
    call(office, title="第一次例会", kind="special", day=date(2026, 10, 18), proposals_until=date(2026, 10, 15))
    client = sign_in(office)
    assert "下一次：<strong>第一次例会</strong>" in page(client)
    assert "第二次例会" not in page(client, "/meetings/?kind=special").split("<tbody>")[1]
    assert "没有符合条件" in page(client, "/meetings/?q=无此会")
    assert "第一次例会" in page(client, "/meetings/?kind=banquet&state=x&page=x&sort=nothing")
    down = page(client, "/meetings/?sort=-title").split("<tbody>")[1]
    assert down.index("第二次例会") < down.index("第一次例会")


def test_pages_ask_as_often_for_three_as_for_one(sign_in, office, department, leader):
    clients = {"office": sign_in(office), "leader": sign_in(leader)}
    plan = make_plan()
    meeting = call(office, title="第四次例会")

    def more(n: int) -> None:
        made = held(office, title=f"会 {n}")
        resolve(made, department, office, f"议定 {n}")
        issue(made, office)
        make_light(behind(make_target(plan, f"T{n}"), make_unit()), LightState.RELEASED)
        make_proposal(department, f"议题 {n}")
        give(office, department, title=f"任务 {n}", due_on=date(2026, 10, 12))
        agenda.add(meeting=meeting, title=f"自拟 {n}", by=office)
        call(office, title=f"筹备 {n}")

    paths = (
        "/meetings/", f"/meetings/{meeting.pk}/", f"/meetings/{meeting.pk}/agenda/", "/meetings/proposals/", "/meetings/resolutions/"
    )  # fmt: skip
    asked = [(who, path) for who in clients for path in paths if who == "office" or path in {"/meetings/", "/meetings/resolutions/"}]
    more(1)
    before = {each: counted(clients[each[0]], each[1]) for each in asked}
    more(2)
    more(3)
    assert {each: counted(clients[each[0]], each[1]) for each in asked} == before


def test_the_minutes_page_asks_as_often_for_three_items_as_for_one(sign_in, office, department):
    def made(count: int) -> Meeting:
        meeting = call(office, title=f"会 {count}")
        for n in range(count):
            agenda.add(meeting=meeting, title=f"议题 {n}", by=office)
        meetings.set_agenda(meeting=meeting, by=office)
        row = meetings.hold(meeting=meeting, on=date(2026, 10, 12), present="各单位", by=office)
        for n in range(count):
            resolve(row, department, office, f"议定 {n}")
        return row

    client, one, three = sign_in(office), made(1), made(3)
    assert counted(client, f"/meetings/{three.pk}/minutes/") == counted(client, f"/meetings/{one.pk}/minutes/")


# --- the office's forms -----------------------------------------------------------------------------


def test_the_office_calls_a_meeting_and_changes_it_on_the_page(sign_in, office):
    client = sign_in(office)
    response = client.post("/meetings/new/", POSTED, follow=True)
    assert "已保存土地专题会的安排" in response.content.decode()
    meeting = Meeting.objects.get()
    assert 'value="2026-10-20"' in page(client, f"/meetings/{meeting.pk}/edit/")
    client.post(f"/meetings/{meeting.pk}/edit/", {**POSTED, "place": "五楼", "version": meeting.version})
    meeting.refresh_from_db()
    assert meeting.place == "五楼"
    stale = client.post(f"/meetings/{meeting.pk}/edit/", {**POSTED, "place": "六楼", "version": 1})
    assert (stale.status_code, "其他人已修改" in stale.content.decode()) == (409, True)
    assert 'value="六楼"' in stale.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "请填写会议名称"), ("day", "2026-13-40", "请填写日期"), ("kind", "banquet", "请从列表中选择会议类型"),
        ("proposals_until", "2026-10-21", "不能晚于会议日期"), ("day", "2026-10-01", "不能晚于会议日期"),
    ],
)  # fmt: skip
def test_particulars_that_are_wrong_are_shown_with_what_was_typed(field, value, words, sign_in, office):
    response = sign_in(office).post("/meetings/new/", POSTED | {field: value})
    shown = response.content.decode()
    assert (response.status_code, words in shown) == (422, True)
    assert field == "kind" or f'value="{value}"' in shown
    assert not Meeting.objects.exists()


@pytest.mark.feature("D11")
def test_from_candidates_to_issued_minutes_on_the_pages(sign_in, office, department):
    light = make_light(behind(make_target(make_plan(), "T01", "新增园区"), department), LightState.RELEASED)
    meeting, client = call(office), sign_in(office)
    here = f"/meetings/{meeting.pk}/"
    shown = page(client, f"{here}agenda/")
    assert f'value="light:{light.pk}"' in shown
    response = client.post(f"{here}agenda/", {"pick": f"light:{light.pk}", "version": "1"}, follow=True)
    assert "已列入 1 项" in response.content.decode()
    client.post(f"{here}agenda/add/", {"title": "研究政策", "unit_names": department.name, "text": ""})
    item = meeting.items.get(title="研究政策")
    client.post(f"/meetings/items/{item.pk}/", {"title": "研究奖补政策", "unit_names": "", "text": "附草案", "position": "1"})
    assert [each.title for each in meeting.items.all()][0] == "研究奖补政策"
    client.post(f"{here}agenda/set/", {})
    client.post(f"{here}hold/", {"on": "2026-10-12", "present": "各成员单位", "absent": ""})
    assert client.get(f"{here}minutes/").status_code == 200
    refused = client.post(f"{here}minutes/", {"text": "纪要", "document_number": ""})
    assert (refused.status_code, "第 1 项“研究奖补政策”还没有议定意见" in refused.content.decode()) == (409, True)
    for each in meeting.items.all():
        client.post(f"/meetings/items/{each.pk}/outcome/", {"outcome": "原则同意"})
    wrong = client.post(f"{here}resolutions/add/", {"text": "办成", "unit": department.pk, "due_on": "2026-10-01"})
    assert (wrong.status_code, "不能早于会议召开日期" in wrong.content.decode()) == (422, True)
    client.post(f"{here}resolutions/add/", {"text": "月底前供地", "unit": department.pk, "due_on": "2026-11-30"})
    draft = page(client, f"{here}minutes/")
    assert "（1）月底前供地。由本部门牵头，2026年11月30日前完成。" in draft
    client.post(f"{here}minutes/", {"text": "全文", "document_number": "〔2026〕3 号"})
    assert (Minutes.objects.get().text, Resolution.objects.get().task.title) == ("全文", "月底前供地")
    client.post(f"{here}minutes/correct/", {"text": "更正全文", "reason": "漏字"})
    shown = page(client, here)
    assert "更正全文" in shown
    assert "第 1 次更正" in shown


def test_a_refused_put_names_it_and_keeps_the_ticks(sign_in, office, department):
    row, meeting = make_proposal(department), call(office)
    client = sign_in(office)
    nothing = client.post(f"/meetings/{meeting.pk}/agenda/", {})
    assert (nothing.status_code, "请先选择要列入的事项" in nothing.content.decode()) == (422, True)
    gone = client.post(f"/meetings/{meeting.pk}/agenda/", {"pick": [f"proposal:{row.pk}", "proposal:999"]})
    assert (gone.status_code, "没有列入" in gone.content.decode()) == (409, True)
    assert f'value="proposal:{row.pk}" aria-label="选择 {row.title}" checked' in gone.content.decode()


def test_moves_that_come_too_early_or_without_a_reason_are_said(sign_in, office):
    meeting, client = call(office), sign_in(office)
    here = f"/meetings/{meeting.pk}/"
    empty = client.post(f"{here}agenda/set/", {})
    assert (empty.status_code, "议程还没有议题" in empty.content.decode()) == (409, True)
    assert client.get(f"{here}minutes/").status_code == 409
    assert client.post(f"{here}cancel/", {"reason": ""}).status_code == 422
    assert client.post(f"{here}hold/", {"on": "2026-10-12", "present": "x"}).status_code == 409
    client.post(f"{here}cancel/", {"reason": "并入区里会议"})
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.CANCELLED
    assert "并入区里会议" in page(client, here)


def test_resolutions_and_items_are_taken_back_on_the_pages(sign_in, office, department):
    client = sign_in(office)
    row = resolve(held(office), department, office)
    client.post(f"/meetings/resolutions/{row.pk}/drop/", {})
    assert not Resolution.objects.exists()
    meeting = call(office)
    item = agenda.add(meeting=meeting, title="学习", by=office)
    client.post(f"/meetings/items/{item.pk}/remove/", {"version": "2"})
    assert not meeting.items.exists()
    set_ = set_meeting(office)
    response = client.post(f"/meetings/{set_.pk}/agenda/reopen/", {"reason": "增加议题"}, follow=True)
    assert "议程已撤回" in response.content.decode()


# --- proposals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["department_user", "task_force_user", "street_user"])
def test_a_unit_proposes_within_the_term_and_is_told_after_it(role, request, sign_in, office):
    user = request.getfixturevalue(role)
    meeting, client = call(office), sign_in(user)
    assert "2026年10月16日" in page(client, "/meetings/proposals/")
    sent = {"unit": user.unit_id, "meeting": meeting.pk, "title": "研究用地", "text": "缺指标"}
    response = client.post("/meetings/proposals/", sent, follow=True)
    assert "议题已提报园区发展办" in response.content.decode()
    on(date(2026, 10, 17))
    late = client.post("/meetings/proposals/", sent)
    assert (late.status_code, "已于 10月16日截止" in late.content.decode()) == (409, True)
    assert AgendaProposal.objects.count() == 1


def test_a_unit_sees_its_own_and_takes_it_back_and_the_office_answers(sign_in, office, department_user, street_user):
    own, other = make_proposal(department_user.unit, "本部门议题"), make_proposal(street_user.unit, "街道议题")
    client = sign_in(department_user)
    shown = page(client, "/meetings/proposals/")
    assert "街道议题" not in shown
    assert client.post(f"/meetings/proposals/{other.pk}/withdraw/", {}).status_code == 404
    client.post(f"/meetings/proposals/{own.pk}/withdraw/", {})
    own.refresh_from_db()
    assert own.state == "withdrawn"
    clerk = sign_in(office)
    assert clerk.post(f"/meetings/proposals/{other.pk}/decline/", {"answer": ""}).status_code == 422
    clerk.post(f"/meetings/proposals/{other.pk}/decline/", {"answer": "先由街道协调"})
    assert "先由街道协调" in page(sign_in(street_user), "/meetings/proposals/?state=declined")


# --- what waits -------------------------------------------------------------------------------------


def test_what_waits_is_on_the_home_page(office, department_user, leader):
    meeting = call(office)
    make_proposal(department_user.unit)
    agenda.add(meeting=meeting, title="研究", by=office)
    assert any("正在征集议题" in each.title for each in todos_for(department_user))
    assert not any("征集" in each.title for each in todos_for(leader))
    assert any("1 项提报议题待研究" in each.title for each in todos_for(office))
    on(date(2026, 10, 17))
    assert any("请编排并确定议程" in each.title for each in todos_for(office))
    meetings.set_agenda(meeting=meeting, by=office)
    on(date(2026, 10, 20))
    assert any("请在会后登记召开" in each.title for each in todos_for(office))
    meetings.hold(meeting=meeting, on=date(2026, 10, 20), present="各单位", by=office)
    assert any("印发纪要" in each.title for each in todos_for(office))
