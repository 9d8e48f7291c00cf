"""Working days by the State Council's holiday notices, Monday to Friday beyond what they cover."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import chinese_calendar

from guandu.core.periods import Period


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


def working_days_before(day: date, count: int) -> date:
    """The earliest day whose term of `count` working days has not run out on `day`."""
    first = day
    while shifted(first - timedelta(days=1), count) >= day:
        first -= timedelta(days=1)
    return first


class Schedule(Protocol):
    """Days after a period's end, as a form keeps them."""

    opens_days: int
    due_days: int
    closes_days: int


@dataclass(frozen=True)
class Days:
    """When a form for a period opens, is due and closes; `closes` None: when the office says so."""

    opens: date
    due: date
    closes: date | None


def days_of(schedule: Schedule, period: Period) -> Days:
    """The due day moves to the next working day, and the others keep to it: nothing is due before it
    opens, and closing counts from the day that it is due."""
    opens = period.last_day + timedelta(days=schedule.opens_days)
    due = next_working_day(max(opens, period.last_day + timedelta(days=schedule.due_days)))
    closes = next_working_day(due + timedelta(days=schedule.closes_days)) if schedule.closes_days else None
    return Days(opens, due, closes)


def shifted(day: date, count: int) -> date:
    """The `count`-th working day after `day`, before it where `count` is negative; `day` itself for 0."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_days_until(day: date, due: date) -> int:
    """How many working days are left on `day` until `due`, the last of them included; negative when it is past."""
    count, step = 0, timedelta(days=1 if due >= day else -1)
    while day != due:
        last, day = day, day + step
        count += step.days * is_working_day(day if step.days > 0 else last)
    return count
