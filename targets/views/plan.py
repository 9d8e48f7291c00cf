"""行动计划: the plan on a page, one target, and the dictionary of indicators."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.quarters import asked_quarter
from guandu.web.views import get_visible_or_404, permission_required
from targets.enums import TargetStatus
from targets.models import Ambiguity, Figure, Target
from targets.queries import plan as plans
from targets.queries.contributions import contributions_of
from targets.queries.dictionary import dictionary
from targets.queries.lights import VEILED
from targets.queries.measures.measure import EACH
from targets.queries.plan_terms import rule_on
from targets.queries.quarters import offered_quarters
from targets.queries.standings import standings_over
from targets.querysets import FigureQuerySet
from targets.views.asked_plan import asked_plan, kept_filters, kept_plan
from targets.views.plan_charts import chart_of

plan_viewer = permission_required(Permission.PLAN_VIEW, to="查看行动计划")
dictionary_viewer = permission_required(Permission.REFERENCE_VIEW, to="查看指标字典")


@plan_viewer
@require_GET
def plan_page(request: HttpRequest) -> HttpResponse:
    """How many of the plan's targets are reached, and which are not?"""
    quarter = asked_quarter(request)
    plan = asked_plan(request)
    if plan is None:
        return render(request, "targets/plan.html", {"plan": None})
    rows = plans.target_rows(plan.targets.order_by("position"), quarter, request.user)
    shown = _of_status(rows, request.GET.get("status", ""))
    by_chain = request.GET.get("by") == "chain"
    context = {
        "plan": plan,
        "kept_plan": kept_plan(request),
        "quarter": quarter,
        "quarters": offered_quarters(quarter),
        "counts": plans.counts(rows),
        "status": request.GET.get("status", ""),
        "total": len(rows),
        "by_chain": by_chain,
        "groups": plans.by_chain(shown) if by_chain else plans.by_goal(shown),
        "aims": plan.aims.prefetch_related("leads"),
        "findings": plans.findings(plan, rows),
        "rule": rule_on(plan, quarter.last_day),
        "mechanisms": plan.mechanisms.prefetch_related("leads", "responsible"),
        "readings": plan.readings.all(),
        "plans": plans.plans_of(request.user),
        "kept_filters": [(key, request.GET[key]) for key in ("by", "status", "plan") if request.GET.get(key)],
    }
    return render(request, "targets/plan.html", context)


def _of_status(rows: list[plans.TargetRow], status: str) -> list[plans.TargetRow]:
    return [row for row in rows if row.status == status] if status in {*TargetStatus.values, VEILED} else rows


@plan_viewer
@require_GET
def target_page(request: HttpRequest, code: str) -> HttpResponse:
    """How far is this target, and what is it counted from?"""
    quarter = asked_quarter(request)
    plan = asked_plan(request)
    found = get_visible_or_404(Target.objects.filter(plan=plan), request.user, code=code)
    row = plans.target_rows(Target.objects.filter(pk=found.pk), quarter, request.user)[0]
    parts = row.standing.parts if row.standing else []
    named = Figure.objects.visible_to(request.user).filter(pk__in=[part["figure"] for part in parts])
    whole = next((part["figure"] for part in parts if part.get("whole")), None)
    standings = standings_over(found, quarter.code, request.user)
    context = {
        "row": row,
        "target": row.target,
        "plan": plan,
        "kept_plan": kept_plan(request),
        "kept_filters": kept_filters(request),
        "quarter": quarter,
        "quarters": offered_quarters(quarter),
        "figures": _listed(row.target, parts, named.select_related("indicator", "indicator_version", "denominator_figure")),
        "gap": contributions_of(row.target, _whole(whole, request.user), request.user),
        "chart": chart_of(row.target, standings),
        "children": plans.target_rows(found.target_set.order_by("position"), quarter, request.user),
        "readings": Ambiguity.objects.visible_to(request.user).filter(
            plan=plan, code__in=row.target.ambiguities
        ),
        "revisions": found.revisions.all(),
        "checkpoints": found.checkpoints.all(),
        "each": row.passing is not None,
        "may_edit": request.user.may(Permission.PLAN_EDIT),
    }
    return render(request, "targets/target.html", context)


def _whole(pk: int | None, user: User) -> Figure | None:
    rows = Figure.objects.visible_to(user).select_related("indicator", "indicator_version", "denominator_figure")
    return rows.filter(pk=pk).first() if pk else None


def _listed(target: Target, parts: list[dict], figures: FigureQuerySet) -> list[dict]:
    """The parts with their figures; the value itself stands apart from what it is made of."""
    by_id = {figure.pk: figure for figure in figures}
    below = [part for part in parts if part["figure"] in by_id and not part.get("whole")]
    return [{**part, **_drawn(target, by_id[part["figure"]])} for part in below]


def _drawn(target: Target, figure: Figure) -> dict:
    if target.shape not in EACH or target.scope_code:
        return {"row": figure, "decimals": None}
    return {"row": figure, "decimals": plans.telling_decimals(figure.value, Decimal(target.value))}


@dictionary_viewer
@require_GET
def indicator_list(request: HttpRequest) -> HttpResponse:
    """What does each indicator mean, and where does it come from?"""
    rows = dictionary(request.user, clock.today())
    may_query = any(request.user.may(each) for each in (Permission.FIGURE_VIEW, Permission.TOTALS_VIEW))
    return render(request, "targets/indicators.html", {"rows": rows, "may_query": may_query})
