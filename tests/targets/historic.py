"""Workbooks of old numbers, made as people make them, and batches at each state."""

from io import BytesIO

import openpyxl

from guandu.accounts.models import User
from guandu.files.inspection import check as check_file
from guandu.files.kinds import XLSX
from guandu.jobs.worker import run_waiting
from targets.actions import history, history_signing
from targets.models import HistoryBatch
from targets.queries.history.context import SHEET

FIXED = ("范围类型", "范围", "报告期", "来源文件", "统一社会信用代码", "企业名称")
REV, FIRMS = "营业收入（万元，本年累计）", "入驻企业数（家，期末数）"
DOCUMENT = "官政办〔2024〕1号"


def line(kind: str, scope: str, period, *values, document: str = DOCUMENT, code: str = "", firm: str = "") -> list:
    """A row: what it is about, then its numbers."""
    return [kind, scope, period, document, code, firm, *values]


def book(*rows: list, titles=(REV,), sheet: str = SHEET, blank: int = 0, more=()) -> bytes:
    """A workbook with `blank` formatted empty rows between the header and the rows; `more` are other sheets."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = sheet
    page.append([*FIXED, *titles])
    for number in range(2, 2 + blank):
        page.cell(number, 1).number_format = "@"
    for at, row in enumerate(rows, start=2 + blank):
        for column, value in enumerate(row, start=1):
            if value not in ("", None):
                page.cell(at, column).value = value
    for name in more:
        made.create_sheet(name).append(["说明"])
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def kept(data: bytes, by: User, name: str = "旧台账") -> HistoryBatch:
    """Sent in, and not looked at yet."""
    return history.keep(name=name, file=check_file(data, "旧台账.xlsx", (XLSX,)), by=by)


def checked(data: bytes, by: User, name: str = "旧台账") -> HistoryBatch:
    batch = kept(data, by, name)
    run_waiting()
    return HistoryBatch.objects.get(pk=batch.pk)


def stored(data: bytes, by: User) -> HistoryBatch:
    batch = checked(data, by)
    assert batch.state == "ready", batch.report
    history.confirm(batch=batch, by=by)
    run_waiting()
    return HistoryBatch.objects.get(pk=batch.pk)


def signed(data: bytes, by: User, signer: User) -> HistoryBatch:
    batch = history_signing.sign(batch=stored(data, by), by=signer)
    run_waiting()
    return HistoryBatch.objects.get(pk=batch.pk)


def faults(batch: HistoryBatch) -> dict[str, str]:
    """Cell → sentence."""
    return {cell: group["sentence"] for group in batch.report["groups"] for cell in group["cells"]}
