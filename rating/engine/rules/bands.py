"""Rule that places a number in one of several adjoining bands."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from rating.engine.inputs import InputSpec
from rating.engine.params import Flaw, Param, Specs
from rating.engine.rules.base import (
    Ahead,
    Bounds,
    Judgement,
    Rule,
    Values,
    amount,
    demand_number,
    number,
    points_text,
)


class Interval(NamedTuple):
    """From `low` to `high`; None is open-ended. Which end belongs to it is the rule's `inclusive`."""

    low: Decimal | None
    high: Decimal | None
    points: Decimal

    def contains(self, value: Decimal, inclusive: str) -> bool:
        if inclusive == "lower":
            return (self.low is None or value >= self.low) and (self.high is None or value < self.high)
        return (self.low is None or value > self.low) and (self.high is None or value <= self.high)

    def describe(self, inclusive: str, spec: InputSpec) -> str:
        if self.low is None and self.high is None:
            return "任何数值"
        if self.low is None:
            assert self.high is not None
            high = amount(self.high, spec)
            return f"低于 {high}" if inclusive == "lower" else f"{high}及以下"
        low = amount(self.low, spec)
        if self.high is None:
            return f"{low}及以上" if inclusive == "lower" else f"高于 {low}"
        low_end, high_end = ("含", "不含") if inclusive == "lower" else ("不含", "含")
        return f"{low}（{low_end}）至 {amount(self.high, spec)}（{high_end}）"


@dataclass(frozen=True, slots=True)
class Band(Rule):
    input: str
    inclusive: str
    direction: str
    bands: tuple[Interval, ...]

    kind = "band"
    title = "分档计分"
    params = (
        Param("input", "input", "数值输入"),
        Param("inclusive", "side", "边界值归哪一档：lower 归以它为下限的档，upper 归以它为上限的档"),
        Param("direction", "direction", "higher 越高越好，lower 越低越好，none 不论"),
        Param("bands", "bands", "各档 {from, to, points}，自低到高，首档无 from，末档无 to"),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.input,)

    def earn(self, values: Values) -> Decimal:
        return self.bands[self._place(number(values, self.input))].points

    def judge(self, values: Values, specs: Specs) -> Judgement:
        band = self.bands[self._place(number(values, self.input))]
        return Judgement(band.points, f"处于“{band.describe(self.inclusive, specs[self.input])}”档")

    def describe(self, specs: Specs) -> str:
        spec = specs[self.input]
        return "；".join(f"{b.describe(self.inclusive, spec)}得 {points_text(b.points)}" for b in self.bands)

    def bounds(self, specs: Specs) -> Bounds:
        points = [band.points for band in self.bands]
        return min(points), max(points)

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        place = self._place(number(values, self.input))
        now = self.bands[place].points
        if self.direction == "higher":
            better = next((b for b in self.bands[place + 1 :] if b.points > now), None)
            return better and Ahead(self.input, better.low, self.inclusive == "upper", better.points)
        if self.direction == "lower":
            better = next((b for b in reversed(self.bands[:place]) if b.points > now), None)
            return better and Ahead(self.input, better.high, self.inclusive == "lower", better.points)
        return None

    def trends(self) -> dict[str, str]:
        return {} if self.direction == "none" else {self.input: self.direction}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "input", (self.input,), specs)
        if self.bands[0].low is not None:
            yield Flaw("bands", 0, "首档不得有 from：低于它的数值无档可归")
        if self.bands[-1].high is not None:
            yield Flaw("bands", len(self.bands) - 1, "末档不得有 to：高于它的数值无档可归")
        for index, (one, two) in enumerate(pairwise(self.bands), start=1):
            yield from _seam(index, one, two)
            yield from self._against_direction(index, one, two)

    def _place(self, value: Decimal) -> int:
        """The bands adjoin, so that the first whose upper end is not passed is the one."""
        if self.inclusive == "lower":
            for place, band in enumerate(self.bands):
                if band.high is None or value < band.high:
                    return place
        for place, band in enumerate(self.bands):
            if band.high is None or value <= band.high:
                return place
        raise AssertionError("the last band is open-ended")

    def _against_direction(self, index: int, one: Interval, two: Interval) -> Iterator[Flaw]:
        if self.direction == "higher" and two.points < one.points:
            yield Flaw("bands", index, "越高越好（direction: higher），分值却比前一档低")
        if self.direction == "lower" and two.points > one.points:
            yield Flaw("bands", index, "越低越好（direction: lower），分值却比前一档高")


def _seam(index: int, one: Interval, two: Interval) -> Iterator[Flaw]:
    if one.high is None or two.low is None:
        yield Flaw("bands", index, "只有首档可以没有 from，只有末档可以没有 to")
    elif one.high < two.low:
        yield Flaw("bands", index, f"与前一档之间有空档：{one.high} 至 {two.low} 无档可归")
    elif one.high > two.low:
        yield Flaw("bands", index, f"与前一档重叠：{two.low} 至 {one.high} 同属两档")
    if two.low is not None and two.high is not None and two.low >= two.high:
        yield Flaw("bands", index, "from 必须小于 to")
