"""Which quarter a page speaks of: the one asked for by ?period=, else the last one that has ended."""

from datetime import date, timedelta

from django.http import HttpRequest

from guandu.core import clock
from guandu.core.errors import Invalid
from guandu.core.periods import Period, PeriodKind


def last_ended_quarter(day: date) -> Period:
    """The quarter before the one that `day` lies in: the one being filed and reviewed now."""
    return Period.quarter_of(Period.quarter_of(day).first_day - timedelta(days=1))


def asked_quarter(request: HttpRequest) -> Period:
    """The quarter of ?period=; Invalid in words for anything that is not a single quarter."""
    code = request.GET.get("period", "")
    return quarter_of_code(code) if code else last_ended_quarter(clock.today())


def quarter_of_code(code: str) -> Period:
    """The single quarter of `code`; Invalid in words for anything else."""
    period = Period.parse(code)
    if period.kind is not PeriodKind.QUARTER:
        raise Invalid(f"“{code}”不是单个季度。请写成 2026Q3。")
    return period
