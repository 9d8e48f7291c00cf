"""An uploaded file, read by the child process and laid against the table that it is for."""

from dataclasses import dataclass

from guandu.core.digests import digest
from guandu.exchange.plain_workbooks import LONG, read_plain
from guandu.exchange.registers import Table
from guandu.exchange.tables import read_table
from guandu.exchange.uploaded_rows import Rows, rows_of
from guandu.exchange.workbooks import read_text_table, read_workbook
from guandu.files.names import harmless_name


@dataclass(frozen=True)
class Received:
    file_name: str
    file_digest: str
    file_size: int
    rows: Rows


def receive(table: Table, data: bytes, name: str) -> Received:
    """The file `data`, called `name` by whoever sent it. Raises Invalid where it is not this table's."""
    name = harmless_name(name)
    return Received(name, digest(data), len(data), _long_rows(table, data, name) or _rows(table, data, name))


def _long_rows(table: Table, data: bytes, name: str) -> Rows | None:
    """By the fast reader, where there may be many rows and it is sure of all of them."""
    if table.bulk is None or len(data) < LONG or not name.lower().endswith(".xlsx"):
        return None
    rows = read_plain(data, name, table.name, table.columns())
    return rows if rows and len(rows) <= table.most else None


def _rows(table: Table, data: bytes, name: str) -> Rows:
    if name.lower().endswith(".csv"):
        sheets = read_text_table(data, name, table.name)
    else:
        sheets = read_workbook(data, name)
    return rows_of(read_table(sheets, table.name, table.columns(), most=table.most))
