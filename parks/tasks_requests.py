"""企业诉求 from day to day: answers that nobody judged stand, and terms that are near or over are said."""

from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import NotReady
from guandu.core.working_days import is_working_day
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from parks.actions import request_watch, requests
from parks.queries.requests import unjudged

REQUESTS_JOB = "parks.requests"


@job(REQUESTS_JOB, title="企业诉求时限", daily_at=7)
def follow_requests(context: JobContext) -> None:
    """Done again on the same day it changes and tells nothing; on days off it only ends what is over."""
    day = clock.today()
    ended = 0
    for request in unjudged(day):
        with context.writing():
            ended += _lapse(request)
    context.report(1, 2, f"逾期未评价办结 {ended} 项")
    told = []
    if is_working_day(day):
        with context.writing():
            told = request_watch.remind(day=day, by=CALENDAR)
    context.report(2, 2, f"办结 {ended} 项，发出提醒 {len(told)} 条")


def _lapse(request) -> bool:
    """Whether it ended; one that was judged meanwhile is left alone."""
    try:
        requests.lapse(request=request, by=CALENDAR)
    except NotReady:
        return False
    return True
