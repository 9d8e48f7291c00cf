"""Where the header of an office's own table stands, and what is guessed of its columns. Whoever sends it corrects.

Above a header stand titles and lines such as 填报单位：＿＿; below it the rows to fill in, and below these totals and
notes. All of it stays as the office made it; the portal only learns which rows are which.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from guandu.core.errors import Invalid
from guandu.exchange.workbooks import Sheet
from targets.dispatch_columns import Column, guessed
from targets.dispatch_grid import Grid, letters_of, number_of, readable
from targets.dispatch_lists import offered_in

# Rows among which a header is looked for, and how many it may have itself.
DEEPEST, TALLEST = 40, 4
MOST_COLUMNS, MOST_ROWS = 60, 500
LONGEST_TITLE = 60
NO_HEADER = (
    "没有找到表头。请把要收集的各列名称写在同一行（至少两列），名称下面留空行或数据行，再上传。"
)
TOO_WIDE = f"表头超过 {MOST_COLUMNS} 列，请拆成几张表下发。"

# A line about the table or its filler, not a column.
_ABOUT = re.compile(r"^(填[报表]|制表|报送|联系|单位|日期|时间|审核|负责|电话|主管|报告期|统计|截[止至]|密级|表号|附件).{0,12}[：:]")
_NOTE = re.compile(
    r"^[（(【]?(注|备注|说明|填表说明|填报说明|填报要求|填[报表]人|制表人?|审核人?|负责人|单位负责人|经办人|联系人|联系电话|填报日期|报送日期)([：:]|[1-9一][、.．]|（)"
)
_TOTAL = re.compile(r"^(合|总|小|共)计")
_UNIT_ABOVE = re.compile(r"单位[：:]([^\s，,；;）)]{1,6})")
_ORDINALS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True)
class Layout:
    """`head` is the row that the person sees as the header; what is filled in begins below `bottom` and ends at
    `last`. `heads`: letter → title as the file has it. `filled`: rows that hold something already, (row, letter →
    text). `tail`: how the rows below begin; `ends`: the last row of the sheet."""

    sheet: str
    head: int
    bottom: int
    last: int
    ends: int
    columns: tuple[Column, ...]
    heads: Mapping[str, str]
    filled: tuple[tuple[int, Mapping[str, str]], ...] = ()
    tail: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        filled = [[row, dict(cells)] for row, cells in self.filled]
        columns = [column.as_dict() for column in self.columns]
        return {**asdict(self), "columns": columns, "filled": filled, "tail": list(self.tail)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Layout":
        columns = tuple(Column.from_dict(each) for each in stored["columns"])
        filled = tuple((row, cells) for row, cells in stored["filled"])
        return cls(**{**stored, "columns": columns, "filled": filled, "tail": tuple(stored["tail"])})

    @property
    def asked(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_asked)

    def written(self, kind: str) -> str:
        """The letter of the column that the portal writes itself; "" where the layout has none."""
        return next((each.letter for each in self.columns if each.is_included and each.kind == kind), "")

    @property
    def rows_to_fill(self) -> range:
        return range(self.bottom + 1, self.last + 1)


def sheet_of(sheets: tuple[Sheet, ...], name: str = "") -> Sheet:
    """The sheet called `name`, else the first one that is shown and has a header. Raises Invalid."""
    shown = [sheet for sheet in sheets if not sheet.hidden]
    if name:
        found = next((sheet for sheet in shown if sheet.name == name), None)
        if found is None:
            raise Invalid(f"文件中没有工作表“{name}”，请重新选择。")
        return found
    return next((sheet for sheet in shown if find_head(Grid(sheet))), shown[0] if shown else sheets[0])


def layout_of(sheet: Sheet, head: int = 0, sheets: Sequence[Sheet] = ()) -> Layout:
    """What is guessed of the sheet; with `head` of the header that begins in this row. `sheets`: all of the workbook,
    for lists that stand on another one. Raises Invalid."""
    grid = Grid(sheet)
    head = head or find_head(grid)
    if not head or not grid.over(head):
        raise Invalid(NO_HEADER, errors=[("head", NO_HEADER)])
    titles_to = _titles_to(grid, head)
    heads = titles(grid, head)
    if len(heads) > MOST_COLUMNS:
        raise Invalid(TOO_WIDE, errors=[("head", TOO_WIDE)])
    bottom = titles_to + _is_numbering(grid, titles_to + 1)
    bottom += _is_total_on_top(grid, bottom + 1)
    last, tail = _body(grid, bottom)
    _refuse_merged(grid, bottom, last)
    filled = tuple((row, _texts(grid, row, heads)) for row in range(bottom + 1, last + 1) if grid.filled(row))
    offered = {letter: words for letter in heads if (words := offered_in(letter, bottom + 1, sheet, sheets or (sheet,)))}
    columns = _columns(grid, heads, head, [row for row, _ in filled], offered)
    return Layout(sheet.name, head, bottom, last, max(last, grid.last_row), columns, heads, filled, tail)


def _refuse_merged(grid: Grid, bottom: int, last: int) -> None:
    """Only the first cell of a merged stretch can hold anything: what is answered into the others would be lost."""
    span = next((each for each in grid.spans if bottom < each.bottom and each.top <= last), None)
    if span:
        place = f"{letters_of(span.left)}{span.top}:{letters_of(span.right)}{span.bottom}"
        sentence = f"表头以下的 {place} 是合并单元格，填报内容放不进去。请取消合并后再上传；表头认错了的，请改选所在行。"
        raise Invalid(sentence, errors=[("head", sentence)])


def find_head(grid: Grid) -> int:
    """The first row with at least two titles; 0 where there is none."""
    return next((row for row in sorted(grid.rows)[:DEEPEST] if _looks_like_head(grid, row)), 0)


def titles(grid: Grid, head: int) -> dict[str, str]:
    """Letter → title of a header that begins in the row `head`: what stands over a column, from the top down, a
    merged stretch once."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in range(_top(grid, head), _titles_to(grid, head) + 1):
        for letter, read in grid.over(row).items():
            if read not in found.setdefault(letter, []):
                found[letter].append(read)
    ordered = sorted(found, key=number_of)
    return {
        letter: "·".join("".join(text.split()) for _, text in found[letter])[:LONGEST_TITLE] for letter in ordered
    }


