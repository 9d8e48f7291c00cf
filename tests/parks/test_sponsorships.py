"""包保: one leader, one department, a deputy head, A and B; a clash is refused, a gap is listed."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.core.errors import Invalid, NotAllowed
from guandu.web.registry import todos_for
from parks.actions import placements
from parks.models import Sponsorship
from parks.queries.sponsorships import duties_on, holder_on
from tests.factories import make_park, make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A3")]
WHOLE = {"leader": "李区长", "deputy_head": "张局长", "staff_member": "王科员", "deputy_staff": "赵科员"}


@pytest.fixture
def bare():
    return make_park(name="没有包保的园区")


def test_a_second_leader_for_overlapping_dates_is_refused(bare, office, department):
    placements.sponsor(park=bare, department=department, on=date(2026, 7, 1), by=office, **WHOLE)
    with pytest.raises(Invalid, match="与它重叠"):
        placements.sponsor(park=bare, department=department, on=date(2026, 6, 1), by=office, **{**WHOLE, "leader": "陈区长"})
    placements.sponsor(park=bare, department=department, on=date(2026, 9, 1), by=office, **{**WHOLE, "leader": "陈区长"})
    assert list(bare.sponsorships.order_by("valid_from").values_list("leader", "valid_to")) == [
        ("李区长", date(2026, 9, 1)), ("陈区长", None)
    ]  # fmt: skip


def test_whoever_holds_the_duty_on_the_day_is_meant(bare, office, department):
    later = make_unit(name="后任部门")
    placements.sponsor(park=bare, department=department, on=date(2026, 1, 1), by=office, **WHOLE)
    placements.sponsor(park=bare, department=later, on=date(2026, 9, 1), by=office, **WHOLE)
    held = {day: holder_on(bare, day) for day in (date(2025, 12, 31), date(2026, 8, 31), date(2026, 9, 1))}
    assert [duty and duty.department.name for duty in held.values()] == [None, department.name, "后任部门"]


@time_machine.travel("2026-10-12T10:00:00+08:00", tick=False)
def test_a_park_with_a_gap_on_a_day_is_listed_for_that_day(bare, park, office, department):
    placements.sponsor(park=bare, department=department, on=date(2026, 7, 1), by=office, **WHOLE)
    gaps = lambda day: {duty.park.name: duty.gaps for duty in duties_on(office, day)}  # noqa: E731
    assert gaps(date(2026, 6, 30))[bare.name] == ["没有包保"]
    assert gaps(date(2026, 7, 1))[bare.name] == []
    assert gaps(date(2026, 7, 1))[park.name] == ["未定包保区领导", "未定分管领导", "未定工作人员（A角）", "未定工作人员（B角）"]


@time_machine.travel("2026-10-12T10:00:00+08:00", tick=False)
def test_the_office_is_told_of_parks_nobody_answers_for(bare, office, operator, sign_in):
    assert [todo.detail for todo in todos_for(office) if "没有包保" in todo.title] == [bare.name]
    assert not [todo for todo in todos_for(operator) if "没有包保" in todo.title]
    page = sign_in(office).get("/register/sponsorships/?gaps=only").content.decode()
    assert bare.name in page


def test_a_and_b_are_two_people(bare, office, department):
    with pytest.raises(Invalid, match="A角和B角不能是同一人"):
        placements.sponsor(
            park=bare, department=department, on=date(2026, 7, 1), staff_member="王科员", deputy_staff="王科员", by=office
        )
    assert not Sponsorship.objects.filter(park=bare).exists()


def test_the_office_changes_it_in_the_portal_and_nobody_else(bare, office, operator, department, sign_in):
    wanted = {**WHOLE, "on": "2026-07-01", "department": department.pk, "document": "官办发〔2026〕5号"}
    assert sign_in(office).post(f"/register/sponsorships/{bare.code}/", wanted).status_code == 302
    assert bare.sponsorships.get().document == "官办发〔2026〕5号"
    assert sign_in(operator).post(f"/register/sponsorships/{bare.code}/", wanted).status_code == 403
    with pytest.raises(NotAllowed):
        placements.sponsor(park=bare, department=department, on=date(2026, 8, 1), by=operator)


def test_each_sees_the_duties_of_his_own_parks(park, other_park, operator, sign_in):
    page = sign_in(operator).get("/register/sponsorships/").content.decode()
    assert park.name in page
    assert other_park.name not in page


def test_the_list_asks_as_often_for_three_as_for_one(office, department, sign_in):
    browser, counts = sign_in(office), []
    for number in range(3):
        make_park(department=department)
        if number in {0, 2}:
            with CaptureQueriesContext(connection) as captured:
                assert browser.get("/register/sponsorships/").status_code == 200
            counts.append(len(captured))
    assert counts[0] == counts[1]
