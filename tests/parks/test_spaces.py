"""Buildings and spaces: stable codes, closed in order, what stands in the way named, stale edits refused."""

from datetime import date

import pytest
from django.db.models import ProtectedError

from guandu.audit.changes import snapshot
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from parks.actions import parks, spaces, tenancies
from parks.enums import SpaceState
from parks.models import Building, Park, Space
from parks.queries.spaces import buildings_of, free_spaces, spaces_of
from tests.factories import make_building, make_chain, make_enterprise, make_park, make_space

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 1)


@pytest.fixture
def building(park) -> Building:
    return make_building(park=park, name="一号楼")


@pytest.fixture
def space(building) -> Space:
    return make_space(building=building, name="301室", area=500_00)


def settle(park, space, name="某科技有限公司", **values):
    firm = make_enterprise(park=park, name=name)
    return tenancies.take(tenancy=firm.tenancies.get(), space=space, on=date(2026, 1, 1), **values)


@pytest.mark.feature("A1")
def test_codes_count_up_and_what_is_closed_keeps_its_code(operator, park):
    first = spaces.create_building(park=park, name="一号楼", by=operator)
    second = spaces.create_building(park=park, name="二号楼", by=operator)
    spaces.update_building(building=second, values={"closed_on": DAY}, by=operator)
    third = spaces.create_building(park=park, name="三号楼", by=operator)
    room = spaces.create_space(building=first, name="101室", by=operator)
    assert [each.code for each in (first, second, third)] == ["park-own-B01", "park-own-B02", "park-own-B03"]
    assert room.code == "park-own-B01-01"
    for values in ({"code": second.code}, {"code": "park-own-B01"}):
        with pytest.raises(Invalid) as refusal:
            spaces.create_building(park=park, name="新楼", by=operator, **values)
        assert "code" in {field for field, _ in refusal.value.errors}


@pytest.mark.feature("A1")
@pytest.mark.parametrize("what", ["park", "building", "space"])
def test_the_code_of_what_stands_is_out_of_reach(office, park, building, space, what):
    step = {
        "park": lambda: parks.update(park=park, values={"code": "X"}, by=office),
        "building": lambda: spaces.update_building(building=building, values={"code": "X"}, by=office),
        "space": lambda: spaces.update_space(space=space, values={"code": "X"}, by=office),
    }[what]
    with pytest.raises(Invalid, match="code"):
        step()


@pytest.mark.feature("A1")
def test_a_park_with_buildings_or_firms_is_not_closed_and_they_are_named(office, park, building):
    make_enterprise(park=park, name="某科技有限公司")
    with pytest.raises(NotReady, match="不能自 2026-07-01 起关闭") as refusal:
        parks.update(park=park, values={"closed_on": DAY}, by=office)
    assert refusal.value.missing == ("楼宇：一号楼", "企业：某科技有限公司")
    assert Park.objects.get(pk=park.pk).closed_on is None


@pytest.mark.feature("A1")
def test_a_park_closes_when_nothing_stands_in_it_any_more(office, park, building):
    tenancy = make_enterprise(park=park).tenancies.get()
    tenancies.leave(tenancy=tenancy, on=DAY, reason="moved", by=office)
    spaces.update_building(building=building, values={"closed_on": DAY}, by=office)
    parks.update(park=park, values={"closed_on": DAY}, by=office)
    assert Park.objects.get(pk=park.pk).closed_on == DAY


@pytest.mark.feature("A1")
def test_nothing_with_children_is_deleted_behind_the_portal_either(park, space):
    for row in (park, space.building):
        with pytest.raises(ProtectedError):
            row.delete()


@pytest.mark.feature("A1")
def test_a_building_with_open_spaces_is_not_closed_and_they_are_named(operator, building, space):
    make_space(building=building, name="302室", closed_on=date(2026, 8, 1))
    make_space(building=building, name="303室", closed_on=DAY)
    with pytest.raises(NotReady) as refusal:
        spaces.update_building(building=building, values={"closed_on": DAY}, by=operator)
    assert refusal.value.missing == ("301室（未停用）", "302室（2026-08-01 停用）")


