"""数据质量: each defect planted is seen once, with the page that mends it; clean data show nothing."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from guandu.accounts.models import Unit, User
from guandu.accounts.roles import RoleCode
from guandu.core import clock
from parks.enums import AttributionKind, CodeState
from parks.models import (
    Attribution,
    Contact,
    Enterprise,
    EnterpriseName,
    Honour,
    HonourRule,
    Occupancy,
    Park,
    Placement,
    Space,
    Sponsorship,
    Tenancy,
    Title,
)
from parks.quality import checks, findings
from targets.models import Return
from tests.factories import (
    SINCE,
    make_building,
    make_chain,
    make_cycle,
    make_demonstration,
    make_enterprise,
    make_honour_kind,
    make_indicator,
    make_park,
    make_space,
    make_template,
    make_unit,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A16")]

TODAY = date(2026, 10, 12)
CODES = ("91530111MA6K0000XP", "91350100M000100Y43", "91440300708461136T", "9111000071093465XC")


@pytest.fixture(autouse=True)
def today(db):
    make_demonstration(TODAY)


def clean_park(number: int, **fields) -> Park:
    """A park of which nothing is wanting, with one firm of which nothing is wanting."""
    given = {"name": f"整齐园区{number}", "carrier": "building", "operating_model": "joint"}
    park = make_park(
        street=make_unit(Unit.Kind.STREET), department=make_unit(), operator=make_unit(Unit.Kind.OPERATOR),
        **{**given, **fields},
    )  # fmt: skip
    make_user(RoleCode.OPERATOR, scope=park)
    Contact.objects.create(park=park, name="张三", phone_masked="138****0000")
    firm = make_enterprise(
        park=park, name=f"整齐企业{number}", credit_code=CODES[number], credit_code_state="verified"
    )
    for kind in AttributionKind:
        Attribution.objects.create(enterprise=firm, kind=kind, elsewhere="盘龙区", valid_from=SINCE)
    return park


def firm_of(park: Park) -> Enterprise:
    return park.tenancies.get().enterprise


def honour(firm: Enterprise, first: date, last: date | None) -> Honour:
    kind = make_honour_kind("hitech")
    HonourRule.objects.get_or_create(
        kind=kind, valid_from=date(2008, 1, 1), defaults={"name": "高企", "renewal": "reapply"}
    )
    return Honour.objects.create(enterprise=firm, kind=kind, valid_from=first, valid_to=last)


def used(space: Space, park: Park, area: int, since: date = SINCE, until: date | None = None) -> Occupancy:
    tenancy = park.tenancies.order_by("pk").first()
    return Occupancy.objects.create(tenancy=tenancy, space=space, area=area, valid_from=since, valid_to=until)


def asked(park: Park, period: str) -> Return:
    cycle = make_cycle(make_template(make_indicator()), period)
    return Return.objects.create(
        cycle=cycle, subject_kind="park", park=park, subject_name=park.name, park_code=park.code
    )


# Each plants one defect in a clean park.


def no_chain(park):
    park.placements.all().delete()


def no_street(park):
    park.placements.update(street=None)


def no_operator(park):
    park.placements.update(operator=None)


def no_sponsor(park):
    park.sponsorships.update(valid_to=TODAY)


def sponsorship_gap(park):
    row = park.sponsorships.get()
    Sponsorship.objects.filter(pk=row.pk).update(valid_to=date(2025, 1, 1))
    Sponsorship.objects.create(park=park, department=row.department, valid_from=date(2025, 3, 1))


def areas(park):
    Park.objects.filter(pk=park.pk).update(let_area=300, lettable_area=200, built_area=100)


def no_account(park):
    User.objects.filter(grants__scope_code=park.code).update(is_active=False)


def no_contact(park):
    park.contacts.update(ended_on=TODAY)


def unclassified(park):
    Park.objects.filter(pk=park.pk).update(carrier="")


def closed_with_tenants(park):
    Park.objects.filter(pk=park.pk).update(closed_on=date(2026, 9, 1))


def closed_but_asked(park):
    park.tenancies.all().delete()
    Park.objects.filter(pk=park.pk).update(closed_on=date(2026, 6, 1))
    asked(park, "2026Q2")
    asked(park, "2026Q3")


def same_name(park):
    clean_park(2, name=park.name)


def title(park):
    Title.objects.create(park=park, level="city", name="示范园区", state="awarded", awarded_on=SINCE)
    Title.objects.create(park=park, level="city", name="候选", state="candidate")


def name_late(park):
    EnterpriseName.objects.create(
        enterprise=firm_of(park), name="新名", credit_code=CODES[0], valid_from=date(2026, 10, 1)
    )


def no_code(park):
    Enterprise.objects.filter(pk=firm_of(park).pk).update(credit_code="", credit_code_state=CodeState.PENDING)


def code_pending(park):
    Enterprise.objects.filter(pk=firm_of(park).pk).update(credit_code_state=CodeState.PENDING)


def same_firm(park):
    other = clean_park(2)
    Enterprise.objects.filter(pk=firm_of(other).pk).update(name=firm_of(park).name)


def two_parks(park):
    Tenancy.objects.create(park=clean_park(2), enterprise=firm_of(park), valid_from=SINCE)


def closed_firm(park):
    Enterprise.objects.filter(pk=firm_of(park).pk).update(closed_on=date(2026, 9, 1))


def tenancies_overlap(park):
    Tenancy.objects.create(
        park=park, enterprise=firm_of(park), valid_from=date(2025, 1, 1), valid_to=date(2026, 1, 1)
    )


def honours_overlap(park):
    honour(firm_of(park), date(2024, 6, 1), date(2027, 6, 1))
    honour(firm_of(park), date(2025, 6, 1), date(2028, 6, 1))


def honour_expired(park):
    honour(firm_of(park), date(2023, 6, 1), date(2026, 6, 1))


def no_attribution(park):
    Attribution.objects.filter(enterprise=firm_of(park), kind="tax").delete()


def small_building(park):
    building = make_building(park=park, built_area=100)
    make_space(building=building, area=60)
    make_space(building=building, area=60)
    make_space(building=building, area=60, closed_on=SINCE)


def occupancies_overlap(park):
    space = make_space(building=make_building(park=park))
    used(space, park, 1, until=date(2026, 1, 1))
    used(space, park, 1, since=date(2025, 6, 1))


def used_too_much(park):
    used(make_space(building=make_building(park=park), area=50), park, 60)


def idle(park):
    make_building(park=park, idle_since=date(2025, 1, 1))


PLANTED = {
    "park-no-chain": (no_chain, "admin:parks_park_change_placement"),
    "park-no-street": (no_street, "admin:parks_park_change_placement"),
    "park-no-operator": (no_operator, "admin:parks_park_change_placement"),
    "park-no-sponsor": (no_sponsor, "admin:parks_park_change_sponsorship"),
    "sponsorship-gap": (sponsorship_gap, "admin:parks_park_change_sponsorship"),
    "park-areas": (areas, "admin:parks_park_change"),
    "park-no-account": (no_account, "changes:park-record"),
    "park-no-contact": (no_contact, "changes:park-record"),
    "park-unclassified": (unclassified, "admin:parks_park_change"),
    "park-closed-tenants": (closed_with_tenants, "admin:parks_park_change"),
    "park-closed-asked": (closed_but_asked, "admin:parks_park_change"),
    "park-duplicate": (same_name, "admin:parks_park_change"),
    "title-no-document": (title, "admin:parks_park_record_title"),
    "name-out-of-step": (name_late, "admin:parks_enterprise_change"),
    "firm-no-code": (no_code, "admin:parks_enterprise_change"),
    "firm-code-pending": (code_pending, "admin:parks_enterprise_change"),
    "firm-duplicate": (same_firm, "admin:parks_enterprise_change"),
    "firm-two-parks": (two_parks, "changes:enterprise-record"),
    "firm-closed-tenant": (closed_firm, "admin:parks_enterprise_change"),
    "tenancy-overlap": (tenancies_overlap, "changes:park-record"),
    "honour-overlap": (honours_overlap, "admin:parks_enterprise_change"),
    "honour-expired": (honour_expired, "admin:parks_enterprise_change"),
    "firm-no-attribution": (no_attribution, "admin:parks_enterprise_change"),
    "space-area": (small_building, "changes:park-record"),
    "occupancy-overlap": (occupancies_overlap, "changes:park-record"),
    "occupancy-area": (used_too_much, "changes:park-record"),
    "idle-no-plan": (idle, "changes:park-record"),
}


def test_every_check_has_its_defect_here():
    assert {each.code for each in checks()} == set(PLANTED)
    assert len(PLANTED) >= 15


def test_clean_data_show_nothing(office, sign_in):
    for number in (0, 1):
        clean_park(number)
    assert findings(office, TODAY) == []
    shown = sign_in(office).get("/register/quality/").content.decode()
    assert "登记册没有发现问题" in shown
    assert "去处理" not in shown


@pytest.mark.parametrize("code", PLANTED)
def test_a_planted_defect_is_listed_once_with_a_link_that_opens(code, office, sign_in):
    plant, mended = PLANTED[code]
    clean_park(1)
    plant(clean_park(0))
    found = findings(office, TODAY)
    assert [(each.check.code, len(each.defects)) for each in found] == [(code, 1)]
    defect = found[0].defects[0]
    assert defect.name
    assert defect.detail
    assert resolve(defect.url.partition("#")[0]).view_name == mended
    client = sign_in(office)
    assert client.get(defect.url).status_code == 200
    assert client.get("/register/quality/").content.decode().count("去处理<") == 1


@pytest.mark.parametrize("code", PLANTED)
def test_a_check_asks_as_often_for_three_defects_as_for_one(code, office):
    check = next(each for each in checks() if each.code == code)

    def counted() -> int:
        office.forget_grants()
        # Within a request the business date is known.
        with clock.known_demo_date(TODAY), CaptureQueriesContext(connection) as queries:
            assert check.find(office, TODAY)
        return len(queries)

    plant = PLANTED[code][0]
    parks = [clean_park(0), clean_park(1), clean_park(3)]
    plant(parks[0])
    one = counted()
    if plant in (same_name, same_firm, two_parks):
        # These make a park of their own, whose code is taken: the other two are told to be the same.
        Park.objects.filter(pk__in=[each.pk for each in parks]).update(name="同名")
        Enterprise.objects.update(name="同名企业")
        Tenancy.objects.bulk_create(
            Tenancy(park=parks[0], enterprise=firm_of(each), valid_from=SINCE) for each in parks[1:]
        )
    else:
        for park in parks[1:]:
            plant(park)
    assert counted() == one


@pytest.mark.feature("A2")
def test_a_park_without_a_chain_put_into_the_database_directly_is_listed(office):
    Park.objects.create(code="P-RAW", name="直接导入的园区", carrier="land", operating_model="joint")
    found = {each.check.code: [d.name for d in each.defects] for each in findings(office, TODAY)}
    assert found == {"park-no-chain": ["直接导入的园区"]}


def test_somebody_sees_the_defects_of_his_scope_only(park, other_park, operator, office, sign_in):
    Placement.objects.filter(park=other_park).update(chain=make_chain())
    own = sign_in(operator).get("/register/quality/").content.decode()
    assert "本园区" in own
    assert "外园区" not in own
    assert "外园区" in sign_in(office).get("/register/quality/").content.decode()


def test_an_operator_is_led_to_pages_that_he_may_open(park, operator, sign_in):
    Park.objects.filter(pk=park.pk).update(let_area=300, lettable_area=200)
    make_enterprise(park=park)
    client = sign_in(operator)
    urls = [defect.url for each in findings(operator, TODAY) for defect in each.defects]
    assert f"/register/parks/{park.code}/propose/" in urls
    assert {client.get(url).status_code for url in urls} == {200}


def test_a_firm_in_two_parks_names_no_park_of_others(park, other_park, operator):
    firm = make_enterprise(park=park)
    Tenancy.objects.create(park=other_park, enterprise=firm, valid_from=SINCE)
    found = {each.check.code: each.defects for each in findings(operator, TODAY)}
    assert [each.detail for each in found["firm-two-parks"]] == ["本园区、另有其他园区"]


def test_contradicting_areas_say_which():
    park = clean_park(0)
    areas(park)
    detail = next(each for each in findings(make_user(RoleCode.OFFICE), TODAY)).defects[0].detail
    assert (
        detail
        == "已入驻面积 3.00 平方米，大于可招商面积 2.00 平方米；可招商面积 2.00 平方米，大于已建成建筑面积 1.00 平方米"
    )


def test_an_expired_honour_that_was_renewed_or_revoked_is_no_defect(office):
    park = clean_park(0)
    honour(firm_of(park), date(2020, 6, 1), date(2023, 6, 1))
    honour(firm_of(park), date(2023, 6, 1), date(2026, 12, 1))
    assert findings(office, TODAY) == []
    Honour.objects.filter(valid_from__year=2023).update(
        valid_to=date(2026, 6, 1), revoked_on=date(2026, 5, 1)
    )
    Honour.objects.filter(valid_from__year=2020).delete()
    assert findings(office, TODAY) == []


def test_the_command_prints_what_the_page_shows(capsys):
    call_command("check_register")
    assert "登记册没有发现问题" in capsys.readouterr().out
    no_street(clean_park(0))
    call_command("check_register")
    printed = capsys.readouterr().out
    assert "须改正 园区没有所在街道（1 条）" in printed
    assert "整齐园区0：归属中没有街道" in printed
    assert "共 1 条。" in printed


@pytest.mark.parametrize("who", ["department_user", "leader", "expert", "system_admin"])
def test_others_do_not_see_the_page(who, request, sign_in):
    assert sign_in(request.getfixturevalue(who)).get("/register/quality/").status_code == 403


def test_hundreds_of_defects_are_counted_and_the_first_are_shown(office, sign_in):
    clean_park(0)
    Enterprise.objects.bulk_create(Enterprise(code=f"E-{n:03d}", name=f"企业{n:03d}") for n in range(300))
    shown = sign_in(office).get("/register/quality/").content.decode()
    assert "列出前 100 处，共 300 处" in shown
    assert shown.count("去处理<") == 100
