"""What comes into force by itself: names and accepted proposals, each on its day."""

from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import Conflict, Invalid
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from parks.actions import naming, proposals
from parks.queries.calendar import names_due, overtaken_proposals, proposals_due

CALENDAR_JOB = "parks.calendar"


@job(CALENDAR_JOB, title="登记变更按期生效", daily_at=0)
def put_into_force(context: JobContext) -> None:
    """Each is an event of its own; done again it changes nothing. What can no longer be is counted and
    stands on the data-quality page (a name) or among the proposals (stale)."""
    today = clock.today()
    refused = sum(not _name(row) for row in names_due(today))
    context.report(1, 3, "名称已生效，检查变更申请")
    applied = [proposal for proposal in proposals_due(today) if _apply(proposal)]
    context.report(2, 3, f"{len(applied)} 项变更生效，检查待审核的申请")
    stale = overtaken_proposals()
    for proposal in stale:
        proposals.lapse(proposal=proposal, by=CALENDAR)
    words = f"变更生效 {len(applied)} 项，申请失效 {len(stale)} 项"
    context.report(3, 3, f"{words}，名称未能生效 {refused} 项" if refused else words)


def _name(row) -> bool:
    try:
        naming.put_into_force(row=row, by=CALENDAR)
    except Invalid:
        return False
    return True


def _apply(proposal) -> bool:
    """Whether it came into force; what was overtaken lapses, what cannot be stays accepted."""
    try:
        proposals.apply(proposal=proposal, by=CALENDAR)
    except Conflict:
        proposals.lapse(proposal=proposal, by=CALENDAR)
        return False
    except Invalid:
        return False
    return True
