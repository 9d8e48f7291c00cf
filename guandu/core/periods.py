"""Reporting periods: explicit ranges with one code each.

2026Q3 is the single quarter, 2026Q1-3 the cumulative one, 2026H1 the first half (the same days
as 2026Q1-2, which is read but never written), 2026 the year, 2026-09 a month. Days are business dates of Asia/Shanghai.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import total_ordering

from guandu.core.errors import Invalid


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    CUMULATIVE = "cumulative"
    YEAR = "year"


_CODE = re.compile(
    r"(?P<year>20\d\d)(?:(?P<half>H1)|Q1-(?P<upto>[23])|Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?"
)
_CHINESE_QUARTER = {1: "第一季度", 2: "第二季度", 3: "第三季度", 4: "第四季度"}


@total_ordering
@dataclass(frozen=True)
class Period:
    """Months `first`..`last` (1–12, inclusive) of `year`."""

    year: int
    first: int
    last: int

    @classmethod
    def parse(cls, code: str) -> "Period":
        """The period of `code`; raises Invalid in words for anything else."""
        match = _CODE.fullmatch(str(code).strip())
        if not match:
            raise Invalid(f"“{code}”不是报告期。请写成 2026Q3、2026Q1-3、2026H1、2026 或 2026-09。")
        year = int(match["year"])
        if match["month"]:
            return cls(year, int(match["month"]), int(match["month"]))
        if match["quarter"]:
            return cls.quarter(year, int(match["quarter"]))
        if match["half"]:
            return cls(year, 1, 6)
        if match["upto"]:
            return cls(year, 1, 3 * int(match["upto"]))
        return cls(year, 1, 12)

    @classmethod
    def quarter(cls, year: int, number: int) -> "Period":
        return cls(year, 3 * number - 2, 3 * number)

    @classmethod
    def quarter_of(cls, day: date) -> "Period":
        """The single quarter that the business date `day` lies in."""
        return cls.quarter(day.year, (day.month + 2) // 3)

    @property
    def kind(self) -> PeriodKind:
        if self.first == self.last:
            return PeriodKind.MONTH
        if self.last - self.first == 2:
            return PeriodKind.QUARTER
        return PeriodKind.YEAR if self.last - self.first == 11 else PeriodKind.CUMULATIVE

    @property
    def code(self) -> str:
        if self.kind is PeriodKind.MONTH:
            return f"{self.year}-{self.first:02d}"
        if self.kind is PeriodKind.QUARTER:
            return f"{self.year}Q{self.last // 3}"
        if self.kind is PeriodKind.YEAR:
            return str(self.year)
        return f"{self.year}H1" if self.last == 6 else f"{self.year}Q1-3"

    @property
    def label(self) -> str:
        """The name officials use: 2026年第三季度, 2026年上半年, 2026年1—9月, 2026年全年, 2026年9月."""
        if self.kind is PeriodKind.MONTH:
            return f"{self.year}年{self.first}月"
        if self.kind is PeriodKind.QUARTER:
            return f"{self.year}年{_CHINESE_QUARTER[self.last // 3]}"
        if self.kind is PeriodKind.YEAR:
            return f"{self.year}年全年"
        if self.last == 6:
            return f"{self.year}年上半年"
        return f"{self.year}年{self.first}—{self.last}月"

    @property
    def first_day(self) -> date:
        return date(self.year, self.first, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.last, monthrange(self.year, self.last)[1])

    @property
    def end(self) -> date:
        """The day after the last one: the open end of the half-open range."""
        return self.last_day + timedelta(days=1)

    @property
    def to_date(self) -> "Period":
        """The cumulative period from January to this one's last month."""
        return Period(self.year, 1, self.last)

    @property
    def year_before(self) -> "Period":
        return Period(self.year - 1, self.first, self.last)

    @property
    def before(self) -> "Period":
        """The month, quarter or year before; of a cumulative period, the one a quarter shorter (raises
        ValueError for the half year, whose shorter one is a quarter of its own)."""
        if self.kind is PeriodKind.CUMULATIVE:
            if self.last == 6:
                raise ValueError("No cumulative period before the half year.")
            return Period(self.year, 1, self.last - 3)
        months = self.last - self.first + 1
        end = self.first_day - timedelta(days=1)
        return Period(end.year, end.month - months + 1, end.month)

    @property
    def next_quarter(self) -> "Period":
        return Period.quarter_of(self.end)

    def __str__(self) -> str:
        return self.code

    def __lt__(self, other: "Period") -> bool:
        return (self.last_day, self.first_day) < (other.last_day, other.first_day)


def quarters(first: str, last: str) -> list[Period]:
    """Single quarters from `first` to `last`, both included."""
    current, end, found = Period.parse(first), Period.parse(last), []
    while current <= end:
        found.append(current)
        current = current.next_quarter
    return found
