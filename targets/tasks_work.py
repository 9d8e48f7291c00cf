"""What the day has to say of tasks, by the clock."""

from guandu.core.actors import MESSENGER
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from targets.actions.task_reminders import remind

REMIND_TASKS_JOB = "targets.remind_tasks"


@job(REMIND_TASKS_JOB, title="提醒任务进展和超期任务", daily_at=7)
def remind_tasks(context: JobContext) -> None:
    """Done again it tells nobody anything twice."""
    context.report(0, 1, "查找待报进展和超期任务")
    count = remind(by=MESSENGER)
    context.report(1, 1, f"已发出 {count} 条提醒")
