"""One 企业诉求 on its page, and the rows of the ledger by what they wait for."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from guandu.accounts.checks import allowed
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.working_days import working_days_until
from guandu.files.models import Attachment
from parks.enums_requests import OPEN_REQUESTS, RequestState
from parks.models import Enterprise, Park, RequestStep, ServiceRequest
from parks.queries.requests import (
    ON_STEP,
    is_of_raiser,
    late_on,
    listed,
    moves_of,
    unsolved_on,
    waiting_first,
    whose_move,
)
from parks.workflow_requests import OFFICE, RAISER, UNIT, Step, steps_from

WAY = (
    (RequestState.RAISED, "提出"), (RequestState.ASSIGNED, "交办"), (RequestState.HANDLING, "办理"), (RequestState.ANSWERED, "反馈"),
    (RequestState.CLOSED, "办结"),
)  # fmt: skip
TONES = {
    RequestState.RAISED: "active", RequestState.ASSIGNED: "active", RequestState.HANDLING: "active",
    RequestState.ANSWERED: "active", RequestState.SUSPENDED: "warn", RequestState.CLOSED: "done", RequestState.WITHDRAWN: "idle",
}  # fmt: skip


def rows_of(user: User, state: str, day: date) -> QuerySet[ServiceRequest]:
    """Of the person's scope: what is open (""), his move, late, unsolved, of one state, or all."""
    if state == "mine":
        return waiting_first(moves_of(user, day).order_by())
    rows = waiting_first(listed(ServiceRequest.objects.visible_to(user)))
    if state == "late":
        return rows.filter(late_on(day))
    if state == "unsolved":
        return rows.filter(unsolved_on(day))
    if state == "":
        return rows.filter(state__in=OPEN_REQUESTS)
    return rows if state == "all" else rows.filter(state=state)


def words_of_due(request: ServiceRequest, day: date) -> tuple[str, str]:
    """What a line says of its clock, and its tone."""
    if request.state == RequestState.SUSPENDED:
        return f"{request.look_again_on:%-m月%-d日}再议", "warn"
    if request.due_on is None:
        return "", TONES[RequestState(request.state)]
    left = working_days_until(day, request.due_on)
    if request.is_late(day):
        return f"逾期 {-left} 个工作日", "late"
    if left <= 0:
        return "今天到期", "warn"
    return f"还有 {left} 个工作日", TONES[RequestState(request.state)]


@dataclass(frozen=True)
class TraceLine:
    step: RequestStep
    files: list[Attachment]


@dataclass(frozen=True)
class RequestPage:
    """What stands on the page of one request for one person."""

    trace: list[TraceLine]
    steps: list[Step]
    marks: list[dict[str, Any]]
    next_words: str
    due_words: str
    tone: str
    may_call: bool
    sees_park: bool
    sees_firm: bool


def page_of(request: ServiceRequest, user: User, day: date) -> RequestPage:
    due_words, tone = words_of_due(request, day)
    reveals = request.phone_masked and (
        allowed(user, Permission.CONTACT_REVEAL, request) or allowed(user, Permission.REQUEST_HANDLE, request)
    )
    firm = request.enterprise_id and Enterprise.objects.visible_to(user).filter(pk=request.enterprise_id).exists()
    return RequestPage(
        trace=trace_of(request),
        steps=open_steps(request, user),
        marks=_marks(request),
        next_words=whose_move(request),
        due_words=due_words,
        tone=tone,
        may_call=bool(reveals),
        sees_park=Park.objects.visible_to(user).filter(pk=request.park_id).exists(),
        sees_firm=bool(firm),
    )


def open_steps(request: ServiceRequest, user: User) -> list[Step]:
    """What the person may do now, in the order of the table."""
    steps = steps_from(request.state)
    if not steps:
        return []
    holds = {
        OFFICE: allowed(user, Permission.REQUEST_ASSIGN, request),
        UNIT: user.may(Permission.REQUEST_HANDLE, request),
        RAISER: is_of_raiser(user, request),
    }
    return [step for step in steps if any(holds.get(who, False) for who in step.who)]


def trace_of(request: ServiceRequest) -> list[TraceLine]:
    """The newest first, each with its files. Two queries."""
    steps = list(request.steps.order_by("-pk"))
    files: dict[int, list[Attachment]] = {}
    keys = [step.pk for step in steps]
    for each in Attachment.objects.filter(owner_kind=ON_STEP, owner_key__in=keys).select_related("file").order_by("pk"):
        files.setdefault(each.owner_key, []).append(each)
    return [TraceLine(step, files.get(step.pk, [])) for step in steps]


def forms_asked(request: ServiceRequest, step: Step, usual: dict[int, int | None]) -> dict[str, Any]:
    """What a form of the page begins with: at 交办 the kind that was said and the unit that usually handles it."""
    unit = request.unit_id or usual.get(request.kind_id)
    return {"verb": step.verb, "version": request.version, "kind": request.kind_id, "unit": unit}


def _marks(request: ServiceRequest) -> list[dict[str, Any]]:
    """The way as a workflow bar; what left it says so."""
    if request.state == RequestState.WITHDRAWN:
        return [{"label": "提出", "tone": "done"}, {"label": "已撤回", "tone": "idle"}]
    state = request.state
    at = RequestState.HANDLING if state == RequestState.SUSPENDED else state
    here = [each for each, _ in WAY].index(at)
    over = state == RequestState.CLOSED
    marks = [
        {"label": label, "tone": "done" if n < here or over else "active" if n == here else "idle"}
        for n, (_, label) in enumerate(WAY)
    ]
    if state == RequestState.SUSPENDED:
        marks[here] = {"label": "挂起", "tone": "warn"}
    return marks
