"""Rules that take a number as it is: a rank, a score given elsewhere, an experts' mark, a formula."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from rating.engine import numbers
from rating.engine.expression import Expression
from rating.engine.params import Flaw, Param, Specs, optional
from rating.engine.rules.base import (
    Ahead,
    Bounds,
    Judgement,
    Rule,
    Values,
    demand_number,
    number,
    points_text,
)


class Place(NamedTuple):
    """Up to and including this rank or percentage."""

    to: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class RankPoints(Rule):
    input: str
    places: tuple[Place, ...]
    others: Decimal

    kind = "rank_points"
    title = "按名次计分"
    params = (
        Param("input", "input", "名次或百分位（derive: cohort）"),
        Param("places", "places", "各档 {to, points}，自前至后，to 含在内"),
        optional("others", "number", "其余的分值，默认 0", numbers.ZERO),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.input,)

    def earn(self, values: Values) -> Decimal:
        value = number(values, self.input)
        return next((each.points for each in self.places if value <= each.to), self.others)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        value = number(values, self.input)
        place = next((each for each in self.places if value <= each.to), None)
        if place is None:
            return Judgement(self.others, f"在前 {numbers.plain(self.places[-1].to)} 之外")
        return Judgement(place.points, f"在前 {numbers.plain(place.to)} 之内")

    def describe(self, specs: Specs) -> str:
        places = "；".join(
            f"前 {numbers.plain(each.to)} 得 {points_text(each.points)}" for each in self.places
        )
        return f"{specs[self.input].title}{places}；其余得 {points_text(self.others)}"

    def bounds(self, specs: Specs) -> Bounds:
        points = [each.points for each in self.places] + [self.others]
        return min(points), max(points)

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        value = number(values, self.input)
        now = next((each.points for each in self.places if value <= each.to), self.others)
        better = [each for each in self.places if each.to < value and each.points > now]
        return Ahead(self.input, better[-1].to, False, better[-1].points) if better else None

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "input", (self.input,), specs)
        for index in range(1, len(self.places)):
            if self.places[index].to <= self.places[index - 1].to:
                yield Flaw("places", index, "必须自前至后，且不得重复")


@dataclass(frozen=True, slots=True)
class Scaled(Rule):
    """A score given elsewhere, on its own scale, in proportion; an experts' mark is one."""

    input: str
    source: tuple[Decimal, Decimal]
    points: tuple[Decimal, Decimal]
    clamp: str

    kind = "imported"
    title = "外部得分换算"
    params = (
        Param("input", "input", "数值输入：别处评定的得分、专家评分合成（derive: experts）"),
        Param("source", "pair", "原分制 [最低, 最高]"),
        Param("points", "pair", "换算为 [分值, 分值]"),
        optional(
            "clamp", "clamp", "超出原分制：both 按端点计（默认），none 顺延，low、high 只限一端", "both"
        ),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.input,)

    def earn(self, values: Values) -> Decimal:
        (low, high), (least, most) = self.source, self.points
        value = number(values, self.input)
        value = max(value, low) if self.clamp in ("both", "low") else value
        value = min(value, high) if self.clamp in ("both", "high") else value
        return least + (value - low) * (most - least) / (high - low)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        low, high = self.source
        return Judgement(self.earn(values), f"自 {numbers.plain(low)}—{numbers.plain(high)} 分制换算")

    def describe(self, specs: Specs) -> str:
        (low, high), (least, most) = self.source, self.points
        return (
            f"{specs[self.input].title} {numbers.plain(low)} 至 {numbers.plain(high)} 按比例换算为 "
            f"{numbers.plain(least)} 至 {points_text(most)}"
        )

    def bounds(self, specs: Specs) -> Bounds:
        low, high = min(self.points), max(self.points)
        rising = self.points[1] > self.points[0]
        open_low, open_high = self.clamp in ("none", "high"), self.clamp in ("none", "low")
        sinks, rises = (open_low, open_high) if rising else (open_high, open_low)
        return None if sinks else low, None if rises else high

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        rising = self.points[1] > self.points[0]
        goal = self.source[1] if rising else self.source[0]
        value = number(values, self.input)
        if value == goal or (value > goal) == rising:
            return None
        return Ahead(self.input, goal, False, max(self.points))

    def trends(self) -> dict[str, str]:
        return {self.input: "higher" if self.points[1] > self.points[0] else "lower"}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "input", (self.input,), specs)
        if self.source[1] <= self.source[0]:
            yield Flaw("source", None, "最高必须大于最低")
        if self.points[1] == self.points[0]:
            yield Flaw("points", None, "两端的分值不得相同")


@dataclass(frozen=True, slots=True)
class FormulaRule(Rule):
    expression: Expression

    kind = "formula"
    title = "按算式计分"
    params = (
        Param(
            "expression", "expression", "由输入名、数、+ - * / ( ) 和 min、max、abs 组成的算式，结果为分值"
        ),
    )

    def reads(self) -> tuple[str, ...]:
        return self.expression.names

    def absent(self, values: Values) -> tuple[str, ...]:
        gaps = tuple(name for name in self.reads() if values[name] is None)
        if gaps or self._value(values) is not None:
            return gaps
        return self.reads()

    def earn(self, values: Values) -> Decimal:
        value = self._value(values)
        assert value is not None
        return value

    def judge(self, values: Values, specs: Specs) -> Judgement:
        return Judgement(self.earn(values), f"按算式 {self.expression.text}")

    def describe(self, specs: Specs) -> str:
        named = "，".join(f"{name} 为{specs[name].title}" for name in self.reads())
        return f"{self.expression.text}（{named}）" if named else self.expression.text

    def bounds(self, specs: Specs) -> Bounds:
        return None, None

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "expression", self.reads(), specs)

    def _value(self, values: Values) -> Decimal | None:
        return self.expression.value({name: number(values, name) for name in self.reads()})
