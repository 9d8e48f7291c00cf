"""账号申请: asked by one, opened by another, granted by a third; every step looks again."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from guandu.accounts.actions import batches, users
from guandu.accounts.forms_batches import COLUMNS, SHEET, template
from guandu.accounts.models import AccountBatch, Grant, User
from guandu.accounts.permissions import Permission
from guandu.audit.models import AuditChange, AuditEvent
from guandu.core.errors import Conflict, NotAllowed, NotReady
from guandu.exchange.writer import WrittenColumn, write_workbook
from tests.factories import make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X6")]

STATE = AccountBatch.State


def person(name: str, /, **values: str) -> dict[str, str]:
    given = {"username": name, "name": "新同事", "unit": "本园区运营公司", "role": "园区运营方", "scope": "园区 本园区"}
    return {**given, **values}


def book(*people: dict[str, str], sheet: str = SHEET) -> bytes:
    rows = [[each.get(column.key, "") for column in COLUMNS] for each in people]
    return write_workbook(sheet, [WrittenColumn(c.title, required=c.required) for c in COLUMNS], rows)


def upload(browser, data: bytes, name: str = "申请.xlsx"):
    file = SimpleUploadedFile(name, data)
    return browser.post("/accounts/batches/new/", {"title": "新任填报人员", "document": "〔2026〕3号", "file": file})


def ask(browser, *people: dict[str, str], data: bytes = b"") -> AccountBatch:
    """Upload, look, confirm."""
    page = upload(browser, data or book(*people))
    assert page.status_code == 200, page.context.get("reading").faults if page.context.get("reading") else page.content.decode()
    assert browser.post("/accounts/batches/confirm/", {"ticket": page.context["ticket"]}).status_code == 302
    return AccountBatch.objects.latest("pk")


@pytest.fixture
def desk(sign_in, office, operator):
    return sign_in(office)


@pytest.fixture
def batch(desk) -> AccountBatch:
    return ask(desk, person("zhang.san", seat="A角", staff_no="Y-1"), person("li.si", seat="B角"))


# The way of a batch


def test_three_people_take_a_batch_from_the_workbook_to_working_accounts(batch, sign_in, system_admin, security_admin, park):
    opener, granter = sign_in(system_admin), sign_in(security_admin)
    assert "新任填报人员" in opener.get("/").content.decode()
    page = opener.post(f"/accounts/batches/{batch.pk}/open/")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    slips = page.context["slips"]
    zhang = User.objects.get(username="zhang.san")
    assert zhang.check_password(slips[0].password)
    assert zhang.must_change_password
    assert not zhang.grants_today()
    assert granter.post(f"/accounts/batches/{batch.pk}/grant/").status_code == 302
    zhang = User.objects.get(pk=zhang.pk)
    assert zhang.may(Permission.RETURN_FILE)
    seats = Grant.objects.filter(role="operator", seat__gt="").order_by("seat")
    assert list(seats.values_list("seat", "reason")) == [
        ("A", "〔2026〕3号"), ("B", "〔2026〕3号")
    ]  # fmt: skip
    batch.refresh_from_db()
    assert (batch.state, batch.requested_by_id != batch.created_by_id != batch.granted_by_id) == (STATE.GRANTED, True)


def test_a_password_is_shown_once_and_stored_nowhere(batch, sign_in, system_admin):
    opener = sign_in(system_admin)
    page = opener.post(f"/accounts/batches/{batch.pk}/open/")
    words = [slip.password for slip in page.context["slips"]]
    stored = str(list(AuditChange.objects.values_list("before", "after"))) + str(list(AuditEvent.objects.values_list("reason", flat=True)))
    assert not any(word in stored for word in words)
    again = opener.get(f"/accounts/batches/{batch.pk}/").content.decode()
    assert not any(word in again for word in words)
    assert all(word in page.content.decode() for word in words)
    # The workbook to keep is part of the page itself.
    assert page.context["book"].startswith("data:application/vnd.openxmlformats")


def test_the_second_click_changes_nothing(batch, system_admin, security_admin):
    first = batches.create_accounts(batch=batch, by=system_admin)
    with pytest.raises(NotReady, match="已由.*开户"):
        batches.create_accounts(batch=batch, by=system_admin)
    assert User.objects.get(username="li.si").check_password(first[1].password)
    batches.give_grants(batch=batch, by=security_admin)
    with pytest.raises(NotReady, match="授权办结"):
        batches.give_grants(batch=batch, by=security_admin)
    assert Grant.objects.filter(user__username="li.si").count() == 1


def test_the_same_file_waits_once(desk):
    data = book(person("zhang.san"), person("li.si"))
    ask(desk, data=data)
    page = upload(desk, data)
    answer = desk.post("/accounts/batches/confirm/", {"ticket": page.context["ticket"]})
    assert answer.status_code == 409
    assert "已经申请过" in answer.content.decode()
    assert AccountBatch.objects.count() == 1


def test_lost_slips_are_issued_again_to_those_who_never_signed_in(batch, sign_in, system_admin):
    old = batches.create_accounts(batch=batch, by=system_admin)
    User.objects.filter(username="li.si").update(last_login="2026-01-01T00:00:00Z")
    page = sign_in(system_admin).post(f"/accounts/batches/{batch.pk}/reissue/")
    assert [slip.username for slip in page.context["slips"]] == ["zhang.san"]
    assert not User.objects.get(username="zhang.san").check_password(old[0].password)


# Three people


def test_whoever_asked_neither_opens_nor_grants(batch, office, system_admin, security_admin):
    for step in (batches.create_accounts, batches.give_grants):
        with pytest.raises(NotAllowed):
            step(batch=batch, by=office)
    with pytest.raises(NotAllowed):
        batches.create_accounts(batch=batch, by=security_admin)
    batches.create_accounts(batch=batch, by=system_admin)
    with pytest.raises(NotAllowed):
        batches.give_grants(batch=batch, by=system_admin)


@pytest.mark.parametrize("same", ["created_by", "granted_by"])
def test_the_database_keeps_them_apart(batch, office, system_admin, same):
    AccountBatch.objects.filter(pk=batch.pk).update(created_by=system_admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountBatch.objects.filter(pk=batch.pk).update(**{same: office})
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountBatch.objects.filter(pk=batch.pk).update(granted_by=system_admin)


# What changed meanwhile


def test_a_name_taken_meanwhile_stops_the_opening_with_its_row(batch, sign_in, system_admin):
    users.create(username="LI.SI", name="另一人", unit=make_unit(), by=system_admin)
    page = sign_in(system_admin).post(f"/accounts/batches/{batch.pk}/open/")
    assert page.status_code == 409
    assert "第 3 行" in page.content.decode()
    assert "已被使用" in page.content.decode()
    assert not User.objects.filter(username="zhang.san").exists()


def test_all_are_granted_or_none(batch, system_admin, security_admin):
    batches.create_accounts(batch=batch, by=system_admin)
    users.disable(user=User.objects.get(username="li.si"), by=system_admin)
    with pytest.raises(Conflict, match="第 3 行：账号“li.si”已停用"):
        batches.give_grants(batch=batch, by=security_admin)
    assert not Grant.objects.filter(user__username="zhang.san").exists()


def test_a_batch_is_sent_back_with_words_by_whose_turn_it_is(batch, sign_in, system_admin, security_admin, office):
    path = f"/accounts/batches/{batch.pk}/refuse/"
    assert sign_in(system_admin).post(path, {"reason": " "}).status_code == 422
    assert sign_in(security_admin).post(path, {"reason": "不符"}).status_code == 403
    assert sign_in(system_admin).post(path, {"reason": "人员编号有误"}).status_code == 302
    batch.refresh_from_db()
    assert (batch.state, batch.refusal) == (STATE.REFUSED, "人员编号有误")
    assert "人员编号有误" in sign_in(office).get(f"/accounts/batches/{batch.pk}/").content.decode()
    with pytest.raises(NotReady, match="已由.*退回"):
        batches.create_accounts(batch=batch, by=system_admin)


# What the workbook says


def test_every_fault_is_named_by_its_cell_and_nothing_is_asked_for(desk):
    make_user(username="taken.name", staff_no="Y-9")
    data = book(
        person("good.one"),
        person("坏账号"),
        person("Taken.Name"),
        person("c.d", staff_no="y-9"),
        person("e.f", unit="没有的单位"),
        person("g.h", role="审计管理员", scope="全区"),
        person("i.j", role="园区发展办"),
        person("k.l", scope="园区 没有的"),
        person("m.n", email="不是邮箱"),
        person("twin", name="甲"),
        person("TWIN", name="乙"),
        person("", name="无账号"),
    )
    page = upload(desk, data)
    assert page.status_code == 422
    told = {fault.address: fault.sentence for fault in page.context["reading"].faults}
    assert sorted(told, key=lambda a: (int(a[1:]), a[0])) == [
        "A3", "A4", "C5", "D6", "H7", "I8", "I9", "G10", "A11", "A12", "A13"
    ]  # fmt: skip
    assert "同一个人只设一个账号" in told["C5"]
    assert "三类管理员不经批量申请设立" in told["H7"]
    assert "范围只能是全区" in told["I8"]
    assert "出现了 2 次" in told["A11"]
    reading = page.context["reading"]
    assert (reading.seen, reading.fine, reading.rejected, reading.blank) == (12, 1, 11, 0)
    assert "ticket" not in page.content.decode().replace("ticket\" value=\"\"", "") or not page.context["ticket"]
    assert not AccountBatch.objects.exists()


def test_one_seat_has_one_person(desk, operator, security_admin):
    page = upload(desk, book(person("a.b", seat="A角"), person("c.d", seat="A角"), person("e.f", seat="C角")))
    told = {fault.address for fault in page.context["reading"].faults}
    assert {"J2", "J3"} <= told


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (lambda: book(person("a.b"), sheet="别的表"), "没有工作表“账号申请”"),
        (lambda: book(), "没有填写人员"),
        (lambda: b"<html>", "不是 xlsx"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 .xls"),
    ],
)
def test_a_wrong_file_costs_a_sentence(desk, data, sentence):
    page = upload(desk, data())
    if page.status_code == 200:
        page = desk.post("/accounts/batches/confirm/", {"ticket": page.context["ticket"]})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not AccountBatch.objects.exists()


def test_a_preview_belongs_to_the_person_who_saw_it(desk, sign_in):
    ticket = upload(desk, book(person("a.b"))).context["ticket"]
    other = sign_in(make_user("office"))
    assert other.post("/accounts/batches/confirm/", {"ticket": ticket}).status_code == 422
    assert desk.post("/accounts/batches/confirm/", {"ticket": ticket[:-2]}).status_code == 422
    assert not AccountBatch.objects.exists()


def test_the_template_is_what_is_read_back(desk):
    page = desk.get("/accounts/batches/template/")
    sheet = openpyxl.load_workbook(BytesIO(page.content))[SHEET]
    titles = [str(cell.value).removesuffix("*") for cell in sheet[1]]
    assert titles == [column.title for column in COLUMNS]
    choices = openpyxl.load_workbook(BytesIO(template()))["选项"]
    listed = {cell.value for each in choices.iter_rows() for cell in each}
    assert {"园区 本园区", "园区运营方", "本园区运营公司", "A角"} <= listed
    assert not {"系统管理员", "安全管理员", "审计管理员"} & listed


def test_the_upload_says_what_must_not_be_stored(desk):
    assert "严禁存储、处理、传输国家秘密和工作秘密" in desk.get("/accounts/batches/new/").content.decode()


def test_names_with_leading_signs_stay_text_in_the_slips(desk, system_admin, sign_in):
    batch = ask(desk, person("a.b", name="=1+1"))
    page = sign_in(system_admin).post(f"/accounts/batches/{batch.pk}/open/")
    import base64  # reason: the workbook is part of the page

    data = base64.b64decode(page.context["book"].partition(",")[2])
    cell = openpyxl.load_workbook(BytesIO(data))["账号清单"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
