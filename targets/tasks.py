"""Jobs of this room: reading and computing outside any transaction, writing in one short one."""

from collections.abc import Collection

from guandu.core.actors import MESSENGER, ROLL_UP
from guandu.core.periods import Period
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from targets.actions import drift, figures, reminders
from targets.actions.figure_building import Building, building, lay_out
from targets.models import FigureDue
from targets.queries.computed import computed_quarters, stored_quarters
from targets.queries.freshness import is_due
from targets.queries.progress import outcomes, stand_as


@job(figures.ROLL_UP_JOB, title="汇总核定数据")
def roll_up(context: JobContext, *, period: str) -> None:
    """Figures of the quarter `period` from its 核定值 and register facts, then the plan's targets. Where all that
    changed is of certain parks, only of them and of what they belong to."""
    quarter = Period.parse(period)
    context.report(0, 2, f"读取{quarter.label}核定数据")
    due = dict(FigureDue.objects.filter(quarter=quarter.code).values_list("pk", "park_code"))
    with building() as built:
        lay_out(built, quarter, parks=set(due.values()))
        context.report(1, 2, f"写入 {sum(part.count for part in built.parts)} 项数据")
        with context.finishing(2, "完成"):
            _store(built, due, context.job_id)


@job(figures.REBUILD_JOB, title="重算全部数据")
def rebuild(context: JobContext) -> None:
    """Every quarter computed beside what stands, then swapped in at once."""
    quarters = computed_quarters()
    with building() as built:
        for count, quarter in enumerate(quarters):
            context.report(count, len(quarters) + 1, f"重算{quarter.label}数据")
            lay_out(built, quarter)
        with context.finishing(len(quarters) + 1, "完成"):
            _store(built, {}, context.job_id)


def _store(built: Building, due: Collection[int], run: int) -> None:
    """Inside one transaction, so that no reader sees new figures beside old standings."""
    for quarter in figures.store(building=built, done=due, run=run, by=ROLL_UP):
        figures.store_results(quarter=quarter, outcomes=outcomes(quarter), run=run, by=ROLL_UP)


@job(figures.STANDINGS_JOB, title="计算目标进展")
def compute_standings(context: JobContext) -> None:
    """Each quarter's standings from the figures as they are stored; those that come out as they were stay as they are."""
    quarters = stored_quarters()
    changed = 0
    for count, quarter in enumerate(quarters):
        context.report(count, len(quarters), f"计算{quarter.label}目标进展")
        with context.writing():
            figures.hold(quarter)
            found = outcomes(quarter)
            if not stand_as(quarter, found):
                figures.store_results(quarter=quarter, outcomes=found, run=context.job_id, by=ROLL_UP)
                changed += 1
    context.report(len(quarters), len(quarters), f"{changed} 个季度有变动" if changed else "没有变动")


@job("figures.compare", title="核对已存数据", daily_at=2)
def compare(context: JobContext) -> None:
    """Every quarter computed again; what is stored otherwise is put right and named. A quarter that waits for its
    roll-up differs rightly and is left to it."""
    quarters = [quarter for quarter in computed_quarters() if not is_due(quarter)]
    found = 0
    for count, quarter in enumerate(quarters):
        context.report(count, len(quarters), f"核对{quarter.label}数据")
        with building() as built:
            lay_out(built, quarter)
            if built.differs():
                with context.writing():
                    healed = drift.heal(building=built, run=context.job_id, by=ROLL_UP)
                    if healed:
                        figures.ask_standings(by=ROLL_UP)
                    found += healed
    context.report(len(quarters), len(quarters), f"发现 {found} 项不符，已更正" if found else "全部相符")


@job("returns.remind", title="发送报送提醒", daily_at=8)
def remind(context: JobContext) -> None:
    """What the rules ask for today. Sent in the transaction that ends the job: all of it once, or nothing."""
    with context.writing():
        count = reminders.send_due(by=MESSENGER)
    context.report(count, count, f"发出 {count} 条消息")
