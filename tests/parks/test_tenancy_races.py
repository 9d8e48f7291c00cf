"""What may never overlap does not, in whatever order, from two people at once, and through crashes."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings as hypothesis, strategies as st

from guandu.audit.models import AuditEvent
from guandu.core.actors import LOADER
from guandu.core.errors import PortalError
from guandu.jobs import queue, worker
from guandu.jobs.models import Job
from parks.actions import spaces, tenancies
from parks.models import Occupancy, Space, Tenancy
from parks.queries.invariants import faults
from parks.tasks import WATCH_JOB
from tests.crash import crash_action
from tests.factories import make_building, make_enterprise, make_park, make_space, make_user

FIRST = date(2026, 1, 1)
SHIFTS = 20


# Two people at once: the first one's transaction is still open when the second one begins.


def at_once(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """Run both, each in a thread and a connection of its own; what each of them came to."""
    begun, outcomes = threading.Event(), ["", ""]

    def hold() -> None:
        with transaction.atomic():
            first()
            begun.set()
            waiting.wait(timeout=1.5)

    def follow() -> None:
        begun.wait(timeout=30)
        second()

    def run(number: int, step: Callable[[], object]) -> None:
        try:
            step()
            outcomes[number] = "done"
        except PortalError as refusal:
            outcomes[number] = type(refusal).__name__
        finally:
            connection.close()

    waiting = threading.Event()
    threads = [threading.Thread(target=run, args=each) for each in enumerate((hold, follow))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


@pytest.mark.feature("A4")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("until", [None, date(2026, 12, 1)])
def test_two_at_once_do_not_both_get_one_space(until):
    park = make_park()
    space = make_space(building=make_building(park=park))
    stays = [make_enterprise(park=park, since=FIRST).tenancies.get() for _ in range(2)]
    # With an end no index stands behind the check: only the lock keeps the two apart.
    Tenancy.objects.update(valid_to=until)

    def take(stay) -> Callable[[], object]:
        return lambda: tenancies.take(tenancy=stay, space=space, on=FIRST, by=LOADER)

    assert at_once(*map(take, stays)) == ["done", "Invalid"]
    assert Occupancy.objects.get().tenancy == stays[0]


@pytest.mark.feature("A4")
@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_enter_one_firm_twice():
    park, firm = make_park(), make_enterprise()

    def enter(on: date) -> Callable[[], object]:
        return lambda: tenancies.enter(park=park, enterprise=firm, on=on, by=LOADER)

    assert at_once(enter(FIRST), enter(date(2026, 2, 1))) == ["done", "Invalid"]
    assert Tenancy.objects.get().valid_from == FIRST


@pytest.mark.feature("A1")
@pytest.mark.django_db(transaction=True)
def test_a_space_is_not_closed_while_somebody_moves_in():
    park = make_park()
    space = make_space(building=make_building(park=park))
    stay = make_enterprise(park=park, since=FIRST).tenancies.get()
    outcomes = at_once(
        lambda: tenancies.take(tenancy=stay, space=space, on=FIRST, by=LOADER),
        lambda: spaces.update_space(space=space, values={"closed_on": FIRST}, by=LOADER),
    )
    assert outcomes == ["done", "NotReady"]
    assert Space.objects.get().closed_on is None


@pytest.mark.feature("A4")
@pytest.mark.django_db(transaction=True)
def test_nobody_moves_in_with_one_who_is_just_leaving():
    park = make_park()
    space = make_space(building=make_building(park=park))
    stay = make_enterprise(park=park, since=FIRST).tenancies.get()
    leaving = date(2026, 3, 1)
    outcomes = at_once(
        lambda: tenancies.leave(tenancy=stay, on=leaving, reason="moved", by=LOADER),
        lambda: tenancies.take(tenancy=stay, space=space, on=FIRST, by=LOADER),
    )
    assert outcomes == ["done", "done"]
    assert Occupancy.objects.get().valid_to == leaving
    assert faults(LOADER) == []


@pytest.mark.feature("A1")
@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_two_codes():
    park = make_park()
    names = ("一号楼", "二号楼")
    outcomes = at_once(
        *(lambda name=name: spaces.create_building(park=park, name=name, by=LOADER) for name in names)
    )
    assert outcomes == ["done", "done"]
    assert sorted(each.code for each in park.buildings.all()) == [f"{park.code}-B01", f"{park.code}-B02"]


# Any order of steps.

DAYS = st.integers(0, 30).map(lambda days: FIRST + timedelta(days=days))
STEP = st.tuples(
    st.sampled_from(["enter", "leave", "take", "take", "release", "correct", "move"]),
    st.integers(0, 2),
    DAYS,
    DAYS,
)


def do(kind: str, number: int, on: date, until: date, parks, firms, rooms) -> None:
    """One step on whatever is there; what the rules refuse changes nothing."""
    stays, uses = list(Tenancy.objects.order_by("pk")), list(Occupancy.objects.order_by("pk"))
    if kind == "enter":
        tenancies.enter(park=parks[number % 2], enterprise=firms[number], on=on, by=LOADER)
    elif kind == "release" and uses:
        tenancies.release(occupancy=uses[number % len(uses)], on=on, by=LOADER)
    elif stays:
        stay = stays[number % len(stays)]
        if kind == "leave":
            tenancies.leave(tenancy=stay, on=on, reason="moved", by=LOADER)
        elif kind == "take":
            tenancies.take(tenancy=stay, space=rooms[on.day % 3], on=on, by=LOADER)
        elif kind == "correct":
            tenancies.correct(tenancy=stay, values={"valid_from": on, "valid_to": until}, by=LOADER)


@pytest.mark.feature("A4")
@pytest.mark.django_db
@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=SHIFTS))
def test_no_order_of_steps_leads_to_an_overlap(steps):
    with transaction.atomic():
        parks = [make_park() for _ in range(2)]
        rooms = [make_space(building=make_building(park=park)) for park in (parks[0], parks[0], parks[1])]
        firms = [make_enterprise() for _ in range(3)]
        for step in steps:
            with suppress(PortalError):
                do(*step, parks, firms, rooms)
            # Counted day by day, not by the condition that the actions themselves ask.
            assert doubles() == []
        assert faults(LOADER) == []
        transaction.set_rollback(True)


def doubles() -> list[tuple]:
    """(day, what) that two rows hold at once on a day of the month."""
    stays = [(("stay", row.park_id, row.enterprise_id), row) for row in Tenancy.objects.all()]
    uses = [(("use", row.space_id), row) for row in Occupancy.objects.all()]
    found = []
    for days in range(32):
        held = [key for key, row in stays + uses if row.in_force(FIRST + timedelta(days=days))]
        found += [(days, key) for key in set(held) if held.count(key) > 1]
    return found


# The nightly look.


def overlap() -> Occupancy:
    """Two uses of one space, written past the actions."""
    park = make_park(name="某园区")
    space = make_space(building=make_building(park=park, name="一号楼"), name="301室")
    stays = [make_enterprise(park=park, since=FIRST, name=f"企业{n}").tenancies.get() for n in "甲乙"]
    Occupancy.objects.create(tenancy=stays[0], space=space, valid_from=FIRST, valid_to=date(2026, 3, 2))
    return Occupancy.objects.create(tenancy=stays[1], space=space, valid_from=date(2026, 3, 1))


@pytest.mark.feature("A4")
@pytest.mark.django_db
def test_an_overlap_is_found_at_night_and_told(sign_in):
    office = make_user("office")
    use = overlap()
    operator = make_user("operator", scope=use.tenancy.park)
    queue.enqueue(WATCH_JOB, by=queue.DAILY)
    worker.run_waiting()
    assert Job.objects.get(kind=WATCH_JOB).state == Job.State.DONE
    alarm = AuditEvent.objects.get(verb="space.alarm")
    assert "一号楼 301室：企业乙自 2026-03-01 起使用，与他人的使用时间重叠" in alarm.reason
    for user in (office, operator):
        assert "空间或入驻记录有 1 处重叠" in sign_in(user).get("/").content.decode()
    stranger = make_user("operator", scope=make_park())
    assert "处重叠" not in sign_in(stranger).get("/").content.decode()


@pytest.mark.django_db
def test_a_night_without_faults_leaves_no_alarm(office):
    queue.enqueue(WATCH_JOB, by=queue.DAILY)
    worker.run_waiting()
    assert not AuditEvent.objects.filter(verb="space.alarm").exists()


@pytest.mark.django_db
def test_every_kind_of_fault_is_found():
    park, other = make_park(), make_park()
    firm = make_enterprise(park=park, since=FIRST)
    stay = firm.tenancies.get()
    Tenancy.objects.create(park=park, enterprise=firm, valid_from=date(2025, 1, 1), valid_to=date(2026, 2, 1))
    for park_of, since in ((other, FIRST), (park, date(2025, 12, 31))):
        space = make_space(building=make_building(park=park_of))
        Occupancy.objects.create(tenancy=stay, space=space, valid_from=since)
    words = " ".join(fault.sentence for fault in faults(LOADER))
    for kind in ("入驻时间重叠", "不是该企业所在园区的空间", "使用时间超出入驻时间"):
        assert words.count(kind) == 1


@pytest.mark.django_db
def test_nobody_gives_that_alarm_by_hand(office):
    from parks.actions.watch import alarm

    with pytest.raises(PortalError, match="由系统自动进行"):
        alarm(sentences=["x"], by=office)


# The process dies.


@pytest.mark.feature("A4")
@pytest.mark.django_db(transaction=True)
def test_leaving_with_two_spaces_happens_whole_or_not_at_all():
    park = make_park()
    stay = make_enterprise(park=park, since=FIRST).tenancies.get()
    for _ in range(2):
        space = make_space(building=make_building(park=park))
        tenancies.take(tenancy=stay, space=space, on=FIRST, by=LOADER)
    person = make_user("operator", scope=park)
    on = date(2026, 5, 16)
    crashes = crash_action(lambda: tenancies.leave(tenancy=stay, on=on, reason="moved", by=person))
    assert crashes >= 10
    assert set(Occupancy.objects.values_list("valid_to", flat=True)) == {on}
    assert Tenancy.objects.get().valid_to == on
