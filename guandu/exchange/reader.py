"""The child process that opens a workbook: `python -I reader.py < file.xlsx > sheets.json`.

It stands alone: the standard library and nothing else, so that a file made to hurt finds no
database, no settings and no secrets beside it, and so that it starts in a blink. It bounds its own memory and
time before it reads a byte, refuses every document type declaration (there is no entity to expand
or to fetch), trusts no declared dimension, and takes numbers as the digits that the file holds,
which a reader that answers floats cannot. See guandu.exchange.workbooks for the parent's side.
"""

import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import reduce
from io import BytesIO
from typing import Any
from xml.parsers import expat

MEMORY = 1 << 30
CPU_SECONDS = 60
MOST_SHEETS = 50
MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_MERGED = 10_000
LONGEST_CELL = 32_767
MOST_TEXT = 10_000_000
TOO_MUCH_TEXT = "文件中的文字过多，请拆分后再上传。"

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
# Formats of dates that need no code of their own; 27–36 and 50–58 are those of Chinese workbooks.
_DATE_IDS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_PERCENT_IDS = {9, 10}
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_LAST_SERIAL = 2_958_465
# Digits of which a binary float keeps every one.
_SURE_DIGITS = 15
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")


class Refusal(Exception):
    """What is wrong with the file, as a sentence."""


class Part:
    """Walks one XML part of the workbook; a subclass answers `start` and `end` by local name."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = lambda name, found: self.start(_local(name), found)
        self.parser.EndElementHandler = lambda name: self.end(_local(name))
        self.parser.CharacterDataHandler = self.text.append

    def read(self, file) -> "Part":
        try:
            self.parser.ParseFile(file)
        except expat.ExpatError as error:
            raise Refusal("文件内容残缺或已损坏，请用 WPS 或 Excel 重新保存后再上传。") from error
        return self

    def start(self, name: str, found: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        self.text.clear()

    def _doctype(self, *args) -> None:
        raise Refusal("文件中含有不安全的 XML 声明，不予读取。")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class Relations(Part):
    """Id → (kind, target) of what a part points at."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, found: dict[str, str]) -> None:
        if name == "Relationship":
            kind = found.get("Type", "").rpartition("/")[2]
            self.found[found.get("Id", "")] = (kind, found.get("Target", ""))


class Book(Part):
    """The sheets in their order, and which day is day one."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def start(self, name: str, found: dict[str, str]) -> None:
        if name == "sheet":
            hidden = found.get("state", "visible") != "visible"
            key = next((value for each, value in found.items() if _local(each) == "id" and " " in each), "")
            self.sheets.append((found.get("name", ""), key, hidden))
        elif name == "workbookPr":
            self.from_1904 = found.get("date1904") in {"1", "true"}


class Strings(Part):
    """The shared texts; the reading of characters above them (rPh) is no part of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[str] = []
        self.pieces: list[str] = []
        self.size = self.phonetic = 0

    def start(self, name: str, found: dict[str, str]) -> None:
        self.text.clear()
        self.phonetic += name == "rPh"
        if name == "si":
            self.pieces = []

    def end(self, name: str) -> None:
        if name == "t" and not self.phonetic:
            self.pieces.append("".join(self.text))
        elif name == "rPh":
            self.phonetic -= 1
        elif name == "si":
            self._keep(_unescaped("".join(self.pieces)))
        self.text.clear()

    def _keep(self, text: str) -> None:
        self.size += len(text)
        if self.size > MOST_TEXT:
            raise Refusal(TOO_MUCH_TEXT)
        self.items.append(text)


