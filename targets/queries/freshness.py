"""Which quarters' figures wait to be rolled up again. Grain: a quarter."""

from datetime import datetime

from guandu.core.periods import Period
from targets.models import Figure, FigureDue, FigureState

# As targets.actions.figures, which stands above, names its work.
ROLL_UP_JOB = "figures.roll_up"
REBUILD_JOB = "figures.rebuild"


def waiting_quarters() -> dict[str, datetime | None]:
    """Quarter code → when it was last rolled up, None before the first; only quarters in which something changed that
    their figures do not know yet, whatever became of the job that was asked for. Two queries."""
    due = set(FigureDue.objects.values_list("quarter", flat=True).distinct())
    stored = dict(FigureState.objects.filter(quarter__in=due).values_list("quarter", "stored_at"))
    return {quarter: stored.get(quarter) for quarter in sorted(due)}


def is_due(quarter: Period) -> bool:
    """Whether something changed since the quarter's figures were computed."""
    return FigureDue.objects.filter(quarter=quarter.code).exists()


def quarter_of(figure: Figure) -> str:
    """The code of the quarter whose roll-up makes the figure."""
    return Period.quarter_of(Period.parse(figure.period).last_day).code
