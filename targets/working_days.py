"""Working days by the State Council's holiday notices, Monday to Friday beyond what they cover."""

from datetime import date, timedelta

import chinese_calendar


def is_working_day(day: date) -> bool:
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        # The notice for that year is not out yet (or not in the calendar's data).
        return day.weekday() < 5


def next_working_day(day: date) -> date:
    """`day` itself when people work on it, else the first working day after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def working_days_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`: the last day of a term of so many 工作日."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_before(day: date, count: int) -> date:
    """The earliest day whose term of `count` working days has not run out on `day`."""
    first = day
    while working_days_after(first - timedelta(days=1), count) >= day:
        first -= timedelta(days=1)
    return first
