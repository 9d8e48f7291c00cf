"""临时调度 as people use it: from an upload to the merged file, without a script."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.accounts.models import Unit
from guandu.audit.models import AuditEvent
from guandu.audit.words import verb_in_words
from guandu.exchange.writer import TYPE
from targets.models import DispatchReceiver, DispatchTable
from tests.permissions.pages import forms_of
from tests.signing_in import signed_in
from tests.targets.dispatched import GOOD, filed, in_days, made, office_book, receiver_of, sent
from tests.targets.factories import (
    make_leader_person,
    make_office,
    make_operator,
    make_park,
    make_street_person,
    make_unit,
)
from tests.targets.office_tables import book, opened, saved

pytestmark = pytest.mark.django_db
N = None


@pytest.fixture(autouse=True)
def _folder_of_this_test(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def park():
    return make_park()


@pytest.fixture
def operator(park):
    return make_operator()


def xlsx(data: bytes, name: str = "周调度.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, TYPE)


def at(name: str, *keys: int) -> str:
    return reverse(f"targets:{name}", args=keys)


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def form_on(answer, path: str) -> dict:
    """What the browser would send of the form that goes to `path`."""
    forms = [form for form in forms_of(answer.content.decode(), path) if form.path == path]
    return {name: values[0] if len(values) == 1 else values for name, values in forms[-1].sent.items()}


# From the upload to the to-do


def test_an_upload_becomes_a_form_that_waits_at_its_receivers(office, park, operator):
    client = signed_in(office)
    made_ = client.post(at("dispatch-new"), {"file": xlsx(office_book())})
    table = DispatchTable.objects.get()
    assert (made_.status_code, made_.url, table.title) == (302, at("dispatch-columns", table.pk), "园区重点项目周调度表")

    page = client.get(made_.url)
    assert "识别出 <strong>6</strong> 列" in text_of(page)
    said = form_on(page, made_.url)
    assert [said[f"kind-{letter}"] for letter in "ABDE"] == ["numbered", "receiver", "money", "flag"]
    assert said["unit-D"] == "万元"
    corrected = client.post(made_.url, {**said, "kind-E": "choice", "choices-E": "未开工/在建、竣工", "title-C": "项目"})
    assert (corrected.status_code, corrected.url) == (302, at("dispatch-send", table.pk))
    columns = {column.letter: column for column in DispatchTable.objects.get().layout.columns}
    assert (columns["E"].choices, columns["C"].title, columns["F"].is_required) == (("未开工", "在建", "竣工"), "项目", False)

    page = client.get(corrected.url)
    assert "收集 <strong>4</strong> 列：项目、完成投资、是否开工、备注。" in text_of(page)
    due = f"{in_days(3):%Y-%m-%dT%H:%M}"
    done = client.post(corrected.url, {"due_at": due, "takes_many": "many", "groups": ["chain:DIG"], "contact": "王科", "instructions": ""})
    assert (done.status_code, done.url) == (302, at("dispatch-table", table.pk))
    assert "应报 <strong>1</strong> 家，已报 <strong>0</strong> 家，还差 <strong>1</strong> 家。" in text_of(client.get(done.url))

    home = text_of(signed_in(operator).get("/"))
    assert "演示园区P1《园区重点项目周调度表》" in home
    assert at("dispatch-answer", receiver_of(table, park).pk) in home


def test_whoever_the_file_names_is_picked_already_and_a_slip_is_told(office, park):
    table = made(office, office_book([["园区名称", "进度"], ["演示园区 P1", N], ["演示园区P9", N]]))
    page = text_of(signed_in(office).get(at("dispatch-send", table.pk)))
    assert 'name="parks" value="P1" checked' in page
    assert "没有对应到可选的单位或园区，请核对：演示园区P9。" in page


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (book([["没有表头"]]), "表.xlsx", "没有找到表头"),
        (b"%PDF-1.7", "表.xlsx", "文件内容不是 xlsx 工作簿"),
        (office_book(), "表.pdf", "只接收 .xlsx 工作簿"),
    ],
    ids=["no header", "no workbook", "no name of one"],
)
def test_a_file_that_is_no_table_leaves_nothing_behind(office, data, name, sentence):
    assert sentence in text_of(signed_in(office).post(at("dispatch-new"), {"file": xlsx(data, name)}), 422)
    assert not DispatchTable.objects.exists()


def test_another_row_or_sheet_is_guessed_anew(office):
    data = opened(office_book([["附件", "园区"], ["园区", "产值"], ["甲园区", N]]))
    data.create_sheet("表二").append(["街道", "税收"])
    table = made(office, saved(data))
    client, here = signed_in(office), at("dispatch-columns", table.pk)
    page = client.get(f"{here}?sheet=报送表&head=2")
    assert form_on(page, here)["title-B"] == "产值"
    assert "文件里还有工作表“表二”" in text_of(page)
    assert form_on(client.get(f"{here}?sheet=表二&head=1"), here)["title-B"] == "税收"
    refused = text_of(client.get(f"{here}?sheet=报送表&head=30"), 422)
    assert "没有找到表头" in refused
    client.post(here, form_on(page, here))
    assert DispatchTable.objects.get().layout.heads == {"A": "园区", "B": "产值"}


def test_what_is_lacking_before_sending_is_said_at_its_place(office, park):
    table = made(office)
    refused = text_of(signed_in(office).post(at("dispatch-send", table.pk), {"takes_many": "one"}), 422)
    assert '<a href="#id_due_at">请填写报送截止的日期和时间。</a>' in refused
    assert '<a href="#receivers">请选择由谁填报。</a>' in refused
    refused = text_of(signed_in(office).post(at("dispatch-send", table.pk), {"takes_many": "one", "parks": ["P404"]}), 422)
    assert "所选单位不在可选范围内" in refused


# Answering


def test_it_is_filled_in_on_the_page_row_by_row_without_a_script(office, park, operator):
    receiver = receiver_of(sent(office, park), park)
    client, here = signed_in(operator), at("dispatch-answer", receiver.pk)
    page = client.get(here)
    said = form_on(page, here)
    assert {"c-0-C", "c-2-F", "version"} <= set(said)
    assert "c-3-C" not in said
    more = client.post(here, {**said, "c-0-C": "甲", "step": "more"})
    assert more.url == f"{here}?rows=4#row-3"
    said = form_on(client.get(more.url), here)
    assert (said["c-0-C"], said["c-3-C"]) == ("甲", "")
    client.post(here, {**said, "c-1-C": "乙", "c-1-D": "2", "c-1-E": "否", "step": "drop-0"})
    said = form_on(client.get(here), here)
    assert (said["c-0-C"], said["c-0-E"]) == ("乙", "否")
    filed_ = client.post(here, {**said, "step": "file"})
    assert filed_.url == here
    assert "报送 <strong>1</strong> 行" in text_of(client.get(here))
    assert DispatchReceiver.objects.get().answer[0]["D"]["value"] == "2"


def test_errors_stand_at_their_cells_and_what_was_typed_stays(office, park, operator):
    receiver = receiver_of(sent(office, park), park)
    client, here = signed_in(operator), at("dispatch-answer", receiver.pk)
    refused = text_of(client.post(here, {"version": 1, "step": "file", "c-0-C": "甲", "c-0-D": "一百", "c-0-E": "是"}), 422)
    assert '<a href="#c-0-D">第 1 行完成投资：“一百”不是数字' in refused
    assert 'value="一百" aria-label="完成投资 第1行" inputmode="decimal" aria-invalid="true"' in refused
    assert DispatchReceiver.objects.get().state == "waiting"


def test_the_same_page_sent_twice_is_one_answer(office, park, operator):
    receiver = receiver_of(sent(office, park), park)
    client, here = signed_in(operator), at("dispatch-answer", receiver.pk)
    said = {"version": 1, "step": "file", **{f"c-0-{letter}": value for letter, value in GOOD.items()}}
    assert [client.post(here, said).status_code for _ in range(5)] == [302] * 5
    assert "没有重复报送" in text_of(client.get(here))
    assert AuditEvent.objects.filter(verb="dispatch_answer.file", outcome="done").count() == 1


def test_it_is_taken_away_filled_in_and_sent_back(office, park, operator):
    receiver = receiver_of(sent(office, park), park)
    client = signed_in(operator)
    taken = client.get(at("dispatch-workbook", receiver.pk))
    assert "%E6%BC%94%E7%A4%BA%E5%9B%AD%E5%8C%BAP1.xlsx" in taken["Content-Disposition"]
    page = opened(taken.content)
    page["报送表"]["C4"], page["报送表"]["D4"] = "甲", "一百"
    upload = at("dispatch-upload", receiver.pk)
    refused = text_of(client.post(upload, {"file": xlsx(saved(page), "填好.xlsx")}), 422)
    assert "文件中有 2 处需要改正" in refused
    assert '<th scope="row" class="nowrap">报送表!D4</th>' in refused
    page["报送表"]["D4"], page["报送表"]["E4"] = 100, "是"
    assert client.post(upload, {"file": xlsx(saved(page), "填好.xlsx")}).url == at("dispatch-answer", receiver.pk)
    shown = text_of(client.get(at("dispatch-answer", receiver.pk)))
    assert "上传文件报送 <strong>1</strong> 行" in shown
    kept = DispatchReceiver.objects.get().workbook
    assert client.get(f"/files/{kept.pk}/").status_code == 200


def test_without_a_file_the_upload_says_so(office, park, operator):
    receiver = receiver_of(sent(office, park), park)
    assert "请选择文件。" in text_of(signed_in(operator).post(at("dispatch-upload", receiver.pk), {}), 422)


def test_the_sender_reads_an_answer_and_changes_nothing_in_it(office, park, operator):
    table = sent(office, park)
    filed(table, park, operator)
    here = at("dispatch-answer", receiver_of(table, park).pk)
    client = signed_in(office)
    shown = text_of(client.get(here))
    assert "标准厂房二期" in shown
    assert 'name="step"' not in shown
    assert client.post(here, {"step": "save", "version": 2}).status_code == 403


def test_what_others_were_asked_does_not_exist(office, park, operator):
    other, foreign = make_park("P2"), make_operator("P2")
    table = sent(office, park, other)
    client = signed_in(foreign)
    for name in ("dispatch-answer", "dispatch-workbook"):
        assert client.get(at(name, receiver_of(table, park).pk)).status_code == 404
    assert client.get(at("dispatch-table", table.pk)).status_code == 403
    assert client.get(f"/files/{table.workbook_id}/").status_code == 404
    assert signed_in(make_leader_person()).get(at("dispatch")).status_code == 403


def test_a_table_wider_than_a_page_can_hold_goes_by_workbook(office, park, operator):
    rows = [["园区", *(f"指标{n}" for n in range(1, 31))]]
    table = sent(office, park, data=office_book(rows))
    filed(table, park, operator, *({"B": str(n), **dict.fromkeys("CDEFGHIJKLMNOPQRSTUVWXYZ", "1"),
                                    **{f"A{letter}": "1" for letter in "ABCDE"}} for n in range(120)))
    shown = text_of(signed_in(operator).get(at("dispatch-answer", receiver_of(table, park).pk)))
    assert "内容较多，请用“下载表格填写”" in shown


# Chasing and merging


def test_the_merged_file_and_the_list_of_the_missing_are_taken_and_the_trail_knows(office, park, operator):
    table = sent(office, park, make_park("P2"))
    filed(table, park, operator)
    client = signed_in(office)
    assert "data-copy=\"ready-text\"" in text_of(client.get(at("dispatch-table", table.pk)))
    whole = client.post(at("dispatch-merged", table.pk))
    assert opened(whole.content)["报送表"]["C4"].value == "标准厂房二期"
    listed = client.post(at("dispatch-missing", table.pk))
    rows = [[cell.value for cell in row] for row in opened(b"".join(listed.streaming_content)).active.iter_rows()]
    assert rows[0][0].startswith("工作调度用，不作为统计数据对外发布。内部资料。office（office）于 ")
    assert rows[2][1:3] == ["演示园区P2", "待填"]
    done = AuditEvent.objects.filter(verb__in=["dispatch.export", "dispatch.export_missing"]).order_by("seq")
    assert [(each.verb, each.object_name) for each in done] == [
        ("dispatch.export", "园区重点项目周调度表汇总表，1 家"), ("dispatch.export_missing", "园区重点项目周调度表未报名单，1 家"),
    ]  # fmt: skip


def test_chasing_extending_closing_and_opening_again_from_the_page(office, park, operator):
    table = sent(office, park)
    client, here = signed_in(office), at("dispatch-table", table.pk)
    assert "已向 1 家未报单位发出站内催报。" in text_of(client.post(at("dispatch-urge", table.pk), follow=True))
    assert "今天都已催报过。" in text_of(client.post(at("dispatch-urge", table.pk), follow=True))
    assert "已经过去，请改为以后的时间" in text_of(client.post(at("dispatch-extend", table.pk), {"due_at": "2020-01-01T18:00"}), 422)
    assert "请填写日期和时间" in text_of(client.post(at("dispatch-extend", table.pk), {"due_at": "明天"}), 422)
    due = f"{in_days(9):%Y-%m-%d}"
    assert "报送截止已改为" in text_of(client.post(at("dispatch-extend", table.pk), {"due_at": f"{due}T18:00"}, follow=True))
    assert f"{due} 18:00" in text_of(client.get(here))
    assert "已收回" in text_of(client.post(at("dispatch-close", table.pk), follow=True))
    assert "data-copy=" not in text_of(client.get(here))
    assert "已重新开放" in text_of(client.post(at("dispatch-reopen", table.pk), {"due_at": f"{due}T18:00"}, follow=True))
    again = client.post(at("dispatch-copy", table.pk))
    assert 'name="parks" value="P1" checked' in text_of(client.get(again.url))


def test_a_table_already_sent_is_not_shaped_or_sent_again(office, park):
    table = sent(office, park)
    client = signed_in(office)
    for name in ("dispatch-columns", "dispatch-send"):
        assert client.get(at(name, table.pk)).url == at("dispatch-table", table.pk)
    said = {"takes_many": "one", "parks": ["P1"], "due_at": f"{in_days(3):%Y-%m-%dT%H:%M}"}
    again = client.post(at("dispatch-send", table.pk), said, follow=True)
    assert "已下发，不能再改" in text_of(again)
    assert table.receivers.count() == 1


@pytest.mark.parametrize("verb", [
    "create", "shape", "send", "urge", "extend", "close", "reopen", "copy", "export", "export_missing",
])  # fmt: skip
def test_the_trail_says_it_in_words(verb):
    assert "调度" in verb_in_words(f"dispatch.{verb}")


# The number of queries does not grow with the rows


@pytest.mark.parametrize("who", ["office", "operator"])
def test_the_list_asks_as_much_for_three_as_for_one(office, park, operator, who):
    client = signed_in({"office": office, "operator": operator}[who])
    counts = []
    for more in (1, 2):
        for _ in range(more):
            sent(office, park)
        with CaptureQueriesContext(connection) as asked:
            assert text_of(client.get(at("dispatch"))).count("园区重点项目周调度表") == len(DispatchTable.objects.all())
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", ["dispatch-table", "dispatch-merged", "dispatch-missing", "home"])
def test_a_page_asks_as_much_for_three_receivers_as_for_one(office, park, operator, page):
    make_street_person()
    client = signed_in(operator if page == "home" else office)
    others = [make_park("P2"), make_unit("U-ST", Unit.Kind.STREET)]
    counts = []
    for receivers in ([park], [park, *others]):
        table = sent(office, *receivers)
        if page == "home":
            sent(office, park)
        address = "/" if page == "home" else at(page, table.pk)
        ask = client.get if page in {"dispatch-table", "home"} else client.post
        ask(address)
        with CaptureQueriesContext(connection) as asked:
            assert ask(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
