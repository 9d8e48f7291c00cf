"""What this room hands up to a park's profile: its figures, and its returns."""

from decimal import Decimal

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.numbers import divide
from guandu.core.periods import Period
from guandu.web.charts import Chart, Point, Series
from guandu.web.registry import Panel, park_panels
from guandu.web.templatetags.portal import figure_context
from parks.models import Park
from targets.enums import FigureScope
from targets.models import Figure, Return
from targets.queries.boards import park_figures, series_at
from targets.queries.quarters import offered_quarters
from targets.views.addresses import figure_url

CHARTED = "REV"
QUARTERS = 8
SHOWN_RETURNS = 12


@park_panels.register(20)
def figures_of_park(user: User, park: Park, quarter: Period) -> list[Panel]:
    """The park's 核定 figures of the quarter, and how its revenue went."""
    if not user.may(Permission.FIGURE_VIEW, park):
        return []
    quarters = offered_quarters(quarter)
    context = {
        "quarter": quarter,
        "quarters": quarters,
        "figures": [(figure, growth(figure)) for figure in park_figures(user, quarter, park.code)],
        "chart": _series(user, park, [each for each in quarters if each <= quarter][:QUARTERS]),
        "empty": f"{quarter.label}还没有这个园区的核定数据。",
    }
    return [Panel("figures", "经济数据", "targets/_figures_panel.html", context)]


@park_panels.register(30)
def returns_of_park(user: User, park: Park, quarter: Period) -> list[Panel]:
    """The park's newest returns."""
    if not user.may(Permission.RETURN_VIEW, park):
        return []
    rows = Return.objects.visible_to(user).filter(park=park).select_related("cycle__template")
    return [Panel("returns", "报表", "targets/_returns_panel.html", {"returns": list(rows[:SHOWN_RETURNS])})]


def growth(figure: Figure) -> Decimal | None:
    """Growth on 上年同期可比数 in per cent; None for ratios and without a base above zero."""
    if figure.is_ratio or figure.numerator is None or not figure.base_numerator or figure.base_numerator < 0:
        return None
    return divide((figure.numerator - figure.base_numerator) * 100, figure.base_numerator, scale=2)


def _series(user: User, park: Park, quarters: list[Period]) -> Chart | None:
    found = series_at(user, FigureScope.PARK, park.code, CHARTED, quarters)
    if not any(figure.value is not None for figure in found.values()):
        return None
    some = next(iter(found.values()))
    periods = [quarter.to_date for quarter in reversed(quarters)]
    points = tuple(_point(found.get(quarter.code)) for quarter in reversed(quarters))
    return Chart(
        key="park-series",
        title=f"{some.indicator.name}（年初累计）各期走势",
        unit=some.indicator_version.unit,
        category_name="报告期",
        categories=tuple(period.label for period in periods),
        series=(Series(some.indicator.name, points),),
        decimals=some.indicator_version.display_decimals,
        context="核定，每年从一季度起累计",
    )


def _point(figure: Figure | None) -> Point:
    if figure is None:
        return Point(None)
    return Point(figure.value, figure_url(figure), figure_context(figure))
