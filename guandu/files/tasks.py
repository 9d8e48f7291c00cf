"""Jobs of this room."""

from guandu.files.actions import WATCH, alarm, sweep, sweep_folder
from guandu.files.queries import faults
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext


@job("files.watch", title="附件巡检与清理", daily_at=4)
def watch_files(context: JobContext) -> None:
    """Reads every file against its digest; the alarm is repeated until they are mended."""
    context.report(0, 2, "核对附件文件")
    found = list(faults())
    if found:
        with context.writing():
            alarm(sentences=found, by=WATCH)
    context.report(1, 2, "清理没有引用的文件")
    with context.writing():
        sweep(by=WATCH)
    swept = sweep_folder()
    words = f"发现 {len(found)} 个文件丢失或被改动" if found else "文件完好"
    context.report(2, 2, f"{words}，清理 {swept} 个无用文件")
