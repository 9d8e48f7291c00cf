"""包保 on a day: who answers for each park, and which parks nobody answers for."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from guandu.accounts.models import User
from parks.models import Park, Sponsorship

NEEDED = (
    ("leader", "包保区领导"),
    ("deputy_head", "分管领导"),
    ("staff_member", "工作人员（A角）"),
    ("deputy_staff", "工作人员（B角）"),
)


@dataclass(frozen=True)
class Duty:
    """A park and its 包保 in force on the day, None where there is none."""

    park: Park
    sponsorship: Sponsorship | None

    @property
    def gaps(self) -> list[str]:
        """What is not filled, in words; a park without any 包保 has that one gap."""
        if self.sponsorship is None:
            return ["没有包保"]
        return [f"未定{word}" for name, word in NEEDED if not getattr(self.sponsorship, name)]


def duties_on(user: User, day: date) -> list[Duty]:
    """Grain: one park of the person's scope that is not closed on `day`; gaps first. Two queries."""
    in_force = Sponsorship.objects.on(day).select_related("department")
    parks = (
        Park.objects.visible_to(user)
        .filter(Q(closed_on=None) | Q(closed_on__gt=day))
        .placed_on(day)
        .prefetch_related(Prefetch("sponsorships", queryset=in_force, to_attr="in_force"))
    )
    found = [Duty(park, park.in_force[0] if park.in_force else None) for park in parks]
    return sorted(found, key=lambda each: (_weight(each), each.park.code))


def _weight(duty: Duty) -> int:
    return 0 if duty.sponsorship is None else 1 if duty.gaps else 2


def holder_on(park: Park, day: date) -> Sponsorship | None:
    """Who answers for the park on `day`: a reminder of that day goes to him and to nobody else."""
    return Sponsorship.objects.on(day).filter(park=park).select_related("department").first()
