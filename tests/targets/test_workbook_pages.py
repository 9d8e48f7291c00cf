"""The pages of workbooks: out, back, loaded, handed in for somebody; many at once."""

import errno
import os
import re
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.core import clock
from guandu.core.digests import digest
from guandu.core.errors import Invalid
from guandu.exchange.bundles import bundle_of, bundled, members_of
from guandu.files.models import Attachment
from guandu.jobs import worker
from guandu.jobs.models import Job
from guandu.jobs.worker import run_waiting
from targets.actions import exemptions, returns
from targets.enums import WorkbookState
from targets.models import Return, ReturnLine, ReturnTemplate, ReturnWorkbook, WorkbookBatch
from tests.targets.factories import (
    make_cast,
    make_cycle,
    make_office,
    make_operator,
    make_park,
)
from tests.targets.workbooks import filled_in, fresh, loaded, taken_out

pytestmark = pytest.mark.django_db
GOOD = {"填报!E5": 1000, "填报!F5": 900, "填报!E6": 600, "填报!E7": 30, "填报!E8": 4}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, return_: Return, data: bytes, name: str = "表.xlsx"):
    return client.post(reverse("targets:return-workbook", args=[return_.pk]), {"file": SimpleUploadedFile(name, data)})


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", "", response.content.decode()))


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.mark.feature("B12")
def test_an_operator_takes_it_out_fills_it_in_and_sends_it_back():
    cast = make_cast()
    return_ = cast.draft()
    client = signed_in(cast.operator)
    out = client.get(reverse("targets:return-workbook-file", args=[return_.pk]))
    assert out.headers["Content-Disposition"].endswith(".xlsx")
    sent = upload(client, return_, filled_in(out.content, GOOD))
    assert sent.status_code == 302
    page = client.get(sent.url)
    assert "载入后改动 5 格，现在还没有载入" in text_of(page)
    loaded = client.post(sent.url + "load/")
    assert loaded.url == reverse("targets:return", args=[return_.pk])
    assert fresh(return_).draft.lines.get().values["REV"] == 100000
    again = client.post(sent.url + "load/")
    assert again.status_code == 409
    assert "已载入，不能再载入" in text_of(again)


@pytest.mark.feature("B13")
def test_a_wrong_file_is_answered_on_the_page_and_not_kept():
    cast = make_cast()
    answer = upload(signed_in(cast.operator), cast.draft(), b"PK\x03\x04", "说明.docx")
    assert answer.status_code in {400, 422}
    assert "只接收 .xlsx 工作簿" in text_of(answer)
    assert not ReturnWorkbook.objects.exists()


@pytest.mark.feature("B15")
@pytest.mark.feature("B16")
def test_after_a_faulty_file_the_person_chooses_the_file_or_the_page():
    cast = make_cast()
    return_ = cast.draft()
    client = signed_in(cast.operator)
    sent = upload(client, return_, filled_in(taken_out(return_, cast.operator), {**GOOD, "填报!E5": "<b>壹仟</b>"}))
    page = client.get(sent.url)
    assert "1 处需要改正，现在一格也没有载入" in text_of(page)
    assert "填报!E5" in text_of(page)
    assert b"<b>\xe5" not in page.content
    refused = client.post(sent.url + "load/")
    assert refused.status_code == 422 or refused.status_code == 400
    assert not fresh(return_).draft.lines.get().values
    back = client.post(sent.url + "marked/")
    assert back.status_code == 200
    assert client.post(sent.url + "load/", {"partly": "on"}).status_code == 302
    sheet = client.get(reverse("targets:return", args=[return_.pk]))
    assert "工作簿 填报!E5 没有载入" in text_of(sheet)


def test_a_file_is_given_up():
    cast = make_cast()
    return_ = cast.draft()
    client = signed_in(cast.operator)
    sent = upload(client, return_, filled_in(taken_out(return_, cast.operator), GOOD))
    client.post(sent.url + "drop/")
    assert ReturnWorkbook.objects.get().state == WorkbookState.DROPPED
    assert client.get(sent.url).status_code == 200


# For somebody


