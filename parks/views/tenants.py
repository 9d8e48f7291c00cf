"""在园企业: who is in a park and where, entering and leaving, and firms that two parks claim."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.periods import Period
from guandu.web.posted import takes
from guandu.web.quarters import asked_quarter
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import tenancies as actions
from parks.filters_space import FirmFilter
from parks.forms_space import CorrectForm, EnterForm, LeaveForm, ReleaseForm, StrikeForm, TakeForm
from parks.models import Occupancy, Park, Tenancy
from parks.queries.tenants import claimed_twice, firm_counts, firm_rows, tenants
from parks.views.form_pages import FormPage, form_page

PAGE = 50
viewer = permission_required(Permission.PARK_VIEW, to="查看在园企业")
keeper = permission_required(Permission.TENANCY_EDIT, to="登记企业入驻和离园")
on_form = require_http_methods(["GET", "POST"])


@viewer
@require_GET
def firm_list(request: HttpRequest, code: str) -> HttpResponse:
    """Which firms are in the park, since when, in which spaces?"""
    park = get_visible_or_404(Park.objects.all(), request.user, code=code)
    chosen = FirmFilter(request.GET)
    found = chosen.rows(tenants(request.user, park, chosen.day))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "park": park,
        "day": chosen.day,
        "counts": firm_counts(request.user, park, chosen.day),
        "filter": chosen,
        "page": page,
        "rows": firm_rows(request.user, page, chosen.day),
        "may_edit": request.user.may(Permission.TENANCY_EDIT, park),
    }
    return render(request, "parks/firms.html", context)


@viewer
@require_GET
def twice_list(request: HttpRequest) -> HttpResponse:
    """Which firms stand in two parks in one quarter?"""
    quarter = asked_quarter(request) if request.GET.get("period") else Period.quarter_of(clock.today())
    page = Paginator(claimed_twice(request.user, quarter), PAGE).get_page(request.GET.get("page"))
    rows = firm_rows(request.user, page, quarter.last_day)
    return render(request, "parks/claimed_twice.html", {"quarter": quarter, "page": page, "rows": rows})


@keeper
@on_form
@takes(EnterForm)
def firm_enter(request: HttpRequest, code: str) -> HttpResponse:
    park = get_visible_or_404(Park.objects.all(), request.user, Permission.TENANCY_EDIT, code=code)
    form = EnterForm(request.POST or None, initial={"on": clock.today()})

    def run() -> tuple[str, str]:
        stay = actions.enter(park=park, by=request.user, **form.cleaned_data)
        told = f"已登记{stay.enterprise.name}自 {stay.valid_from} 起入驻。可以接着登记它使用的空间，也可以以后登记。"
        return told, reverse("space:take", args=[stay.pk])

    page = _page(
        park, "登记企业入驻", "一家企业同一天只在本园区登记一次；从外园区迁来的，由迁出园区登记离园。"
    )
    return form_page(request, form, page, run)


@keeper
@on_form
@takes(LeaveForm)
def firm_leave(request: HttpRequest, pk: int) -> HttpResponse:
    stay = _stay(request, pk)
    form = LeaveForm(request.POST or None, initial={"on": clock.today()})

    def run() -> tuple[str, str]:
        left = actions.leave(tenancy=stay, by=request.user, **form.cleaned_data)
        return f"已登记{stay.enterprise.name}自 {left.valid_to} 起离园。", _home(stay.park)

    uses = stay.occupancies.filter(valid_to__isnull=True).count()
    warning = f"该企业使用的 {uses} 处空间同日退出。" if uses else ""
    answer = f"{stay.enterprise.name}自 {stay.valid_from} 起入驻。"
    return form_page(request, form, _page(stay.park, "登记企业离园", answer, "登记离园", warning), run)


@keeper
@on_form
@takes(CorrectForm)
def firm_correct(request: HttpRequest, pk: int) -> HttpResponse:
    stay = _stay(request, pk)
    form = CorrectForm(request.POST or None, instance=Tenancy.objects.get(pk=pk))

    def run() -> tuple[str, str]:
        actions.correct(tenancy=stay, values=form.altered, seen=form.cleaned_data["seen"], by=request.user)
        return f"已更正{stay.enterprise.name}的入驻登记。", _home(stay.park)

    warning = "更正会改变企业计入的报告期；企业迁出请登记离园，不在这里改。"
    return form_page(
        request, form, _page(stay.park, "更正入驻登记", f"{stay.enterprise.name}。", "保存更正", warning), run
    )


@keeper
@on_form
@takes(StrikeForm)
def firm_strike(request: HttpRequest, pk: int) -> HttpResponse:
    stay = _stay(request, pk)
    form = StrikeForm(request.POST or None)

    def run() -> tuple[str, str]:
        actions.strike(tenancy=stay, by=request.user, **form.cleaned_data)
        return f"已撤销{stay.enterprise.name}的入驻登记。", _home(stay.park)

    answer = f"{stay.enterprise.name}，{stay.valid_from} 起。登错企业的才撤销；企业已离开请登记离园。"
    warning = "撤销后，这家企业视为从未在本园区入驻；审计记录保留撤销前的内容。"
    return form_page(request, form, _page(stay.park, "撤销入驻登记", answer, "撤销登记", warning), run)


@keeper
@on_form
@takes(TakeForm)
def space_take(request: HttpRequest, pk: int) -> HttpResponse:
    stay = _stay(request, pk)
    first = {"on": max(clock.today(), stay.valid_from)}
    form = TakeForm(request.POST or None, park=stay.park, initial=first)

    def run() -> tuple[str, str]:
        use = actions.take(tenancy=stay, by=request.user, **form.cleaned_data)
        return f"已登记{stay.enterprise.name}自 {use.valid_from} 起使用{use.space}。", _home(stay.park)

    answer = f"{stay.enterprise.name}自 {stay.valid_from} 起入驻。"
    return form_page(request, form, _page(stay.park, "登记使用空间", answer), run)


@keeper
@on_form
@takes(ReleaseForm)
def space_release(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Occupancy.objects.select_related("tenancy__park", "tenancy__enterprise", "space__building")
    use = get_visible_or_404(rows, request.user, Permission.TENANCY_EDIT, pk=pk)
    form = ReleaseForm(request.POST or None, initial={"on": clock.today()})

    def run() -> tuple[str, str]:
        actions.release(occupancy=use, by=request.user, **form.cleaned_data)
        back = reverse("space:detail", args=[use.space.code])
        return f"已登记{use.tenancy.enterprise.name}自 {form.cleaned_data['on']} 起退出{use.space}。", back

    answer = f"{use.tenancy.enterprise.name}自 {use.valid_from} 起使用{use.space}。"
    page = _page(use.tenancy.park, "登记退出空间", answer, "登记退出")
    return form_page(request, form, page, run)


def _stay(request: HttpRequest, pk: int) -> Tenancy:
    rows = Tenancy.objects.select_related("park", "enterprise")
    return get_visible_or_404(rows, request.user, Permission.TENANCY_EDIT, pk=pk)


def _home(park: Park) -> str:
    return reverse("space:firms", args=[park.code])


def _page(park: Park, heading: str, answer: str, verb: str = "保存", warning: str = "") -> FormPage:
    return FormPage(heading, answer, verb, _home(park), park, (("在园企业", _home(park)),), warning)
