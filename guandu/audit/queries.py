"""Reading the trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from guandu.audit.changes import in_words, object_key
from guandu.audit.models import AuditChange, AuditEvent
from guandu.audit.words import type_in_words, verb_in_words


@dataclass(frozen=True)
class Line:
    """One field: its name, what it said before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """What one action did to one object."""

    at: datetime
    actor: str
    verb: str
    reason: str
    request_id: str
    type_name: str
    object_name: str
    lines: tuple[Line, ...]


def history_of(obj: models.Model, most: int = 100) -> list[Entry]:
    """Grain: one per change of `obj`, the newest first, at most `most`."""
    return history_at(obj._meta.label_lower, object_key(obj), most)


def history_at(object_type: str, key: str, most: int = 100) -> list[Entry]:
    """As `history_of`, also of what is no longer there: the trail keeps names as text."""
    changes = AuditChange.objects.filter(object_type=object_type, object_key=key)
    return [entry_of(change) for change in changes.select_related("event").order_by("-event__seq")[:most]]


def changes_of(event: AuditEvent, most: int = 200) -> list[Entry]:
    """Grain: one per object that the event changed, in order, at most `most`."""
    return [entry_of(change) for change in event.changes.select_related("event").order_by("position")[:most]]


def entry_of(change: AuditChange) -> Entry:
    event = change.event
    return Entry(
        at=event.at,
        actor=event.actor_name,
        verb=verb_in_words(event.verb),
        reason=event.reason,
        request_id=event.request_id,
        type_name=type_in_words(change.object_type),
        object_name=change.object_name,
        lines=tuple(_lines(change)),
    )


def _lines(change: AuditChange) -> Iterable[Line]:
    before, after = change.before or {}, change.after or {}
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        field = _field(change.object_type, name)
        if old == new or (change.before is None and new in (None, "", [], {})) or _is_bookkeeping(field, name):
            continue
        label = str(field.verbose_name) if field else name
        yield Line(label, _words(field, old), _words(field, new))


def _is_bookkeeping(field: models.Field | None, name: str) -> bool:
    """What nobody edits and the portal counts for itself: the digest of a file, the number of the change."""
    return name == "loaded_digest" or (name == "version" and field is not None and not field.editable)


def _words(field: models.Field | None, value) -> str:
    if field is not None and not field.many_to_many:
        return in_words(field, value)
    return "、".join(map(str, value)) if isinstance(value, list) else str(value or "空")


def _field(label: str, name: str) -> models.Field | None:
    try:
        field = apps.get_model(label)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
    return field if hasattr(field, "verbose_name") else None
