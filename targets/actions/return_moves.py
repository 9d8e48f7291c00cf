"""The one setter of a return's state."""

from typing import Any

from django.db.models import F

from guandu.accounts.checks import require
from guandu.audit.actions import about, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from targets.enums import ReturnState
from targets.models import Return, ReturnMove, ReturnVersion
from targets.queries.locks import LOCKED_HINT
from targets.queries.next_steps import OWN_FILING, filed_by, fits, who_is_next
from targets.workflow import APPROVALS, LABELS, TABLE, Step, Verb, step_for

LONGEST_COMMENT = 300
STALE = "这张报表刚刚有人办理过，现在是“{state}”。请刷新后再办。"


def start(*, return_: Return, verb: Verb, expected: int | None, by: Actor) -> tuple[Return, Step]:
    """The return, read again and locked, and the step that `verb` takes from its state.

    `expected` is the state number that the person saw, by default that of `return_`. Raises
    NotAllowed, Conflict (moved since it was seen), NotReady (no such move from here).
    """
    permission = next(step.permission for step in TABLE if step.verb == verb)
    if verb == Verb.SEND_BACK:
        _require_some_send_back(return_, by)
    else:
        require(by, permission, return_, to=f"{LABELS[verb]}这张报表")
    fresh = locked(return_)
    about(fresh)
    if fresh.version != (return_.version if expected is None else expected):
        raise Conflict(STALE.format(state=fresh.get_state_display()))
    step = step_for(verb, fresh.state, fresh.cycle.template.route)
    if step is None or not fits(fresh, verb):
        raise NotReady(refusal(fresh, verb))
    require(by, step.permission, return_, to=f"在现阶段{step.label}这张报表")
    if verb in APPROVALS and filed_by(fresh, by):
        raise NotAllowed(f"{OWN_FILING}。")
    return fresh, step


def _require_some_send_back(return_: Return, by: Actor) -> None:
    """Reviewer and office both send back, each at his own stage."""
    permissions = {step.permission for step in TABLE if step.verb == Verb.SEND_BACK}
    if by.actor_kind != "service" and not any(by.may(each, return_) for each in permissions):
        raise NotAllowed("您没有退回这张报表的权限。如确需办理，请联系园区发展办。")


def locked(return_: Return) -> Return:
    """The return with what its moves need, held until the transaction ends."""
    related = ("cycle__template", "draft", "filed", "approved", "filer")
    return Return.objects.select_for_update(of=("self",)).select_related(*related).get(pk=return_.pk)


def refusal(return_: Return, verb: Verb) -> str:
    """Why `verb` is not for this state, and who is next."""
    now = f"报表现在是“{return_.get_state_display()}”，不能{LABELS[verb]}。"
    if return_.state == ReturnState.LOCKED:
        return now + LOCKED_HINT
    if return_.state == ReturnState.EXEMPT:
        return f"{now}需要填报的，请联系园区发展办恢复填报。"
    return f"{now}下一步由{who_is_next(return_)}办理。"


def in_words(text: str, field: str, what: str) -> str:
    """`text` as it is kept; Invalid when it is empty or longer than a comment may be."""
    cleaned = text.strip()
    if not cleaned:
        raise Invalid(f"请写明{what}。", errors=[(field, f"请写明{what}。")])
    return short(cleaned, field)


def short(text: str, field: str = "comment") -> str:
    cleaned = text.strip()
    if len(cleaned) > LONGEST_COMMENT:
        sentence = f"最长 {LONGEST_COMMENT} 字，现有 {len(cleaned)} 字，请精简。"
        raise Invalid(sentence, errors=[(field, sentence)])
    return cleaned


def move(
    *, return_: Return, step: Step, version: ReturnVersion, by: Actor, comment: str = "", **fields: Any
) -> None:
    """Move the return along `step`.

    In this order: a guarded update on (pk, state, state number), which raises Conflict when somebody
    was faster; the object in hand made equal to the row; the trace row; the audit changes.
    """
    before = snapshot(return_)
    moved = Return.objects.filter(pk=return_.pk, state=step.from_state, version=return_.version).update(
        state=step.to_state, version=F("version") + 1, **fields
    )
    if not moved:
        raise Conflict(STALE.format(state=Return.objects.get(pk=return_.pk).get_state_display()))
    for name, value in {**fields, "state": step.to_state, "version": return_.version + 1}.items():
        setattr(return_, name, value)
    updated(return_, before)
    trace = ReturnMove.objects.create(
        return_of=return_,
        verb=step.verb,
        from_state=step.from_state,
        to_state=step.to_state,
        version=version,
        actor_name=by.actor_name,
        unit_name=by.unit.name if by.actor_kind == "user" else "",
        comment=comment,
        at=clock.now(),
    )
    created(trace)