@pytest.mark.feature("A1")
def test_a_space_in_use_is_not_closed_and_its_user_is_named(operator, park, space):
    settle(park, space, by=operator)
    with pytest.raises(NotReady) as refusal:
        spaces.update_space(space=space, values={"closed_on": DAY}, by=operator)
    assert refusal.value.missing == ("某科技有限公司，2026-01-01 起，未登记退出",)
    tenancies.release(occupancy=space.occupancies.get(), on=DAY, by=operator)
    assert spaces.update_space(space=space, values={"closed_on": DAY}, by=operator).closed_on == DAY


def test_many_blockers_are_named_as_far_as_a_person_reads(operator, building):
    for number in range(25):
        make_space(building=building, name=f"{number:02}室")
    with pytest.raises(NotReady) as refusal:
        spaces.update_building(building=building, values={"closed_on": DAY}, by=operator)
    assert len(refusal.value.missing) == 21
    assert refusal.value.missing[-1] == "等共 25 项"


def test_a_space_does_not_outlive_its_building(operator, building):
    room = spaces.create_space(building=building, name="101室", closed_on=DAY, by=operator)
    spaces.update_building(building=building, values={"closed_on": DAY}, by=operator)
    for step in (
        lambda: spaces.create_space(building=building, name="102室", by=operator),
        lambda: spaces.update_space(space=room, values={"closed_on": None}, by=operator),
    ):
        with pytest.raises(Invalid, match="一号楼自 2026-07-01 起停用"):
            step()


def test_a_space_is_not_smaller_than_what_is_used_of_it(operator, park, space):
    settle(park, space, area=300_00, by=operator)
    with pytest.raises(Invalid, match="300.00 平方米"):
        spaces.update_space(space=space, values={"area": 299_99}, by=operator)
    assert spaces.update_space(space=space, values={"area": 300_00}, by=operator).area == 300_00


@pytest.mark.feature("A18")
def test_who_saves_second_is_refused_and_shown_what_the_first_one_changed(operator, office, building, space):
    seen = snapshot(building)
    spaces.update_building(building=building, values={"note": "甲的说明"}, by=office)
    with pytest.raises(Conflict) as refusal:
        spaces.update_building(building=building, values={"note": "乙的说明"}, seen=seen, by=operator)
    assert ("说明", "甲的说明", "乙的说明") in refusal.value.changes
    seen = snapshot(space)
    spaces.update_space(space=space, values={"floor": "3层"}, by=office)
    with pytest.raises(Conflict):
        spaces.update_space(space=space, values={"floor": "4层"}, seen=seen, by=operator)
    assert (Building.objects.get().note, Space.objects.get().floor) == ("甲的说明", "3层")


@pytest.mark.feature("A12")
@pytest.mark.parametrize(
    "who", ["department_user", "street_user", "task_force_user", "leader", "expert", "system_admin"]
)
def test_only_the_park_itself_and_the_office_keep_its_space(who, request, park, building, space):
    actor = request.getfixturevalue(who)
    for step in (
        lambda: spaces.create_building(park=park, name="新楼", by=actor),
        lambda: spaces.update_building(building=building, values={"note": "x"}, by=actor),
        lambda: spaces.create_space(building=building, name="新室", by=actor),
        lambda: spaces.update_space(space=space, values={"note": "x"}, by=actor),
    ):
        with pytest.raises(NotAllowed):
            step()


@pytest.mark.feature("A12")
def test_an_operator_keeps_no_other_parks_space(operator, other_park):
    building = make_building(park=other_park)
    for step in (
        lambda: spaces.create_building(park=other_park, name="新楼", by=operator),
        lambda: spaces.update_space(space=make_space(building=building), values={"note": "x"}, by=operator),
    ):
        with pytest.raises(NotAllowed):
            step()


