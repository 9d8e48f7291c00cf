"""临时调度表 as workbooks: what a receiver takes away, what he sends back, and all answers in the office's own layout."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from guandu.core.digests import digest_of
from guandu.core.errors import Invalid
from guandu.exchange.edited import Edits, Written, edit_workbook
from guandu.exchange.workbooks import Cell, Sheet, read_workbook
from guandu.files import storage
from guandu.files.models import Attachment
from targets.dispatch_cells import Read, read_rows
from targets.dispatch_columns import Column
from targets.dispatch_grid import Grid, letters_of, number_of, readable
from targets.dispatch_layout import Layout, titles
from targets.enums_dispatch import AnswerState, ColumnKind
from targets.models import DispatchReceiver, DispatchTable
from targets.queries.dispatch import PRINTED_LINE, Chased, names_of, same_name

MARK_SHEET, MARK = "_调度表标识", "临时调度表"
MISSING_SHEET, RECEIVER_TITLE = "未报名单", "填报单位"
# Rows that a receiver finds to fill in where the office left none, and how many he may answer at most.
ROWS_TO_FILL, MOST_ROWS = 10, 500
MOST_FAULTS = 100
AGAIN = "请在本页下载表格，在下载的文件里填写后再上传。"

Values = Mapping[str, str]


def bytes_of(attachment: Attachment) -> bytes:
    """The kept file. Raises StorageAway."""
    with storage.opened(attachment.file.digest, attachment.file.size) as file:
        return file.read()


def own_rows(layout: Layout, receiver: DispatchReceiver) -> list[tuple[int, Values]]:
    """Rows of the office's file that name the receiver: (row, what they hold)."""
    letter = layout.written(ColumnKind.RECEIVER)
    names = {same_name(receiver.name), *names_of(receiver.subject)}
    return [(row, cells) for row, cells in layout.filled if letter and same_name(cells.get(letter, "")) in names]


def most_rows(table: DispatchTable, layout: Layout, receiver: DispatchReceiver) -> int:
    return MOST_ROWS if table.takes_many else max(1, len(own_rows(layout, receiver)))


def begun(layout: Layout, receiver: DispatchReceiver) -> list[dict[str, str]]:
    """What the receiver finds: his draft, else what the office's file holds of him; letter → text by row."""
    if receiver.draft:
        return receiver.draft
    asked = {column.letter for column in layout.asked}
    return [{letter: text for letter, text in cells.items() if letter in asked} for _, cells in own_rows(layout, receiver)]


# What a receiver takes away


def blank_book(receiver: DispatchReceiver) -> bytes:
    """The office's own layout for this receiver, with what he has begun and what is of nobody else; a hidden sheet
    says for whom it is. Raises Invalid, StorageAway."""
    table, layout = receiver.table, receiver.table.layout
    started, own = begun(layout, receiver), own_rows(layout, receiver)
    room = max(len(started), ROWS_TO_FILL if table.takes_many else 1)
    sheet = _Sheet(layout)
    rows = sheet.rows_for(room)
    for place, row in enumerate([*rows, *(each for each in layout.rows_to_fill if each not in rows)]):
        kept = dict(own[place][1]) if place < len(own) else {}
        typed = started[place] if place < len(started) else {}
        named = place < max(1, len(started))
        sheet.write(row, {**kept, **typed}, receiver.name if named else "", place + 1 if named else 0, whole=True)
    sheet.foot(PRINTED_LINE)
    mark = [[MARK], [str(table.pk)], [str(receiver.pk)], [_digest(layout.heads)]]
    return edit_workbook(bytes_of(table.workbook), sheet.edits(hidden=[(MARK_SHEET, mark)], active=layout.sheet))


def _digest(heads: Values) -> str:
    return digest_of(dict(heads))[:16]


