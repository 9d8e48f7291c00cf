"""数据汇总情况. Grain: a quarter with its last roll-up and the one that waits, runs or ended ill."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max

from guandu.accounts.models import User
from guandu.core.periods import Period
from guandu.jobs.models import Job
from targets.models import Figure
from targets.queries.freshness import REBUILD_JOB, ROLL_UP_JOB, waiting_quarters
from targets.queries.quarters import offered_quarters


@dataclass(frozen=True)
class RollUp:
    """`last` ended well; `open` has not, where the quarter lags behind what is approved. `figures` are stored
    numbers of the quarter, `changed` those that the last one changed."""

    quarter: Period
    last: Job | None
    open: Job | None
    figures: int
    changed: int
    as_of: datetime | None
    may_retry: bool

    @property
    def took(self) -> timedelta | None:
        return self.last.finished_at - self.last.started_at if self.last and self.last.started_at else None

    @property
    def works(self) -> bool:
        return self.open is not None and not self.open.has_ended


def rolled_up_quarters() -> list[Period]:
    """Quarters that forms or roll-ups were asked for, or that have figures, newest first. Five queries."""
    codes = set(Figure.objects.order_by().values_list("period", flat=True).distinct())
    codes |= set(
        Job.objects.filter(kind=ROLL_UP_JOB)
        .exclude(key="")
        .order_by()
        .values_list("key", flat=True)
        .distinct()
    )
    stored = {Period.quarter_of(Period.parse(code).last_day) for code in codes}
    return sorted(stored.union(offered_quarters()), reverse=True)


def roll_ups(user: User) -> list[RollUp]:
    """Every such quarter. A fixed number of queries."""
    quarters = rolled_up_quarters()
    last, newest = _newest(user, state=Job.State.DONE), _newest(user)
    waiting, stored = waiting_quarters(), _stored()
    return [
        _roll_up(
            each, last.get(each.code), newest.get(each.code) if each.code in waiting else None, stored, user
        )
        for each in quarters
    ]


def rebuild_under_way() -> bool:
    """Whether all quarters are being computed anew, or wait to be."""
    return Job.objects.filter(kind=REBUILD_JOB, state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists()


def _newest(user: User, **state) -> dict[str, Job]:
    """Quarter → its newest roll-up that the person may see."""
    jobs = Job.objects.visible_to(user).filter(kind=ROLL_UP_JOB, **state)
    keys = jobs.order_by().values("key").annotate(Max("pk")).values("pk__max")
    return {job.key: job for job in Job.objects.visible_to(user).filter(pk__in=keys)}


def _stored() -> dict[str, dict[int, tuple[int, datetime]]]:
    """Quarter → roll-up → how many figures bear its number, and its time. The counts are the district's."""
    rows = Figure.objects.order_by().values_list("period", "run").annotate(Count("pk"), Max("computed_at"))
    found: dict[str, dict[int, tuple[int, datetime]]] = {}
    for period, run, count, at in rows:
        quarter = found.setdefault(Period.quarter_of(Period.parse(period).last_day).code, {})
        before = quarter.get(run, (0, at))
        quarter[run] = (before[0] + count, max(before[1], at))
    return found


def _roll_up(quarter: Period, last: Job | None, open_: Job | None, stored: dict, user: User) -> RollUp:
    runs = stored.get(quarter.code, {})
    return RollUp(
        quarter=quarter,
        last=last,
        open=open_,
        figures=sum(count for count, _ in runs.values()),
        changed=runs.get(last.pk, (0, None))[0] if last else 0,
        as_of=max((at for _, at in runs.values()), default=None),
        may_retry=open_ is not None and open_.waits_for_retry_by(user),
    )
