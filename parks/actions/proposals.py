"""Sensitive changes of the register: asked for by one person, accepted by another, in force from a day.

Until it is accepted the register does not change. An edit of what the proposer was shown makes a
proposal stale: it cannot be accepted any more and is asked for anew.
"""

from datetime import date
from typing import Any

from django.db import models

from guandu.accounts.checks import require, require_service
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, edit, enter
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from parks.actions.naming import NAMED, refuse_too_early, succeed
from parks.enums import ProposalState
from parks.models import Enterprise, Park, Proposal
from parks.queries.names import NAMES
from parks.queries.proposals import OPEN_STATES, PROPOSABLE, overtaken, shown_of
from parks.validators import credit_code

OVERTAKEN = "申请提出后登记内容已有变动，这项申请不再有效。请按最新登记重新提出。"
_STATE = frozenset({"state", "decided_by", "decided_at", "answer", "applied_at"})


@action("proposal.propose")
def propose(
    *,
    subject: Park | Enterprise,
    values: dict[str, Any],
    effective_on: date,
    reason: str,
    document: str = "",
    seen: dict[str, Any] | None = None,
    by: Actor,
) -> Proposal:
    """Ask for `values` from `effective_on` on. `seen` is the snapshot that the person was shown.

    Raises NotAllowed, Invalid (nothing differs, not allowed there, wrong), and Conflict when the
    register has moved on since `seen`.
    """
    require(by, Permission.REGISTER_PROPOSE, subject, to="提出变更申请")
    about(subject, reason=reason)
    subject = _locked(subject)
    shown = shown_of(subject)
    if seen is not None and any(seen.get(name) != value for name, value in shown.items()):
        raise Conflict("您填写期间，登记内容已有变动，请刷新页面核对后再提出。")
    wanted = {name: value for name, value in _spelled(subject, values).items() if value != shown[name]}
    if not wanted:
        raise Invalid("填写的内容与现登记一致，没有需要变更的。")
    if not reason.strip():
        raise Invalid("请写明变更理由。", errors=[("reason", "请写明变更理由。")])
    _tried(subject, wanted)
    if set(wanted) & set(NAMED[NAMES[type(subject)][0]]):
        refuse_too_early(subject, effective_on)
    column = "park" if isinstance(subject, Park) else "enterprise"
    return enter(
        Proposal(
            **{column: subject},
            values=wanted,
            seen=shown,
            effective_on=effective_on,
            reason=reason.strip(),
            document=document.strip(),
            proposed_by=by,
            proposed_at=clock.now(),
        )
    )


@action("proposal.accept")
def accept(*, proposal: Proposal, answer: str = "", by: Actor) -> Proposal:
    """In force at once, or on its day when that is to come (see `apply`).

    Raises NotAllowed, NotReady when it no longer waits, Conflict when the register was edited in
    between (see `lapse`), Invalid when what is asked for cannot be.
    """
    row = _to_decide(proposal, by)
    _refuse_overtaken(row)
    row = _settle(row, ProposalState.ACCEPTED, answer, by)
    return _apply(row) if row.effective_on <= clock.today() else row


@action("proposal.refuse")
def refuse(*, proposal: Proposal, answer: str, by: Actor) -> Proposal:
    """Raises NotAllowed, NotReady, and Invalid without words that the proposer can use."""
    row = _to_decide(proposal, by)
    if not answer.strip():
        raise Invalid("请写明不同意的原因。", errors=[("answer", "请写明不同意的原因。")])
    return _settle(row, ProposalState.REFUSED, answer, by)


@action("proposal.withdraw")
def withdraw(*, proposal: Proposal, by: Actor) -> Proposal:
    """Taken back by whoever asked, while it waits. Raises NotAllowed, NotReady."""
    row = _waiting(proposal)
    if row.proposed_by.actor_key != by.actor_key:
        raise NotAllowed("只有提出申请的本人可以撤回。")
    return edit(row, {"state": ProposalState.WITHDRAWN}, editable=_STATE)


@action("proposal.lapse")
def lapse(*, proposal: Proposal, by: Actor) -> Proposal:
    """A proposal that the register has overtaken ends. Raises NotAllowed, NotReady when it still fits."""
    require(by, Permission.REGISTER_DECIDE, proposal, to="审核变更申请")
    row = _locked(proposal)
    about(row.subject)
    if row.state not in OPEN_STATES or not overtaken(row):
        raise NotReady("这项申请仍与登记一致，不需要作废。")
    return edit(row, {"state": ProposalState.STALE}, editable=_STATE)


