"""Firms' requests that nobody has solved, as candidates: overdue, twice not to satisfaction, suspended too long."""

from collections.abc import Sequence

from django.urls import reverse

from guandu.accounts.models import User
from guandu.core import clock
from parks.models import ServiceRequest
from parks.queries.requests import unsolved, unsolved_on
from targets.enums_meetings import ItemSource
from targets.models import AgendaItem, Meeting
from targets.queries.agenda import Candidate, names_of, shortened, taken

NOT_ASSIGNED = "还没有交办"


def candidates(meeting: Meeting, user: User) -> list[Candidate]:
    """The longest waiting first. Two queries."""
    there = taken(meeting, "request")
    return [_candidate(each.request, each.words) for each in unsolved(user) if each.request.pk not in there]


def _candidate(request: ServiceRequest, why: str) -> Candidate:
    unit = names_of([request.unit]) if request.unit else ""
    return Candidate(
        source=ItemSource.REQUEST,
        key=request.pk,
        title=shortened(f"{request.park}企业诉求：{request.firm_name}", 160),
        unit_names=unit,
        text=shortened(f"{request.text}（{request.number}，{why}）"),
        url=reverse("requests:request", args=[request.pk]),
        group=unit or NOT_ASSIGNED,
        note=why,
    )


def solved(items: Sequence[AgendaItem]) -> set[int]:
    """The items (by id) whose requests are unsolved no more. One query."""
    of_request = {each.request_id: each.pk for each in items if each.request_id}
    if not of_request:
        return set()
    rows = ServiceRequest.objects.filter(unsolved_on(clock.today()), pk__in=of_request)
    return {of_request[pk] for pk in of_request.keys() - set(rows.values_list("pk", flat=True))}
