"""Inputs counted from lists: firms, honours, projects, activities, past results, ticks, judges' marks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from rating.engine import numbers
from rating.engine.conditions import Test, judged
from rating.engine.days import back, parse_day
from rating.engine.derivations.base import Derivation, Derived
from rating.engine.facts import Mark, Record, Scalar, Value
from rating.engine.inputs import Reader
from rating.engine.params import Flaw, Param, Specs, optional


class Window(NamedTuple):
    """The last `years` and `months` up to the facts' day, judged by a date field, or years by a number field."""

    field: str
    years: int
    months: int


class NoDay(Exception):
    """A window cannot be laid: the facts name no day."""


def records_of(entries: object) -> tuple[Record, ...]:
    assert isinstance(entries, tuple)
    return tuple(entry for entry in entries if isinstance(entry, Record))


def matching(records: Iterable[Record], where: Test | None, within: Window | None, reader: Reader) -> list[Record]:
    """Those that surely meet the test, inside the window. A field left empty meets no test."""
    return [
        record
        for record in records
        if (where is None or meets(record, where))
        and (within is None or inside(record.fields.get(within.field), within, reader))
    ]


def meets(record: Record, where: Test) -> bool:
    return judged(where, lambda condition: record.fields.get(condition.name)) is True


def inside(value: Scalar, window: Window, reader: Reader) -> bool:
    end = reader.on
    if end is None:
        raise NoDay
    end = back(end, years=reader.years)
    if isinstance(value, Decimal):
        return end.year - window.years < value <= end.year
    day = parse_day(value) if isinstance(value, str) else None
    return day is not None and back(end, years=window.years, months=window.months) < day <= end


class _OfRecords(Derivation):
    of: str
    where: Test | None
    within: Window | None

    def reads(self) -> tuple[str, ...]:
        return (self.of,)

    def takes(self) -> tuple[str, ...]:
        return ("records",)

    def derive(self, reader: Reader) -> Derived:
        part = reader.read(self.of)
        if not isinstance(part.value, tuple):
            return Derived((part,), None, f"{part.title}{part.note}")
        try:
            found = matching(records_of(part.value), self.where, self.within, reader)
        except NoDay:
            return Derived((part,), None, "评定期没有写明截止日，无法按时段计数")
        value = self.measure(found)
        return Derived((part,), value, "" if value is not None else f"{part.title}的记录不全，无法合计")

    def measure(self, found: list[Record]) -> Value:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Count(_OfRecords):
    of: str
    where: Test | None
    within: Window | None
    once_per: str

    kind = "count"
    counts = True
    title = "记录条数"
    params = (
        Param("of", "input", "记录清单"),
        optional("where", "field_test", "只数符合条件的记录", None),
        optional("within", "window", "只数某时段内的：{field, years, months}", None),
        optional("once_per", "field", "同一字段值只数一次（如同一企业）", ""),
    )

    def measure(self, found: list[Record]) -> Decimal:
        if not self.once_per:
            return Decimal(len(found))
        subjects = [record.fields.get(self.once_per) for record in found]
        # Records that do not say whose they are cannot be the same one.
        return Decimal(len({each for each in subjects if each is not None}) + subjects.count(None))


@dataclass(frozen=True, slots=True)
class Filter(_OfRecords):
    """The records themselves, for a rule that scores each."""

    of: str
    where: Test | None
    within: Window | None

    kind = "filter"
    title = "筛选记录"
    gives = "records"
    params = (
        Param("of", "input", "记录清单"),
        optional("where", "field_test", "只留符合条件的记录", None),
        optional("within", "window", "只留某时段内的：{field, years, months}", None),
    )

    def measure(self, found: list[Record]) -> Value:
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Total(_OfRecords):
    of: str
    field: str
    where: Test | None
    within: Window | None

    kind = "total"
    title = "记录中某数合计"
    params = (
        Param("of", "input", "记录清单"),
        Param("field", "field", "数值字段"),
        optional("where", "field_test", "只计符合条件的记录", None),
        optional("within", "window", "只计某时段内的：{field, years, months}", None),
    )

    def measure(self, found: list[Record]) -> Decimal | None:
        values = [record.fields.get(self.field) for record in found]
        amounts = [value for value in values if isinstance(value, Decimal)]
        return sum(amounts, numbers.ZERO) if len(amounts) == len(values) else None

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        named = {each.name: each for each in specs[self.of].fields}
        if self.field in named and named[self.field].type != "number":
            yield Flaw("field", None, f"字段“{self.field}”不是数值")


