"""包保 as it is lived: each leader's, department's and officer's parks on a day, with visits, requests and reds."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Max, QuerySet

from guandu.accounts.models import User
from parks.enums_requests import VisitRank
from parks.models import Park, Placement, ServiceRequest, Sponsorship, SponsorVisit
from parks.queries.requests import late_on, open_by_park
from parks.queries.sponsorships import Duty, duties_on
from parks.reds import Red, reds_of

LEADER, DEPARTMENT, OFFICER = "leader", "department", "officer"
NOBODY = {LEADER: "未定包保区领导", DEPARTMENT: "没有包保", OFFICER: "未定工作人员"}


@dataclass(frozen=True)
class SponsoredPark:
    """One park of a holder on the day. `role`: what he is there (A角, B角, 分管领导); visits are those until the day."""

    duty: Duty
    role: str
    open: int
    late: int
    visits: int
    visited_on: date | None

    @property
    def park(self) -> Park:
        return self.duty.park


@dataclass
class Holder:
    """A leader, a department or an officer, with what he answers for on the day."""

    name: str
    parks: list[SponsoredPark] = field(default_factory=list)
    units: set[int] = field(default_factory=set)
    reds: list[Red] = field(default_factory=list)

    @property
    def open(self) -> int:
        return sum(each.open for each in self.parks)

    @property
    def late(self) -> int:
        return sum(each.late for each in self.parks)

    @property
    def unvisited(self) -> int:
        return sum(each.visited_on is None for each in self.parks)


def holders_on(user: User, by: str, day: date, who: str = "") -> list[Holder]:
    """Grain: one holder of the person's parks on `day`; `who` narrows them by name. Those who answer for most first,
    parks that nobody answers for last. As many queries for one park as for forty."""
    duties = duties_on(user, day)
    keys = [duty.park.pk for duty in duties]
    open_, late, visits = open_by_park(user, keys), _late_by_park(user, keys, day), _visits_by_park(user, keys, day)
    forces = _forces_by_park(keys, day)
    found: dict[str, Holder] = {}
    for duty in duties:
        count, last = visits.get(duty.park.pk, (0, None))
        for name, role in _names(duty, by):
            holder = found.setdefault(name, Holder(name))
            holder.parks.append(
                SponsoredPark(duty, role, open_.get(duty.park.pk, 0), late.get(duty.park.pk, 0), count, last)
            )
            holder.units |= _units(duty, by) | forces.get(duty.park.pk, set())
    chosen = [each for each in found.values() if who in each.name]
    reds = reds_of(user, {unit for each in chosen for unit in each.units})
    for each in chosen:
        each.parks.sort(key=lambda one: (-one.late, -one.open, one.park.code))
        each.reds = sorted({red for unit in each.units for red in reds.get(unit, ())}, key=lambda red: red.title)
    return sorted(chosen, key=lambda each: (each.name in NOBODY.values(), -len(each.parks), each.name))


def _names(duty: Duty, by: str) -> list[tuple[str, str]]:
    """(name, what he is) of those by whom the duty is looked at."""
    held = duty.sponsorship
    if held is None:
        return [(NOBODY[by], "")]
    if by == DEPARTMENT:
        return [(held.department.name, "")]
    if by == LEADER:
        return [(held.leader or NOBODY[by], "")]
    officers = ((held.staff_member, "A角"), (held.deputy_staff, "B角"), (held.deputy_head, "分管领导"))
    return [(name, role) for name, role in officers if name] or [(NOBODY[by], "")]


def _units(duty: Duty, by: str) -> set[int]:
    return {duty.sponsorship.department_id} if duty.sponsorship else set()


def _forces_by_park(parks: Iterable[int], day: date) -> dict[int, set[int]]:
    """Park → the task force of its chain on the day."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Placement.objects.on(day).filter(park__in=list(parks)).exclude(chain__task_force=None)
    for park, force in rows.values_list("park", "chain__task_force"):
        found[park].add(force)
    return found


def _late_by_park(user: User, parks: list[int], day: date) -> dict[int, int]:
    rows = ServiceRequest.objects.visible_to(user).filter(late_on(day), park__in=parks).order_by()
    return dict(rows.values("park").annotate(n=Count("pk")).values_list("park", "n"))


def _visits_by_park(user: User, parks: list[int], day: date) -> dict[int, tuple[int, date]]:
    rows = SponsorVisit.objects.visible_to(user).filter(park__in=parks, on__lte=day, voided_at=None).order_by()
    found = rows.values("park").annotate(n=Count("pk"), last=Max("on")).values_list("park", "n", "last")
    return {park: (count, last) for park, count, last in found}


def visits_for(user: User) -> QuerySet[SponsorVisit]:
    return SponsorVisit.objects.visible_to(user).select_related("park", "department")


def own_part(user: User, duty: Sponsorship | None) -> tuple[str, str]:
    """(rank, name) with which a visit of this person begins, by the duty of the day."""
    if duty is None:
        return "", ""
    parts = (
        (duty.leader, VisitRank.LEADER), (duty.deputy_head, VisitRank.DEPUTY_HEAD), (duty.staff_member, VisitRank.STAFF),
        (duty.deputy_staff, VisitRank.STAFF),
    )  # fmt: skip
    return next(((rank, name) for name, rank in parts if name and name == user.name), ("", ""))
