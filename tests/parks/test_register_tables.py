"""Each table of the register by file: what it takes, what it refuses and where, and that what goes out comes back unchanged."""

from datetime import date

import pytest

from guandu.accounts.models import Unit
from guandu.exchange.registers import known_tables
from parks.actions import contacts
from parks.exchange.attributions import ATTRIBUTIONS
from parks.exchange.contacts import CONTACTS
from parks.exchange.cultivations import CULTIVATIONS
from parks.exchange.declared import TABLES
from parks.exchange.enterprises import ENTERPRISES
from parks.exchange.honours import HONOURS
from parks.exchange.occupancies import OCCUPANCIES
from parks.exchange.placements import PLACEMENTS, SPONSORSHIPS
from parks.exchange.reference import AREAS, CHAINS, INDUSTRIES
from parks.exchange.spaces import BUILDINGS, SPACES
from parks.exchange.tenancies import TENANCIES
from parks.exchange.titles import TITLES
from parks.models import (
    Area,
    Attribution,
    Building,
    Cultivation,
    Enterprise,
    Honour,
    HonourRule,
    Industry,
    Occupancy,
    Park,
    Placement,
    Space,
    Sponsorship,
    StatisticalClass,
    Tenancy,
    Title,
)
from tests.exchange.importing import book, confirm, exported, found_at, last, report, rows_of, upload
from tests.factories import (
    make_area,
    make_building,
    make_enterprise,
    make_honour_kind,
    make_industry,
    make_park,
    make_space,
    make_unit,
)
from tests.parks.codes import GOOD_CODES

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A8")]


@pytest.fixture
def desk(office, chain, sign_in):
    return sign_in(office)



def test_every_table_is_declared_once_with_titles_of_its_own():
    assert set(TABLES) <= set(known_tables())
    for table in TABLES:
        titles = [column.title for column in table.resource.columns]
        assert len(titles) == len(set(titles)), table.name


def test_placements_follow_one_another(desk, park, chain):
    street = make_unit(Unit.Kind.STREET, name="新街道")
    row = {"park": park.name, "valid_from": "2026/4/1", "chain": chain.code, "street": street.name}
    page = upload(desk, PLACEMENTS, book(PLACEMENTS, row))
    assert (report(page).new, report(page).changed) == (1, 0)
    confirm(desk, last())
    first, second = Placement.objects.filter(park=park).order_by("valid_from")
    assert (first.valid_to, second.valid_to, second.street) == (date(2026, 4, 1), None, street)
    late = {**row, "valid_from": "2025-01-01"}
    assert "重叠" in found_at(upload(desk, PLACEMENTS, book(PLACEMENTS, late)))["B2"]


def test_several_days_of_one_park_come_in_any_order(desk, park, chain):
    other = make_unit(Unit.Kind.STREET, name="新街道")
    rows = [
        {"park": park.name, "valid_from": "2026-07-01", "chain": chain.name},
        {"park": park.name, "valid_from": "2026-04-01", "chain": chain.name, "street": other.name},
    ]
    upload(desk, PLACEMENTS, book(PLACEMENTS, *rows))
    confirm(desk, last())
    assert list(park.placements.order_by("valid_from").values_list("valid_from", "valid_to")) == [
        (date(2024, 1, 1), date(2026, 4, 1)), (date(2026, 4, 1), date(2026, 7, 1)), (date(2026, 7, 1), None),
    ]  # fmt: skip


def test_a_sponsor_of_the_same_day_is_corrected(desk, park, department):
    row = {"park": park.code, "valid_from": "2024-01-01", "department": department.name, "leader": "何副区长"}
    page = upload(desk, SPONSORSHIPS, book(SPONSORSHIPS, row))
    assert (report(page).new, report(page).changed) == (0, 1)
    confirm(desk, last())
    assert Sponsorship.objects.get(park=park).leader == "何副区长"


