"""Every source of agendas, in the order in which the page shows them."""

from collections.abc import Callable
from dataclasses import dataclass

from guandu.accounts.models import User
from targets.enums_meetings import ItemSource
from targets.models import Meeting
from targets.queries import agenda_lights, agenda_proposals
from targets.queries.agenda import Candidate


@dataclass(frozen=True)
class Source:
    code: str
    candidates: Callable[[Meeting, User], list[Candidate]]
    nothing: str

    @property
    def label(self) -> str:
        return str(ItemSource(self.code).label)


SOURCES = (
    Source(ItemSource.PROPOSAL, agenda_proposals.candidates, "目前没有待研究的提报议题。"),
    Source(ItemSource.LIGHT, agenda_lights.candidates, "目前没有已发布的滞后目标，或都已列入。"),
)


def candidates(meeting: Meeting, user: User) -> list[Candidate]:
    return [each for source in SOURCES for each in source.candidates(meeting, user)]


def by_source(meeting: Meeting, user: User) -> list[tuple[Source, list[Candidate]]]:
    return [(source, source.candidates(meeting, user)) for source in SOURCES]
