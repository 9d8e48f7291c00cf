"""The list of parks and 一园一档: scope, filters, what is shown, a fixed number of queries."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.accounts.models import Unit
from parks.enums import Carrier, TitleLevel, TitleState
from parks.models import Park, ParkType, Placement, Title
from tests.factories import (
    make_area,
    make_chain,
    make_demonstration,
    make_enterprise,
    make_figure,
    make_indicator,
    make_park,
    make_unit,
)

pytestmark = pytest.mark.django_db
LONG = "昆明市官渡区金马街道凉亭片区数字经济与总部基地融合创新发展示范产业园区二期拓展区"
SCOPED = ("operator", "department_user", "task_force_user", "street_user", "expert")


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def counted(client, path):
    with CaptureQueriesContext(connection) as queries:
        page(client, path)
    return len(queries)


@pytest.mark.feature("A12")
@pytest.mark.parametrize("role", SCOPED)
def test_each_sees_the_parks_of_his_scope_and_no_others(role, park, other_park, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    listed = page(client, "/parks/")
    assert park.name in listed
    assert other_park.name not in listed
    assert client.get(f"/parks/{park.code}/").status_code == 200
    assert client.get(f"/parks/{other_park.code}/").status_code == 404


@pytest.mark.parametrize("role", SCOPED)
def test_filters_offer_only_what_stands_in_the_persons_scope(role, park, other_park, request, sign_in):
    listed = page(sign_in(request.getfixturevalue(role)), "/parks/")
    assert "本链" in listed
    assert "外链" not in listed
    assert "外街道" not in listed


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_of_accounts_have_no_parks(role, park, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    assert client.get("/parks/").status_code == 403
    assert client.get(f"/parks/{park.code}/").status_code == 403


def test_a_park_that_moved_is_seen_by_its_present_street_only(park, street_user, sign_in):
    assert sign_in(street_user).get(f"/parks/{park.code}/").status_code == 200
    old = park.placements.get()
    Placement.objects.filter(pk=old.pk).update(valid_to=date(2026, 1, 1))
    new_street = make_unit(Unit.Kind.STREET)
    Placement.objects.create(park=park, chain=old.chain, street=new_street, valid_from=date(2026, 1, 1))
    assert sign_in(street_user).get(f"/parks/{park.code}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("chain=chain-own", {"本园区"}),
        ("street=street-other", {"外园区"}),
        ("name=外园", {"外园区"}),
        ("state=planned", {"规划园区"}),
        ("state=closed", {"旧园区"}),
        ("state=open", {"本园区", "外园区"}),
        ("state=open&chain=chain-other", {"外园区"}),
    ],
)
def test_filters_narrow_the_list(query, found, park, other_park, office, sign_in):
    chain = make_chain(code="chain-third")
    make_park(name="规划园区", chain=chain, opened_on=None)
    make_park(name="旧园区", chain=chain, opened_on=date(2020, 1, 1), closed_on=date(2025, 1, 1))
    listed = page(sign_in(office), f"/parks/?{query}")
    body = listed[listed.index("<tbody>") :]
    assert {name for name in ("本园区", "外园区", "规划园区", "旧园区") if f">{name}<" in body} == found


def test_a_filter_that_finds_nothing_says_so(park, office, sign_in):
    assert "没有符合条件的园区" in page(sign_in(office), "/parks/?name=没有这个名字")


def test_an_empty_register_says_where_to_begin_or_whom_to_ask(office, leader, sign_in):
    shown = page(sign_in(office), "/parks/")
    assert "还没有园区，从这里开始" in shown
    assert "/register/import/parks/" in shown
    assert "请联系园区发展办核对授权" in page(sign_in(leader), "/parks/")


def fill(number):
    """Parks with all that a row shows."""
    for n in range(number):
        park = make_park(
            name=f"园区{n}", street=make_unit(Unit.Kind.STREET), department=make_unit(), area=make_area(),
            operator=make_unit(Unit.Kind.OPERATOR), carrier=Carrier.BUILDING,
        )  # fmt: skip
        Title.objects.create(park=park, level=TitleLevel.CITY, name="文化产业园区", state=TitleState.APPLIED)


def test_the_list_asks_as_often_for_three_parks_as_for_one(office, sign_in):
    client = sign_in(office)
    fill(1)
    one = counted(client, "/parks/")
    fill(2)
    assert counted(client, "/parks/") == one


def test_the_profile_asks_as_often_with_three_of_each_as_with_one(park, office, sign_in):
    client, path = sign_in(office), f"/parks/{park.code}/"
    indicator = make_indicator(code="REV")

    def add(number, year):
        make_enterprise(park=park)
        Title.objects.create(park=park, level=TitleLevel.CITY, name=f"称号{number}", state=TitleState.CANDIDATE)
        make_figure(indicator if number == 1 else make_indicator(), f"{year}Q1-3", park, value="1")

    add(1, 2026)
    one = counted(client, f"{path}?period=2026Q3")
    add(2, 2026)
    add(3, 2026)
    assert counted(client, f"{path}?period=2026Q3") == one


def test_the_profile_shows_where_the_park_belongs_its_titles_and_its_history(park, office, sign_in):
    Title.objects.create(
        park=park, level=TitleLevel.PROVINCIAL, name="文化产业园区", state=TitleState.AWARDED, awarded_on=date(2025, 6, 1)
    )
    make_enterprise(park=park, name="演示科技有限公司")
    shown = page(sign_in(office), f"/parks/{park.code}/")
    for words in ("本链", "本街道", "本园区运营公司", "本部门", "获省级文化产业园区", "2025年6月1日", "演示科技有限公司"):
        assert words in shown


def test_the_profile_shows_type_address_industry_services_and_areas(park, office, sign_in):
    whole = ParkType.objects.create(code="HQ", name="总部基地")
    Park.objects.update(
        park_type=ParkType.objects.create(code="HQ-SETTLE", name="结算经济", parent=whole), address="东三环",
        leading_industry="数字经济", other_services="人才公寓", land_area=12_345_678_901, let_area=0,
    )  # fmt: skip
    shown = page(sign_in(office), f"/parks/{park.code}/")
    for words in ("总部基地 · 结算经济", "东三环", "数字经济", "人才公寓", "123,456,789.01", ">0.00<"):
        assert words in shown


def test_what_is_not_known_is_a_dash_with_a_reason(office, sign_in):
    park = make_park(name=LONG)
    shown = page(sign_in(office), f"/parks/{park.code}/")
    assert LONG in shown
    assert "尚未登记可招商面积" in shown
    assert "0.00 平方米" not in shown
    assert "还没有登记包保部门" in shown


def test_the_profile_carries_the_figures_and_returns_of_the_room_above(park, office, sign_in):
    make_demonstration()
    figure = make_figure(make_indicator(code="REV", name="营业收入"), "2026Q1-3", park, value="1234.5", base_numerator=100000)
    shown = page(sign_in(office), f"/parks/{park.code}/")
    assert f"/figures/{figure.pk}/" in shown
    assert "1,234.50" in shown
    assert "▲ +23.45" in shown
    assert 'id="returns"' in shown
    assert "还没有布置给这个园区的报表" in shown


def test_a_quarter_without_figures_says_so(park, office, sign_in):
    assert "2025年第一季度还没有这个园区的核定数据" in page(sign_in(office), f"/parks/{park.code}/?period=2025Q1")


def test_experts_see_the_park_without_its_figures(park, expert, sign_in):
    make_figure(make_indicator(code="REV"), "2026Q1-3", park, value="1234.5")
    shown = page(sign_in(expert), f"/parks/{park.code}/?period=2026Q3")
    assert "1,234.50" not in shown
    assert 'id="figures"' not in shown
