"""一园一档: one park with everything the register knows of it."""

from dataclasses import dataclass
from datetime import date

from parks.enums import ParkState, TitleState
from parks.models import Park, Placement, Sponsorship, Title
from parks.querysets import ParkQuerySet


@dataclass(frozen=True)
class Milestone:
    """Something of the register that happened on a day; a line of the timeline."""

    at: date
    title: str
    text: str = ""
    who: str = ""
    url: str = ""


@dataclass(frozen=True)
class Profile:
    park: Park
    state: ParkState
    placement: Placement | None
    sponsorship: Sponsorship | None
    titles: list[Title]
    milestones: list[Milestone]


def profile_of(park: Park, day: date) -> Profile:
    """The park as it stands on `day`. A fixed number of queries."""
    placements = list(
        park.placements.select_related("chain", "area", "street", "operator").order_by("valid_from")
    )
    sponsorships = list(park.sponsorships.select_related("department").order_by("valid_from"))
    titles = list(park.titles.all())
    return Profile(
        park=park,
        state=state_on(park, day),
        placement=next((each for each in placements if each.in_force(day)), None),
        sponsorship=next((each for each in sponsorships if each.in_force(day)), None),
        titles=titles,
        milestones=_milestones(park, placements, sponsorships, titles, day),
    )


def state_on(park: Park, day: date) -> ParkState:
    if park.closed_on and park.closed_on <= day:
        return ParkState.CLOSED
    return ParkState.OPEN if park.opened_on and park.opened_on <= day else ParkState.PLANNED


def visible_parks(day: date) -> ParkQuerySet:
    """Parks with where they belong on `day`; the caller narrows them to what a person may see."""
    return Park.objects.select_related("park_type__parent").placed_on(day)


def _milestones(park: Park, placements: list, sponsorships: list, titles: list, day: date) -> list[Milestone]:
    found = [
        Milestone(on, text)
        for on, text in ((park.approved_on, "批准设立"), (park.opened_on, "开园"), (park.closed_on, "关闭"))
        if on
    ]
    found += [Milestone(each.valid_from, _moved(each), _where(each)) for each in placements]
    found += [Milestone(each.valid_from, f"包保部门：{each.department.name}") for each in sponsorships]
    found += [
        Milestone(title.awarded_on, f"获{title.full_name}", title.document)
        for title in titles
        if title.awarded_on and title.state in {TitleState.AWARDED, TitleState.LAPSED}
    ]
    found += [Milestone(title.lapsed_on, f"{title.full_name}失效") for title in titles if title.lapsed_on]
    return sorted((each for each in found if each.at <= day), key=lambda each: each.at, reverse=True)


def _moved(placement: Placement) -> str:
    return f"归属{placement.chain.name}产业链"


def _where(placement: Placement) -> str:
    parts = (("街道", placement.street), ("片区", placement.area), ("运营方", placement.operator))
    return "；".join(f"{label}：{each.name}" for label, each in parts if each)
