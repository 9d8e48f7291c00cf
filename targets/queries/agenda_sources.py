"""Every source of agendas, in the order in which the page shows them."""

from collections.abc import Callable
from dataclasses import dataclass

from guandu.accounts.models import User
from targets.enums_meetings import ItemSource
from targets.models import AgendaItem, Meeting
from targets.queries import agenda_lights, agenda_proposals, agenda_requests, agenda_tasks
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
    Source(ItemSource.TASK, agenda_tasks.candidates, "目前没有亮红灯的任务，或都已列入。"),
    Source(ItemSource.REQUEST, agenda_requests.candidates, "目前没有逾期、不满意或长期挂起的企业诉求，或都已列入。"),
)
OVER_WORDS = {ItemSource.LIGHT: "已不再滞后", ItemSource.TASK: "已不亮红灯", ItemSource.REQUEST: "已解决"}


def candidates(meeting: Meeting, user: User) -> list[Candidate]:
    return [each for source in SOURCES for each in source.candidates(meeting, user)]


def by_source(meeting: Meeting, user: User) -> list[tuple[Source, list[Candidate]]]:
    return [(source, source.candidates(meeting, user)) for source in SOURCES]


def over(items: list[AgendaItem], user: User) -> dict[int, str]:
    """Item → what is to be said of it where the reason for which it was listed is gone. Five queries at most."""
    gone = agenda_lights.not_red(items) | agenda_tasks.not_red(items, user) | agenda_requests.solved(items)
    return {each.pk: OVER_WORDS[each.source] for each in items if each.pk in gone}
