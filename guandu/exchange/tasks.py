"""Long files are looked at and written in the background, by the same code as short ones."""

from guandu.core.actors import Service
from guandu.exchange import actions
from guandu.exchange.actions import CHECK_JOB, NEEDED, WRITE_JOB, Faulty, Moved
from guandu.exchange.models import Upload
from guandu.exchange.registers import table_of
from guandu.exchange.uploaded_rows import unpacked
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext

HOUSEKEEPING = Service("housekeeping", "例行清理")


@job(CHECK_JOB, title="核对导入文件", needs=NEEDED, queue="import")
def check_upload(context: JobContext, *, upload: int) -> None:
    """Lay down what the file would do."""
    row = Upload.objects.get(pk=upload)
    if row.state != Upload.State.CHECKING:
        return
    rows = unpacked(row.rows)
    context.report(0, len(rows), f"核对 {len(rows)} 行")
    report = actions.look(table=table_of(row.table), rows=rows, by=context.actor)
    context.report(len(rows), len(rows), f"核对 {len(rows)} 行")
    with context.writing():
        actions.settle(upload=row, report=report, by=context.actor)


@job(WRITE_JOB, title="导入登记内容", needs=NEEDED, queue="import")
def write_upload(context: JobContext, *, upload: int) -> None:
    """Write the file; where it can no longer be written, say so on its page."""
    row = Upload.objects.get(pk=upload)
    if row.state == Upload.State.WRITTEN:
        return
    context.report(0, row.report["seen"], "正在写入")
    try:
        with context.writing():
            report = actions.import_rows(upload=row, by=context.actor)
    except (Faulty, Moved) as refusal:
        with context.writing():
            actions.settle(upload=row, report=refusal.report, by=context.actor)
        raise
    context.report(report.seen, report.seen, f"新登记 {report.new} 条，修改 {report.changed} 条")


@job("exchange.purge", title="清理过期导入文件", daily_at=3)
def purge_old(context: JobContext) -> None:
    with context.writing():
        count = actions.purge(by=HOUSEKEEPING)
    context.report(count, count, f"清理 {count} 份")
