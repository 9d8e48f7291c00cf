"""What this room hands up to the home page: the figures of the person's own scopes."""

from django.db.models import Q

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from guandu.web.registry import Tile, tile_sources
from guandu.web.templatetags.portal import figure_decimals, figure_unit
from targets.enums import FigureScope
from targets.models import Figure
from targets.queries.boards import figures_of
from targets.views.addresses import figure_url

SHOWN = ("REV", "TAX", "TRADE", "LEAD_RATIO", "OCCUPANCY", "JOBS")
MOST_SCOPES = 2


@tile_sources.register(10)
def own_figures(user: User, quarter: Period) -> list[Tile]:
    """The main figures of the quarter over each scope granted to `user`, at most two. One query."""
    scopes = sorted(
        (kind, code) for kind, codes in user.scopes_with(Permission.FIGURE_VIEW).items() for code in codes
    )[:MOST_SCOPES]
    if not scopes:
        return []
    within = Q(pk__in=[])
    for kind, code in scopes:
        within |= Q(scope_kind=kind, scope_code=code)
    rows = figures_of(user, quarter).filter(within, indicator__code__in=SHOWN)
    placed = {(row.scope_kind, row.scope_code, row.indicator.code): row for row in rows}
    return [_tile(placed[key], len(scopes) > 1) for scope in scopes for key in _keys(scope) if key in placed]


def _keys(scope: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [(*scope, code) for code in SHOWN]


def _tile(figure: Figure, several: bool) -> Tile:
    whose = f"{figure.scope_name}" if several or figure.scope_kind != FigureScope.PARK else ""
    return Tile(
        f"{whose}{figure.indicator.name}", figure.value, figure_unit(figure), figure_url(figure), figure,
        decimals=figure_decimals(figure),
    )  # fmt: skip
