"""Files for the import pages, made as people make them, and the way they go through the pages."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from guandu.exchange.models import Upload
from guandu.exchange.registers import Table
from guandu.exchange.writer import WrittenColumn, write_workbook

Row = dict[str, str]


def book(table: Table, *rows: Row, columns: Sequence[str] = ()) -> bytes:
    """A workbook of texts: one row a dict of column keys."""
    wanted = [column for column in table.resource.columns if not columns or column.key in columns]
    texts = [[row.get(column.key, "") for column in wanted] for row in rows]
    heads = [WrittenColumn(column.title, required=column.required) for column in wanted]
    return write_workbook(table.name, heads, texts)


def upload(browser, table: Table, data: bytes, name: str = "登记.xlsx"):
    """Send the file; what the page answers, after its redirect."""
    return browser.post(
        f"/register/import/{table.code}/", {"file": SimpleUploadedFile(name, data)}, follow=True
    )


def confirm(browser, sent: Upload):
    return browser.post(f"/register/uploads/{sent.pk}/confirm/", follow=True)


def last() -> Upload:
    return Upload.objects.latest("pk")


def report(page):
    return page.context["report"]


def found_at(page) -> dict[str, str]:
    """Cell → sentence, of the page's report."""
    return {cell: group.sentence for group in report(page).groups for cell in group.cells}


def exported(browser, table: Table, kind: str = "xlsx", query: str = "") -> bytes:
    answer = browser.get(f"/register/export/{table.code}/?format={kind}{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def rows_of(data: bytes) -> list[dict]:
    """The rows of a workbook's first sheet by title, as a second reader sees them."""
    head, *rows = openpyxl.load_workbook(BytesIO(data)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def lines_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))
