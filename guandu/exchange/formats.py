"""How cells of a workbook that somebody sent show a number, told by a child process with bounds.

Only what guandu.exchange.workbooks has read is given to the child.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from guandu.core.errors import Invalid
from guandu.exchange.workbooks import FAILED, SECONDS

FORMATS = Path(__file__).with_name("format_reader.py")
Place = tuple[str, str]  # sheet, address
FORMULA = "="  # instead of a format, where the cell computes what it shows


def read_formats(data: bytes, places: Sequence[Place]) -> dict[Place, str]:
    """Place → the number format of its cell, or FORMULA; a place that is covered by a merged cell is left out. Raises Invalid."""
    order = json.dumps([list(each) for each in places], ensure_ascii=True).encode() + b"\n"
    command = [sys.executable, "-I", str(FORMATS)]
    try:
        done = subprocess.run(command, input=order + data, capture_output=True, timeout=SECONDS, env={}, check=True)
        return {(sheet, address): code for sheet, address, code in json.loads(done.stdout)}
    except (subprocess.SubprocessError, ValueError) as error:
        raise Invalid(FAILED) from error
