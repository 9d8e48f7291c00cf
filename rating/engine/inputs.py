"""Inputs a scheme declares, and what reading one from the facts gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rating.engine import numbers
from rating.engine.days import last_day, parse_day
from rating.engine.facts import Facts, FactsError, Input, Mark, Record, Value
from rating.engine.late import Late
from rating.engine.references import NONE, References

if TYPE_CHECKING:
    from rating.engine.derivations.base import Derivation

TYPES = {
    "number": "数值",
    "boolean": "是否",
    "choice": "选项",
    "text": "文字",
    "date": "日期",
    "checklist": "多选清单",
    "marks": "专家评分",
    "records": "记录清单",
}
LEAST = -numbers.LARGEST
SCALARS = ("number", "boolean", "choice", "text", "date")
OF_ENTRIES = {"checklist": str, "marks": Mark, "records": Record}


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One declared input: its words, unit and admissible range. `choices` are (code, title) pairs.

    `fields` are the declared fields of a list of records. `derive` is how it follows from others.
    """

    name: str
    title: str
    unit: str = ""
    type: str = "number"
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[tuple[str, str], ...] = ()
    digits: int = 2
    fields: tuple["InputSpec", ...] = ()
    derive: "Derivation | None" = None

    def show(self, value: Value) -> str:
        """The value in words, with its unit."""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, Decimal):
            return measured(numbers.shown(value, self.digits), self.unit)
        if isinstance(value, tuple):
            return self._show_entries(value)
        return dict(self.choices).get(str(value), str(value))

    def _show_entries(self, entries: tuple) -> str:
        if self.type == "records":
            return f"{len(entries)} 条"
        if self.type == "marks":
            counted = [mark.points for mark in entries if mark.points is not None and not mark.recused]
            return (
                f"{len(counted)} 位专家：{'、'.join(map(numbers.plain, counted))}"
                if counted
                else "尚无有效评分"
            )
        return "、".join(dict(self.choices).get(code, code) for code in entries) or "无"


def measured(number: str, unit: str) -> str:
    """A number and its unit as officials write them: 60%, 12.5 亿元."""
    return f"{number}{unit}" if unit in ("", "%") else f"{number} {unit}"


@dataclass(frozen=True, slots=True)
class Reading(Late):
    """One input as read. `state` is ok, missing or invalid; `note` says why it is not ok.

    A derived input keeps what it was made of in `parts`, and in `reference` what it was held against
    (a cohort, a table); its own source is then empty.
    """

    name: str
    title: str
    value: Value
    unit: str
    shown: str
    state: str
    note: str = ""
    source: str = ""
    reference: Mapping[str, object] = field(default_factory=dict)
    reported: bool = True
    period: str = ""
    parts: tuple["Reading", ...] = ()
    evidence: tuple[str, ...] = ()

    def _give(self, name: str) -> Any:
        """What a value that was given says of itself; `_late` is its declaration and the value as handed in."""
        spec, given = self._late
        if name in _OF_SPEC:
            return getattr(spec, name)
        if name in _EMPTY:
            return _EMPTY[name]
        return spec.show(self.value) if name == "shown" else getattr(given, name)


_set_name, _set_title, _set_value, _set_unit, _set_state, _set_note, _set_parts, _set_late = (
    getattr(Reading, name).__set__
    for name in ("name", "title", "value", "unit", "state", "note", "parts", "_late")
)


_COMPUTED = Input(None)


def _taken(
    spec: InputSpec, title: str, given: Input, value: Value, parts: tuple[Reading, ...] = ()
) -> Reading:
    """The reading of an admitted value. How it reads, and where it comes from, is looked up when asked."""
    reading = object.__new__(Reading)
    _set_name(reading, spec.name)
    _set_title(reading, title)
    _set_value(reading, value)
    _set_unit(reading, spec.unit)
    _set_state(reading, "ok")
    _set_note(reading, "")
    _set_parts(reading, parts)
    _set_late(reading, (spec, given))
    return reading


_OF_SPEC = frozenset({"name", "title", "unit"})
_EMPTY: dict[str, Any] = {"note": "", "parts": ()}


def taken_short(spec: InputSpec, given: Input) -> Reading:
    """The same of a number of this year that is known to be admissible: all but the value is looked up when asked."""
    reading = object.__new__(Reading)
    _set_value(reading, given.value)
    _set_state(reading, "ok")
    _set_late(reading, (spec, given))
    return reading


class Reader:
    """Reads the inputs of one scheme from one entity's facts, each at most once.

    `references` is what cohorts and tables came to when the scheme was applied to all. `years` reads the
    same inputs that many years earlier: REV is then the fact REV@-1.
    """

    def __init__(
        self, specs: Mapping[str, InputSpec], facts: Facts, references: References = NONE, years: int = 0
    ):
        self.specs = specs
        self.facts = facts
        self.references = references
        self.years = years
        self.seen: dict[str, Reading] = {}
        self._earlier: dict[int, Reader] = {}

    @property
    def on(self) -> date | None:
        """The day up to which windows reach."""
        return parse_day(self.facts.on) if self.facts.on else last_day(self.facts.period)

    def earlier(self, years: int) -> "Reader":
        if years not in self._earlier:
            self._earlier[years] = Reader(self.specs, self.facts, self.references, self.years + years)
        return self._earlier[years]

    def read(self, name: str) -> Reading:
        """FactsError when the fact's type or unit is not the declared one."""
        reading = self.seen.get(name)
        if reading is None:
            spec = self.specs[name]
            reading = _derived(spec, self) if spec.derive else self._given(spec)
            self.seen[name] = reading
        return reading

    def _given(self, spec: InputSpec) -> Reading:
        title = f"{self.years} 年前{spec.title}" if self.years else spec.title
        given = self.facts.find(f"{spec.name}@-{self.years}" if self.years else spec.name)
        if given is None:
            return Reading(spec.name, title, None, spec.unit, "无数据", "missing", "无数据", reported=False)
        note = "" if not given.missing else "未报送或未核定" if not given.reported else "数据为空"
        if note:
            return _reading(spec, title, given, None, note, "missing", note)
        value = _admitted(spec, given, self.facts)
        flaw = out_of_range(spec, value)
        if not flaw:
            return _taken(spec, title, given, value)
        return _reading(spec, title, given, value, spec.show(value), "invalid", flaw)