def test_titles_by_park_level_and_name(desk, park):
    row = {
        "park": park.name,
        "level": "省级",
        "name": "示范园区",
        "state": "已认定",
        "awarded_on": "2025-06-01",
    }
    bad = {"park": park.name, "level": "市级", "name": "示范园区", "state": "已认定"}
    assert "必须填写认定日期" in "".join(found_at(upload(desk, TITLES, book(TITLES, row, bad))).values())
    upload(desk, TITLES, book(TITLES, row))
    confirm(desk, last())
    assert Title.objects.get(park=park).awarded_on == date(2025, 6, 1)


def test_areas_with_their_chains(desk, chain):
    row = {"code": "A-NEW", "name": "新片区", "aliases": "甲、乙", "chains": chain.name}
    upload(desk, AREAS, book(AREAS, row))
    confirm(desk, last())
    area = Area.objects.get(code="A-NEW")
    assert (area.aliases, list(area.chains.all())) == (["甲", "乙"], [chain])
    assert report(upload(desk, AREAS, book(AREAS, row))).same == 1
    upload(desk, AREAS, book(AREAS, {**row, "chains": ""}))
    confirm(desk, last())
    assert not area.chains.exists()


def test_finer_industries_stand_below_what_their_code_begins_with(desk):
    make_industry(code="65")
    rows = [{"code": "6510", "name": "软件开发小类"}, {"code": "651", "name": "软件开发"}]
    upload(desk, INDUSTRIES, book(INDUSTRIES, *rows))
    confirm(desk, last())
    assert list(Industry.objects.filter(code__startswith="651").order_by("code").values_list("level", "parent__code")) == [
        ("group", "65"), ("class", "651"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "sentence"), [("991", "“991”的上级 99 不在行业分类中"), ("AB", "“AB”不是中类"), ("6", "“6”不是中类")]
)
def test_an_industry_that_stands_nowhere_is_named(code, sentence, desk):
    rows = [{"code": "651", "name": "软件开发"}, {"code": code, "name": "无"}]
    make_industry(code="65")
    assert sentence in found_at(upload(desk, INDUSTRIES, book(INDUSTRIES, *rows)))["A3"]
    assert not Industry.objects.filter(code="651").exists()


def test_new_firms_get_their_code_and_their_park(desk, park):
    rows = [
        {"name": "甲公司", "credit_code": GOOD_CODES[0].lower(), "park": park.name, "on": "2025-03-01"},
        {"code": "Q-B", "name": "乙公司"},
    ]
    page = upload(desk, ENTERPRISES, book(ENTERPRISES, *rows))
    assert report(page).new == 2, found_at(page)
    confirm(desk, last())
    firm = Enterprise.objects.get(credit_code=GOOD_CODES[0])
    assert (firm.code, firm.kind) == (f"Q-{GOOD_CODES[0]}", "company")
    assert Tenancy.objects.get().valid_from == date(2025, 3, 1)
    again = upload(desk, ENTERPRISES, book(ENTERPRISES, *rows))
    assert (report(again).new, report(again).changed, report(again).same) == (0, 0, 2)


@pytest.mark.parametrize(
    ("row", "cell", "sentence"),
    [
        (
            {"name": "甲", "credit_code": f"{GOOD_CODES[0][:-1]}{'A' if GOOD_CODES[0][-1] != 'A' else 'B'}"},
            "C2",
            "校验位不对",
        ),
        ({"name": "甲"}, "A2", "请填写编码"),
        ({"name": "甲", "code": "Q-1", "park": "P-无"}, "P2", "没有“P-无”"),
        ({"name": "甲", "code": "Q-1", "park": "本园区"}, "Q2", "一并填写"),
        (
            {"name": "甲", "code": "Q-1", "credit_code_state": "已核实"},
            "D2",
            "没有代码的企业不能标为已核实",
        ),
        ({"name": "甲" * 121, "code": "Q-1"}, "B2", "120"),
    ],
)
def test_what_is_wrong_with_a_firm(desk, park, row, cell, sentence):
    assert sentence in found_at(upload(desk, ENTERPRISES, book(ENTERPRISES, row)))[cell]