class Styles(Part):
    """What each cell style shows a number as: date, percent or number."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[int, str] = {}
        self.shown: list[str] = []
        self.within = ""

    def start(self, name: str, found: dict[str, str]) -> None:
        if name in {"cellXfs", "cellStyleXfs"}:
            self.within = name
        elif name == "numFmt":
            self.codes[int(found.get("numFmtId", "0"))] = found.get("formatCode", "")
        elif name == "xf" and self.within == "cellXfs":
            self.shown.append(self._shown(int(found.get("numFmtId", "0"))))

    def end(self, name: str) -> None:
        if name == self.within:
            self.within = ""
        self.text.clear()

    def _shown(self, number: int) -> str:
        if number not in self.codes:
            return "date" if number in _DATE_IDS else "percent" if number in _PERCENT_IDS else "number"
        code = _NOT_FORMAT.sub("", self.codes[number].split(";")[0]).lower().replace("general", "")
        return "date" if re.search("[ymdhs年月日]", code) else "percent" if "%" in code else "number"


class Sheet(Part):
    """One sheet's rows: (number, hidden, [(address, text, kind)]). Blank cells are left out."""

    def __init__(self, strings: list[str], shown: list[str], from_1904: bool, room: int) -> None:
        super().__init__()
        self.strings, self.shown, self.from_1904, self.room = strings, shown, from_1904, room
        self.rows: list[tuple[int, bool, list[tuple[str, str, str]]]] = []
        self.merged: list[str] = []
        self.hidden_columns: list[list[int]] = []
        self.rules: list[list[str]] = []  # what cells take: their addresses, the formula, the kind
        self.row = self.column = self.size = self.phonetic = 0
        self.cell: dict[str, Any] = {}

    def start(self, name: str, found: dict[str, str]) -> None:
        self.text.clear()
        if name == "row":
            self._row(found)
        elif name == "c":
            self._open(found)
        elif name == "f" and self.cell:
            self.cell["formula"] = True
        elif name == "rPh":
            self.phonetic += 1
        elif name == "mergeCell":
            self.merged.append(found.get("ref", ""))
            if len(self.merged) > MOST_MERGED:
                raise Refusal("合并单元格过多，请取消合并后再上传。")
        elif name == "dataValidation" and len(self.rules) < MOST_MERGED:
            self.rules.append([found.get("sqref", ""), "", found.get("type", "")])
        elif name == "col" and found.get("hidden") in {"1", "true"}:
            self.hidden_columns.append([int(found.get("min", "1")), int(found.get("max", "1"))])

    def end(self, name: str) -> None:
        text = "".join(self.text)
        self.text.clear()
        if name == "rPh":
            self.phonetic -= 1
        elif name == "v" and self.cell:
            self.cell["value"] = text
        elif name == "t" and self.cell and not self.phonetic:
            self.cell["inline"] = self.cell.get("inline", "") + text
        elif name == "c":
            self._close()
        elif self.rules and text and name in {"formula1", "f", "sqref"}:
            self.rules[-1][name != "sqref"] = self.rules[-1][name != "sqref"] or text

    def _row(self, found: dict[str, str]) -> None:
        number = _whole(found.get("r", ""), self.row + 1)
        if number <= self.row:
            raise Refusal("文件中的行号颠倒或重复，请重新保存后再上传。")
        if number > MOST_ROWS or len(self.rows) >= self.room:
            raise Refusal(f"表格超过 {MOST_ROWS} 行（有内容或格式的单元格到第 {number} 行），请删去多余的行后再上传。")
        self.row, self.column = number, 0
        self.rows.append((number, found.get("hidden") in {"1", "true"}, []))

    def _open(self, found: dict[str, str]) -> None:
        place = found.get("r")
        if place is None:
            self.column += 1
        else:
            match = _ADDRESS.fullmatch(place)
            if match is None or int(match[2]) != self.row or _number_of(match[1]) <= self.column:
                raise Refusal("文件中的单元格位置有误，请重新保存后再上传。")
            self.column = _number_of(match[1])
        if self.column > MOST_COLUMNS:
            raise Refusal(f"表格超过 {MOST_COLUMNS} 列（单元格 {place}），请删去多余的列后再上传。")
        self.cell = {"kind": found.get("t", "n"), "style": _whole(found.get("s", ""), 0), "formula": False}

    def _close(self) -> None:
        cell, self.cell = self.cell, {}
        known = _known(cell, self.strings, self.shown, self.from_1904)
        if known is None:
            return
        text, kind = known
        address = f"{_letters(self.column)}{self.row}"
        self.size += len(text)
        if len(text) > LONGEST_CELL:
            raise Refusal(f"单元格 {address} 的文字超过 {LONGEST_CELL} 个，请缩短后再上传。")
        if self.size > MOST_TEXT:
            raise Refusal(TOO_MUCH_TEXT)
        self.rows[-1][2].append((address, text, kind))


def _known(cell: dict[str, Any], strings: list[str], shown: list[str], from_1904: bool) -> tuple[str, str] | None:
    """(text, kind) of a cell; None for a blank one."""
    kind, value = cell["kind"], cell.get("value")
    if kind == "inlineStr":
        return (_unescaped(cell["inline"]), "text") if cell.get("inline") else None
    # Some programs write a formula with an empty result.
    if value is None or (kind == "n" and not value.strip()):
        return ("", "formula") if cell["formula"] else None
    if kind == "s":
        return _shared(strings, value)
    if kind == "n":
        kind = shown[cell["style"]] if cell["style"] < len(shown) else "number"
        return _number(value, kind, from_1904)
    return (_unescaped(value), {"b": "flag", "e": "error", "d": "date"}.get(kind, "text")) if value else None


