"""What a receiver filled in, by the kinds of the columns: tolerant of habits, exact about what is wrong."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from guandu.core.errors import Invalid
from guandu.core.numbers import to_units
from guandu.exchange.cells import DayWidget
from guandu.exchange.typed import number_typed, text_typed
from guandu.exchange.workbooks import Cell
from targets.dispatch_columns import Column
from targets.enums_dispatch import ColumnKind

LONGEST_TEXT, DECIMALS = 1000, 6
_MONTH = re.compile(r"(\d{4})[-/.年](0?[1-9]|1[0-2])月?", re.ASCII)
_FLAGS = {
    **dict.fromkeys(("是", "有", "√", "✓", "v", "y", "yes", "对", "已", "1", "true"), "是"),
    **dict.fromkeys(("否", "无", "×", "✗", "x", "n", "no", "没有", "不是", "未", "0", "false"), "否"),
}

# Letter → typed text and what it was read as, both texts.
Answer = dict[str, dict[str, str]]


@dataclass
class Read:
    """The rows that hold something, in order, and a sentence for each cell that cannot be taken: (place in what was
    handed in, letter, sentence without its full stop). `blank`: rows that hold nothing."""

    rows: list[Answer] = field(default_factory=list)
    errors: list[tuple[int, str, str]] = field(default_factory=list)
    blank: int = 0


def typed_cell(text: str) -> Cell:
    """What was typed on a page."""
    return Cell("", text, "text")


def read_rows(columns: Iterable[Column], rows: Sequence[Mapping[str, Cell]]) -> Read:
    """`rows`: letter → cell. A row without anything is no answer; a required cell is one in a row that has one."""
    found, asked = Read(), [column for column in columns if column.is_asked]
    for place, row in enumerate(rows):
        cells = {column.letter: cell for column in asked if (cell := row.get(column.letter)) and not _is_blank(cell)}
        if cells:
            _read_row(found, asked, place, cells)
        else:
            found.blank += 1
    return found


def _is_blank(cell: Cell) -> bool:
    return cell.kind == "text" and not cell.text.strip()


def _read_row(found: Read, asked: Sequence[Column], place: int, cells: Mapping[str, Cell]) -> None:
    answer: Answer = {}
    for column in asked:
        cell = cells.get(column.letter)
        try:
            value = read_cell(column, cell)
        except Invalid as wrong:
            found.errors.append((place, column.letter, f"{column.title}{wrong.message.removesuffix('。')}"))
            continue
        if value:
            answer[column.letter] = {"typed": cell.text.strip(), "value": value}
        elif column.is_required:
            found.errors.append((place, column.letter, f"{column.title}没有填写，这一列必须填"))
    found.rows.append(answer)


def read_cell(column: Column, cell: Cell | None) -> str:
    """What the cell says, in the one way in which it is kept; "" for a blank one. Raises Invalid, to be read behind
    the title."""
    if cell is None:
        return ""
    if column.is_number:
        return _number(column, cell)
    text = text_typed(cell)
    if not text:
        return ""
    if column.kind == ColumnKind.DAY:
        return _day(cell, text)
    if column.kind == ColumnKind.FLAG:
        return _flag(text)
    if column.kind == ColumnKind.CHOICE:
        return _choice(column, text)
    if len(text) > LONGEST_TEXT:
        raise Invalid(f"超过 {LONGEST_TEXT} 个字，请精简")
    return text


def _number(column: Column, cell: Cell) -> str:
    try:
        number = number_typed(cell, column.unit)
        if number is None:
            return ""
        to_units(number, DECIMALS)
    except Invalid as wrong:
        raise Invalid(f"：{wrong.message}") from wrong
    if column.kind == ColumnKind.WHOLE and number != number.to_integral_value():
        raise Invalid(f"应填整数，现为“{cell.text.strip()[:40]}”")
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _day(cell: Cell, text: str) -> str:
    if cell.kind == "date":
        return text[:10]
    month = _MONTH.fullmatch(text)
    if month:
        return f"{month[1]}-{int(month[2]):02}"
    try:
        return DayWidget().clean(text).isoformat()
    except ValueError as wrong:
        raise Invalid(f"：{wrong}，只知道年月的写成 2026-09") from wrong


def _flag(text: str) -> str:
    known = _FLAGS.get(_same(text))
    if known is None:
        raise Invalid(f"请填“是”或“否”，现为“{text[:40]}”")
    return known


def _choice(column: Column, text: str) -> str:
    known = {_same(each): each for each in column.choices}
    if _same(text) not in known:
        raise Invalid(f"请从这些里选：{'、'.join(column.choices)}；现为“{text[:40]}”")
    return known[_same(text)]


def _same(text: str) -> str:
    """Full width or half, with or without blanks, capital or not: one word."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())