@pytest.mark.parametrize("others", [0, 60], ids=["row by row", "many at once"])
def test_a_wrong_credit_code_is_told_at_its_own_cell_and_no_code_is_missed(desk, others):
    wrong = {"name": "甲", "credit_code": GOOD_CODES[0][:-1] + "I", "registered_street": "没有的街道"}
    rows = [{"name": f"乙{number}", "code": f"Q-{number}"} for number in range(others)]
    assert set(found_at(upload(desk, ENTERPRISES, book(ENTERPRISES, wrong, *rows)))) == {"C2", "I2"}


def test_a_known_firm_does_not_move_by_this_table(desk, park, other_park):
    firm = make_enterprise(park=park, credit_code=GOOD_CODES[0])
    row = {"name": firm.name, "credit_code": firm.credit_code, "park": other_park.name, "on": "2025-01-01"}
    assert "请在“入驻”表中办理" in found_at(upload(desk, ENTERPRISES, book(ENTERPRISES, row)))["P2"]


def test_buildings_and_spaces_by_the_park_itself(operator, park, other_park, sign_in):
    desk = sign_in(operator)
    row = {"code": "B-1", "park": park.name, "name": "一号楼", "built_area": "12,000.5", "floors_above": "12"}
    wrong = {**row, "code": "B-2", "park": other_park.name}
    assert "不在您的工作范围内" in found_at(upload(desk, BUILDINGS, book(BUILDINGS, row, wrong)))["B3"]
    upload(desk, BUILDINGS, book(BUILDINGS, row))
    confirm(desk, last())
    assert Building.objects.get(code="B-1").built_area == 1200050
    room = {"code": "S-1", "building": "一号楼", "name": "1203室", "area": "88.8", "rent": "45.5", "height": "3.6"}
    page = upload(desk, SPACES, book(SPACES, room))
    assert report(page).is_fine, found_at(page)
    confirm(desk, last())
    space = Space.objects.get(code="S-1")
    assert (space.area, space.rent, space.height, space.building.park) == (8880, 4550, 360, park)
    assert report(upload(desk, SPACES, book(SPACES, room))).same == 1


def test_tenants_come_leave_and_are_put_right(desk, park):
    firm = make_enterprise(credit_code=GOOD_CODES[0])
    row = {"park": park.name, "enterprise": GOOD_CODES[0], "valid_from": "2025-03-01", "in_leading_industry": "是"}
    left = {"leaving_reason": "迁出"}
    for values in ({}, {**left, "valid_to": "2026-01-01"}, {**left, "valid_to": "2026-02-01"}):
        page = upload(desk, TENANCIES, book(TENANCIES, {**row, **values}))
        assert report(page).is_fine, found_at(page)
        confirm(desk, last())
        assert report(upload(desk, TENANCIES, book(TENANCIES, {**row, **values}))).changes == 0
        desk.post(f"/register/uploads/{last().pk}/discard/")
    tenancy = Tenancy.objects.get(enterprise=firm)
    assert (tenancy.valid_to, tenancy.leaving_reason, tenancy.in_leading_industry) == (date(2026, 2, 1), "moved", True)
    early = {**row, "valid_from": "2025-06-01"}
    assert "已有" in found_at(upload(desk, TENANCIES, book(TENANCIES, early)))["D2"]


