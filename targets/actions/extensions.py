"""延期: asked for by the filer, granted by the office for one return until an hour. It lapses by itself."""

from datetime import datetime

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from targets.actions.return_moves import in_words, locked, short
from targets.enums import ExtensionState
from targets.models import Extension, Return


@action("extension.ask")
def ask(*, return_: Return, reason: str, by: Actor) -> Extension:
    """Ask for more time; by who files the return. Raises Conflict while another request waits."""
    require(by, Permission.RETURN_FILE, return_, to="为这张报表申请延期")
    fresh = _open(return_)
    if fresh.extensions.filter(state=ExtensionState.ASKED).exists():
        raise Conflict("已有一项延期申请等园区发展办答复，请先等它办结。")
    return _new(fresh, reason, by, state=ExtensionState.ASKED)


@action("extension.grant")
def grant(
    *, return_: Return, until: datetime | None, reason: str = "", answer: str = "", by: Actor
) -> Extension:
    """Take the return until `until`; answers the request that waits, or stands by itself with a reason.

    Raises NotAllowed for the account that asked, Invalid for no hour or one that is not ahead.
    """
    require(by, Permission.RETURN_CONFIRM, return_, to="批准延期报送")
    fresh = _open(return_)
    if until is None or until <= clock.now():
        sentence = "请填写现在之后的日期和时间，例如 2026-10-20 17:00。"
        raise Invalid("延期须有截止时间。", errors=[("until", sentence)])
    asked = fresh.extensions.filter(state=ExtensionState.ASKED).first()
    if asked is None:
        decided = {"decided_by": by.actor_name, "decided_at": clock.now()}
        return _new(fresh, reason, by, state=ExtensionState.GRANTED, until=until, **decided)
    if asked.asked_key == by.actor_key:
        raise NotAllowed("这项延期由您申请，须由其他人批准。")
    return _answer(asked, by, state=ExtensionState.GRANTED, until=until, answer=short(answer, "answer"))


@action("extension.decline")
def decline(*, return_: Return, answer: str, by: Actor) -> Extension:
    """Give no more time, with an answer to who asked. Conflict when nobody asks."""
    require(by, Permission.RETURN_CONFIRM, return_, to="答复延期申请")
    fresh = locked(return_)
    about(fresh)
    asked = fresh.extensions.filter(state=ExtensionState.ASKED).first()
    if asked is None:
        raise Conflict("这项延期申请已经办理过，请刷新后查看。")
    said = in_words(answer, "answer", "不同意的理由")
    return _answer(asked, by, state=ExtensionState.DECLINED, answer=said)


def _open(return_: Return) -> Return:
    fresh = locked(return_)
    about(fresh)
    if not fresh.is_open:
        raise NotReady(f"报表现在是“{fresh.get_state_display()}”，不需要延期。")
    return fresh


def _new(return_: Return, reason: str, by: Actor, **values) -> Extension:
    extension = Extension.objects.create(
        return_of=return_,
        reason=in_words(reason, "reason", "延期理由"),
        asked_by=by.actor_name,
        asked_key=by.actor_key,
        asked_at=clock.now(),
        **values,
    )
    created(extension)
    return extension


def _answer(extension: Extension, by: Actor, **values) -> Extension:
    before = snapshot(extension)
    values |= {"decided_by": by.actor_name, "decided_at": clock.now()}
    for name, value in values.items():
        setattr(extension, name, value)
    extension.save(update_fields=list(values))
    updated(extension, before)
    return extension
