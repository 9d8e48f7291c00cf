"""What this room hands up to the home page: the figures of the person's own scopes."""

from django.db.models import Q

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from guandu.web.registry import Tile, tile_sources
from guandu.web.templatetags.portal import figure_decimals, figure_unit, written
from targets.enums import FigureScope, SubjectKind
from targets.models import Figure
from targets.queries.boards import figures_of
from targets.queries.sheet import quarter_before
from targets.views.addresses import figure_url

SHOWN = ("REV", "TAX", "TRADE", "LEAD_RATIO", "OCCUPANCY", "JOBS")
MOST_SCOPES = 2
Scope = tuple[str, str]


@tile_sources.register(10)
def own_figures(user: User, quarter: Period) -> list[Tile]:
    """The main figures of the quarter over each scope granted to `user`, at most two; where one is not
    there yet, the quarter before in a note. Two queries."""
    scopes = sorted(
        (kind, code) for kind, codes in user.scopes_with(Permission.FIGURE_VIEW).items() for code in codes
    )[:MOST_SCOPES]
    if not scopes:
        return []
    now, before = (_placed(user, each, scopes) for each in (quarter, quarter_before(quarter)))
    keys = [(*scope, code) for scope in scopes for code in SHOWN]
    return [_tile(now[key], before.get(key), len(scopes) > 1) for key in keys if key in now]


def _placed(user: User, quarter: Period, scopes: list[Scope]) -> dict[tuple[str, str, str], Figure]:
    within = Q(pk__in=[])
    for kind, code in scopes:
        within |= Q(scope_kind=kind, scope_code=code)
    rows = figures_of(user, quarter).filter(within, indicator__code__in=SHOWN)
    return {(row.scope_kind, row.scope_code, row.indicator.code): row for row in rows}


def _tile(figure: Figure, before: Figure | None, several: bool) -> Tile:
    whose = figure.scope_name if several or figure.scope_kind != FigureScope.PARK else ""
    if figure.scope_kind == FigureScope.DEPARTMENT:
        whose = "包保园区"  # the bureau has no turnover of its own
    elif figure.scope_kind == FigureScope.DISTRICT and figure.indicator.level == SubjectKind.PARK:
        whose = "全区园区"  # 全区税收 is the bureau's number, not the sum of the parks
    return Tile(
        f"{whose}{figure.indicator.name}",
        figure.value,
        figure_unit(figure),
        figure_url(figure),
        figure,
        note=_last_known(before) if figure.value is None and before else "",
        decimals=figure_decimals(figure),
    )


def _last_known(before: Figure) -> str:
    if before.value is None:
        return ""
    return f"{Period.parse(before.period).label}为 {written(before.value, figure_decimals(before))}"
