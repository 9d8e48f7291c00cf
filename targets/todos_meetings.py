"""Meetings that wait for the office, and proposals: to answer, or still to be made; for the home page's to-do list."""

from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.registry import ToDo, todo_sources
from targets.enums_meetings import AgendaProposalState, MeetingState
from targets.models import AgendaProposal, Meeting
from targets.queries.agenda_proposals import open_meetings
from targets.queries.meetings import to_prepare

NEAR = 7  # days before its term, a meeting is shown to those who propose
STEPS = {
    MeetingState.PREPARING: ("议题提报已截止，请编排并确定议程", "targets:agenda", "去编排"),
    MeetingState.SET: ("请在会后登记召开", "targets:meeting", "去登记"),
    MeetingState.HELD: ("请记录议定意见，印发纪要", "targets:minutes", "去记录"),
}


@todo_sources.register(16)
def meetings_waiting(user: User) -> list[ToDo]:
    """Three queries at most."""
    return [*(_to_do(each) for each in to_prepare(user)), *_to_answer(user), *_to_propose(user)]


def _to_do(meeting: Meeting) -> ToDo:
    words, name, action = STEPS[MeetingState(meeting.state)]
    late = meeting.state == MeetingState.PREPARING and meeting.day <= clock.today()
    return ToDo(
        title=f"{meeting}：{words}", url=reverse(name, args=[meeting.pk]), action=action, due_on=meeting.day,
        word="已到会期" if late else meeting.get_state_display(), tone="late" if late else "warn",
    )  # fmt: skip


def _to_answer(user: User) -> list[ToDo]:
    if not user.may(Permission.MEETING_EDIT):
        return []
    count = AgendaProposal.objects.visible_to(user).filter(state=AgendaProposalState.WAITING).count()
    if not count:
        return []
    url = f"{reverse('targets:agenda-proposals')}?state={AgendaProposalState.WAITING}"
    return [ToDo(f"有 {count} 项提报议题待研究", url, "去办理", detail="列入议程，或者答复不列入的原因", word="待研究", tone="active")]


def _to_propose(user: User) -> list[ToDo]:
    """Not the office's own: it puts on the agenda what it likes."""
    if not user.may(Permission.AGENDA_PROPOSE) or user.may(Permission.MEETING_EDIT):
        return []
    today = clock.today()
    near = [each for each in open_meetings() if (each.proposals_until - today).days <= NEAR]
    return [
        ToDo(
            title=f"{each}正在征集议题", url=reverse("targets:agenda-proposals"), action="去提报", due_on=each.proposals_until,
            detail=f"{each.day:%-m月%-d日}在{each.place}召开；没有议题的不用办理", word="可提报", tone="idle",
        )
        for each in near
    ]  # fmt: skip