@dataclass(frozen=True, slots=True)
class Streak(Derivation):
    """How many years running, up to the last one, have a record that meets the test."""

    of: str
    year: str
    where: Test

    kind = "streak"
    counts = True
    title = "连续几年"
    params = (
        Param("of", "input", "记录清单（往年结果）"),
        Param("year", "field", "年份字段（数值）"),
        Param("where", "field_test", "哪样的年份算数"),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.of,)

    def takes(self) -> tuple[str, ...]:
        return ("records",)

    def derive(self, reader: Reader) -> Derived:
        part = reader.read(self.of)
        if not isinstance(part.value, tuple):
            return Derived((part,), None, f"{part.title}{part.note}")
        records = records_of(part.value)
        years = {record.fields.get(self.year) for record in records}
        last = max((year for year in years if isinstance(year, Decimal)), default=None)
        met = {record.fields.get(self.year) for record in matching(records, self.where, None, reader)}
        length = 0
        while last is not None and last - length in met:
            length += 1
        return Derived((part,), Decimal(length))


@dataclass(frozen=True, slots=True)
class Ticked(Derivation):
    of: str
    among: tuple[str, ...]

    kind = "ticked"
    counts = True
    title = "勾选了几项"
    params = (
        Param("of", "input", "多选清单"),
        optional("among", "texts", "只数这些选项", ()),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.of,)

    def takes(self) -> tuple[str, ...]:
        return ("checklist",)

    def derive(self, reader: Reader) -> Derived:
        part = reader.read(self.of)
        if not isinstance(part.value, tuple):
            return Derived((part,), None, f"{part.title}{part.note}")
        return Derived((part,), Decimal(len({c for c in part.value if not self.among or c in self.among})))

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        if strange := sorted(set(self.among) - dict(specs[self.of].choices).keys()):
            yield Flaw("among", None, f"含有未声明的选项“{strange[0]}”")


METHODS = ("mean", "median", "trimmed", "by_role")


@dataclass(frozen=True, slots=True)
class Experts(Derivation):
    of: str
    method: str
    drop_high: int
    drop_low: int
    roles: tuple[tuple[str, Decimal], ...]
    minimum: int

    kind = "experts"
    title = "专家评分合成"
    params = (
        Param("of", "input", "专家评分"),
        optional(
            "method",
            "method",
            "mean 平均（默认）、median 中位数、trimmed 去掉高低分后平均、by_role 按身份加权",
            "mean",
        ),
        optional("drop_high", "count", "trimmed 去掉几个最高分，默认 1", 1),
        optional("drop_low", "count", "trimmed 去掉几个最低分，默认 1", 1),
        optional("roles", "role_weights", "by_role：身份 → 权重", ()),
        optional("minimum", "count", "至少几位专家，默认 1", 1),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.of,)

    def takes(self) -> tuple[str, ...]:
        return ("marks",)

    def derive(self, reader: Reader) -> Derived:
        part = reader.read(self.of)
        if not isinstance(part.value, tuple):
            return Derived((part,), None, f"{part.title}{part.note}")
        marks = [
            mark
            for mark in part.value
            if isinstance(mark, Mark) and not mark.recused and mark.points is not None
        ]
        if len(marks) < self.minimum:
            return Derived((part,), None, f"有效评分 {len(marks)} 份，不足 {self.minimum} 份")
        if self.method == "by_role":
            return self._by_role(part, marks)
        points = sorted(mark.points for mark in marks if mark.points is not None)
        if self.method == "median":
            return Derived((part,), median(points))
        if self.method == "trimmed":
            if len(points) <= self.drop_high + self.drop_low:
                return Derived((part,), None, f"有效评分 {len(points)} 份，去掉高低分后没有剩余")
            points = points[self.drop_low : len(points) - self.drop_high]
        return Derived((part,), mean(points))

    def _by_role(self, part, marks: list[Mark]) -> Derived:
        """The mean of each role's mean by its weight; every role must have answered."""
        total = numbers.ZERO
        for role, weight in self.roles:
            points = [mark.points for mark in marks if mark.role == role and mark.points is not None]
            if not points:
                return Derived((part,), None, f"没有“{role}”的评分")
            total += mean(points) * weight
        return Derived((part,), total / sum((weight for _, weight in self.roles), numbers.ZERO))

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        if (self.method == "by_role") != bool(self.roles):
            yield Flaw("roles", None, "by_role 须写各身份的权重，其他方法不写")
        if any(weight <= 0 for _, weight in self.roles):
            yield Flaw("roles", None, "权重必须大于 0")
        if self.minimum < 1:
            yield Flaw("minimum", None, "至少为 1")


def mean(values: list[Decimal]) -> Decimal:
    return sum(values, numbers.ZERO) / len(values)


def median(ordered: list[Decimal]) -> Decimal:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
