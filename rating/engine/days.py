"""Days and years as the engine needs them: read from text, never from a clock."""

import re
from datetime import date, timedelta

_YEAR = re.compile(r"(\d{4})$")
_QUARTER = re.compile(r"(\d{4})Q(?:1-)?([1-4])$")


def parse_day(text: str) -> date | None:
    """A day written 2026-12-31, or None."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def last_day(period: str) -> date | None:
    """The last day of 2026, 2026Q3 or 2026Q1-3, or that day itself; None for any other text."""
    if found := _YEAR.match(period):
        return date(int(found[1]), 12, 31)
    if found := _QUARTER.match(period):
        month = int(found[2]) * 3
        first_of_next = date(int(found[1]) + month // 12, month % 12 + 1, 1)
        return first_of_next - timedelta(days=1)
    return parse_day(period)


def back(day: date, *, years: int = 0, months: int = 0) -> date:
    """The same day that long before; the end of the month where that day does not exist."""
    total = day.year * 12 + day.month - 1 - years * 12 - months
    year, month = divmod(total, 12)
    return _clipped(year, month + 1, day.day)


def whole_years(start: date, end: date) -> int:
    """Full years from `start` to `end`; negative when `start` comes later."""
    if start > end:
        return -whole_years(end, start)
    years = end.year - start.year
    return years if _clipped(end.year, start.month, start.day) <= end else years - 1


def _clipped(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1
