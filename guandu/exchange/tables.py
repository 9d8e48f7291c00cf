"""A declared table found in a workbook's sheet: its rows as records, every fault with its cell.

Nothing is dropped in silence: every row below the header that the file names is a record, a
rejected row or a blank one, and the three add up to the rows seen.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from guandu.core.errors import Invalid
from guandu.exchange.typed import shown_percent
from guandu.exchange.workbooks import Cell, Sheet, SheetRow

FAULTS = {
    "error": "公式结果有误（{text}），请改为具体内容",
    "formula": "公式没有算出结果，请改为具体内容",
}


_KEEP_HEADER = "请使用本页下载的模板，不改动表头。"


@dataclass(frozen=True)
class Column:
    """A column of the table: `key` for the code, `title` as the header says it."""

    key: str
    title: str
    required: bool = False
    longest: int = 200
    # A column that the file may leave out.
    optional: bool = False

    @property
    def lacking(self) -> str:
        return f"请填写{self.title}"

    def too_long(self, text: str) -> str:
        return f"{self.title}最多 {self.longest} 个字，现有 {len(text)} 个"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong: the row, the cell (or "" for the row as a whole), the sentence."""

    row: int
    address: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.address or f'第 {self.row} 行'}：{self.sentence}"


@dataclass(frozen=True)
class Record:
    """A row's texts by column key, "" where blank, and the address of each."""

    row: int
    values: dict[str, str]
    addresses: dict[str, str]

    def fault(self, key: str, sentence: str) -> Fault:
        return Fault(self.row, self.addresses.get(key, ""), sentence)


@dataclass(frozen=True)
class Reading:
    """What was found: `seen` = records + rejected + blank. `spoiled` are the rejected rows as far as they
    can be read."""

    sheet: str
    seen: int
    blank: int
    records: tuple[Record, ...]
    faults: tuple[Fault, ...] = field(default=())
    spoiled: tuple[Record, ...] = field(default=())

    @property
    def rejected(self) -> int:
        return self.seen - self.blank - len(self.records)


def read_table(sheets: Sequence[Sheet], name: str, columns: Sequence[Column], *, most: int) -> Reading:
    """The table of the sheet `name`, whose first row with text is the header. Raises Invalid when
    the workbook is not of this kind, or holds more than `most` rows of data."""
    sheet = whole_sheet(sheets, name)
    rows = [row for row in sheet.rows if row.cells]
    if not rows:
        raise Invalid(f"工作表“{name}”是空的。请下载模板，在模板中填写。")
    header = rows[0]
    letters = _letters(header, columns)
    _refuse_hidden(sheet, letters)
    below = [row for row in sheet.rows if row.number > header.number]
    filled = [row for row in below if any(cell.text.strip() or cell.kind in FAULTS for cell in row.cells.values())]
    if len(filled) > most:
        raise Invalid(f"一次最多 {most} 行，这份文件有 {len(filled)} 行，请拆分后再上传。")
    faults = [*_merged(sheet, header), *(fault for row in filled for fault in _faults(row, letters, columns))]
    wrong = {fault.row for fault in faults}
    records = [_record(row, letters) for row in filled]
    fine = tuple(record for record in records if record.row not in wrong)
    spoiled = tuple(record for record in records if record.row in wrong)
    return Reading(name, len(below), len(below) - len(filled), fine, tuple(sorted(faults)), spoiled)


def whole_sheet(sheets: Sequence[Sheet], name: str) -> Sheet:
    """The sheet `name`, seen and whole. Raises Invalid."""
    sheet = next((each for each in sheets if each.name == name), None)
    if sheet is None:
        names = "、".join(each.name for each in sheets[:5])
        raise Invalid(f"文件中没有工作表“{name}”（现有：{names}）。请下载模板，在模板中填写。")
    if sheet.hidden:
        raise Invalid(f"工作表“{name}”被隐藏。请取消隐藏，核对后再上传。")
    if sheet.counted != len(sheet.rows):
        raise Invalid(
            f"工作表“{name}”两次清点的行数不一致（{len(sheet.rows)} 行和 {sheet.counted} 行），不予读取。"
            "请用 WPS 或 Excel 重新保存后再上传。"
        )
    return sheet