def test_the_office_loads_for_somebody_and_hands_it_in_and_another_confirms():
    cast = make_cast(route=[{"step": "confirm", "label": "核定", "by": "园区发展办"}])
    return_ = cast.draft()
    client = signed_in(cast.office)
    sent = upload(client, return_, filled_in(taken_out(return_, cast.office), {**GOOD, "填报!B3": "李四"}))
    page = client.get(sent.url)
    assert 'value="李四"' in page.content.decode()
    assert client.post(sent.url + "load/", {"filled_by": ""}).status_code == 422
    client.post(sent.url + "load/", {"filled_by": "李四", "came_by": "电子邮件"})
    assert "代录报送" in text_of(client.get(sent.url))
    client.post(reverse("targets:return-receive", args=[return_.pk]), {"state": return_.version})
    filed = fresh(return_)
    assert filed.state == "filed"
    assert filed.moves.get().comment == f"填报人李四，电子邮件，由{cast.office.name}代录"
    own = client.post(reverse("targets:return-confirm", args=[return_.pk]), {"state": filed.version})
    assert own.status_code in {302, 403}
    assert fresh(return_).state == "filed"
    other = signed_in(make_office("office2"))
    other.post(reverse("targets:return-confirm", args=[return_.pk]), {"state": filed.version})
    assert fresh(return_).state == "locked"


def test_what_is_not_complete_is_loaded_and_not_handed_in():
    cast = make_cast()
    return_ = cast.draft()
    client = signed_in(cast.office)
    sent = upload(client, return_, filled_in(taken_out(return_, cast.office), {"填报!E5": 5}))
    client.post(sent.url + "load/", {"filled_by": "李四"})
    assert "还不能报送" in text_of(client.get(sent.url))
    client.post(reverse("targets:return-receive", args=[return_.pk]), {"state": return_.version})
    assert fresh(return_).state == "draft"


# Many at once


def three_parks():
    cast = make_cast()
    for code in ("P2", "P3"):
        make_park(code)
        make_operator(code)
    make_cycle("2026Q3", cast.template)
    return cast, list(Return.objects.filter(cycle__period="2026Q3").order_by("park_code"))


def test_all_workbooks_of_a_cycle_go_out_as_one_zip_for_a_purpose():
    cast, rows = three_parks()
    make_park("P4")
    exempt = make_cycle("2026Q1", cast.template).returns.get(park__code="P4")
    Return.objects.filter(pk=exempt.pk).update(cycle=rows[0].cycle)
    exemptions.exempt(return_=fresh(exempt), reason="停产", by=cast.office)
    returns.save(return_=rows[0], cells={"REV": "1"}, by=cast.operator)
    client = signed_in(cast.office)
    url = reverse("targets:workbooks-hand-out", args=[rows[0].cycle_id])
    assert client.post(url, {"purpose": ""}).status_code == 422
    answer = client.post(url, {"purpose": "发给不上门户的园区填报"})
    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as book:
        assert [name[:2] for name in book.namelist()] == ["P2", "P3"]
        assert book.testzip() is None
    page = text_of(client.get(reverse("targets:workbook-batches", args=[rows[0].cycle_id])))
    assert "1 家正在页面上填报，不再发放：演示园区P1" in page
    assert signed_in(cast.operator).post(url, {"purpose": "发给不上门户的园区填报"}).status_code == 403


