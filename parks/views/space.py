"""空间: buildings and spaces of a park, one space with who used it, and what is free in the district."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import spaces as actions
from parks.filters_space import FreeSpaceFilter, SpaceFilter
from parks.forms_space import BuildingForm, SpaceForm
from parks.models import Building, Park, Space
from parks.queries.spaces import buildings_of, free_spaces, spaces_of, uses_of
from parks.views.form_pages import FormPage, form_page

PAGE = 50
viewer = permission_required(Permission.PARK_VIEW, to="查看园区空间")
keeper = permission_required(Permission.SPACE_EDIT, to="登记楼宇和空间")
on_form = require_http_methods(["GET", "POST"])


@viewer
@require_GET
def space_list(request: HttpRequest, code: str) -> HttpResponse:
    """Which buildings and spaces has the park, and which of them are free?"""
    park = get_visible_or_404(Park.objects.all(), request.user, code=code)
    chosen = SpaceFilter(request.GET, park=park)
    page = Paginator(chosen.rows(spaces_of(park, chosen.day)), PAGE).get_page(request.GET.get("page"))
    context = {
        "park": park,
        "day": chosen.day,
        "buildings": buildings_of(park, chosen.day),
        "filter": chosen,
        "page": page,
        "may_edit": request.user.may(Permission.SPACE_EDIT, park),
    }
    return render(request, "parks/space.html", context)


@viewer
@require_GET
def free_list(request: HttpRequest) -> HttpResponse:
    """Where is room for a firm, from which day, how large and at what rent?"""
    chosen = FreeSpaceFilter(request.GET, user=request.user, today=clock.today())
    page = Paginator(chosen.rows(free_spaces(request.user, chosen.day)), PAGE)
    context = {"filter": chosen, "day": chosen.day, "page": page.get_page(request.GET.get("page"))}
    return render(request, "parks/free_spaces.html", context)


@viewer
@require_GET
def space_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Who uses the space, and who used it before?"""
    day = clock.today()
    rows = Space.objects.standing_on(day).select_related("building__park")
    space = get_visible_or_404(rows, request.user, code=code)
    context = {
        "space": space,
        "park": space.building.park,
        "uses": uses_of(space),
        "may_edit": request.user.may(Permission.SPACE_EDIT, space),
    }
    return render(request, "parks/space_detail.html", context)


@keeper
@on_form
@takes(BuildingForm)
def building_create(request: HttpRequest, code: str) -> HttpResponse:
    park = get_visible_or_404(Park.objects.all(), request.user, Permission.SPACE_EDIT, code=code)
    form = BuildingForm(request.POST or None)

    def run() -> tuple[str, str]:
        building = actions.create_building(park=park, by=request.user, **form.said)
        return f"已登记楼宇{building.name}，编码 {building.code}。", _home(park)

    page = _page(park, "登记楼宇", "楼宇登记后，再逐间登记其中可以出租的空间。")
    return form_page(request, form, page, run)


@keeper
@on_form
@takes(BuildingForm)
def building_edit(request: HttpRequest, code: str) -> HttpResponse:
    rows = Building.objects.select_related("park")
    building = get_visible_or_404(rows, request.user, Permission.SPACE_EDIT, code=code)
    form = BuildingForm(request.POST or None, instance=rows.get(pk=building.pk))

    def run() -> tuple[str, str]:
        values, seen = form.altered, form.cleaned_data["seen"]
        actions.update_building(building=building, values=values, seen=seen, by=request.user)
        return f"已保存楼宇{form.cleaned_data['name']}。", _home(building.park)

    page = _page(building.park, f"修改{building.name}", f"编码 {building.code}。停用前须先停用其中的空间。")
    return form_page(request, form, page, run)


@keeper
@on_form
@takes(SpaceForm)
def space_create(request: HttpRequest, code: str) -> HttpResponse:
    rows = Building.objects.select_related("park")
    building = get_visible_or_404(rows, request.user, Permission.SPACE_EDIT, code=code)
    form = SpaceForm(request.POST or None)

    def run() -> tuple[str, str]:
        space = actions.create_space(building=building, by=request.user, **form.said)
        return f"已登记空间{space.name}，编码 {space.code}。", _home(building.park)

    page = _page(building.park, f"登记{building.name}的空间", "一个空间是整体出租的一间、一层或一座厂房。")
    return form_page(request, form, page, run)


@keeper
@on_form
@takes(SpaceForm)
def space_edit(request: HttpRequest, code: str) -> HttpResponse:
    rows = Space.objects.select_related("building__park")
    space = get_visible_or_404(rows, request.user, Permission.SPACE_EDIT, code=code)
    form = SpaceForm(request.POST or None, instance=rows.get(pk=space.pk))
    back = reverse("space:detail", args=[space.code])

    def run() -> tuple[str, str]:
        values, seen = form.altered, form.cleaned_data["seen"]
        actions.update_space(space=space, values=values, seen=seen, by=request.user)
        return f"已保存空间{form.cleaned_data['name']}。", back

    answer = f"编码 {space.code}。停用前须先登记使用企业退出。"
    return form_page(request, form, _page(space.building.park, f"修改{space}", answer, back), run)


def _home(park: Park) -> str:
    return reverse("space:list", args=[park.code])


def _page(park: Park, heading: str, answer: str, back: str = "") -> FormPage:
    trail = (("空间", _home(park)),)
    return FormPage(heading, answer, "保存", back or _home(park), park, trail)
