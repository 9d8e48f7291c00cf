"""The ten kinds of tampering that an owner of the database can do with the guards out of his way.

Each kind is a function of the chain's length; it answers the number of the event that the check must name
first. The chain stands 1 … `length`, anchored half way and at its end.
"""

import hashlib
import json
from collections.abc import Callable

from django.db import connection

from guandu.accounts.models import Unit
from guandu.audit.actions import action, enter
from guandu.audit.models import AuditChange, AuditEvent, AuditHead
from guandu.audit.records import COLUMNS, written
from guandu.core.actors import LOADER
from guandu.core.digests import canonical, digest_of

EVENTS, CHANGES, HEAD = "audit_auditevent", "audit_auditchange", "audit_audithead"


@action("unit.test_chain")
def add(*, code: str, by, name: str = "") -> Unit:
    return enter(Unit(code=code, name=name or f"单位{code}", kind="street"))


def grow(count: int, prefix: str = "U") -> None:
    for number in range(1, count + 1):
        add(code=f"{prefix}{number}", by=LOADER)


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def cut_from(seq: int) -> None:
    """Take every event from `seq` on away, and move the head back as if they had never been."""
    of = f"SELECT id FROM {EVENTS} WHERE seq >= {seq}"  # noqa: S608
    run(
        f"DELETE FROM {CHANGES} WHERE event_id IN ({of})",  # noqa: S608
        f"DELETE FROM {EVENTS} WHERE seq >= {seq}",  # noqa: S608
    )
    last = AuditEvent.objects.order_by("-seq").first()
    AuditHead.objects.update(seq=last.seq if last else 0, hash=last.hash if last else "")


def unkeyed(event: AuditEvent) -> str:
    """The best a forger can do without the key: a hash of the right length over the right record."""
    record = [getattr(event, name) for name in COLUMNS]
    record[COLUMNS.index("at")] = written(event.at)
    return hashlib.sha256(canonical(record)).hexdigest()


def edit_field(length: int) -> int:
    run(f"UPDATE {EVENTS} SET actor_name = '别人' WHERE seq = 3")  # noqa: S608
    return 3


def edit_time(length: int) -> int:
    run(f"UPDATE {EVENTS} SET at = '2020-01-01 00:00:00+00:00' WHERE seq = 4")  # noqa: S608
    return 4


def swap_two(length: int) -> int:
    run(
        f"UPDATE {EVENTS} SET seq = 999999 WHERE seq = 3",  # noqa: S608
        f"UPDATE {EVENTS} SET seq = 3 WHERE seq = 5",  # noqa: S608
        f"UPDATE {EVENTS} SET seq = 5 WHERE seq = 999999",  # noqa: S608
    )
    return 3


def delete_middle(length: int) -> int:
    run(
        f"DELETE FROM {CHANGES} WHERE event_id = (SELECT id FROM {EVENTS} WHERE seq = 4)",  # noqa: S608
        f"DELETE FROM {EVENTS} WHERE seq = 4",  # noqa: S608
    )
    return 5


def delete_tail(length: int) -> int:
    cut_from(length - 1)
    return length - 1


def truncate_and_regrow(length: int) -> int:
    """Through the portal itself, key and all: only the anchor outside can tell."""
    cut_from(1)
    grow(length, prefix="REGROWN")
    return length // 2


def insert_forged(length: int) -> int:
    last = AuditEvent.objects.order_by("-seq").first()
    forged = AuditEvent(
        **{f.attname: getattr(last, f.attname) for f in AuditEvent._meta.concrete_fields if f.name != "id"}
    )
    forged.seq, forged.previous_hash, forged.actor_name = last.seq + 1, last.hash, "伪造者"
    forged.changes_digest = digest_of([], forged.algorithm)
    forged.hash = unkeyed(forged)
    forged.save(force_insert=True)
    AuditHead.objects.update(seq=forged.seq, hash=forged.hash)
    return length + 1


def edit_payload(length: int) -> int:
    """One character of a change, the length kept."""
    change = AuditChange.objects.get(event__seq=3)
    after = {**change.after, "name": change.after["name"][:-1] + "9"}
    run(f"UPDATE {CHANGES} SET after = '{json.dumps(after, ensure_ascii=False)}' WHERE id = {change.pk}")  # noqa: S608
    return 3


def rewrite_without_key(length: int) -> int:
    """Every event as of the old format, which needs no key, linked anew from the first to the last."""
    previous = ""
    for event in AuditEvent.objects.order_by("seq"):
        event.version, event.algorithm, event.key_number = 1, "sha256", ""
        event.actor_name, event.previous_hash = "改写者", previous
        event.changes_digest = digest_of(list(map(list, event.changes.order_by("position").values_list(*SAID))))
        record = [getattr(event, name) for name in COLUMNS][3:]
        record[1] = written(event.at)
        previous = event.hash = digest_of(record)
        event.save()
    AuditHead.objects.update(hash=previous)
    return length // 2


def restore_backup(length: int) -> int:
    """The tables as a dump had them before the last events."""
    kept = [list(model.objects.filter(**{f"{path}__lte": length - 3})) for model, path in _DUMPED]
    head = AuditEvent.objects.get(seq=length - 3)
    run(f"DELETE FROM {CHANGES}", f"DELETE FROM {EVENTS}", f"DELETE FROM {HEAD}")  # noqa: S608
    for (model, _), rows in zip(_DUMPED, kept, strict=True):
        model.objects.bulk_create(rows)
    AuditHead.objects.create(seq=head.seq, hash=head.hash)
    return length - 2


SAID = ("object_type", "object_key", "object_name", "before", "after")
_DUMPED = ((AuditEvent, "seq"), (AuditChange, "event__seq"))
KINDS: dict[str, Callable[[int], int]] = {
    kind.__name__: kind
    for kind in (
        edit_field, edit_time, swap_two, delete_middle, delete_tail, truncate_and_regrow, insert_forged, edit_payload,
        rewrite_without_key, restore_backup,
    )
}  # fmt: skip
