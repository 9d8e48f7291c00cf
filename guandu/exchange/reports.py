"""What a file would do to the register, or did: counts, faults grouped by their sentence, first rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from guandu.core.digests import digest_of
from guandu.exchange.resources import Line
from guandu.exchange.tables import Fault
from guandu.exchange.uploaded_rows import Rows

SHOWN_LINES = 50
SHOWN_GROUPS = 100
SHOWN_CELLS = 20


@dataclass(frozen=True)
class Group:
    """One sentence and the cells that it is about, the first of them."""

    sentence: str
    cells: tuple[str, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.cells)


@dataclass(frozen=True)
class Report:
    """seen = accepted + rejected + blank, each counted by itself; accepted = new + changed + same.

    `digest` is the same as long as the file would do the same to the register.
    """

    seen: int
    blank: int
    rejected: int
    new: int
    changed: int
    same: int
    fault_count: int
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    digest: str

    @property
    def accepted(self) -> int:
        return self.new + self.changed + self.same

    @property
    def is_fine(self) -> bool:
        return self.fault_count == 0

    @property
    def changes(self) -> int:
        return self.new + self.changed

    @property
    def more_groups(self) -> int:
        return self.fault_count - sum(group.count for group in self.groups)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def report_of(*, rows: Rows, lines: Sequence[Line], faults: Sequence[Fault]) -> Report:
    """Raises RuntimeError where a row of the file is neither accepted, rejected nor blank."""
    wrong = {fault.row for fault in faults}
    lines = sorted((line for line in lines if line.row not in wrong), key=lambda line: line.row)
    counts = Counter(line.kind for line in lines)
    rejected = len(wrong.intersection(rows.numbers))
    if len(lines) + rejected + rows.blank != rows.seen:
        raise RuntimeError(f"{rows.seen} rows seen, {len(lines)} + {rejected} + {rows.blank} accounted for.")
    return Report(
        seen=rows.seen,
        blank=rows.blank,
        rejected=rejected,
        new=counts["new"],
        changed=counts["changed"],
        same=counts["same"],
        fault_count=len(faults),
        groups=tuple(_grouped(faults))[:SHOWN_GROUPS],
        lines=tuple(_first(lines)),
        digest=digest_of([[line.row, line.kind, *_decided(line)] for line in lines if line.kind != "same"]),
    )


def report_from(said: dict[str, Any]) -> Report:
    groups = tuple(Group(each["sentence"], tuple(each["cells"]), each["count"]) for each in said["groups"])
    lines = tuple(Line(*line, tuple(tuple(change) for change in changes)) for *line, changes in said["lines"])
    return Report(**{**said, "groups": groups, "lines": lines})


def _decided(line: Line) -> list:
    """What a changed row was and becomes; a new row is what the file says."""
    return [list(change) for change in line.changes] if line.kind == "changed" else []


def _first(lines: Sequence[Line]) -> Iterable[Line]:
    """Changed rows first, as a person looks at them first; then new ones."""
    for kind in ("changed", "new"):
        yield from [line for line in lines if line.kind == kind][:SHOWN_LINES]


def _grouped(faults: Iterable[Fault]) -> Iterable[Group]:
    """In the order of the sheet, by each sentence's first cell."""
    cells: dict[str, list[str]] = defaultdict(list)
    for fault in faults:
        cells[fault.sentence].append(fault.address or f"第 {fault.row} 行")
    for sentence, places in cells.items():
        yield Group(sentence, tuple(places[:SHOWN_CELLS]), len(places))
