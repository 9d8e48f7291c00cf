"""变更申请: what is asked for, whether it still fits the register, and for whom it waits."""

from typing import Any

from django.db.models import Model, Q, QuerySet

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.changes import in_words, snapshot
from parks.enums import ProposalState
from parks.models import Enterprise, Park, Proposal

# What may be asked for. Where a park or a firm belongs is not among it: that has ways of its own.
PARK_FIELDS = (
    "name", "short_name", "land_area", "floor_area", "built_area", "lettable_area", "let_area", "address",
    "carrier", "operating_model", "leading_industry", "has_service_station", "has_one_stop", "other_services",
    "opened_on",
)  # fmt: skip
ENTERPRISE_FIELDS = (
    "name", "credit_code", "kind", "industry", "is_service_body", "registered_address", "operating_address",
    "established_on", "closed_on",
)  # fmt: skip
PROPOSABLE: dict[type[Model], tuple[str, ...]] = {Park: PARK_FIELDS, Enterprise: ENTERPRISE_FIELDS}
OPEN_STATES = (ProposalState.WAITING, ProposalState.ACCEPTED)


def shown_of(subject: Park | Enterprise) -> dict[str, Any]:
    """Every field that may be asked for, as the register says it now: what a proposer is shown."""
    now = snapshot(subject)
    return {name: now[name] for name in PROPOSABLE[type(subject)]}


def overtaken(proposal: Proposal) -> list[tuple[str, str, str]]:
    """Where the register no longer says what the proposer was shown: (label, shown, now) in words."""
    now = shown_of(proposal.subject)
    return [
        (label, in_words(field, proposal.seen[field.name]), in_words(field, now[field.name]))
        for field, label in _fields(proposal.subject, proposal.seen)
        if now.get(field.name) != proposal.seen[field.name]
    ]


def diff_of(proposal: Proposal) -> list[tuple[str, str, str]]:
    """(label, as the proposer was shown it, as he asks for it) in words."""
    return [
        (label, in_words(field, proposal.seen.get(field.name)), in_words(field, proposal.values[field.name]))
        for field, label in _fields(proposal.subject, proposal.values)
    ]


def proposals_for(user: User) -> QuerySet:
    """Everything of the person's scope, the newest first."""
    return listed(Proposal.objects.visible_to(user)).order_by("-proposed_at", "-pk")


def waiting_for(user: User) -> QuerySet:
    """What this person may decide: of his scope, and asked for by somebody else."""
    mine = Proposal.objects.visible_to(user, Permission.REGISTER_DECIDE).filter(state=ProposalState.WAITING)
    return listed(mine.exclude(proposed_by=user)).order_by("proposed_at", "pk")


def open_for(user: User) -> QuerySet:
    """What he asked for and what waits for him."""
    waiting = waiting_for(user).values("pk") if user.may(Permission.REGISTER_DECIDE) else []
    asked = Q(proposed_by=user, state__in=OPEN_STATES)
    return listed(Proposal.objects.filter(asked | Q(pk__in=waiting))).order_by("proposed_at", "pk")


def listed(proposals: QuerySet) -> QuerySet:
    return proposals.select_related("park", "enterprise", "proposed_by__unit", "decided_by__unit")


def _fields(subject: Park | Enterprise, names: dict[str, Any]):
    """(field, label) of the named fields, in the order in which they are asked for."""
    for name in PROPOSABLE[type(subject)]:
        if name in names:
            field = subject._meta.get_field(name)
            yield field, str(field.verbose_name)
