"""A yearly flow projected from what has come in so far and the shares of past years.

Quarter j of a year brings total × share_j × (1 + e_j): the shares are the means of complete years, the spread of the
e_j is pooled over all years. Year by year the totals go along a straight line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from targets.progress.amounts import root
from targets.progress.seasons import QUARTERS, Years, complete, mean_shares
from targets.progress.student import LEVEL, quantile
from targets.progress.trend import Line, Range, fitted

# A quarter in which next to nothing used to come in can still vary.
_LEAST_SHARE = Fraction(1, 20)
_FEWEST_TOTALS = 3


def projected(points: Mapping[int, Fraction], fuzz: Fraction) -> "Flow | str":
    """The flow behind year-to-date values by place; or why there is none, as a sentence without its full stop."""
    years: dict[int, dict[int, Fraction]] = {}
    for place, value in points.items():
        years.setdefault(place // 4, {})[place % 4 + 1] = value
    whole = complete(years)
    if not whole:
        return "没有一个四个季度齐全的年度，看不出各季比重"
    flow = Flow(years, mean_shares(whole), len(whole), fuzz)
    if flow.shares[flow.last_quarter] <= 0 or flow.so_far <= 0:
        return "累计数不大于零，不能按比重推算"
    if flow.freedom < 1:
        return "只有一个完整年度，看不出各季比重的波动，不足以给出区间"
    return flow


@dataclass(frozen=True)
class Flow:
    years: Years
    shares: Mapping[int, Fraction]  # cumulative
    complete: int
    fuzz: Fraction

    @cached_property
    def last_year(self) -> int:
        return max(self.years)

    @cached_property
    def last_quarter(self) -> int:
        return max(self.years[self.last_year])

    @property
    def so_far(self) -> Fraction:
        return self.years[self.last_year][self.last_quarter]

    @property
    def total(self) -> Fraction:
        """Of the last year, by what has come in."""
        return self.so_far / self.shares[self.last_quarter]

    @cached_property
    def part(self) -> Mapping[int, Fraction]:
        """The share of each quarter by itself."""
        return {number: self.shares[number] - self.shares.get(number - 1, Fraction()) for number in QUARTERS}

    @cached_property
    def freedom(self) -> int:
        """Of the spread: the quarters known, less one total a year and the three shares that are free."""
        return sum(len(by) - 1 for by in self._usable.values()) - 3

    @cached_property
    def _usable(self) -> Years:
        """Years of which a total can be told from the last value."""
        return {year: by for year, by in self.years.items() if by[max(by)] > 0 and self.shares[max(by)] > 0}

    @cached_property
    def noise(self) -> Fraction:
        """The variance of the e_j."""
        squares = Fraction()
        for by in self._usable.values():
            total = by[max(by)] / self.shares[max(by)]
            before = 0
            for number in sorted(by):
                amount = by[number] - (by[before] if before else 0)
                share = sum(self.part[each] for each in range(before + 1, number + 1))
                width = sum(self._width(each) for each in range(before + 1, number + 1))
                squares += (amount / total - share) ** 2 / width
                before = number
        return squares / self.freedom

    def _width(self, number: int) -> Fraction:
        return max(abs(self.part[number]), _LEAST_SHARE) ** 2

    def _spread(self, weights: Mapping[int, Fraction]) -> Fraction:
        """The variance of Σ weight × share × e as a part of the total squared, the shares being means themselves."""
        known = 1 + Fraction(1, self.complete)
        return self.noise * known * sum(weights[each] ** 2 * self._width(each) for each in QUARTERS)

    def at(self, place: int) -> Range | str:
        """What has come in by the quarter at `place`, after the last known one; or why it cannot be said."""
        year, number = place // 4, place % 4 + 1
        if year == self.last_year:
            half = quantile(self.freedom) * root(max(self._this_year(number), self.fuzz))
            return self._not_falling(Range.around(self.total * self.shares[number], half))
        if len(self._totals) < _FEWEST_TOTALS:
            return f"只有 {len(self._totals)} 个年度的总量，至少 {_FEWEST_TOTALS} 个才能推算以后年度"
        return self._later(year, number)

    def _this_year(self, number: int) -> Fraction:
        """The variance of the last year's amount by `number`: what is still to come follows what has come."""
        rest = (self.shares[number] - self.shares[self.last_quarter]) / self.shares[self.last_quarter]
        weights = {
            each: -rest if each <= self.last_quarter else Fraction(each <= number) for each in QUARTERS
        }
        return self.total**2 * self._spread(weights)

    def _not_falling(self, found: Range) -> Range:
        """Where nothing ever went back, what has come in stays."""
        rows = [[Fraction(), *(by[number] for number in sorted(by))] for by in self.years.values()]
        if any(row != sorted(row) for row in rows):
            return found
        return Range(
            max(found.low, self.so_far), max(found.middle, self.so_far), max(found.high, self.so_far)
        )

    @cached_property
    def _totals(self) -> Mapping[int, Fraction]:
        known = {year: by[4] for year, by in self.years.items() if 4 in by}
        return known | {self.last_year: self.total}

    @cached_property
    def _trend(self) -> Line:
        return fitted(self._totals, self.fuzz)

    def _later(self, year: int, number: int) -> Range:
        total, share = self._trend.at(year), self.shares[number]
        # How the year's amount falls on its quarters.
        within = {each: 1 - share if each <= number else -share for each in QUARTERS}
        pooled = total**2 * self._spread(within)
        if self.last_quarter < 4:
            pooled += (self._trend.weight(self.last_year, year) * share) ** 2 * self._this_year(4)
        variance = (
            self._trend.factor**2 * share**2 * self._trend.variance(year)
            + quantile(self.freedom) ** 2 * pooled
        )
        return Range.around(total * share, root(variance))

    def method(self, place: int) -> str:
        shares = f"按 {self.complete} 个完整年度各季累计占全年的比重推算"
        if place // 4 == self.last_year:
            return f"{shares}{self.last_year}年，区间来自各季比重的波动（{LEVEL}%）"
        first = "" if self.last_quarter == 4 else f"先{shares}{self.last_year}年全年，再"
        end = f"按 {len(self._totals)} 个年度总量的直线趋势推算{place // 4}年"
        return f"{first}{end}，区间为 {LEVEL}% 预测区间"
