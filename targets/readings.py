"""What a return's workbook says, before anybody has agreed to it: texts by cell, and what could not be read."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from targets.cell_keys import CellKey

SHOWN, SHOWN_CELLS = 100, 20
NAMES = {"preparer": "填报人", "reviewer": "审核人", "head": "负责人", "phone": "联系电话"}


@dataclass(frozen=True, order=True)
class Place:
    """Where in the file something stands; `address` is that of a cell, or the number of a row."""

    sheet: str
    row: int
    address: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.address}"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that cannot be taken as it stands: where, what it is about, what to do. `key` is the cell of the
    return (targets.cell_keys) that it leaves unread, empty for a row that belongs to none; `typed` what stood there."""

    place: Place
    label: str
    sentence: str
    key: str = ""
    typed: str = ""


@dataclass(frozen=True)
class Counts:
    """Rows below the heads of the file's tables: seen = accepted + rejected + blank."""

    seen: int = 0
    accepted: int = 0
    rejected: int = 0
    blank: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.seen + other.seen,
            self.accepted + other.accepted,
            self.rejected + other.rejected,
            self.blank + other.blank,
        )


@dataclass(frozen=True)
class Reading:
    """`cells` and `reasons` by the key of the cell, `base` by indicator code; an empty text empties the cell.
    `places` says where each cell stands, `left` what of the file was not read and why, `counter` which state of the draft
    the file was made from."""

    cells: Mapping[str, str]
    base: Mapping[str, str]
    reasons: Mapping[str, str]
    faults: tuple[Fault, ...]
    counts: Counts
    places: Mapping[str, Place] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    counter: int | None = None

    @property
    def is_fine(self) -> bool:
        return not self.faults

    @property
    def unread(self) -> dict[str, Fault]:
        """The cells of the return that the file speaks of and that could not be read, each with its first fault."""
        found: dict[str, Fault] = {}
        for fault in self.faults:
            if fault.key:
                found.setdefault(fault.key, fault)
        return found

    def as_report(self, outlook: "Outlook") -> dict[str, Any]:
        """What is kept with the file: counts, and the first of everything that is to be said."""
        groups = grouped(self.faults)
        placed = [
            [(str(self.place_of(key) or ""), text) for key, text in told] for told in (outlook.gaps, outlook.questions)
        ]
        return {
            "counts": asdict(self.counts),
            "fault_count": len(self.faults),
            "groups": [[label, sentence, places[:SHOWN_CELLS], len(places)] for label, sentence, places in groups[:SHOWN]],
            "more": sum(len(places) for _, _, places in groups[SHOWN:]),
            "left": list(self.left[:SHOWN]),
            "left_count": len(self.left),
            "changes": [list(each) for each in outlook.changes[:SHOWN]],
            "change_count": len(outlook.changes),
            "gaps": placed[0][:SHOWN],
            "gap_count": len(placed[0]),
            "questions": placed[1][:SHOWN],
            "question_count": len(placed[1]),
            "clashes": [list(each) for each in outlook.clashes[:SHOWN]],
            "names": dict(self.names),
        }

    def place_of(self, key: str) -> Place | None:
        """Where a finding of the checks is to be shown: at the cell, or at its number where it speaks of the base."""
        return self.places.get(key) or self.places.get(str(CellKey.parse(key)))


@dataclass(frozen=True)
class Outlook:
    """What loading would do: changes as (place, label, old, new), what must be filled in or put right before the return
    can be filed and what must be explained as (cell, sentence), and what was changed on the page since the file was made as
    (label, theirs, yours)."""

    changes: tuple[tuple[str, str, str, str], ...] = ()
    gaps: tuple[tuple[str, str], ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    clashes: tuple[tuple[str, str, str], ...] = ()


def grouped(faults: Iterable[Fault]) -> list[tuple[str, str, list[str]]]:
    """(label, sentence, places) in the order of the file; what is said alike of several cells is one group, and
    names what it is about where that is one thing."""
    found: dict[str, list[Fault]] = {}
    for fault in faults:
        found.setdefault(fault.sentence, []).append(fault)
    groups = []
    for sentence, alike in found.items():
        labels = list(dict.fromkeys(fault.label for fault in alike))
        label = labels[0] if len(labels) == 1 else f"{labels[0]}等 {len(labels)} 项"
        groups.append((label, sentence, [str(fault.place) for fault in alike]))
    return groups
