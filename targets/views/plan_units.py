"""单位页: what does the plan ask of this unit, and what does it still owe?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.web.quarters import asked_quarter
from guandu.web.views import get_visible_or_404, permission_required
from targets.queries.plan import plan_in_force
from targets.queries.quarters import offered_quarters
from targets.queries.unit_plan import owed_by, own_unit, units_of

reader = permission_required(Permission.PLAN_VIEW, to="查看单位目标")


@require_GET
@reader
def unit_list(request: HttpRequest) -> HttpResponse:
    """One's own unit at once; every unit of the plan with ?all=1, and for whom the plan asks nothing of."""
    quarter = asked_quarter(request)
    own = None if request.GET.get("all") else own_unit(request.user)
    if own:
        return redirect(f"{reverse('targets:plan-unit', args=[own.code])}?period={quarter.code}")
    plan = plan_in_force(request.user, quarter)
    context = {"plan": plan, "quarter": quarter, "lines": units_of(plan) if plan else []}
    return render(request, "targets/plan_units.html", context)


@require_GET
@reader
def unit_page(request: HttpRequest, code: str) -> HttpResponse:
    quarter = asked_quarter(request)
    unit = get_visible_or_404(Unit.objects.all(), request.user, code=code)
    plan = plan_in_force(request.user, quarter)
    context = {
        "unit": unit,
        "plan": plan,
        "quarter": quarter,
        "quarters": offered_quarters(quarter),
        "owed": owed_by(unit, plan, quarter, request.user) if plan else None,
    }
    return render(request, "targets/plan_unit.html", context)