def _refuse_hidden(sheet: Sheet, letters: dict[str, str]) -> None:
    numbers = {number_of(letter): letter for letter in letters.values()}
    hidden = [numbers[n] for n in sorted(numbers) if any(first <= n <= last for first, last in sheet.hidden_columns)]
    if hidden:
        raise Invalid(f"工作表“{sheet.name}”的 {'、'.join(hidden)} 列被隐藏。请取消隐藏，核对后再上传。")


def number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(header: SheetRow, columns: Sequence[Column]) -> dict[str, str]:
    """Column key → letters. Raises Invalid when a title is missing, unknown or stands twice."""
    found: dict[str, list[str]] = {}
    for letters, cell in header.cells.items():
        found.setdefault(plain_title(cell.text), []).append(letters)
    found.pop("", None)
    titles = {column.key: plain_title(column.title) for column in columns}
    missing = [each.title for each in columns if titles[each.key] not in found and not each.optional]
    if missing:
        raise Invalid(f"表头缺少：{'、'.join(missing)}。{_KEEP_HEADER}")
    unknown = [f"{title}（{each[0]} 列）" for title, each in found.items() if title not in titles.values()]
    if unknown:
        raise Invalid(f"表头中有不认识的列：{'、'.join(unknown)}。请移走这些列。{_KEEP_HEADER}")
    twice = [each.title for each in columns if len(found.get(titles[each.key], ())) > 1]
    if twice:
        raise Invalid(f"表头重复：{'、'.join(twice)}。{_KEEP_HEADER}")
    return {key: found[title][0] for key, title in titles.items() if title in found}


def _merged(sheet: Sheet, header: SheetRow) -> list[Fault]:
    """A merged cell hides what stood below it, and says of one row what was meant for several."""
    faults = []
    for ref in sheet.merged:
        first, _, last = ref.partition(":")
        top, bottom = row_of(first), row_of(last or first)
        spoiled = [row.number for row in sheet.rows if max(top, header.number + 1) <= row.number <= bottom]
        faults += [Fault(row, ref, "请取消合并单元格，每行分别填写") for row in spoiled]
    return faults


def _faults(row: SheetRow, letters: dict[str, str], columns: Sequence[Column]) -> list[Fault]:
    faults = [Fault(row.number, "", "这一行被隐藏，请取消隐藏或删去")] if row.hidden else []
    known = set(letters.values())
    for letter, cell in row.cells.items():
        if cell.kind in FAULTS:
            faults.append(Fault(row.number, cell.address, FAULTS[cell.kind].format(text=cell.text)))
        elif letter not in known and cell.text.strip():
            faults.append(Fault(row.number, cell.address, "这一列不在模板内，请移走其中的内容"))
    for column in columns:
        if column.key not in letters:
            continue
        address = f"{letters[column.key]}{row.number}"
        cell = row.cells.get(letters[column.key])
        text = _text(cell)
        if column.required and not text and (cell is None or cell.kind not in FAULTS):
            faults.append(Fault(row.number, address, column.lacking))
        if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
            faults.append(Fault(row.number, address, "含有无法保存的字符，请删去后重新输入"))
        if len(text) > column.longest:
            faults.append(Fault(row.number, address, column.too_long(text)))
    return faults


def _record(row: SheetRow, letters: dict[str, str]) -> Record:
    values = {key: _text(row.cells.get(letter)) for key, letter in letters.items()}
    return Record(row.number, values, {key: f"{letter}{row.number}" for key, letter in letters.items()})


def _text(cell: Cell | None) -> str:
    """As the person sees it: a number that is shown in per cent says so, and is never read as its hundredth."""
    if cell and cell.kind == "percent":
        return f"{shown_percent(cell.text)}%"
    return " ".join(cell.text.split()) if cell else ""


def plain_title(text: str) -> str:
    """A title as headers are compared: without blanks, width and the mark of what must be filled in."""
    return unicodedata.normalize("NFKC", "".join(text.split())).removesuffix("*")


def row_of(address: str) -> int:
    digits = "".join(letter for letter in address if letter.isdigit())
    return int(digits) if digits else 0
