"""A long list as a workbook, written row by row to a file: the list is never in memory as a whole."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO

from guandu.exchange.writer import PLAIN, WrittenColumn

Cell = str | int | Decimal | None


def stream_workbook(
    name: str, columns: Sequence[WrittenColumn], rows: Iterable[Sequence[Cell]], *, mark: str
) -> IO[bytes]:
    """A workbook of one sheet `name`: a line with `mark`, the header, `rows`. Texts stay texts whatever
    they look like, numbers are numbers, None and "" are empty cells. Each page is printed with the mark."""
    import xlsxwriter  # reason: heavy, needed by few pages

    stream = TemporaryFile()  # noqa: SIM115  # reason: whoever sends it closes it
    book = xlsxwriter.Workbook(stream, {**PLAIN, "in_memory": False, "constant_memory": True})
    sheet = book.add_worksheet(name)
    sheet.set_footer("&L" + mark.replace("&", "&&")[:200] + "&R&P / &N")
    sheet.write_string(0, 0, mark, book.add_format({"font_color": "#7A4800", "italic": 1}))
    head = book.add_format(
        {"bold": 1, "bg_color": "#DCE6F1", "border": 1, "valign": "vcenter", "text_wrap": 1}
    )
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(1, place, column.title, head)
    sheet.freeze_panes(2, 1)
    sheet.repeat_rows(1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row):
            _write(sheet, number, place, value)
    book.close()
    stream.seek(0)
    return stream


def _write(sheet, number: int, place: int, value: Cell) -> None:
    if isinstance(value, str):
        if value:
            sheet.write_string(number, place, value)
    elif value is not None:
        sheet.write_number(number, place, value)
