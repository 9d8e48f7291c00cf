"""One figure: its value, what stands beside it, and what it is made of."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from guandu.accounts.permissions import Permission
from guandu.web.views import get_visible_or_404, permission_required
from targets.models import Figure
from targets.queries.drill import drill

viewer = permission_required(Permission.FIGURE_VIEW, Permission.TOTALS_VIEW, to="查看数据")
NEEDED = (
    "indicator", "indicator_version", "denominator_figure__indicator", "denominator_figure__indicator_version"
)  # fmt: skip


@viewer
@require_GET
def figure_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Where does this number come from?"""
    figure = get_visible_or_404(Figure.objects.select_related(*NEEDED), request.user, pk=pk)
    return render(request, "targets/figure.html", {"figure": figure, "drill": drill(figure, request.user)})
