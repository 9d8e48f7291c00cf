"""Batches, hand-overs, closures and new passwords, died in at every SQL statement: whole or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from guandu.accounts import queries_duties
from guandu.accounts.actions import (
    administrators,
    batches,
    factors,
    grants,
    handovers,
    operators,
    persons,
    policy,
    sessions,
    tokens,
    units,
    users,
    vacancies,
)
from guandu.accounts.models import AccountBatch, Grant, Handover, Unit, User, Vacancy
from guandu.accounts.queries_batches import Line
from guandu.accounts.roles import ADMINISTRATORS, RoleCode
from guandu.accounts.tasks import WATCH_JOB
from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import CALENDAR, COMMAND_LINE
from guandu.jobs import queue, worker
from guandu.jobs.models import Job
from tests.accounts.test_second_factor import give_generator
from tests.crash import Crash, CrashAt, crash_action, tell
from tests.factories import PASSWORD, give, make_park, make_unit, make_user
from tests.jobs.test_crash_points import relieve
from tests.targets.factories import make_cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("X6")]


TODAY = clock.real_today()
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def events(verb: str) -> int:
    return AuditEvent.objects.filter(verb=verb, outcome="done").count()


@pytest.fixture
def die(prove_figure) -> Callable[..., int]:
    """Die in a step at every statement, then let it end: one event of `verb`, the trail whole."""

    def run(verb: str, step: Callable[[], object], repair: Callable[[], object] = lambda: None) -> int:
        before = events(verb)
        crashes = crash_action(step, repair)
        assert events(verb) == before + 1
        assert list(trail.verify()) == []
        tell(prove_figure, crashes)
        return crashes

    return run


# A batch of accounts, on its way


@pytest.fixture
def lines(park, operator_unit) -> list[Line]:
    given = {
        "unit_code": operator_unit.code,
        "role": "operator",
        "scope_kind": "park",
        "scope_code": park.code,
    }
    return [
        Line(row=row, username=f"new.{seat}", name="新同事", seat=seat, **given)
        for row, seat in ((2, "A"), (3, "B"))
    ]


def ask(lines: list[Line], office: User) -> AccountBatch:
    return batches.request(
        title="新任填报人员", file_name="申请.xlsx", file_digest="d", lines=lines, by=office
    )


@pytest.fixture
def batch(lines, office) -> AccountBatch:
    return ask(lines, office)


def test_a_batch_is_asked_for_whole_or_not_at_all(die, lines, office):
    assert die("batch.request", lambda: ask(lines, office)) > 15
    assert AccountBatch.objects.get().requests.count() == 2


def test_accounts_are_opened_all_or_none(die, batch, system_admin):
    slips = []
    assert (
        die("batch.create_many", lambda: slips.append(batches.create_accounts(batch=batch, by=system_admin)))
        > 30
    )
    assert len(slips) == 1, "a password is told when its account stands, and at no other time"
    for slip in slips[0]:
        assert User.objects.get(username=slip.username).check_password(slip.password)


def test_duties_are_given_all_or_none(die, batch, system_admin, security_admin):
    batches.create_accounts(batch=batch, by=system_admin)
    assert die("batch.give_many", lambda: batches.give_grants(batch=batch, by=security_admin)) > 40
    assert Grant.objects.filter(user__username__startswith="new.").count() == 2
    assert AccountBatch.objects.get().state == AccountBatch.State.GRANTED


@pytest.mark.parametrize(("verb", "step"), [("batch.reissue", "reissue"), ("batch.refuse", "refuse")])
def test_what_else_befalls_a_batch_is_whole_or_not_at_all(die, batch, system_admin, verb, step):
    more = {"reason": "人员编号有误"} if step == "refuse" else {}
    if step == "reissue":
        batches.create_accounts(batch=batch, by=system_admin)
    assert die(verb, lambda: getattr(batches, step)(batch=batch, by=system_admin, **more)) > 8


# From one person to another


def test_a_hand_over_moves_everything_or_nothing(die, security_admin):
    cast = make_cast()
    cast.filed("2026Q1")
    cast.filled("2026Q2")
    leaver, successor = cast.operator, make_user(unit=cast.operator.unit)
    Grant.objects.filter(user=leaver).update(seat=Grant.Seat.MAIN)
    give(leaver, RoleCode.OPERATOR, make_park())
    with transaction.atomic():
        queue.enqueue("rating.trial", by=leaver, key="2026Q2")

    def hand_over() -> None:
        for user in (leaver, successor):
            user.forget_grants()
        handovers.hand_over(
            from_user=leaver, to_user=successor, reason="调令", close_account=True, by=security_admin
        )

    assert die("handover.hand_over", hand_over) > 60
    slip = Handover.objects.get()
    assert set(slip.items.values_list("section", flat=True)) == {"岗位与授权", "数据报送", "后台任务"}
    assert Grant.objects.filter(user=successor, valid_to=None).count() == 2
    assert not Grant.objects.filter(user=leaver, valid_to=None).exists()
    assert Job.objects.get().actor_key == successor.username


# An account closed, a password told


def let_in(user: User) -> None:
    """With a session that is listed, and a token."""
    Client().post(reverse("accounts:sign-in"), {"username": user.username, "password": PASSWORD})
    AuthToken.objects.create(user)
    assert ways_in(user) == (1, 1)


def ways_in(user: User) -> tuple[int, int]:
    """How many sessions and tokens are the person's."""
    mine = [row for row in Session.objects.all() if row.get_decoded().get("_auth_user_id") == str(user.pk)]
    return len(mine), AuthToken.objects.filter(user=user).count()


