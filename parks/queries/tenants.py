"""Firms of a park with their days and spaces, and firms that two parks count at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from guandu.accounts.models import User
from guandu.core.models import dated
from guandu.core.periods import Period
from parks.enums import TenancyState
from parks.models import Occupancy, Park, Tenancy
from parks.querysets import TenancyQuerySet


@dataclass(frozen=True)
class FirmRow:
    """One tenancy as `day` sees it. `others`: the other parks that claim the firm in the period, as far as
    the reader may see them; `is_twice` is true also where he may see none."""

    tenancy: Tenancy
    state: TenancyState
    uses: list[Occupancy]
    is_twice: bool
    others: list[Park]


@dataclass(frozen=True)
class FirmCounts:
    """Of one park: firms in it, to come and gone on the day; who came, went and stands twice in its quarter."""

    present: int
    coming: int
    left: int
    entered: int
    gone: int
    twice: int

    @property
    def every(self) -> int:
        return self.present + self.coming + self.left


def tenants(user: User, park: Park, day: date) -> TenancyQuerySet:
    """Every tenancy of the park that `user` may see, the newest first, marked where two parks claim the firm
    in the quarter of `day`."""
    rows = Tenancy.objects.visible_to(user).filter(park=park).marked_twice(Period.quarter_of(day))
    return rows.select_related("enterprise", "park").order_by("-valid_from", "-pk")


def roster(park: Park, period: Period) -> TenancyQuerySet:
    """Who counts in the park for the period: whoever stands in it on the period's last day."""
    return Tenancy.objects.filter(park=park).on(period.last_day)


def claimed_twice(user: User, period: Period) -> TenancyQuerySet:
    """Tenancies within the person's scope whose firm another park claims on a day of the period too."""
    rows = Tenancy.objects.visible_to(user).touching(period).marked_twice(period).filter(is_twice=True)
    return rows.select_related("enterprise", "park").order_by("enterprise__name", "enterprise", "park__code")


def firm_rows(user: User, tenancies: Iterable[Tenancy], day: date) -> list[FirmRow]:
    """Rows of a page of `tenancies` (of `tenants` or `claimed_twice`). Two queries."""
    found = list(tenancies)
    uses = _uses(found)
    others = _others(user, [row for row in found if row.is_twice], Period.quarter_of(day))
    return [
        FirmRow(row, state_of(row, day), uses.get(row.pk, []), row.is_twice, others.get(row.pk, []))
        for row in found
    ]


def state_of(tenancy: Tenancy, day: date) -> TenancyState:
    if tenancy.in_force(day):
        return TenancyState.IN
    return TenancyState.COMING if tenancy.valid_from > day else TenancyState.LEFT


def firm_counts(user: User, park: Park, day: date) -> FirmCounts:
    """One query."""
    quarter = Period.quarter_of(day)
    within = {"gte": quarter.first_day, "lt": quarter.end}
    rows = Tenancy.objects.visible_to(user).filter(park=park).marked_twice(quarter).order_by()
    return FirmCounts(
        **rows.aggregate(
            present=Count("pk", filter=dated(day)),
            coming=Count("pk", filter=Q(valid_from__gt=day)),
            left=Count("pk", filter=Q(valid_to__lte=day)),
            entered=Count("pk", filter=Q(**{f"valid_from__{how}": value for how, value in within.items()})),
            gone=Count("pk", filter=Q(**{f"valid_to__{how}": value for how, value in within.items()})),
            twice=Count("pk", filter=Q(is_twice=True)),
        )
    )


def _uses(tenancies: list[Tenancy]) -> dict[int, list[Occupancy]]:
    """The spaces of each, by the first day. One query."""
    found: dict[int, list[Occupancy]] = defaultdict(list)
    rows = Occupancy.objects.filter(tenancy__in=[row.pk for row in tenancies])
    for use in rows.select_related("space__building").order_by("valid_from", "pk"):
        found[use.tenancy_id].append(use)
    return found


def _others(user: User, tenancies: list[Tenancy], period: Period) -> dict[int, list[Park]]:
    """The other parks of each firm that `user` may see. One query."""
    firms = {row.enterprise_id for row in tenancies}
    seen = list(
        Tenancy.objects.visible_to(user)
        .touching(period)
        .filter(enterprise__in=firms)
        .select_related("park")
        .order_by("park__code")
    )
    return {
        row.pk: [
            other.park
            for other in seen
            if other.enterprise_id == row.enterprise_id and other.park_id != row.park_id and _meet(row, other)
        ]
        for row in tenancies
    }


def _meet(one: Tenancy, other: Tenancy) -> bool:
    """Whether the two stand on one day."""
    return (one.valid_to is None or other.valid_from < one.valid_to) and (
        other.valid_to is None or one.valid_from < other.valid_to
    )