@dataclass
class _Sheet:
    """Cells to be written into the layout, and rows to come in below its last one."""

    layout: Layout
    added: list[tuple[int, int]] = field(default_factory=list)
    cells: list[tuple[str, str, str, str]] = field(default_factory=list)
    looks: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, after: int, count: int) -> None:
        """`count` rows come in after the row `after` of the office's file."""
        self.added.append((after, count))

    def rows_for(self, count: int) -> list[int]:
        """The first `count` rows to fill in; those that the layout lacks come in at its end."""
        there = list(self.layout.rows_to_fill)[:count]
        if len(there) < count:
            self.add(self.layout.last, count - len(there))
        return [*there, *range(self.layout.last + 1, self.layout.last + 1 + count - len(there))]

    def moved(self, row: int) -> int:
        """Where a row of the office's file comes to stand."""
        return row + sum(count for after, count in self.added if after < row)

    def write(self, row: int, values: Values, name: str, number: int, *, whole: bool = False) -> None:
        """Into the row (as it will stand) what a receiver answers; with `whole` nothing else stays in it."""
        for column in self.layout.columns:
            if column.is_asked:
                kind, text = _written(column, values.get(column.letter, ""))
            elif column.is_included and column.kind == ColumnKind.RECEIVER:
                kind, text = ("text", name) if name else ("blank", "")
            elif column.is_included and column.kind == ColumnKind.NUMBERED:
                kind, text = ("number", str(number)) if number else ("blank", "")
            elif whole:
                kind, text = ("text", text) if (text := values.get(column.letter, "")) else ("blank", "")
            else:
                continue
            self.put(row, column.letter, kind, text)

    def put(self, row: int, letter: str, kind: str, text: str) -> None:
        self.cells.append((self.layout.sheet, f"{letter}{row}", kind, text))

    def look(self, row: int, letter: str, like: str) -> None:
        self.looks.append((self.layout.sheet, f"{letter}{row}", f"{like}{row}"))

    def foot(self, *lines: str) -> None:
        """Below all that the sheet holds."""
        ends = self.layout.ends + sum(count for _, count in self.added)
        for place, line in enumerate(lines, start=2):
            self.put(ends + place, letters_of(self._first), "text", line)

    @property
    def _first(self) -> int:
        return min(number_of(letter) for letter in self.layout.heads)

    def edits(self, **more) -> Edits:
        rows = []
        blank = [("blank", "")] * max(number_of(letter) for letter in self.layout.heads)
        for after, count in sorted(self.added):
            # Below a header that has no row to fill in there is no look to take.
            like = after if after > self.layout.bottom else after + 1
            rows.append((self.layout.sheet, after, like, [blank] * count))
        return Edits(cells=self.cells, rows=rows, looks=self.looks, **more)


def _written(column: Column, text: str) -> Written:
    if not text:
        return "blank", ""
    plain = text.lstrip("-").replace(".", "", 1)
    return ("number" if column.is_number and plain.isascii() and plain.isdigit() else "text"), text


# What a receiver sends back


@dataclass(frozen=True)
class Handed:
    """A filled-in workbook, read. `faults`: (工作表!单元格, sentence), capped; `fault_count`: all of them.
    Rows seen below the header are answers, blank, or the office's own lines."""

    rows: list[dict[str, str]]
    read: Read
    faults: tuple[tuple[str, str], ...]
    fault_count: int
    seen: int


def read_answer(receiver: DispatchReceiver, data: bytes, name: str) -> Handed:
    """Is this the right file, and then everything that is wrong in it. Raises Invalid for a file that is not this
    receiver's; nothing of it is read further."""
    layout = receiver.table.layout
    sheets = read_workbook(data, name)
    sheet = _recognised(receiver, layout, sheets)
    numbers, rows, seen = _answer_rows(layout, sheet)
    read = read_rows(layout.asked, rows)
    faults = [(f"{sheet.name}!{letter}{numbers[place]}", f"{sentence}。") for place, letter, sentence in read.errors]
    faults += _too_many(receiver, layout, sheet, numbers, rows)
    typed = [{letter: cell.text for letter, cell in row.items()} for row in rows if row]
    return Handed(typed, read, tuple(faults[:MOST_FAULTS]), len(faults), seen)


def _recognised(receiver: DispatchReceiver, layout: Layout, sheets: Sequence[Sheet]) -> Sheet:
    marked = next((sheet for sheet in sheets if sheet.name == MARK_SHEET), None)
    said = [cell.text for row in marked.rows for cell in row.cells.values()] if marked else []
    if len(said) != 4 or said[0] != MARK:
        raise Invalid(f"认不出这是哪张表：文件里没有本系统的标识，可能不是在本页下载的。{AGAIN}")
    if said[1] != str(receiver.table_id):
        raise Invalid(f"这是另一张调度表的文件，不是《{receiver.table.title}》。{AGAIN}")
    if said[2] != str(receiver.pk):
        raise Invalid(f"这是发给其他单位的文件，不是{receiver.name}的。{AGAIN}")
    sheet = next((each for each in sheets if each.name == layout.sheet), None)
    if sheet is None:
        raise Invalid(f"文件里没有工作表“{layout.sheet}”：可能被改名或删除了。{AGAIN}")
    now = titles(Grid(sheet), layout.head)
    if now != dict(layout.heads) or said[3] != _digest(layout.heads):
        raise Invalid(f"表头与下发的不一致（{_differs(layout, now)}），不能对应到各列。请恢复表头，或者重新下载填写。")
    return sheet


def _differs(layout: Layout, now: Values) -> str:
    for letter, title in layout.heads.items():
        if now.get(letter) != title:
            place = f"{layout.sheet}!{letter}{layout.head}"
            return f"{place} 应为“{title}”，现为“{now.get(letter) or '空白'}”"
    added = next((letter for letter in now if letter not in layout.heads), "")
    return f"多出 {added} 列“{now[added]}”" if added else "表头行有增减"


def _answer_rows(layout: Layout, sheet: Sheet) -> tuple[list[int], list[dict[str, Cell]], int]:
    """(row numbers, the asked cells of each, how many rows the file has below the header)."""
    asked = {column.letter for column in layout.asked}
    below = [row for row in sheet.rows if row.number > layout.bottom]
    numbers, rows = [], []
    for row in below:
        filled = [cell for cell in row.cells.values() if cell.text.strip() or cell.kind == "formula"]
        first = readable(filled[0].text) if filled else ""
        if first in layout.tail or first.startswith(PRINTED_LINE):
            continue
        numbers.append(row.number)
        rows.append({letter: cell for letter, cell in row.cells.items() if letter in asked and cell in filled})
    return numbers, rows, len(below)


