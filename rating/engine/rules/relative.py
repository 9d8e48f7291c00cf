"""Rules whose points follow from a number held against another: a reference, a range, the own base."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from rating.engine import numbers
from rating.engine.params import Flaw, Param, Specs, optional
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


class Reference(NamedTuple):
    """A constant of the scheme, or the name of an input; exactly one is given."""

    value: Decimal | None
    input: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.input,) if self.input else ()

    def of(self, values: Values) -> Decimal:
        return number(values, self.input) if self.value is None else self.value

    def title(self, specs: Specs, measured_as: str) -> str:
        """Its name, or the constant in the unit of the input `measured_as`."""
        return specs[self.input].title if self.value is None else amount(self.value, specs[measured_as])

    def shown(self, values: Values, specs: Specs, measured_as: str) -> str:
        return (
            specs[self.input].show(values[self.input])
            if self.value is None
            else amount(self.value, specs[measured_as])
        )


class _AgainstReference(Rule):
    """Without a positive reference there is nothing to divide by: it counts as missing."""

    input: str
    reference: Reference

    def reads(self) -> tuple[str, ...]:
        return (self.input, *self.reference.names)

    def absent(self, values: Values) -> tuple[str, ...]:
        gaps = tuple(name for name in self.reads() if values[name] is None)
        return gaps or (self.reference.names if self.reference.of(values) <= 0 else ())


@dataclass(frozen=True, slots=True)
class RatioToRef(_AgainstReference):
    input: str
    reference: Reference
    weight: Decimal
    cap: Decimal | None
    floor: Decimal | None

    kind = "ratio_to_ref"
    title = "按与参照值之比计分"
    params = (
        Param("input", "input", "数值输入"),
        Param("reference", "reference", "参照值：{value: 常数} 或 {input: 输入名}"),
        Param("weight", "number", "恰等于参照值时的分值，大于 0"),
        Param("cap", "multiple", "比值上限（倍），none 为不设上限"),
        optional("floor", "multiple", "比值下限（倍），默认 0，none 为不设下限", Decimal(0)),
    )

    def earn(self, values: Values) -> Decimal:
        ratio = number(values, self.input) / self.reference.of(values)
        return self.weight * numbers.clamp(ratio, self.floor, self.cap)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        ratio = number(values, self.input) / self.reference.of(values)
        shown = self.reference.shown(values, specs, self.input)
        return Judgement(self.earn(values), f"为参照值 {shown}的 {numbers.shown(ratio * 100, 2)}%")

    def describe(self, specs: Specs) -> str:
        reference = self.reference.title(specs, self.input)
        limits = "比值不设上限" if self.cap is None else f"比值最高按 {numbers.plain(self.cap)} 倍计"
        lower = "" if self.floor is None else f"，最低按 {numbers.plain(self.floor)} 倍计"
        return f"与参照值（{reference}）之比乘以 {points_text(self.weight)}，{limits}{lower}"

    def bounds(self, specs: Specs) -> Bounds:
        low = None if self.floor is None else self.floor * self.weight
        return low, None if self.cap is None else self.cap * self.weight

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        value, reference = number(values, self.input), self.reference.of(values)
        multiple = Decimal(1) if self.cap is None else self.cap
        if value >= reference * multiple:
            return None
        return Ahead(self.input, reference * multiple, False, self.weight * multiple)

    def trends(self) -> dict[str, str]:
        return {self.input: "higher"}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "input", self.reads(), specs)
        if self.reference.value is not None and self.reference.value <= 0:
            yield Flaw("reference", None, "参照值必须大于 0")
        if self.weight <= 0:
            yield Flaw("weight", None, "weight 必须大于 0")
        if self.cap is not None and self.floor is not None and self.cap <= self.floor:
            yield Flaw("cap", None, "比值上限必须大于比值下限")


@dataclass(frozen=True, slots=True)
class InverseRatio(_AgainstReference):
    """(k − value ÷ reference) × weight: less than the reference earns more."""

    input: str
    reference: Reference
    k: Decimal
    weight: Decimal
    cap: Decimal | None
    floor: Decimal | None

    kind = "inverse_ratio"
    title = "按与参照值之比反向计分"
    params = (
        Param("input", "input", "数值输入，越低越好"),
        Param("reference", "reference", "参照值：{value: 常数} 或 {input: 输入名}"),
        optional("k", "number", "（k − 比值）× weight，默认 2：恰等于参照值时得 weight", Decimal(2)),
        Param("weight", "number", "分值，大于 0"),
        optional("cap", "multiple", "最多几分，默认 none 不限", None),
        optional("floor", "multiple", "最少几分，默认 0，none 不限", Decimal(0)),
    )

    def earn(self, values: Values) -> Decimal:
        ratio = number(values, self.input) / self.reference.of(values)
        return numbers.clamp((self.k - ratio) * self.weight, self.floor, self.cap)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        ratio = number(values, self.input) / self.reference.of(values)
        shown = self.reference.shown(values, specs, self.input)
        return Judgement(self.earn(values), f"为参照值 {shown}的 {numbers.shown(ratio * 100, 2)}%，低者得分高")

    def describe(self, specs: Specs) -> str:
        reference = self.reference.title(specs, self.input)
        most = "" if self.cap is None else f"，最多 {points_text(self.cap)}"
        least = "" if self.floor is None else f"，最少 {points_text(self.floor)}"
        return f"（{numbers.plain(self.k)} − 与参照值（{reference}）之比）乘以 {points_text(self.weight)}{most}{least}"

    def bounds(self, specs: Specs) -> Bounds:
        low = specs[self.input].low
        highest = self.k * self.weight if low is not None and low >= 0 else None
        if self.cap is not None:
            highest = self.cap if highest is None else min(highest, self.cap)
        return self.floor, highest

    def trends(self) -> dict[str, str]:
        return {self.input: "lower"}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "input", self.reads(), specs)
        if self.weight <= 0:
            yield Flaw("weight", None, "weight 必须大于 0")
        if self.reference.value is not None and self.reference.value <= 0:
            yield Flaw("reference", None, "参照值必须大于 0")


@dataclass(frozen=True, slots=True)
class MinMax(Rule):
    """weight × (offset + span × place between the lowest and the highest) ÷ 100."""

    input: str
    low: Reference
    high: Reference
    weight: Decimal
    offset: Decimal
    span: Decimal
    direction: str
    flat: Decimal

    kind = "minmax"
    title = "按在最低与最高之间的位置计分"
    params = (
        Param("input", "input", "数值输入"),
        Param("low", "reference", "最低值：{value: 常数} 或 {input: 输入名}（如同类最小值）"),
        Param("high", "reference", "最高值，写法相同"),
        Param("weight", "number", "满分，大于 0"),
        optional("offset", "number", "在最低处得满分的百分之几，默认 0", numbers.ZERO),
        optional("span", "number", "自最低至最高增加百分之几，默认 100", numbers.HUNDRED),
        optional("direction", "better", "higher 越高越好（默认），lower 越低越好", "higher"),
        optional("flat", "number", "最低与最高相等时得满分的百分之几，默认 100", numbers.HUNDRED),
    )

    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.input, *self.low.names, *self.high.names)))

    def earn(self, values: Values) -> Decimal:
        low, high = self.low.of(values), self.high.of(values)
        if high <= low:
            return self.weight * self.flat / numbers.HUNDRED
        return self.weight * (self.offset + self.span * self._at(values, low, high)) / numbers.HUNDRED

    def _at(self, values: Values, low: Decimal, high: Decimal) -> Decimal:
        """The place between the ends, from 0 to 1, the better end being 1."""
        place = numbers.clamp((number(values, self.input) - low) / (high - low), numbers.ZERO, Decimal(1))
        return 1 - place if self.direction == "lower" else place

    def judge(self, values: Values, specs: Specs) -> Judgement:
        low, high = self.low.of(values), self.high.of(values)
        if high <= low:
            return Judgement(self.earn(values), "最低与最高相等")
        place = self._at(values, low, high)
        ends = f"{self.low.shown(values, specs, self.input)}与 {self.high.shown(values, specs, self.input)}"
        return Judgement(self.earn(values), f"在 {ends}之间的 {numbers.shown(place * 100, 2)}% 处")

    def describe(self, specs: Specs) -> str:
        low, high = self.low.title(specs, self.input), self.high.title(specs, self.input)
        worst, best = self.offset, self.offset + self.span
        way = "越高越好" if self.direction == "higher" else "越低越好"
        return (
            f"在最低（{low}）与最高（{high}）之间按位置计分，{way}：自满分 {points_text(self.weight)}的 "
            f"{numbers.plain(worst)}% 至 {numbers.plain(best)}%；两者相等得 {numbers.plain(self.flat)}%"
        )

    def bounds(self, specs: Specs) -> Bounds:
        shares = (self.offset, self.offset + self.span, self.flat)
        return self.weight * min(shares) / numbers.HUNDRED, self.weight * max(shares) / numbers.HUNDRED

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "input", self.reads(), specs)
        if self.weight <= 0 or self.span <= 0:
            yield Flaw("weight" if self.weight <= 0 else "span", None, "必须大于 0")


@dataclass(frozen=True, slots=True)
class GrowthOverBase(Rule):
    """`parity` % of the full mark at the base; more for each full `per` % above, less below."""

    input: str
    base: Reference
    weight: Decimal
    parity: Decimal
    per: Decimal
    points: Decimal
    most: Decimal
    below: str

    kind = "growth_over_base"
    title = "按比基数的增长计分"
    params = (
        Param("input", "input", "数值输入"),
        Param("base", "reference", "基数：{input: 输入名}（如往年数、同类均值）或 {value: 常数}"),
        Param("weight", "number", "基本分，大于 0"),
        Param("parity", "number", "与基数持平得基本分的百分之几"),
        Param("per", "number", "每增长百分之几加一次分，大于 0"),
        Param("points", "number", "每次加的分"),
        Param("most", "number", "最多得基本分的百分之几（如 150 为最多加 50%）"),
        optional(
            "below",
            "below",
            "低于基数：proportional 按比例（默认）、zero 不得分、steps 每降同样幅度减同样的分",
            "proportional",
        ),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.input, *self.base.names)

    def absent(self, values: Values) -> tuple[str, ...]:
        gaps = tuple(name for name in self.reads() if values[name] is None)
        return gaps or (self.base.names if self.base.of(values) <= 0 else ())

    def earn(self, values: Values) -> Decimal:
        value, base = number(values, self.input), self.base.of(values)
        change = (value - base) * numbers.HUNDRED / base
        full = self.weight * self.parity / numbers.HUNDRED
        steps = (abs(change) / self.per).to_integral_value(rounding=ROUND_FLOOR)
        if change >= 0:
            return min(full + steps * self.points, self.weight * self.most / numbers.HUNDRED)
        if self.below == "zero":
            return numbers.ZERO
        lower = (
            full * max(value, numbers.ZERO) / base
            if self.below == "proportional"
            else full - steps * self.points
        )
        return max(lower, numbers.ZERO)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        value, base = number(values, self.input), self.base.of(values)
        change = (value - base) * numbers.HUNDRED / base
        steps = (abs(change) / self.per).to_integral_value(rounding=ROUND_FLOOR)
        shown = f"比基数 {self.base.shown(values, specs, self.input)}"
        if change >= 0:
            text = f"{shown}增长 {numbers.shown(change, 2)}%，加 {numbers.plain(steps)} 次分"
            return Judgement(self.earn(values), text)
        return Judgement(self.earn(values), f"{shown}下降 {numbers.shown(-change, 2)}%")

    def describe(self, specs: Specs) -> str:
        below = {"proportional": "按比例得分", "zero": "不得分", "steps": "按同样幅度减分"}[self.below]
        return (
            f"与基数（{self.base.title(specs, self.input)}）持平得 {points_text(self.weight)}的 "
            f"{numbers.plain(self.parity)}%，每增长 {numbers.plain(self.per)}% 加 {points_text(self.points)}，"
            f"最多得 {numbers.plain(self.most)}%；低于基数{below}"
        )

    def bounds(self, specs: Specs) -> Bounds:
        return numbers.ZERO, self.weight * self.most / numbers.HUNDRED

    def trends(self) -> dict[str, str]:
        return {self.input: "higher"}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "input", self.reads(), specs)
        for name in ("weight", "per", "points"):
            if getattr(self, name) <= 0:
                yield Flaw(name, None, "必须大于 0")
        if not 0 <= self.parity <= self.most:
            yield Flaw("most", None, "不得小于 parity，parity 不得为负")
        if self.base.value is not None and self.base.value <= 0:
            yield Flaw("base", None, "基数必须大于 0")
