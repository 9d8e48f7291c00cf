"""Grants decide what a person sees, today and over which scope."""

from datetime import date, timedelta

import pytest

from guandu.accounts.models import Grant, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import RoleCode
from guandu.core import clock
from guandu.core.actors import CALENDAR
from parks.models import Enterprise, Park, Placement
from tests.factories import give, make_demonstration, make_enterprise, make_park, make_sponsorship, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A12")]

LIMITED = ["operator", "department_user", "task_force_user", "street_user", "expert"]
WHOLE = ["office", "leader", "liaison", "api_client"]
NONE = ["system_admin", "security_admin", "audit_admin"]


def seen(user: User) -> set[str]:
    return set(Park.objects.visible_to(user).values_list("code", flat=True))


@pytest.mark.parametrize("who", LIMITED)
def test_a_limited_role_sees_its_own_park_only(who, request, park, other_park):
    assert seen(request.getfixturevalue(who)) == {park.code}


@pytest.mark.parametrize("who", WHOLE)
def test_a_district_role_sees_every_park(who, request, park, other_park):
    assert seen(request.getfixturevalue(who)) == {park.code, other_park.code}


@pytest.mark.parametrize("who", NONE)
def test_the_three_administrators_see_no_business_data(who, request, park, other_park):
    assert seen(request.getfixturevalue(who)) == set()


def test_a_service_sees_everything(park, other_park):
    assert Park.objects.visible_to(CALENDAR).count() == 2


def test_a_person_without_a_grant_sees_nothing(park):
    assert seen(make_user()) == set()


def test_a_disabled_person_sees_nothing(operator, park):
    operator.is_active = False
    operator.forget_grants()
    assert seen(operator) == set()


@pytest.mark.parametrize(("first", "last", "visible"), [(0, None, True), (1, None, False), (-9, 0, False), (-9, 1, True)])
def test_a_grant_counts_from_its_first_day_to_before_its_last(park, first, last, visible):
    today = clock.today()
    until = None if last is None else today + timedelta(days=last)
    user = make_user(RoleCode.OPERATOR, scope=park, since=today + timedelta(days=first), until=until)
    assert seen(user) == ({park.code} if visible else set())


def test_the_demonstration_date_decides_which_grants_count(park):
    user = make_user(RoleCode.OPERATOR, scope=park, since=date(2024, 1, 1), until=date(2024, 7, 1))
    assert seen(user) == set()
    make_demonstration(date(2024, 3, 1))
    user.forget_grants()
    assert seen(user) == {park.code}


def test_scopes_of_several_grants_add_up(operator, park, other_park):
    give(operator, RoleCode.OPERATOR, other_park)
    assert seen(operator) == {park.code, other_park.code}


def test_a_park_moved_to_another_chain_leaves_the_task_force(task_force_user, park, other_park):
    place = Placement.objects.get(park=park)
    chain = Placement.objects.get(park=other_park).chain
    Placement.objects.filter(pk=place.pk).update(chain=chain)
    assert seen(task_force_user) == set()


def test_a_former_sponsor_no_longer_sees_the_park(department_user, department, park):
    park.sponsorships.update(valid_to=clock.today())
    assert seen(department_user) == set()
    make_sponsorship(park, department, since=clock.today())
    assert seen(department_user) == {park.code}


def test_a_park_is_listed_once_whatever_it_was_before(task_force_user, chain, park):
    Placement.objects.create(
        park=park, chain=chain, valid_from=date(2020, 1, 1), valid_to=date(2024, 1, 1)
    )
    assert list(Park.objects.visible_to(task_force_user)) == [park]


def test_a_firm_stays_visible_to_the_park_where_it_was_a_tenant(operator, street_user, park, other_park):
    own, other = make_enterprise(park=park), make_enterprise(park=other_park)
    former = make_enterprise(park=park, name="已迁出企业")
    former.tenancies.update(valid_to=clock.today())
    found = set(Enterprise.objects.visible_to(operator))
    assert own in found
    assert other not in found
    assert former in found
    assert former not in set(Enterprise.objects.visible_to(street_user))


def test_may_asks_of_one_object_what_the_list_asks_of_all(operator, park, other_park):
    assert operator.may(Permission.PARK_VIEW)
    assert operator.may(Permission.PARK_VIEW, park)
    assert not operator.may(Permission.PARK_VIEW, other_park)
    assert not operator.may(Permission.PARK_EDIT, park)


def test_seeing_is_not_doing(task_force_user, park):
    assert Park.objects.visible_to(task_force_user).exists()
    assert not Park.objects.visible_to(task_force_user, Permission.PARK_EDIT).exists()


def test_grants_are_read_once_for_a_loaded_user(operator, park, django_assert_num_queries):
    user = User.objects.get(pk=operator.pk)
    with clock.known_demo_date(None):
        with django_assert_num_queries(1):
            user.may(Permission.PARK_VIEW)
        with django_assert_num_queries(1):
            user.may(Permission.PARK_VIEW, park)


def test_only_those_who_keep_accounts_see_grants(security_admin, office, operator):
    assert Grant.objects.visible_to(security_admin).count() == Grant.objects.count()
    assert Grant.objects.visible_to(office).count() == Grant.objects.count()
    assert not Grant.objects.visible_to(operator).exists()


def test_no_open_park_is_hidden_by_its_opening_date(office):
    planned = make_park(opened_on=None)
    assert planned in Park.objects.visible_to(office)
    assert planned not in Park.objects.visible_to(office).open_on(clock.today())
