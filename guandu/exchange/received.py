"""An uploaded file, read by the child process and laid against the table that it is for."""

from collections.abc import Sequence
from dataclasses import dataclass

from guandu.core.digests import digest
from guandu.exchange.plain_workbooks import LONG, read_plain
from guandu.exchange.registers import Table
from guandu.exchange.tables import Column, read_table
from guandu.exchange.uploaded_rows import Rows, rows_of
from guandu.exchange.workbooks import read_text_table, read_workbook
from guandu.files.names import harmless_name


@dataclass(frozen=True)
class Received:
    file_name: str
    file_digest: str
    file_size: int
    rows: Rows


@dataclass(frozen=True)
class Sought:
    """What a file is read as: the sheet, its columns, the most rows, whether there may be thousands."""

    sheet: str
    columns: Sequence[Column]
    most: int
    long: bool = False


def receive(table: Table, data: bytes, name: str) -> Received:
    """The file `data`, called `name` by whoever sent it. Raises Invalid where it is not this table's."""
    name = harmless_name(name)
    return Received(name, digest(data), len(data), read_rows(data, name, sought_for(table)))


def sought_for(table: Table) -> Sought:
    return Sought(table.name, table.columns(), table.most, long=table.bulk is not None)


def read_rows(data: bytes, name: str, sought: Sought) -> Rows:
    """The rows of the file. Raises Invalid where it is not of this kind."""
    return _long_rows(data, name, sought) or _rows(data, name, sought)


def _long_rows(data: bytes, name: str, sought: Sought) -> Rows | None:
    """By the fast reader, where there may be many rows and it is sure of all of them."""
    if not sought.long or len(data) < LONG or not name.lower().endswith(".xlsx"):
        return None
    rows = read_plain(data, name, sought.sheet, sought.columns)
    return rows if rows and len(rows) <= sought.most else None


def _rows(data: bytes, name: str, sought: Sought) -> Rows:
    if name.lower().endswith(".csv"):
        sheets = read_text_table(data, name, sought.sheet)
    else:
        sheets = read_workbook(data, name)
    return rows_of(read_table(sheets, sought.sheet, sought.columns, most=sought.most))
