"""A straight line through known values, and how far the next one may lie from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from targets.progress.amounts import root
from targets.progress.student import LEVEL, quantile


@dataclass(frozen=True)
class Range:
    low: Fraction
    middle: Fraction
    high: Fraction

    @classmethod
    def around(cls, middle: Fraction, half: Fraction) -> "Range":
        return cls(middle - half, middle, middle + half)


@dataclass(frozen=True)
class Line:
    """Ordinary least squares of values on places (quarters or years), which may have holes."""

    count: int
    centre: Fraction
    level: Fraction
    slope: Fraction
    breadth: Fraction  # sum of squared distances of the places from their centre
    noise: Fraction  # variance of the values around the line

    def at(self, place: int) -> Fraction:
        return self.level + self.slope * (place - self.centre)

    def variance(self, place: int) -> Fraction:
        """Of a new value at `place` around the line's own."""
        return self.noise * (1 + Fraction(1, self.count) + (place - self.centre) ** 2 / self.breadth)

    def weight(self, known: int, place: int) -> Fraction:
        """By how much the line at `place` moves with the value at `known`."""
        return Fraction(1, self.count) + (place - self.centre) * (known - self.centre) / self.breadth

    @property
    def factor(self) -> Fraction:
        """From the standard error to half the range."""
        return quantile(self.count - 2)


def fitted(points: Mapping[int, Fraction], fuzz: Fraction = Fraction()) -> Line:
    """The line through three points or more. `fuzz` is the least variance that the values have: figures known to
    their last digit only are never exactly on a line."""
    count = len(points)
    centre, level = Fraction(sum(points), count), Fraction(sum(points.values()), count)
    breadth = sum(((place - centre) ** 2 for place in points), Fraction())
    slope = sum(((place - centre) * value for place, value in points.items()), Fraction()) / breadth
    rest = sum((value - level - slope * (place - centre)) ** 2 for place, value in points.items())
    return Line(count, centre, level, slope, breadth, max(Fraction(rest, count - 2), fuzz))


@dataclass(frozen=True)
class Level:
    """What stands at the end of each quarter, along a straight line."""

    line: Line

    def at(self, place: int) -> Range:
        return Range.around(self.line.at(place), self.line.factor * root(self.line.variance(place)))

    def method(self, place: int) -> str:
        return f"按 {self.line.count} 期数据的直线趋势（最小二乘法）外推，区间为 {LEVEL}% 预测区间"
