"""企业名录 and 一企一档: scope, filters, paging by key, files, a fixed number of queries."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from guandu.accounts.models import Unit
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.web.keyset import BoundedCount, bounded_count, chunks, key_page
from parks.models import Attribution, AttributionClaim, Enterprise, EnterpriseName, Honour, Tenancy
from tests.factories import (
    make_chain,
    make_enterprise,
    make_honour_kind,
    make_industry,
    make_park,
    make_unit,
)
from tests.parks.codes import code_number

pytestmark = pytest.mark.django_db
SCOPED = ("operator", "department_user", "task_force_user", "street_user", "expert")
PURPOSE = {"purpose": "核对三季度在园企业名单"}


def page(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def counted(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        page(client, path)
    return len(queries)


def sheet_of(response) -> tuple[str, list[str], list[tuple]]:
    """(the mark, the header, the rows) of the file."""
    assert response.status_code == 200, response.content.decode()[-2000:]
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    (mark, *_), header, *rows = sheet.iter_rows(values_only=True)
    return mark, list(header), rows


@pytest.mark.feature("A12")
@pytest.mark.parametrize("role", SCOPED)
def test_each_sees_the_firms_of_his_scope_and_no_others(role, park, other_park, request, sign_in):
    own, other = (
        make_enterprise(park=park, name="本园企业"),
        make_enterprise(park=other_park, name="外园企业"),
    )
    client = sign_in(request.getfixturevalue(role))
    listed = page(client, "/enterprises/")
    assert own.name in listed
    assert other.name not in listed
    assert other_park.name not in listed
    assert own.name in page(client, f"/enterprises/{own.code}/")
    page(client, f"/enterprises/{other.code}/", 404)
    assert own.name in page(client, f"/search/?q={own.name}")
    assert f"/enterprises/{other.code}/" not in page(client, f"/search/?q={other.name}")


@pytest.mark.feature("A12")
def test_an_operator_sees_a_former_tenant_for_its_own_days_only(park, other_park, operator, office, sign_in):
    firm = make_enterprise(name="迁走企业")
    Tenancy.objects.create(park=park, enterprise=firm, valid_from=date(2024, 1, 1), valid_to=date(2025, 1, 1))
    Tenancy.objects.create(park=other_park, enterprise=firm, valid_from=date(2025, 1, 1))
    client = sign_in(operator)
    for path in ("/enterprises/", f"/enterprises/{firm.code}/", "/enterprises/?state=left"):
        shown = page(client, path)
        assert firm.name in shown
        assert other_park.name not in shown
    assert firm.name not in page(client, "/enterprises/?state=in")
    assert firm.name not in page(client, f"/enterprises/?park={other_park.code}").split("<tbody>")[-1]
    _, header, rows = sheet_of(client.post("/enterprises/export/", PURPOSE))
    assert [row[header.index("今日所在园区")] for row in rows] == [None]
    assert other_park.name in page(sign_in(office), f"/enterprises/{firm.code}/")


@pytest.mark.feature("A12")
def test_a_head_office_and_branches_out_of_scope_are_not_named(park, other_park, operator, sign_in):
    head = make_enterprise(park=other_park, name="外园总公司")
    branch = make_enterprise(park=park, name="本园分公司", kind="branch", head_office=head)
    make_enterprise(park=other_park, name="外园分公司", kind="branch", head_office=branch)
    shown = page(sign_in(operator), f"/enterprises/{branch.code}/")
    assert "外园总公司" not in shown
    assert "外园分公司" not in shown
    assert "总公司不在您的工作范围内" in shown


@pytest.mark.feature("A12")
def test_what_streets_claim_is_not_for_operators(park, street, operator, street_user, sign_in):
    firm = make_enterprise(park=park)
    AttributionClaim.objects.create(
        enterprise=firm,
        kind="tax",
        street=street,
        ground="街道的理由",
        claimed_by=street_user,
        claimed_at=clock.now(),
    )
    path = f"/enterprises/{firm.code}/"
    assert "街道的理由" in page(sign_in(street_user), path)
    assert "街道的理由" not in page(sign_in(operator), path)


def world(park, other_park, street):
    """Firms by name, one for each filter."""
    software = make_industry()
    make_honour_kind("hitech", name="高新技术企业")
    firms = {
        "软件": make_enterprise(name="软件", park=park, industry=software, credit_code=code_number(7)),
        "外园": make_enterprise(name="外园", park=other_park, kind="branch"),
        "本街": make_enterprise(name="本街", registered_street=street, credit_code_state="pending"),
        "走了": make_enterprise(name="走了"),
    }
    Tenancy.objects.create(
        park=park, enterprise=firms["走了"], valid_from=date(2024, 1, 1), valid_to=date(2025, 1, 1)
    )
    Honour.objects.create(enterprise=firms["软件"], kind_id="hitech", valid_from=date(2024, 1, 1))
    revoked = {"valid_from": date(2024, 1, 1), "revoked_on": date(2025, 1, 1)}
    Honour.objects.create(enterprise=firms["外园"], kind_id="hitech", **revoked)
    Enterprise.objects.filter(name="软件").update(credit_code_state="verified")
    return firms


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"软件", "外园", "本街", "走了"}),
        ("park=park-own", {"软件"}),
        ("chain=chain-other", {"外园"}),
        ("street=street-own", {"本街"}),
        ("industry=I", {"软件"}),
        ("industry=65", {"软件"}),
        ("honour=hitech", {"软件"}),
        ("kind=branch", {"外园"}),
        ("state=in", {"软件", "外园"}),
        ("state=left", {"走了"}),
        ("state=left&park=park-own", {"走了"}),
        ("state=never", {"本街"}),
        ("code_state=verified", {"软件"}),
        ("q=软", {"软件"}),
        (f"q={code_number(7)[6:12].lower()}", {"软件"}),
        ("q=没有", set()),
    ],
)
def test_filters_narrow_the_list_and_its_file_alike(query, found, park, other_park, street, office, sign_in):
    world(park, other_park, street)
    client = sign_in(office)
    shown = page(client, f"/enterprises/?{query}")
    body = shown.split("<tbody>")[1] if "<tbody>" in shown else ""
    assert {name for name in ("软件", "外园", "本街", "走了") if f">{name}<" in body} == found
    _, _, rows = sheet_of(client.post(f"/enterprises/export/?{query}", PURPOSE))
    assert {row[0] for row in rows} == found


def test_the_code_of_a_firm_finds_it(park, office, sign_in):
    firm = make_enterprise(name="某企业", code="GD-00123", credit_code=code_number(5))
    client = sign_in(office)
    for text in ("GD-001", code_number(5)[4:12], "91530111ma6"):
        assert firm.name in page(client, f"/enterprises/?q={text}").split("<tbody>")[1]
    assert f"/enterprises/{firm.code}/" in page(client, f"/search/?q={code_number(5)[8:]}")


def test_an_empty_register_and_a_filter_that_finds_nothing_say_so(office, sign_in):
    client = sign_in(office)
    shown = page(client, "/enterprises/")
    assert "还没有企业，从这里开始" in shown
    assert "/register/import/enterprises/" in shown
    make_enterprise()
    assert "没有符合条件的企业" in page(client, "/enterprises/?q=没有这个名字")


def fill(number: int, start: int = 0) -> None:
    """Firms with all that a line shows."""
    software = make_industry()
    make_honour_kind()
    for n in range(start, start + number):
        park = make_park(chain=make_chain(), street=make_unit(Unit.Kind.STREET))
        street = make_unit(Unit.Kind.STREET)
        firm = make_enterprise(
            name=f"企业{n:04d}", park=park, industry=software, registered_street=street,
            operating_street=make_unit(Unit.Kind.STREET), credit_code=code_number(n),
        )  # fmt: skip
        Tenancy.objects.create(park=make_park(), enterprise=firm, valid_from=date(2025, 1, 1))
        Honour.objects.create(enterprise=firm, kind_id="hitech", valid_from=date(2024, 1, 1))
        for kind in ("tax", "statistics"):
            Attribution.objects.create(
                enterprise=firm, kind=kind, elsewhere="盘龙区", valid_from=date(2024, 1, 1)
            )


@pytest.mark.parametrize(
    "path", ["/enterprises/", "/enterprises/outside/tax/", "/enterprises/outside/statistics/"]
)
def test_a_list_asks_as_often_for_three_firms_as_for_one(path, office, sign_in):
    client = sign_in(office)
    fill(1)
    one = counted(client, path)
    fill(2, start=1)
    assert counted(client, path) == one


def test_the_profile_asks_as_often_with_three_of_each_as_with_one(park, office, sign_in):
    firm = make_enterprise(park=park)
    client, path = sign_in(office), f"/enterprises/{firm.code}/"

    def add(number: int) -> None:
        year = date(2010 + number, 1, 1)
        until = date(2011 + number, 1, 1)
        Tenancy.objects.create(park=make_park(), enterprise=firm, valid_from=year, valid_to=until)
        EnterpriseName.objects.create(
            enterprise=firm, name=f"曾用名{number}", valid_from=year, valid_to=until
        )
        Attribution.objects.create(
            enterprise=firm, kind="tax", street=make_unit(Unit.Kind.STREET), valid_from=year, valid_to=until
        )
        make_honour_kind(f"h{number}")
        Honour.objects.create(enterprise=firm, kind_id=f"h{number}", valid_from=year)
        make_enterprise(kind="branch", head_office=firm)

    add(1)
    one = counted(client, path)
    add(2)
    add(3)
    assert counted(client, path) == one


def test_the_profile_tells_the_firms_story(park, street, office, leader, sign_in):
    firm = make_enterprise(
        name="今名有限公司", park=park, credit_code="91530111MA6K0000XP", established_on=date(2015, 3, 2)
    )
    EnterpriseName.objects.create(
        enterprise=firm, name="旧名有限公司", valid_from=date(2015, 3, 2), valid_to=date(2020, 5, 6)
    )
    EnterpriseName.objects.create(enterprise=firm, name=firm.name, valid_from=date(2020, 5, 6))
    Attribution.objects.create(
        enterprise=firm, kind="tax", street=street, valid_from=date(2024, 1, 1), document="会议纪要"
    )
    make_honour_kind("hitech", name="高新技术企业")
    Honour.objects.create(
        enterprise=firm, kind_id="hitech", valid_from=date(2024, 6, 1), valid_to=date(2027, 6, 1)
    )
    Honour.objects.create(
        enterprise=firm, kind_id="hitech", valid_from=date(2021, 6, 1), valid_to=clock.today() + timedelta(days=9)
    )
    shown = page(sign_in(office), f"/enterprises/{firm.code}/")
    assert "即将到期" in shown
    assert "名称与变更申请" in shown
    assert "名称和代码</h2>" not in shown
    plain = page(sign_in(leader), f"/enterprises/{firm.code}/")
    assert "名称和代码</h2>" in plain
    assert "旧名有限公司" in plain
    for words in (
        "旧名有限公司", "名称或代码变更为今名有限公司", "入驻本园区", "税收归属：本街道", "会议纪要", "高新技术企业",
        "2015年3月2日", "主体标识码（第 9 至 17 位）校验位不符", "尚未登记行业",
    ):  # fmt: skip
        assert words in shown
    assert shown.count("今名有限公司有限") == 0


# Paging by key


def test_pages_follow_one_another_forth_and_back_without_a_gap(db):
    for number in range(7):
        make_enterprise(name=f"甲{number // 3}")
    rows = Enterprise.objects.all()
    whole = list(rows.order_by("name", "pk"))
    forth, cursor, back = [], "", []
    while True:
        found = key_page(rows, cursor, size=2)
        forth += found.rows
        if not found.next:
            break
        cursor = found.next
    assert forth == whole
    last = found
    while True:
        back = last.rows + back
        if not last.previous:
            break
        last = key_page(rows, last.previous, size=2)
    assert back == whole
    assert [row for part in chunks(rows, size=3) for row in part] == whole


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "bnVsbA", "é", "[" * 40, "W3RydWUsICJhIiwgLTFd", "W3RydWUsIlx1MDAwMCIsMV0"]
)
def test_a_cursor_that_is_none_leads_to_the_start(cursor, office, sign_in):
    make_enterprise(name="唯一企业")
    assert "唯一企业" in page(sign_in(office), f"/enterprises/?after={cursor}")


def test_a_long_list_is_counted_up_to_a_bound(office, sign_in):
    Enterprise.objects.bulk_create(Enterprise(code=f"E-{n}", name=f"企业{n:05d}") for n in range(1005))
    assert bounded_count(Enterprise.objects.all()) == BoundedCount(1000, True)
    client = sign_in(office)
    with CaptureQueriesContext(connection) as queries:
        shown = page(client, "/enterprises/")
    assert "超过 1,000" in shown
    assert "OFFSET" not in " ".join(query["sql"].upper() for query in queries)
    _, _, rows = sheet_of(client.post("/enterprises/export/", PURPOSE))
    assert len({row[1] for row in rows}) == len(rows) == 1005


# Files


@pytest.mark.feature("A17")
def test_a_file_holds_texts_as_texts_and_numbers_as_numbers(park, office, sign_in):
    firm = make_enterprise(
        name='=HYPERLINK("http://x","点")', park=park, registered_address="-1+1", note="@x"
    )
    make_honour_kind()
    Honour.objects.create(enterprise=firm, kind_id="hitech", valid_from=date(2024, 1, 1))
    response = sign_in(office).post("/enterprises/export/", PURPOSE)
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    cells = {header.value: cell for header, cell in zip(sheet[2], sheet[3], strict=True)}
    name, honours = cells["企业名称"], cells["荣誉数"]
    assert (name.value, name.data_type) == ('=HYPERLINK("http://x","点")', "s")
    assert (cells["注册地址"].value, cells["注册地址"].data_type) == ("-1+1", "s")
    assert (honours.value, honours.data_type) == (1, "n")


@pytest.mark.feature("A17")
def test_a_file_says_who_took_it_and_what_for_and_is_recorded(park, office, sign_in):
    make_enterprise(park=park)
    make_enterprise()
    mark, _, rows = sheet_of(sign_in(office).post("/enterprises/export/?state=in", PURPOSE))
    for words in (office.name, "office", PURPOSE["purpose"], "在园情况：在园"):
        assert words in mark
    event = AuditEvent.objects.get(verb="enterprise.export")
    assert (event.reason, event.object_name) == (PURPOSE["purpose"], "企业名录（在园情况：在园），1 行")
    assert len(rows) == 1


@pytest.mark.parametrize("purpose", ["", "  x ", "长" * 101])
def test_without_a_purpose_nothing_leaves(purpose, office, sign_in):
    response = sign_in(office).post("/enterprises/export/", {"purpose": purpose})
    assert response.status_code == 422
    assert "须写明用途" in response.content.decode()
    assert not AuditEvent.objects.filter(verb="enterprise.export").exists()


def test_too_many_firms_are_not_exported_in_part(office, sign_in, monkeypatch):
    monkeypatch.setattr("parks.views.enterprises.MOST", 1)
    monkeypatch.setattr("parks.views.firm_files.MOST", 1)
    make_enterprise()
    client = sign_in(office)
    assert len(sheet_of(client.post("/enterprises/export/", PURPOSE))[2]) == 1
    make_enterprise()
    response = client.post("/enterprises/export/", PURPOSE)
    assert response.status_code == 422
    assert "请先缩小筛选范围" in response.content.decode()


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_of_accounts_have_no_firms(role, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    assert client.get("/enterprises/").status_code == 403
    assert client.post("/enterprises/export/", PURPOSE).status_code == 403
