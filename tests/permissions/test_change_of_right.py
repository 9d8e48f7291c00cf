"""A change of right works at once: the very next request of an open session or a token hears of it."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from guandu.accounts.actions import grants, users
from guandu.accounts.models import User
from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditCheck, AuditEvent
from guandu.core import clock
from guandu.core.models import Demonstration
from guandu.core.periods import Period
from guandu.exchange import actions as uploads
from guandu.exchange.models import Upload
from guandu.exchange.received import receive
from guandu.jobs import registry, worker
from guandu.jobs.models import Job
from guandu.oversight.actions import checks
from parks.actions import placements
from parks.exchange.parks import PARKS
from parks.models import Park
from rating.actions import assessments, simulations
from rating.models import Scheme
from targets.actions import history, workbook_batches
from targets.models import HistoryBatch, HistoryLine, Recheck, ReturnWorkbook, WorkbookBatch
from tests.exchange.importing import book
from tests.factories import make_chain, make_unit
from tests.permissions.matrix import Cell, cells, ways
from tests.permissions.world import ANONYMOUS, DISABLED, World
from tests.targets.historic import book as book_of_old_numbers, checked, kept, line

pytestmark = pytest.mark.django_db

# Everybody who is signed in has these, whatever he is granted.
PEOPLE = set(RoleCode) - {RoleCode.API_CLIENT}
# A job that one asked for and the slip of one's own hand-over stay one's own.
HIS_OWN = {"jobs/<pk>/", "accounts/handover/<pk>/"}
# For whoever is not signed in.
OPEN = {"healthz", "accounts/sign-in/", "firm-sheet/<secret>/"}
SIGN_IN = ("/accounts/sign-in/", "/admin/login/")
OWN, OTHER = "/parks/P-OWN/", "/parks/P-OTHERX/"


def pages(world: World) -> dict[str, list[Cell]]:
    """Role → one cell of each route that it is shown on reading."""
    found: dict[tuple[str, str], Cell] = {}
    for cell in cells(ways(), world):
        known = cell.role not in (ANONYMOUS, DISABLED)
        if known and cell.expected.is_plain and cell.method == "GET" and cell.status == 200:
            found.setdefault((cell.role, cell.expected.route), cell)
    by_role: dict[str, list[Cell]] = {}
    for (role, _), cell in found.items():
        by_role.setdefault(role, []).append(cell)
    return by_role


def open_to_all(world: World) -> set[str]:
    shown = {role: {cell.expected.route for cell in asked} for role, asked in pages(world).items()}
    return set.intersection(*(shown[role] for role in PEOPLE))


def answers(asked: Iterable[Cell], world: World) -> Iterator[tuple[Cell, int, str]]:
    for cell in asked:
        with transaction.atomic():
            response = world.answer(cell.role, "GET", cell.path)
            yield cell, response.status_code, response.get("Location", "")
            transaction.set_rollback(True)


def status(world: World, role: str, path: str) -> int:
    return world.answer(role, "GET", path).status_code


def revoke_all(user: User, by: User) -> None:
    for grant in user.grants.all():
        grants.revoke(grant=grant, reason="调离", by=by)


# Every page, of every role


@pytest.mark.parametrize("role", sorted(set(RoleCode) - {RoleCode.SECURITY_ADMIN}))
def test_a_grant_that_is_taken_back_closes_every_page_of_it(role, world, prove_figure):
    kept = open_to_all(world) | HIS_OWN | OPEN
    asked = [cell for cell in pages(world)[role] if cell.expected.route not in kept]
    assert len(asked) >= 3
    revoke_all(world.people[role], world.people[RoleCode.SECURITY_ADMIN])
    still = [f"{cell}: {found}" for cell, found, _ in answers(asked, world) if found not in (302, 403, 404)]
    assert still == []
    prove_figure("pages closed by the next request after a right was taken back", len(asked))


@pytest.mark.parametrize("role", sorted(set(RoleCode) - {RoleCode.SYSTEM_ADMIN}))
def test_an_account_that_is_closed_is_out_of_every_page(role, world):
    asked = [cell for cell in pages(world)[role] if cell.expected.route not in OPEN]
    assert len(asked) >= 3
    User.objects.filter(pk=world.people[role].pk).update(is_active=False)
    still = [
        f"{cell}: {found} {location}"
        for cell, found, location in answers(asked, world)
        if found != 401 and not (found == 302 and location.startswith(SIGN_IN))
    ]
    assert still == []


def test_closing_an_account_by_its_action_ends_its_sessions_and_tokens(world):
    system = world.people[RoleCode.SYSTEM_ADMIN]
    for role in (RoleCode.OPERATOR, RoleCode.API_CLIENT):
        assert status(world, role, "/api/v1/parks/") == 200
        users.disable(user=world.people[role], reason="离岗", by=system)
        assert status(world, role, "/api/v1/parks/") == 401
    assert status(world, RoleCode.OPERATOR, "/") == 302


# What a person is granted over moves


def test_a_park_that_moves_to_another_street_and_chain_takes_its_readers_along(world):
    park, place = Park.objects.get(code="P-OWN"), Park.objects.get(code="P-OWN").placements.get()
    left = (RoleCode.STREET, RoleCode.TASK_FORCE, RoleCode.LIAISON)
    assert [status(world, role, OWN) for role in left] == [200, 200, 200]
    assert status(world, RoleCode.API_CLIENT, "/api/v1/parks/P-OWN/") == 200
    placements.place(
        park=park, on=clock.today(), chain=make_chain(), street=make_unit("street"), area=place.area,
        operator=place.operator, by=world.people[RoleCode.OFFICE],
    )  # fmt: skip
    assert [status(world, role, OWN) for role in left] == [404, 404, 404]
    assert status(world, RoleCode.API_CLIENT, "/api/v1/parks/P-OWN/") == 404
    assert [
        status(world, role, OWN) for role in (RoleCode.OPERATOR, RoleCode.DEPARTMENT, RoleCode.LEADER)
    ] == [200] * 3


def test_a_park_that_moves_here_is_seen_at_once(world):
    other, here = Park.objects.get(code="P-OTHERX"), Park.objects.get(code="P-OWN").placements.get()
    joined = (RoleCode.STREET, RoleCode.TASK_FORCE)
    assert [status(world, role, OTHER) for role in joined] == [404, 404]
    placements.place(
        park=other, on=clock.today(), chain=here.chain, street=here.street, by=world.people[RoleCode.OFFICE]
    )
    assert [status(world, role, OTHER) for role in joined] == [200, 200]


def test_another_sponsor_takes_over_at_once(world):
    assert status(world, RoleCode.DEPARTMENT, OWN) == 200
    placements.sponsor(
        park=Park.objects.get(code="P-OWN"),
        on=clock.today(),
        department=make_unit(),
        by=world.people[RoleCode.OFFICE],
    )
    assert status(world, RoleCode.DEPARTMENT, OWN) == 404


def test_a_new_grant_opens_at_once(world):
    assert status(world, RoleCode.EXPERT, OTHER) == 404
    grants.give(
        user=world.people[RoleCode.EXPERT], role=RoleCode.EXPERT, scope_kind="park", scope_code="P-OTHERX",
        reason="来函", by=world.people[RoleCode.SECURITY_ADMIN],
    )  # fmt: skip
    assert status(world, RoleCode.EXPERT, OTHER) == 200


def test_a_grant_ends_with_its_last_day(world):
    world.people[RoleCode.EXPERT].grants.update(valid_to=clock.today() + timedelta(days=1))
    assert status(world, RoleCode.EXPERT, OWN) == 200
    Demonstration.objects.update(business_date=clock.today() + timedelta(days=1))
    assert status(world, RoleCode.EXPERT, OWN) == 403


def test_a_right_that_is_taken_back_stops_what_was_being_typed(world):
    """The form was opened with the right, and is sent without it."""
    path = f"/returns/{world.objects['draft']['own']}/save/"
    assert world.answer(RoleCode.OPERATOR, "POST", path, "v-REV=120").status_code == 302
    revoke_all(world.people[RoleCode.OPERATOR], world.people[RoleCode.SECURITY_ADMIN])
    assert world.answer(RoleCode.OPERATOR, "POST", path, "v-REV=121").status_code == 404


# Work that was asked for with the right, and begins without it

# By hand: what a person asks for and that is done later, under his right. All else the portal does of itself.
def _looked_at(by: User) -> Job:
    row = {"code": "P-FILE", "name": "文件园区", "chain": make_chain().name, "on": "2024-05-01"}
    file = receive(PARKS, book(PARKS, row), "园区.xlsx")
    return Job.objects.get(pk=uploads.keep(table=PARKS, file=file, by=by).job_number)


def _written(by: User) -> Job:
    upload = Upload.objects.get(owner=by, state=Upload.State.READY)
    return Job.objects.get(pk=uploads.send(upload=upload, by=by).job_number)


def _loaded(by: User) -> Job:
    batch = WorkbookBatch.objects.get(state="read")
    book = batch.workbooks.get()
    row = workbook_batches.send(
        batch=batch, picks=[book.pk], names={book.pk: "李四"}, came_by="", files=False, by=by
    )
    return Job.objects.get(pk=row.job_number)


def _history_kept(by: User) -> Job:
    batch = kept(book_of_old_numbers(line("园区", "P-OWN", "2025Q4", 7)), by)
    return Job.objects.get(pk=batch.job_number)


def _history_confirmed(by: User) -> Job:
    batch = checked(book_of_old_numbers(line("园区", "P-OWN", "2025Q4", 7)), by)
    assert batch.state == "ready", [group["sentence"] for group in batch.report["groups"]]
    return Job.objects.get(pk=history.confirm(batch=batch, by=by).job_number)


def _simulated(by: User) -> Job:
    used = Scheme.objects.newest().get()
    row = simulations.ask(before=used, after=used, period=Period.parse("2026Q3"), by=by)
    return Job.objects.get(kind="rating.simulate", key=row.key, state=Job.State.QUEUED)


WORK = {
    "history.check": (RoleCode.OFFICE, _history_kept, HistoryBatch.objects.filter(state="checking").count),
    "history.store": (RoleCode.OFFICE, _history_confirmed, HistoryLine.objects.count),
    "exchange.check": (
        RoleCode.OFFICE,
        _looked_at,
        Upload.objects.filter(state=Upload.State.READY).count,
    ),
    "exchange.write": (RoleCode.OFFICE, _written, Park.objects.count),
    "rating.trial": (
        RoleCode.OFFICE,
        lambda by: assessments.ask_trial(period=Period.parse("2026Q3"), by=by),
        lambda: AuditEvent.objects.filter(verb="assessments.store").count(),
    ),
    "rating.simulate": (
        RoleCode.OFFICE,
        _simulated,
        lambda: AuditEvent.objects.filter(verb="simulation.store").count(),
    ),
    "returns.read_workbooks": (
        RoleCode.OFFICE,
        lambda by: Job.objects.get(pk=WorkbookBatch.objects.get(state="reading").job_number),
        WorkbookBatch.objects.filter(state="reading").count,
    ),
    "returns.load_workbooks": (RoleCode.OFFICE, _loaded, ReturnWorkbook.objects.filter(state="ready").count),
    "returns.recheck": (
        RoleCode.OFFICE,
        lambda by: Job.objects.get(kind="returns.recheck", actor_key=by.actor_key),
        Recheck.objects.filter(state="reading").count,
    ),
    "audit.verify": (
        RoleCode.AUDIT_ADMIN,
        lambda by: checks.ask(by=by),
        AuditCheck.objects.count,
    ),
}


def close(user: User, world: World) -> None:
    """The administrators' accounts are closed by nobody else while they hold their role."""
    User.objects.filter(pk=user.pk).update(is_active=False)


def lose_the_right(user: User, world: World) -> None:
    revoke_all(user, world.people[RoleCode.SECURITY_ADMIN])


def test_every_work_that_needs_a_right_is_tried_here():
    assert {kind.name for kind in registry.kinds() if kind.needs} == set(WORK)


@pytest.mark.parametrize("kind", WORK)
def test_work_asked_for_with_the_right_is_done(kind, world):
    """What the refusals below are held against."""
    role, ask, written = WORK[kind]
    job, before = ask(world.people[role]), written()
    assert worker.run(job.pk)
    job.refresh_from_db()
    assert (job.kind, job.state) == (kind, Job.State.DONE)
    assert written() != before


@pytest.mark.parametrize("change", [lose_the_right, close])
@pytest.mark.parametrize("kind", WORK)
def test_work_whose_asker_lost_the_right_is_refused_and_in_the_trail(kind, change, world):
    role, ask, written = WORK[kind]
    asker = world.people[role]
    job, before = ask(asker), written()
    change(asker, world)
    assert worker.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert written() == before
    event = AuditEvent.objects.get(verb="job.execute", object_key=str(job.pk))
    assert (event.outcome, event.actor_key) == ("denied", asker.username)
