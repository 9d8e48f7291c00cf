"""Service events that indicators and rating items count: 政务服务进园区, 培训, 人才公寓, 企业服务站."""

from datetime import date

from guandu.core.errors import Invalid
from guandu.core.periods import Period
from parks.enums_requests import ServiceKind
from parks.models import ServiceEvent
from targets.registered import Fact, registered_source

ONCE = "parks"


@registered_source("parks.service_events")
def service_events(
    period: Period, *, kinds: list[str] | None = None, since: str | date = "", counting: str = ""
) -> list[Fact]:
    """Services held in parks within the period, voided ones left out: of some kinds, or of all. `since` begins earlier
    than the period; `counting: parks` counts a park once, by its first service. Raises Invalid for an unknown kind."""
    unknown = sorted(set(kinds or ()) - set(ServiceKind.values))
    if unknown:
        raise Invalid(f"没有这些服务类别：{'、'.join(unknown)}，可填：{'、'.join(ServiceKind.values)}。")
    first = date.fromisoformat(str(since)) if since else period.first_day
    rows = ServiceEvent.objects.filter(voided_at=None, on__gte=first, on__lte=period.last_day)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    rows = rows.exclude(park__closed_on__lte=period.last_day).select_related("park").order_by("on", "pk")
    facts = [Fact(row.park.code, row.on, f"{row.park.name} {row.on} {row.get_kind_display()}：{row.title}") for row in rows]
    return list({fact.park_code: fact for fact in reversed(facts)}.values()) if counting == ONCE else facts
