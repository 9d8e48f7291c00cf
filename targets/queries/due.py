"""What waits to be rolled up, and which quarters there are to compute."""

from guandu.core.periods import Period
from targets.models import CertifiedValue, Figure, FigureDue


def is_due(quarter: Period) -> bool:
    """Whether something changed since the quarter's figures were computed."""
    return FigureDue.objects.filter(quarter=quarter.code).exists()


def computed_quarters() -> list[Period]:
    """The quarters that have figures or values to make them of, in order. Two queries."""
    codes = set(CertifiedValue.objects.current().order_by().values_list("period", flat=True).distinct())
    codes |= set(Figure.objects.order_by().values_list("period", flat=True).distinct())
    return sorted({Period.quarter_of(Period.parse(code).last_day) for code in codes})
