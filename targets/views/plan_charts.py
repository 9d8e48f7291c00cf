"""One target over the quarters: its number, the way that was expected, the line as it was set at the time."""

from collections.abc import Sequence
from decimal import Decimal

from guandu.core.periods import Period
from guandu.web.charts import PLAIN_COLOUR, Chart, Point, Series
from targets.models import Target
from targets.progress.forecast import Forecast
from targets.queries.standings import Standing

EXPECTED_COLOUR, LINE_COLOUR, FORECAST_COLOUR = "#8a6d00", "#b3261e", "#5f6b7a"
FEWEST = 2


def chart_of(target: Target, standings: Sequence[Standing]) -> Chart | None:
    """None with fewer than two numbers. Beyond the last quarter only the deadline stands, with the forecast."""
    if sum(each.value is not None for each in standings) < FEWEST:
        return None
    last = standings[-1]
    ahead = last.outlook.forecast if isinstance(last.outlook.forecast, Forecast) else None
    end = Period.quarter_of(target.deadline or target.plan.ends_on)
    is_ahead = ahead is not None and Period.parse(last.period) < end
    categories = [Period.parse(each.period).code for each in standings]
    rows = [
        Series("现值", tuple(Point(each.value) for each in standings), PLAIN_COLOUR),
        Series("应有进度", tuple(Point(each.outlook.due.value if each.outlook.due else None) for each in standings), EXPECTED_COLOUR),
        Series("要求", tuple(Point(each.outlook.line) for each in standings), LINE_COLOUR),
    ]
    if is_ahead and ahead:
        categories.append(f"{end.code} 预测")
        rows = [Series(row.name, (*row.points, Point(_at_end(row.name, last))), row.colour) for row in rows]
        nothing = tuple(Point(None) for _ in standings)
        named = (("预测下限", ahead.low), ("预测", ahead.middle), ("预测上限", ahead.high))
        rows += [Series(name, (*nothing, Point(value)), FORECAST_COLOUR) for name, value in named]
    return Chart(
        key=f"target-{target.code}",
        title=f"{target.code} 各季度进展",
        unit=target.unit,
        category_name="报告期",
        categories=tuple(categories),
        series=tuple(row for row in rows if any(point.value is not None for point in row.points)),
        kind="line",
        decimals=_decimals(standings),
    )


def _at_end(name: str, last: Standing) -> Decimal | None:
    return last.outlook.line if name in {"应有进度", "要求"} else None


def _decimals(standings: Sequence[Standing]) -> int:
    shown = [-each.value.normalize().as_tuple().exponent for each in standings if each.value is not None]
    return max(0, min(2, max(shown, default=0)))
