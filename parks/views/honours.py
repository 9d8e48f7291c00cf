"""企业荣誉: who holds what until when, what runs out, giving, correcting and revoking."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import honours as actions
from parks.forms_duty import AwardForm, HonourFilter, HonourForm, RevokeForm
from parks.models import Enterprise, Honour
from parks.queries.honours import held_on, honours_for, renewals_due
from parks.views.form_pages import FormPage, form_page

PAGE = 50
viewer = permission_required(Permission.PARK_VIEW, to="查看企业荣誉")
editor = permission_required(Permission.PARK_EDIT, to="登记企业荣誉")
on_form = require_http_methods(["GET", "POST"])


@viewer
@require_GET
def honour_list(request: HttpRequest) -> HttpResponse:
    """Which firms hold which recognition, and which run out?"""
    chosen = HonourFilter(request.GET)
    found = chosen.rows(honours_for(request.user, chosen.day))
    kinds, firms = held_on(request.user, chosen.day)
    context = {
        "filter": chosen,
        "day": chosen.day,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "kinds": kinds,
        "firms": firms,
        "due": renewals_due(request.user, clock.today()).count(),
        "may_edit": request.user.may(Permission.PARK_EDIT),
    }
    return render(request, "parks/honours.html", context)


@editor
@on_form
@takes(AwardForm)
def honour_award(request: HttpRequest) -> HttpResponse:
    firms = Enterprise.objects.visible_to(request.user, Permission.PARK_EDIT)
    form = AwardForm(request.POST or None, firms=firms, initial={"enterprise": request.GET.get("firm", "")})

    def run() -> tuple[str, str]:
        honour = actions.award(by=request.user, **form.cleaned_data)
        until = f"，至 {honour.valid_to} 到期" if honour.valid_to else "，长期有效"
        return f"已登记{honour.enterprise.name}的{honour.kind.name}{until}。", reverse("duties:honours")

    answer = "同一企业同一荣誉的期限不能重叠；续期另登一条。"
    if firm := firms.filter(code=request.GET.get("firm", "")).first():
        answer = f"{firm.name}：{answer}"
    return form_page(request, form, _page("登记企业荣誉", answer, "登记"), run)


@editor
@on_form
@takes(HonourForm)
def honour_correct(request: HttpRequest, pk: int) -> HttpResponse:
    honour = _honour(request, pk)
    form = HonourForm(request.POST or None, instance=honour)

    def run() -> tuple[str, str]:
        seen = form.cleaned_data["seen"]
        actions.correct(honour=honour, values=form.altered, seen=seen, by=request.user)
        return f"已更正{honour.enterprise.name}的{honour.kind.name}。", reverse("duties:honours")

    return form_page(request, form, _page(f"更正{honour.kind.name}", str(honour.enterprise), "保存"), run)


@editor
@on_form
@takes(RevokeForm)
def honour_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    honour = _honour(request, pk)
    form = RevokeForm(request.POST or None, initial={"on": clock.today()})

    def run() -> tuple[str, str]:
        actions.revoke(honour=honour, by=request.user, **form.cleaned_data)
        return f"已撤销{honour.enterprise.name}的{honour.kind.name}。", reverse("duties:honours")

    return form_page(request, form, _page(f"撤销{honour.kind.name}", str(honour.enterprise), "撤销"), run)


def _honour(request: HttpRequest, pk: int) -> Honour:
    rows = Honour.objects.select_related("enterprise", "kind")
    return get_visible_or_404(rows, request.user, Permission.PARK_EDIT, pk=pk)


def _page(heading: str, answer: str, verb: str) -> FormPage:
    back = reverse("duties:honours")
    return FormPage(heading, answer, verb, back, trail=(("企业荣誉", back),))