@pytest.mark.feature("A2")
def test_a_park_without_a_chain_is_refused(office, chain):
    for values in ({"chain": None}, {}):
        with pytest.raises((Invalid, TypeError)):
            parks.create(code="P-NEW", name="新园区", on=DAY, by=office, **values)
    assert not Park.objects.filter(code="P-NEW").exists()
    park = parks.create(code="P-NEW", name="新园区", chain=chain, on=DAY, by=office)
    assert [(row.chain, row.valid_from, row.valid_to) for row in park.placements.all()] == [
        (chain, DAY, None)
    ]


@pytest.mark.feature("A2")
@pytest.mark.parametrize(
    ("field", "one", "other"),
    [("carrier", "land", "building"), ("operating_model", "government", "joint")],
)
def test_a_park_has_one_form_and_one_model_and_never_none_again(office, park, field, one, other):
    parks.update(park=park, values={field: one}, by=office)
    assert getattr(parks.update(park=park, values={field: other}, by=office), field) == other
    with pytest.raises(Invalid, match="请按提示修改") as refusal:
        parks.update(park=park, values={field: ""}, by=office)
    assert refusal.value.errors[0][0] == field
    with pytest.raises(Invalid):
        parks.update(park=park, values={field: "both"}, by=office)


def states(park, day):
    return {space.name: space.state for space in spaces_of(park, day)}


def test_where_a_space_stands_follows_from_its_days(operator, park, building):
    room = {
        name: make_space(building=building, name=name, **values)
        for name, values in {
            "空": {"area": 100_00}, "用": {}, "约": {}, "待": {"available_from": date(2026, 9, 1)},
            "停": {"closed_on": DAY},
        }.items()
    }  # fmt: skip
    settle(park, room["用"], by=operator)
    later = make_enterprise(park=park, since=date(2026, 8, 1)).tenancies.get()
    tenancies.take(tenancy=later, space=room["约"], on=date(2026, 8, 1), by=operator)
    assert states(park, DAY) == {
        "空": SpaceState.FREE, "用": SpaceState.TAKEN, "约": SpaceState.PROMISED, "待": SpaceState.WAITING,
        "停": SpaceState.CLOSED,
    }  # fmt: skip
    assert states(park, date(2026, 9, 1)) | {"停": ""} == {
        "空": SpaceState.FREE, "用": SpaceState.TAKEN, "约": SpaceState.TAKEN, "待": SpaceState.FREE, "停": ""
    }  # fmt: skip
    counts = buildings_of(park, DAY).counts
    assert (counts.open, counts.free, counts.taken, counts.rest, counts.closed) == (4, 1, 1, 2, 1)
    assert counts.free_area == 100


def test_a_space_is_free_from_the_day_on_which_it_is_given_back(operator, office, park, space):
    use = settle(park, space, by=operator)
    tenancies.release(occupancy=use, on=DAY, by=operator)
    assert states(park, date(2026, 6, 30)) == {"301室": SpaceState.TAKEN}
    assert states(park, DAY) == {"301室": SpaceState.FREE}
    assert [each.pk for each in free_spaces(office, DAY)] == [space.pk]
    assert list(free_spaces(office, date(2026, 6, 30))) == []


def test_no_free_space_that_says_how_large_it_is_makes_no_zero(park, building):
    make_space(building=building)
    assert buildings_of(park, DAY).counts.free_area is None
    make_space(building=building, area=0)
    assert buildings_of(park, DAY).counts.free_area == 0


@pytest.mark.feature("A12")
def test_free_spaces_are_those_of_ones_own_scope(operator, office, task_force_user, park, other_park):
    own = make_space(building=make_building(park=park))
    other = make_space(building=make_building(park=other_park))
    assert {each.pk for each in free_spaces(office, DAY)} == {own.pk, other.pk}
    for user in (operator, task_force_user):
        assert {each.pk for each in free_spaces(user, DAY)} == {own.pk}


def test_a_closed_building_or_park_offers_nothing(office, park):
    shut = make_park(chain=make_chain(), closed_on=DAY)
    make_space(building=make_building(park=shut))
    make_space(building=make_building(park=park, closed_on=DAY))
    assert list(free_spaces(office, DAY)) == []
