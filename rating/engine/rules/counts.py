"""Rules that count: points for each unit or record, and deductions for each event."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from rating.engine import numbers
from rating.engine.conditions import Test, judged
from rating.engine.facts import Record
from rating.engine.params import Flaw, Param, Specs, optional
from rating.engine.rules.base import (
    Ahead,
    Bounds,
    Judgement,
    Level,
    Rule,
    Values,
    demand_number,
    number,
    points_text,
)


class Term(NamedTuple):
    input: str
    points: Decimal


def _total(terms: tuple[Term, ...], values: Values) -> Decimal:
    return sum([number(values, term.input) * term.points for term in terms], numbers.ZERO)


def _products(terms: tuple[Term, ...], values: Values, specs: Specs) -> str:
    return " + ".join(f"{specs[t.input].show(values[t.input])} × {points_text(t.points)}" for t in terms)


def _never_negative(terms: tuple[Term, ...], specs: Specs) -> bool:
    lows = [specs[term.input].low for term in terms]
    return all(low is not None and low >= 0 for low in lows)


@dataclass(frozen=True, slots=True)
class PerUnit(Rule):
    units: tuple[Term, ...]

    kind = "per_unit"
    title = "按数量计分"
    params = (Param("units", "terms", "各项 {input, points}：每一单位的分值，可为负"),)

    def reads(self) -> tuple[str, ...]:
        return tuple(term.input for term in self.units)

    def earn(self, values: Values) -> Decimal:
        return _total(self.units, values)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        return Judgement(_total(self.units, values), _products(self.units, values, specs))

    def describe(self, specs: Specs) -> str:
        return "；".join(
            f"{specs[t.input].title}每 1 {specs[t.input].unit}计 {points_text(t.points)}" for t in self.units
        )

    def bounds(self, specs: Specs) -> Bounds:
        counted = _never_negative(self.units, specs)
        low = numbers.ZERO if counted and all(t.points >= 0 for t in self.units) else None
        high = numbers.ZERO if counted and all(t.points <= 0 for t in self.units) else None
        return low, high

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        best = max(self.units, key=lambda term: term.points)
        if best.points <= 0:
            return None
        threshold = number(values, best.input) + 1
        return Ahead(best.input, threshold, False, _total(self.units, values) + best.points)

    def trends(self) -> dict[str, str]:
        return {term.input: "higher" if term.points > 0 else "lower" for term in self.units}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "units", self.reads(), specs)
        yield from _term_flaws("units", self.units)


@dataclass(frozen=True, slots=True)
class DeductPerEvent(Rule):
    events: tuple[Term, ...]
    start: Decimal

    kind = "deduct_per_event"
    title = "按次扣分"
    params = (
        Param("events", "terms", "各项 {input, points}：每一次扣去的分值，写正数"),
        Param("start", "number", "没有事件时的分值，默认 0", Decimal(0), required=False),
    )

    def reads(self) -> tuple[str, ...]:
        return tuple(term.input for term in self.events)

    def earn(self, values: Values) -> Decimal:
        return self.start - _total(self.events, values)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        deducted = _total(self.events, values)
        if deducted == 0:
            return Judgement(self.start, "没有扣分事件")
        return Judgement(
            self.start - deducted, f"扣 {points_text(deducted)}（{_products(self.events, values, specs)}）"
        )

    def describe(self, specs: Specs) -> str:
        events = "；".join(
            f"{specs[t.input].title}每 1 {specs[t.input].unit}扣 {points_text(t.points)}" for t in self.events
        )
        return f"自 {points_text(self.start)}起扣：{events}" if self.start else events

    def bounds(self, specs: Specs) -> Bounds:
        return None, self.start

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        happened = [term for term in self.events if number(values, term.input) >= 1]
        if not happened:
            return None
        worst = max(happened, key=lambda term: term.points)
        points = self.start - _total(self.events, values) + worst.points
        return Ahead(worst.input, number(values, worst.input) - 1, False, points)

    def trends(self) -> dict[str, str]:
        return {term.input: "lower" for term in self.events}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        yield from demand_number(self, "events", self.reads(), specs)
        yield from _term_flaws("events", self.events)
        for index, term in enumerate(self.events):
            if term.points < 0:
                yield Flaw("events", index, "扣分值写正数")
            if not _never_negative((term,), specs):
                yield Flaw("events", index, f"扣分次数不得为负：输入“{term.input}”须声明 min: 0")


@dataclass(frozen=True, slots=True)
class PerRecord(Rule):
    """Points for each record by its level; a subject counts once, at its highest."""

    input: str
    field: str
    levels: tuple[Level, ...]
    once_per: str
    where: Test | None

    kind = "per_record"
    title = "按记录等级计分"
    params = (
        Param("input", "input", "记录清单"),
        Param("field", "field", "分等级的字段（选项）"),
        Param("levels", "levels", "等级代码 → 每条分值，可为负；没有列出的等级不计"),
        optional("once_per", "field", "同一字段值（如同一企业）只计一次，按最高分", ""),
        optional("where", "field_test", "只计符合条件的记录", None),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.input,)

    def earn(self, values: Values) -> Decimal:
        points = dict(self.levels)
        return sum((points[level] * count for level, count in self._counted(values).items()), numbers.ZERO)

    def _counted(self, values: Values) -> Counter[str]:
        """Level → records that count at it."""
        entries = values[self.input]
        assert isinstance(entries, tuple)
        points = dict(self.levels)
        best: dict[object, str] = {}
        for place, record in enumerate(each for each in entries if isinstance(each, Record)):
            level = record.fields.get(self.field)
            if level not in points or not self._wanted(record):
                continue
            subject = (record.fields.get(self.once_per) if self.once_per else None) or ("", place)
            if subject not in best or points[str(level)] > points[best[subject]]:
                best[subject] = str(level)
        return Counter(best.values())

    def judge(self, values: Values, specs: Specs) -> Judgement:
        points, counted = dict(self.levels), self._counted(values)
        named = next(each for each in specs[self.input].fields if each.name == self.field)
        parts = [
            f"{named.show(code)} {counted[code]} × {points_text(points[code])}"
            for code in points
            if counted[code]
        ]
        return Judgement(self.earn(values), " + ".join(parts) or "没有可计分的记录")

    def describe(self, specs: Specs) -> str:
        named = next(each for each in specs[self.input].fields if each.name == self.field)
        each = "；".join(
            f"{named.show(level.code)}每条计 {points_text(level.points)}" for level in self.levels
        )
        return each + ("；同一主体只按最高等级计一次" if self.once_per else "")

    def bounds(self, specs: Specs) -> Bounds:
        low = None if any(level.points < 0 for level in self.levels) else numbers.ZERO
        return low, None if any(level.points > 0 for level in self.levels) else numbers.ZERO

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        spec = specs[self.input]
        if spec.type != "records":
            yield Flaw("input", None, f"per_record 只能用记录清单，“{self.input}”不是")
            return
        named = next((each for each in spec.fields if each.name == self.field), None)
        if named is not None and named.type != "choice":
            yield Flaw("field", None, f"字段“{self.field}”不是选项")
        elif named is not None and (
            strange := {each.code for each in self.levels} - dict(named.choices).keys()
        ):
            yield Flaw("levels", None, f"含有字段“{self.field}”没有的等级：{'、'.join(sorted(strange))}")

    def _wanted(self, record: Record) -> bool:
        return (
            self.where is None
            or judged(self.where, lambda condition: record.fields.get(condition.name)) is True
        )


def _term_flaws(param: str, terms: tuple[Term, ...]) -> Iterator[Flaw]:
    seen: set[str] = set()
    for index, term in enumerate(terms):
        if term.points == 0:
            yield Flaw(param, index, "分值不得为 0")
        if term.input in seen:
            yield Flaw(param, index, f"输入“{term.input}”重复")
        seen.add(term.input)
