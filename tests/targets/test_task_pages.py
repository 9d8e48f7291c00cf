"""The pages of tasks, 批示 and 督办: lists by light, source and unit; one task with the forms of who may use them."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.files.models import Attachment
from targets.actions import task_asking, tasks
from targets.models import Instruction, SupervisionNotice, Task, TaskRule
from tests.factories import make_demonstration, make_unit
from tests.files.made import pdf
from tests.targets.works import closed, give, instructed, on, received, supervised

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D11")]


@pytest.fixture(autouse=True)
def _twelfth_of_october():
    make_demonstration()


@pytest.fixture
def task(department, office):
    return give(office, department)


def text(response) -> str:
    return response.content.decode()


def test_the_list_says_how_many_are_red_and_shows_them_by_light(task, department, department_user, sign_in, office):
    received(task, department_user)
    late = received(give(office, department, title="逾期的任务", due_on=date(2026, 11, 1)), department_user)
    on(date(2026, 11, 2))
    client: Client = sign_in(office)
    page = text(client.get("/tasks/"))
    assert "在办 <strong>2</strong> 项，红灯 <strong>1</strong> 项，黄灯 <strong>1</strong> 项" in page
    red = text(client.get("/tasks/?light=red"))
    assert "逾期的任务" in red
    assert "推进标准厂房建设" not in red
    rows = [each["task"] for each in client.get("/tasks/?sort=light").context["rows"]]
    assert rows == [late, task]
    assert [each["task"] for each in client.get("/tasks/?sort=-light").context["rows"]] == [task, late]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2), ("q=厂房", 1), ("q=RW2026-002", 1), ("q=没有的", 0), ("source=meeting", 1), ("source=plan", 0), ("state=open", 2),
        ("state=done", 0), ("unit=dept-own", 1), ("unit=none", 2), ("light=purple", 2), ("sort=title", 2), ("sort=-code", 2),
        ("page=9", 2),
    ],
)  # fmt: skip
def test_the_list_is_filtered_and_what_it_does_not_offer_is_passed_over(query, count, task, sign_in, office):
    give(office, make_unit(name="别的单位"), title="上级督办事项", source="supervision", text="限期整改")
    response = sign_in(office).get(f"/tasks/?{query}")
    assert (response.status_code, len(response.context["rows"])) == (200, count)


def test_a_unit_finds_its_own_and_what_it_owes(task, department_user, street, sign_in, office):
    received(task, department_user)
    client = sign_in(department_user)
    assert len(client.get("/tasks/?mine=mine").context["rows"]) == 1
    assert client.get("/tasks/?mine=lines").context["rows"] == []
    on(date(2026, 10, 28))
    response = client.get("/tasks/?mine=lines")
    assert len(response.context["rows"]) == 1
    assert "有 <strong>1</strong> 项进展等本单位报送" in text(response)
    # The office's filter has no such choice for others' lines.
    assert len(sign_in(office).get("/tasks/?mine=lines").context["rows"]) == 0


@pytest.mark.parametrize("address", ["/tasks/", "/tasks/?mine=lines", "/instructions/", "/supervisions/"])
def test_one_row_or_three_ask_the_database_as_often(
    address, department, department_user, sign_in, office
):
    def more() -> None:
        received(give(office, department), department_user)
        row = instructed(office, department)
        Task.objects.filter(instruction=row).update(due_on=date(2026, 10, 11), first_due_on=date(2026, 10, 11), state="working")
        supervised(office, row.tasks.get(), department)

    more()
    client = sign_in(department_user)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    more()
    more()
    with CaptureQueriesContext(connection) as three:
        assert len(client.get(address).context["rows"]) >= (0 if "lines" in address else 3)
    assert len(three) == len(one)


def test_one_task_asks_the_database_as_often_for_one_line_or_three(task, department_user, sign_in):
    received(task, department_user)
    client, counts = sign_in(department_user), []
    for month, title in (("10", "一"), ("11", "二"), ("12", "三")):
        on(date(2026, int(month), 2))
        tasks.report(task=task, month=f"2026-{month}", text="进展", by=department_user)
        tasks.add_stage(task=task, title=title, due_on=None, by=department_user)
        tasks.note(task=task, text="备注", by=department_user)
        client.get(f"/tasks/{task.pk}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/tasks/{task.pk}/")
        counts.append(len(asked))
    assert len(set(counts)) == 1


def test_the_office_gives_out_a_task_on_its_page(department, sign_in, office):
    client = sign_in(office)
    assert client.get("/tasks/new/").status_code == 200
    sent = {"title": "推进供电", "text": "双回路", "source": "meeting", "due_on": "2026-12-01", "leads": ["dept-own"]}
    refused = client.post("/tasks/new/", {**sent, "leads": [], "due_on": "昨天"})
    assert refused.status_code == 422
    assert "请至少选择一个牵头单位。" in text(refused)
    assert "请填写日期，如 2026-09-30。" in text(refused)
    assert client.post("/tasks/new/", {**sent, "leads": ["nobody"]}).status_code == 422
    assert client.post("/tasks/new/", {**sent, "due_on": "2026-10-01"}).status_code == 422
    response = client.post("/tasks/new/", sent)
    task = Task.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/tasks/{task.pk}/")
    assert "已交办任务 RW2026-001" in text(client.get(response["Location"]))


def test_an_edit_of_what_changed_meanwhile_is_refused(task, sign_in, office):
    client = sign_in(office)
    shown = client.get(f"/tasks/{task.pk}/edit/")
    assert "推进标准厂房建设" in text(shown)
    sent = {"title": "改名", "text": task.text, "source_note": "", "leads": ["dept-own"], "seen": "1"}
    assert client.post(f"/tasks/{task.pk}/edit/", sent).status_code == 302
    refused = client.post(f"/tasks/{task.pk}/edit/", {**sent, "title": "再改名"})
    assert refused.status_code == 409
    assert "这项任务已有变动" in text(refused)


def test_from_receipt_to_acceptance_on_the_page(task, department_user, sign_in, office):
    unit, desk, place = sign_in(department_user), sign_in(office), f"/tasks/{task.pk}/"
    assert "接收任务" in text(unit.get(place))
    assert unit.post(f"{place}receive/").status_code == 302
    assert unit.post(f"{place}line/", {"month": "2026-10", "text": "完成选址"}).status_code == 302
    assert "完成选址" in text(unit.get(place))
    refused = unit.post(f"{place}close/", {"text": "竣工", "done_on": "2026-10-10"})
    assert refused.status_code == 422
    assert Task.objects.get().state == "working"
    file = SimpleUploadedFile("验收.pdf", pdf(), "application/pdf")
    assert unit.post(f"{place}close/", {"text": "竣工", "done_on": "2026-10-10", "file": file}).status_code == 302
    row = task.closings.get()
    assert "验收办结" in text(desk.get(place))
    assert "验收结论" not in text(unit.get(place))
    assert desk.post(f"/tasks/closings/{row.pk}/", {"decision": "yes", "words": ""}).status_code == 422
    assert desk.post(f"/tasks/closings/{row.pk}/", {"decision": "maybe", "words": "备案表"}).status_code == 422
    assert desk.post(f"/tasks/closings/{row.pk}/", {"decision": "yes", "words": "备案表"}).status_code == 302
    assert Task.objects.get().state == "done"
    assert "办结" in text(unit.get(place))


def test_an_extension_on_the_page(task, department_user, sign_in, office):
    received(task, department_user)
    unit, desk, place = sign_in(department_user), sign_in(office), f"/tasks/{task.pk}/"
    assert unit.post(f"{place}extend/", {"new_due_on": "2026-12-01", "reason": "征地"}).status_code == 422
    assert unit.post(f"{place}extend/", {"new_due_on": "2027-01-20", "reason": "征地"}).status_code == 302
    row = task.extensions.get()
    assert desk.post(f"/tasks/extensions/{row.pk}/", {"decision": "no", "words": ""}).status_code == 422
    assert desk.post(f"/tasks/extensions/{row.pk}/", {"decision": "yes", "words": ""}).status_code == 302
    page = text(unit.get(place))
    assert "2027" in page
    assert "原定" in page


def test_stages_notes_and_revoking_on_the_page(task, department_user, sign_in, office):
    unit, desk, place = sign_in(department_user), sign_in(office), f"/tasks/{task.pk}/"
    assert unit.post(f"{place}stage/", {"track": "M0用地调规", "title": "专家评审", "due_on": ""}).status_code == 302
    stage = task.stages.get()
    assert "M0用地调规" in text(unit.get(place))
    future = unit.post(f"/tasks/stages/{stage.pk}/", {"due_on": "2026-11-01", "done_on": "2026-10-20"})
    assert future.status_code == 422
    assert "完成日期还没有到" in text(future)
    assert unit.post(f"/tasks/stages/{stage.pk}/", {"due_on": "2026-11-01", "done_on": ""}).status_code == 302
    assert desk.post(f"{place}note/", {"text": "已约谈"}).status_code == 302
    assert desk.post(f"{place}note/", {"text": ""}).status_code == 422
    assert "已约谈" in text(unit.get(place))
    assert desk.post(f"{place}revoke/", {"reason": ""}).status_code == 422
    assert desk.post(f"{place}revoke/", {"reason": "不再实施"}).status_code == 302
    assert "不再实施" in text(unit.get(place))


def test_others_find_no_task_and_a_leader_has_no_forms(task, street_user, leader, operator, sign_in):
    assert sign_in(street_user).get(f"/tasks/{task.pk}/").status_code == 404
    page = sign_in(leader).get(f"/tasks/{task.pk}/")
    assert page.status_code == 200
    assert page.context["forms"] == {}
    assert sign_in(operator).get("/tasks/").status_code == 403


def test_the_rule_has_its_page(sign_in, office):
    client = sign_in(office)
    assert "超过办结时限，或节点超期 7 天以上，亮红灯" in text(client.get("/tasks/rule/"))
    sent = {"red_after": 3, "stage_red_after": 5, "amber_within": 10, "remind_days": 4, "valid_from": "2026-11-01"}
    assert client.post("/tasks/rule/", {**sent, "red_after": 91}).status_code == 422
    assert client.post("/tasks/rule/", {**sent, "valid_from": "2026-10-11"}).status_code == 422
    assert client.post("/tasks/rule/", sent).status_code == 302
    assert (TaskRule.objects.get().number, TaskRule.objects.get().amber_without_line) == (1, False)
    assert "第 1 版" in text(client.get("/tasks/rule/"))


def test_a_red_task_is_supervised_and_answered_on_the_pages(task, department, department_user, street_user, sign_in, office):
    received(task, department_user)
    desk, unit = sign_in(office), sign_in(department_user)
    sent = {"unit": "dept-own", "text": "倒排工期", "due_on": "2026-12-28"}
    assert desk.post(f"/tasks/{task.pk}/supervise/", sent).status_code == 409
    on(date(2026, 12, 21))
    assert "签发督办通知单" in text(desk.get(f"/tasks/{task.pk}/"))
    assert "推进标准厂房建设" in text(desk.get("/supervisions/"))
    assert desk.post(f"/tasks/{task.pk}/supervise/", {**sent, "unit": "none"}).status_code == 422
    assert desk.post(f"/tasks/{task.pk}/supervise/", sent).status_code == 302
    place = f"/supervisions/{SupervisionNotice.objects.get().pk}/"
    assert "督办〔2026〕1号" in text(unit.get(place))
    assert unit.post(f"{place}answer/", {"text": "已整改"}).status_code == 409
    assert unit.post(f"{place}receive/").status_code == 302
    assert unit.post(f"{place}answer/", {"text": ""}).status_code == 422
    assert unit.post(f"{place}answer/", {"text": "已整改"}).status_code == 302
    assert "已整改" in text(desk.get(place))
    assert sign_in(street_user).get(place).status_code == 404
    assert len(unit.get("/supervisions/?state=answered").context["rows"]) == 1
    assert len(unit.get("/supervisions/?state=issued").context["rows"]) == 0


def test_an_instruction_from_entry_to_its_answer(department, department_user, liaison, leader, street_user, sign_in):
    client = sign_in(liaison)
    assert "涉密文件不得上传" in text(client.get("/instructions/new/"))
    sent = {
        "title": "解决供电", "summary": "抓紧解决", "leader": "张区长", "given_on": "2026-10-09", "due_on": "2026-11-20",
        "units": ["dept-own"],
    }  # fmt: skip
    refused = client.post("/instructions/new/", {**sent, "summary": "机密★1年 抓紧解决"})
    assert refused.status_code == 422
    assert "内容带有密级标志，涉密文件不得上传" in text(refused)
    assert client.post("/instructions/new/", {**sent, "units": []}).status_code == 422
    assert client.post("/instructions/new/", sent).status_code == 302
    place = f"/instructions/{Instruction.objects.get().pk}/"
    assert "涉密文件不得上传" in text(client.get(place))
    assert "1. 本部门：待接收" in text(client.get(place))
    assert client.post(f"{place}send/", {"seen": "1"}).status_code == 409
    assert client.post(f"{place}feedback/", {"text": "", "seen": "1"}).status_code == 422
    assert client.post(f"{place}feedback/", {"text": "已商定方案。", "seen": "1"}).status_code == 302
    assert client.post(f"{place}feedback/", {"text": "别的", "seen": "1"}).status_code == 409
    assert client.post(f"{place}send/", {"seen": "2"}).status_code == 302
    assert "已反馈" in text(sign_in(leader).get("/instructions/"))
    page = text(sign_in(department_user).get(place))
    assert "已商定方案。" in page
    assert "保存反馈稿" not in page
    assert sign_in(street_user).get(place).status_code == 404
    assert sign_in(department_user).get("/instructions/new/").status_code == 403


def test_the_pages_stand_in_the_side_bar(task, department_user, operator, sign_in):
    home = text(sign_in(department_user).get("/"))
    assert all(reverse(f"targets:{name}") in home for name in ("tasks", "instructions", "supervisions"))
    assert reverse("targets:tasks") not in text(sign_in(operator).get("/"))


def test_what_was_closed_opens_its_file_to_who_sees_the_task(task, department_user, street_user, leader, sign_in, office):
    received(task, department_user)
    row = closed(task, department_user)
    address = reverse("files:download", args=[Attachment.objects.get().pk])
    assert sign_in(leader).get(address).status_code == 200
    assert sign_in(street_user).get(address).status_code == 404
    task_asking.accept(closing=row, basis="备案表", by=office)
    assert sign_in(department_user).get(address).status_code == 200
