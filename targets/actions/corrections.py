"""数据订正: asked for by the filer or a reviewer, opened by the office for named cells, ended by a new
approval or withdrawn. What was 核定 stands until then."""

from collections.abc import Collection

from guandu.accounts.checks import allowed, require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from targets.actions.drafts import copy_of, discard
from targets.actions.return_moves import in_words, locked, move, refusal, start
from targets.enums import CorrectionState, ReturnState
from targets.models import Correction, Return, ReturnVersion
from targets.queries.locks import open_correction
from targets.queries.sheet import form_of
from targets.workflow import Verb

ANSWERED = "这项订正申请已经办理过，请刷新后查看。"


@action("correction.ask")
def ask(*, return_: Return, codes: Collection[str], reason: str, by: Actor) -> Correction:
    """Ask the office to open the cells `codes` of a locked return. By who files or reviews it.

    Raises NotReady unless it is locked, Conflict while another 数据订正 is asked for.
    """
    if not any(allowed(by, each, return_) for each in (Permission.RETURN_FILE, Permission.RETURN_REVIEW)):
        raise NotAllowed("只有填报单位和包保部门可以提出数据订正，请与其联系。")
    fresh = locked(return_)
    about(fresh)
    if fresh.state != ReturnState.LOCKED:
        raise NotReady(refusal(fresh, Verb.CORRECT))
    return _new(fresh, codes, reason, by, state=CorrectionState.ASKED)


@action("correction.open")
def open_(
    *, return_: Return, codes: Collection[str], reason: str, expected: int | None = None, by: Actor
) -> Return:
    """Open the cells `codes` of a locked return to its filer, in a copy of the approved version. One that
    was asked for is answered by it. Raises Invalid without cells or reason."""
    fresh, step = start(return_=return_, verb=Verb.CORRECT, expected=expected, by=by)
    asked = fresh.corrections.filter(state=CorrectionState.ASKED).first()
    if asked:
        _refuse_own(asked, by)
        _end(asked, CorrectionState.OPEN, by, codes=_codes(fresh, codes), corrects=fresh.approved)
        said = in_words(reason, "reason", "订正理由")
    else:
        correction = _new(fresh, codes, reason, by, state=CorrectionState.OPEN, corrects=fresh.approved)
        said = correction.reason
    draft = copy_of(fresh.approved)
    created(draft)
    move(return_=fresh, step=step, version=fresh.approved, by=by, comment=said, draft=draft)
    return fresh


@action("correction.decline")
def decline(*, return_: Return, answer: str, by: Actor) -> Correction:
    """Leave the return as it was approved, with an answer to who asked. Conflict when nobody asks."""
    require(by, Permission.RETURN_CONFIRM, return_, to="答复数据订正申请")
    fresh = locked(return_)
    about(fresh)
    asked = fresh.corrections.filter(state=CorrectionState.ASKED).first()
    if asked is None:
        raise Conflict(ANSWERED)
    said = in_words(answer, "answer", "不同意的理由")
    return _end(asked, CorrectionState.DECLINED, by, answer=said, ended_at=clock.now())


@action("correction.withdraw")
def withdraw(*, return_: Return, reason: str, expected: int | None = None, by: Actor) -> Return:
    """Close the opened cells again: what was typed is taken back, the approved version stands."""
    fresh, step = start(return_=return_, verb=Verb.WITHDRAW, expected=expected, by=by)
    said = in_words(reason, "reason", "撤销订正的理由")
    draft = fresh.draft
    _end(open_correction(fresh), CorrectionState.WITHDRAWN, by, answer=said, ended_at=clock.now())
    move(
        return_=fresh,
        step=step,
        version=fresh.approved,
        by=by,
        comment=said,
        draft=None,
        filed=fresh.approved,
    )
    discard(draft)
    return fresh


def settle(correction: Correction, version: ReturnVersion) -> None:
    """Within the confirmation: the corrected cells are 核定 as `version` says."""
    before = snapshot(correction)
    correction.state, correction.becomes, correction.ended_at = CorrectionState.DONE, version, clock.now()
    correction.save(update_fields=["state", "becomes", "ended_at"])
    updated(correction, before)


def _new(return_: Return, codes: Collection[str], reason: str, by: Actor, **values) -> Correction:
    if return_.corrections.filter(state=CorrectionState.ASKED).exists():
        raise Conflict("已有一项数据订正申请等园区发展办答复，请先等它办结。")
    now = clock.now()
    if values["state"] == CorrectionState.OPEN:
        values |= {"decided_by": by.actor_name, "decided_at": now}
    correction = Correction.objects.create(
        return_of=return_,
        codes=_codes(return_, codes),
        reason=in_words(reason, "reason", "订正理由"),
        asked_by=by.actor_name,
        asked_key=by.actor_key,
        asked_at=now,
        **values,
    )
    created(correction)
    return correction


def _codes(return_: Return, codes: Collection[str]) -> list[str]:
    """The named cells in the form's order; Invalid for none, or for one that the form does not have."""
    form = form_of(return_)
    known = [cell.code for cell in form]
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise Invalid("要订正的指标不在本表内。", errors=[("codes", f"本表没有“{c}”这项指标。") for c in unknown])
    if not codes:
        raise Invalid("请勾选要订正的指标。", errors=[("codes", "请勾选要订正的指标，其余各项仍然锁定。")])
    return [code for code in known if code in codes]


def _refuse_own(correction: Correction, by: Actor) -> None:
    if correction.asked_key == by.actor_key:
        raise NotAllowed("这项数据订正由您提出，须由其他人批准。")


def _end(correction: Correction, state: str, by: Actor, **values) -> Correction:
    before = snapshot(correction)
    values |= {"state": state, "decided_by": by.actor_name, "decided_at": clock.now()}
    for name, value in values.items():
        setattr(correction, name, value)
    correction.save(update_fields=list(values))
    updated(correction, before)
    return correction
