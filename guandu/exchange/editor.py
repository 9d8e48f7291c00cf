"""The child process that writes into somebody's workbook: `python -I editor.py < order > workbook`.

The order is one line of JSON (see guandu.exchange.edited) and then the workbook. What the file holds besides
stays as its maker left it. Texts are written as texts whatever they look like; numbers come as digits.
A mark is a conditional format and a note, so that the cell's own look is untouched and the mark can be
taken off again, wherever the file has been since.
"""

import json
import re
import resource
import sys
from copy import copy
from decimal import Decimal
from io import BytesIO

MEMORY = 1 << 30
CPU_SECONDS = 60
# Both are how a mark is known again.
AUTHOR = "门户核对"
RULE = f'LEN("{AUTHOR}")>0'
COLOUR = "FFFFC7CE"
# C3 or C3:D9 of the formula's own sheet; what stands in quotes, names another sheet or begins a function is left alone.
_STRETCH = re.compile(
    r"""(?P<other>"[^"]*"|'[^']*'![$A-Z0-9:]+|[\w.]+![$A-Z0-9:]+|[A-Za-z_][\w.]*\()"""
    r"""|(?<![\w$])(?P<left>\$?[A-Z]{1,3}\$?)(?P<first>[1-9][0-9]*)"""
    r"""(?::(?P<right>\$?[A-Z]{1,3}\$?)(?P<last>[1-9][0-9]*))?(?![\w(])"""
)
NOTE_WIDTH, NOTE_HEIGHT = 280, 110


def edit(data: bytes, order: dict) -> bytes:
    """The workbook with the order carried out: former marks and dropped sheets go first."""
    from openpyxl import load_workbook  # reason: after the bounds are set

    book = load_workbook(BytesIO(data), rich_text=True)
    for name in order["dropped"]:
        if name in book.sheetnames and len(book.sheetnames) > 1:
            del book[name]
    if order["unmark"]:
        for sheet in book.worksheets:
            _unmark(sheet)
    for sheet, after, like, rows in reversed(order["rows"]):
        _add_rows(book[sheet], after, like, rows)
    for sheet, address, like in order["looks"]:
        book[sheet][address]._style = copy(book[sheet][like]._style)
    for sheet, address, kind, text in order["cells"]:
        _put(book[sheet][address], kind, text)
    _mark(book, order["marks"])
    for name, widths, rows in order["sheets"]:
        _add_sheet(book, name, widths, rows)
    for name, rows in order["hidden"]:
        _add_sheet(book, name, [], rows).sheet_state = "hidden"
    if order["active"] in book.sheetnames:
        book.active = book.sheetnames.index(order["active"])
        for sheet in book.worksheets:
            sheet.sheet_view.tabSelected = sheet.title == order["active"]
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _put(cell, kind: str, text: str) -> None:
    """Into a merged stretch its first cell; the others hold nothing."""
    if type(cell).__name__ == "MergedCell":
        return
    if kind == "blank":
        cell.value = None
    elif kind == "number":
        cell.value = Decimal(text)
    else:
        cell.value = text
        cell.data_type = "s"


def _mark(book, marks: list) -> None:
    from openpyxl.comments import Comment  # reason: after the bounds are set
    from openpyxl.formatting.rule import Rule  # reason: after the bounds are set
    from openpyxl.styles import PatternFill  # reason: after the bounds are set
    from openpyxl.styles.differential import DifferentialStyle  # reason: after the bounds are set

    told: dict[tuple[str, str], list[str]] = {}
    for sheet, address, sentence in marks:
        told.setdefault((sheet, address), []).append(sentence)
    fill = PatternFill(bgColor=COLOUR, fill_type="solid")
    for (sheet, address), sentences in told.items():
        cell = book[sheet][address]
        rule = Rule(type="expression", dxf=DifferentialStyle(fill=fill), formula=[RULE], stopIfTrue=True)
        book[sheet].conditional_formatting.add(address, rule)
        if type(cell).__name__ != "MergedCell":
            note = Comment("\n".join(sentences), AUTHOR)
            note.width, note.height = NOTE_WIDTH, NOTE_HEIGHT
            cell.comment = note


def _unmark(sheet) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if getattr(cell, "comment", None) is not None and cell.comment.author == AUTHOR:
                cell.comment = None
    formats = sheet.conditional_formatting
    kept = type(formats)()
    for ranges in formats:
        for rule in ranges.rules:
            if rule.formula != [RULE]:
                kept.add(str(ranges.sqref), rule)
    sheet.conditional_formatting = kept


def _add_rows(sheet, after: int, like: int, rows: list) -> None:
    """Below row `after`, pushing down what stands there, in the look of row `like`."""
    below = [(span.min_col, span.min_row, span.max_col, span.max_row) for span in sheet.merged_cells.ranges
             if span.min_row > after]
    for left, top, right, bottom in below:
        sheet.unmerge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    if after < sheet.max_row:
        for number in range(sheet.max_row, after, -1):
            sheet.row_dimensions[number + len(rows)].height = sheet.row_dimensions[number].height
        sheet.insert_rows(after + 1, len(rows))
    _move_formulas(sheet, after, len(rows))
    for left, top, right, bottom in below:
        sheet.merge_cells(start_row=top + len(rows), start_column=left, end_row=bottom + len(rows), end_column=right)
    height = sheet.row_dimensions[like].height
    for number, row in enumerate(rows, start=after + 1):
        if height:
            sheet.row_dimensions[number].height = height
        for place, (kind, text) in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            model = sheet.cell(like, place)
            if model.has_style:
                cell._style = copy(model._style)
            _put(cell, kind, text)


def _move_formulas(sheet, after: int, count: int) -> None:
    """What is summed up goes on to be: references below row `after` move down, a stretch that ends in it takes
    in what came below it."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f" and isinstance(cell.value, str):
                cell.value = _STRETCH.sub(lambda found: _moved(found, after, count), cell.value)


def _moved(found: re.Match, after: int, count: int) -> str:
    if found["other"]:
        return found[0]
    first, last = int(found["first"]), int(found["last"] or found["first"])
    reaches = last > after or (found["last"] is not None and first < last == after)
    start = first + count if first > after else first
    end = last + count if reaches else last
    return f"{found['left']}{start}" + (f":{found['right']}{end}" if found["last"] else "")


def _add_sheet(book, name: str, widths: list, rows: list):
    from openpyxl.styles import Alignment, Font  # reason: after the bounds are set
    from openpyxl.utils import get_column_letter  # reason: after the bounds are set

    sheet = book.create_sheet(name)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            _put(cell, "text", text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    return sheet


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    order = json.loads(sys.stdin.buffer.readline())
    sys.stdout.buffer.write(edit(sys.stdin.buffer.read(), order))


if __name__ == "__main__":
    main()
