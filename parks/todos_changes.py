"""变更申请 for the shared pages: what waits for a decision, and what became of one's own."""

from django.db.models import F
from django.urls import reverse

from guandu.accounts.handover import OpenItem
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.web.registry import Change, ToDo, change_sources, todo_sources
from parks.models import Proposal
from parks.queries.proposals import listed, open_for, waiting_for

FEW = 3  # as many are listed one by one; more become one line


@todo_sources.register(20)
def proposals_waiting(user: User) -> list[ToDo]:
    if not user.may(Permission.REGISTER_DECIDE):
        return []
    waiting = list(waiting_for(user))
    if len(waiting) > FEW:
        title = f"{len(waiting)} 项变更申请待审核"
        return [ToDo(title, reverse("changes:proposals"), "去审核", word="待审核", tone="active")]
    return [
        ToDo(
            f"审核{each.subject}的变更申请", _address(each), "去审核",
            detail=f"{each.proposed_by.name}提出：{each.reason}", word="待审核", tone="active",
        )
        for each in waiting
    ]  # fmt: skip


@change_sources.register(20)
def decisions(user: User, most: int) -> list[Change]:
    """What was decided of one's own proposals."""
    if not user.may(Permission.REGISTER_PROPOSE):
        return []
    decided = listed(Proposal.objects.filter(proposed_by=user, decided_at__isnull=False))
    return [
        Change(
            each.decided_at, f"{each.subject}的变更申请{each.get_state_display()}", each.decided_by.name,
            _address(each), each.answer,
        )
        for each in decided.order_by(F("decided_at").desc())[:most]
    ]  # fmt: skip


def open_items(user: User) -> list[OpenItem]:
    """For the slip of a hand-over: they follow the duty; whoever asked may still withdraw."""
    return [
        OpenItem(
            f"{each.subject}变更申请", f"{each.get_state_display()}，{each.effective_on} 起", _address(each)
        )
        for each in open_for(user)
    ]


def _address(proposal: Proposal) -> str:
    return reverse("changes:proposal", args=[proposal.pk])