def _looks_like_head(grid: Grid, row: int) -> bool:
    cells = grid.filled(row)
    if len(cells) < 2 or any(cell.kind not in {"text", "number"} for cell in cells):
        return False
    texts = ["".join(cell.text.split()) for cell in cells]
    if any(_ABOUT.match(text) or text.endswith(("：", ":")) for text in texts):
        return False
    # Years may head columns; a row that is mostly numbers is data.
    return sum(cell.kind == "text" for cell in cells) * 2 > len(cells)


def _top(grid: Grid, head: int) -> int:
    """One row higher where groups of columns are named above, which no title over the whole table is."""
    first = min((number_of(letter) for letter in grid.over(head)), default=1)
    above = [span for span in grid.spans if span.bottom == span.top == head - 1 and span.is_wide]
    named = [span for span in above if letters_of(span.left) in grid.rows.get(head - 1, {})]
    return head - 1 if named and all(span.left > first for span in named) else head


def _titles_to(grid: Grid, head: int) -> int:
    bottom = row = head
    while row <= bottom < head + TALLEST:
        within = [span for span in grid.spans if span.top == row]
        bottom = max([bottom, *(span.bottom for span in within)])
        wide = [span for span in within if span.is_wide and span.bottom == row]
        below = grid.rows.get(row + 1, {})
        if any(span.covers(row, number_of(letter)) for span in wide for letter in below):
            bottom = max(bottom, row + 1)
        row += 1
    return bottom


def _is_numbering(grid: Grid, row: int) -> bool:
    """甲 乙 1 2 3 … below the titles."""
    texts = ["".join(cell.text.split()).strip("（）()") for cell in grid.filled(row)]
    plain = [text for text in texts if text not in _ORDINALS]
    counted = plain == [str(number) for number in range(1, len(plain) + 1)]
    return len(texts) >= 3 and counted and (len(plain) < len(texts) or len(plain) >= 3)


def _is_total_on_top(grid: Grid, row: int) -> bool:
    """A total right below the titles, above what it sums up."""
    cells = grid.filled(row)
    begins = any(_TOTAL.match("".join(cell.text.split())) for cell in cells[:2])
    return begins and any(not _is_tail(grid, below) for below in grid.rows if below > row)


def _body(grid: Grid, bottom: int) -> tuple[int, tuple[str, ...]]:
    """(the last row to fill in, how the rows below it begin)."""
    below = [row for row in sorted(grid.rows) if row > bottom]
    ends = next((row for row in below if _is_tail(grid, row)), 0)
    body = [row for row in below if not ends or row < ends][:MOST_ROWS]
    tail = [readable(cells[0].text) for row in below if ends and row >= ends and (cells := grid.filled(row))]
    return (body[-1] if body else bottom), tuple(tail)


def _is_tail(grid: Grid, row: int) -> bool:
    cells = grid.filled(row)
    if not cells:
        return False
    first = "".join(cells[0].text.split())
    return bool(_NOTE.match(first) or any(_TOTAL.match("".join(cell.text.split())) for cell in cells[:2]))


def _texts(grid: Grid, row: int, heads: Mapping[str, str]) -> dict[str, str]:
    return {letter: text for letter, (_, text) in grid.over(row).items() if letter in heads}


def _columns(
    grid: Grid, heads: Mapping[str, str], head: int, filled: list[int], offered: Mapping[str, tuple[str, ...]]
) -> tuple[Column, ...]:
    unit = next((found[1] for text in _above(grid, head) if (found := _UNIT_ABOVE.search(text))), "")
    shown = [[cell for row in filled if (cell := grid.rows[row].get(letter))] for letter in heads]
    columns = [
        guessed(letter, title, cells, unit, offered.get(letter, ()))
        for (letter, title), cells in zip(heads.items(), shown, strict=True)
    ]
    return tuple(_settled(columns, grid))


def _above(grid: Grid, head: int) -> Iterator[str]:
    for row in sorted(grid.rows):
        if row < head:
            yield from ("".join(cell.text.split()) for cell in grid.filled(row))


def _settled(columns: list[Column], grid: Grid) -> Iterator[Column]:
    """What one column says of the others: one of a kind that the portal writes, and stars where there are any."""
    starred = any(column.is_starred for column in columns)
    seen: set[str] = set()
    for column in columns:
        yield column.settled(is_first=column.kind not in seen, starred=starred, hidden=grid.is_hidden(column.letter))
        seen.add(column.kind)
