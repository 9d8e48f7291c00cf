"""Writing into a workbook that somebody sent, in a child process with bounds: marks, cells, rows, sheets.

Only what guandu.exchange.workbooks has read is given to the child: it has refused what hurts a reader.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from guandu.core.errors import Invalid

EDITOR = Path(__file__).with_name("editor.py")
SECONDS = 40
FAILED = "文件过大或结构复杂，无法在原文件上标注。请删去多余的工作表、行、列和格式后再上传。"

# kind: text (never a formula), number (digits), blank.
Written = tuple[str, str]


@dataclass(frozen=True)
class Edits:
    """What is to be written, carried out in this order: `dropped` sheets go, former marks go (`unmark`), rows come in,
    cells are written, marks are put on, sheets are added at the end.

    rows: (sheet, after this row, in the look of this row, rows of (kind, text)); addresses of `cells` and `marks` are
    those after it. cells: (sheet, address, kind, text). looks: (sheet, address, the address whose look it takes).
    marks: (sheet, address, sentence). sheets: (name, widths, rows of texts, the first bold). hidden: (name, rows of
    texts). `active`: the sheet that opens first.
    """

    cells: Sequence[tuple[str, str, str, str]] = ()
    rows: Sequence[tuple[str, int, int, Sequence[Sequence[Written]]]] = ()
    looks: Sequence[tuple[str, str, str]] = ()
    marks: Sequence[tuple[str, str, str]] = ()
    sheets: Sequence[tuple[str, Sequence[int], Sequence[Sequence[str]]]] = ()
    hidden: Sequence[tuple[str, Sequence[Sequence[str]]]] = ()
    dropped: Sequence[str] = ()
    unmark: bool = False
    active: str = ""


def edit_workbook(data: bytes, edits: Edits) -> bytes:
    """The workbook `data`, which read_workbook has read, with `edits`. Raises Invalid where the child gives up."""
    order = json.dumps(asdict(edits), ensure_ascii=True).encode() + b"\n"
    command = [sys.executable, "-I", str(EDITOR)]
    try:
        done = subprocess.run(command, input=order + data, capture_output=True, timeout=SECONDS, env={}, check=True)
    except subprocess.SubprocessError as error:
        raise Invalid(FAILED) from error
    return done.stdout
