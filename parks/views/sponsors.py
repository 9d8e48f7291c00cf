"""包保 as it is lived: who answers for which parks on a day, with visits, open requests and reds; a visit entered."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import sponsor_visits as actions
from parks.forms_services import SponsorFilter, VisitFilter, VisitForm, VoidForm, parks_open_to
from parks.models import SponsorVisit
from parks.queries.sponsoring import holders_on, own_part, visits_for
from parks.queries.sponsorships import holder_on
from parks.views.form_pages import FormPage, form_page

PAGE = 50
viewer = permission_required(Permission.REQUEST_VIEW, to="查看包保")
recorder = permission_required(Permission.VISIT_RECORD, to="登记包保走访")
on_form = require_http_methods(["GET", "POST"])


@viewer
@require_GET
def sponsor_page(request: HttpRequest) -> HttpResponse:
    """For which parks does each leader, department and officer answer on the day, and what is open there?"""
    chosen = SponsorFilter(request.GET)
    holders = holders_on(request.user, chosen.kind, chosen.day, chosen.said("who", ""))
    context = {
        "filter": chosen,
        "day": chosen.day,
        "word": dict(SponsorFilter.BY)[chosen.kind],
        "holders": holders,
        "parks": len({each.park.pk for holder in holders for each in holder.parks}),
        "may_record": request.user.may(Permission.VISIT_RECORD),
    }
    return render(request, "parks/requests/sponsors.html", context)


@viewer
@require_GET
def visit_list(request: HttpRequest) -> HttpResponse:
    """Who went where, what did he see, what did firms say?"""
    chosen = VisitFilter(request.GET)
    page = Paginator(chosen.rows(visits_for(request.user)), PAGE).get_page(request.GET.get("page"))
    user, is_office = request.user, request.user.may(Permission.REQUEST_ASSIGN)
    context = {
        "filter": chosen,
        "page": page,
        "rows": [(visit, visit.voided_at is None and (is_office or visit.recorded_key == user.actor_key)) for visit in page],
        "may_record": user.may(Permission.VISIT_RECORD),
        "may_raise": user.may(Permission.REQUEST_RAISE),
    }
    return render(request, "parks/requests/visits.html", context)


@recorder
@on_form
@takes(VisitForm)
def visit_new(request: HttpRequest) -> HttpResponse:
    parks, today = parks_open_to(request.user, Permission.VISIT_RECORD), clock.today()
    first = parks.filter(code=request.GET.get("park", "")).first() or (parks.first() if parks[:2].count() == 1 else None)
    rank, name = own_part(request.user, holder_on(first, today)) if first else ("", "")
    initial = {"park": first, "on": today, "rank": rank, "visitors": name}
    form = VisitForm(request.POST or None, parks=parks, initial=initial)

    def run() -> tuple[str, str]:
        said = dict(form.cleaned_data)
        visit = actions.record(park=said.pop("park"), visit=actions.Seen(**said), by=request.user)
        told = f"已登记 {visit.on} 走访{visit.park.name}。"
        return (f"{told}企业反映的事项需要办理的，请再提出诉求。" if visit.asks else told), reverse("requests:visits")

    answer = "走访以后登记；当日的包保区领导和部门一并记下。"
    return form_page(request, form, _page("登记走访", answer, "登记"), run)


@recorder
@on_form
@takes(VoidForm)
def visit_void(request: HttpRequest, pk: int) -> HttpResponse:
    visit = get_visible_or_404(SponsorVisit.objects.select_related("park"), request.user, Permission.VISIT_RECORD, pk=pk)
    form = VoidForm(request.POST or None)

    def run() -> tuple[str, str]:
        actions.void(visit=visit, by=request.user, **form.cleaned_data)
        return "这条走访记录已作废。", reverse("requests:visits")

    return form_page(request, form, _page("作废走访", f"{visit.park.name} · {visit}", "作废"), run)


def _page(heading: str, answer: str, verb: str) -> FormPage:
    visits = reverse("requests:visits")
    return FormPage(heading, answer, verb, visits, trail=(("包保工作", reverse("requests:sponsors")), ("走访", visits)))