def _unescaped(text: str) -> str:
    """The format spells what XML cannot hold, and what looks like such a spelling, as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _shared(strings: list[str], value: str) -> tuple[str, str] | None:
    place = _whole(value, -1)
    if place < 0 or place >= len(strings):
        raise Refusal("文件中的文字索引有误，请重新保存后再上传。")
    return (strings[place], "text") if strings[place] else None


def _number(value: str, kind: str, from_1904: bool) -> tuple[str, str]:
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return value, "error"
    if not number.is_finite() or (number and not -30 <= number.adjusted() <= 30):
        return value, "error"
    if kind == "date" and 0 <= number < _LAST_SERIAL:
        return _moment(number, from_1904), "date"
    text = format(_shortest(number), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text), "percent" if kind == "percent" else "number"


def _shortest(number: Decimal) -> Decimal:
    """Excel keeps 1.1 as 1.1000000000000001, the seventeen digits of its binary float: what the person
    typed and sees is the shortest number with that float. Where that is as long, the digits stand."""
    if len(number.as_tuple().digits) <= _SURE_DIGITS:
        return number
    short = Decimal(repr(float(number)))
    return short if len(short.as_tuple().digits) <= _SURE_DIGITS else number


def _moment(serial: Decimal, from_1904: bool) -> str:
    days, part = divmod(serial, 1)
    seconds = int((part * 86400).to_integral_value())
    # Day 60 of the 1900 system never was; the days before it stand one off.
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30 if days >= 60 else 31)
    moment = start + timedelta(days=int(days), seconds=seconds)
    return f"{moment:%Y-%m-%d %H:%M:%S}" if seconds else f"{moment:%Y-%m-%d}"


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _number_of(letters: str) -> int:
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0)


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read(data: bytes) -> list[dict[str, Any]]:
    """Every sheet of the workbook, in its order. Raises Refusal."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        relations = _relations(book, "", "_rels/.rels")
        path = next((target for kind, target in relations.values() if kind == "officeDocument"), "")
        if path not in book.namelist():
            raise Refusal("文件中没有工作簿，不是 xlsx 文件。")
        folder, _, name = path.rpartition("/")
        parts = _relations(book, folder, f"{folder}/_rels/{name}.rels")
        return list(_sheets(book, _walk(book, path, Book()), parts))


def _sheets(book: zipfile.ZipFile, content: Any, parts: dict) -> Iterator[dict[str, Any]]:
    if len(content.sheets) > MOST_SHEETS:
        raise Refusal(f"工作表超过 {MOST_SHEETS} 张，请只保留要上传的表。")
    named = dict(parts.values())
    strings = _optional(book, named.get("sharedStrings"), Strings()).items
    shown = _optional(book, named.get("styles"), Styles()).shown
    room, size = MOST_ROWS, 0
    for name, key, hidden in content.sheets:
        kind, path = parts.get(key, ("", ""))
        sheet, is_table = Sheet(strings, shown, content.from_1904, room), kind == "worksheet" and path in book.namelist()
        if is_table:
            _walk(book, path, sheet)
        room, size = room - len(sheet.rows), size + sheet.size
        if size > MOST_TEXT:
            raise Refusal(TOO_MUCH_TEXT)
        yield {
            "name": name, "hidden": hidden, "rows": sheet.rows, "counted": _count(book, path) if is_table else 0,
            "merged": sheet.merged, "hidden_columns": sheet.hidden_columns, "rules": sheet.rules,
        }  # fmt: skip


def _count(book: zipfile.ZipFile, path: str) -> int:
    """The rows of a sheet counted without the parser: what it lost would be missing here."""
    content = book.read(path)
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        content = content.decode("utf-16").encode()
    return len(_ROW.findall(content))


def _relations(book: zipfile.ZipFile, folder: str, path: str) -> dict[str, tuple[str, str]]:
    found = _optional(book, path.lstrip("/"), Relations()).found
    paths = {key: posixpath.normpath(posixpath.join(f"/{folder}", target)) for key, (_, target) in found.items()}
    return {key: (kind, paths[key].lstrip("/")) for key, (kind, _) in found.items()}


def _optional(book: zipfile.ZipFile, path: str | None, part: Any) -> Any:
    return part if path not in book.namelist() else _walk(book, path, part)


def _walk(book: zipfile.ZipFile, path: str, part: Any) -> Any:
    with book.open(path) as file:
        return part.read(file)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        answer: dict[str, Any] = {"sheets": read(sys.stdin.buffer.read())}
    except Refusal as refusal:
        answer = {"refusal": str(refusal)}
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, zipfile.zlib.error):
        answer = {"refusal": "文件残缺或已损坏，请用 WPS 或 Excel 重新保存后再上传。"}
    json.dump(answer, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