def test_an_account_is_closed_together_with_its_sessions_and_tokens(die, operator, system_admin):
    let_in(operator)
    assert die("user.disable", lambda: users.disable(user=operator, reason="调离", by=system_admin)) > 10
    assert (User.objects.get(pk=operator.pk).is_active, ways_in(operator)) == (False, (0, 0))


def test_a_new_password_ends_sessions_and_tokens_with_the_old_one(die, operator, system_admin):
    let_in(operator)
    word = "Another-2026-word"
    assert (
        die("user.set_password", lambda: users.set_password(user=operator, password=word, by=system_admin))
        > 12
    )
    assert (User.objects.get(pk=operator.pk).check_password(word), ways_in(operator)) == (True, (0, 0))


def test_the_office_tells_an_operators_new_password_when_it_holds(die, operator, office):
    let_in(operator)
    told = []
    assert die("operator.reset", lambda: told.append(operators.reset_password(user=operator, by=office))) > 15
    (word,) = told
    assert (User.objects.get(pk=operator.pk).check_password(word), ways_in(operator)) == (True, (0, 0))


def test_a_second_factor_taken_off_ends_the_sessions(die, operator, security_admin):
    let_in(operator)
    give_generator(operator)
    assert die("factor.reset", lambda: factors.reset(user=operator, reason="遗失", by=security_admin)) > 8
    assert ways_in(operator) == (0, 1)


# Each of the smaller steps

