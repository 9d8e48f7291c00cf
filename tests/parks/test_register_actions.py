"""The register's writes: dated rows follow one another, nothing overlaps, a stale edit is refused."""

from datetime import date

import pytest

from guandu.audit.changes import snapshot
from guandu.audit.models import AuditEvent
from guandu.core.actors import LOADER
from guandu.core.errors import Conflict, Invalid, NotAllowed
from parks.actions import enterprises, parks, placements, register, titles
from parks.enums import HonourCode, TitleState
from parks.models import Enterprise, Park, Placement, Tenancy, Title
from tests.factories import make_area, make_chain, make_enterprise, make_honour_kind, make_unit

pytestmark = pytest.mark.django_db

GOOD_CODE = "91530111MA6K0000XP"


def history(park: Park) -> list[tuple]:
    return [(row.chain.code, row.valid_from, row.valid_to) for row in park.placements.order_by("valid_from")]


def test_a_move_closes_the_former_place_on_the_same_day(office, park, chain):
    other = make_chain(code="new-chain")
    placements.place(park=park, chain=other, on=date(2026, 7, 1), by=office)
    assert history(park) == [
        ("chain-own", date(2024, 1, 1), date(2026, 7, 1)),
        ("new-chain", date(2026, 7, 1), None),
    ]
    event = AuditEvent.objects.get(verb="placement.change")
    assert (event.object_key, event.changes.count()) == ("park-own", 2)


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2020, 1, 1)])
def test_a_place_before_the_one_in_force_is_refused(office, park, day):
    with pytest.raises(Invalid, match="2024-01-01 起的归属，新的起始日期与它重叠"):
        placements.place(park=park, chain=make_chain(), on=day, by=office)
    assert len(history(park)) == 1


def test_a_place_within_a_closed_one_is_refused(office, park, chain):
    Placement.objects.filter(park=park).update(valid_to=date(2025, 1, 1))
    with pytest.raises(Invalid, match="至 2024-12-31的归属"):
        placements.place(park=park, chain=chain, on=date(2024, 12, 31), by=office)
    placements.place(park=park, chain=chain, on=date(2025, 1, 1), by=office)
    assert len(history(park)) == 2


def test_a_place_of_the_same_day_is_corrected(office, park):
    other = make_chain(code="new-chain")
    placements.place(park=park, chain=other, on=date(2024, 1, 1), by=office)
    assert history(park) == [("new-chain", date(2024, 1, 1), None)]


def test_the_same_place_again_changes_nothing(office, park, chain):
    place = park.placements.get()
    placements.place(
        park=park, chain=chain, street=place.street, operator=place.operator, on=date(2026, 7, 1), by=office
    )
    assert len(history(park)) == 1


def test_sponsors_follow_one_another(office, park, department):
    other = make_unit(code="dept-new")
    placements.sponsor(park=park, department=other, leader="某区领导", on=date(2026, 7, 1), by=office)
    rows = list(park.sponsorships.order_by("valid_from").values_list("department__code", "valid_to"))
    assert rows == [("dept-own", date(2026, 7, 1)), ("dept-new", None)]


@pytest.mark.parametrize("who", ["operator", "department_user", "street_user", "leader", "system_admin"])
def test_only_the_office_writes_the_register(who, request, park, chain):
    actor = request.getfixturevalue(who)
    for step in (
        lambda: parks.create(code="P-NEW", name="新园区", chain=chain, on=date(2026, 7, 1), by=actor),
        lambda: parks.update(park=park, values={"name": "改名"}, by=actor),
        lambda: placements.place(park=park, chain=chain, on=date(2026, 7, 1), by=actor),
        lambda: placements.sponsor(park=park, department=make_unit(), on=date(2026, 7, 1), by=actor),
        lambda: titles.award(park=park, level="city", name="示范园区", on=date(2026, 7, 1), by=actor),
        lambda: enterprises.create(code="E-NEW", name="新企业", by=actor),
        lambda: register.create_chain(code="C-NEW", name="新链", by=actor),
    ):
        with pytest.raises(NotAllowed):
            step()


def test_a_park_is_entered_and_described(office, chain):
    park = parks.create(
        code="P-NEW", name="新园区", chain=chain, on=date(2026, 1, 1), opened_on=date(2026, 1, 1), by=office
    )
    changed = parks.update(park=park, values={"lettable_area": 1_234_50}, version=1, by=office)
    assert (changed.lettable_area, changed.version) == (123450, 2)


