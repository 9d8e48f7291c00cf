"""The nightly watch over accounts: unused ones are closed, duties that nobody holds are recorded."""

from guandu.accounts.actions.sweep import sweep
from guandu.accounts.actions.vacancies import watch
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext

WATCH_JOB = "accounts.watch"


@job(WATCH_JOB, title="账号与岗位巡检", daily_at=2)
def watch_accounts(context: JobContext) -> None:
    """Each account closed and each vacancy is an event of its own; done again it changes nothing."""
    context.report(0, 2, "检查长期不用的账号")
    closed = sweep()
    context.report(1, 2, f"已停用 {len(closed)} 个账号，检查岗位空缺")
    begun, ended = watch()
    context.report(2, 2, f"停用账号 {len(closed)} 个，新增空缺 {begun} 项，结束空缺 {ended} 项")
