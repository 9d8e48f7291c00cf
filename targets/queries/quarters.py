"""The quarters that pages offer. Grain: one single quarter, the newest first."""

from guandu.core import clock
from guandu.core.periods import Period
from guandu.web.quarters import last_ended_quarter
from targets.models import Cycle, TargetResult


def offered_quarters(shown: Period | None = None) -> list[Period]:
    """Quarters that were asked for in a cycle or computed, the last ended one, and `shown`. Two queries."""
    codes = set(Cycle.objects.order_by().values_list("period", flat=True).distinct())
    codes |= set(TargetResult.objects.order_by().values_list("period", flat=True).distinct())
    codes.add(last_ended_quarter(clock.today()).code)
    if shown:
        codes.add(shown.code)
    return sorted((Period.parse(code) for code in codes), reverse=True)
