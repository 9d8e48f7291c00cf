"""A file on its way through the import pages: what is refused before it is read, what is said of its cells,
whose it is, and how long it waits. Shown on the table of parks."""

import base64
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from xlsxwriter.utility import xl_col_to_name

from guandu.accounts.permissions import Permission
from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditChange, AuditEvent
from guandu.core import clock
from guandu.core.actors import Service
from guandu.core.errors import NotAllowed, NotReady
from guandu.exchange import actions, registers
from guandu.exchange.models import Upload
from guandu.exchange.received import harmless_name, receive
from guandu.jobs.models import Job
from guandu.jobs.worker import run_waiting
from parks.exchange.parks import PARKS
from parks.models import Chain, Park
from tests.exchange import workbooks
from tests.exchange.importing import book, confirm, found_at, last, report, upload
from tests.exchange.test_hostile import HOSTILE
from tests.exchange.workbooks import row, sheet, text
from tests.factories import make_park, make_user

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
ROW = {"code": "P-1", "name": "新园区", "chain": "chain-own", "on": "2024-05-01"}
TITLES = [column.title for column in PARKS.resource.columns if not column.shown]
LETTERS = {c.key: xl_col_to_name(n) for n, c in enumerate(c for c in PARKS.resource.columns if not c.shown)}


@pytest.fixture
def desk(office, chain, sign_in):
    return sign_in(office)


def raw(*rows: str, head: list[str] = TITLES, **how) -> bytes:
    """A workbook of parts made by hand, below the right header."""
    cells = "".join(text(f"{xl_col_to_name(n)}1", title) for n, title in enumerate(head))
    return workbooks.book(sheet(row(1, cells) + "".join(rows), **how), names=("园区",))