def _reading(
    spec: InputSpec, title: str, given: Input, value: Value, shown: str, state: str, note: str
) -> Reading:
    return Reading(
        spec.name, title, value, spec.unit, shown, state, note,
        given.source, given.reference, given.reported, given.period, (), given.evidence,
    )  # fmt: skip


def _admitted(spec: InputSpec, given: Input, facts: Facts) -> Value:
    if spec.type == "number" and isinstance(given.value, Decimal) and given.unit == spec.unit:
        return given.value
    where = f"{facts.name or facts.entity} 的 {spec.name}（{spec.title}）"
    if spec.type in OF_ENTRIES:
        if not isinstance(given.value, tuple) or not _of(given.value, OF_ENTRIES[spec.type]):
            raise FactsError([f"{where}应为{TYPES[spec.type]}，得到 {given.value!r}"])
        if spec.type == "records":
            for record in given.value:
                assert isinstance(record, Record)
                _demand_fields(spec, record, where)
        return given.value
    expected = {"number": Decimal, "boolean": bool}.get(spec.type, str)
    if not isinstance(given.value, expected):
        raise FactsError([f"{where}应为{TYPES[spec.type]}，得到 {given.value!r}"])
    if spec.type == "number" and given.unit != spec.unit:
        raise FactsError([f"{where}的单位应为“{spec.unit}”，得到“{given.unit}”"])
    if spec.type == "date" and parse_day(str(given.value)) is None:
        raise FactsError([f"{where}应为日期（如 2026-12-31），得到“{given.value}”"])
    return given.value


def _of(entries: tuple, kind: type) -> bool:
    return all(isinstance(entry, kind) for entry in entries)


def _demand_fields(spec: InputSpec, record: Record, where: str) -> None:
    declared = {each.name: each for each in spec.fields}
    if strange := sorted(record.fields.keys() - declared.keys()):
        raise FactsError([f"{where}的记录含有未声明的字段“{strange[0]}”"])
    for name, value in record.fields.items():
        kind = {"number": Decimal, "boolean": bool}.get(declared[name].type, str)
        if value is not None and not isinstance(value, kind):
            raise FactsError([f"{where}的字段 {name} 应为{TYPES[declared[name].type]}，得到 {value!r}"])
        if isinstance(value, str) and declared[name].type == "date" and parse_day(value) is None:
            raise FactsError([f"{where}的字段 {name} 应为日期（如 2026-12-31），得到“{value}”"])
        if value is not None and (flaw := out_of_range(declared[name], value)):
            raise FactsError([f"{where}的字段 {name}：{flaw}"])


def out_of_range(spec: InputSpec, value: Value) -> str:
    """Why the value is outside what the scheme declares, in Chinese; empty when it is inside."""
    if isinstance(value, Decimal):
        if not LEAST < value < numbers.LARGEST:
            return "数值过大，超出可计算的范围"
        if spec.low is not None and value < spec.low:
            return f"{spec.show(value)}小于允许的最小值 {spec.show(spec.low)}"
        if spec.high is not None and value > spec.high:
            return f"{spec.show(value)}大于允许的最大值 {spec.show(spec.high)}"
        if spec.type == "number" and not spec.choices:
            return ""
    if spec.type == "checklist":
        assert isinstance(value, tuple)
        strange = [str(code) for code in value if code not in dict(spec.choices)]
        return f"“{'、'.join(strange)}”不在可选范围内" if strange else ""
    if spec.type == "marks":
        assert isinstance(value, tuple)
        return next(filter(None, (_mark_flaw(spec, mark) for mark in value)), "")
    if spec.choices and value not in dict(spec.choices):
        return f"“{value}”不在可选范围内"
    return ""


def _mark_flaw(spec: InputSpec, mark: object) -> str:
    assert isinstance(mark, Mark)
    points = mark.points
    if points is None or mark.recused:
        return ""
    if (spec.low is not None and points < spec.low) or (spec.high is not None and points > spec.high):
        return f"专家{mark.judge}的评分 {numbers.plain(points)} 超出允许的范围"
    return ""


def _derived(spec: InputSpec, reader: Reader) -> Reading:
    assert spec.derive is not None
    parts, value, note, reference = spec.derive.derive(reader)
    title = f"{reader.years} 年前{spec.title}" if reader.years else spec.title
    bad = next((part for part in parts if part.state == "invalid"), None) if parts else None
    if bad:
        state, note, value = "invalid", f"{bad.title}：{bad.note}", None
    elif value is None:
        state = "missing"
    else:
        note = out_of_range(spec, value)
        if not note and not reference:
            return _taken(spec, title, _COMPUTED, value, parts)
        state = "invalid" if note else "ok"
    shown = note if value is None else spec.show(value)
    return Reading(spec.name, title, value, spec.unit, shown, state, note, reference=reference, parts=parts)
