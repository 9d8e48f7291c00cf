"""Pages about a park's space and firms: whose they are, what they show, what their forms do."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.audit.models import AuditEvent
from guandu.core.actors import LOADER
from parks.actions import spaces, tenancies
from parks.models import Building, Occupancy, Space, Tenancy
from tests.factories import (
    make_building,
    make_chain,
    make_demonstration,
    make_enterprise,
    make_park,
    make_space,
    make_unit,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 12)
SINCE = date(2026, 1, 1)
CODE = "91530111MA6K0000XP"
SCOPED = ("operator", "department_user", "task_force_user", "street_user", "expert")


@pytest.fixture(autouse=True)
def _today(db):
    make_demonstration(DAY)


@pytest.fixture
def space(park):
    return make_space(building=make_building(park=park, name="一号楼"), name="301室", area=500_00)


def page(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def body(shown):
    return shown[shown.index("<tbody>") :]


def counted(client, path):
    page(client, path)
    with CaptureQueriesContext(connection) as queries:
        page(client, path)
    return len(queries)


def use(park, space, name="某科技有限公司", **values) -> Occupancy:
    firm = make_enterprise(park=park, name=name, since=SINCE)
    return tenancies.take(tenancy=firm.tenancies.get(), space=space, on=SINCE, by=LOADER, **values)


def addresses(park, space) -> list[str]:
    return [
        reverse("space:list", args=[park.code]),
        reverse("space:firms", args=[park.code]),
        reverse("space:detail", args=[space.code]),
    ]


@pytest.mark.feature("A12")
@pytest.mark.parametrize("role", SCOPED)
def test_each_opens_the_space_of_his_parks_and_no_others(role, park, other_park, space, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    other = make_space(building=make_building(park=other_park), name="外园室")
    for path in addresses(park, space):
        page(client, path)
    for path in addresses(other_park, other):
        page(client, path, status=404)
    shown = page(client, "/spaces/")
    assert "301室" in shown
    assert "外园室" not in shown


@pytest.mark.parametrize("role", ["department_user", "street_user", "leader", "expert"])
def test_who_keeps_no_space_is_offered_no_forms(role, park, space, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    use(park, space)
    for path in addresses(park, space):
        shown = page(client, path)
        assert not re.search(r'href="[^"]*/(new|edit|enter|leave|take|release|correct|strike)/"', shown)


def test_empty_lists_say_where_to_begin(park, operator, street_user, sign_in):
    for path, words, link in (
        (f"/parks/{park.code}/space/", "还没有登记楼宇", "/space/buildings/new/"),
        (f"/parks/{park.code}/firms/", "还没有登记", "/firms/enter/"),
    ):
        assert link in page(sign_in(operator), path)
        shown = page(sign_in(street_user), path)
        assert words in shown
        assert link not in shown
    assert "没有登记可以入驻的空间" in page(sign_in(operator), "/spaces/")
    assert "没有企业同时登记在两个园区" in page(sign_in(operator), "/tenancies/claimed-twice/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"空室", "用室", "待室", "停室"}),
        ("state=free", {"空室"}),
        ("state=taken", {"用室"}),
        ("state=free&on=2027-01-01", {"空室", "待室"}),
        ("use=office", {"空室"}),
        ("building=B-2", {"停室"}),
        ("building=nowhere", {"空室", "用室", "待室", "停室"}),
    ],
)
def test_spaces_are_found_by_state_day_use_and_building(query, found, park, operator, sign_in):
    one, two = make_building(park=park, code="B-1"), make_building(park=park, code="B-2")
    make_space(building=one, name="空室", use="office")
    use(park, make_space(building=one, name="用室"))
    make_space(building=one, name="待室", available_from=date(2027, 1, 1))
    make_space(building=two, name="停室", closed_on=SINCE)
    shown = page(sign_in(operator), f"/parks/{park.code}/space/?{query}")
    assert {name for name in ("空室", "用室", "待室", "停室") if f" {name}</a>" in shown} == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"甲室", "乙室", "丙室"}),
        ("area_from=200", {"乙室"}),
        ("area_from=100&area_to=199.99", {"甲室"}),
        ("rent_to=30", {"甲室"}),
        ("use=workshop", {"乙室"}),
        ("chain=chain-own", {"甲室", "丙室"}),
        ("on=2025-01-01", {"甲室", "丙室"}),
        ("area_from=9999", set()),
    ],
)
def test_room_is_found_by_size_rent_use_chain_and_day(query, found, park, other_park, office, sign_in):
    own, other = make_building(park=park), make_building(park=other_park)
    make_space(building=own, name="甲室", area=100_00, rent=30_00, use="office")
    make_space(building=other, name="乙室", area=200_00, rent=30_01, use="workshop", available_from=SINCE)
    make_space(building=own, name="丙室")
    use(park, make_space(building=own, name="丁室", area=300_00, rent=1_00))
    shown = page(sign_in(office), f"/spaces/?{query}")
    assert {name for name in ("甲室", "乙室", "丙室", "丁室") if f" {name}</a>" in shown} == found
    assert f"<strong>{len(found)}</strong> 处" in shown


def test_a_condition_that_cannot_be_read_is_said_beside_it(office, sign_in):
    shown = page(sign_in(office), "/spaces/?area_from=很大&on=昨天")
    assert "“很大”不是数字" in shown


def test_the_park_shows_its_idle_buildings_and_its_free_area(park, operator, sign_in):
    make_building(park=park, name="老厂房", idle_since=date(2024, 5, 1), reuse_plan="改造为孵化器")
    make_space(building=make_building(park=park, name="一号楼"), name="301室", area=1_234_56)
    for path in (f"/parks/{park.code}/space/", f"/parks/{park.code}/"):
        shown = page(sign_in(operator), path)
        for words in ("老厂房", "2024-05-01", "改造为孵化器", "1,234.56"):
            assert words in shown


def test_the_list_of_firms_shows_days_spaces_and_who_left(park, space, operator, sign_in):
    use(park, space)
    gone = make_enterprise(park=park, name="已走的公司", since=SINCE).tenancies.get()
    tenancies.leave(tenancy=gone, on=date(2026, 5, 16), reason="moved", by=LOADER)
    make_enterprise(park=park, name="要来的公司", since=date(2026, 12, 1))
    client, path = sign_in(operator), f"/parks/{park.code}/firms/"
    shown = page(client, path)
    assert "在园 <strong>1</strong> 家" in shown
    for words in ("某科技有限公司", "一号楼 301室", "2026-01-01"):
        assert words in body(shown)
    for query, name in (
        ("state=left", "已走的公司"),
        ("state=coming", "要来的公司"),
        ("name=已走&state=all", "已走的公司"),
    ):
        shown = body(page(client, f"{path}?{query}"))
        names = ("某科技有限公司", "已走的公司", "要来的公司")
        assert [each for each in names if each in shown] == [name]
    assert "2026-05-16<small>迁出</small>" in page(client, f"{path}?state=left")
    assert "已走的公司" in body(page(client, f"{path}?on=2026-05-15"))


@pytest.mark.feature("A6", "A12")
def test_both_parks_are_told_and_neither_which_the_other_is(
    park, other_park, office, operator, department_user, sign_in
):
    firm = make_enterprise(name="两园公司", credit_code=CODE)
    for each in (park, other_park):
        tenancies.enter(park=each, enterprise=firm, on=SINCE, by=LOADER)
    paths = (f"/parks/{park.code}/firms/?state=twice", "/tenancies/claimed-twice/", f"/parks/{park.code}/")
    for path in paths:
        for user in (operator, department_user):
            shown = page(sign_in(user), path)
            assert "也登记在其他园区" in shown
            assert "外园区" not in shown
        assert "也登记在外园区" in page(sign_in(office), path)
    for user in (operator, department_user, office):
        assert "1 家企业2026年第四季度登记在两个园区" in page(sign_in(user), "/")


def test_the_quarter_of_a_double_claim_may_be_asked_for(park, other_park, office, sign_in):
    firm = make_enterprise(name="两园公司", park=park, since=SINCE)
    tenancies.enter(park=other_park, enterprise=firm, on=SINCE, by=LOADER)
    tenancies.leave(tenancy=firm.tenancies.get(park=park), on=date(2026, 7, 1), reason="moved", by=LOADER)
    client = sign_in(office)
    assert "两园公司" in page(client, "/tenancies/claimed-twice/?period=2026Q2")
    assert "两园公司" not in page(client, "/tenancies/claimed-twice/?period=2026Q3")


# The clerk's work.


def sent(client, path, **data):
    return client.post(path, data)


@pytest.mark.feature("A4")
def test_a_clerk_takes_a_firm_in_gives_it_a_space_and_sees_it_leave(park, space, operator, sign_in):
    client = sign_in(operator)
    firm = make_enterprise(name="某科技有限公司", credit_code=CODE)
    entered = sent(
        client, f"/parks/{park.code}/firms/enter/", enterprise=f" {CODE.lower()} ", on="2026-03-01"
    )
    stay = Tenancy.objects.get(enterprise=firm, valid_to=None)
    assert entered.headers["Location"] == f"/tenancies/{stay.pk}/take/"
    taken = sent(
        client, f"/tenancies/{stay.pk}/take/", space=space.pk, on="2026-03-01", area="499.99", rent="38.5"
    )
    assert taken.status_code == 302
    use = Occupancy.objects.get()
    assert (use.area, use.rent) == (499_99, 38_50)
    left = sent(client, f"/tenancies/{stay.pk}/leave/", on="2026-09-01", reason="moved")
    assert left.status_code == 302
    assert "某科技有限公司自 2026-09-01 起离园" in page(client, left.headers["Location"])
    use.refresh_from_db()
    assert use.valid_to == date(2026, 9, 1)
    verbs = AuditEvent.objects.filter(actor_key="operator").values_list("verb", flat=True)
    assert {"tenancy.enter", "occupancy.take", "tenancy.leave"} <= set(verbs)


@pytest.mark.parametrize(
    ("said", "words"),
    [("没有这家公司", "企业名录中没有这家企业"), ("同名公司", "请填写统一社会信用代码"), ("", "请填写企业")],
)
def test_a_firm_is_named_by_its_code_or_its_whole_name(said, words, park, operator, sign_in):
    for _ in range(2):
        make_enterprise(name="同名公司")
    response = sent(sign_in(operator), f"/parks/{park.code}/firms/enter/", enterprise=said, on="2026-03-01")
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Tenancy.objects.exists()


def test_a_refusal_keeps_what_was_typed_and_stands_at_its_field(park, space, operator, sign_in):
    use(park, space)
    stay = make_enterprise(park=park, since=SINCE).tenancies.get()
    response = sent(
        sign_in(operator), f"/tenancies/{stay.pk}/take/", space=space.pk, on="2026-06-01", area="12.5"
    )
    shown = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_on"' in shown
    assert "尚未退出" in shown
    assert 'value="12.5"' in shown


def test_blockers_are_named_on_the_form(park, space, operator, sign_in):
    use(park, space)
    client, path = sign_in(operator), f"/spaces/{space.code}/edit/"
    response = sent(client, path, **form_of(client, path), closed_on="2026-11-01")
    assert response.status_code == 409
    assert "某科技有限公司，2026-01-01 起，未登记退出" in response.content.decode()


def test_a_clerk_registers_a_building_and_its_spaces(park, operator, sign_in):
    client = sign_in(operator)
    made = sent(
        client,
        f"/parks/{park.code}/space/buildings/new/",
        name="一号楼",
        use="office",
        built_area="12,345.67",
    )
    assert made.status_code == 302
    building = Building.objects.get()
    assert (building.code, building.built_area) == ("park-own-B01", 12345_67)
    path = f"/buildings/{building.code}/spaces/new/"
    assert sent(client, path, name="301室", area="500", height="3.6", rent="38.5").status_code == 302
    room = Space.objects.get()
    assert (room.code, room.area, room.height, room.rent) == ("park-own-B01-01", 500_00, 360, 38_50)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("built_area", "1.234", "小数位数过多"),
        ("built_area", "很大", "不是数字"),
        ("built_area", "-1", "不能是负数"),
    ],
)
def test_an_area_has_two_decimals_and_no_sign(park, operator, sign_in, field, value, words):
    path = f"/parks/{park.code}/space/buildings/new/"
    response = sent(sign_in(operator), path, name="一号楼", **{field: value})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Building.objects.exists()


def form_of(client, path) -> dict[str, str]:
    """What the browser would send back unchanged."""
    form = client.get(path).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {
        name: str(form.fields[name].prepare_value(value))
        for name, value in values.items()
        if value not in (None, "")
    }


def test_what_may_be_left_open_says_so_and_what_must_be_chosen_is_asked_for(park, space, operator, sign_in):
    client = sign_in(operator)
    form = page(client, f"/buildings/{space.building.code}/spaces/new/")
    assert '<option value="" selected>未填写</option>' in form
    assert "-----" not in form
    tenancy = make_enterprise(park=park, since=SINCE).tenancies.get()
    refused = client.post(f"/tenancies/{tenancy.pk}/leave/", {"on": "2026-10-01", "reason": ""})
    assert "请选择离园原因。" in refused.content.decode()


@pytest.mark.feature("A18")
def test_who_saves_a_stale_form_is_shown_the_others_change_and_loses_nothing(
    park, space, office, operator, sign_in
):
    client, path = sign_in(operator), f"/spaces/{space.code}/edit/"
    opened = form_of(client, path)
    spaces.update_space(space=space, values={"note": "甲的说明"}, by=office)
    response = sent(client, path, **{**opened, "note": "乙的说明"})
    assert response.status_code == 409
    assert "说明：现为“甲的说明”，您填的是“乙的说明”。" in response.content.decode()
    assert response.context["form"]["note"].value() == "乙的说明"
    assert Space.objects.get().note == "甲的说明"
    again = {**opened, "note": "乙的说明", "seen": response.context["form"]["seen"].value()}
    assert sent(client, path, **again).status_code == 302
    assert Space.objects.get().note == "乙的说明"


@pytest.mark.feature("A18")
def test_a_stale_correction_of_a_tenancy_is_refused(park, office, operator, sign_in):
    stay = make_enterprise(park=park, since=SINCE).tenancies.get()
    client, path = sign_in(operator), f"/tenancies/{stay.pk}/correct/"
    opened = form_of(client, path)
    tenancies.correct(tenancy=stay, values={"valid_from": date(2026, 2, 1)}, by=office)
    response = sent(client, path, **{**opened, "valid_from": "2026-03-01"})
    assert response.status_code == 409
    assert "入驻日期" in response.content.decode() or "起始日期" in response.content.decode()
    stay.refresh_from_db()
    assert stay.valid_from == date(2026, 2, 1)


@pytest.mark.feature("A12")
def test_a_form_offers_the_spaces_of_the_park_only(park, other_park, space, operator, sign_in):
    make_space(building=make_building(park=other_park), name="外园室")
    stay = make_enterprise(park=park, since=SINCE).tenancies.get()
    shown = page(sign_in(operator), f"/tenancies/{stay.pk}/take/")
    assert "301室（500.00 平方米，可招商）" in shown
    assert "外园室" not in shown


def test_what_was_entered_wrongly_is_struck_or_given_back(park, space, operator, sign_in):
    client, wrong = sign_in(operator), use(park, space)
    sent(client, f"/occupancies/{wrong.pk}/release/", on="2026-01-01")
    assert not Occupancy.objects.exists()
    sent(client, f"/tenancies/{wrong.tenancy_id}/strike/", reason="登错企业")
    assert not Tenancy.objects.exists()


# As many questions for three rows as for one.


def fill(park, number):
    for _ in range(number):
        building = make_building(park=park, idle_since=SINCE)
        make_space(building=building, area=100_00)
        use(park, make_space(building=building), name="")


@pytest.mark.parametrize("path", ["space/", "firms/", ""])
def test_a_parks_pages_ask_as_often_for_three_rows_as_for_one(path, park, office, sign_in):
    client, path = sign_in(office), f"/parks/{park.code}/{path}"
    fill(park, 1)
    one = counted(client, path)
    fill(park, 2)
    assert counted(client, path) == one


def test_lists_over_parks_ask_as_often_for_three_rows_as_for_one(office, sign_in):
    client = sign_in(office)

    def add(number):
        for _ in range(number):
            pair = [make_park(chain=make_chain(), street=make_unit("street")) for _ in range(2)]
            firm = make_enterprise(park=pair[0], since=SINCE)
            tenancies.enter(park=pair[1], enterprise=firm, on=SINCE, by=LOADER)
            fill(pair[0], 1)

    add(1)
    few = {path: counted(client, path) for path in ("/spaces/", "/tenancies/claimed-twice/", "/")}
    add(2)
    assert {path: counted(client, path) for path in few} == few


def test_a_space_with_a_long_past_asks_no_more(park, space, office, sign_in):
    client, path = sign_in(office), f"/spaces/{space.code}/"
    first = use(park, space)
    few = counted(client, path)
    for month in (2, 3):
        tenancies.release(occupancy=first, on=date(2026, month, 1), by=LOADER)
        stay = make_enterprise(park=park, since=SINCE).tenancies.get()
        first = tenancies.take(tenancy=stay, space=space, on=date(2026, month, 1), by=LOADER)
    assert counted(client, path) == few


def test_three_hundred_firms_are_paged_and_the_profile_stays_short(park, operator, sign_in):
    for _ in range(120):
        make_enterprise(park=park, since=SINCE)
    client = sign_in(operator)
    shown = page(client, f"/parks/{park.code}/firms/")
    assert "共 3 页、120 条" in shown
    assert body(shown).count("<tr>") == 50
    profile = page(client, f"/parks/{park.code}/")
    assert profile.count("统一社会信用代码待核") == 8
    assert "在园企业全部名单（120 家）" in profile
