"""Home by role, dashboards, search and the gallery of components."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.portal import queries
from guandu.portal.samples import gallery_samples
from guandu.web.quarters import asked_quarter
from guandu.web.registry import changes_for, search, tiles_for, todos_for
from guandu.web.views import get_visible_or_404, permission_required, signed_in
from parks.models import Chain
from targets.queries.plan import behind, counts
from targets.queries.quarters import offered_quarters

SHOWN_CHANGES = 6
totals_viewer = permission_required(Permission.TOTALS_VIEW, to="查看驾驶舱")


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what changed, his figures."""
    user, quarter = request.user, asked_quarter(request)
    sees_parks = user.may(Permission.PARK_VIEW)
    context = {
        "quarter": quarter,
        "todos": todos_for(user),
        "changes": changes_for(user, SHOWN_CHANGES),
        "tiles": tiles_for(user, quarter),
        "table": queries.park_table(user, quarter) if sees_parks else None,
        "sees_parks": sees_parks,
        "chains": _own_chains(user),
    }
    if sees_parks:
        context["quarters"] = offered_quarters(quarter)
    return render(request, "portal/home.html", context)


def _own_chains(user: User) -> list[Chain]:
    """The chains granted by name: their dashboards stand one click from home."""
    codes = user.scopes_with(Permission.TOTALS_VIEW).get(ScopeKind.CHAIN)
    return list(Chain.objects.filter(code__in=codes)) if codes else []


@totals_viewer
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """How does the district stand this quarter, and what must be acted on?"""
    user, quarter = request.user, asked_quarter(request)
    table = queries.park_table(user, quarter)
    chain_table, chart = queries.chain_board(user, quarter)
    rows = queries.plan_rows(user, quarter)
    context = {
        "quarter": quarter,
        "quarters": offered_quarters(quarter),
        "figures": queries.district_figures(user, quarter),
        "table": table,
        "completeness": queries.completeness(table.lines),
        "chain_table": chain_table,
        "chart": chart,
        "counts": counts(rows),
        "total": len(rows),
        "behind": behind(rows),
        "whole_district": ScopeKind.DISTRICT in user.scopes_with(Permission.PARK_VIEW),
    }
    return render(request, "portal/dashboard.html", context)


@totals_viewer
@require_GET
def chain_dashboard(request: HttpRequest, code: str) -> HttpResponse:
    """How does this chain stand this quarter, and which parks hold it up?"""
    user, quarter = request.user, asked_quarter(request)
    chain = get_visible_or_404(Chain.objects.select_related("task_force"), user, code=code)
    table = queries.park_table(user, quarter, chain.code)
    rows = queries.plan_rows(user, quarter, chain.code)
    context = {
        "chain": chain,
        "quarter": quarter,
        "quarters": offered_quarters(quarter),
        "figures": queries.chain_figures(user, quarter, chain.code),
        "table": table,
        "completeness": queries.completeness(table.lines),
        "rows": rows,
        "counts": counts(rows),
    }
    return render(request, "portal/chain.html", context)


@signed_in
@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    hits = list(search(request.user, text)) if text else []
    return render(request, "portal/search.html", {"text": text, "hits": hits})


@permission_required(Permission.REFERENCE_EDIT, to="查看组件样例")
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component once, with the worst data there is."""
    return render(request, "portal/gallery.html", gallery_samples())
