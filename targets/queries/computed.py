"""Which quarters there are to compute, and which read one another."""

from guandu.core.periods import Period
from targets.models import CertifiedValue, Figure, FigureState, Return
from targets.queries.rollup import affected_quarters, definitions_in


def reading_quarters(quarter: Period) -> list[Period]:
    """The quarter, and those stored already whose figures read its values."""
    stored = set(FigureState.objects.values_list("quarter", flat=True))
    until = max([quarter, *map(Period.parse, stored)])
    read = affected_quarters(quarter, definitions_in(until), until=until)
    return [each for each in read if each == quarter or each.code in stored]


def computed_quarters() -> list[Period]:
    """The quarters that have figures, or values to make them of, in order. Three queries."""
    filed = Return.objects.filter(filed__isnull=False).order_by().values_list("cycle__period", flat=True).distinct()
    # A month within a quarter makes no figures of the quarter.
    codes = {code for code in filed if Period.quarter_of(Period.parse(code).last_day).last_day == Period.parse(code).last_day}
    codes |= set(CertifiedValue.objects.current().order_by().values_list("period", flat=True).distinct())
    codes |= set(Figure.objects.order_by().values_list("period", flat=True).distinct())
    return sorted({Period.quarter_of(Period.parse(code).last_day) for code in codes})


def stored_quarters() -> list[Period]:
    """The quarters whose figures are stored, in order. One query."""
    return sorted(map(Period.parse, FigureState.objects.values_list("quarter", flat=True)))
