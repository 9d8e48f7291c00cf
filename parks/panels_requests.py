"""企业诉求, visits and services on a park's profile."""

from django.db.models import F

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.periods import Period
from guandu.web.registry import Panel, park_panels
from parks.models import Park, ServiceRequest
from parks.queries.request_page import words_of_due
from parks.queries.requests import listed, waiting_first, whose_move
from parks.queries.services import events_for, totals_of
from parks.queries.sponsoring import visits_for

SHOWN = 5


@park_panels.register(45)
def requests_of_park(user: User, park: Park, quarter: Period) -> list[Panel]:
    """Open requests first, the newest visits, what services the quarter brought."""
    panels = [_requests(user, park)] if user.may(Permission.REQUEST_VIEW, park) else []
    return [*panels, _services(user, park, quarter)]


def _requests(user: User, park: Park) -> Panel:
    day = clock.today()
    found = listed(ServiceRequest.objects.visible_to(user).filter(park=park))
    rows = list(waiting_first(found).order_by("urgency", F("due_on").asc(nulls_last=True), "-pk")[: SHOWN + 1])
    context = {
        "park": park,
        "rows": [(row, whose_move(row), *words_of_due(row, day)) for row in rows[:SHOWN]],
        "has_more": len(rows) > SHOWN,
        "visits": list(visits_for(user).filter(park=park, voided_at=None)[:SHOWN]),
        "may_raise": user.may(Permission.REQUEST_RAISE, park),
        "may_visit": user.may(Permission.VISIT_RECORD, park),
    }
    return Panel("requests", "企业诉求与走访", "parks/requests/_panel.html", context)


def _services(user: User, park: Park, quarter: Period) -> Panel:
    events = events_for(user).filter(park=park, on__gte=quarter.first_day, on__lte=quarter.last_day)
    context = {
        "park": park,
        "quarter": quarter,
        "totals": totals_of(events),
        "rows": list(events.filter(voided_at=None)[:SHOWN]),
        "may_record": user.may(Permission.SERVICE_RECORD, park),
    }
    return Panel("services", "园区服务", "parks/requests/_services_panel.html", context)
