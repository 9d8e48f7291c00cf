"""Rows leave the portal as a workbook or as text: texts stay texts, numbers stay numbers.

A row is written as it is read from the database, so that a long list takes no more memory than a short one.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from tempfile import TemporaryFile
from typing import BinaryIO

from guandu.exchange.cells import Cell
from guandu.exchange.writer import PLAIN, TYPE, WrittenColumn, write_header

TYPES = {"xlsx": TYPE, "csv": "text/csv; charset=utf-8"}
CSV_LINES = 500
# What a spreadsheet would take for a formula; an apostrophe before it, and one more where one is already.
DANGEROUS = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
# A workbook's own numbers are binary: what is longer goes as text, digit for digit.
SURE_DIGITS = 15


def as_workbook(name: str, columns: Sequence[WrittenColumn], rows: Iterable[Sequence[Cell]]) -> BinaryIO:
    """An open file at its beginning, with one sheet `name`."""
    import xlsxwriter  # reason: heavy, needed by few pages

    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    book = xlsxwriter.Workbook(file, {**PLAIN, "in_memory": False, "constant_memory": True})
    sheet = book.add_worksheet(name)
    write_header(book, sheet, columns)
    text = book.add_format({"num_format": "@", "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            _write(sheet, number, place, cell, text, day)
    book.close()
    file.seek(0)
    return file


def _write(sheet, number: int, place: int, cell: Cell, text, day) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, date):
        sheet.write_datetime(number, place, cell, day)
    elif isinstance(cell, int | Decimal) and len(Decimal(cell).as_tuple().digits) <= SURE_DIGITS:
        sheet.write_number(number, place, cell)
    else:
        sheet.write_string(number, place, str(cell), text)


def as_csv(columns: Sequence[WrittenColumn], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The lines in pieces, with the mark by which a spreadsheet knows UTF-8."""
    out = StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow([column.title for column in columns])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_harmless(cell) for cell in row])
        if number % CSV_LINES == 0:
            yield _taken(out)
    yield _taken(out)


def _harmless(cell: Cell) -> str:
    """Text that a spreadsheet would calculate is marked; a number is one, also below zero."""
    if isinstance(cell, str):
        return f"'{cell}" if DANGEROUS.match(cell) else cell
    return "" if cell is None else format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _taken(out: StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()
