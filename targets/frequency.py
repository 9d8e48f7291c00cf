"""Which periods a form of a frequency is asked for, and in which of them an indicator is."""

from datetime import date

from guandu.core.periods import Period, PeriodKind
from targets.enums import Frequency

MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}
KINDS = {
    Frequency.MONTH: PeriodKind.MONTH,
    Frequency.QUARTER: PeriodKind.QUARTER,
    Frequency.YEAR: PeriodKind.YEAR,
}
EXAMPLES = {Frequency.MONTH: "2026-09", Frequency.QUARTER: "2026Q3", Frequency.YEAR: "2026"}
PERIOD_WORDS = {Frequency.MONTH: "一个月份", Frequency.QUARTER: "一个季度", Frequency.YEAR: "一个年度"}


def fits(frequency: str, period: Period) -> bool:
    """Whether a form of `frequency` is asked for `period`."""
    return period.kind == KINDS[Frequency(frequency)]


def asked_in(frequency: str, period: Period) -> bool:
    """Whether an indicator of `frequency` is asked in a form for `period`: when its own period ends with
    it, so that a yearly number is asked in the fourth quarter only."""
    return period.last % MONTHS[Frequency(frequency)] == 0


def periods_of(frequency: str, year: int) -> list[Period]:
    """The periods of `frequency` in `year`, in their order."""
    months = MONTHS[Frequency(frequency)]
    return [Period(year, last - months + 1, last) for last in range(months, 13, months)]


def last_ended(frequency: str, day: date) -> Period:
    """The last period of `frequency` that was over before `day`."""
    return next(
        period
        for year in (day.year, day.year - 1)
        for period in reversed(periods_of(frequency, year))
        if period.end <= day
    )


def following(period: Period) -> Period:
    """The period of the same length after `period`."""
    months = period.last - period.first + 1
    start = period.end
    return Period(start.year, start.month, start.month + months - 1)


def earlier(period: Period, frequency: str) -> Period:
    """The last period, of the length of `period`, in which an indicator of `frequency` was asked: the one
    before, or for a slower indicator the one as many months back as it takes."""
    months = max(MONTHS[Frequency(frequency)], period.last - period.first + 1)
    end = 12 * period.year + period.last - 1 - months
    year, last = divmod(end, 12)
    return Period(year, last + 1 - (period.last - period.first), last + 1)
