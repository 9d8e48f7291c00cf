"""The verb: one write path.

`@action("noun.verb")` wraps every write. The outermost action opens the transaction and, last of
all, appends one chained event with the changes of itself and of every action it called; an inner
action joins by savepoint, and what it recorded is dropped when it fails. A denial is recorded
after the outermost transaction has rolled back.
"""

import functools
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from guandu.audit import trail
from guandu.audit.changes import Change, difference, object_key, snapshot
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed


@dataclass
class _Frame:
    """What the running outermost action has collected."""

    verb: str
    actor: Actor
    changes: list[Change] = field(default_factory=list)
    subject: tuple[str, str, str] = ("", "", "")
    reason: str = ""


_running: ContextVar[_Frame | None] = ContextVar("guandu_action", default=None)


def action(verb: str) -> Callable:
    """Declare a write. The wrapped function takes keywords only, among them `by`, the actor."""

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        def run(*, by: Actor, **arguments: Any) -> Any:
            outer = _running.get()
            if outer is None:
                return _outermost(verb, function, by, arguments)
            return _inner(outer, function, by, arguments)

        run.verb = verb
        return run

    return decorate


def _outermost(verb: str, function: Callable, by: Actor, arguments: dict) -> Any:
    frame = _Frame(verb, by)
    token = _running.set(frame)
    try:
        with transaction.atomic():
            result = function(by=by, **arguments)
            _append(frame, "done")
        return result
    except NotAllowed as refusal:
        frame.changes.clear()
        frame.reason = refusal.message
        with transaction.atomic():
            _append(frame, "denied")
        raise
    finally:
        _running.reset(token)


def _inner(outer: _Frame, function: Callable, by: Actor, arguments: dict) -> Any:
    mark = len(outer.changes)
    try:
        with transaction.atomic():
            return function(by=by, **arguments)
    except BaseException:
        del outer.changes[mark:]
        raise


def _append(frame: _Frame, outcome: str) -> None:
    trail.append(
        actor=frame.actor,
        verb=frame.verb,
        outcome=outcome,
        subject=frame.subject,
        reason=frame.reason,
        changes=frame.changes,
    )


def _frame() -> _Frame:
    frame = _running.get()
    if frame is None:
        raise RuntimeError("Changes are recorded inside an @action only.")
    return frame


def about(obj: models.Model, *, reason: str = "") -> None:
    """Name the object that the running action is about, and why it is done; the first call wins."""
    frame = _frame()
    if not frame.subject[0]:
        frame.subject = (obj._meta.label_lower, object_key(obj), str(obj)[:200])
    if reason and not frame.reason:
        frame.reason = reason


def created(obj: models.Model) -> None:
    """Record a new row (already saved)."""
    about(obj)
    _frame().changes.append(difference(obj, None))


def updated(obj: models.Model, before: dict[str, Any]) -> bool:
    """Record what differs from `before` (see `snapshot`); says whether anything did."""
    about(obj)
    change = difference(obj, before)
    if change:
        _frame().changes.append(change)
    return change is not None


def removed(obj: models.Model) -> None:
    """Record a row about to be deleted."""
    about(obj)
    _frame().changes.append(
        Change(obj._meta.label_lower, object_key(obj), str(obj)[:200], snapshot(obj), None)
    )


def changed(changes: Iterable[Change]) -> None:
    """Record changes worked out elsewhere, e.g. of a set-based write."""
    _frame().changes.extend(changes)