def written(values: dict[str, object], change=None) -> bytes:
    """A workbook that openpyxl wrote, its cells typed."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = "园区"
    page.append(TITLES)
    for key, value in values.items():
        page[f"{LETTERS[key]}2"] = value
    if change:
        change(made, page)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


# What is refused before it is read


@pytest.mark.feature("X7")
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_costs_a_sentence_and_leaves_nothing(kind, desk):
    page = upload(desk, PARKS, HOSTILE[kind][0]())
    assert page.status_code == 422
    assert page.context["message"].endswith("。") or page.context["errors"]
    assert not Upload.objects.exists()
    assert not Park.objects.exists()


def test_a_page_that_takes_two_kinds_of_file_says_so_and_a_blank_form_is_no_import(office, sign_in):
    desk = sign_in(office)
    other = upload(desk, PARKS, b"text", "园区.txt")
    assert other.status_code == 422
    assert "只接收 .xlsx 工作簿和 .csv 文本" in other.content.decode()
    assert "请选择填好的文件" in upload(desk, PARKS, b"", "园区.csv").content.decode()
    blank = upload(desk, PARKS, PARKS.template(office)).content.decode()
    assert "文件中没有填写内容" in blank
    assert "不必导入" not in blank


SPOOFS = {
    "an old workbook as csv": ("表.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512),
    "a workbook as csv": ("表.csv", workbooks.plain()),
    "html as csv": ("表.csv", b"<html><table></table></html>"),
    "csv with a NUL": ("表.csv", b"a,b\0c\n"),
    "csv with an open quote": ("表.csv", "编码,园区名称\n\"没有收尾".encode()),
    "bytes of no language": ("表.csv", b"\xff\xfe\xfa\xfb"),
    "nothing": ("表.csv", b""),
    "xlsm": ("表.xlsm", workbooks.plain()),
    "two endings": ("表.xlsx.html", workbooks.plain()),
    "pdf": ("表.pdf", b"%PDF-1.4"),
    "a name turned around": ("表.xlsx\u202e.exe", workbooks.plain()),
}


@pytest.mark.feature("X7")
@pytest.mark.parametrize("kind", SPOOFS)
def test_a_file_that_is_not_what_its_name_says_is_refused(kind, desk):
    name, data = SPOOFS[kind]
    page = upload(desk, PARKS, data, name)
    assert page.status_code == 422
    assert not Upload.objects.exists()


@pytest.mark.feature("X7")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/园区.xlsx", "园区.xlsx"),
        ("C:\\新建\\园区.xlsx", "园区.xlsx"),
        ("园\r\n区\u202e.xlsx", "园区.xlsx"),
        ("长" * 300 + ".xlsx", "长" * 115 + ".xlsx"),
    ],
)
def test_a_name_is_kept_as_harmless_text(sent, kept):
    assert harmless_name(sent) == kept


WRONG = {
    "a column of its own": (lambda: raw(head=[*TITLES, "评级"]), "不认识的列：评级（AB 列）"),
    "a column less": (lambda: raw(head=TITLES[:-1]), "表头缺少：说明"),
    "a column twice": (lambda: raw(head=[*TITLES, "说明"]), "表头重复：说明"),
    "another table": (
        lambda: workbooks.book(sheet(row(1, text("A1", "编码"))), names=("别的表",)),
        "没有工作表“园区”（现有：别的表）",
    ),
    "rows that do not add up": (lambda: raw("<!-- <row r='9'> -->"), "两次清点的行数不一致"),
    "a hidden column": (
        lambda: written(ROW, lambda made, page: setattr(page.column_dimensions["B"], "hidden", True)),
        "B 列被隐藏",
    ),
}


@pytest.mark.feature("X7")
@pytest.mark.parametrize("kind", WRONG)
def test_the_wrong_file_is_named_at_once(kind, desk):
    page = upload(desk, PARKS, WRONG[kind][0]())
    assert page.status_code == 422
    assert WRONG[kind][1] in page.context["message"]


def test_a_hidden_sheet_is_refused(desk):
    def hide(made, page):
        made.create_sheet("别的")
        page.sheet_state = "hidden"

    assert "被隐藏" in upload(desk, PARKS, written(ROW, hide)).context["message"]


# What is said of the cells


@pytest.mark.feature("A8")
def test_every_row_is_accepted_rejected_or_blank(desk):
    data = raw(
        row(2, text("A2", "P-2") + text("B2", "甲") + _placed(2)),
        row(3, ""),
        row(4, text("A4", " ")),
        row(5, text("A5", "P-5") + text("B5", "乙") + _placed(5), ' hidden="1"'),
        row(6, text("A6", "P-6") + '<c r="B6"><f>A1</f></c>' + _placed(6)),
        row(7, text("A7", "P-7") + '<c r="B7" t="e"><v>#REF!</v></c>' + _placed(7)),
        row(8, text("A8", "P-8") + text("B8", "丙") + _placed(8)),
        row(9, text("A9", "P-9") + text("B9", "丁_x0007_") + _placed(9)),
        before='<dimension ref="A1:B2"/>',
        after='<mergeCells><mergeCell ref="A8:A9"/></mergeCells>',
    )
    page = upload(desk, PARKS, data)
    told = report(page)
    assert (told.seen, told.accepted, told.rejected, told.blank) == (8, 1, 5, 2)
    assert {cell: sentence[:4] for cell, sentence in found_at(page).items()} == {
        "第 5 行": "这一行被", "B6": "公式没有", "B7": "公式结果", "A8:A9": "请取消合", "B9": "含有无法",
    }  # fmt: skip


def _placed(number: int) -> str:
    """The cells that put a new park into its chain."""
    given = {"chain": "chain-own", "on": "2024-05-01"}
    return "".join(text(f"{LETTERS[key]}{number}", said) for key, said in given.items())


@pytest.mark.feature("A8")
def test_a_row_that_lost_one_cell_is_looked_at_whole(desk):
    page = upload(desk, PARKS, book(PARKS, {"code": "P-1", "carrier": "塔楼", "opened_on": "上个月"}))
    assert len(report(page).groups) == 3


@pytest.mark.feature("A8")
@pytest.mark.parametrize(
    ("key", "value", "stored"),
    [
        ("land_area", 1.1, 110),
        ("land_area", "１２，３４５.６", 1234560),
        ("land_area", 0, 0),
        ("land_area", "—", None),
        ("land_area", "", None),
        ("opened_on", date(2024, 2, 29), date(2024, 2, 29)),
        ("opened_on", "2024/2/29", date(2024, 2, 29)),
        ("opened_on", "2024.02.29", date(2024, 2, 29)),
        ("opened_on", "2024年2月29日", date(2024, 2, 29)),
        ("has_one_stop", "否", False),
        ("has_one_stop", "", None),
        ("aliases", "甲、 乙、", ["甲", "乙"]),
    ],
)
def test_what_a_cell_says_is_what_is_stored(key, value, stored, desk):
    page = upload(desk, PARKS, written({**ROW, key: value}))
    assert report(page).is_fine, found_at(page)
    confirm(desk, last())
    assert getattr(Park.objects.get(code="P-1"), key) == stored


@pytest.mark.feature("A8")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("land_area", "1.234"), ("land_area", "12亩"), ("land_area", "-1"), ("land_area", "5%"), ("land_area", "1e3"),
        ("opened_on", "2023-02-29"), ("opened_on", "20240101"), ("opened_on", 45000), ("opened_on", "1/2/2024"),
        ("has_one_stop", "true"), ("carrier", "building"), ("park_type", "没有的类型"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_at_its_cell(key, value, desk):
    page = upload(desk, PARKS, written({**ROW, key: value}))
    assert set(found_at(page)) <= {f"{LETTERS[key]}2", "第 2 行"}
    assert not report(page).is_fine


@pytest.mark.feature("A8")
@pytest.mark.parametrize("writer", ["xlsxwriter", "openpyxl", "libreoffice", "csv", "csv in GB18030"])
def test_files_of_all_writers_are_read_alike(writer, desk):
    values = {**ROW, "land_area": "1234.5", "opened_on": "2024-05-01", "note": "=SUM(A1:A9)"}
    data, name = {
        "xlsxwriter": lambda: (book(PARKS, values), "表.xlsx"),
        "openpyxl": lambda: (written({**values, "land_area": 1234.5, "opened_on": date(2024, 5, 1), "note": None}, _text), "表.xlsx"),
        "libreoffice": lambda: (base64.b64decode((HERE / "libreoffice.xlsx.txt").read_text()), "表.xlsx"),
        "csv": lambda: (_csv(values).encode("utf-8-sig"), "表.csv"),
        "csv in GB18030": lambda: (_csv(values).encode("gb18030"), "表.CSV"),
    }[writer]()
    page = upload(desk, PARKS, data, name)
    assert (report(page).seen, report(page).new) == (1, 1), found_at(page)
    confirm(desk, last())
    park = Park.objects.get(code="P-1")
    assert (park.name, park.land_area, park.opened_on, park.note) == ("新园区", 123450, date(2024, 5, 1), "=SUM(A1:A9)")


def _text(made, page):
    page[f"{LETTERS['note']}2"].value = "=SUM(A1:A9)"
    page[f"{LETTERS['note']}2"].data_type = "s"


def _csv(values: dict[str, str]) -> str:
    keys = [column.key for column in PARKS.resource.columns if not column.shown]
    return ",".join(TITLES) + "\n" + ",".join(values.get(key, "") for key in keys) + "\n"


# Whose it is


@pytest.mark.feature("A8")
@pytest.mark.parametrize("missing", ["enter", "change"])
def test_both_rights_are_needed_to_enter_and_to_change(missing, monkeypatch, operator, park, sign_in):
    """An operator holds one of the two; a file may do both, so he may send none."""
    rights = {"enter": Permission.SPACE_EDIT, "change": Permission.SPACE_EDIT, missing: Permission.PARK_EDIT}
    table = replace(PARKS, code="half", **rights)
    monkeypatch.setitem(registers._tables, "half", table)
    client = sign_in(operator)
    assert client.get("/register/import/half/").status_code == 403
    assert upload(client, table, book(PARKS, ROW)).status_code == 403
    received = receive(table, book(PARKS, ROW), "表.xlsx")
    with pytest.raises(NotAllowed):
        actions.look(table=table, rows=received.rows, by=operator)
    with pytest.raises(NotAllowed):
        actions.keep(table=table, file=received, by=operator)
    assert AuditEvent.objects.filter(verb="register.import", outcome="denied").count() == 1


@pytest.mark.feature("A8")
def test_a_right_that_ended_since_the_look_writes_nothing(desk, office):
    upload(desk, PARKS, book(PARKS, ROW))
    office.grants.update(valid_to=clock.today())
    office.forget_grants()
    with pytest.raises(NotAllowed):
        actions.import_rows(upload=last(), by=office)
    assert not Park.objects.exists()


@pytest.mark.feature("A8", "A12")
def test_an_upload_is_its_senders_alone(desk, sign_in):
    upload(desk, PARKS, book(PARKS, ROW))
    colleague = make_user(RoleCode.OFFICE)
    other = sign_in(colleague)
    path = f"/register/uploads/{last().pk}/"
    assert other.get(path).status_code == 404
    assert other.post(f"{path}confirm/").status_code == 404
    assert other.post(f"{path}discard/").status_code == 404
    with pytest.raises(NotAllowed):
        actions.import_rows(upload=last(), by=colleague)


# How many, how long


@pytest.mark.feature("X7")
def test_a_fourth_file_waits_for_one_of_the_three(desk):
    for number in range(3):
        upload(desk, PARKS, book(PARKS, {**ROW, "code": f"P-{number}"}))
    page = upload(desk, PARKS, book(PARKS, ROW))
    assert page.status_code == 409
    assert "已有 3 份文件等待确认" in page.context["message"]
    assert Upload.objects.count() == 3
    desk.post(f"/register/uploads/{last().pk}/discard/")
    assert upload(desk, PARKS, book(PARKS, ROW)).status_code == 200


@pytest.mark.feature("X7")
def test_files_with_faults_do_not_block_the_next_try(desk):
    for _ in range(5):
        assert upload(desk, PARKS, book(PARKS, {"code": "P 1", "name": "园"})).status_code == 200
    assert Upload.objects.filter(state=Upload.State.FAULTY).count() == 1
    assert all(bytes(each.rows) == b"" for each in Upload.objects.all())


@pytest.mark.feature("X7")
def test_no_more_than_so_much_a_day(desk, office):
    upload(desk, PARKS, book(PARKS, ROW))
    Upload.objects.update(file_size=actions.MOST_BYTES_A_DAY, state=Upload.State.DROPPED)
    page = upload(desk, PARKS, book(PARKS, ROW))
    assert (page.status_code, "200 MB" in page.context["message"]) == (409, True)


@pytest.mark.feature("X7")
def test_what_nobody_confirmed_in_time_is_over_and_forgotten(desk, office):
    upload(desk, PARKS, book(PARKS, ROW))
    Upload.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(NotReady, match="已过期"):
        actions.import_rows(upload=last(), by=office)
    assert "确认导入" not in desk.get(f"/register/uploads/{last().pk}/").content.decode()
    with pytest.raises(NotAllowed):
        actions.purge(by=office)
    assert actions.purge(by=Service("housekeeping", "例行清理")) == 1
    assert not Upload.objects.exists()


def test_what_was_written_keeps_its_report_and_not_its_rows(desk):
    upload(desk, PARKS, book(PARKS, ROW))
    confirm(desk, last())
    sent = last()
    assert (bytes(sent.rows), sent.report["new"]) == (b"", 1)
    assert desk.post(f"/register/uploads/{sent.pk}/discard/").status_code == 409
    assert AuditChange.objects.filter(object_type="exchange.upload").exists()


# In the background


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(registers, "INLINE_ROWS", 1)


@pytest.mark.feature("A8")
def test_a_long_file_is_looked_at_and_written_in_the_background(short, desk):
    page = upload(desk, PARKS, book(PARKS, ROW, {**ROW, "code": "P-2", "name": "又一园区"}))
    assert last().state == Upload.State.CHECKING
    assert "正在后台核对" in page.content.decode()
    assert run_waiting() == 1
    assert last().state == Upload.State.READY
    page = confirm(desk, last())
    assert "正在后台写入" in page.content.decode()
    assert not Park.objects.exists()
    assert run_waiting() == 1
    assert last().state == Upload.State.WRITTEN
    assert Park.objects.count() == 2
    assert AuditEvent.objects.get(verb="register.import").actor_key == "office"


@pytest.mark.feature("A8")
def test_faults_found_in_the_background_are_on_the_files_page(short, desk):
    upload(desk, PARKS, book(PARKS, ROW, {"code": "P-2", "name": "园", "land_area": "x"}))
    run_waiting()
    page = desk.get(f"/register/uploads/{last().pk}/")
    assert found_at(page) == {"L3": "“x”不是数字，请只填数字；没有数据请留空"}


@pytest.mark.feature("A8")
def test_a_register_that_moved_before_the_background_wrote_is_shown_again(short, desk):
    upload(desk, PARKS, book(PARKS, ROW, {**ROW, "code": "P-2", "name": "又一园区"}))
    run_waiting()
    confirm(desk, last())
    other = make_park(code="P-2", name="别人登记的", since=date(2024, 5, 1), chain=Chain.objects.get())
    assert other.placements.get().chain.code == "chain-own"
    run_waiting()
    sent = last()
    assert sent.state == Upload.State.READY
    assert "没有导入任何内容" in Job.objects.get(pk=sent.job_number).error
    assert (sent.report["new"], sent.report["changed"]) == (1, 1)
    confirm(desk, sent)
    run_waiting()
    assert Park.objects.get(code="P-2").name == "又一园区"


# The pages


def test_the_list_of_tables_asks_the_same_however_many_files_there_are(desk):
    counts = []
    for number in (1, 3):
        Upload.objects.all().delete()
        for each in range(number):
            upload(desk, PARKS, book(PARKS, {"code": f"P-{each}", "name": "园"}))
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("/register/import/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_somebody_without_a_table_is_told_so(sign_in, leader):
    assert sign_in(leader).get("/register/import/").status_code == 403


def test_a_table_without_files_says_where_to_begin(desk):
    page = desk.get("/register/import/parks/").content.decode()
    assert "这张表还没有上传过文件" in page
    assert "非涉密" in page
    assert desk.post("/register/import/parks/", {}).status_code == 422


def test_the_template_is_taken_back_as_an_empty_file(desk):
    data = desk.get("/register/import/parks/template/").content
    page = upload(desk, PARKS, data, "园区模板.xlsx")
    assert (report(page).seen, report(page).blank, report(page).changes) == (registers.OPEN_ROWS, registers.OPEN_ROWS, 0)
    filled = openpyxl.load_workbook(BytesIO(data))
    for key, said in ROW.items():
        filled["园区"][f"{LETTERS[key]}2"] = said
    stream = BytesIO()
    filled.save(stream)
    assert report(upload(desk, PARKS, stream.getvalue())).new == 1


def test_a_file_of_twenty_megabytes_and_more_is_not_read(desk, monkeypatch):
    monkeypatch.setattr("guandu.exchange.forms.MOST_PACKED", 10)
    page = desk.post("/register/import/parks/", {"file": SimpleUploadedFile("表.xlsx", b"x" * 11)})
    assert page.status_code == 422
    assert "超过 20 MB" in page.content.decode()
