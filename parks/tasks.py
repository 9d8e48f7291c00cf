"""Jobs of this room."""

from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from parks.actions.watch import WATCH, alarm
from parks.queries.invariants import faults

WATCH_JOB = "register.watch"


@job(WATCH_JOB, title="空间与入驻巡检", daily_at=4)
def watch_register(context: JobContext) -> None:
    """Looks for overlaps every night; the alarm is repeated until they are mended."""
    context.report(0, 1, "核对空间使用和入驻时间")
    found = [fault.sentence for fault in faults(WATCH)]
    if found:
        with context.writing():
            alarm(sentences=found, by=WATCH)
    context.report(1, 1, f"发现 {len(found)} 处重叠或超出入驻时间" if found else "没有重叠")
