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


def shifted(day: date, count: int) -> date:
    """The `count`-th working day after `day`, before it where `count` is negative; `day` itself for 0."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day