@pytest.mark.feature("B20")
@pytest.mark.feature("B29")
def test_a_zip_of_returned_workbooks_is_read_loaded_and_handed_in():
    cast, rows = three_parks()
    good = [filled_in(taken_out(row, cast.office), {**GOOD, "填报!B3": f"填报{row.park_code}"}) for row in rows[:2]]
    wrong = filled_in(taken_out(rows[2], cast.office), {**GOOD, "填报!E5": "不详"})
    old = taken_out(cast.draft(), cast.office)
    files = [("一.xlsx", good[0]), ("二.xlsx", good[1]), ("三.xlsx", wrong), ("二（副本）.xlsx", good[1])]
    files += [("旧.xlsx", old), ("说明.txt", b"x")]
    client = signed_in(cast.office)
    url = reverse("targets:workbook-batches", args=[rows[0].cycle_id])
    sent = client.post(url, {"file": SimpleUploadedFile("收回.zip", bundled(files))})
    assert sent.status_code == 302
    assert "正在后台核对" in text_of(client.get(sent.url))
    run_waiting()
    page = text_of(client.get(sent.url))
    assert "共 6 份：待载入 2，有误 1，已载入 0，没有办成 3" in page
    said = dict(WorkbookBatch.objects.get().refused)
    assert "是同一张报表的工作簿" in said["二（副本）.xlsx"]
    assert "不是本期这张报表的" in said["旧.xlsx"]
    assert "只接收 .xlsx" in said["说明.txt"]
    books = list(ReturnWorkbook.objects.filter(state="ready").order_by("return_of__park_code"))
    names = {f"n-{book.pk}": book.report["names"]["preparer"] for book in books}
    nameless = client.post(sent.url + "load/", {"pick": [book.pk for book in books], **dict.fromkeys(names, "")})
    assert nameless.status_code == 422
    client.post(sent.url + "load/", {"pick": [book.pk for book in books], **names, "files": "on", "came_by": "U 盘"})
    run_waiting()
    assert [fresh(row).state for row in rows] == ["filed", "filed", "draft"]
    assert fresh(rows[0]).moves.get().comment.startswith("填报人填报P1，U 盘")


def test_several_files_chosen_together_are_one_batch():
    cast, rows = three_parks()
    client = signed_in(cast.office)
    files = [SimpleUploadedFile(f"{row.park_code}.xlsx", filled_in(taken_out(row, cast.office), GOOD)) for row in rows]
    client.post(reverse("targets:workbook-batches", args=[rows[0].cycle_id]), {"file": files})
    run_waiting()
    batch = WorkbookBatch.objects.get()
    assert (batch.file_count, batch.workbooks.count(), batch.refused) == (3, 3, [])


def test_a_bundle_keeps_chinese_names_and_bounds():
    said = "官渡/一季度.xlsx".encode("gb18030")
    packed = bundled([("x" * len(said), b"1"), ("__MACOSX/x", b""), ("~$一.xlsx", b"")])
    raw = packed.replace(b"x" * len(said), said)  # as programs write it that do not say how they spell
    assert [name for name, _ in members_of(raw)] == ["一季度.xlsx"]
    for data, name, sentence in (
        (b"", "a.zip", "内容不是 zip"),
        (raw, "a.rar", "不是 zip 压缩包"),
        (raw[:-30], "a.zip", "残缺或已损坏"),
        (bundled((f"{n}.xlsx", b"") for n in range(301)), "a.zip", "超过 300 个"),
        (bundled([("[Content_Types].xml", b"")]), "a.zip", "这是一个工作簿"),
        (bundled([]), "a.zip", "内容不是 zip"),
    ):
        with pytest.raises(Invalid, match=sentence):
            bundle_of(data, name)


def test_lists_ask_as_often_for_three_rows_as_for_one():
    cast, rows = three_parks()
    client = signed_in(cast.office)
    cycle = rows[0].cycle_id
    counts = []
    for count in (1, 3):
        files = [(f"{row.park_code}.xlsx", filled_in(taken_out(row, cast.office), GOOD)) for row in rows[:count]]
        sent = client.post(
            reverse("targets:workbook-batches", args=[cycle]), {"file": SimpleUploadedFile("a.zip", bundled(files))}
        )
        run_waiting()
        counts.append([asked(client, page) for page in (sent.url, reverse("targets:workbook-batches", args=[cycle]))])
    for number in (5, 6):
        page = reverse("targets:return-workbook", args=[rows[0].pk])
        upload(client, rows[0], filled_in(taken_out(rows[0], cast.office), {**GOOD, "填报!E5": number}))
        counts[0].append(asked(client, page))
    assert counts[0][2] == counts[0][3]
    assert counts[0][:2] == counts[1]


