"""Inputs that follow from others of the same entity and year by arithmetic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import numbers
from rating.engine.derivations.base import Derivation, Derived, numbers_of, positive
from rating.engine.expression import Expression
from rating.engine.inputs import Reader, Reading
from rating.engine.params import Flaw, Param, Specs, optional

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Ratio(Derivation):
    of: str
    to: str
    times: Decimal

    kind = "ratio"
    title = "两数之比"
    params = (
        Param("of", "input", "被除数"),
        Param("to", "input", "除数，为零时视为缺数据"),
        optional("times", "number", "再乘以，百分率写 100，默认 1", ONE),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.of, self.to)

    def derive(self, reader: Reader) -> Derived:
        found = numbers_of((reader.read(self.of), reader.read(self.to)))
        if found.gap:
            return Derived(found.parts, None, found.gap)
        top, bottom = found.values
        if bottom == 0:
            return Derived(found.parts, None, f"{found.parts[1].title}为零，无法计算")
        return Derived(found.parts, top * self.times / bottom)

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from positive("times", self.times)


@dataclass(frozen=True, slots=True)
class Convert(Derivation):
    of: str
    times: Decimal

    kind = "convert"
    title = "换算单位"
    params = (Param("of", "input", "数值输入"), optional("times", "number", "乘以，默认 1", ONE))

    def reads(self) -> tuple[str, ...]:
        return (self.of,)

    def derive(self, reader: Reader) -> Derived:
        return _converted(reader.read(self.of), self.times)

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from positive("times", self.times)


def _converted(part: Reading, times: Decimal) -> Derived:
    if not isinstance(part.value, Decimal):
        return Derived((part,), None, f"{part.title}{part.note}")
    return Derived((part,), part.value * times)


@dataclass(frozen=True, slots=True)
class Select(Derivation):
    attribute: str
    cases: Mapping[str, str]
    default: str
    times: Decimal

    kind = "select"
    title = "按类别取不同指标"
    params = (
        Param("attribute", "attribute", "attributes 中声明的属性"),
        Param("cases", "cases", "属性值 → 输入名"),
        optional("default", "text", "其余属性值用的输入名", ""),
        optional("times", "number", "再乘以，默认 1", ONE),
    )

    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in (*self.cases.values(), self.default) if name))

    def derive(self, reader: Reader) -> Derived:
        level = reader.facts.attributes.get(self.attribute)
        name = self.cases.get(str(level), self.default) if level is not None else ""
        if not name:
            return Derived((), None, "未登记所需属性，无法确定适用指标")
        return _converted(reader.read(name), self.times)

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from positive("times", self.times)


@dataclass(frozen=True, slots=True)
class Sum(Derivation):
    of: tuple[str, ...]
    absent: str

    kind = "sum"
    title = "几项相加"
    params = (
        Param("of", "inputs", "各项输入"),
        optional("absent", "absent", "缺项：need 整项视为缺数据（默认），skip 只加有数据的", "need"),
    )

    def reads(self) -> tuple[str, ...]:
        return self.of

    def derive(self, reader: Reader) -> Derived:
        found = numbers_of(_parts(self.of, self.absent, reader))
        return Derived(found.parts, None if found.gap else sum(found.values, numbers.ZERO), found.gap)


@dataclass(frozen=True, slots=True)
class Difference(Derivation):
    of: str
    minus: str

    kind = "difference"
    title = "两数之差"
    params = (Param("of", "input", "被减数"), Param("minus", "input", "减数"))

    def reads(self) -> tuple[str, ...]:
        return (self.of, self.minus)

    def derive(self, reader: Reader) -> Derived:
        found = numbers_of((reader.read(self.of), reader.read(self.minus)))
        return Derived(found.parts, None if found.gap else found.values[0] - found.values[1], found.gap)


@dataclass(frozen=True, slots=True)
class Extreme(Derivation):
    """The largest or the smallest of several inputs."""

    of: tuple[str, ...]
    absent: str

    params = (
        Param("of", "inputs", "各项输入"),
        optional("absent", "absent", "缺项：need 整项视为缺数据（默认），skip 只看有数据的", "need"),
    )

    def reads(self) -> tuple[str, ...]:
        return self.of

    def derive(self, reader: Reader) -> Derived:
        found = numbers_of(_parts(self.of, self.absent, reader))
        pick = max if self.kind == "largest" else min
        return Derived(found.parts, None if found.gap else pick(found.values), found.gap)


class Largest(Extreme):
    kind = "largest"
    title = "几项中最大的"


class Smallest(Extreme):
    kind = "smallest"
    title = "几项中最小的"


@dataclass(frozen=True, slots=True)
class First(Derivation):
    of: tuple[str, ...]

    kind = "first"
    title = "依次取第一个有数据的"
    params = (Param("of", "inputs", "各项输入，按优先次序"),)

    def reads(self) -> tuple[str, ...]:
        return self.of

    def derive(self, reader: Reader) -> Derived:
        parts = tuple(reader.read(name) for name in self.of)
        chosen = next((part for part in parts if part.state != "missing"), None)
        return Derived(parts, None, "各项都没有数据") if chosen is None else Derived((chosen,), chosen.value)


@dataclass(frozen=True, slots=True)
class Constant(Derivation):
    value: Decimal

    kind = "constant"
    title = "常数"
    params = (Param("value", "number", "数值"),)

    def reads(self) -> tuple[str, ...]:
        return ()

    def derive(self, reader: Reader) -> Derived:
        return Derived((), self.value)


@dataclass(frozen=True, slots=True)
class Formula(Derivation):
    expression: Expression

    kind = "formula"
    title = "算式"
    params = (Param("expression", "expression", "由输入名、数、+ - * / ( ) 和 min、max、abs 组成的算式"),)

    def reads(self) -> tuple[str, ...]:
        return self.expression.names

    def derive(self, reader: Reader) -> Derived:
        parts = tuple(reader.read(name) for name in self.reads())
        found = numbers_of(parts)
        if found.gap:
            return Derived(parts, None, found.gap)
        value = self.expression.value(dict(zip(self.reads(), found.values, strict=True)))
        return Derived(parts, value, "" if value is not None else "算式中的除数为零，无法计算")


def _parts(names: tuple[str, ...], absent: str, reader: Reader) -> tuple[Reading, ...]:
    """All of them; with `skip` those that have data, or all when none has."""
    parts = tuple(reader.read(name) for name in names)
    if absent == "skip":
        return tuple(part for part in parts if part.state != "missing") or parts
    return parts
