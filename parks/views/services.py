"""政务服务进园区 and other services: the ledger, one more, a correction, voiding."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import service_events as actions
from parks.forms_services import CorrectEventForm, EventFilter, EventForm, VoidForm, parks_open_to
from parks.models import ServiceEvent
from parks.queries.services import events_for, totals_of
from parks.views.form_pages import FormPage, form_page

PAGE = 50
viewer = permission_required(Permission.PARK_VIEW, to="查看服务活动")
recorder = permission_required(Permission.SERVICE_RECORD, to="登记服务活动")
on_form = require_http_methods(["GET", "POST"])


@viewer
@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    """Which services came to the parks, and how many did they reach?"""
    chosen = EventFilter(request.GET)
    found = chosen.rows(events_for(request.user))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    may_record = request.user.may(Permission.SERVICE_RECORD)
    mine = ServiceEvent.objects.visible_to(request.user, Permission.SERVICE_RECORD)
    own = set(mine.filter(pk__in=[each.pk for each in page]).values_list("pk", flat=True))
    context = {
        "filter": chosen,
        "page": page,
        "totals": totals_of(found),
        "own": own,
        "may_record": may_record,
    }
    return render(request, "parks/requests/services.html", context)


@recorder
@on_form
@takes(EventForm)
def event_new(request: HttpRequest) -> HttpResponse:
    parks = parks_open_to(request.user, Permission.SERVICE_RECORD)
    first = parks.filter(code=request.GET.get("park", "")).first() or (parks.first() if parks[:2].count() == 1 else None)
    initial = {"park": first, "on": clock.today(), "host": request.user.unit.name}
    form = EventForm(request.POST or None, parks=parks, initial=initial)

    def run() -> tuple[str, str]:
        said = dict(form.cleaned_data)
        event = actions.record(park=said.pop("park"), held=actions.Held(**said), by=request.user)
        return f"已登记“{event.title}”。", reverse("requests:services")

    return form_page(request, form, _page("登记服务活动", "办完以后登记；没有统计的数留空，空着不等于 0。", "登记"), run)


@recorder
@on_form
@takes(CorrectEventForm)
def event_correct(request: HttpRequest, pk: int) -> HttpResponse:
    event = _event(request, pk)
    initial = {name: getattr(event, name) for name in (*actions.EDITABLE, "version")}
    form = CorrectEventForm(request.POST or None, initial=initial)

    def run() -> tuple[str, str]:
        values = dict(form.cleaned_data)
        actions.correct(event=event, version=values.pop("version"), values=values, by=request.user)
        return f"已更正“{values['title']}”。", reverse("requests:services")

    return form_page(request, form, _page("更正服务活动", f"{event.park.name} · {event.on} 登记", "保存"), run)


@recorder
@on_form
@takes(VoidForm)
def event_void(request: HttpRequest, pk: int) -> HttpResponse:
    event = _event(request, pk)
    form = VoidForm(request.POST or None)

    def run() -> tuple[str, str]:
        actions.void(event=event, by=request.user, **form.cleaned_data)
        return f"“{event.title}”已作废，不再计数。", reverse("requests:services")

    return form_page(request, form, _page("作废服务活动", f"{event.park.name} · {event}", "作废"), run)


def _event(request: HttpRequest, pk: int) -> ServiceEvent:
    rows = ServiceEvent.objects.select_related("park")
    return get_visible_or_404(rows, request.user, Permission.SERVICE_RECORD, pk=pk)


def _page(heading: str, answer: str, verb: str) -> FormPage:
    ledger = reverse("requests:services")
    return FormPage(heading, answer, verb, ledger, trail=(("园区服务", ledger),))
