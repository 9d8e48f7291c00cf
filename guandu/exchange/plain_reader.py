"""The child process for long, plain workbooks: `python -I plain_reader.py SHEET < file.xlsx > texts`.

calamine reads a workbook some fifteen times as fast as reader.py, but answers floats, knows nothing of
hidden rows, formulas and merged cells, and ends the process on a cell in the last corner. So the
sheet's own bytes are looked at first: where there is anything but texts, plain numbers and days, this
reader answers nothing and reader.py decides. What calamine found is then held against the rows and
values counted in those bytes.
"""

import gc
import json
import re
import resource
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

MEMORY = 1 << 30
CPU_SECONDS = 60
MOST_ROWS = 50_000
MOST_CELLS = 5_000_000
SURE_DIGITS = 15
# A float spelt in so few signs, one of them its point, has no more digits than are sure.
SURE_SIGNS = SURE_DIGITS + 1
CELL, LINE = "\x1f", "\x1e"

_SHEET, _RELATION = (re.compile(rf"<{name} ([^>]*)/>") for name in ("sheet", "Relationship"))
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"&]*)"')
_ROW = re.compile(rb'<row [^>]*?\br="(\d+)"')
_FAR = re.compile(rb' r="[A-Z]{3}')
_FORMAT = re.compile(r'<numFmt [^>]*?formatCode="([^"]*)"')
_FORMAT_ID = re.compile(r'<xf [^>]*?numFmtId="(\d+)"')
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1d\x7f-\x9f\ud800-\udfff]")
_LOOSE = re.compile(r"[^\S \x1e\x1f]|  | [\x1e\x1f]|[\x1e\x1f] | \Z|\A ")
# What makes a sheet more than plain: declarations, comments, formulas, errors, hidden and merged things,
# and quotes of the other kind, with which all of these could be written.
_SPECIAL = (b"<!", b"<f>", b"<f ", b't="e"', b't="d"', b"hidden", b"<mergeCell", b"='")
# The same of the texts: what is spelt in another way, and readings above characters.
_SPECIAL_TEXT = (b"<!", b"_x", b"<rPh")
# Formats that show a hundredth as one.
_PERCENT = {9, 10}
# Formats that are days to us and may be none to calamine.
_CHINESE_DAYS = {*range(27, 37), *range(50, 59)}
_DAYS = {"yyyy-mm-dd", r"yyyy\-mm\-dd", "yyyy/m/d", "yyyy/m/d;@", "yyyy/mm/dd"}


class Unsure(Exception):
    """The workbook is not plain."""


def read(data: bytes, name: str) -> tuple[list[int], str]:
    """The numbers of the rows that the sheet `name` has, and their texts, blanks taken together. Raises Unsure."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        content = book.read(_path(book, name))
        _look(book, content)
    numbers = [int(number) for number in _ROW.findall(content)]
    if len(numbers) != content.count(b"<row ") or b"<row>" in content or sorted(set(numbers)) != numbers:
        raise Unsure("rows")
    if not numbers or numbers[-1] > MOST_ROWS or _FAR.search(content):
        raise Unsure("size")
    values = content.count(b"<v>") + content.count(b"<is>")
    rows = _rows(data, name, numbers[-1])
    if len(rows) != len(numbers):
        blank = [""] * len(rows[0])
        rows = [rows[number - 1] if number <= len(rows) else blank for number in numbers]
    if sum(map(len, rows)) - sum(row.count("") for row in rows) != values:
        raise Unsure("values")
    return numbers, _together(rows)


def _together(rows: list[list[str]]) -> str:
    text = LINE.join([CELL.join(row) for row in rows])
    # A mark within a cell would make a cell more.
    if _CONTROL.search(text) or text.count(CELL) + text.count(LINE) + 1 != sum(map(len, rows)):
        raise Unsure("characters")
    if _LOOSE.search(text):
        text = LINE.join([CELL.join([" ".join(cell.split()) for cell in row]) for row in rows])
    return text


def _path(book: zipfile.ZipFile, name: str) -> str:
    workbook = book.read("xl/workbook.xml").decode()
    if "date1904" in workbook or "<!" in workbook:
        raise Unsure("workbook")
    sheets = [dict(_ATTRIBUTE.findall(said)) for said in _SHEET.findall(workbook)]
    keys = [each.get("r:id") for each in sheets if each.get("name") == name and each.get("state", "visible") == "visible"]
    for said in _RELATION.findall(book.read("xl/_rels/workbook.xml.rels").decode()):
        relation = dict(_ATTRIBUTE.findall(said))
        if [relation.get("Id")] == keys and relation.get("Type", "").endswith("/worksheet"):
            return "xl/" + relation.get("Target", "").removeprefix("/").removeprefix("xl/")
    raise Unsure("sheet")


def _look(book: zipfile.ZipFile, content: bytes) -> None:
    if not content.lstrip().startswith((b"<?xml", b"<worksheet")) or any(mark in content for mark in _SPECIAL):
        raise Unsure("sheet")
    names = set(book.namelist())
    if "xl/sharedStrings.xml" in names:
        texts = book.read("xl/sharedStrings.xml")
        if any(mark in texts for mark in _SPECIAL_TEXT):
            raise Unsure("texts")
    if b"_x" in content:
        raise Unsure("texts")
    styles = book.read("xl/styles.xml").decode() if "xl/styles.xml" in names else ""
    odd = [code for code in _FORMAT.findall(styles) if code not in _DAYS and re.search("[ymdhsYMDHS年月日%]", code)]
    used = {int(number) for number in _FORMAT_ID.findall(styles.partition("<cellXfs")[2])}
    if odd or (_CHINESE_DAYS | _PERCENT) & used or "<!" in styles:
        raise Unsure("styles")


def _rows(data: bytes, name: str, last: int) -> list[list[str]]:
    from python_calamine import CalamineWorkbook  # reason: only once the file has been looked at

    sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(name)
    if sheet.end is None or sheet.end[0] + 1 > last or (sheet.end[0] + 1) * (sheet.end[1] + 1) > MOST_CELLS:
        raise Unsure("size")
    found = sheet.to_python(skip_empty_area=False)
    return [[cell if type(cell) is str else _text(cell) for cell in row] for row in found]


def _text(cell: Any) -> str:
    """As reader.py spells it."""
    if type(cell) is float:
        text = repr(cell)
        if len(text) > SURE_SIGNS or "e" in text or "n" in text or cell == 0:
            return _number(cell)
        return text[:-2] if text.endswith(".0") else text
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}" if cell.time() != datetime.min.time() else f"{cell:%Y-%m-%d}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    raise Unsure("cells")


def _number(cell: float) -> str:
    number = Decimal(repr(cell)).normalize()
    if len(number.as_tuple().digits) > SURE_DIGITS or not -30 <= number.adjusted() <= 30:
        raise Unsure("numbers")
    return format(number, "f") if number else "0"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    gc.disable()
    try:
        numbers, texts = read(sys.stdin.buffer.read(), sys.argv[1])
    except (Unsure, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError, OSError, zipfile.zlib.error):
        return
    sys.stdout.buffer.write(f"{json.dumps(numbers)}{LINE}{texts}".encode())


if __name__ == "__main__":
    main()
