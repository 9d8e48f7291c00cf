"""A duty that nobody active holds alarms the office, and is recorded once when it begins and once when it ends."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.accounts.actions import grants, sweep, users, vacancies
from guandu.accounts.models import Grant, User, Vacancy
from guandu.accounts.queries_duties import unheld
from guandu.accounts.roles import ADMINISTRATORS, RoleCode
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import NotAllowed
from guandu.jobs import queue, worker
from guandu.web.registry import todos_for
from tests.factories import give, make_park, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X6")]

TODAY = clock.real_today()


@pytest.fixture
def staffed(
    park,
    operator,
    department_user,
    task_force_user,
    street_user,
    office,
    system_admin,
    security_admin,
    audit_admin,
) -> None:
    """One park, and somebody for every duty that it and the district owe."""
    User.objects.filter(username__contains="admin").update(staff_no="")
    for number, user in enumerate(User.objects.filter(username__contains="admin")):
        User.objects.filter(pk=user.pk).update(staff_no=f"GH-{number}")


def wanting() -> list[tuple[str, str]]:
    return sorted((each.duty.role, each.duty.scope_code) for each in unheld())


def alarms(user: User) -> list[str]:
    fresh = User.objects.select_related("unit").get(pk=user.pk)
    return [todo.title for todo in todos_for(fresh) if todo.word == "无人在岗"]


def test_where_every_duty_is_held_nobody_is_alarmed(staffed, office):
    assert wanting() == []
    assert alarms(office) == []


# What makes a duty unheld


ENDS = {
    "closed": lambda user, by: users.disable(user=user, reason="调离", by=by["system"]),
    "taken back": lambda user, by: grants.revoke(grant=user.grants.get(), reason="离职", by=by["security"]),
    "over today": lambda user, by: Grant.objects.filter(user=user).update(valid_to=TODAY),
    "unused for long": lambda user, by: unused(user),
}


def unused(user: User) -> None:
    long_ago = clock.now() - timedelta(days=200)
    User.objects.filter(pk=user.pk).update(
        created_at=long_ago, password_changed_at=long_ago, last_login=long_ago
    )
    assert sweep.sweep() == [user]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("who", ["operator", "department_user", "task_force_user", "street_user"])
def test_the_last_holder_gone_the_office_is_told_on_its_home(
    end, who, staffed, request, office, system_admin, security_admin
):
    user = request.getfixturevalue(who)
    role, unit = user.grants.get().get_role_display(), user.unit.name
    ENDS[end](user, {"system": system_admin, "security": security_admin})
    assert alarms(office) == [f"{unit}：{role}无人在岗"]
    for other in ("leader", "system_admin", "security_admin"):
        assert alarms(request.getfixturevalue(other)) == []


def test_a_colleague_who_holds_the_duty_too_is_enough(staffed, park, operator, office, system_admin):
    give(make_user(unit=operator.unit), RoleCode.OPERATOR, park)
    users.disable(user=operator, by=system_admin)
    assert alarms(office) == []


def test_a_duty_over_something_else_is_not(staffed, operator, office, system_admin):
    other = make_park()
    give(make_user(unit=operator.unit), RoleCode.OPERATOR, other)
    users.disable(user=operator, by=system_admin)
    assert (RoleCode.OPERATOR, operator.grants.get().scope_code) in wanting()


def test_a_duty_that_begins_tomorrow_is_not_held_today(staffed, park, operator, office, system_admin):
    give(make_user(unit=operator.unit), RoleCode.OPERATOR, park, since=TODAY + timedelta(days=1))
    users.disable(user=operator, by=system_admin)
    assert len(alarms(office)) == 1


def test_a_park_owes_its_duties_from_opening_to_closing(staffed, office):
    make_park(opened_on=TODAY + timedelta(days=1))
    make_park(closed_on=TODAY)
    assert wanting() == []
    make_park(opened_on=TODAY)
    assert {role for role, _ in wanting()} == {RoleCode.OPERATOR, RoleCode.TASK_FORCE}


def test_the_page_alarms_the_office_and_leads_to_the_duties(staffed, operator, office, system_admin, sign_in):
    users.disable(user=operator, by=system_admin)
    client = sign_in(office)
    home = client.get("/").content.decode()
    assert f"{operator.unit.name}：园区运营方无人在岗" in home
    assert "/accounts/duties/" in home
    page = client.get("/accounts/duties/").content.decode()
    assert "<strong>1</strong> 个无人在岗" in page
    assert "本园区填报" in page


def test_many_are_one_line(staffed, office):
    for _ in range(2):
        make_park()
    (line,) = alarms(office)
    assert line == "4 个岗位无人在岗"


# The office's own duty and the administrators'


@pytest.mark.parametrize("gone", ["office", "system_admin", "security_admin", "audit_admin"])
def test_where_the_office_or_an_administrator_is_gone_those_left_hear_of_it(gone, staffed, request):
    user = request.getfixturevalue(gone)
    role = RoleCode(user.grants.get().role)
    Grant.objects.filter(user=user).update(valid_to=TODAY)
    for who in {"office", "system_admin", "security_admin", "audit_admin"} - {gone}:
        assert [
            each.endswith(f"：{role.label}无人在岗") for each in alarms(request.getfixturevalue(who))
        ] == [True], who


def test_administrators_hear_of_no_business(staffed, operator, system_admin, audit_admin):
    users.disable(user=operator, by=system_admin)
    assert alarms(system_admin) == alarms(audit_admin) == []


# What the watch records


def recorded() -> list[tuple]:
    return list(Vacancy.objects.order_by("pk").values_list("role", "scope_code", "began_on", "ended_on"))


def events(verb: str) -> int:
    return AuditEvent.objects.filter(verb=verb, outcome="done").count()


def test_a_vacancy_is_recorded_once_and_ended_once(staffed, park, operator, system_admin):
    with time_machine.travel(clock.now() - timedelta(days=9)):
        began = clock.today()
        users.disable(user=operator, by=system_admin)
        assert [vacancies.watch(), vacancies.watch()] == [(1, 0), (0, 0)]
    assert recorded() == [(RoleCode.OPERATOR, park.code, began, None)]
    users.enable(user=operator, by=system_admin)
    assert [vacancies.watch(), vacancies.watch()] == [(0, 1), (0, 0)]
    assert recorded() == [(RoleCode.OPERATOR, park.code, began, TODAY)]
    users.disable(user=operator, by=system_admin)
    assert vacancies.watch() == (1, 0)
    assert (events("vacancy.record"), events("vacancy.end")) == (2, 1)


def test_the_alarm_says_since_when(staffed, operator, office, system_admin):
    users.disable(user=operator, by=system_admin)
    with time_machine.travel(clock.now() - timedelta(days=9)):
        began = clock.today()
        vacancies.watch()
    (alarm,) = [todo for todo in todos_for(office) if todo.word == "无人在岗"]
    assert alarm.detail == f"本园区填报，{began} 起"


def test_the_alarm_does_not_wait_for_the_watch(staffed, operator, office, system_admin):
    users.disable(user=operator, by=system_admin)
    assert not Vacancy.objects.exists()
    assert len(alarms(office)) == 1


def test_the_daily_job_watches(staffed, operator, system_admin):
    users.disable(user=operator, by=system_admin)
    job = queue.enqueue("accounts.watch", by=CALENDAR, key=TODAY.isoformat())
    worker.run(job.pk)
    job.refresh_from_db()
    assert job.progress_note == "停用账号 0 个，新增空缺 1 项，结束空缺 0 项"


def test_a_duty_owed_no_more_ends_its_vacancy(staffed, park, operator, system_admin):
    users.disable(user=operator, by=system_admin)
    vacancies.watch()
    type(park).objects.filter(pk=park.pk).update(closed_on=TODAY)
    Grant.objects.exclude(role__in=[*ADMINISTRATORS, RoleCode.OFFICE]).delete()
    assert vacancies.watch() == (0, 1)


@pytest.mark.parametrize("who", ["office", "system_admin", "security_admin"])
def test_no_person_writes_a_vacancy(who, staffed, request, operator, system_admin):
    users.disable(user=operator, by=system_admin)
    with pytest.raises(NotAllowed):
        vacancies.record(found=unheld()[0], by=request.getfixturevalue(who))
    vacancies.watch()
    with pytest.raises(NotAllowed):
        vacancies.end(vacancy=Vacancy.objects.get(), by=request.getfixturevalue(who))


@pytest.mark.parametrize("count", [1, 3])
def test_the_question_takes_as_many_queries_for_three_parks_as_for_one(count, db):
    for _ in range(count):
        make_park()
    with CaptureQueriesContext(connection) as queries:
        found = unheld()
    assert len(found) == 4 + 2 * count
    assert len(queries) == 6
