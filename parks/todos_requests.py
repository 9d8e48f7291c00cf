"""企业诉求 for the shared pages: what waits for this person's move, for his home and for the slip of a hand-over."""

from django.urls import reverse

from guandu.accounts.handover import OpenItem
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.registry import ToDo, todo_sources
from parks.enums_requests import RequestState
from parks.models import ServiceRequest
from parks.queries.requests import moves_of

FEW = 5  # as many are listed one by one; more become one line
ACTS = {
    RequestState.RAISED: ("交办", "待交办"), RequestState.ASSIGNED: ("办理", "待办理"), RequestState.HANDLING: ("办理", "办理中"),
    RequestState.ANSWERED: ("评价", "待评价"), RequestState.SUSPENDED: ("再议", "到再议日"),
}  # fmt: skip


@todo_sources.register(21)
def requests_waiting(user: User) -> list[ToDo]:
    if not user.may(Permission.REQUEST_VIEW):
        return []
    day, waiting = clock.today(), list(moves_of(user, clock.today()))
    if len(waiting) <= FEW:
        return [_todo(each, day) for each in waiting]
    late = sum(each.is_late(day) for each in waiting)
    first = min((each.due_on for each in waiting if each.due_on), default=None)
    detail = f"其中逾期 {late} 项" if late else ""
    url = f"{reverse('requests:list')}?state=mine"
    word, tone = ("有逾期", "late") if late else ("待办理", "active")
    return [ToDo(f"{len(waiting)} 项企业诉求等您办理", url, "去办理", due_on=first, detail=detail, word=word, tone=tone)]


def _todo(request: ServiceRequest, day) -> ToDo:
    act, word = ACTS[RequestState(request.state)]
    late = request.is_late(day)
    return ToDo(
        f"{act}企业诉求：{request.firm_name}", _address(request), f"去{act}", due_on=request.due_on or request.look_again_on,
        detail=f"{request.park.display_name}：{request.text[:60]}", word="已逾期" if late else word, tone="late" if late else "active",
    )  # fmt: skip


def open_items(user: User) -> list[OpenItem]:
    """They follow the duty: whoever holds it next has the move."""
    if not user.may(Permission.REQUEST_VIEW):
        return []
    return [
        OpenItem(f"{each.number}（{each.park.name}）", f"{each.get_state_display()}，{_until(each)}", _address(each))
        for each in moves_of(user, clock.today())
    ]


def _until(request: ServiceRequest) -> str:
    return f"时限 {request.due_on}" if request.due_on else f"{request.look_again_on} 再议"


def _address(request: ServiceRequest) -> str:
    return reverse("requests:request", args=[request.pk])