def _too_many(
    receiver: DispatchReceiver, layout: Layout, sheet: Sheet, numbers: list[int], rows: list[dict[str, Cell]]
) -> list[tuple[str, str]]:
    filled = [number for number, row in zip(numbers, rows, strict=True) if row]
    most = most_rows(receiver.table, layout, receiver)
    first = layout.asked[0].letter
    return [(f"{sheet.name}!{first}{number}", f"本表每个单位只填 {most} 行，请删去多余的行。") for number in filled[most:]][:1]


# All answers in the office's own layout


def merged_book(table: DispatchTable, rows: Sequence[Chased], *, mark: str) -> bytes:
    """The office's own workbook with the answers below its header, in the receivers' order, and 未报名单 behind it.
    `mark`: who takes it out and when. Raises Invalid, StorageAway."""
    layout = table.layout
    sheet = _Sheet(layout)
    written = _placed(sheet, [each.receiver for each in rows])
    if not layout.written(ColumnKind.RECEIVER):
        _name_receivers(sheet, written)
    sheet.foot(f"{PRINTED_LINE}。", mark)
    missing = [[str(number), each.receiver.name, each.contact, each.phone] for number, each in enumerate(
        (each for each in rows if each.is_missing), start=1)]
    names = [["序号", RECEIVER_TITLE, "联系人", "电话"], *(missing or [["", "全部已报", "", ""]]), [], ["", f"{PRINTED_LINE}。"]]
    return edit_workbook(
        bytes_of(table.workbook), sheet.edits(sheets=[(MISSING_SHEET, [6, 36, 24, 18], names)], active=layout.sheet)
    )


def _placed(sheet: _Sheet, receivers: Iterable[DispatchReceiver]) -> list[tuple[int, str]]:
    """Write each answer: into the rows that name its receiver, else into free rows and then into new ones. Answers
    (row as it will stand, receiver)."""
    layout = sheet.layout
    filed = [each for each in receivers if each.state == AnswerState.FILED]
    own = {each.pk: [row for row, _ in own_rows(layout, each)] for each in filed}
    taken = {row for row, cells in layout.filled if layout.written(ColumnKind.RECEIVER) and _is_named(layout, cells)}
    free = [row for row in layout.rows_to_fill if row not in taken]
    # (row of the file that it stands in or behind, place behind it, receiver, answer)
    places: list[tuple[int, int, DispatchReceiver, Values]] = []
    behind: dict[int, int] = {}
    for receiver in filed:
        rows = own[receiver.pk]
        for place, answer in enumerate(receiver.answer):
            values = {letter: cell["value"] for letter, cell in answer.items()}
            if place < len(rows):
                places.append((rows[place], 0, receiver, values))
            elif not rows and free:
                places.append((free.pop(0), 0, receiver, values))
            else:
                after = rows[-1] if rows else layout.last
                behind[after] = behind.get(after, 0) + 1
                places.append((after, behind[after], receiver, values))
    for after, count in behind.items():
        sheet.add(after, count)
    places.sort(key=lambda each: each[:2])
    written = [(sheet.moved(row) + place, receiver.name) for row, place, receiver, _ in places]
    numbers = _numbers(sheet, written, taken)
    for (row, name), (_, _, _, values) in zip(written, places, strict=True):
        sheet.write(row, values, name, numbers[row])
    return written


def _is_named(layout: Layout, cells: Values) -> bool:
    """Whether the row is somebody's: it names a receiver, and is no example."""
    name = cells.get(layout.written(ColumnKind.RECEIVER), "")
    first = next(iter(cells.values()), "")
    return bool(name) and not first.startswith(("例", "示例", "样例"))


def _numbers(sheet: _Sheet, written: Sequence[tuple[int, str]], taken: set[int]) -> dict[int, int]:
    """Row → its number among all that hold something; the rows of those that are missing are numbered too."""
    rows = sorted({row for row, _ in written} | {sheet.moved(row) for row in taken})
    numbers = {row: number for number, row in enumerate(rows, start=1)}
    letter = sheet.layout.written(ColumnKind.NUMBERED)
    for row in {sheet.moved(each) for each in taken} if letter else ():
        sheet.put(row, letter, "number", str(numbers[row]))
    return numbers


def _name_receivers(sheet: _Sheet, written: Sequence[tuple[int, str]]) -> None:
    """A column of its own behind the last one says whose row it is."""
    last = max(sheet.layout.heads, key=number_of)
    letter = letters_of(number_of(last) + 1)
    sheet.look(sheet.layout.head, letter, last)
    sheet.put(sheet.layout.head, letter, "text", RECEIVER_TITLE)
    for row, name in written:
        sheet.look(row, letter, last)
        sheet.put(row, letter, "text", name)
