"""Register facts that the plan counts: new parks, and titles newly awarded."""

from datetime import date

from django.db.models import Q

from guandu.core.periods import Period
from parks.enums import TitleState
from parks.models import Park, Title
from targets.registered import Fact, registered_source


@registered_source("parks.opened")
def opened_parks(period: Period, *, since: str | date, park_type: str = "") -> list[Fact]:
    """Parks opened from `since` to the period's last day and open on it; of a type or one below it."""
    parks = Park.objects.open_on(period.last_day).filter(opened_on__gte=since).order_by("code")
    if park_type:
        parks = parks.filter(_of_type(park_type))
    return [Fact(park.code, park.opened_on, f"{park.name} {park.opened_on} 开园") for park in parks]


@registered_source("parks.titles")
def awarded_titles(
    period: Period, *, title_level: str, since: str | date, park_type: str = ""
) -> list[Fact]:
    """Parks with a title of the level awarded from `since` to the period's last day and in force on
    it; a park counts once per level, by its first award, and not after it has closed. With `park_type`
    only parks of that type or one below it."""
    titles = (
        Title.objects.filter(
            level=title_level,
            state=TitleState.AWARDED,
            awarded_on__gte=since,
            awarded_on__lte=period.last_day,
        )
        .exclude(lapsed_on__lte=period.last_day)
        .exclude(park__closed_on__lte=period.last_day)
        .select_related("park")
        .order_by("awarded_on", "pk")
    )
    if park_type:
        titles = titles.filter(_of_type(park_type, "park__"))
    first = {}
    for title in titles:
        first.setdefault(title.park.code, title)
    return [
        Fact(code, t.awarded_on, f"{t.park.name} {t.awarded_on} 获{t.get_level_display()}{t.name}")
        for code, t in sorted(first.items())
    ]


def _of_type(code: str, prefix: str = "") -> Q:
    return Q(**{f"{prefix}park_type__code": code}) | Q(**{f"{prefix}park_type__parent__code": code})