def test_honours_are_awarded_corrected_and_revoked(desk):
    kind = make_honour_kind(name="高新技术企业")
    HonourRule.objects.create(kind=kind, name=kind.name, valid_from=date(2016, 1, 1), years=3, issuer="省认定办")
    firm = make_enterprise(credit_code=GOOD_CODES[0])
    row = {"enterprise": GOOD_CODES[0], "kind": kind.name, "valid_from": "2024-12-01", "document": "文1"}
    steps = ({}, {"document": "文2"}, {"document": "文2", "revoked_on": "2025-06-01", "revoked_because": "违规"})
    for values in steps:
        page = upload(desk, HONOURS, book(HONOURS, {**row, **values}))
        assert report(page).is_fine, found_at(page)
        confirm(desk, last())
        # What the rule filled in is not cleared by an empty cell.
        assert report(upload(desk, HONOURS, book(HONOURS, {**row, **values}))).changes == 0
        desk.post(f"/register/uploads/{last().pk}/discard/")
    honour = Honour.objects.get(enterprise=firm)
    assert (honour.valid_to, honour.issuer, honour.document, honour.revoked_on) == (
        date(2027, 12, 1), "省认定办", "文2", date(2025, 6, 1),
    )  # fmt: skip


def test_who_counts_a_firm_follows_one_another(desk):
    firm = make_enterprise(credit_code=GOOD_CODES[0])
    street = make_unit(Unit.Kind.STREET, name="关上街道")
    row = {"enterprise": firm.code, "kind": "税收归属", "valid_from": "2024-01-01", "street": street.name}
    looked_at = upload(desk, ATTRIBUTIONS, book(ATTRIBUTIONS, row))
    assert f"{firm.name} · 税收归属：关上街道" in looked_at.content.decode()
    confirm(desk, last())
    later = {**row, "enterprise": GOOD_CODES[0], "valid_from": "2025-01-01", "street": "", "elsewhere": "盘龙区"}
    upload(desk, ATTRIBUTIONS, book(ATTRIBUTIONS, later))
    confirm(desk, last())
    assert list(Attribution.objects.order_by("valid_from").values_list("valid_to", "elsewhere")) == [
        (date(2025, 1, 1), ""), (None, "盘龙区"),
    ]  # fmt: skip


def test_spaces_are_taken_and_given_back(desk, park):
    firm = make_enterprise(park=park, credit_code=GOOD_CODES[0])
    space = make_space(building=make_building(park=park), area=88_000)
    row = {"space": space.code, "enterprise": GOOD_CODES[0], "valid_from": "2026-03-01", "area": "440.5", "rent": "38"}
    for values in ({}, {"valid_to": "2026-06-01"}):
        page = upload(desk, OCCUPANCIES, book(OCCUPANCIES, {**row, **values}))
        assert report(page).is_fine, found_at(page)
        confirm(desk, last())
        assert report(upload(desk, OCCUPANCIES, book(OCCUPANCIES, {**row, **values}))).changes == 0
        desk.post(f"/register/uploads/{last().pk}/discard/")
    use = Occupancy.objects.get(tenancy__enterprise=firm)
    assert (use.space, use.area, use.rent, use.valid_to) == (space, 44_050, 3_800, date(2026, 6, 1))


def test_a_use_that_cannot_be_is_named_by_its_cell(desk, park):
    make_enterprise(park=park, credit_code=GOOD_CODES[0])
    make_enterprise(credit_code=GOOD_CODES[1], name="外面的企业")
    space = make_space(building=make_building(park=park), area=88_000)
    row = {"space": space.code, "enterprise": GOOD_CODES[0], "valid_from": "2026-03-01"}
    outside = {**row, "enterprise": GOOD_CODES[1]}
    at = {column.key: letter for column, letter in zip(OCCUPANCIES.resource.columns, "ABCDEFGH", strict=True)}
    assert "不在空间所在的园区" in found_at(upload(desk, OCCUPANCIES, book(OCCUPANCIES, outside)))[f"{at['enterprise']}2"]
    upload(desk, OCCUPANCIES, book(OCCUPANCIES, row))
    confirm(desk, last())
    taken = {**row, "valid_from": "2026-04-01"}
    assert not report(upload(desk, OCCUPANCIES, book(OCCUPANCIES, taken))).is_fine
    larger = {**row, "area": "1"}
    assert "退出日期" in "".join(found_at(upload(desk, OCCUPANCIES, book(OCCUPANCIES, larger))).values())
    assert Occupancy.objects.count() == 1


