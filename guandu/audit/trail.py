"""Appending to the chain and walking it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guandu.audit.changes import Change
from guandu.audit.models import AuditChange, AuditEvent, AuditHead
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.context import current_request
from guandu.core.digests import digest_of


def append(
    *, actor: Actor, verb: str, outcome: str, subject: tuple[str, str, str], reason: str, changes: list[Change]
) -> AuditEvent:
    """Write the next event and its changes. Runs last in its transaction: the head's lock is short."""
    head, _ = AuditHead.objects.select_for_update().get_or_create(only=1)
    request = current_request()
    event = AuditEvent(
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
        changes_digest=digest_of([change.as_list() for change in changes]),
        previous_hash=head.hash,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    AuditChange.objects.bulk_create(_change_rows(event, changes), batch_size=500)
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


def event_hash(event: AuditEvent) -> str:
    """The chained hash: every stored field of the event with the previous event's hash."""
    return digest_of(
        [
            event.seq,
            event.at.isoformat(timespec="microseconds"),
            event.actor_kind,
            event.actor_key,
            event.actor_name,
            event.verb,
            event.outcome,
            event.object_type,
            event.object_key,
            event.object_name,
            event.reason,
            event.request_id,
            event.address,
            event.changes_digest,
            event.previous_hash,
        ]
    )


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold."""

    seq: int
    sentence: str


def verify() -> Iterator[Break]:
    """Walk the chain from its start; yields every break, nothing when it holds."""
    previous_hash, previous_seq = "", 0
    for event in AuditEvent.objects.order_by("seq").prefetch_related("changes").iterator(chunk_size=500):
        if event.seq != previous_seq + 1:
            yield Break(event.seq, f"第 {previous_seq + 1} 条起缺少 {event.seq - previous_seq - 1} 条记录")
        if event.previous_hash != previous_hash:
            yield Break(event.seq, "与前一条记录衔接不上")
        if event.hash != event_hash(event):
            yield Break(event.seq, "记录内容被改动")
        if event.changes_digest != _stored_digest(event):
            yield Break(event.seq, "变更明细被改动")
        previous_hash, previous_seq = event.hash, event.seq
    head = AuditHead.objects.first()
    if head and (head.seq, head.hash) != (previous_seq, previous_hash):
        yield Break(head.seq, f"链末端应为第 {head.seq} 条，实际到第 {previous_seq} 条")


def _stored_digest(event: AuditEvent) -> str:
    rows = sorted(event.changes.all(), key=lambda row: row.position)
    return digest_of(
        [[r.object_type, r.object_key, r.object_name, r.before, r.after] for r in rows]
    )
