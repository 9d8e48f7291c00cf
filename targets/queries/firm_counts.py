"""How many firms a park's numbers stand on. Grain: park × period's last day; None is not known."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, F

from guandu.core.models import dated
from guandu.core.periods import Period
from parks.models import Tenancy
from targets.enums import SubjectKind
from targets.models import Return


def firms_of_parks(days: Iterable[date]) -> dict[tuple[str, date], int]:
    """By park and day: the firms of the lines that the park's approved return of the quarter has, where it has any,
    else its tenants of the day. A park that neither tells is not among them. Two queries for each day."""
    found: dict[tuple[str, date], int] = {}
    for day in sorted(set(days)):
        found |= {(park, day): count for park, count in _tenants(day)}
        found |= {(park, day): count for park, count in _lines(Period.quarter_of(day))}
    return found


def _tenants(day: date):
    rows = Tenancy.objects.filter(dated(day)).values_list("park__code")
    return rows.annotate(count=Count("enterprise", distinct=True)).order_by()


def _lines(quarter: Period):
    rows = Return.objects.filter(
        cycle__period=quarter.code, subject_kind=SubjectKind.PARK, approved__lines__subject_kind=SubjectKind.FIRM
    )
    counts = rows.values("pk", "park_code").annotate(count=Count("approved__lines", distinct=True)).order_by("pk")
    return counts.values_list(F("park_code"), "count")
