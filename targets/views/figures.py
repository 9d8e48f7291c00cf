"""One figure: its value, what stands beside it, and what it is made of."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from guandu.accounts.permissions import Permission
from guandu.web.templatetags.portal import figure_decimals
from guandu.web.views import get_visible_or_404, permission_required
from targets.enums import FigureScope
from targets.models import CertifiedValue, Figure
from targets.queries.crossing import KINDS as CROSSED
from targets.queries.drill import Drill, drill
from targets.queries.explorer import reason_of
from targets.queries.freshness import quarter_of, waiting_quarters
from targets.queries.neighbours import missing_of, neighbours

viewer = permission_required(Permission.FIGURE_VIEW, Permission.TOTALS_VIEW, to="查看数据")
NEEDED = (
    "indicator", "indicator_version", "denominator_figure__indicator", "denominator_figure__indicator_version"
)  # fmt: skip


@viewer
@require_GET
def figure_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Where does this number come from?"""
    user = request.user
    figure = get_visible_or_404(Figure.objects.select_related(*NEEDED), user, pk=pk)
    waiting, found = waiting_quarters(), drill(figure, user)
    context = {
        "figure": figure,
        "drill": found,
        "decimals": figure_decimals(figure),
        "reason": reason_of(figure),
        "beside": neighbours(figure, user),
        "missing": missing_of(figure, user),
        "waits": quarter_of(figure) in waiting,
        "finished": waiting.get(quarter_of(figure)),
        "shows_value": bool(found.certified)
        and CertifiedValue.objects.visible_to(user).filter(pk=found.certified.value.pk).exists(),
        "series_url": _series_url(figure),
        "kinds": _kinds(figure, found),
        "crossing_url": _crossing_url(figure, found),
    }
    return render(request, "targets/figure.html", context)


def _series_url(figure: Figure) -> str:
    """The same number over the periods, and at every scope of its kind."""
    asked = {"indicator": figure.indicator.code, "kind": figure.scope_kind, "basis": figure.basis}
    scope = {"scope": figure.scope_code} if figure.scope_code else {}
    return f"{reverse('targets:figures')}?{urlencode(asked | scope)}"


def _kinds(figure: Figure, found: Drill) -> list[tuple[str, str]]:
    """Where the same number of the same quarter stands by chain, street, area and department."""
    if figure.scope_kind != FigureScope.DISTRICT or not (found.parts or found.hidden_count):
        return []
    asked = {"indicator": figure.indicator.code, "period": quarter_of(figure), "basis": figure.basis}
    place = reverse("targets:figures")
    return [(kind.label, f"{place}?{urlencode({**asked, 'kind': kind.value})}") for kind in CROSSED]


def _crossing_url(figure: Figure, found: Drill) -> str:
    if not (found.parts or found.hidden_count):
        return ""
    asked = {"indicator": figure.indicator.code, "period": quarter_of(figure), "basis": figure.basis}
    return f"{reverse('targets:crossing')}?{urlencode(asked)}"
