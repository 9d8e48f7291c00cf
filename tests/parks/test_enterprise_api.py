"""企业 for other systems, and the office's form of a firm in the admin."""

from datetime import date

import pytest
from django.urls import reverse

from guandu.accounts.models import Unit
from parks.actions import enterprises
from parks.api.serializers import EnterpriseSerializer
from parks.models import Attribution, Enterprise, Honour, Tenancy
from tests.admin.test_editing import errors_of, form_of
from tests.factories import make_enterprise, make_honour_kind, make_industry, make_park, make_unit
from tests.parks.codes import code_number
from tests.parks.test_enterprise_pages import counted

pytestmark = pytest.mark.django_db
PATH = "/api/v1/enterprises/"


def codes(client, query: str = "") -> list[str]:
    response = client.get(f"{PATH}{query}")
    assert response.status_code == 200, response.content
    return [row["code"] for row in response.json()["results"]]


def full_firm(park, number: int = 1) -> Enterprise:
    make_honour_kind()
    street = make_unit(Unit.Kind.STREET)
    firm = make_enterprise(
        code=f"E-{number}", park=park, credit_code=code_number(number), industry=make_industry(),
        registered_street=street, operating_street=street, kind="branch", head_office=make_enterprise(park=park),
    )  # fmt: skip
    Attribution.objects.create(enterprise=firm, kind="tax", street=street, valid_from=date(2024, 1, 1))
    Attribution.objects.create(
        enterprise=firm, kind="statistics", elsewhere="盘龙区", valid_from=date(2024, 1, 1)
    )
    Honour.objects.create(enterprise=firm, kind_id="hitech", valid_from=date(2024, 1, 1))
    return firm


@pytest.mark.feature("A12")
@pytest.mark.parametrize("role", ["operator", "department_user", "task_force_user", "street_user", "expert"])
def test_each_reads_the_firms_of_his_scope_and_no_park_of_others(role, park, other_park, request, sign_in):
    own, other = make_enterprise(park=park), make_enterprise(park=other_park)
    Tenancy.objects.create(park=other_park, enterprise=own, valid_from=date(2025, 1, 1))
    Enterprise.objects.filter(pk=own.pk).update(kind="branch", head_office=other)
    client = sign_in(request.getfixturevalue(role))
    response = client.get(PATH)
    assert [row["code"] for row in response.json()["results"]] == [own.code]
    assert other_park.code not in response.content.decode()
    body = client.get(f"{PATH}{own.code}/").json()
    assert (body["head_office_code"], [each["park_code"] for each in body["parks"]]) == (None, [park.code])
    assert client.get(f"{PATH}{other.code}/").status_code == 404
    assert codes(client, f"?park={other_park.code}") == []


def test_a_firm_says_what_the_contract_names(park, office, sign_in):
    firm = full_firm(park)
    body = sign_in(office).get(f"{PATH}{firm.code}/").json()
    assert set(body) == set(EnterpriseSerializer().fields)
    assert (body["credit_code"], body["industry_code"], body["kind_label"]) == (
        code_number(1),
        "65",
        "分支机构",
    )
    assert body["head_office_code"] == firm.head_office.code
    assert [(row["kind"], row["street_code"], row["elsewhere"]) for row in body["attributions"]] == [
        ("statistics", None, "盘龙区"), ("tax", firm.registered_street.code, None),
    ]  # fmt: skip
    assert [row["kind"] for row in body["honours"]] == ["hitech"]
    plain = sign_in(office).get(f"{PATH}{make_enterprise().code}/").json()
    assert (plain["credit_code"], plain["industry_code"], plain["registered_street_code"]) == (
        None,
        None,
        None,
    )


def test_filters_choose_firms_and_pages_follow_one_another(park, office, sign_in):
    firm = full_firm(park)
    client = sign_in(office)
    for query in ("industry=I", "industry=65", f"credit_code={code_number(1).lower()}", "kind=branch"):
        assert codes(client, f"?{query}") == [firm.code], query
    assert codes(client, f"?street={firm.registered_street.code}") == [firm.code]
    assert codes(client, f"?park={park.code}") == sorted(Enterprise.objects.values_list("code", flat=True))
    first = client.get(f"{PATH}?limit=1").json()
    assert len(client.get(first["next"]).json()["results"]) == 1
    assert client.get(f"{PATH}?colour=red").status_code == 400


def test_as_many_queries_for_three_firms_as_for_one(park, office, sign_in):
    client = sign_in(office)
    full_firm(park)
    one = counted(client, PATH)
    full_firm(make_park(), 2)
    full_firm(make_park(), 3)
    assert counted(client, PATH) == one


# In the officials' admin


@pytest.mark.feature("A18")
def test_a_stale_firm_shows_the_others_change_and_keeps_what_was_typed(office, sign_in):
    firm, client = make_enterprise(), sign_in(office)
    path = reverse("admin:parks_enterprise_change", args=[firm.pk])
    opened = form_of(client, path)
    enterprises.update(enterprise=firm, values={"registered_address": "甲路 1 号"}, by=office)
    response = client.post(path, {**opened, "registered_address": "乙路 2 号"})
    assert "注册地址：现为“甲路 1 号”，您填的是“乙路 2 号”。" in errors_of(response)
    firm.refresh_from_db()
    assert firm.registered_address == "甲路 1 号"


@pytest.mark.feature("A6")
def test_the_office_corrects_a_name_with_a_reason_and_hears_of_an_odd_code(office, sign_in):
    firm, client = make_enterprise(name="错名"), sign_in(office)
    path = reverse("admin:parks_enterprise_change", args=[firm.pk])
    assert "请写明订正原因" in errors_of(client.post(path, {**form_of(client, path), "name": "对名"}))
    given = {
        **form_of(client, path),
        "name": "对名",
        "reason": "录入笔误",
        "credit_code": " 91530111ma6k0000xp ",
    }
    response = client.post(path, given, follow=True)
    firm.refresh_from_db()
    assert (firm.name, firm.credit_code) == ("对名", "91530111MA6K0000XP")
    assert "第 9 至 17 位" in response.content.decode()
