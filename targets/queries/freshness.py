"""Which quarters' figures wait to be rolled up again. Grain: a quarter."""

from datetime import datetime

from django.db.models import Max, Q

from guandu.core.periods import Period
from guandu.jobs.models import Job
from targets.models import Figure, TargetResult

ROLL_UP_JOB = "figures.roll_up"
_WAITS = Q(state__in=[Job.State.QUEUED, Job.State.RUNNING])
_ENDED_ILL = Q(state__in=[*Job.RETRIED, Job.State.CANCELLED])
_DONE = Q(state=Job.State.DONE)


def waiting_quarters() -> dict[str, datetime | None]:
    """Quarter code → when its last finished roll-up ended, None before the first; only quarters whose figures
    lag behind what is approved: a roll-up waits, runs, or ended ill and none has been done since. Two queries.
    """
    jobs = Job.objects.filter(kind=ROLL_UP_JOB).exclude(key="").order_by().values("key")
    found = jobs.annotate(
        open=Max("pk", filter=_WAITS),
        ill=Max("pk", filter=_ENDED_ILL),
        done=Max("pk", filter=_DONE),
        ended=Max("finished_at", filter=_DONE),
    ).filter(Q(open__isnull=False) | Q(ill__isnull=False))
    lagging = list(found)
    stored = _stored([row["key"] for row in lagging])
    return {
        row["key"]: row["ended"]
        for row in lagging
        if row["open"] or row["ill"] > max(row["done"] or 0, stored.get(row["key"], 0))
    }


def _stored(quarters: list[str]) -> dict[str, int]:
    """The roll-up that stored last: jobs that are done are forgotten after half a year, failed ones are not."""
    rows = TargetResult.objects.filter(period__in=quarters).order_by().values_list("period")
    return dict(rows.annotate(Max("run"))) if quarters else {}


def quarter_of(figure: Figure) -> str:
    """The code of the quarter whose roll-up makes the figure."""
    return Period.quarter_of(Period.parse(figure.period).last_day).code