SMALL: dict[str, Callable[[SimpleNamespace], object]] = {
    "grant.give": lambda w: grants.give(
        user=w.person,
        role=RoleCode.OPERATOR,
        scope_kind="park",
        scope_code=w.park.code,
        seat="B",
        by=w.security,
    ),
    "grant.revoke": lambda w: grants.revoke(grant=w.grant, reason="离职", by=w.security),
    "grant.set_seat": lambda w: grants.set_seat(grant=w.grant, seat="A", by=w.security),
    "user.create": lambda w: users.create(
        username="new.one", name="新同事", unit=w.person.unit, password=PASSWORD, by=w.system
    ),
    "user.update": lambda w: users.update(user=w.person, values={"name": "改名"}, by=w.system),
    "user.enable": lambda w: users.enable(user=w.person, by=w.system),
    "user.set_away": lambda w: persons.set_away(user=w.operator, since=TODAY, until=TODAY, by=w.operator),
    "token.issue": lambda w: tokens.issue(user=w.machine, by=w.system),
    "token.revoke": lambda w: tokens.revoke_all(user=w.machine, by=w.system),
    "policy.update": lambda w: policy.update(values={"idle_minutes": 20}, version=1, by=w.security),
    "unit.create": lambda w: units.create(code="U-NEW", name="新单位", kind="department", by=w.office),
    "session.unlock": lambda w: sessions.unlock(user=w.operator, by=w.security),
    "vacancy.record": lambda w: vacancies.record(found=queries_duties.unheld()[0], by=vacancies.WATCH),
}


@pytest.mark.parametrize("verb", SMALL)
def test_a_smaller_step_is_whole_or_not_at_all(
    die, verb, park, operator, office, system_admin, security_admin
):
    world = SimpleNamespace(
        park=park, operator=operator, grant=operator.grants.get(), person=make_user(unit=operator.unit), office=office,
        machine=make_user("api_client"), system=system_admin, security=security_admin,
    )  # fmt: skip
    AuthToken.objects.create(world.machine)

    def forget() -> None:
        for user in (world.person, world.machine, operator, office, system_admin, security_admin):
            user.forget_grants()

    assert die(verb, lambda: SMALL[verb](world), forget) >= 5


@pytest.mark.parametrize("step", ["create", "reset"])
def test_the_three_administrators_are_set_up_whole_or_not_at_all(die, step):
    make_unit(Unit.Kind.OFFICE)
    if step == "reset":
        (user, _), *_ = administrators.create(by=COMMAND_LINE)
        assert die("administrators.reset", lambda: administrators.reset(user=user, by=COMMAND_LINE)) > 8
    else:
        assert die("administrators.create", lambda: administrators.create(by=COMMAND_LINE)) > 40
    assert set(Grant.objects.values_list("role", flat=True)) == ADMINISTRATORS


# The nightly watch: many events, each of its own


def state() -> tuple[list, list]:
    closed = User.objects.filter(is_active=False).values_list("username", flat=True)
    unheld = Vacancy.objects.filter(ended_on=None).values_list("role", "scope_code")
    return sorted(closed), sorted(unheld)


def told() -> tuple[int, int]:
    return events("user.disable"), events("vacancy.record")


def watch(job: Job, dying_at: int = 0) -> int:
    """Do the job to its end, after a first try that dies at that statement; 1 if it died."""
    try:
        with CrashAt(dying_at).in_force():
            worker.run(job.pk)
        return 0
    except Crash:
        connection.close()
        relieve(job)
        worker.run(job.pk)
        return 1
    finally:
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE


def test_a_watch_that_dies_at_any_statement_ends_as_one_that_did_not(office, prove_figure):
    """What was done stands and what was not is done by the next: nobody is closed or told of twice."""
    for name in ("idle.one", "idle.two"):
        make_user(username=name)
    idle = User.objects.filter(username__startswith="idle")
    idle.update(created_at=LONG_AGO, password_changed_at=LONG_AGO, last_login=LONG_AGO)
    expected = None
    for number in count():
        before = told()
        with transaction.atomic():
            job = queue.enqueue(WATCH_JOB, by=CALENDAR, key=f"{number}")
        died = watch(job, dying_at=number)
        ended = (state(), tuple(now - then for now, then in zip(told(), before, strict=True)))
        expected = expected or ended
        assert ended == expected
        if number and not died:
            break
        idle.update(is_active=True)
        Vacancy.objects.all().delete()
    (closed, unheld), counts = expected
    assert (closed, counts) == (["idle.one", "idle.two"], (2, len(unheld)))
    assert len(unheld) == 3
    assert list(trail.verify()) == []
    tell(prove_figure, number - 1)
