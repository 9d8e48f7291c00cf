"""Register facts that the plan counts: new parks, and titles newly awarded."""

from datetime import date

from guandu.core.periods import Period
from parks.enums import TitleState
from parks.models import Park, Title
from targets.registered import Fact, registered_source


@registered_source("parks.opened")
def opened_parks(period: Period, *, since: str | date) -> list[Fact]:
    """Parks opened from `since` to the period's last day and open on it."""
    parks = Park.objects.open_on(period.last_day).filter(opened_on__gte=since).order_by("code")
    return [Fact(park.code, park.opened_on, f"{park.name} {park.opened_on} 开园") for park in parks]


@registered_source("parks.titles")
def awarded_titles(period: Period, *, title_level: str, since: str | date) -> list[Fact]:
    """Parks with a title of the level awarded from `since` to the period's last day and in force on
    it; a park counts once per level, by its first award, and not after it has closed."""
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
    first = {}
    for title in titles:
        first.setdefault(title.park.code, title)
    return [
        Fact(code, t.awarded_on, f"{t.park.name} {t.awarded_on} 获{t.get_level_display()}{t.name}")
        for code, t in sorted(first.items())
    ]
