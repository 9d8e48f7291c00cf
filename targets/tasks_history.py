"""Checking and storing a workbook of 历史补录 in the background."""

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid
from guandu.exchange.received import Sought, read_rows
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from targets.actions import history
from targets.enums_history import HistoryState
from targets.models import HistoryBatch
from targets.queries.history.check import check
from targets.queries.history.context import SHEET, Context
from targets.queries.history.original import read_original

MOST_ROWS = 50_000
NEEDED = Permission.HISTORY_ENTER


@job(history.CHECK_JOB, title="核对补录文件", needs=NEEDED, queue="import")
def check_batch(context: JobContext, *, batch: int) -> None:
    """Read the kept original and lay down what it comes to."""
    row = HistoryBatch.objects.get(pk=batch)
    if row.state != HistoryState.CHECKING:
        return
    context.report(0, 3, "读取文件")
    known = Context(context.actor)
    try:
        rows = read_rows(read_original(row), row.file_name, Sought(SHEET, known.table, MOST_ROWS, long=True))
    except Invalid as refusal:
        with context.finishing(3, "文件不能读取"):
            history.refuse(batch=row, sentence=refusal.message, by=context.actor)
        return
    context.report(1, 3, f"核对 {len(rows)} 行")
    found = check(rows, known)
    context.report(2, 3, "写入核对结果")
    with context.finishing(3, f"核对 {rows.seen} 行"):
        history.settle(batch=row, found=found, by=context.actor)


@job(history.STORE_JOB, title="写入补录内容", needs=NEEDED, queue="import")
def store_batch(context: JobContext, *, batch: int) -> None:
    """Store every line at once."""
    row = HistoryBatch.objects.defer("content").get(pk=batch)
    if row.state != HistoryState.READY:
        return
    context.report(0, 1, f"写入 {row.line_count} 行")
    with context.finishing(1, f"写入 {row.line_count} 行"):
        history.store(batch=row, by=context.actor)
