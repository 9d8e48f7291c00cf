"""Appending to the chain."""

from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring

from django.conf import settings

from guandu.audit import keys
from guandu.audit.changes import Change
from guandu.audit.models import AuditChange, AuditEvent, AuditHead
from guandu.audit.records import COLUMNS, KEYED, seal
from guandu.audit.walk import Break, Walk
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.bulk_rows import put
from guandu.core.context import current_request
from guandu.core.digests import digest, spelt

# From so many changes on they are stored as a set.
MANY = 200
NOTHING = "null"


def append(
    *, actor: Actor, verb: str, outcome: str, subject: tuple[str, str, str], reason: str, changes: list[Change]
) -> AuditEvent:
    """Write the next event and its changes. Runs last in its transaction: the head's lock is short."""
    head, _ = AuditHead.objects.select_for_update().get_or_create(only=1)
    request, key, algorithm = current_request(), keys.current(), settings.AUDIT_HASH
    values = [_spelt(change) for change in changes]
    event = AuditEvent(
        version=KEYED,
        algorithm=algorithm,
        key_number=key.number,
        seq=head.seq + 1,
        at=clock.now(),
        actor_kind=actor.actor_kind,
        actor_key=actor.actor_key,
        actor_name=actor.actor_name,
        verb=verb,
        outcome=outcome,
        object_type=subject[0],
        object_key=subject[1],
        object_name=subject[2],
        reason=reason,
        request_id=request.request_id,
        address=request.address,
        changes_digest=digest(f"[{','.join(map(_as_list, changes, values))}]".encode(), algorithm),
        previous_hash=head.hash,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    if len(changes) < MANY:
        AuditChange.objects.bulk_create(_change_rows(event, changes))
    else:
        _put_changes(event, changes, values)
    head.seq, head.hash = event.seq, event.hash
    head.save(update_fields=["seq", "hash"])
    return event


def _change_rows(event: AuditEvent, changes: list[Change]) -> Iterable[AuditChange]:
    for position, change in enumerate(changes):
        yield AuditChange(
            event=event,
            position=position,
            object_type=change.object_type,
            object_key=change.object_key,
            object_name=change.object_name,
            before=change.before,
            after=change.after,
        )


def _spelt(change: Change) -> tuple[str, str]:
    """Before and after as JSON: most of an event's text, so each is spelt once."""
    before, after = change.before, change.after
    return NOTHING if before is None else spelt(before), NOTHING if after is None else spelt(after)


def _as_list(change: Change, values: tuple[str, str]) -> str:
    """The spelling of `change.as_list()`."""
    texts = map(encode_basestring, (change.object_type, change.object_key, change.object_name))
    return f"[{','.join((*texts, *values))}]"


def _put_changes(event: AuditEvent, changes: list[Change], values: list[tuple[str, str]]) -> None:
    """As `_change_rows`, by columns."""
    said = [[None if text == NOTHING else text for text in texts] for texts in zip(*values, strict=True)]
    names = ("event_id", "position", "object_type", "object_key", "object_name", "before", "after")
    columns = [
        [event.pk] * len(changes), range(len(changes)), [change.object_type for change in changes],
        [change.object_key for change in changes], [change.object_name for change in changes], *said,
    ]  # fmt: skip
    put(AuditChange._meta.db_table, names, columns)


def event_hash(event: AuditEvent) -> str | None:
    """The hash that `event` must carry, over every stored field and the previous event's hash; None
    where its key is not known."""
    return seal([getattr(event, name) for name in COLUMNS], keys.known())


def verify() -> Iterator[Break]:
    """Every break of the chain in the database alone; what lies outside it is verification's."""
    return Walk().breaks()
