"""The plan on one sheet for a leader, and 终期评估."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid, NotReady
from guandu.web.posted import takes
from guandu.web.quarters import asked_quarter
from guandu.web.views import permission_required
from targets.actions import baselines
from targets.forms_plan_terms import BaselinesForm
from targets.queries.plan import plans_of
from targets.queries.plan_papers import brief_of, closing_of
from targets.queries.quarters import offered_quarters
from targets.views.asked_plan import asked_plan, kept_filters, kept_plan
from targets.views.evidence import put_errors

viewer = permission_required(Permission.PLAN_VIEW, to="查看行动计划")
editor = permission_required(Permission.PLAN_EDIT, to="为计划确定基期数")


@viewer
@require_GET
def brief(request: HttpRequest) -> HttpResponse:
    """Where do we stand, and what must be pushed now?"""
    quarter = asked_quarter(request)
    plan = asked_plan(request)
    context = {
        "plan": plan,
        "kept_plan": kept_plan(request),
        "kept_filters": kept_filters(request),
        "quarter": quarter,
        "quarters": offered_quarters(quarter),
        "brief": brief_of(plan, quarter, request.user) if plan else None,
    }
    return render(request, "targets/brief.html", context)


@viewer
@require_GET
def closing(request: HttpRequest) -> HttpResponse:
    """Which targets did the plan reach, and on what numbers?"""
    form = BaselinesForm(user=request.user) if request.user.may(Permission.PLAN_EDIT) else None
    return _closing(request, form)


@require_POST
@editor
@takes(BaselinesForm)
def take_baselines(request: HttpRequest) -> HttpResponse:
    form = BaselinesForm(request.POST, user=request.user)
    if not form.is_valid():
        return _closing(request, form, status=422)
    plan, publication = form.cleaned_data["plan"], form.cleaned_data["publication"]
    try:
        taken = baselines.take_baselines(plan=plan, publication=publication, by=request.user)
    except (Invalid, NotReady) as refused:
        put_errors(form, refused, about="publication")
        return _closing(request, form, status=422 if isinstance(refused, Invalid) else 409)
    messages.success(request, f"已为《{plan}》的 {len(taken)} 项目标确定基期数，来源为{publication}。")
    return redirect("targets:closing")


def _closing(request: HttpRequest, form: BaselinesForm | None, *, status: int = 200) -> HttpResponse:
    plan = asked_plan(request)
    context = {
        "plan": plan,
        "kept_plan": kept_plan(request),
        "closing": closing_of(plan, request.user) if plan else None,
        "plans": plans_of(request.user),
        "form": form,
    }
    return render(request, "targets/closing.html", context, status=status)
