"""Reading an uploaded workbook: pre-flight here, the file itself in a child process with bounds.

The child (reader.py) needs nothing of the portal and is run by its path in Python's isolated mode:
no settings, no environment of ours, no packages. A file that kills it costs a sentence.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from guandu.core.errors import Invalid
from guandu.exchange.preflight import refuse_dangerous, refuse_dangerous_text

READER, CSV_READER = (Path(__file__).with_name(name) for name in ("reader.py", "csv_reader.py"))
SECONDS = 25
# What export put an apostrophe before (guandu.exchange.written_rows): import takes one away.
MARKED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
FAILED = "文件无法读取：内容过大、过于复杂或已损坏。请删去多余的行、列和格式，重新保存后再上传。"


@dataclass(frozen=True)
class Cell:
    """`text` is exact: digits as the file holds them, dates as 2026-09-30. `kind` is one of text,
    number, percent (a number shown as one: 0.12 is 12 %), date, flag, error, formula (one without its value)."""

    address: str
    text: str
    kind: str


@dataclass(frozen=True)
class SheetRow:
    """A row that the file names, with its cells that are not blank, by column letters."""

    number: int
    hidden: bool
    cells: dict[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    name: str
    hidden: bool
    rows: tuple[SheetRow, ...]
    merged: tuple[str, ...]
    # (first, last) numbers of columns that the file hides, from 1.
    hidden_columns: tuple[tuple[int, int], ...]
    # How many rows the file names, counted a second time and without the parser.
    counted: int
    # (cells that offer a list, the formula that says which one), as the file has them.
    lists: tuple[tuple[str, str], ...] = ()


def read_workbook(data: bytes, name: str = "") -> tuple[Sheet, ...]:
    """The sheets of the uploaded workbook in order. Raises Invalid in a sentence."""
    refuse_dangerous(data, name)
    answer = _ask_child(data, READER)
    if "refusal" in answer:
        raise Invalid(answer["refusal"])
    return tuple(_sheet(each) for each in answer["sheets"])


def read_text_table(data: bytes, name: str, sheet: str) -> tuple[Sheet, ...]:
    """The one table of an uploaded CSV, as a sheet called `sheet`. Raises Invalid in a sentence."""
    refuse_dangerous_text(data, name)
    answer = _ask_child(data, CSV_READER)
    if "refusal" in answer:
        raise Invalid(answer["refusal"])
    return tuple(_sheet({**each, "name": sheet, "rows": _unmarked(each["rows"])}) for each in answer["sheets"])


def _unmarked(rows: list) -> list:
    return [
        (number, hidden, [(at, text[1:] if MARKED.match(text) else text, kind) for at, text, kind in cells])
        for number, hidden, cells in rows
    ]


def _ask_child(data: bytes, reader: Path) -> dict:
    command = [sys.executable, "-I", str(reader)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, env={}, check=True)
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise Invalid(FAILED) from error


def _sheet(found: dict) -> Sheet:
    rows = tuple(
        SheetRow(number, hidden, {_column(each[0]): Cell(*each) for each in cells})
        for number, hidden, cells in found["rows"]
    )
    hidden = tuple((first, last) for first, last in found["hidden_columns"])
    lists = tuple((cells, formula) for cells, formula, kind in found.get("rules", ()) if kind == "list")
    return Sheet(found["name"], found["hidden"], rows, tuple(found["merged"]), hidden, found["counted"], lists)


def _column(address: str) -> str:
    return address.rstrip("0123456789")
