"""Forms that open themselves, on their day."""

from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import PortalError
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from targets.actions.cycles import open_cycle
from targets.queries.calendar import due_to_open

OPEN_DUE_JOB = "targets.open_due"


@job(OPEN_DUE_JOB, title="按报送日历布置报表", daily_at=1)
def open_due(context: JobContext) -> None:
    """Each is an event of its own; done again it opens nothing twice. What is refused stands on the
    calendar as due and not opened."""
    due = due_to_open(clock.today())
    context.report(0, 1, f"应布置 {len(due)} 张报表")
    opened, refused = 0, []
    for entry in due:
        try:
            open_cycle(template=entry.template, period=entry.period.code, by=CALENDAR)
            opened += 1
        except PortalError as refusal:
            refused.append(refusal.message)
    context.report(1, 1, "；".join([f"已布置 {opened} 张报表", *refused])[:200])
