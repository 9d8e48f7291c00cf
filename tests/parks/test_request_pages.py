"""The pages of 企业诉求: the ledger, the four fields, one with its moves, what the office sets, the public form."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from guandu.accounts.handover import open_work
from guandu.audit.models import AuditEvent
from guandu.files.models import Attachment
from guandu.web.registry import search, todos_for
from parks.enums_requests import RequestState
from parks.models import RequestClock, RequestKind, RequestPolicy, ServiceRequest
from tests.factories import make_demonstration, make_park, make_unit
from tests.files.made import pdf
from tests.parks.asked import PHONE, WORDS, make_kind, make_request

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D11")]
TODAY = date(2026, 10, 12)
LATE = date(2026, 10, 8)


@pytest.fixture(autouse=True)
def _today(db):
    make_demonstration(TODAY)


def four(of, **said) -> dict:
    return {"park": of.pk, "text": WORDS, "firm_name": "A&B<C>", "contact": "李工", "phone": PHONE, "kind": "", **said}


def text_of(response) -> str:
    return response.content.decode()


def move(client, row, verb, **said):
    return client.post(f"/requests/{row.pk}/move/", {"verb": verb, "version": row.version, **said})


# --- raising ----------------------------------------------------------------------------------------


def test_an_operator_raises_one_in_four_fields_with_his_park_chosen(park, operator, sign_in):
    client = sign_in(operator)
    form = client.get("/requests/new/").context["form"]
    assert form.initial["park"] == park
    shown = text_of(client.post("/requests/new/", four(park), follow=True))
    assert "A&amp;B&lt;C&gt;" in shown
    assert "138****5678" in shown
    assert PHONE not in shown
    assert ServiceRequest.objects.get().raised_unit == operator.unit


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("text", "", "请填写诉求内容。"),
        ("firm_name", " ", "请填写园区企业。"),
        ("contact", "", "请填写联系人。"),
        ("phone", "123", "电话应为 11 位手机号"),
        ("text", "长" * 501, "最长 500 字，请精简。"),
        ("park", "999999", "选择"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(field, value, sentence, park, operator, sign_in):
    response = sign_in(operator).post("/requests/new/", four(park, **{field: value}))
    assert response.status_code == 422
    shown = text_of(response)
    assert sentence in shown
    assert f'href="#id_{field}"' in shown
    assert not ServiceRequest.objects.exists()


def test_a_park_of_another_is_not_among_those_to_raise_for(park, other_park, operator, sign_in):
    client = sign_in(operator)
    assert other_park.name not in text_of(client.get("/requests/new/"))
    assert client.post("/requests/new/", four(other_park)).status_code == 422


# --- the ledger -------------------------------------------------------------------------------------


def test_each_sees_the_requests_of_his_own_parks(park, other_park, operator, office, leader, sign_in):
    make_request(park, operator, firm_name="本园企业")
    make_request(other_park, office, firm_name="外园企业")
    for user, both in ((operator, False), (leader, True), (office, True)):
        shown = text_of(sign_in(user).get("/requests/"))
        assert "本园企业" in shown
        assert ("外园企业" in shown) is both


def test_the_ledger_is_narrowed_and_sorted(park, operator, department, office, sign_in):
    kind = make_kind(name="用电")
    make_request(park, operator, firm_name="甲", due_on=LATE, kind=kind)
    make_request(park, operator, RequestState.ANSWERED, department, firm_name="乙")
    make_request(park, operator, RequestState.CLOSED, department, firm_name="丙")
    make_request(park, operator, RequestState.SUSPENDED, department, firm_name="丁", suspended_until=LATE)
    client = sign_in(office)

    def firms(query) -> list[str]:
        return [row.firm_name for row in client.get(f"/requests/?{query}").context["page"]]

    assert set(firms("")) == {"甲", "乙", "丁"}
    assert firms("state=late") == ["甲"]
    assert set(firms("state=unsolved")) == {"甲", "丁"}
    assert firms("state=closed") == ["丙"]
    assert firms("state=mine") == ["甲"]
    assert set(firms("state=all")) == {"甲", "乙", "丙", "丁"}
    assert firms(f"kind={kind.code}&state=all") == ["甲"]
    assert set(firms(f"unit={department.code}&state=all")) == {"乙", "丙", "丁"}
    assert firms("text=乙&state=all") == ["乙"]
    assert firms("state=all&sort=firm") == sorted(["甲", "乙", "丙", "丁"])


def test_a_condition_that_cannot_be_read_narrows_nothing_and_is_said(park, operator, sign_in):
    make_request(park, operator)
    response = sign_in(operator).get("/requests/?state=nonsense&sort=x")
    assert response.status_code == 200
    assert len(response.context["page"]) == 1


def test_the_ledger_asks_as_often_for_three_as_for_one(office, department, sign_in):
    client, counts = sign_in(office), []
    for number in range(3):
        make_request(make_park(), office, RequestState.HANDLING, department, kind=make_kind())
        if number in {0, 2}:
            with CaptureQueriesContext(connection) as captured:
                assert client.get("/requests/").status_code == 200
            counts.append(len(captured))
    assert counts[0] == counts[1]


def test_it_leaves_as_a_workbook_with_what_for_and_numbers_masked(park, operator, office, sign_in):
    make_request(park, operator, firm_name="=A&B<C>")
    client = sign_in(office)
    response = client.post("/requests/export/?state=all", {"purpose": "例会汇报使用"})
    rows = [list(row) for row in load_workbook(BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True)]
    assert "例会汇报使用" in rows[0][0]
    assert ("=A&B<C>" in rows[2], "138****5678" in rows[2], PHONE in str(rows)) == (True, True, False)
    assert AuditEvent.objects.filter(verb="enterprise.export", reason="例会汇报使用").exists()
    assert client.post("/requests/export/", {"purpose": ""}).status_code == 422


# --- one --------------------------------------------------------------------------------------------


def test_each_is_offered_his_own_moves(park, operator, department, department_user, office, leader, sign_in):
    row = make_request(park, operator, RequestState.HANDLING, department)

    def offered(user) -> list[str]:
        return [step.verb for step, _, _ in sign_in(user).get(f"/requests/{row.pk}/").context["steps"]]

    assert offered(department_user) == ["answer", "suspend", "give_back"]
    assert offered(office) == ["suspend", "assign"]
    assert offered(operator) == ["withdraw"]
    assert offered(leader) == []


def test_outside_the_scope_there_is_none(other_park, office, operator, department_user, sign_in):
    row = make_request(other_park, office)
    for user in (operator, department_user):
        client = sign_in(user)
        assert client.get(f"/requests/{row.pk}/").status_code == 404
        assert move(client, row, "withdraw", words="x").status_code == 404


def test_the_office_assigns_to_the_usual_unit_of_the_kind(park, operator, department, office, sign_in):
    kind = make_kind(usual_unit=department)
    row = make_request(park, operator, kind=kind)
    client = sign_in(office)
    (_, form, _), *_ = client.get(f"/requests/{row.pk}/").context["steps"]
    assert (form["unit"].value(), form["kind"].value()) == (department.pk, kind.pk)
    sent = {"verb": "assign", "version": 1, "unit": department.pk, "kind": kind.pk, "words": ""}
    shown = text_of(client.post(f"/requests/{row.pk}/move/", sent, follow=True))
    assert "没有可以办理的在用账号" in shown
    row.refresh_from_db()
    assert (row.state, row.unit) == ("assigned", department)


def test_an_answer_with_a_file_is_read_by_who_raised_it_and_ended(park, operator, department, department_user, sign_in):
    row = make_request(park, operator, RequestState.HANDLING, department)
    file = SimpleUploadedFile("批复.pdf", pdf(b"(x)"), "application/pdf")
    assert move(sign_in(department_user), row, "answer", words="已增容", file=file).status_code == 302
    row.refresh_from_db()
    client = sign_in(operator)
    shown = text_of(client.get(f"/requests/{row.pk}/"))
    assert "已增容" in shown
    assert "批复.pdf" in shown
    assert client.get(f"/files/{Attachment.objects.get().pk}/").status_code == 200
    assert move(client, row, "accept").status_code == 302
    row.refresh_from_db()
    assert row.state == "closed"


@pytest.mark.parametrize(
    ("verb", "said", "status", "sentence"),
    [
        ("answer", {"words": " "}, 422, "请填写办理结果。"),
        ("suspend", {"words": "等批复", "look_again_on": ""}, 422, "请填写再议日期。"),
        ("suspend", {"words": "等批复", "look_again_on": "2026-10-12"}, 422, "再议日期应晚于今天。"),
        ("accept", {}, 409, "不能“评价满意”"),
        ("nonsense", {}, 422, "请选择要办理的事项。"),
        ("lapse", {}, 422, "请选择要办理的事项。"),
        ("answer", {"words": "好", "version": "99"}, 409, "请核对后再办"),
        ("answer", {"words": "好", "version": "x"}, 422, "版本|刷新|整数"),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(verb, said, status, sentence, park, operator, department, department_user, sign_in):
    row = make_request(park, operator, RequestState.HANDLING, department)
    response = move(sign_in(department_user), row, verb, **said)
    assert response.status_code == status
    assert any(part in text_of(response) for part in sentence.split("|"))
    row.refresh_from_db()
    assert row.state == "handling"


def test_a_file_that_is_none_is_refused_and_nothing_moves(park, operator, department, department_user, sign_in):
    row = make_request(park, operator, RequestState.HANDLING, department)
    file = SimpleUploadedFile("批复.pdf", b"MZ not a pdf", "application/pdf")
    assert move(sign_in(department_user), row, "answer", words="好", file=file).status_code == 422
    row.refresh_from_db()
    assert (row.state, Attachment.objects.count()) == ("handling", 0)


def test_the_number_is_shown_once_to_who_may_call(park, operator, department, department_user, leader, sign_in):
    row = make_request(park, operator, RequestState.HANDLING, department)
    assert PHONE in text_of(sign_in(department_user).post(f"/requests/{row.pk}/number/"))
    assert sign_in(leader).post(f"/requests/{row.pk}/number/").status_code == 403
    assert "查看号码" not in text_of(sign_in(leader).get(f"/requests/{row.pk}/"))


# --- beside -----------------------------------------------------------------------------------------


def test_it_waits_on_the_home_of_whose_move_it_is(park, operator, department, department_user, office, leader):
    make_request(park, operator, RequestState.HANDLING, department, firm_name="甲", due_on=LATE)
    make_request(park, operator, firm_name="乙")
    make_request(park, operator, RequestState.ANSWERED, department, firm_name="丙")

    def waiting(user) -> list[tuple[str, str]]:
        return [(todo.title, todo.word) for todo in todos_for(user) if "诉求" in todo.title]

    assert waiting(department_user) == [("办理企业诉求：甲", "已逾期")]
    assert waiting(office) == [("交办企业诉求：乙", "待交办")]
    assert waiting(operator) == [("评价企业诉求：丙", "待评价")]
    assert waiting(leader) == []
    assert [section for section, _ in open_work(operator)].count("企业诉求") == 1


def test_many_are_one_line(park, operator, department, department_user):
    for _ in range(6):
        make_request(park, operator, RequestState.HANDLING, department, due_on=LATE)
    (todo,) = [todo for todo in todos_for(department_user) if "诉求" in todo.title]
    assert (todo.title, todo.detail, todo.due_on) == ("6 项企业诉求等您办理", "其中逾期 6 项", LATE)


def test_the_parks_profile_and_the_search_show_them(park, other_park, operator, office, sign_in):
    make_request(park, operator, firm_name="云谷")
    make_request(other_park, office, firm_name="云谷外")
    shown = text_of(sign_in(operator).get(f"/parks/{park.code}/"))
    assert "云谷" in shown
    assert "提出诉求" in shown
    assert [hit.title[:2] for hit in search(operator, "云谷") if hit.kind == "企业诉求"] == ["云谷"]


# --- what the office sets ---------------------------------------------------------------------------


def test_the_office_sets_terms_kinds_and_the_form(department, office, sign_in):
    client = sign_in(office)
    client.post("/requests/settings/clock/", {"stage": "handle", "kind": "", "days": "8", "on": "2026-11-01", "document": "会议纪要"})
    power = {"code": "POWER", "name": "用电", "usual_unit": department.pk, "position": "3", "is_used": "on"}
    client.post("/requests/settings/kind/", power)
    client.post("/requests/settings/policy/", {"public_form": "on", "per_address": "3", "per_day": "50", "version": "1"})
    shown = text_of(client.get("/requests/settings/"))
    for said in ("8 个工作日，自 2026-11-01 起", "用电", department.name, "公开填写页面"):
        assert said in shown
    assert (RequestClock.objects.get().days, RequestKind.objects.get().usual_unit) == (8, department)


@pytest.mark.parametrize(
    ("path", "said", "field"),
    [
        ("clock", {"stage": "handle", "days": "0", "on": "2026-11-01"}, "clock_days"),
        ("clock", {"stage": "handle", "days": "3", "on": "2026-01-01"}, "clock_on"),
        ("clock", {"stage": "x", "days": "3", "on": "2026-11-01"}, "clock_stage"),
        ("kind", {"code": "a b", "name": "用电", "position": "1"}, "kind_code"),
        ("kind", {"code": "A", "name": "", "position": "1"}, "kind_name"),
        ("policy", {"per_address": "0", "per_day": "50", "version": "1"}, "policy_per_address"),
    ],
)
def test_a_setting_that_cannot_be_is_said_at_its_field(path, said, field, office, sign_in):
    response = sign_in(office).post(f"/requests/settings/{path}/", said)
    assert response.status_code == 422
    assert f'href="#{field}"' in text_of(response)


def test_nobody_else_sets_them(operator, department_user, leader, sign_in):
    for user in (operator, department_user, leader):
        assert sign_in(user).get("/requests/settings/").status_code == 403


# --- the public form --------------------------------------------------------------------------------


def test_there_is_no_public_form_until_it_is_opened(park):
    browser = Client()
    assert browser.get("/ask/").status_code == 404
    assert browser.post("/ask/", four(park)).status_code == 404
    RequestPolicy.objects.create(public_form=True, per_address=1)
    shown = text_of(browser.get("/ask/"))
    assert "送到官渡区园区发展办" in shown
    shown = text_of(browser.post("/ask/", four(park)))
    assert "已经收到" in shown
    assert ServiceRequest.objects.get().number in shown
    again = browser.post("/ask/", four(park))
    assert again.status_code == 422
    assert "已达上限" in text_of(again)


def test_a_public_form_that_is_wrong_is_said_and_leaves_nothing(park):
    RequestPolicy.objects.create(public_form=True)
    response = Client().post("/ask/", four(park, phone="1"))
    assert response.status_code == 422
    assert "电话应为 11 位手机号" in text_of(response)
    assert Client().post("/ask/", four(park, state="closed")).status_code == 422
    assert not ServiceRequest.objects.exists()


def test_a_closed_park_and_a_planned_one_are_not_asked_for(park):
    RequestPolicy.objects.create(public_form=True)
    planned = make_park(name="规划中的园区", opened_on=None)
    assert planned.name not in text_of(Client().get("/ask/"))


def test_a_unit_that_is_named_in_the_filter_is_one_of_ones_own_requests(park, other_park, operator, office, sign_in):
    make_request(other_park, office, RequestState.HANDLING, make_unit(name="别处的局"))
    assert "别处的局" not in text_of(sign_in(operator).get("/requests/?state=all"))
