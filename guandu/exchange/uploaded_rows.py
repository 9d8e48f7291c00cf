"""The texts of an uploaded table, column by column, as they are kept until somebody confirms them."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from guandu.exchange.tables import Fault, Reading, Record


@dataclass(frozen=True)
class Rows:
    """`texts` holds a row's texts in the order of `keys`; `letters` the column of each. `faults` are what
    reading found; a row with one is among the rows as well, so that its other cells are looked at."""

    keys: tuple[str, ...]
    letters: tuple[str, ...]
    numbers: tuple[int, ...]
    texts: tuple[list[str], ...]
    faults: tuple[Fault, ...]
    seen: int
    blank: int

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def records(self) -> list[Record]:
        return self.records_at(range(len(self)))

    def records_at(self, places: Iterable[int]) -> list[Record]:
        return [self._record(self.numbers[place], self.texts[place]) for place in places]

    def column(self, key: str) -> list[str]:
        place = self.keys.index(key)
        return [texts[place] for texts in self.texts]

    def fault(self, place: int, key: str, sentence: str) -> Fault:
        """What is wrong with the cell `key` of the row at `place`; of the whole row where there is no such."""
        number, letter = self.numbers[place], self._letter_of.get(key)
        return Fault(number, f"{letter}{number}" if letter else "", sentence)

    @cached_property
    def _letter_of(self) -> dict[str, str]:
        return dict(zip(self.keys, self.letters, strict=True))

    def _record(self, number: int, texts: list[str]) -> Record:
        addresses = {key: f"{letter}{number}" for key, letter in zip(self.keys, self.letters, strict=True)}
        return Record(number, dict(zip(self.keys, texts, strict=True)), addresses)

    def packed(self) -> bytes:
        faults = [[fault.row, fault.address, fault.sentence] for fault in self.faults]
        said = [self.keys, self.letters, self.numbers, self.texts, faults, self.seen, self.blank]
        return zlib.compress(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def rows_of(reading: Reading) -> Rows:
    records = sorted([*reading.records, *reading.spoiled], key=lambda record: record.row)
    first = records[0] if records else Record(0, {}, {})
    keys = tuple(first.values)
    return Rows(
        keys,
        tuple(first.addresses[key].rstrip("0123456789") for key in keys),
        tuple(record.row for record in records),
        tuple(list(record.values.values()) for record in records),
        reading.faults,
        reading.seen,
        reading.blank,
    )


def unpacked(data: bytes) -> Rows:
    keys, letters, numbers, texts, faults, seen, blank = json.loads(zlib.decompress(bytes(data)))
    return Rows(
        tuple(keys),
        tuple(letters),
        tuple(numbers),
        tuple(texts),
        tuple(Fault(*each) for each in faults),
        seen,
        blank,
    )


def without_repeats(first: Iterable[Fault], more: Iterable[Fault]) -> list[Fault]:
    """All of `first`; of `more` what is about other cells."""
    first = list(first)
    told = {fault.address for fault in first if fault.address}
    return sorted({*first, *(fault for fault in more if not fault.address or fault.address not in told)})
