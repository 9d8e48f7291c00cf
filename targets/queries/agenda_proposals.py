"""What units propose, as candidates; and which meetings still take proposals."""

from django.db.models import Q, QuerySet

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from targets.enums_meetings import TO_COME, AgendaProposalState, ItemSource, MeetingState
from targets.models import AgendaProposal, Meeting
from targets.queries.agenda import Candidate, names_of
from targets.querysets_meetings import proposing_units


def candidates(meeting: Meeting, user: User) -> list[Candidate]:
    """Those that wait: made for this meeting, for none by name, or for one that is over. One query."""
    rows = waiting_for(meeting).visible_to(user).select_related("unit", "meeting").order_by("proposed_at", "pk")
    return [_candidate(each, meeting) for each in rows]


def waiting_for(meeting: Meeting) -> QuerySet:
    over = ~Q(meeting__state__in=TO_COME)
    mine = Q(meeting=meeting) | Q(meeting__isnull=True) | over
    return AgendaProposal.objects.filter(mine, state=AgendaProposalState.WAITING)


def waiting_of(user: User) -> list[AgendaProposal]:
    """Those of the units for which the person proposes, the oldest first; the office has its own only. One query."""
    if not user.may(Permission.AGENDA_PROPOSE):
        return []
    own = AgendaProposal.objects.visible_to(user).filter(unit__in=proposing_units(user))
    waiting = own.filter(state=AgendaProposalState.WAITING)
    return list(waiting.select_related("unit").order_by("proposed_at", "pk"))


def _candidate(row: AgendaProposal, meeting: Meeting) -> Candidate:
    note = f"原报{row.meeting}" if row.meeting and row.meeting != meeting else ""
    unit = names_of([row.unit])
    return Candidate(ItemSource.PROPOSAL, row.pk, row.title, unit, row.text, "", unit, note)


def open_meetings() -> QuerySet:
    """Meetings for which units may still propose today, the next first."""
    today = clock.today()
    return Meeting.objects.filter(state=MeetingState.PREPARING, proposals_until__gte=today).order_by("day", "pk")


def why_not_taken(meeting: Meeting) -> str:
    """The sentence for a meeting that takes no proposals; empty where it does."""
    if meeting.state != MeetingState.PREPARING:
        return f"{meeting}{meeting.get_state_display()}，不再接收提报议题。请选择“下一次会议”，由园区发展办统一安排。"
    if clock.today() > meeting.proposals_until:
        return (
            f"{meeting}的议题提报已于 {meeting.proposals_until:%-m月%-d日}截止。请选择“下一次会议”，"
            "确需本次会议研究的，请联系园区发展办。"
        )
    return ""
