"""Lists of who counts elsewhere, claims and their settling, and a street's own page."""

from datetime import date

import pytest

from guandu.accounts.models import Unit
from guandu.accounts.roles import RoleCode
from guandu.core import clock
from parks.models import Attribution, AttributionClaim, Enterprise, Tenancy
from tests.factories import make_enterprise, make_park, make_unit, make_user
from tests.parks.test_enterprise_pages import PURPOSE, counted, page, sheet_of

pytestmark = pytest.mark.django_db
SINCE = date(2024, 1, 1)


@pytest.fixture(autouse=True)
def _today(settings, monkeypatch):
    monkeypatch.setattr("guandu.core.clock.today", lambda: date(2026, 9, 10))


def counts(firm: Enterprise, kind: str = "tax", **place) -> Attribution:
    given = place or {"elsewhere": "盘龙区"}
    return Attribution.objects.create(enterprise=firm, kind=kind, valid_from=SINCE, **given)


def claim(firm: Enterprise, street: Unit, user, kind: str = "tax", **fields) -> AttributionClaim:
    given = {"ground": f"{street.name}的理由", "claimed_by": user, "claimed_at": clock.now()}
    return AttributionClaim.objects.create(enterprise=firm, kind=kind, street=street, **{**given, **fields})


def listed(client, path) -> set[str]:
    shown = page(client, path)
    body = shown.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in shown else ""
    names = ("区外", "本区", "未知", "走了", "无园", "外园")
    return {name for name in names if f">{name}<" in body}


@pytest.fixture
def firms(park, other_park, street):
    found = {name: make_enterprise(name=name, park=park) for name in ("区外", "本区", "未知")}
    found["外园"] = make_enterprise(name="外园", park=other_park)
    found["无园"] = make_enterprise(name="无园", registered_street=street)
    found["走了"] = make_enterprise(name="走了")
    Tenancy.objects.create(park=park, enterprise=found["走了"], valid_from=SINCE, valid_to=date(2026, 9, 1))
    for name in ("区外", "外园", "无园", "走了"):
        counts(found[name])
    counts(found["本区"], street=street)
    Attribution.objects.create(
        enterprise=found["未知"], kind="tax", elsewhere="盘龙区", valid_from=SINCE, valid_to=date(2026, 9, 10)
    )
    return found


def test_tenants_that_count_outside_are_listed_and_unknown_ones_apart(firms, office, street_user, sign_in):
    client = sign_in(office)
    assert listed(client, "/enterprises/outside/tax/") == {"区外", "外园"}
    assert listed(client, "/enterprises/outside/tax/?tab=unknown") == {"未知"}
    assert listed(client, "/enterprises/outside/statistics/") == set()
    assert listed(client, "/enterprises/outside/statistics/?tab=unknown") == {"区外", "本区", "未知", "外园"}
    assert listed(client, "/enterprises/outside/tax/?park=park-other") == {"外园"}
    assert listed(sign_in(street_user), "/enterprises/outside/tax/") == {"区外"}
    assert client.get("/enterprises/outside/colour/").status_code == 404
    assert client.get("/enterprises/outside/tax/?tab=colour").status_code == 404


@pytest.mark.feature("A12", "A17")
def test_the_file_of_who_counts_outside_is_the_list(firms, office, operator, sign_in):
    path = "/enterprises/outside/tax/export/"
    mark, header, rows = sheet_of(sign_in(office).post(path, PURPOSE))
    assert {(row[0], row[header.index("归属地")]) for row in rows} == {("区外", "盘龙区"), ("外园", "盘龙区")}
    _, _, rows = sheet_of(sign_in(operator).post(path, PURPOSE))
    assert [row[0] for row in rows] == ["区外"]
    _, header, rows = sheet_of(sign_in(office).post(f"{path}?tab=unknown", PURPOSE))
    assert [(row[0], row[header.index("归属地")]) for row in rows] == [("未知", "待核")]


def test_a_claim_is_disputed_when_another_street_claims_or_counts_the_firm(
    firms, street, street_user, office, sign_in
):
    rival = make_unit(Unit.Kind.STREET, name="邻街道")
    claim(firms["区外"], street, street_user)
    claim(firms["区外"], rival, office)
    claim(firms["本区"], rival, office)
    claim(firms["未知"], street, street_user)
    claim(
        firms["无园"],
        street,
        street_user,
        state="refused",
        settled_by=office,
        settled_at=clock.now(),
        answer="不符",
    )
    client = sign_in(office)
    assert listed(client, "/enterprises/claims/") == {"区外", "本区"}
    assert listed(client, "/enterprises/claims/?tab=other") == {"未知"}
    assert listed(client, "/enterprises/claims/?tab=settled") == {"无园"}
    _, _, rows = sheet_of(client.post("/enterprises/claims/export/", PURPOSE))
    assert sorted(row[0] for row in rows) == ["区外", "区外", "本区"]
    assert "4 项企业归属主张待确认" in page(client, "/")
    assert "归属主张待确认" not in page(sign_in(street_user), "/")


def test_a_street_claims_and_withdraws_on_its_pages(firms, street, street_user, sign_in):
    client, firm = sign_in(street_user), firms["区外"]
    path = f"/enterprises/{firm.code}/claim/"
    page_of(client.post(path, {"kind": "tax", "street": street.pk, "ground": "   "}), 422)
    other = make_unit(Unit.Kind.STREET)
    assert client.post(path, {"kind": "tax", "street": other.pk, "ground": "理由"}).status_code == 422
    assert (
        client.post(path, {"kind": "tax", "street": street.pk, "ground": "税务登记在此"}).status_code == 302
    )
    row = AttributionClaim.objects.get()
    assert (row.street, row.ground, row.claimed_by) == (street, "税务登记在此", street_user)
    assert "正在等待确认" in page_of(
        client.post(path, {"kind": "tax", "street": street.pk, "ground": "再提"}), 422
    )
    assert client.post(f"/enterprises/claims/{row.pk}/withdraw/").status_code == 302
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert client.post(f"/enterprises/claims/{row.pk}/withdraw/").status_code == 409