def asked(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as found:
        client.get(page)
    return len(found)


# The same files under other rules


@pytest.mark.feature("B19")
def test_loaded_files_are_judged_by_another_versions_checks_and_nothing_changes():
    cast, rows = three_parks()
    client = signed_in(cast.office)
    for row, revenue in zip(rows, (1000, 5000, 800), strict=True):
        loaded(filled_in(taken_out(row, cast.office), {**GOOD, "填报!E5": revenue, "填报!E6": 40}), row, cast.office, filled_by="李四")
    template = cast.template
    template.valid_to = "2026Q3"
    template.save()
    rule = {"code": "N1", "severity": "error", "left": "REV", "op": "<=", "right": "REV_LEAD * 100", "message": "营业收入偏大。"}
    newer = ReturnTemplate.objects.get(pk=template.pk)
    newer.pk, newer.code, newer.number, newer.valid_from, newer.valid_to, newer.checks = None, "PARK-Q-2", 2, "2026Q4", "", [rule]
    newer.save(force_insert=True)
    for cell in template.cells.all():
        cell.pk, cell.template = None, newer
        cell.save(force_insert=True)
    before = everything_filed()
    url = reverse("targets:rechecks", args=[rows[0].cycle_id])
    assert client.post(url, {"rules": "x"}).status_code == 422
    sent = client.post(url, {"rules": newer.pk})
    assert "正在后台复核" in text_of(client.get(sent.url))
    run_waiting()
    page = text_of(client.get(sent.url))
    assert "读了 3 份工作簿原件，发现 1 处。没有改动任何数据" in page
    assert "填报!E5错误营业收入偏大。" in page
    assert everything_filed() == before
    older = client.post(url, {"rules": template.pk})
    run_waiting()
    assert "没有发现问题" in text_of(client.get(older.url))


def everything_filed() -> list:
    return [
        *ReturnWorkbook.objects.values_list("pk", "state", "report"),
        *ReturnLine.objects.values_list("pk", "values", "base", "authors"),
        *Return.objects.values_list("pk", "state", "version"),
    ]


@pytest.mark.feature("B19")
def test_the_original_is_kept_with_its_digest_and_fetched_by_who_may(client):
    cast = make_cast()
    return_ = cast.draft()
    data = filled_in(taken_out(return_, cast.operator), GOOD)
    book = loaded(data, return_, cast.operator)
    attachment = Attachment.objects.get(owner_kind="return.workbook", owner_key=book.pk)
    assert (attachment.file.digest, book.file_digest) == (digest(data), digest(data))
    url = reverse("files:download", args=[attachment.pk])
    assert b"".join(signed_in(cast.operator).get(url).streaming_content) == data
    assert signed_in(cast.reviewer).get(url).status_code == 404


@pytest.mark.feature("B20")
def test_a_batch_whose_worker_died_too_often_says_so_and_offers_a_retry():
    cast, rows = three_parks()
    client = signed_in(cast.office)
    files = [SimpleUploadedFile("P1.xlsx", filled_in(taken_out(rows[0], cast.office), GOOD))]
    sent = client.post(reverse("targets:workbook-batches", args=[rows[0].cycle_id]), {"file": files})
    job = Job.objects.get(pk=WorkbookBatch.objects.get().job_number)
    for _ in range(worker.MAX_ATTEMPTS):
        assert worker.claim(job.pk)
        Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))
        worker.reap()
    page = client.get(sent.url)
    assert "任务已搁置，数据没有改动一半" in text_of(page)
    assert reverse("jobs:retry", args=[job.pk]) in page.content.decode()
    client.post(reverse("jobs:retry", args=[job.pk]))
    run_waiting()
    assert "待载入 1" in text_of(client.get(sent.url))


@pytest.mark.feature("B19")
def test_a_full_disk_leaves_no_file_and_no_row_and_says_so(settings, monkeypatch):
    cast = make_cast()
    return_ = cast.draft()
    data = filled_in(taken_out(return_, cast.operator), GOOD)

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        answer = upload(signed_in(cast.operator), return_, data)
    assert answer.status_code == 503
    assert "存储空间不足或不可用" in text_of(answer)
    assert not ReturnWorkbook.objects.exists()
    assert [path for path in settings.FILES_DIR.rglob("*") if path.is_file()] == []
    assert upload(signed_in(cast.operator), return_, data).status_code == 302
