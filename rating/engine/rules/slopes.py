"""Rules whose points follow a number: by full steps, or along knots."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import NamedTuple

from rating.engine import numbers
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


@dataclass(frozen=True, slots=True)
class Step(Rule):
    input: str
    start: Decimal
    size: Decimal
    points: Decimal
    base: Decimal
    below: Decimal
    direction: str
    rounding: str

    kind = "step"
    title = "按级差计分"
    params = (
        Param("input", "input", "数值输入"),
        Param("start", "number", "起点"),
        Param("size", "number", "级差，大于 0"),
        Param("points", "number", "每一级的分值，可为负"),
        Param("base", "number", "达到起点时的分值，默认 0", Decimal(0), required=False),
        Param("below", "number", "未达到起点时的分值，默认 0", Decimal(0), required=False),
        Param(
            "direction",
            "direction",
            "higher 自起点向上计级（默认），lower 自起点向下计级",
            "higher",
            required=False,
        ),
        Param(
            "rounding",
            "rounding",
            "不足一级：down 不计（默认），up 计一级，half_up 满半级计一级",
            "down",
            required=False,
        ),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.input,)

    def earn(self, values: Values) -> Decimal:
        distance = self._distance(number(values, self.input))
        return self.below if distance < 0 else self.base + self._steps(distance) * self.points

    def judge(self, values: Values, specs: Specs) -> Judgement:
        distance = self._distance(number(values, self.input))
        if distance < 0:
            return Judgement(self.below, f"未达到起点 {amount(self.start, specs[self.input])}")
        steps = self._steps(distance)
        return Judgement(
            self.base + steps * self.points,
            f"自起点 {amount(self.start, specs[self.input])}计 {numbers.plain(steps)} 级",
        )

    def describe(self, specs: Specs) -> str:
        spec = specs[self.input]
        verb = "增加" if self.direction == "higher" else "减少"
        odd = {"down": "不足一级不计", "up": "不足一级计一级", "half_up": "满半级计一级"}[self.rounding]
        return (
            f"达到 {amount(self.start, spec)}得 {points_text(self.base)}，"
            f"每{verb} {amount(self.size, spec)}计 {points_text(self.points)}（{odd}）；"
            f"未达到得 {points_text(self.below)}"
        )

    def bounds(self, specs: Specs) -> Bounds:
        low, high = min(self.base, self.below), max(self.base, self.below)
        return (low, None) if self.points > 0 else (None, high)

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        distance = self._distance(number(values, self.input))
        if distance < 0 and self.base > self.below:
            return Ahead(self.input, self.start, False, self.base)
        if self.points <= 0:
            return None
        steps = self._steps(max(distance, numbers.ZERO))
        offset = {"down": steps + 1, "up": steps, "half_up": steps + Decimal("0.5")}[
            self.rounding
        ] * self.size
        threshold = self.start + offset if self.direction == "higher" else self.start - offset
        return Ahead(self.input, threshold, self.rounding == "up", self.base + (steps + 1) * self.points)

    def trends(self) -> dict[str, str]:
        rising = self.points > 0 and self.base >= self.below
        falling = self.points < 0 and self.base <= self.below
        if not rising and not falling:
            return {}
        return {self.input: "higher" if rising == (self.direction == "higher") else "lower"}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "input", (self.input,), specs)
        if self.size <= 0:
            yield Flaw("size", None, "级差必须大于 0")
        if self.points == 0:
            yield Flaw("points", None, "每一级的分值不得为 0")
        if self.direction == "none":
            yield Flaw("direction", None, "step 的 direction 只能是 higher 或 lower")

    def _distance(self, value: Decimal) -> Decimal:
        return value - self.start if self.direction == "higher" else self.start - value

    def _steps(self, distance: Decimal) -> Decimal:
        if self.rounding == "half_up":
            return numbers.rounded(distance / self.size, 0)
        mode = ROUND_FLOOR if self.rounding == "down" else ROUND_CEILING
        return (distance / self.size).to_integral_value(rounding=mode)


class Knot(NamedTuple):
    at: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Linear(Rule):
    input: str
    direction: str
    knots: tuple[Knot, ...]
    clamp: str

    kind = "linear"
    title = "按比例插值计分"
    params = (
        Param("input", "input", "数值输入"),
        Param("direction", "direction", "higher 越高越好，lower 越低越好，none 不论"),
        Param("knots", "knots", "折点 {at, points}，自低到高，至少两个"),
        Param(
            "clamp",
            "clamp",
            "两端之外：both 都按端点计（默认），low、high 只限一端，none 都顺延",
            "both",
            required=False,
        ),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.input,)

    def earn(self, values: Values) -> Decimal:
        return self._at(number(values, self.input))

    def judge(self, values: Values, specs: Specs) -> Judgement:
        spec, value = specs[self.input], number(values, self.input)
        first, last = self.knots[0], self.knots[-1]
        if value <= first.at and self.clamp in ("both", "low"):
            return Judgement(first.points, f"不高于 {amount(first.at, spec)}，按端点计分")
        if value >= last.at and self.clamp in ("both", "high"):
            return Judgement(last.points, f"不低于 {amount(last.at, spec)}，按端点计分")
        one, two = self._segment(value)
        points = one.points + (value - one.at) * (two.points - one.points) / (two.at - one.at)
        return Judgement(points, f"在 {amount(one.at, spec)}与 {amount(two.at, spec)}之间按比例计分")

    def describe(self, specs: Specs) -> str:
        spec = specs[self.input]
        knots = "，".join(f"{amount(k.at, spec)}得 {points_text(k.points)}" for k in self.knots)
        outside = {
            "both": "两端之外按端点计",
            "low": "低端按端点计，高端顺延",
            "high": "高端按端点计，低端顺延",
            "none": "两端之外顺延",
        }
        return f"{knots}，其间按比例计分；{outside[self.clamp]}"

    def bounds(self, specs: Specs) -> Bounds:
        points = [knot.points for knot in self.knots]
        low, high = min(points), max(points)
        first = self.knots[1].points - self.knots[0].points
        last = self.knots[-1].points - self.knots[-2].points
        open_low, open_high = self.clamp in ("none", "high"), self.clamp in ("none", "low")
        sinks = (open_low and first > 0) or (open_high and last < 0)
        rises = (open_low and first < 0) or (open_high and last > 0)
        return (None if sinks else low, None if rises else high)

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        now = number(values, self.input)
        if self.direction == "higher":
            beyond = [knot for knot in self.knots if knot.at > now]
        elif self.direction == "lower":
            beyond = [knot for knot in reversed(self.knots) if knot.at < now]
        else:
            return None
        points = self._at(now)
        better = next((knot for knot in beyond if knot.points > points), None)
        return better and Ahead(self.input, better.at, False, better.points)

    def trends(self) -> dict[str, str]:
        return {} if self.direction == "none" else {self.input: self.direction}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "input", (self.input,), specs)
        for index, (one, two) in enumerate(pairwise(self.knots), start=1):
            if two.at <= one.at:
                yield Flaw("knots", index, "折点必须自低到高，且不得重复")
            if self.direction == "higher" and two.points < one.points:
                yield Flaw("knots", index, "越高越好（direction: higher），分值却比前一折点低")
            if self.direction == "lower" and two.points > one.points:
                yield Flaw("knots", index, "越低越好（direction: lower），分值却比前一折点高")

    def _segment(self, value: Decimal) -> tuple[Knot, Knot]:
        knots = self.knots
        for place in range(1, len(knots)):
            if value <= knots[place].at:
                return knots[place - 1], knots[place]
        return knots[-2], knots[-1]

    def _at(self, value: Decimal) -> Decimal:
        if value <= self.knots[0].at and self.clamp in ("both", "low"):
            return self.knots[0].points
        if value >= self.knots[-1].at and self.clamp in ("both", "high"):
            return self.knots[-1].points
        one, two = self._segment(value)
        return one.points + (value - one.at) * (two.points - one.points) / (two.at - one.at)
