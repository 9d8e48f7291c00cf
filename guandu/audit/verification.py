"""Is the trail whole? The chain in the database, and everything that it is held against.

Checked: order, links, contents and changes of every event (walk.py); changes without an event; the
archives and their files; the guards of the database; the anchors outside it.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from guandu.audit import anchors, archives, keys
from guandu.audit.models import AuditArchive, AuditChange, AuditCheck, AuditEvent
from guandu.audit.records import COLUMNS, seal
from guandu.audit.triggers import GUARDS
from guandu.audit.walk import Break, Start, Walk
from guandu.core.clock import SHANGHAI
from guandu.core.digests import digest_of
from guandu.core.triggers import missing

MISSING_FILE = "有审计记录，但锚定文件不存在"
RECENT_ANCHORS = 50
BATCH = 500
SENTENCES = 50


@dataclass
class Verification:
    """One check from `start` to the head. `breaks()` finds; `walk` says how far it came."""

    start: Start = Start()
    report: Callable[[int, int], None] | None = None
    walk: Walk = field(init=False)
    lines: list[anchors.Line] = field(init=False)

    def __post_init__(self) -> None:
        self.walk = Walk(self.start, self.report)
        # Read before the chain is: an anchor written meanwhile may speak of events not walked.
        self.lines = anchors.lines()

    @property
    def is_full(self) -> bool:
        return not self.start.seq

    def breaks(self) -> Iterator[Break]:
        """Every break, those of the chain first and in its order; nothing when the trail is whole."""
        yield from self.walk.breaks()
        if self.is_full:
            yield from _orphans()
            yield from _archive_events()
            yield from _archive_files()
        yield from _guards()
        yield from self._anchor_file()

    def _anchor_file(self) -> Iterator[Break]:
        if anchors.is_missing():
            if self.walk.seq:
                yield Break(0, MISSING_FILE)
            return
        for line, sentence in anchors.broken_lines(self.lines):
            seq = line.said.get("seq")
            yield Break(seq if isinstance(seq, int) else 0, sentence)
        last_check = AuditCheck.objects.order_by("-anchors").first()
        if last_check and last_check.anchors > len(self.lines):
            yield Break(0, f"锚定文件现有 {len(self.lines)} 行，比以前校验时的 {last_check.anchors} 行少")
        yield from self._anchored_events()

    def _anchored_events(self) -> Iterator[Break]:
        """Every anchor's event is in the chain as it was anchored, and the table lost none since."""
        shown = [line for line in anchors.trusted(self.lines) if line.kind == anchors.ANCHOR]
        if not self.is_full:
            shown = shown[-RECENT_ANCHORS:]
        past = list(AuditArchive.objects.order_by("from_seq"))
        made_at = _archived_by(past)
        for place in range(0, len(shown), BATCH):
            batch = shown[place : place + BATCH]
            seqs = [line.seq for line in batch]
            stored = dict(AuditEvent.objects.filter(seq__in=seqs).values_list("seq", "hash"))
            for line in batch:
                yield from self._anchored(line, stored.get(line.seq), past, made_at)

    def _anchored(
        self, line: anchors.Line, stored: str | None, past: list[AuditArchive], made_at: dict[str, int]
    ) -> Iterator[Break]:
        when = f"{line.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} 锚定时到第 {line.seq} 条"
        if line.seq > self.walk.seq:
            yield Break(self.walk.seq + 1, f"{when}，现在只到第 {self.walk.seq} 条，其后的记录已不存在")
            return
        covered = any(archive.from_seq <= line.seq <= archive.to_seq for archive in past)
        if stored != line.hash and not (stored is None and covered):
            yield Break(line.seq, f"{when}，校验码 {line.code}，现在的记录与当时不同")
        gone = sum(each.removed for each in past if made_at.get(each.code, line.seq + 1) <= line.seq)
        if line.said["count"] != line.seq - gone:
            yield Break(
                line.seq, f"{when}，当时表中 {line.said['count']} 条，按归档登记应为 {line.seq - gone} 条"
            )


def first_sentences(found: list[Break]) -> list[str]:
    """What is kept of a check: the sentences of the first breaks."""
    return [str(each) for each in found[:SENTENCES]]


def start_since(moment: datetime) -> Start:
    """The walk of what came from `moment` on; what lies before is not looked at."""
    rows = AuditEvent.objects.filter(at__lt=moment).order_by("-seq")
    seq, hash_, version = rows.values_list("seq", "hash", "version").first() or (0, "", 1)
    return Start(seq, hash_, version)


def guards_missing() -> list[str]:
    """Names of the trail's guards that the database has not, has off, or has with another rule."""
    return missing(GUARDS, connection)


def _guards() -> Iterator[Break]:
    names = guards_missing()
    if names:
        yield Break(0, f"数据库中保护审计记录的触发器缺失、停用或被改动：{'、'.join(names)}")


def _orphans() -> Iterator[Break]:
    without = ~Exists(AuditEvent.objects.filter(pk=OuterRef("event_id")))
    count = AuditChange.objects.filter(without).count()
    if count:
        yield Break(0, f"有 {count} 条变更明细找不到所属的审计记录")


def _archived_by(past: list[AuditArchive]) -> dict[str, int]:
    """Archive's code → number of the event that made it."""
    events = AuditEvent.objects.filter(
        verb=archives.VERB, outcome="done", object_key__in=[a.code for a in past]
    )
    return dict(events.values_list("object_key", "seq"))


def _archive_events() -> Iterator[Break]:
    """Each archive has its event, which names the same seal; and the other way round."""
    registered = {archive.code: archive for archive in AuditArchive.objects.all()}
    events = AuditEvent.objects.filter(verb=archives.VERB, outcome="done").prefetch_related("changes")
    told = {event.object_key: [change.after for change in event.changes.all()] for event in events}
    for code, archive in registered.items():
        if not any(after and after.get("seal") == archive.seal for after in told.get(code, [])):
            yield Break(archive.to_seq, f"{archive}的归档登记没有对应的审计记录")
    for code in sorted(set(told) - set(registered)):
        yield Break(int(code.split("-")[1]), f"第 {code.replace('-', ' 至 ')} 条的归档登记已不存在")


def _archive_files() -> Iterator[Break]:
    """Where the file of an archive is at hand, it is what was archived, and its events hold."""
    previous = ""
    for archive in AuditArchive.objects.order_by("from_seq"):
        if archives.path(archive).exists():
            yield from _archive_file(archive, previous)
        previous = archive.last_hash


def _archive_file(archive: AuditArchive, previous: str) -> Iterator[Break]:
    if archives.file_digest(archives.path(archive), archive.algorithm) != archive.file_digest:
        yield Break(archive.to_seq, f"{archive}的归档文件 {archive.file_name} 被改动")
        return
    known, seq = keys.known(), archive.from_seq - 1
    with gzip.open(archives.path(archive), "rt", encoding="utf-8") as file:
        for text in file:
            event = json.loads(text)
            values = [event[name] for name in COLUMNS]
            values[COLUMNS.index("at")] = datetime.fromisoformat(event["at"])
            whole = seal(values, known) == event["hash"] and event["changes_digest"] == digest_of(
                event["changes"], event["algorithm"]
            )
            if not whole or event["previous_hash"] != previous or event["seq"] != seq + 1:
                yield Break(event["seq"], f"归档文件 {archive.file_name} 中的这条记录与链不符")
            previous, seq = event["hash"], event["seq"]
    if (seq, previous) != (archive.to_seq, archive.last_hash):
        yield Break(archive.to_seq, f"归档文件 {archive.file_name} 只到第 {seq} 条")
