"""Rules on a yes-or-no condition, on one chosen level, or on what is ticked of a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import numbers
from rating.engine.conditions import Condition, Test, in_words, judged, leaves
from rating.engine.params import Flaw, Param, Specs, optional
from rating.engine.rules.base import Ahead, Bounds, Judgement, Level, Rule, Values, points_text


@dataclass(frozen=True, slots=True)
class FixedIf(Rule):
    when: Test
    points: Decimal
    else_points: Decimal

    kind = "fixed_if"
    title = "达到条件得固定分"
    params = (
        Param("when", "condition", "对输入的条件，可用 all_of、any_of、none_of、at_least_of 组合"),
        Param("points", "number", "条件成立时的分值"),
        optional("else_points", "number", "条件不成立时的分值，默认 0", Decimal(0)),
    )

    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(condition.name for condition in leaves(self.when)))

    def absent(self, values: Values) -> tuple[str, ...]:
        """Only what keeps the condition from being decided."""
        if self._holds(values) is not None:
            return ()
        return tuple(name for name in self.reads() if values[name] is None)

    def earn(self, values: Values) -> Decimal:
        return self.points if self._holds(values) else self.else_points

    def judge(self, values: Values, specs: Specs) -> Judgement:
        wanted = in_words(self.when, specs)
        if self._holds(values):
            return Judgement(self.points, f"符合条件：{wanted}")
        return Judgement(self.else_points, f"不符合条件：{wanted}")

    def describe(self, specs: Specs) -> str:
        wanted = in_words(self.when, specs)
        return f"{wanted}，得 {points_text(self.points)}；否则得 {points_text(self.else_points)}"

    def bounds(self, specs: Specs) -> Bounds:
        return min(self.points, self.else_points), max(self.points, self.else_points)

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        """Known for a single condition only: of several, any may be the one to meet."""
        when = self.when
        if (
            not isinstance(when, Condition)
            or self.points <= self.else_points
            or when.holds(values[when.name])
        ):
            return None
        if isinstance(when.operand, tuple):
            return None
        return Ahead(when.name, when.operand, when.test in ("more_than", "less_than"), self.points)

    def trends(self) -> dict[str, str]:
        when = self.when
        if not isinstance(when, Condition):
            return {}
        rising = when.test in ("at_least", "more_than")
        if not rising and when.test not in ("at_most", "less_than"):
            return {}
        better = rising == (self.points >= self.else_points)
        return {when.name: "higher" if better else "lower"}

    def _holds(self, values: Values) -> bool | None:
        return judged(self.when, lambda condition: values[condition.name])


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

    def earn(self, values: Values) -> Decimal:
        return dict(self.levels)[str(values[self.input])]

    def judge(self, values: Values, specs: Specs) -> Judgement:
        value = values[self.input]
        return Judgement(dict(self.levels)[str(value)], f"属于“{specs[self.input].show(value)}”")

    def describe(self, specs: Specs) -> str:
        spec = specs[self.input]
        return "；".join(f"{spec.show(level.code)}得 {points_text(level.points)}" for level in self.levels)

    def bounds(self, specs: Specs) -> Bounds:
        points = [level.points for level in self.levels]
        return min(points), max(points)

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
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


@dataclass(frozen=True, slots=True)
class ChecklistSum(Rule):
    input: str
    options: tuple[Level, ...]
    cap: Decimal | None

    kind = "checklist_sum"
    title = "清单累加"
    params = (
        Param("input", "input", "多选清单"),
        Param("options", "levels", "选项代码 → 分值，须覆盖该输入的全部选项"),
        optional("cap", "multiple", "合计最多几分，默认 none 不限", None),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.input,)

    def earn(self, values: Values) -> Decimal:
        total = sum((level.points for level in self._ticked(values)), numbers.ZERO)
        return numbers.clamp(total, None, self.cap)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        ticked = self._ticked(values)
        names = "、".join(
            f"{specs[self.input].show((level.code,))} {points_text(level.points)}" for level in ticked
        )
        return Judgement(
            self.earn(values),
            f"具备 {len(ticked)} 项（{names}）" if names else "各项都不具备",
        )

    def describe(self, specs: Specs) -> str:
        spec = specs[self.input]
        each = "；".join(f"{spec.show((level.code,))} {points_text(level.points)}" for level in self.options)
        return f"每具备一项累加：{each}" + (
            "" if self.cap is None else f"；合计不超过 {points_text(self.cap)}"
        )

    def bounds(self, specs: Specs) -> Bounds:
        low = sum((min(level.points, numbers.ZERO) for level in self.options), numbers.ZERO)
        high = sum((max(level.points, numbers.ZERO) for level in self.options), numbers.ZERO)
        return numbers.clamp(low, None, self.cap), numbers.clamp(high, None, self.cap)

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        spec = specs[self.input]
        declared, given = {code for code, _ in spec.choices}, {level.code for level in self.options}
        if spec.type != "checklist":
            yield Flaw("input", None, f"checklist_sum 只能用多选清单，“{self.input}”不是")
        elif declared != given:
            yield Flaw(
                "options",
                None,
                f"选项与输入“{self.input}”的声明不一致：{'、'.join(sorted(declared ^ given))}",
            )

    def _ticked(self, values: Values) -> list[Level]:
        ticked = values[self.input]
        assert isinstance(ticked, tuple)
        return [level for level in self.options if level.code in ticked]
