"""Holes to seed, one at a time: what a slip of a hand would leave out of the code behind a route.

holes.yaml names the routes on which a hole of a kind is none, with the reason.
"""

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from types import FunctionType

import pytest
import yaml

from guandu.accounts import reauthentication
from guandu.accounts.actions import batches, factors, grants, handovers, operators, persons, policy
from guandu.accounts.models import AccountBatch, User
from guandu.accounts.querysets import ScopedQuerySet
from guandu.exchange import actions as uploads
from guandu.exchange.querysets import UploadQuerySet
from guandu.jobs.models import Job, JobQuerySet
from guandu.notices.actions import deliveries
from guandu.oversight.actions import anchors
from investment.actions import projects
from investment.workflow import Step as StageStep
from parks.actions import (
    attributions,
    comparisons,
    contacts,
    cultivations,
    honours,
    notes,
    proposals,
    request_rules,
    requests as request_actions,
    service_events,
    sponsor_visits,
    tenancies,
)
from parks.views import requests as request_views
from parks.workflow import Step as GrowthStep
from parks.workflow_requests import STEPS as REQUEST_STEPS
from rating.actions import assessments, planning as rating_planning, schemes
from targets import workflow
from targets.actions import (
    accomplishments,
    agenda,
    agenda_proposals,
    attached,
    carry_over,
    closing,
    corrections,
    dispatch,
    dispatch_answers as dispatch_answers_actions,
    dispatch_files,
    documents,
    extensions,
    firm_sheets,
    history,
    history_signing,
    indicators,
    instructions,
    lights,
    meetings,
    minutes,
    opinions,
    paper,
    plan_terms,
    reminders,
    return_moves,
    returns,
    supervisions,
    task_asking,
    tasks,
    templates,
    workbook_batches,
    workbooks,
)
from targets.models import Return
from targets.views import (
    dispatch_answers as dispatch_answer_views,
    evidence as evidence_views,
    paper as paper_views,
)
from tests.permissions.matrix import Cell, cells, ways
from tests.permissions.world import SCOPED, World

FILE = Path(__file__).with_name("holes.yaml")
Patch = pytest.MonkeyPatch
Seed = Callable[[Patch], None]


# Scope and permission: the same slip on every route, asked of one route's cells at a time


def scope_widened(patch: Patch) -> None:
    """`visible_to` gives every row to everybody."""
    for rows in (ScopedQuerySet, JobQuerySet, UploadQuerySet):
        patch.setattr(rows, "visible_to", lambda self, actor, permission=None: self.all())