def test_a_stale_park_is_not_overwritten(office, park):
    seen = snapshot(park)
    parks.update(park=park, values={"note": "甲的说明"}, by=office)
    with pytest.raises(Conflict) as refusal:
        parks.update(park=park, values={"note": "乙的说明"}, seen=seen, by=office)
    assert refusal.value.changes == (("说明", "甲的说明", "乙的说明"),)
    with pytest.raises(Conflict):
        parks.update(park=park, values={"note": "乙的说明"}, version=1, by=office)
    assert Park.objects.get(pk=park.pk).note == "甲的说明"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"code": "含空 格"}, "code"), ({"name": ""}, "name"), ({"closed_on": date(2020, 1, 1)}, "__all__")],
)
def test_a_wrong_park_is_refused_by_field(office, chain, values, field):
    given = {"code": "P-NEW", "name": "新园区", "opened_on": date(2026, 1, 1), **values}
    given |= {"chain": chain, "on": date(2026, 1, 1)}
    with pytest.raises(Invalid) as refusal:
        parks.create(**given, by=office)
    assert field in {name for name, _ in refusal.value.errors}


@pytest.mark.parametrize("field", ["code", "version", "is_demo", "loaded_digest"])
def test_other_fields_are_out_of_reach(office, park, field):
    with pytest.raises(Invalid, match=field):
        parks.update(park=park, values={field: "x"}, by=office)


def test_a_title_goes_from_candidate_to_award(office, park):
    titles.record(park=park, level="city", name="示范园区", state=TitleState.APPLIED, by=office)
    titles.award(park=park, level="city", name="示范园区", on=date(2026, 7, 1), document="〔2026〕1号", by=office)
    title = Title.objects.get(park=park)
    assert (title.state, title.awarded_on, title.document) == ("awarded", date(2026, 7, 1), "〔2026〕1号")
    with pytest.raises(Invalid) as refusal:
        titles.record(park=park, level="city", name="新称号", state=TitleState.AWARDED, by=office)
    assert "已认定的称号必须填写认定日期。" in [text for _, text in refusal.value.errors]


def firm_row(park, number=1, **values):
    return {"code": f"E-{number}", "name": f"企业{number}", "park": park, "on": date(2026, 1, 1), **values}


def test_firms_are_entered_in_one_event(park):
    make_honour_kind(HonourCode.HITECH)
    rows = [firm_row(park, n, honours=[(HonourCode.HITECH, date(2026, 1, 1), None)]) for n in range(3)]
    enterprises.enter_many(rows=rows, by=LOADER)
    event = AuditEvent.objects.get(verb="enterprise.enter_many")
    assert (Enterprise.objects.count(), Tenancy.objects.count(), event.changes.count()) == (3, 3, 12)


def test_one_known_firm_stops_the_whole_list(park):
    make_enterprise(code="E-2")
    with pytest.raises(Invalid) as refusal:
        enterprises.enter_many(rows=[firm_row(park, 1), firm_row(park, 2), firm_row(park, 1)], by=LOADER)
    assert refusal.value.errors == (("code", "编码 E-1 已被使用。"), ("code", "编码 E-2 已被使用。"))
    assert Enterprise.objects.count() == 1


@pytest.mark.parametrize("code", ["123", "91530111MA6K0000XI", "91530111MA6K0000X1", "九一"])
def test_a_wrong_credit_code_is_refused(office, code):
    with pytest.raises(Invalid) as refusal:
        enterprises.create(code="E-1", name="企业", credit_code=code, by=office)
    assert refusal.value.errors[0][0] == "credit_code"


def test_a_credit_code_is_normalised(office):
    firm = enterprises.create(code="E-1", name="企业", credit_code=f" {GOOD_CODE.lower()} ", by=office)
    assert firm.credit_code == GOOD_CODE


def test_an_area_belongs_to_clusters(office, chain):
    area = make_area(chains=(chain,))
    other = make_chain(code="new-chain")
    register.update_area(area=area, values={"name": "新片区"}, chains=[chain, other], by=office)
    assert set(area.chains.all()) == {chain, other}
    changes = AuditEvent.objects.get(verb="area.update").changes.values_list("after", flat=True)
    assert {"chains": ["chain-own", "new-chain"]} in list(changes)
