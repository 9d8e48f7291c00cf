"""Writing a workbook that people fill in or keep: text stays text, choices drop down, the header is locked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTS = "选项"
# What a person's text may never become in a file that leaves the portal.
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


@dataclass(frozen=True)
class WrittenColumn:
    """A column: its title, how wide, what the cell's prompt says, and what it offers to choose from."""

    title: str
    width: int = 16
    prompt: str = ""
    choices: Sequence[str] = ()
    required: bool = False


def write_workbook(
    name: str,
    columns: Sequence[WrittenColumn],
    rows: Iterable[Sequence[str]] = (),
    *,
    open_rows: int = 0,
    notes: Sequence[str] = (),
) -> bytes:
    """A workbook with one sheet `name`: header, `rows`, then `open_rows` empty rows to fill in. With
    open rows the rest is locked. `notes` stand on a sheet of their own."""
    import xlsxwriter  # reason: heavy, needed by few pages

    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, PLAIN)
    sheet = book.add_worksheet(name)
    write_header(book, sheet, columns)
    rows = list(rows)
    body = book.add_format({"num_format": "@", "locked": 0, "valign": "top", "text_wrap": 1})
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row):
            sheet.write_string(number, place, text, body)
    if open_rows:
        _open(book, sheet, columns, len(rows) + 1, len(rows) + open_rows, body)
    _notes(book, notes)
    book.close()
    return stream.getvalue()


def write_header(book, sheet, columns: Sequence[WrittenColumn]) -> None:
    """The titles, in view while one scrolls and on every printed page; widths first, as a sheet that is
    written through wants them."""
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    head = book.add_format(
        {"bold": 1, "bg_color": "#DCE6F1", "border": 1, "text_wrap": 1, "valign": "vcenter", "align": "center"}
    )
    sheet.set_row(0, 30)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, f"{column.title}*" if column.required else column.title, head)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _open(book, sheet, columns: Sequence[WrittenColumn], first: int, last: int, body) -> None:
    lists = book.add_worksheet(LISTS)
    lists.hide()
    lists.protect()
    for number in range(first, last + 1):
        for place in range(len(columns)):
            sheet.write_blank(number, place, None, body)
    for place, column in enumerate(columns):
        if column.choices or column.prompt:
            sheet.data_validation(first, place, last, place, _validation(lists, place, column))
    sheet.protect("", {"format_cells": True, "format_columns": True, "format_rows": True, "autofilter": True})


def _validation(lists, place: int, column: WrittenColumn) -> dict:
    from xlsxwriter.utility import xl_range_abs  # reason: heavy, needed by few pages

    told = {"input_title": column.title[:32], "input_message": column.prompt[:255]} if column.prompt else {}
    if not column.choices:
        return {"validate": "any", **told}
    lists.write_column(0, place, list(column.choices))
    source = f"={LISTS}!{xl_range_abs(0, place, len(column.choices) - 1, place)}"
    refused = {"error_title": "请从列表中选择", "error_message": f"{column.title}请从下拉列表中选择。"}
    return {"validate": "list", "source": source, **told, **refused}


def _notes(book, notes: Sequence[str]) -> None:
    if not notes:
        return
    sheet = book.add_worksheet("填写说明")
    wrapped = book.add_format({"text_wrap": 1, "valign": "top"})
    sheet.set_column(0, 0, 90)
    for number, note in enumerate(notes):
        sheet.write_string(number, 0, note, wrapped)
    sheet.protect()