def page_of(response, status: int) -> str:
    assert response.status_code == status
    return response.content.decode()


def test_the_office_settles_on_its_page(firms, street, street_user, office, sign_in):
    row = claim(firms["区外"], street, street_user)
    client, path = sign_in(office), f"/enterprises/claims/{row.pk}/settle/"
    assert "盘龙区" in page(client, path)
    assert "自何日起" in page_of(client.post(path, {"upheld": "yes"}), 422)
    assert "写明意见" in page_of(client.post(path, {"upheld": "no"}), 422)
    assert client.post(path, {"upheld": "yes", "on": "2026-07-01"}).status_code == 302
    assert list(firms["区外"].attributions.values_list("street__code", "valid_to").order_by("valid_from")) == [
        (None, date(2026, 7, 1)), ("street-own", None),
    ]  # fmt: skip
    assert client.post(path, {"upheld": "yes", "on": "2026-07-01"}).status_code == 409
    assert sign_in(street_user).get(path).status_code == 403


def test_the_office_attributes_on_the_firms_page(firms, street, office, sign_in):
    client, firm = sign_in(office), firms["未知"]
    path = f"/enterprises/{firm.code}/attribute/"
    assert client.post(path, {"kind": "tax", "on": "2026-09-10"}).status_code == 422
    assert "重叠" in page_of(client.post(path, {"kind": "tax", "on": "2024-06-01", "street": street.pk}), 422)
    assert client.post(path, {"kind": "tax", "on": "2026-09-10", "street": street.pk}).status_code == 302
    assert "税收归属：本街道" in page(client, f"/enterprises/{firm.code}/")


# A street's own page


@pytest.fixture
def moves(park, other_park, street):
    second = make_park(name="本街道第二园区", street=street)
    for name, first, last, where in (
        ("新来", date(2026, 8, 1), None, park),
        ("上季来", date(2026, 6, 30), None, park),
        ("下季来", date(2026, 10, 1), None, park),
        ("走掉", SINCE, date(2026, 7, 1), park),
        ("上季走", SINCE, date(2026, 6, 30), park),
        ("外面来", date(2026, 8, 1), None, other_park),
    ):
        firm = make_enterprise(name=name)
        Tenancy.objects.create(park=where, enterprise=firm, valid_from=first, valid_to=last)
    moved = make_enterprise(name="换园")
    Tenancy.objects.create(park=park, enterprise=moved, valid_from=SINCE, valid_to=date(2026, 8, 1))
    Tenancy.objects.create(park=second, enterprise=moved, valid_from=date(2026, 8, 1))


def named_in(client, path) -> set[str]:
    shown = page(client, path)
    body = shown.split("<tbody>")[1] if "<tbody>" in shown else ""
    names = ("新来", "上季来", "下季来", "走掉", "上季走", "外面来", "换园", "区外", "本区", "经营")
    return {name for name in names if f">{name}<" in body}


def test_a_street_sees_who_came_and_who_went_this_quarter(moves, street_user, sign_in):
    client = sign_in(street_user)
    assert named_in(client, "/enterprises/street/") == {"新来"}
    assert named_in(client, "/enterprises/street/?tab=out") == {"走掉"}
    assert named_in(client, "/enterprises/street/?period=2026Q2") == {"上季来"}
    assert named_in(client, "/enterprises/street/?tab=out&period=2026Q2") == {"上季走"}
    _, header, rows = sheet_of(client.post("/enterprises/street/export/?tab=out", PURPOSE))
    assert [(row[0], row[header.index("离园日期")]) for row in rows] == [("走掉", "2026-07-01")]


@pytest.mark.feature("A12")
def test_a_street_asks_about_itself_and_the_office_about_any(moves, street_user, operator, office, sign_in):
    client = sign_in(street_user)
    assert client.get("/enterprises/street/?street=street-other").status_code == 404
    assert "外街道" not in page(client, "/enterprises/street/")
    assert named_in(sign_in(office), "/enterprises/street/?street=street-other") == {"外面来"}
    assert sign_in(operator).get("/enterprises/street/").status_code == 403


def test_firms_that_count_elsewhere(firms, street, street_user, sign_in):
    works = make_enterprise(name="经营", operating_street=street)
    rival = make_unit(Unit.Kind.STREET, name="邻街道")
    counts(works, "statistics", street=rival)
    client = sign_in(street_user)
    assert named_in(client, "/enterprises/street/?tab=elsewhere") == {"区外", "经营"}
    _, header, rows = sheet_of(client.post("/enterprises/street/export/?tab=elsewhere", PURPOSE))
    assert {(row[0], row[3], row[4]) for row in rows} == {
        ("区外", "税收归属", "盘龙区"),
        ("经营", "统计归属", "邻街道"),
    }


@pytest.mark.parametrize(
    "path", ["/enterprises/claims/", "/enterprises/street/", "/enterprises/street/?tab=elsewhere"]
)
def test_a_page_asks_as_often_for_three_rows_as_for_one(path, park, street, street_user, sign_in):
    client = sign_in(street_user)

    def add() -> None:
        rival = make_user(RoleCode.STREET, scope=make_unit(Unit.Kind.STREET))
        firm = make_enterprise(park=park, since=date(2026, 8, 1))
        counts(firm)
        for unit, user in ((street, street_user), (rival.unit, rival)):
            claim(firm, unit, user)

    add()
    one = counted(client, path)
    add()
    add()
    assert counted(client, path) == one
