"""The plan on one sheet for a leader, and 终期评估."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import PortalError
from guandu.web.quarters import asked_quarter
from guandu.web.views import permission_required
from targets.actions import baselines
from targets.models import Plan, Publication
from targets.queries.plan import asked_plan, plans_of
from targets.queries.plan_papers import brief_of, closing_of
from targets.queries.quarters import offered_quarters

viewer = permission_required(Permission.PLAN_VIEW, to="查看行动计划")
editor = permission_required(Permission.PLAN_EDIT, to="为计划确定基期数")


class BaselinesForm(forms.Form):
    plan = forms.ModelChoiceField(Plan.objects.none(), label="下一期计划", to_field_name="code")
    publication = forms.ModelChoiceField(Publication.objects.none(), label="取自期次")

    def __init__(self, *args, request: HttpRequest, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = Plan.objects.visible_to(request.user)
        rows = Publication.objects.visible_to(request.user).exclude(kind="rating")
        self.fields["publication"].queryset = rows.order_by("-issued_on", "-pk")


@viewer
@require_GET
def brief(request: HttpRequest) -> HttpResponse:
    """Where do we stand, and what must be pushed now?"""
    quarter = asked_quarter(request)
    plan = asked_plan(request.user, quarter, request.GET.get("plan", ""))
    context = {
        "plan": plan,
        "quarter": quarter,
        "quarters": offered_quarters(quarter),
        "brief": brief_of(plan, quarter, request.user) if plan else None,
    }
    return render(request, "targets/brief.html", context)


@viewer
@require_GET
def closing(request: HttpRequest) -> HttpResponse:
    """Which targets did the plan reach, and on what numbers?"""
    quarter = asked_quarter(request)
    plan = asked_plan(request.user, quarter, request.GET.get("plan", ""))
    context = {
        "plan": plan,
        "closing": closing_of(plan, request.user) if plan else None,
        "plans": plans_of(request.user),
        "form": BaselinesForm(request=request) if request.user.may(Permission.PLAN_EDIT) else None,
    }
    return render(request, "targets/closing.html", context)


@editor
@require_POST
def take_baselines(request: HttpRequest) -> HttpResponse:
    form = BaselinesForm(request.POST, request=request)
    if not form.is_valid():
        messages.error(request, "请选择下一期计划和取数的期次。")
        return redirect("targets:closing")
    try:
        taken = baselines.take_baselines(
            plan=form.cleaned_data["plan"], publication=form.cleaned_data["publication"], by=request.user
        )
    except PortalError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"已为 {len(taken)} 项目标确定基期数，来源为{form.cleaned_data['publication']}。")
    return redirect("targets:closing")
