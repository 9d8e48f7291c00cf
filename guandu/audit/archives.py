"""Retention: the oldest part of the trail moves to a file, never before half a year, never what is kept.

The table gives up a row only where an archive covers it (triggers.py); what binds the rows before and
after stays registered and sealed, so that the walk passes over the gap.
"""

import fcntl
import gzip
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from guandu.audit import keys
from guandu.audit.disk import settle
from guandu.audit.kept import is_kept
from guandu.audit.models import AuditArchive, AuditChange, AuditEvent
from guandu.audit.records import COLUMNS, written
from guandu.audit.triggers import KEEP_DAYS
from guandu.audit.walk import archive_seal, kept_seal
from guandu.core import clock
from guandu.core.digests import digest
from guandu.core.errors import Conflict, Invalid

VERB = "audit.archive"
SLICE = 1000
TAKEN = "另一次审计归档正在进行，这一次没有归档任何记录。请待其完成后再执行。"


def path(archive: AuditArchive) -> Path:
    return settings.AUDIT_ANCHOR_DIR / "archive" / archive.file_name


def file_digest(at: Path, algorithm: str) -> str:
    return digest(at.read_bytes(), algorithm)


def moment_of(before: date) -> datetime:
    """The beginning of the day `before` in Shanghai. Raises Invalid where that is too young to go."""
    newest = clock.real_today() - timedelta(days=KEEP_DAYS)
    if before > newest:
        raise Invalid(
            f"审计记录至少保存六个月（{KEEP_DAYS} 天），今天最多归档到 {newest.isoformat()} 以前，"
            f"不能归档到 {before.isoformat()}。"
        )
    return datetime.combine(before, time(), clock.SHANGHAI)


def reach(moment: datetime) -> tuple[int, int] | None:
    """First and last number of the oldest events that all happened before `moment`; None for none."""
    last = AuditArchive.objects.order_by("-to_seq").values_list("to_seq", flat=True).first() or 0
    rest = AuditEvent.objects.filter(seq__gt=last)
    stays = rest.filter(at__gte=moment).order_by("seq").values_list("seq", flat=True).first()
    end = stays - 1 if stays else rest.order_by("-seq").values_list("seq", flat=True).first() or last
    return (last + 1, end) if end > last else None


def write(from_seq: int, to_seq: int) -> AuditArchive:
    """The file of these events and their register, not yet stored."""
    archive = AuditArchive(
        from_seq=from_seq,
        to_seq=to_seq,
        file_name=f"audit-{from_seq:09d}-{to_seq:09d}.jsonl.gz",
        made_at=clock.now(),
        algorithm=settings.AUDIT_HASH,
        key_number=keys.current().number,
    )
    kept = _write_file(archive)
    secret = keys.current().secret
    archive.file_digest = file_digest(path(archive), archive.algorithm)
    archive.kept, archive.kept_seal = len(kept), kept_seal(kept, secret, archive.algorithm)
    archive.seal = archive_seal(archive, secret)
    return archive


def _write_file(archive: AuditArchive) -> list[list]:
    """Write every event of the archive; [seq, hash] of those that stay in the table as well. Raises
    Conflict where another archive takes them out at the same time."""
    kept, count, target = [], 0, path(archive)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    with _alone(unfinished) as raw:
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as file:
            for event in _events(archive.from_seq, archive.to_seq):
                file.write((json.dumps(event, ensure_ascii=False) + "\n").encode())
                archive.last_hash, archive.to_version = event["hash"], event["version"]
                count += 1
                if is_kept(event["verb"]):
                    kept.append([event["seq"], event["hash"]])
        if count != archive.to_seq - archive.from_seq + 1:
            raise Conflict(TAKEN)
        raw.flush()
        os.fsync(raw.fileno())
        unfinished.replace(target)
    settle(target.parent)
    return kept


@contextmanager
def _alone(unfinished: Path) -> Iterator[BinaryIO]:
    """The file, empty, written by nobody else meanwhile. Raises Conflict."""
    with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise Conflict(TAKEN) from taken
        file.truncate()
        yield file


def _events(from_seq: int, to_seq: int) -> Iterator[dict]:
    for first in range(from_seq, to_seq + 1, SLICE):
        last = min(first + SLICE - 1, to_seq)
        changes = _changes(first, last)
        rows = AuditEvent.objects.filter(seq__range=(first, last)).order_by("seq")
        for pk, *values in rows.values_list("pk", *COLUMNS, "hash"):
            event = dict(zip((*COLUMNS, "hash"), values, strict=True))
            yield {**event, "at": written(event["at"]), "changes": changes.get(pk, [])}


def _changes(first: int, last: int) -> dict[int, list]:
    found: dict[int, list] = {}
    rows = AuditChange.objects.filter(event__seq__range=(first, last)).order_by("event_id", "position")
    for pk, *change in rows.values_list(
        "event_id", "object_type", "object_key", "object_name", "before", "after"
    ):
        found.setdefault(pk, []).append(change)
    return found


def remove(archive: AuditArchive) -> int:
    """Take what the archive holds out of the table, the kept verbs excepted; the number of events."""
    removed = 0
    for first in range(archive.from_seq, archive.to_seq + 1, SLICE):
        last = min(first + SLICE - 1, archive.to_seq)
        rows = AuditEvent.objects.filter(seq__range=(first, last)).values_list("pk", "verb")
        going = [pk for pk, verb in rows if not is_kept(verb)]
        AuditChange.objects.filter(event_id__in=going).delete()
        removed += AuditEvent.objects.filter(pk__in=going).delete()[0]
    return removed