def test_firms_are_taken_into_cultivation_and_known_again(desk):
    firm, kind = make_enterprise(credit_code=GOOD_CODES[0]), make_class()
    row = {"enterprise": firm.code, "of_class": kind.name, "revenue": "1234.5", "revenue_year": "2025"}
    for values in ({}, {"note": "补充说明"}):
        upload(desk, CULTIVATIONS, book(CULTIVATIONS, {**row, **values}))
        confirm(desk, last())
    way = Cultivation.objects.get()
    assert (way.enterprise, way.revenue, way.revenue_year, way.note) == (firm, 123_450, 2025, "补充说明")
    step = {**row, "note": "补充说明", "state": "入库"}
    assert "由门户填写" in "".join(found_at(upload(desk, CULTIVATIONS, book(CULTIVATIONS, step))).values())


def make_class() -> StatisticalClass:
    return StatisticalClass.objects.get_or_create(code="service", defaults={"name": "规上服务业", "industries": ["I"]})[0]


@pytest.mark.feature("X10")
def test_contacts_go_out_masked_and_never_in(desk, park, office):
    contacts.add(subject=park, name="张三", phone="13812345678", by=office)
    contacts.add(subject=make_enterprise(name="某企业"), name="李四", phone="13912345678", by=office)
    for kind in ("xlsx", "csv"):
        data = exported(desk, CONTACTS, kind)
        text = data.decode() if kind == "csv" else str(rows_of(data))
        assert "张三" in text
        assert "138****5678" in text
        assert "13812345678" not in text
    assert desk.get("/register/import/contacts/").status_code == 403
    assert "/register/export/contacts/" in desk.get("/register/import/").content.decode()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "table", [table for table in TABLES if table.takes_files], ids=lambda table: table.code
)
def test_what_goes_out_comes_back_unchanged(desk, table, kind, park, other_park):
    firm = make_enterprise(
        park=park, credit_code=GOOD_CODES[0], credit_code_state="verified", is_service_body=True
    )
    make_enterprise(head_office=firm, kind="branch", industry=make_industry(), note="备注  两个空格")
    Title.objects.create(park=park, level="city", name="示范园区", applied_on=date(2025, 1, 1))
    Park.objects.filter(pk=park.pk).update(
        land_area=0, built_area=123456789012, aliases=["甲", "乙"], has_one_stop=False
    )
    make_area(chains=(park.placements.get().chain,))
    make_park(name=park.name, code="P-SAME-NAME")
    _hang_on(park, other_park, firm)
    data = exported(desk, table, kind)
    page = upload(desk, table, data, f"导出.{kind}")
    told = report(page)
    assert told.is_fine, found_at(page)
    assert (told.new, told.changed) == (0, 0)
    assert told.same == table.resource._meta.model.objects.count() > 0


def _hang_on(park, other_park, firm):
    space = make_space(building=make_building(park=park, name="一号楼", built_area=1), area=880, rent=0)
    Occupancy.objects.create(tenancy=park.tenancies.get(), space=space, valid_from=date(2024, 3, 1), area=440, rent=0)
    Cultivation.objects.create(enterprise=firm, of_class=make_class(), revenue=123_456, revenue_year=2025)
    Tenancy.objects.create(
        park=other_park, enterprise=firm, valid_from=date(2024, 5, 1), valid_to=date(2025, 1, 1), leaving_reason="moved"
    )
    held = {"valid_from": date(2024, 1, 1), "valid_to": date(2027, 1, 1)}
    Honour.objects.create(enterprise=firm, kind=make_honour_kind(), **held)
    Attribution.objects.create(enterprise=firm, kind="tax", elsewhere="盘龙区", valid_from=date(2024, 1, 1))


def test_chains_go_out_and_never_in(desk, chain):
    assert "本链" in exported(desk, CHAINS, "csv").decode()
    assert desk.get("/register/import/chains/").status_code == 403
    assert desk.post("/register/import/chains/").status_code == 403
