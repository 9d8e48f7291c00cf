"""Tables as districts really write them: rows of cells, merged stretches, and the workbook of them."""

from collections.abc import Sequence
from io import BytesIO

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

Rows = Sequence[Sequence[object]]
HEAD_FILL = "FFDDEBF7"
BODY_FILL = "FFFFF2CC"


def book(
    rows: Rows, merged: Sequence[str] = (), *, sheet: str = "报送表", head: int = 0, body: Sequence[int] = (),
    widths: Sequence[int] = (), hidden: Sequence[str] = (), other_sheets: Sequence[str] = (),
) -> bytes:
    """The rows as a workbook. `head` is printed bold on blue, `body` rows have borders and their own ground."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for span in merged:
        page.merge_cells(span)
    for place, width in enumerate(widths, start=1):
        page.column_dimensions[openpyxl.utils.get_column_letter(place)].width = width
    for letter in hidden:
        page.column_dimensions[letter].hidden = True
    columns = max(len(row) for row in rows)
    for number in ([head] if head else []) + list(body):
        _dress(page, number, columns, is_head=number == head)
    for name in other_sheets:
        made.create_sheet(name)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def _dress(page, number: int, columns: int, *, is_head: bool) -> None:
    line = Side(style="thin")
    page.row_dimensions[number].height = 36 if is_head else 24
    for place in range(1, columns + 1):
        cell = page.cell(number, place)
        cell.border = Border(left=line, right=line, top=line, bottom=line)
        cell.font = Font(name="仿宋", bold=is_head)
        cell.fill = PatternFill("solid", fgColor=HEAD_FILL if is_head else BODY_FILL)
        cell.alignment = Alignment(horizontal="center", wrap_text=True)


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(data))


def saved(made: openpyxl.Workbook) -> bytes:
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()
