"""Rules on a yes-or-no condition or on one chosen level."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from rating.engine.conditions import Condition
from rating.engine.rules.base import Ahead, Bounds, Flaw, Judgement, Param, Rule, Specs, Values, points_text


@dataclass(frozen=True, slots=True)
class FixedIf(Rule):
    when: Condition
    points: Decimal
    else_points: Decimal

    kind = "fixed_if"
    title = "达到条件得固定分"
    params = (
        Param("when", "condition", "对一项输入的条件"),
        Param("points", "number", "条件成立时的分值"),
        Param("else_points", "number", "条件不成立时的分值，默认 0", Decimal(0), required=False),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.when.name,)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        wanted = self.when.describe(specs[self.when.name])
        if self.when.holds(values[self.when.name]):
            return Judgement(self.points, f"符合条件：{wanted}")
        return Judgement(self.else_points, f"不符合条件：{wanted}")

    def describe(self, specs: Specs) -> str:
        wanted = self.when.describe(specs[self.when.name])
        return f"{wanted}，得 {points_text(self.points)}；否则得 {points_text(self.else_points)}"

    def bounds(self, specs: Specs) -> Bounds:
        return min(self.points, self.else_points), max(self.points, self.else_points)

    def ahead(self, values: Values) -> Ahead | None:
        if self.points <= self.else_points or self.when.holds(values[self.when.name]):
            return None
        if isinstance(self.when.operand, tuple):
            return None
        strict = self.when.test in ("more_than", "less_than")
        return Ahead(self.when.name, self.when.operand, strict, self.points)

    def trends(self) -> dict[str, str]:
        rising = self.when.test in ("at_least", "more_than")
        if not rising and self.when.test not in ("at_most", "less_than"):
            return {}
        better = rising == (self.points >= self.else_points)
        return {self.when.name: "higher" if better else "lower"}


class Level(NamedTuple):
    code: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Choice(Rule):
    input: str
    levels: tuple[Level, ...]

    kind = "choice"
    title = "按等级得分"
    params = (
        Param("input", "input", "选项输入"),
        Param("levels", "levels", "选项代码 → 分值，须覆盖该输入的全部选项"),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.input,)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        value = values[self.input]
        return Judgement(dict(self.levels)[str(value)], f"属于“{specs[self.input].show(value)}”")

    def describe(self, specs: Specs) -> str:
        spec = specs[self.input]
        return "；".join(f"{spec.show(level.code)}得 {points_text(level.points)}" for level in self.levels)

    def bounds(self, specs: Specs) -> Bounds:
        points = [level.points for level in self.levels]
        return min(points), max(points)

    def ahead(self, values: Values) -> Ahead | None:
        now = dict(self.levels)[str(values[self.input])]
        better = [level for level in self.levels if level.points > now]
        if not better:
            return None
        nearest = min(better, key=lambda level: level.points)
        return Ahead(self.input, nearest.code, False, nearest.points)

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        spec = specs[self.input]
        declared = {code for code, _ in spec.choices}
        given = {level.code for level in self.levels}
        if spec.type != "choice":
            yield Flaw("input", None, f"choice 只能用选项输入，“{self.input}”不是选项")
        elif declared != given:
            names = "、".join(sorted(declared ^ given))
            yield Flaw("levels", None, f"选项与输入“{self.input}”的声明不一致：{names}")
