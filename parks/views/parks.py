"""园区: the list of the register and 一园一档."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.quarters import asked_quarter
from guandu.web.registry import panels_for
from guandu.web.views import get_visible_or_404, permission_required
from parks.filters import ParkFilter
from parks.queries.lists import parks_on
from parks.queries.profile import profile_of, state_on, visible_parks

PAGE = 50
viewer = permission_required(Permission.PARK_VIEW, to="查看园区名录")


@viewer
@require_GET
def park_list(request: HttpRequest) -> HttpResponse:
    """Which parks are there, and where does each belong?"""
    day = clock.today()
    chosen = ParkFilter(request.GET, parks_on(request.user, day), user=request.user, day=day)
    page = Paginator(chosen.qs, PAGE).get_page(request.GET.get("page"))
    rows = [(park, state_on(park, day)) for park in page]
    context = {
        "filter": chosen,
        "page": page,
        "rows": rows,
        "may_edit": request.user.may(Permission.PARK_EDIT),
    }
    return render(request, "parks/list.html", context)


@viewer
@require_GET
def park_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one park; other rooms add their sections by registration."""
    day = clock.today()
    park = get_visible_or_404(visible_parks(day), request.user, code=code)
    context = {
        "park": park,
        "profile": profile_of(park, day),
        "panels": panels_for(request.user, park, asked_quarter(request)),
    }
    return render(request, "parks/detail.html", context)
