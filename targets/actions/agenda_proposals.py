"""提报议题: made by task forces, departments and streets, put on an agenda or answered by the office."""

from datetime import date

from django.urls import reverse

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed, NotReady
from guandu.notices.actions.messages import post
from guandu.notices.enums import MessageKind
from guandu.notices.told import Told
from targets.actions.stated import Words, words
from targets.enums_meetings import AgendaProposalState
from targets.models import AgendaProposal, Meeting
from targets.queries.agenda_proposals import why_not_taken
from targets.queries.recipients import Recipients
from targets.querysets_meetings import proposing_units

LONGEST = {"title": 80, "text": 1000, "answer": 200}
_STATE = frozenset({"state", "decided_by", "decided_at", "answer"})


@action("agenda_proposal.make")
def propose(*, unit: Unit, title: str, text: str, meeting: Meeting | None = None, by: Actor) -> AgendaProposal:
    """Ask that a meeting take something up: this one, within its term, or the next there is.

    Raises NotAllowed unless the person proposes for the unit, NotReady after the term, Invalid.
    """
    require(by, Permission.AGENDA_PROPOSE, to="提报议题")
    if by.actor_kind == "user" and not proposing_units(by).filter(pk=unit.pk).exists():
        raise NotAllowed(f"您不能代{unit}提报议题。")
    said = words(
        Words("title", title, "议题", LONGEST["title"]),
        Words("text", text, "基本情况和需要研究的问题", LONGEST["text"]),
    )
    if meeting:
        meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        sentence = why_not_taken(meeting)
        if sentence:
            raise NotReady(sentence)
    who = {"proposed_by": by.actor_name, "proposed_key": by.actor_key, "proposed_at": clock.now()}
    return enter(AgendaProposal(meeting=meeting, unit=unit, **said, **who))


@action("agenda_proposal.withdraw")
def withdraw(*, proposal: AgendaProposal, by: Actor) -> AgendaProposal:
    """Taken back while it waits, by a person of the unit. Raises NotAllowed, NotReady."""
    require(by, Permission.AGENDA_PROPOSE, proposal, to="撤回这项提报议题")
    row = _waiting(proposal)
    if by.actor_kind == "user" and not proposing_units(by).filter(pk=row.unit_id).exists():
        raise NotAllowed("只有提报单位可以撤回。")
    return _settle(row, AgendaProposalState.WITHDRAWN, "", by)


@action("agenda_proposal.decline")
def decline(*, proposal: AgendaProposal, answer: str, by: Actor) -> AgendaProposal:
    """Not for a meeting, with words that the unit can use; it is told. Raises NotAllowed, NotReady, Invalid."""
    require(by, Permission.MEETING_EDIT, proposal, to="答复提报议题")
    row = _waiting(proposal)
    said = words(Words("answer", answer, "未列入的原因", LONGEST["answer"]))
    row = _settle(row, AgendaProposalState.DECLINED, said["answer"], by)
    _tell(row, by, clock.today())
    return row


def _waiting(proposal: AgendaProposal) -> AgendaProposal:
    row = AgendaProposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    about(row)
    if row.state != AgendaProposalState.WAITING:
        raise NotReady(f"这项议题{row.get_state_display()}，不能再办理。请刷新页面查看。")
    return row


def _settle(row: AgendaProposal, state: str, answer: str, by: Actor) -> AgendaProposal:
    values = {"state": state, "answer": answer, "decided_by": by.actor_name, "decided_at": clock.now()}
    return edit(row, values, editable=_STATE)


def _tell(row: AgendaProposal, by: Actor, day: date) -> None:
    people = Recipients(day).people_of(row.unit, Permission.AGENDA_PROPOSE)
    title, text = f"提报议题未列入：{row.title}", f"园区发展办答复：{row.answer}"
    url = reverse("targets:agenda-proposals")
    key = f"agenda-proposal:{row.pk}"
    post(told=[Told(user, MessageKind.MEETING, key, title, text, url) for user in people], by=by)
