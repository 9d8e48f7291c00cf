"""The one clock. `today` is the business date, `now` the real moment.

While demonstration data is loaded `today` answers the demonstration date, so that "this quarter"
is the one the data speaks of. Stamps of audit, jobs and sessions are always real, in UTC.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
_UNSET = date.min
_fixed: ContextVar[date | None] = ContextVar("guandu_business_date", default=_UNSET)


def now() -> datetime:
    """The real moment, aware, in UTC."""
    return timezone.now()


def real_today() -> date:
    """The calendar date in Shanghai, whatever data is loaded."""
    return now().astimezone(SHANGHAI).date()


def today() -> date:
    """The business date: the demonstration date while demonstration data is loaded."""
    known = _fixed.get()
    return (demo_date() if known == _UNSET else known) or real_today()


def demo_date() -> date | None:
    """The demonstration date, or None when no demonstration data is loaded. One query."""
    from guandu.core.models import Demonstration  # reason: core.models imports this clock

    return Demonstration.objects.values_list("business_date", flat=True).first()


@contextmanager
def known_demo_date(day: date | None) -> Iterator[None]:
    """Answer `today` without asking the database again, e.g. for one request or one job."""
    token = _fixed.set(day)
    try:
        yield
    finally:
        _fixed.reset(token)
