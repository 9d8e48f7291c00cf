"""市监登记比对 on its pages: the bureau's file as it comes, the preview, the streets' answers."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from guandu.accounts.models import Unit
from guandu.core import clock
from guandu.core.errors import Invalid
from parks.forms_comparisons import read_register
from parks.models import Enterprise, RegistryComparison, RegistryFinding
from tests.factories import make_enterprise, make_unit, make_user
from tests.parks.bureau import book, row_of
from tests.parks.codes import code_number
from tests.parks.test_enterprise_pages import PURPOSE, counted, page, sheet_of

pytestmark = pytest.mark.django_db
DAY = "2026-09-30"


def upload(data: bytes, scope: str = "whole") -> dict:
    return {"as_of": DAY, "scope": scope, "file": SimpleUploadedFile("登记.xlsx", data)}


def firm_of(number: int, street: Unit, **fields) -> Enterprise:
    given = {"name": f"企业{number}", "registered_address": f"某路{number}号", "registered_street": street}
    return make_enterprise(code=f"E-{number}", credit_code=code_number(number), **{**given, **fields})


def test_a_bureaus_file_is_read_as_it_comes():
    """A line above the header, other titles, other columns, a code in full width, dates of every kind."""
    header = (
        "序号",
        "企业名称",
        " 社会信用代码 ",
        "经营状态",
        "住所（经营场所）",
        "所属街道",
        "核准日期",
        "法定代表人",
    )
    wide = code_number(1).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    rows = [
        (1, "甲公司", wide, "存续", "某路1号", "金马街道", date(2026, 9, 1), "张三"),
        (2, "乙公司", code_number(2).lower(), "注销", None, None, "2026年9月2日", "李四"),
        (None,) * 8,
        (3, "丙公司", code_number(3), "存续", None, None, "20260903", None),
    ]
    reading = read_register(book(*rows, header=header, before=(("官渡区经营主体名单",),)), "a.xlsx")
    assert [(line.credit_code, line.name, line.changed_on) for line in reading.lines] == [
        (code_number(1), "甲公司", date(2026, 9, 1)),
        (code_number(2), "乙公司", date(2026, 9, 2)),
        (code_number(3), "丙公司", date(2026, 9, 3)),
    ]
    assert reading.lines[0].street == "金马街道"
    assert (reading.faults, set(reading.unread)) == ((), {"序号", "法定代表人"})
    assert reading.seen == len(reading.lines) + reading.at_fault + reading.blank


def test_lines_that_cannot_be_used_are_named_by_their_cell():
    rows = [
        (code_number(1)[:-1] + "@", "甲", "存续", "", "", ""),
        (code_number(2), "", "存续", "", "", ""),
        (code_number(3), "丙", "存续", "", "", "昨天"),
        (code_number(4), "丁", "存续", "", "", ""),
        (code_number(4), "丁", "存续", "", "", ""),
        (code_number(5), "戊", "存续", "", "", ""),
        (code_number(5), "己", "存续", "", "", ""),
        (code_number(6), "庚", "存续", "长" * 151, "", ""),
    ]
    reading = read_register(book(*rows), "a.xlsx")
    assert [line.credit_code for line in reading.lines] == [code_number(4)]
    assert [fault.address for fault in reading.faults] == ["A2", "B3", "F4", "A6", "A7", "A8", "D9"]
    assert code_number(5) in reading.spoiled
    assert (reading.seen, reading.at_fault, reading.blank) == (8, 7, 0)


@pytest.mark.parametrize(
    "header", [("名称", "登记状态"), ("a", "b", "c"), ("统一社会信用代码", "名称", "备注")]
)
def test_a_file_of_another_kind_is_refused(header):
    with pytest.raises(Invalid, match="没有找到登记名单"):
        read_register(book(header=header), "a.xlsx")


def test_the_office_compares_and_the_street_answers(office, street_user, street, sign_in):
    client, theirs = sign_in(office), sign_in(street_user)
    moved, closed, renamed, missing = (firm_of(number, street) for number in range(1, 5))
    data = book(
        row_of(moved, address="新路9号"), row_of(closed, status="注销", on=date(2026, 8, 1)),
        row_of(renamed, name="新名字"), ("坏代码", "某", "存续", "", "", ""),
    )  # fmt: skip
    response = client.post("/enterprises/comparisons/new/", upload(data))
    preview = response.content.decode()
    assert response.status_code == 200, preview
    for words in ("注册地址变动", "已注销或吊销", "名称不一致", "登记中查无", "新路9号", "A5"):
        assert words in preview
    assert RegistryFinding.objects.count() == 0
    ticket = {"ticket": response.context["ticket"]}
    assert client.post("/enterprises/comparisons/confirm/", ticket).status_code == 302
    assert RegistryFinding.objects.count() == 4
    comparison = RegistryComparison.objects.get()
    assert (comparison.rows, comparison.matched, str(comparison.as_of)) == (3, 3, DAY)
    assert "4 处差异待确认" in page(theirs, "/")
    listed = page(theirs, "/enterprises/findings/")
    for firm in (moved, closed, renamed, missing):
        assert firm.name in listed
    _answer(theirs, moved, "confirm")
    _answer(theirs, closed, "confirm", on="2026-08-01")
    _answer(theirs, renamed, "confirm")
    _answer(theirs, missing, "reject", answer="营业执照核对无误")
    for firm in (moved, closed, renamed):
        firm.refresh_from_db()
    assert (moved.registered_address, closed.closed_on, renamed.name) == (
        "新路9号",
        date(2026, 8, 1),
        "企业3",
    )
    assert "0</strong> 处待街道确认" in page(theirs, "/enterprises/findings/")
    _, _, rows = sheet_of(theirs.post("/enterprises/findings/export/?state=", PURPOSE))
    assert len(rows) == 4


def _answer(client, firm: Enterprise, decision: str, **values) -> None:
    finding = firm.registry_findings.get()
    path = f"/enterprises/findings/{finding.pk}/"
    page(client, path)
    assert client.post(path, {"decision": decision, **values}).status_code == 302


def test_a_part_of_the_register_misses_nothing(office, street, sign_in):
    firm_of(1, street)
    response = sign_in(office).post("/enterprises/comparisons/new/", upload(book(), scope="part"))
    assert response.context["outcome"].differences == ()


def test_a_forged_or_foreign_ticket_stores_nothing(office, street, sign_in):
    firm_of(1, street)
    ticket = sign_in(office).post("/enterprises/comparisons/new/", upload(book())).context["ticket"]
    other = sign_in(make_user("office"))
    for wrong in (ticket, ticket[:-3] + "abc", ""):
        assert other.post("/enterprises/comparisons/confirm/", {"ticket": wrong}).status_code == 422
    assert RegistryComparison.objects.count() == 0


def test_a_file_that_cannot_be_read_keeps_the_form(office, sign_in):
    client = sign_in(office)
    assert client.post("/enterprises/comparisons/new/", upload(b"no workbook")).status_code == 422
    assert client.post("/enterprises/comparisons/new/", {"as_of": DAY, "scope": "whole"}).status_code == 422


def finding(street: Unit | None, office, number: int = 1, **fields) -> RegistryFinding:
    comparison = RegistryComparison.objects.create(
        file_name="f",
        file_digest=f"d{number}",
        as_of=DAY,
        rows=1,
        matched=1,
        compared_by=office,
        compared_at=clock.now(),
    )
    firm = make_enterprise(
        credit_code=code_number(number), registered_street=street, name=f"差异企业{number}"
    )
    given = {"kind": "renamed", "ours": firm.name, "theirs": "新名"}
    return RegistryFinding.objects.create(
        comparison=comparison, enterprise=firm, street=street, **{**given, **fields}
    )


@pytest.mark.feature("A12")
def test_a_street_sees_its_own_findings_only(office, street, street_user, operator, sign_in):
    own = finding(street, office)
    other = finding(make_unit(Unit.Kind.STREET), office, 2)
    client = sign_in(street_user)
    listed = page(client, "/enterprises/findings/")
    assert own.enterprise.name in listed
    assert other.enterprise.name not in listed
    assert client.get(f"/enterprises/findings/{other.pk}/").status_code == 404
    assert sign_in(operator).get("/enterprises/findings/").status_code == 403
    assert sign_in(street_user).get("/enterprises/comparisons/").status_code == 403


def test_a_finding_says_what_is_wrong_with_the_answer(office, street, street_user, sign_in):
    row = finding(street, office, kind="closed", ours="存续", theirs="注销")
    client, path = sign_in(street_user), f"/enterprises/findings/{row.pk}/"
    for answer, words in (
        ({"decision": "confirm"}, "请填写日期"),
        ({"decision": "reject"}, "请写明情况"),
        ({}, ""),
    ):
        response = client.post(path, answer)
        assert response.status_code == 422
        assert words in response.content.decode()
    row.refresh_from_db()
    assert row.state == "waiting"


@pytest.mark.parametrize("path", ["/enterprises/findings/", "/enterprises/comparisons/"])
def test_a_page_asks_as_often_for_three_rows_as_for_one(path, office, street, sign_in):
    client = sign_in(office)
    finding(street, office)
    one = counted(client, path)
    finding(street, office, 2)
    finding(street, office, 3)
    assert counted(client, path) == one
