"""Service events of a person's parks: the ledger and what it comes to."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from guandu.accounts.models import User
from parks.enums_requests import ServiceKind
from parks.models import ServiceEvent


def events_for(user: User) -> QuerySet[ServiceEvent]:
    return ServiceEvent.objects.visible_to(user).select_related("park")


@dataclass(frozen=True)
class KindTotal:
    """Of one kind: how many, and what was counted; None where nobody counted."""

    label: str
    events: int
    people: int | None
    firms: int | None
    items: int | None


def totals_of(events: QuerySet[ServiceEvent]) -> list[KindTotal]:
    """Grain: one kind that occurs among `events`, voided ones left out. One query."""
    rows = events.filter(voided_at=None).order_by().values("kind")
    found = {
        row["kind"]: row
        for row in rows.annotate(n=Count("pk"), people_=Sum("people"), firms_=Sum("firms"), items_=Sum("items"))
    }
    return [
        KindTotal(kind.label, row["n"], row["people_"], row["firms_"], row["items_"])
        for kind in ServiceKind
        if (row := found.get(kind))
    ]