def permission_dropped(patch: Patch) -> None:
    """A permission is held over whatever the person is granted anything over, whether his role has it
    or not."""

    def scopes_with(self: User, permission: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for grant in self.grants_today():
            found.setdefault(grant.scope_kind, set()).add(grant.scope_code)
        return found

    patch.setattr(User, "scopes_with", scopes_with)


def recency_dropped(patch: Patch) -> None:
    """A password of long ago is as good as one of now."""
    patch.setattr(reauthentication, "is_recent", lambda request: True)


# The state guard of each act


def _any_state_of_a_return(patch: Patch) -> None:
    def step_for(verb, state, route):
        step = next(step for step in workflow.TABLE if step.verb == verb)
        return dataclasses.replace(step, from_state=state)

    patch.setattr(return_moves, "step_for", step_for)
    patch.setattr(return_moves, "fits", lambda return_, verb: True)
    patch.setattr(Return, "is_open", property(lambda self: True))
    for module in (returns, carry_over):
        patch.setattr(module, "lock_of", lambda return_: None)


def _filed_or_not(patch: Patch) -> None:
    patch.setattr(reminders, "_why_not", lambda return_, urged: "")


def _any_stage_of_a_project(patch: Patch) -> None:
    patch.setattr(projects, "step_to", lambda project, target: StageStep(project.stage, target, ""))
    patch.setattr(projects, "check", lambda step, project, reason: None)


def _any_state_of_a_job(patch: Patch) -> None:
    patch.setattr(Job, "has_ended", property(lambda self: False))
    patch.setattr(Job, "RETRIED", tuple(Job.State))


def _any_state_of_a_batch(patch: Patch) -> None:
    locked = batches._locked
    patch.setattr(batches, "_locked", lambda batch, *states: locked(batch, *AccountBatch.State))


def _grants_that_are_over(patch: Patch) -> None:
    patch.setattr(grants, "_refuse_over", lambda grant, today, rest: None)


def without(module: object, name: str, error: str, *, used_in: object = None) -> Seed:
    """The function `name` of `module`, where `used_in` calls it, without the `raise error(…)` under its ifs."""

    def seed(patch: Patch) -> None:
        patch.setattr(used_in or module, name, _without(getattr(module, name), error))

    return seed


def _without(function: FunctionType, error: str) -> FunctionType:
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    dropper = _Dropper(error)
    dropper.visit(tree)
    assert dropper.dropped, f"{function.__qualname__} raises no {error}"
    made: dict[str, FunctionType] = {}
    code = compile(ast.fix_missing_locations(tree), "<hole>", "exec")
    # The portal's own source, in its own module.
    exec(code, inspect.unwrap(function).__globals__, made)  # noqa: S102
    return made[function.__name__]


class _Dropper(ast.NodeTransformer):
    def __init__(self, error: str) -> None:
        self.error = error
        self.dropped = 0

    def visit_If(self, node: ast.If) -> ast.AST:
        """The question is still asked, and its answer ignored."""
        self.generic_visit(node)
        last = node.body[-1]
        if isinstance(last, ast.Raise) and last.exc and ast.unparse(last.exc).startswith(f"{self.error}("):
            self.dropped += 1
            return ast.Expr(node.test)
        return node


def _countersigned_already(patch: Patch) -> None:
    patch.setattr(anchors, "_signed", lambda line, by: False)


def _handed_over_unseen(patch: Patch) -> None:
    patch.setattr(handovers, "_check", lambda what, seen: None)


def _said_already_who_he_is(patch: Patch) -> None:
    patch.setattr(persons, "must_complete", lambda user: True)


def _any_state_of_a_cultivation(patch: Patch) -> None:
    patch.setattr(cultivations, "step_to", lambda row, target: GrowthStep(row.state, target, ""))


def _files_at_any_state(patch: Patch) -> None:
    for view in (evidence_views, paper_views):
        for name in ("refuse_evidence", "refuse_paper"):
            if hasattr(view, name):
                patch.setattr(view, name, _without(getattr(attached, name), "NotReady"))


def _answered_at_any_time(patch: Patch) -> None:
    for module in (dispatch_answers_actions, dispatch_answer_views):
        patch.setattr(module, "refuse_answer", _without(dispatch_files.refuse_answer, "NotReady"))


def _issued_over_what_is_kept(patch: Patch) -> None:
    for guard in ("_refuse_numbers_since", "_refuse_asked_since"):
        without(indicators, guard, "_wrong")(patch)


def _any_state_of_a_meeting(patch: Patch) -> None:
    open_to_all = _without(meetings.held_for, "NotReady")
    for module in (meetings, agenda, minutes):
        patch.setattr(module, "held_for", open_to_all)


def _any_state_of_a_task(patch: Patch) -> None:
    for guard in ("_open", "_running"):
        without(tasks, guard, "NotReady")(patch)


def _any_state_of_a_request(patch: Patch) -> None:
    for module in (request_actions, request_views):
        patch.setattr(module, "step_for", lambda verb, state: next(step for step in REQUEST_STEPS if step.verb == verb))


STATES: dict[str, Seed] = {
    **{f"rating/schemes/<pk>/{verb}/": without(schemes, verb, "NotReady") for verb in ("adopt", "publish", "retire")},
    "rating/schemes/scopes/<pk>/end/": without(schemes, "unassign", "NotReady"),
    **{
        f"meetings/{route}/": _any_state_of_a_meeting
        for route in (
            "<pk>/edit", "<pk>/cancel", "<pk>/hold", "<pk>/agenda", "<pk>/agenda/add", "<pk>/agenda/set", "<pk>/agenda/reopen",
            "items/<pk>", "items/<pk>/remove", "items/<pk>/outcome", "<pk>/resolutions/add", "resolutions/<pk>/drop",
            "<pk>/minutes", "<pk>/minutes/correct",
        )
    },
    **{f"meetings/proposals/<pk>/{verb}/": without(agenda_proposals, "_waiting", "NotReady") for verb in ("withdraw", "decline")},
    **{f"tasks/<pk>/{act}/": _any_state_of_a_task for act in ("line", "stage", "revoke")},
    "tasks/stages/<pk>/": _any_state_of_a_task,
    "tasks/<pk>/receive/": without(tasks, "receive", "Conflict"),
    "tasks/<pk>/extend/": without(task_asking, "_running", "NotReady"),
    **{f"tasks/{asked}/<pk>/": without(task_asking, "_waiting", "Conflict") for asked in ("extensions", "closings")},
    "instructions/<pk>/send/": without(instructions, "send", "NotReady"),
    **{f"supervisions/<pk>/{act}/": without(supervisions, act, "Conflict") for act in ("receive", "answer")},
    "requests/<pk>/move/": _any_state_of_a_request,
    "services/<pk>/": without(service_events, "_held", "NotReady"),
    "services/<pk>/void/": without(service_events, "_held", "NotReady"),
    "sponsors/visits/<pk>/void/": without(sponsor_visits, "void", "NotReady"),
    **{f"dispatch/<pk>/{page}/": without(dispatch, "_refuse_sent", "NotReady") for page in ("columns", "send")},
    **{
        f"dispatch/<pk>/{verb}/": without(dispatch, verb, "NotReady") for verb in ("urge", "extend", "close", "reopen")
    },
    "dispatch/answers/<pk>/": _answered_at_any_time,
    "dispatch/answers/<pk>/upload/": _answered_at_any_time,
    **{f"returns/<pk>/{page}/": _files_at_any_state for page in ("evidence", "print", "paper")},
    "returns/paper/<pk>/refuse/": without(paper, "_settle", "NotReady"),
    "history/<pk>/confirm/": without(history, "_refuse_unless", "NotReady"),
    "history/<pk>/recheck/": without(history, "_refuse_unless", "NotReady"),
    "history/<pk>/discard/": without(history, "discard", "NotReady"),
    "history/<pk>/sign/": without(history_signing, "_locked", "NotReady"),
    "history/<pk>/withdraw/": without(history_signing, "_locked", "NotReady"),
    **{
        f"returns/<pk>/{verb}/": _any_state_of_a_return
        for verb in ("save", "file", "review", "send-back", "confirm")
    },
    "returns/confirm/": _any_state_of_a_return,
    "returns/review/": _any_state_of_a_return,
    "returns/<pk>/correct/": _any_state_of_a_return,
    "returns/<pk>/correct/withdraw/": _any_state_of_a_return,
    "returns/<pk>/sign-off/": _any_state_of_a_return,
    "returns/<pk>/exempt/": _any_state_of_a_return,
    "returns/<pk>/resume/": _any_state_of_a_return,
    "returns/<pk>/correct/ask/": without(corrections, "ask", "NotReady"),
    "returns/<pk>/correct/decline/": without(corrections, "decline", "Conflict"),
    "returns/<pk>/extend/ask/": without(extensions, "_open", "NotReady"),
    "returns/<pk>/extend/": without(extensions, "_open", "NotReady"),
    "returns/<pk>/extend/decline/": without(extensions, "decline", "Conflict"),
    "returns/<pk>/carry/": _any_state_of_a_return,
    "returns/<pk>/receive/": _any_state_of_a_return,
    "workbooks/<pk>/load/": without(workbooks, "load", "NotReady"),
    "workbooks/<pk>/marked/": without(workbooks, "hand_back", "NotReady"),
    "workbooks/<pk>/drop/": without(workbooks, "drop", "NotReady"),
    "cycles/<pk>/workbooks/file/": without(workbooks, "hand_out", "NotReady"),
    "workbook-batches/<pk>/load/": without(workbook_batches, "send", "NotReady"),
    "returns/<pk>/firms/issue/": without(firm_sheets, "_refuse_shut", "NotReady"),
    "returns/<pk>/firms/give-back/": without(firm_sheets, "_refuse_shut", "NotReady"),
    "returns/<pk>/firms/accept/": without(firm_sheets, "_refuse_shut", "NotReady"),
    "returns/<pk>/opine/": without(opinions, "_refuse", "NotReady"),
    "cycles/<pk>/close/": without(closing, "close", "Conflict"),
    "cycles/<pk>/reopen/": without(closing, "reopen", "Conflict"),
    "returns/progress/urge/": _filed_or_not,
    "messages/deliveries/<pk>/retry/": without(deliveries, "retry", "NotReady"),
    "projects/<code>/move/": _any_stage_of_a_project,
    "jobs/<pk>/cancel/": _any_state_of_a_job,
    "jobs/<pk>/retry/": _any_state_of_a_job,
    **{
        f"accounts/batches/<pk>/{step}/": _any_state_of_a_batch
        for step in ("open", "reissue", "grant", "refuse")
    },
    "accounts/duties/<pk>/seat/": _grants_that_are_over,
    "admin/accounts/grant/<object_id>/seat/": _grants_that_are_over,
    "admin/accounts/grant/<object_id>/revoke/": _grants_that_are_over,
    "accounts/operators/<pk>/reset/": without(operators, "reset_password", "NotReady"),
    "accounts/protection/<username>/reset-factor/": without(factors, "reset", "NotReady"),
    "accounts/handover/new/": _handed_over_unseen,
    "accounts/own/": _said_already_who_he_is,
    "audit/anchors/<number>/countersign/": _countersigned_already,
    "rating/recompute/": without(assessments, "ask_trial", "Invalid"),
    "rating/<pk>/planning/": without(rating_planning, "set_open", "NotReady"),
    **{
        f"register/proposals/<pk>/{verb}/": without(proposals, "_waiting", "NotReady")
        for verb in ("accept", "refuse", "withdraw")
    },
    "register/notes/<pk>/strike/": without(notes, "strike", "NotReady"),
    "register/contacts/<pk>/end/": without(contacts, "end", "NotReady"),
    "register/honours/<pk>/revoke/": without(honours, "revoke", "NotReady"),
    "register/cultivation/new/": without(cultivations, "begin", "Invalid"),
    "register/cultivation/<pk>/<target>/": _any_state_of_a_cultivation,
    "register/uploads/<pk>/confirm/": without(uploads, "import_rows", "NotReady"),
    "register/uploads/<pk>/discard/": without(uploads, "discard", "NotReady"),
    "enterprises/claims/<pk>/settle/": without(attributions, "_close", "NotReady"),
    "enterprises/claims/<pk>/withdraw/": without(attributions, "_close", "NotReady"),
    "enterprises/<code>/claim/": without(attributions, "claim", "Invalid"),
    "enterprises/findings/<pk>/": without(comparisons, "_decide", "NotReady"),
    "tenancies/<pk>/leave/": without(tenancies, "leave", "NotReady"),
    "admin/parks/tenancy/<object_id>/leave/": without(tenancies, "leave", "NotReady"),
    "occupancies/<pk>/release/": without(tenancies, "release", "NotReady"),
    **{
        f"admin/targets/returntemplate/<object_id>/{page}/": without(templates, "_refuse_used", "NotReady")
        for page in ("cells", "checks", "route")
    },
    "admin/targets/returntemplate/<object_id>/issue/": without(templates, "_refuse_asked_since", "_wrong"),
    "admin/targets/indicator/<object_id>/issue/": _issued_over_what_is_kept,
    **{f"plan/reports/<pk>/{verb}/": without(accomplishments, "_waiting", "Conflict") for verb in ("accept", "send-back")},
    **{f"documents/<pk>/{verb}/": without(documents, "_held", "Conflict") for verb in ("ask", "send-up", "send-back", "drop")},
    "documents/<pk>/opine/": without(documents, "opine", "NotReady"),
    "plan/lights/<pk>/answer/": without(lights, "answer", "NotReady"),
    "plan/lights/release/": without(lights, "release", "NotReady"),
    "plan/lights/forecasts/": without(lights, "release_forecasts", "NotReady"),
}

# A page that somebody left open: what he saw is not asked for.
STALE: dict[str, Seed] = {
    "meetings/<pk>/agenda/set/": without(meetings, "held_for", "Conflict"),
    "requests/<pk>/move/": without(request_actions, "_started", "Conflict"),
    "requests/settings/policy/": without(request_rules, "update_policy", "Conflict"),
    **{
        f"returns/<pk>/{verb}/": without(return_moves, "start", "Conflict", used_in=returns)
        for verb in ("file", "review", "send-back", "confirm")
    },
    "projects/<code>/edit/": without(projects, "update", "Conflict"),
    "projects/<code>/move/": without(projects, "move", "Conflict"),
    "accounts/policy/": without(policy, "update", "Conflict"),
    "plan/readings/<pk>/choose/": without(plan_terms, "choose_reading", "Conflict"),
    "tasks/<pk>/edit/": without(tasks, "update", "Conflict"),
    "instructions/<pk>/feedback/": without(instructions, "draft", "Conflict"),
    "instructions/<pk>/send/": without(instructions, "send", "Conflict"),
}


# Drilling


def cells_by_route(world: World, telling: Callable[[Cell], object]) -> dict[str, list[Cell]]:
    """Route → its cells in every way it is asked, those that tell most first: `telling` sorts them."""
    found: dict[str, list[Cell]] = {}
    for cell in cells(ways(), world):
        found.setdefault(cell.expected.route, []).append(cell)
    return {route: sorted(asked, key=telling) for route, asked in found.items()}


def tells_of_scope(cell: Cell) -> tuple:
    """What a scoped role is refused of others, then what it is shown of its own."""
    return cell.role not in SCOPED, cell.case != "other", cell.status != 404, cell.status != 200


def tells_of_permission(cell: Cell) -> tuple:
    """What the audit administrator is refused, who is granted the whole district; then anybody."""
    return cell.status != 403, cell.role != "audit_admin", cell.status != 404, cell.role == "anonymous"


def tells_of_state(cell: Cell) -> tuple:
    """What is refused, or not written, to who is let in at other times."""
    return (
        cell.method != "POST",
        cell.case != "shut" and not cell.expected.asked.stale,
        cell.status in (403, 404),
    )


def blind(kind: str) -> dict[str, str]:
    """Route → why a hole of `kind` there is none, by hand."""
    said = yaml.safe_load(FILE.read_text(encoding="utf-8"))[kind]
    names = sorted({each.route for each in ways()})
    found: dict[str, str] = {}
    for entry in said:
        for pattern in entry["routes"]:
            matched = [name for name in names if fnmatchcase(name, pattern)]
            assert matched, f"holes.yaml: no route {pattern}"
            twice = sorted(set(matched) & set(found))
            assert not twice, f"holes.yaml: {kind} says twice why of {twice}"
            found |= dict.fromkeys(matched, entry["why"])
    return found