@action("proposal.apply")
def apply(*, proposal: Proposal, by: Actor) -> Proposal:
    """An accepted proposal comes into force on its day. Raises NotAllowed, NotReady, Conflict, Invalid."""
    require_service(by, to="变更按期生效")
    row = _locked(proposal)
    about(row.subject, reason=row.reason)
    if row.state != ProposalState.ACCEPTED or row.effective_on > clock.today():
        raise NotReady("这项申请还没有到生效日期，或已经办结。")
    _refuse_overtaken(row)
    return _apply(row)


def lapse_all_of(subject: Park | Enterprise, *, because: str) -> None:
    """Within an action that ends `subject`: what was asked for it comes to nothing."""
    column = "park" if isinstance(subject, Park) else "enterprise"
    for row in Proposal.objects.filter(**{column: subject}, state__in=OPEN_STATES):
        edit(row, {"state": ProposalState.STALE, "answer": because[:200]}, editable=_STATE)


def _to_decide(proposal: Proposal, by: Actor) -> Proposal:
    require(by, Permission.REGISTER_DECIDE, proposal, to="审核这项变更申请")
    row = _waiting(proposal)
    if row.proposed_by.actor_key == by.actor_key:
        raise NotAllowed("本人提出的变更须由他人审核。")
    return row


def _waiting(proposal: Proposal) -> Proposal:
    row = _locked(proposal)
    about(row.subject, reason=row.reason)
    if row.state != ProposalState.WAITING:
        raise NotReady(f"这项申请{row.get_state_display()}，不能再办理。请刷新页面查看。")
    return row


def _locked(obj: Any) -> Any:
    return type(obj)._base_manager.select_for_update(of=("self",)).get(pk=obj.pk)


def _settle(row: Proposal, state: str, answer: str, by: Actor) -> Proposal:
    values = {"state": state, "decided_by": by, "decided_at": clock.now(), "answer": answer.strip()}
    return edit(row, values, editable=_STATE)


def _refuse_overtaken(row: Proposal) -> None:
    _locked(row.subject)
    changes = overtaken(row)
    if changes:
        raise Conflict(OVERTAKEN, changes=[(label, now, shown) for label, shown, now in changes])


def _apply(row: Proposal) -> Proposal:
    """Names and codes from their day on, by their dated rows; everything else as it stands in the register."""
    subject = row.subject
    values = _read(subject, row.values)
    names = set(NAMED[NAMES[type(subject)][0]])
    if names & set(values):
        said = {name: values.pop(name, getattr(subject, name)) for name in names}
        succeed(subject, said, on=row.effective_on, document=row.document)
    if values:
        edit(subject, values, editable=frozenset(PROPOSABLE[type(subject)]))
    return edit(row, {"state": ProposalState.APPLIED, "applied_at": clock.now()}, editable=_STATE)


def _spelled(subject: Park | Enterprise, values: dict[str, Any]) -> dict[str, Any]:
    """`values` as the trail spells them. Raises Invalid for a field that nobody may ask for."""
    unknown = sorted(set(values) - set(PROPOSABLE[type(subject)]))
    if unknown:
        raise Invalid(f"这些内容不能通过变更申请修改：{'、'.join(unknown)}。")
    if "credit_code" in values:
        values = {**values, "credit_code": credit_code(values["credit_code"])}
    said = snapshot(type(subject)(**values))
    return {name: said[name] for name in values}


def _read(subject: Park | Enterprise, said: dict[str, Any]) -> dict[str, Any]:
    """What `_spelled` wrote, as the fields take it."""
    return {name: _value(subject._meta.get_field(name), value) for name, value in said.items()}


def _value(field: models.Field, value: Any) -> Any:
    if field.is_relation:
        return field.related_model._base_manager.filter(pk=value).first()
    return field.to_python(value)


def _tried(subject: Park | Enterprise, said: dict[str, Any]) -> None:
    """Whether the register would take it; Invalid with a sentence per field. Nothing is stored."""
    trial = type(subject)._base_manager.get(pk=subject.pk)
    for name, value in _read(subject, said).items():
        setattr(trial, name, value)
    checked(trial)
