"""The verb: one write path.

`@action("noun.verb")` wraps every write. The outermost action opens the transaction and, last of
all, appends one chained event with the changes of itself and of every action it called; an inner
action joins by savepoint, and what it recorded is dropped when it fails. A denial is recorded
after the outermost transaction has rolled back.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from guandu.audit import trail
from guandu.audit.changes import Change, difference, differing, object_key, snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed


@dataclass
class _Frame:
    """What the running outermost action has collected."""

    verb: str
    actor: Actor
    changes: list[Change] = field(default_factory=list)
    subject: tuple[str, str, str] = ("", "", "")
    reason: str = ""


_running: ContextVar[_Frame | None] = ContextVar("guandu_action", default=None)
_verbs: set[str] = set()


def known_verbs() -> frozenset[str]:
    """The verb of every action of this release, as far as its module is imported."""
    return frozenset(_verbs)


def action(verb: str) -> Callable:
    """Declare a write. The wrapped function takes keywords only, among them `by`, the actor."""

    _verbs.add(verb)

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
        _name_asked(frame, arguments.values())
        with transaction.atomic():
            _append(frame, "denied")
        refusal.is_recorded = True
        raise
    finally:
        _running.reset(token)


def _name_asked(frame: _Frame, arguments: Iterable[Any]) -> None:
    """An action that refused before it named its object was asked about the first one handed in."""
    asked = next((each for each in arguments if isinstance(each, models.Model)), None)
    if asked is not None and not frame.subject[0]:
        frame.subject = _subject(asked)


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
    concerning(*_subject(obj), reason=reason)


def _subject(obj: models.Model) -> tuple[str, str, str]:
    return obj._meta.label_lower, object_key(obj), str(obj)[:200]


def concerning(object_type: str, key: str, name: str, *, reason: str = "") -> None:
    """As `about`, for what is not a row."""
    frame = _frame()
    if not frame.subject[0]:
        frame.subject = (object_type, key, name)
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


def checked(obj: models.Model) -> models.Model:
    """`obj`, whose fields and constraints hold; raises Invalid with a sentence per field."""
    try:
        obj.full_clean()
    except ValidationError as refusal:
        errors = [(name, text) for name, texts in refusal.message_dict.items() for text in texts]
        raise Invalid("填写内容有误，请按提示修改。", errors=errors) from refusal
    return obj


def enter(obj: models.Model) -> models.Model:
    """Check, store and record the new `obj`. Raises Invalid."""
    checked(obj).save(force_insert=True)
    created(obj)
    return obj


def put(row: models.Model, **values: Any) -> None:
    """Give the locked `row` these values, store them alone, record what differs."""
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    updated(row, before)


def edit(
    obj: models.Model,
    values: Mapping[str, Any],
    *,
    editable: frozenset[str],
    seen: dict[str, Any] | None = None,
) -> Any:
    """Lock the row of `obj`, give it `values` (of the `editable` fields only), check, store, record.

    `seen` is the snapshot that the person was shown: where the row says something else by now,
    Conflict names it. Raises Invalid. Returns the row as stored.
    """
    unknown = sorted(set(values) - editable)
    if unknown:
        raise Invalid(f"不能修改这些内容：{'、'.join(unknown)}。")
    row = type(obj)._base_manager.select_for_update(of=("self",)).get(pk=obj.pk)
    about(row)
    changes = differing(row, seen, dict(values)) if seen else []
    if changes:
        raise Conflict("您填写期间，他人已修改这条记录，请核对后再保存。", changes=changes)
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    if snapshot(row) == before:
        return row
    if hasattr(row, "version"):
        row.version += 1
    checked(row).save()
    updated(row, before)
    return row
