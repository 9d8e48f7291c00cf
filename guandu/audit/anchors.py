"""The head of the chain, written down outside the database: an append-only file with a chain of its own.

Each line is one JSON object sealed with the audit key over itself and the line before. An `anchor`
says how far the trail had come; a `countersign` says which anchor the 审计管理员 confirmed, by name.
Whoever cuts the trail, replaces it or restores an older one would have to rewrite this file as well.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection

from guandu.audit import keys
from guandu.audit.disk import settle
from guandu.audit.models import AuditEvent, AuditHead
from guandu.audit.records import check_code, written
from guandu.core import clock
from guandu.core.digests import ALGORITHMS, keyed_digest_of

EVERY_EVENTS = 500
EVERY = timedelta(hours=1)
ANCHOR, COUNTERSIGN = "anchor", "countersign"
COUNTERSIGN_VERB = "audit.countersign"
_NO_LINE = ""


@dataclass(frozen=True)
class Line:
    """One line: what it says, and the seal it carries."""

    said: dict[str, Any]
    seal: str

    @property
    def number(self) -> int:
        return self.said["n"]

    @property
    def kind(self) -> str:
        return self.said["kind"]

    @property
    def seq(self) -> int:
        return self.said["seq"]

    @property
    def hash(self) -> str:
        return self.said["hash"]

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.said["at"])

    @property
    def code(self) -> str:
        return check_code(self.hash)


def path() -> Path:
    return settings.AUDIT_ANCHOR_DIR / "anchors.jsonl"


def lines() -> list[Line]:
    """Every line of the file in order; none without a file. A line torn by a power cut is no line."""
    if not path().exists():
        return []
    with path().open("rb") as file:
        return list(_read(file))


def trusted(known: list[Line]) -> list[Line]:
    """The lines whose own seal holds: what they say is what we wrote."""
    secrets = keys.known()
    return [line for line in known if _flaw(line, secrets) is None]


def latest() -> Line | None:
    """The newest anchor that holds: what a paper prints of the trail. None before the first."""
    return next((line for line in reversed(trusted(lines())) if line.kind == ANCHOR), None)


def is_missing() -> bool:
    return not path().exists()


def is_due() -> bool:
    """Whether the trail has moved on far enough, or long enough ago, for a new anchor."""
    return _is_due(lines())


def _is_due(known: list[Line]) -> bool:
    head = AuditHead.objects.first()
    if head is None or not head.seq:
        return False
    last = next((line for line in reversed(trusted(known)) if line.kind == ANCHOR), None)
    if last is None:
        return True
    moved = head.seq - last.seq
    return moved >= EVERY_EVENTS or (moved > 0 and clock.now() - last.at >= EVERY)


def write() -> Line | None:
    """Anchor the head as it is now; None while there is no event. Also enters what was counter-signed."""
    with _appending() as file:
        return _anchor(file, list(_read(file)))


def write_due() -> Line | None:
    """`write` if an anchor is due: once, also where two watches see it at the same moment."""
    if not is_due():
        return None
    with _appending() as file:
        known = list(_read(file))
        return _anchor(file, known) if _is_due(known) else None


def _anchor(file: BinaryIO, known: list[Line]) -> Line | None:
    _enter_countersigns(file, known)
    head = _head()
    if head is None:
        return None
    seq, hash_, count = head
    return _append(file, known, {"kind": ANCHOR, "seq": seq, "hash": hash_, "count": count})


def enter_countersigns() -> int:
    """Write down every counter-sign of the trail that the file has not yet; the number written."""
    with _appending() as file:
        return _enter_countersigns(file, list(_read(file)))


def _enter_countersigns(file: BinaryIO, known: list[Line]) -> int:
    ours = trusted(known)
    entered = max((line.said["event"] for line in ours if line.kind == COUNTERSIGN), default=0)
    anchors = {line.number: line for line in ours if line.kind == ANCHOR}
    events = AuditEvent.objects.filter(verb=COUNTERSIGN_VERB, outcome="done", seq__gt=entered).order_by("seq")
    rows = events.values_list("seq", "actor_key", "actor_name", "object_key")
    signed = [row for row in rows if int(row[3]) in anchors]
    for event, key, name, number in signed:
        anchor = anchors[int(number)]
        said = {"kind": COUNTERSIGN, "seq": anchor.seq, "hash": anchor.hash, "anchor": anchor.number}
        _append(file, known, {**said, "event": event, "by": key, "name": name})
    return len(signed)


def _head() -> tuple[int, str, int] | None:
    """Number and hash of the last event, and how many the table holds, at one moment."""
    events, head = AuditEvent._meta.db_table, AuditHead._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT h.seq, h.hash, (SELECT COUNT(*) FROM {events} e WHERE e.seq <= h.seq) FROM {head} h"  # noqa: S608
        )
        row = cursor.fetchone()
    return row if row and row[0] else None


@contextmanager
def _appending() -> Iterator[BinaryIO]:
    """The file, alone, open for reading and appending; on disk when the block ends."""
    folder = settings.AUDIT_ANCHOR_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
        os.fsync(file.fileno())
    settle(folder)


def _append(file: BinaryIO, known: list[Line], what: dict[str, Any]) -> Line:
    key, algorithm = keys.current(), settings.AUDIT_HASH
    said = {
        "n": len(known) + 1,
        **what,
        "at": written(clock.now()),
        "algorithm": algorithm,
        "key": key.number,
        "previous": known[-1].seal if known else _NO_LINE,
    }
    line = Line(said, keyed_digest_of(said, key.secret, algorithm))
    text = json.dumps({**said, "seal": line.seal}, ensure_ascii=False) + "\n"
    file.write((("" if _ends_whole(file) else "\n") + text).encode())
    known.append(line)
    return line


def _ends_whole(file: BinaryIO) -> bool:
    size = file.seek(0, os.SEEK_END)
    if not size:
        return True
    file.seek(size - 1)
    return file.read(1) == b"\n"


def _read(file: BinaryIO) -> Iterator[Line]:
    file.seek(0)
    for text in file.read().splitlines():
        try:
            said = json.loads(text)
            yield Line(said, said.pop("seal"))
        except (ValueError, KeyError, AttributeError):
            continue


# Checking


def broken_lines(known: list[Line]) -> Iterator[tuple[Line, str]]:
    """Lines whose seal or order does not hold, with a sentence each."""
    secrets, previous = keys.known(), _NO_LINE
    for number, line in enumerate(known, start=1):
        flaw = _flaw(line, secrets)
        if flaw:
            yield line, f"锚定文件第 {number} 行{flaw}"
        if line.said.get("previous") != previous or line.said.get("n") != number:
            yield line, f"锚定文件第 {number} 行与前一行衔接不上"
        previous = line.seal


def _flaw(line: Line, secrets: dict[str, bytes]) -> str | None:
    """What is wrong with the line by itself; None for nothing."""
    secret, algorithm = secrets.get(str(line.said.get("key"))), line.said.get("algorithm")
    if secret is None:
        return f"用编号 {line.said.get('key')} 的密钥校验，该密钥未配置"
    if algorithm not in ALGORITHMS or keyed_digest_of(line.said, secret, algorithm) != line.seal:
        return "被改动"
    return None


def countersigned(known: list[Line]) -> dict[int, list[Line]]:
    """Anchor's number → the lines that counter-signed it."""
    found: dict[int, list[Line]] = {}
    for line in known:
        if line.kind == COUNTERSIGN:
            found.setdefault(line.said["anchor"], []).append(line)
    return found
