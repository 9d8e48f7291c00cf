"""Jobs of this room: reading and computing outside any transaction, writing in one short one."""

from guandu.core.actors import MESSENGER, ROLL_UP
from guandu.core.periods import Period
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from targets.actions import figures, reminders
from targets.queries.progress import outcomes
from targets.queries.rollup import compute, read_inputs


@job(figures.ROLL_UP_JOB, title="汇总核定数据")
def roll_up(context: JobContext, *, period: str) -> None:
    """Figures of the quarter `period` from its 核定值 and register facts, then the plan's targets."""
    quarter = Period.parse(period)
    context.report(0, 2, f"读取{quarter.label}核定数据")
    inputs = read_inputs(quarter)
    rows = compute(inputs)
    context.report(1, 2, f"写入 {len(rows)} 项数据")
    with context.finishing(2, "完成"):
        figures.store(inputs=inputs, rows=rows, run=context.job_id, by=ROLL_UP)
        # Inside the same transaction, so that no reader sees new figures beside old standings.
        figures.store_results(quarter=quarter, outcomes=outcomes(quarter), run=context.job_id, by=ROLL_UP)


@job("returns.remind", title="发送报送提醒", daily_at=8)
def remind(context: JobContext) -> None:
    """What the rules ask for today. Sent in the transaction that ends the job: all of it once, or nothing."""
    with context.writing():
        count = reminders.send_due(by=MESSENGER)
    context.report(count, count, f"发出 {count} 条消息")
