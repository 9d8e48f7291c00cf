"""Long, plain workbooks: read by the fast child and laid against their table column by column.

Whatever is out of the ordinary, in the file or in its header, is left to the exact reader
(guandu.exchange.workbooks), which has a sentence for it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from guandu.exchange.preflight import refuse_dangerous
from guandu.exchange.tables import Column, Fault, plain_title
from guandu.exchange.uploaded_rows import Rows

READER = Path(__file__).with_name("plain_reader.py")
SECONDS = 25
CELL, LINE = "\x1f", "\x1e"
# Packed; below this the exact reader takes no longer.
LONG = 150_000


def read_plain(data: bytes, name: str, sheet: str, columns: Sequence[Column]) -> Rows | None:
    """The rows of the table; None where the exact reader has to look. Raises Invalid where no reader may."""
    refuse_dangerous(data, name)
    answer = _ask_child(data, sheet)
    if not answer:
        return None
    numbers, *lines = answer.decode().split(LINE)
    return _laid_out(json.loads(numbers), [line.split(CELL) for line in lines], columns)


def _ask_child(data: bytes, sheet: str) -> bytes:
    command = [sys.executable, "-I", str(READER), sheet]
    try:
        return subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, env={}, check=True).stdout
    except subprocess.SubprocessError:
        return b""


def _laid_out(numbers: list[int], texts: list[list[str]], columns: Sequence[Column]) -> Rows | None:
    places = _places(texts[0], columns)
    if places is None:
        return None
    below, rows, order = numbers[1:], texts[1:], list(places.values())
    if order != list(range(len(texts[0]))):
        if any(row[place] for row in rows for place in range(len(texts[0])) if place not in order):
            return None
        rows = [[row[place] for place in order] for row in rows]
    filled = [place for place, row in enumerate(rows) if any(row)]
    found = Rows(
        tuple(places),
        tuple(map(_letter, order)),
        tuple(below[place] for place in filled),
        tuple(rows[place] for place in filled),
        (),
        len(below),
        len(rows) - len(filled),
    )
    return replace(found, faults=tuple(sorted(fault for column in columns for fault in _faults(column, found))))


def _places(header: list[str], columns: Sequence[Column]) -> dict[str, int] | None:
    """Column key → place; None where the header is not that of the table."""
    titles = [plain_title(text) for text in header]
    wanted = {plain_title(column.title): column for column in columns}
    known = [title for title in titles if title]
    if len(known) != len(set(known)) or set(known) - set(wanted):
        return None
    if any(title not in titles and not column.optional for title, column in wanted.items()):
        return None
    return {column.key: titles.index(title) for title, column in wanted.items() if title in titles}


def _faults(column: Column, rows: Rows) -> Iterator[Fault]:
    """What reading finds wrong with the cells of one column."""
    if column.key not in rows.keys:
        return
    texts = rows.column(column.key)
    if column.required and "" in texts:
        yield from (rows.fault(at, column.key, column.lacking) for at, text in enumerate(texts) if not text)
    if len(max(texts, key=len, default="")) > column.longest:
        longer = ((at, text) for at, text in enumerate(texts) if len(text) > column.longest)
        yield from (rows.fault(at, column.key, column.too_long(text)) for at, text in longer)


def _letter(place: int) -> str:
    return chr(65 + place) if place < 26 else _letter(place // 26 - 1) + _letter(place % 26)
