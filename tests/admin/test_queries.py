"""A page of the officials' admin asks as often for many rows as for one."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.accounts.roles import RoleCode
from parks.models import Occupancy, Placement
from targets.models import Target, TargetUnit
from tests.admin.world import fill, make_rule
from tests.factories import (
    give,
    make_area,
    make_building,
    make_chain,
    make_cycle,
    make_enterprise,
    make_park,
    make_space,
    make_sponsorship,
    make_template,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db


def queries(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def more(park, target) -> None:
    """Two more of everything, and two more rows beside the park and the target."""
    for number in (1, 2):
        chain, street, department = make_chain(), make_unit("street"), make_unit()
        other = make_park(chain=chain, street=street, department=department, area=make_area(chains=(chain,)))
        make_enterprise(park=other)
        make_space(building=make_building(park=other))
        user = make_user(RoleCode.OPERATOR, scope=other)
        give(user, RoleCode.TASK_FORCE, chain)
        make_cycle(make_template(), period=f"2026Q{number}")
        make_rule(f"after-{number}", number)
        TargetUnit.objects.create(target=target, unit=department)
        Target.objects.create(
            plan=target.plan, code=f"T9{number}", clause="一", title="目标", operator="ge", shape="stock",
            force="约束", indicator=target.indicator,
        )  # fmt: skip
        first = date(2020 + number, 1, 1)
        until = date(2021 + number, 1, 1)
        Placement.objects.create(park=park, chain=chain, street=street, valid_from=first, valid_to=until)
        make_sponsorship(park, department, since=first, until=until)


@pytest.mark.parametrize(
    "name",
    ["parks_building", "parks_space", "parks_tenancy",
     "parks_park", "parks_area", "parks_chain", "parks_enterprise", "accounts_unit", "accounts_user",
     "parks_industry", "accounts_grant", "targets_target", "targets_cycle", "targets_returntemplate", "targets_mechanism",
     "notices_reminderrule"],
)  # fmt: skip
def test_a_list_asks_the_same_for_one_row_and_for_three(name, sign_in, office, park):
    world = fill(park, office)
    client, path = sign_in(office), reverse(f"admin:{name}_changelist")
    few = queries(client, path)
    more(park, world["target"])
    assert queries(client, path) == few


def test_a_park_with_history_asks_no_more(sign_in, office, park):
    world = fill(park, office)
    client, path = sign_in(office), reverse("admin:parks_park_change", args=[park.pk])
    few = queries(client, path)
    more(park, world["target"])
    assert queries(client, path) == few


def test_a_person_with_many_grants_asks_no_more(sign_in, security_admin, operator, park):
    client, path = sign_in(security_admin), reverse("admin:accounts_user_change", args=[operator.pk])
    few = queries(client, path)
    for _ in range(3):
        give(operator, RoleCode.OPERATOR, make_park())
    assert queries(client, path) == few


@pytest.mark.parametrize("name", ["building", "space", "tenancy"])
def test_space_with_many_users_asks_no_more(name, sign_in, office, park):
    space = make_space(building=make_building(park=park))
    stay = make_enterprise(park=park).tenancies.get()
    row = {"building": space.building, "space": space, "tenancy": stay}[name]
    client, path = sign_in(office), reverse(f"admin:parks_{name}_change", args=[row.pk])

    def use(year: int) -> None:
        first, last = date(year, 1, 1), date(year + 1, 1, 1)
        room = space if name == "space" else make_space(building=space.building)
        user = stay if name == "tenancy" else make_enterprise(park=park).tenancies.get()
        Occupancy.objects.create(tenancy=user, space=room, valid_from=first, valid_to=last)

    use(2024)
    few = queries(client, path)
    use(2025)
    use(2026)
    assert queries(client, path) == few
