"""交叉汇总: one indicator of one quarter by chain and street, or any two kinds of scopes."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from guandu.web.quarters import asked_quarter
from guandu.web.views import permission_required
from targets.enums import Basis, FigureScope
from targets.models import Indicator
from targets.queries.crossing import KINDS, Crossing, basis_asked, crossed_indicators, crossing
from targets.queries.explorer import BY_SCOPE, quarters_for
from targets.queries.freshness import waiting_quarters
from targets.queries.layout_of_figures import Cell

USUAL = "REV"


@permission_required(Permission.FIGURE_VIEW, to="查看交叉汇总")
@require_GET
def crossing_page(request: HttpRequest) -> HttpResponse:
    """How does a number spread over two kinds of scopes?"""
    quarter, indicators = asked_quarter(request), crossed_indicators(request.user)
    indicator = _chosen(indicators, request.GET.get("indicator", ""))
    down, across = _kinds(request)
    basis = basis_asked(request.GET.get("basis", ""))
    table = (
        crossing(request.user, indicator, quarter, down, across, basis=basis, waiting=waiting_quarters())
        if indicator
        else None
    )
    context = {
        "quarter": quarter,
        "quarters": sorted({quarter, *quarters_for(request.user)}, reverse=True),
        "indicators": indicators,
        "indicator": indicator,
        "kinds": KINDS,
        "down": down,
        "across": across,
        "basis": basis,
        "bases": Basis.choices,
        "table": table,
        "lines": _linked(table, indicator, quarter, down, across, basis) if table else [],
        "margins": _foot(table, indicator, quarter, across, basis) if table else [],
        "total_url": _explore(indicator, quarter, basis, {}) if table else "",
    }
    return render(request, "targets/crossing.html", context)


def _chosen(indicators: list[Indicator], code: str) -> Indicator | None:
    found = {each.code: each for each in indicators}
    return found.get(code) or found.get(USUAL) or next(iter(indicators), None)


def _kinds(request: HttpRequest) -> tuple[FigureScope, FigureScope]:
    """Two different kinds: chain by street where the address says nothing else."""
    asked = [
        next((kind for kind in KINDS if kind == request.GET.get(name)), None) for name in ("down", "across")
    ]
    down = asked[0] or FigureScope.CHAIN
    across = asked[1] or FigureScope.STREET
    if down == across:
        across = next(kind for kind in KINDS if kind != down)
    return down, across


def _linked(
    table: Crossing, indicator: Indicator, quarter: Period, down: str, across: str, basis: str
) -> list:
    """Each line with the address of the parks that each number is made of."""
    found = []
    for line in table.lines:
        cells: list[tuple[Cell, str]] = [
            (cell, _explore(indicator, quarter, basis, {down: line.entry.code, across: column.code}))
            for cell, column in zip(line.cells, table.columns, strict=True)
        ]
        found.append((line, cells, _explore(indicator, quarter, basis, {down: line.entry.code})))
    return found


def _foot(
    table: Crossing, indicator: Indicator, quarter: Period, across: str, basis: str
) -> list[tuple[Cell, str]]:
    return [
        (cell, _explore(indicator, quarter, basis, {across: column.code}))
        for cell, column in zip(table.margins, table.columns, strict=True)
    ]


def _explore(indicator: Indicator, quarter: Period, basis: str, within: dict[str, str]) -> str:
    asked = {
        "indicator": indicator.code, "kind": FigureScope.PARK, "period": quarter.code, "basis": basis, "by": BY_SCOPE,
        **within,
    }  # fmt: skip
    return f"{reverse('targets:figures')}?{urlencode({str(k): str(v) for k, v in asked.items()})}"
