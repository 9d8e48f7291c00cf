"""Milestones of plans as counted facts: done is what was reported with files and accepted by another person."""

from guandu.core.periods import Period
from targets.enums_plan import AccomplishmentState
from targets.models import Accomplishment
from targets.registered import Fact, registered_source


@registered_source("plan.milestones")
def accepted_milestones(period: Period, *, target: str) -> list[Fact]:
    """What was accepted of the target `target` and done by the period's last day."""
    rows = Accomplishment.objects.filter(
        target__code=target, state=AccomplishmentState.ACCEPTED, done_on__lte=period.last_day
    ).select_related("target")
    return [Fact("", row.done_on, f"{row.target.title} {row.done_on} 完成，{row.basis}") for row in rows.order_by("pk")]
