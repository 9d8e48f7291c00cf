"""No workflow is skipped: every state × act × role, asked on the page, of the interface and of the database.

What is let through is written here by hand, from the policy. (The same of the actions of returns is in
tests/targets/test_workflow.py.)
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from guandu.accounts.actions import batches
from guandu.accounts.models import AccountBatch
from guandu.accounts.roles import RoleCode
from guandu.core.errors import Conflict, NotAllowed, NotReady
from guandu.jobs.models import Job
from investment.actions import projects
from investment.enums import Stage
from investment.models import Project
from targets.actions import returns
from targets.enums import ReturnState
from targets.models import Return
from tests.permissions.seeds import DRAFT, ENDED, FILED, REVIEWED
from tests.permissions.seeds_returns import EXEMPT
from tests.permissions.world import ROLES, World

pytestmark = pytest.mark.django_db

PEOPLE = tuple(str(code) for code in RoleCode)
REFUSED = {302, 401, 403, 404, 405, 409, 422}
Moves = Mapping[tuple[str, str], set[str]]  # (state, act) → the roles that may


def wrong_moves(
    cases: Iterable[tuple[str, str, str]],
    allowed: Moves,
    attempt: Callable[[str, str, str], tuple[bool, object]],
) -> list[str]:
    """Of the (state, act, role) those that `attempt`, which answers whether the row moved, judged otherwise."""
    wrong = []
    for state, act, role in cases:
        with transaction.atomic():
            moved, answer = attempt(state, act, role)
            transaction.set_rollback(True)
        if moved != (role in allowed.get((state, act), ())):
            wrong.append(f"{state} {act} {role}: {answer}")
    return wrong


def posted(world: World, role: str, path: str, body: str) -> int:
    status = world.answer(role, "POST", path, body).status_code
    assert status == 200 or status in REFUSED, f"{role} {path}: {status}"
    return status


# Returns

BODIES = {
    "save": "v-REV=120",
    "file": "v-REV=120",
    "review": "comment=无误",
    "send-back": "comment=请核对",
    "confirm": "",
    "correct": "codes=REV&reason=录入有误",
    "exempt": "reason=停产改造",
    "resume": "reason=提前复工",
}
# One in each state, and the exempt one.
PERIODS = (DRAFT, FILED, REVIEWED, ENDED, EXEMPT)
RETURNS: Moves = {
    ("draft", "save"): {"operator"},
    ("draft", "file"): {"operator"},
    ("sent_back", "save"): {"operator"},
    ("sent_back", "file"): {"operator"},
    ("filed", "review"): {"department"},
    ("filed", "send-back"): {"department"},
    ("reviewed", "send-back"): {"office"},
    ("reviewed", "confirm"): {"office"},
    ("locked", "correct"): {"office"},
    ("draft", "exempt"): {"office"},
    ("sent_back", "exempt"): {"office"},
    ("exempt", "resume"): {"office"},
}


@pytest.fixture
def own_returns(world: World) -> dict[str, Return]:
    """State → a return of the own park in it, or (sent back) on its way there."""
    found = {
        each.state: each
        for each in Return.objects.filter(
            park_code="P-OWN", cycle__period__in=PERIODS, cycle__template__code="PARK-Q"
        ).select_related("cycle__template")
    }
    return found | {"sent_back": found["filed"]}


def _return_in(state: str, own_returns: Mapping[str, Return], world: World) -> Return:
    return_ = own_returns[state]
    if state != "sent_back":
        return return_
    return returns.send_back(return_=return_, comment="请核对", by=world.people["department"])


def test_a_return_moves_on_its_page_as_the_table_says(world, own_returns, prove_figure):
    def attempt(state: str, verb: str, role: str) -> tuple[bool, object]:
        return_ = _return_in(state, own_returns, world)
        status = posted(
            world, role, f"/returns/{return_.pk}/{verb}/", BODIES[verb] or "csrfmiddlewaretoken=sent"
        )
        now = Return.objects.select_related("draft").get(pk=return_.pk)
        typed = (
            now.draft is not None
            and return_.draft is not None
            and now.draft.change_counter != return_.draft.change_counter
        )
        return (typed if verb == "save" else now.state != return_.state), status

    cases = list(product(ReturnState.values, BODIES, ROLES))
    assert wrong_moves(cases, RETURNS, attempt) == []
    prove_figure("states × acts × roles tried on pages", len(cases))


def test_the_interface_moves_no_return(world, own_returns):
    for state, method, role in product(own_returns, ("POST", "PUT", "PATCH", "DELETE"), ROLES):
        path = f"/api/v1/returns/{own_returns[state].pk}/"
        assert world.answer(role, method, path).status_code in {401, 403, 404, 405}, (state, method, role)
    assert {each.state for each in Return.objects.filter(pk__in=[each.pk for each in own_returns.values()])} == {
        "draft",
        "filed",
        "reviewed",
        "locked",
        "exempt",
    }


# Projects

FORWARD = {
    ("unconfirmed", "talking"), ("unconfirmed", "signed"), ("unconfirmed", "started"), ("talking", "signed"),
    ("signed", "started"), ("started", "producing"), ("producing", "delivering"),
}  # fmt: skip
BACK = {("signed", "talking"), ("started", "signed"), ("producing", "started"), ("delivering", "producing")}
PROJECTS: Moves = dict.fromkeys(FORWARD | BACK, {"office", "task_force"})


def _project_in(stage: str) -> Project:
    Project.objects.filter(code="PJ-own").update(stage=stage)
    return Project.objects.get(code="PJ-own")


def test_a_project_moves_on_its_page_as_the_table_says(world, prove_figure):
    def attempt(stage: str, to: str, role: str) -> tuple[bool, object]:
        project = _project_in(stage)
        body = f"to={to}&on=2026-10-12&comment=说明&version={project.version}"
        status = posted(world, role, "/projects/PJ-own/move/", body)
        return Project.objects.get(pk=project.pk).version != project.version, status

    cases = list(product(Stage.values, Stage.values, ROLES))
    assert wrong_moves(cases, PROJECTS, attempt) == []
    prove_figure("states × acts × roles tried on pages", len(cases))


def test_a_project_moves_by_its_action_as_the_table_says(world):
    def attempt(stage: str, to: str, role: str) -> tuple[bool, object]:
        project = _project_in(stage)
        try:
            projects.move(
                project=project, to=to, on=project.moves.latest("pk").on, comment="说明", version=project.version,
                by=world.people[role],
            )  # fmt: skip
        except (NotAllowed, NotReady) as refused:
            return False, refused
        return True, ""

    assert wrong_moves(product(Stage.values, Stage.values, PEOPLE), PROJECTS, attempt) == []


# Batches of accounts

BATCH_BODIES = {"open": "", "reissue": "", "grant": "", "refuse": "reason=名单有误"}
BATCHES: Moves = {
    ("requested", "open"): {"system_admin"},
    ("requested", "refuse"): {"system_admin"},
    ("created", "reissue"): {"system_admin"},
    ("created", "grant"): {"security_admin"},
    ("created", "refuse"): {"security_admin"},
    ("granted", "reissue"): {"system_admin"},
}
BATCH_ACTS = {
    "open": batches.create_accounts,
    "reissue": batches.reissue,
    "grant": batches.give_grants,
    "refuse": lambda *, batch, by: batches.refuse(batch=batch, reason="名单有误", by=by),
}


def _batch_in(state: str, world: World) -> AccountBatch:
    """As the steps before left it: the accounts are open, or not yet."""
    kind = {"requested": ("batch", "own"), "refused": ("batch to refuse", "shut")}.get(
        state, ("batch opened", "own")
    )
    batch = AccountBatch.objects.get(pk=world.objects[kind[0]][kind[1]])
    return (
        batches.give_grants(batch=batch, by=world.people["security_admin"]) if state == "granted" else batch
    )


def _passwords(batch: AccountBatch) -> list[str]:
    return sorted(each.user.password for each in batch.requests.select_related("user") if each.user)


def _batch_moved(batch: AccountBatch, before: list[str]) -> bool:
    now = AccountBatch.objects.get(pk=batch.pk)
    return (now.state, now.version) != (batch.state, batch.version) or _passwords(now) != before


def test_a_batch_takes_its_steps_on_its_page_as_written_here(world, prove_figure):
    def attempt(state: str, step: str, role: str) -> tuple[bool, object]:
        batch = _batch_in(state, world)
        before = _passwords(batch)
        status = posted(
            world,
            role,
            f"/accounts/batches/{batch.pk}/{step}/",
            BATCH_BODIES[step] or "csrfmiddlewaretoken=sent",
        )
        return _batch_moved(batch, before), status

    cases = list(product(AccountBatch.State.values, BATCH_BODIES, ROLES))
    assert wrong_moves(cases, BATCHES, attempt) == []
    prove_figure("states × acts × roles tried on pages", len(cases))


def test_a_batch_takes_its_steps_by_its_actions_as_written_here(world):
    def attempt(state: str, step: str, role: str) -> tuple[bool, object]:
        batch = _batch_in(state, world)
        before = _passwords(batch)
        try:
            BATCH_ACTS[step](batch=batch, by=world.people[role])
        except (NotAllowed, NotReady, Conflict) as refused:
            return _batch_moved(batch, before), refused
        return _batch_moved(batch, before), ""

    assert wrong_moves(product(AccountBatch.State.values, BATCH_BODIES, PEOPLE), BATCHES, attempt) == []


# Jobs

LOOKED_AFTER = {"operator", "system_admin"}  # its asker, and who looks after jobs
JOBS: Moves = {
    ("queued", "cancel"): LOOKED_AFTER,
    ("running", "cancel"): LOOKED_AFTER,
    ("failed", "retry"): LOOKED_AFTER,
    ("parked", "retry"): LOOKED_AFTER,
}


def test_a_job_is_stopped_and_tried_again_as_written_here(world, prove_figure):
    pk = world.objects["job"]["own"]

    def attempt(state: str, act: str, role: str) -> tuple[bool, object]:
        Job.objects.filter(pk=pk).update(state=state, cancel_asked_at=None)
        status = posted(world, role, f"/jobs/{pk}/{act}/", "csrfmiddlewaretoken=sent")
        now = Job.objects.get(pk=pk)
        return now.state != state or now.cancel_asked_at is not None, status

    cases = list(product(Job.State.values, ("cancel", "retry"), ROLES))
    assert wrong_moves(cases, JOBS, attempt) == []
    prove_figure("states × acts × roles tried on pages", len(cases))


# The database


def sql_moves(table: str, pk: int, states: Iterable[str]) -> set[str]:
    """The states to which a plain UPDATE takes the row."""
    taken = set()
    for state in states:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET state = %s WHERE id = %s", [state, pk])  # noqa: S608
                taken.add(state)
                transaction.set_rollback(True)
        except IntegrityError:
            continue
    return taken


def test_sql_moves_a_return_along_its_workflow_only(world, own_returns, prove_figure):
    """What is let through, by hand: with or without a review, whatever the template's route."""
    along = {
        "draft": {"filed", "exempt"}, "sent_back": {"filed", "exempt", "locked"},
        "filed": {"reviewed", "sent_back", "locked"}, "reviewed": {"sent_back", "locked"}, "locked": {"sent_back"},
        "exempt": {"draft"},
    }  # fmt: skip
    for state, after in along.items():
        with transaction.atomic():
            pk = _return_in(state, own_returns, world).pk
            assert sql_moves("targets_return", pk, ReturnState.values) == {state, *after}, state
            transaction.set_rollback(True)
    prove_figure(
        "moves of returns that the database refuses", sum(5 - len(after) for after in along.values())
    )


def test_sql_takes_a_batch_along_its_steps_only(world):
    along = {
        "requested": {"created", "refused"},
        "created": {"granted", "refused"},
        "granted": set(),
        "refused": set(),
    }
    for state, after in along.items():
        with transaction.atomic():
            pk = _batch_in(state, world).pk
            assert sql_moves("accounts_accountbatch", pk, AccountBatch.State.values) == {state, *after}, state
            transaction.set_rollback(True)
