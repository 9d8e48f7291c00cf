"""Inputs that follow from the entity's own earlier years (facts named REV@-1), from a table, or from a day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import numbers
from rating.engine.days import parse_day, whole_years
from rating.engine.derivations.base import Derivation, Derived, numbers_of
from rating.engine.inputs import Reader
from rating.engine.params import Flaw, Param, Specs, optional

MOST_YEARS = 20
ONE = Decimal(1)


class _OfYears(Derivation):
    """Shared by the kinds that read one input in several years."""

    of: str
    years: int

    def reads(self) -> tuple[str, ...]:
        return (self.of,)

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        if not 1 <= self.years <= MOST_YEARS:
            yield Flaw("years", None, f"应为 1 至 {MOST_YEARS} 的整数")


@dataclass(frozen=True, slots=True)
class Prior(_OfYears):
    of: str
    years: int

    kind = "prior"
    title = "往年数"
    params = (Param("of", "input", "数值输入"), optional("years", "count", "几年前，默认 1", 1))

    def derive(self, reader: Reader) -> Derived:
        part = reader.earlier(self.years).read(self.of)
        return Derived((part,), part.value, "" if part.value is not None else f"{part.title}{part.note}")


@dataclass(frozen=True, slots=True)
class Growth(_OfYears):
    of: str
    years: int

    kind = "growth"
    title = "增长率（%）"
    params = (Param("of", "input", "数值输入"), optional("years", "count", "与几年前相比，默认 1", 1))

    def derive(self, reader: Reader) -> Derived:
        found = numbers_of((reader.read(self.of), reader.earlier(self.years).read(self.of)))
        if found.gap:
            return Derived(found.parts, None, found.gap)
        now, then = found.values
        if then <= 0:
            return Derived(found.parts, None, f"{found.parts[1].title}为零或负，增长率没有意义")
        return Derived(found.parts, (now - then) * numbers.HUNDRED / then)


@dataclass(frozen=True, slots=True)
class MeanGrowth(_OfYears):
    of: str
    years: int

    kind = "mean_growth"
    title = "各年增长率的平均（%）"
    params = (Param("of", "input", "数值输入"), Param("years", "count", "近几年"))

    def derive(self, reader: Reader) -> Derived:
        parts = (reader.read(self.of), *(reader.earlier(n).read(self.of) for n in range(1, self.years + 1)))
        found = numbers_of(parts)
        if found.gap:
            return Derived(parts, None, found.gap)
        if any(value <= 0 for value in found.values[1:]):
            return Derived(parts, None, "往年数为零或负，增长率没有意义")
        rates = [(found.values[n] - found.values[n + 1]) / found.values[n + 1] for n in range(self.years)]
        return Derived(parts, sum(rates, numbers.ZERO) * numbers.HUNDRED / self.years)


@dataclass(frozen=True, slots=True)
class CompoundGrowth(_OfYears):
    of: str
    years: int

    kind = "cagr"
    title = "年均复合增长率（%）"
    params = (Param("of", "input", "数值输入"), Param("years", "count", "几年间"))

    def derive(self, reader: Reader) -> Derived:
        found = numbers_of((reader.read(self.of), reader.earlier(self.years).read(self.of)))
        if found.gap:
            return Derived(found.parts, None, found.gap)
        now, then = found.values
        if then <= 0 or now < 0:
            return Derived(found.parts, None, "首年数为零或负，增长率没有意义")
        if now == 0:
            return Derived(found.parts, -numbers.HUNDRED)
        root = numbers.root(now / then, self.years)
        return Derived(found.parts, (root - 1) * numbers.HUNDRED)


@dataclass(frozen=True, slots=True)
class WeightedYears(Derivation):
    of: str
    weights: tuple[Decimal, ...]
    absent: str

    kind = "weighted_years"
    title = "几年加权"
    params = (
        Param("of", "input", "数值输入"),
        Param("weights", "numbers", "本年、上年、前年……的权重，如 [60, 30, 10]"),
        optional("absent", "absent", "缺年：need 视为缺数据（默认），skip 按有数据的年份折算", "need"),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.of,)

    def derive(self, reader: Reader) -> Derived:
        years = range(len(self.weights))
        parts = tuple(reader.earlier(n).read(self.of) if n else reader.read(self.of) for n in years)
        pairs = list(zip(self.weights, parts, strict=True))
        if self.absent == "skip":
            pairs = [(weight, part) for weight, part in pairs if part.state != "missing"]
        found = numbers_of(tuple(part for _, part in pairs))
        if found.gap or not pairs:
            return Derived(parts, None, found.gap or "各年都没有数据")
        weights = [weight for weight, _ in pairs]
        total = sum((w * v for w, v in zip(weights, found.values, strict=True)), numbers.ZERO)
        return Derived(parts, total / sum(weights, numbers.ZERO))

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        if any(weight <= 0 for weight in self.weights):
            yield Flaw("weights", None, "权重必须大于 0")
        if len(self.weights) > MOST_YEARS:
            yield Flaw("weights", None, f"最多 {MOST_YEARS} 年")


@dataclass(frozen=True, slots=True)
class Table(Derivation):
    by: str
    values: Mapping[str, Decimal]

    kind = "table"
    title = "查表取基准值"
    params = (
        optional("by", "text", "year 按评定期的年份（默认），或属性名、选项输入名", "year"),
        Param("values", "number_table", "年份、属性值或选项 → 数"),
    )

    def reads(self) -> tuple[str, ...]:
        return ()

    def derive(self, reader: Reader) -> Derived:
        key = self._key(reader)
        if key is None:
            return Derived((), None, "没有查表所需的年份或类别")
        if key not in self.values:
            return Derived((), None, f"基准表没有 {key} 的数")
        return Derived((), self.values[key], reference={"table": key})

    def _key(self, reader: Reader) -> str | None:
        if self.by == "year":
            return str(reader.on.year - reader.years) if reader.on else None
        found = reader.facts.find(self.by)
        return str(found.value) if found and not found.missing else None


@dataclass(frozen=True, slots=True)
class YearsSince(Derivation):
    of: str

    kind = "years_since"
    title = "自某日起满几年"
    params = (Param("of", "input", "日期输入"),)

    def reads(self) -> tuple[str, ...]:
        return (self.of,)

    def takes(self) -> tuple[str, ...]:
        return ("date",)

    def derive(self, reader: Reader) -> Derived:
        part = reader.read(self.of)
        if part.value is None or reader.on is None:
            note = f"{part.title}{part.note}" if part.value is None else "评定期没有写明截止日"
            return Derived((part,), None, note)
        start = parse_day(str(part.value))
        assert start is not None
        return Derived((part,), Decimal(whole_years(start, reader.on)))
