"""Walking the chain in one pass, a slice at a time: memory does not grow with the trail."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from guandu.audit import keys
from guandu.audit.models import AuditArchive, AuditChange, AuditEvent, AuditHead
from guandu.audit.records import (
    ACTOR_NAME,
    AT,
    CHANGES_DIGEST,
    COLUMNS,
    KEYED,
    PREVIOUS_HASH,
    SEQ,
    UNKEYED,
    VERB,
    seal,
)
from guandu.audit.words import verb_in_words
from guandu.core.clock import SHANGHAI
from guandu.core.digests import ALGORITHM, ALGORITHMS, digest_of, keyed_digest_of

SLICE = 2000
HASH, PK = len(COLUMNS), len(COLUMNS) + 1
_VERSION, _ALGORITHM, _KEY = range(3)


@dataclass(frozen=True)
class Break:
    """A place where the trail does not hold: at which event, and what is wrong there."""

    seq: int
    sentence: str
    at: datetime | None = None
    verb: str = ""
    actor_name: str = ""

    def __str__(self) -> str:
        if self.at is None:
            return f"第 {self.seq} 条：{self.sentence}。" if self.seq else f"{self.sentence}。"
        moment = self.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        return (
            f"第 {self.seq} 条（{moment}，{verb_in_words(self.verb)}，{self.actor_name}）：{self.sentence}。"
        )


@dataclass(frozen=True)
class Start:
    """Where a walk begins: after the event `seq`, which carried `hash` in format `version`."""

    seq: int = 0
    hash: str = ""
    version: int = UNKEYED


@dataclass
class Walk:
    """One pass from `start` to the head. `report(done, total)` is called after each slice."""

    start: Start = Start()
    report: Callable[[int, int], None] | None = None
    size: int = SLICE
    # What was reached: the last row in place.
    seq: int = 0
    hash: str = ""
    version: int = UNKEYED
    count: int = 0
    _seen: int = 0
    _keys: dict[str, bytes] = field(default_factory=keys.known)
    _archives: list[AuditArchive] = field(default_factory=list)
    _kept: list[list] = field(default_factory=list)

    def breaks(self) -> Iterator[Break]:
        """Every break in the order of the chain; nothing when it holds."""
        begin = self._before_its_archive()
        self.seq, self.hash, self.version = begin.seq, begin.hash, begin.version
        self._seen = self.seq
        self._look_for_archives()
        yield from self._start_is_there()
        while True:
            yield from self._rows_to_the_end()
            head = AuditHead.objects.first()
            # Events that came meanwhile: their rows and the head move together.
            if head is None or head.seq <= self._seen or not self._rows_after():
                break
        yield from self._pass_archives()
        yield from self._end(head)

    def _rows_after(self) -> list[tuple]:
        rows = AuditEvent.objects.filter(seq__gt=self._seen).order_by("seq")
        return list(rows.values_list(*COLUMNS, "hash", "pk")[: self.size])

    def _rows_to_the_end(self) -> Iterator[Break]:
        total = 0
        while rows := self._rows_after():
            self._seen = rows[-1][SEQ]
            digests = _stored_digests(rows)
            for row in rows:
                yield from self._look_at(row, digests)
            self.count += len(rows)
            if self.report:
                total = total or AuditEvent.objects.filter(seq__gt=self.start.seq).count()
                self.report(self.count, max(total, self.count))

    def _look_at(self, row: tuple, digests: dict[int, str]) -> Iterator[Break]:
        if row[SEQ] != self.seq + 1 and not self._archives:
            self._look_for_archives()  # one may have been made while we walked
        yield from self._pass_archives(before=row[SEQ])
        if self._is_kept_of_an_archive(row):
            self._kept.append([row[SEQ], row[HASH]])
        else:
            yield from self._link(row)
        yield from self._content(row)
        stored = digests.get(row[PK]) or _no_changes(row[_ALGORITHM])
        if row[CHANGES_DIGEST] != stored:
            yield _break(row, "变更明细被改动")

    def _link(self, row: tuple) -> Iterator[Break]:
        if row[SEQ] != self.seq + 1:
            yield _break(row, f"第 {self.seq + 1} 条起缺少 {row[SEQ] - self.seq - 1} 条记录")
        if row[PREVIOUS_HASH] != self.hash:
            yield _break(row, "与前一条记录衔接不上")
        if row[_VERSION] < self.version:
            yield _break(row, "记录改用了没有密钥的旧格式")
        self.seq, self.hash, self.version = row[SEQ], row[HASH], max(self.version, row[_VERSION])

    def _content(self, row: tuple) -> Iterator[Break]:
        expected = seal(row, self._keys)
        if row[_VERSION] == KEYED and row[_KEY] not in self._keys:
            yield _break(
                row,
                f"用编号 {row[_KEY] or '（空）'} 的密钥校验，该密钥不在 AUDIT_KEY 与 AUDIT_KEY_FALLBACKS 中",
            )
        elif expected != row[HASH]:
            yield _break(row, "记录内容被改动")

    # The archived beginning

    def _look_for_archives(self) -> None:
        self._archives = list(AuditArchive.objects.filter(to_seq__gt=self.seq).order_by("from_seq"))

    def _before_its_archive(self) -> Start:
        """The start, or the beginning of the archive that has taken it in since."""
        inside = AuditArchive.objects.filter(from_seq__lte=self.start.seq, to_seq__gt=self.start.seq).first()
        if inside is None:
            return self.start
        last = AuditArchive.objects.filter(to_seq=inside.from_seq - 1).first()
        return Start(last.to_seq, last.last_hash, last.to_version) if last else Start()

    def _is_kept_of_an_archive(self, row: tuple) -> bool:
        first = self._archives[0] if self._archives else None
        return first is not None and first.from_seq == self.seq + 1 and row[SEQ] <= first.to_seq

    def _pass_archives(self, before: int | None = None) -> Iterator[Break]:
        """Step over what was archived next, up to the row `before`, having seen all that was kept of it."""
        while self._archives and self._archives[0].from_seq == self.seq + 1:
            archive = self._archives[0]
            if before is not None and before <= archive.to_seq:
                return
            yield from self._archive(archive)
            self.seq, self.hash, self.version = archive.to_seq, archive.last_hash, archive.to_version
            self._archives.pop(0)
            self._kept.clear()

    def _archive(self, archive: AuditArchive) -> Iterator[Break]:
        secret = self._keys.get(archive.key_number)
        if secret is None or archive_seal(archive, secret) != archive.seal:
            yield Break(archive.to_seq, f"{archive}的归档登记被改动")
        if len(self._kept) != archive.kept:
            yield Break(archive.to_seq, f"{archive}归档后应保留 {archive.kept} 条，现有 {len(self._kept)} 条")
        elif secret is None or kept_seal(self._kept, secret, archive.algorithm) != archive.kept_seal:
            yield Break(archive.to_seq, f"{archive}归档后保留的记录被改动")

    # The ends

    def _start_is_there(self) -> Iterator[Break]:
        if not self.start.seq:
            return
        stored = AuditEvent.objects.filter(seq=self.start.seq).values_list("hash", flat=True).first()
        covered = AuditArchive.objects.filter(to_seq__gte=self.start.seq).exists()
        if stored != self.start.hash and not (stored is None and covered):
            yield Break(self.start.seq, "记录与上次校验时不同" if stored else "上次校验时还在的记录已不存在")

    def _end(self, head: AuditHead | None) -> Iterator[Break]:
        if head is None and self.seq:
            yield Break(self.seq, "链末端的登记不存在")
        elif head and head.seq != self.seq:
            yield Break(min(head.seq, self.seq) + 1, f"链末端应为第 {head.seq} 条，实际到第 {self.seq} 条")
        elif head and head.hash != self.hash:
            yield Break(head.seq, "链末端登记的校验值与最后一条记录不同")


def _break(row: tuple, sentence: str) -> Break:
    return Break(row[SEQ], sentence, row[AT], row[VERB], row[ACTOR_NAME])


def _stored_digests(rows: list[tuple]) -> dict[int, str]:
    """Event → digest of its stored changes, for those that have any."""
    algorithms = {row[PK]: row[_ALGORITHM] for row in rows}
    found: dict[int, list] = {}
    changes = AuditChange.objects.filter(event__seq__range=(rows[0][SEQ], rows[-1][SEQ]))
    for event, *change in changes.order_by("event_id", "position", "pk").values_list(
        "event_id", "object_type", "object_key", "object_name", "before", "after"
    ):
        found.setdefault(event, []).append(change)
    return {
        event: digest_of(listed, _algorithm(algorithms.get(event, ""))) for event, listed in found.items()
    }


def _no_changes(algorithm: str) -> str:
    return _EMPTY[_algorithm(algorithm)]


def _algorithm(stored: str) -> str:
    """A name that somebody wrote into the table is none that we compute with."""
    return stored if stored in ALGORITHMS else ALGORITHM


_EMPTY = {algorithm: digest_of([], algorithm) for algorithm in ALGORITHMS}


def kept_seal(kept: list[list], secret: bytes, algorithm: str) -> str:
    """Over [seq, hash] of every kept event of an archive, in order."""
    return keyed_digest_of(kept, secret, _algorithm(algorithm))


def archive_seal(archive: AuditArchive, secret: bytes) -> str:
    record = [
        archive.from_seq, archive.to_seq, archive.to_version, archive.last_hash, archive.file_name,
        archive.file_digest, archive.kept, archive.kept_seal, archive.algorithm, archive.key_number,
    ]  # fmt: skip
    return keyed_digest_of(record, secret, _algorithm(archive.algorithm))
