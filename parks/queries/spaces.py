"""Buildings and spaces of a park as they stand on a day, and what is free in the whole district."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, FilteredRelation, Q, Sum

from guandu.accounts.models import User
from guandu.core.models import dated
from guandu.core.numbers import from_units
from parks.enums import SpaceState
from parks.models import Building, Occupancy, Park, Space
from parks.querysets import SpaceQuerySet

AREA_SCALE = 2


@dataclass
class SpaceCounts:
    """Spaces by state, and the area of the free ones: those without an area are counted apart."""

    by_state: dict[str, int] = field(default_factory=dict)
    free_units: int = 0
    free_without_area: int = 0

    def add(self, state: str, count: int, units: int, without: int) -> None:
        self.by_state[state] = self.by_state.get(state, 0) + count
        if state == SpaceState.FREE:
            self.free_units += units
            self.free_without_area += without

    @property
    def open(self) -> int:
        return sum(count for state, count in self.by_state.items() if state != SpaceState.CLOSED)

    @property
    def free(self) -> int:
        return self.by_state.get(SpaceState.FREE, 0)

    @property
    def taken(self) -> int:
        return self.by_state.get(SpaceState.TAKEN, 0)

    @property
    def closed(self) -> int:
        return self.by_state.get(SpaceState.CLOSED, 0)

    @property
    def rest(self) -> int:
        """Neither free nor taken: promised, or not yet to be had."""
        return self.open - self.free - self.taken

    @property
    def free_area(self) -> Decimal | None:
        """In square metres; None where there is no space at all, or no free one says how large it is."""
        unknown = self.free > 0 and self.free == self.free_without_area
        return None if unknown or not self.open else from_units(self.free_units, AREA_SCALE)


@dataclass(frozen=True)
class BuildingRow:
    building: Building
    counts: SpaceCounts
    is_closed: bool


@dataclass(frozen=True)
class Buildings:
    """Every building of a park with its spaces on one day, and their sum."""

    rows: list[BuildingRow]
    counts: SpaceCounts

    @property
    def open(self) -> list[BuildingRow]:
        return [row for row in self.rows if not row.is_closed]

    @property
    def idle(self) -> list[BuildingRow]:
        """盘活: those that stand idle and wait for a new use."""
        return [row for row in self.open if row.building.is_idle]


def buildings_of(park: Park, day: date) -> Buildings:
    """Two queries, whatever the number of spaces."""
    groups: dict[int, SpaceCounts] = {}
    total = SpaceCounts()
    for building, state, count, units, without in _grouped(park, day):
        for counts in (groups.setdefault(building, SpaceCounts()), total):
            counts.add(state, count, units or 0, without)
    rows = [
        BuildingRow(each, groups.get(each.pk, SpaceCounts()), bool(each.closed_on and each.closed_on <= day))
        for each in park.buildings.order_by("code")
    ]
    return Buildings(rows, total)


def _grouped(park: Park, day: date):
    rows = Space.objects.filter(building__park=park).standing_on(day).order_by().values("building", "state")
    return rows.annotate(
        count=Count("pk"), units=Sum("area"), without=Count("pk", filter=Q(area__isnull=True))
    ).values_list("building", "state", "count", "units", "without")


def spaces_of(park: Park, day: date) -> SpaceQuerySet:
    """Every space of the park as it stands on `day`, building by building."""
    return (
        Space.objects.filter(building__park=park)
        .standing_on(day)
        .select_related("building")
        .order_by("building__code", "code")
    )


def free_spaces(user: User, day: date) -> SpaceQuerySet:
    """What of the person's scope can be let from `day` on, with its park and the chain that the park stands
    in on that day (`chain_code`, `chain_name`, `street_name`). One query."""
    place = "building__park__placements"
    return (
        Space.objects.visible_to(user)
        .standing_on(day)
        .filter(state=SpaceState.FREE)
        .exclude(building__park__closed_on__lte=day)
        .alias(_place=FilteredRelation(place, condition=dated(day, f"{place}__")))
        .annotate(
            chain_code=F("_place__chain__code"),
            chain_name=F("_place__chain__name"),
            street_name=F("_place__street__name"),
        )
        .select_related("building__park")
        .order_by("building__park__code", "building__code", "code")
    )


def uses_of(space: Space) -> list[Occupancy]:
    """Who used the space and when, the latest first. One query."""
    return list(space.occupancies.select_related("tenancy__enterprise").order_by("-valid_from"))


def spaces_to_take(park: Park, day: date) -> SpaceQuerySet:
    """Those of the park that are free on `day` or will be: not closed; what is taken is refused by name."""
    return spaces_of(park, day).exclude(state=SpaceState.CLOSED)
