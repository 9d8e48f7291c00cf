"""Inputs a scheme declares, the kinds of derivation, and what reading one from the facts gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from rating.engine import numbers
from rating.engine.facts import Facts, FactsError, Input, Value

TYPES = {"number": "数值", "boolean": "是否", "choice": "选项", "text": "文字"}


@dataclass(frozen=True, slots=True)
class Derivation:
    """How an input follows from others. `kind` names an entry of DERIVATIONS; unused fields stay empty."""

    kind: str
    of: str = ""
    to: str = ""
    attribute: str = ""
    cases: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    times: Decimal = Decimal(1)

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the inputs that may be read."""
        names = [self.of, self.to, *self.cases.values(), self.default]
        return tuple(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One declared input: its words, unit and admissible range. `choices` are (code, title) pairs."""

    name: str
    title: str
    unit: str = ""
    type: str = "number"
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[tuple[str, str], ...] = ()
    digits: int = 2
    derive: Derivation | None = None

    def show(self, value: Value) -> str:
        """The value in words, with its unit."""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, Decimal):
            return measured(numbers.shown(value, self.digits), self.unit)
        return dict(self.choices).get(str(value), str(value))


def measured(number: str, unit: str) -> str:
    """A number and its unit as officials write them: 60%, 12.5 亿元."""
    return f"{number}{unit}" if unit in ("", "%") else f"{number} {unit}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One input as read. `state` is ok, missing or invalid; `note` says why it is not ok.

    A derived input keeps what it was made of in `parts`; its own source and reference are then empty.
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


class Reader:
    """Reads the inputs of one scheme from one entity's facts, each at most once."""

    def __init__(self, specs: Mapping[str, InputSpec], facts: Facts):
        self.specs = specs
        self.facts = facts
        self._read: dict[str, Reading] = {}

    def read(self, name: str) -> Reading:
        """FactsError when the fact's type or unit is not the declared one."""
        reading = self._read.get(name)
        if reading is None:
            spec = self.specs[name]
            reading = _derived(spec, self) if spec.derive else _given(spec, self.facts)
            self._read[name] = reading
        return reading


def _given(spec: InputSpec, facts: Facts) -> Reading:
    given = facts.find(spec.name)
    if given is None:
        return Reading(spec.name, spec.title, None, spec.unit, "无数据", "missing", "无数据", reported=False)
    note = "" if not given.missing else "未报送或未核定" if not given.reported else "数据为空"
    if note:
        return _reading(spec, given, None, note, "missing", note)
    _demand_type(spec, given, facts)
    flaw = out_of_range(spec, given.value)
    return _reading(spec, given, given.value, spec.show(given.value), "invalid" if flaw else "ok", flaw)


def _reading(spec: InputSpec, given: Input, value: Value, shown: str, state: str, note: str) -> Reading:
    return Reading(
        spec.name, spec.title, value, spec.unit, shown, state, note,
        given.source, given.reference, given.reported, given.period,
    )  # fmt: skip


def _demand_type(spec: InputSpec, given: Input, facts: Facts) -> None:
    expected = {"number": Decimal, "boolean": bool}.get(spec.type, str)
    where = f"{facts.name or facts.entity} 的 {spec.name}（{spec.title}）"
    if not isinstance(given.value, expected):
        raise FactsError([f"{where}应为{TYPES[spec.type]}，得到 {given.value!r}"])
    if spec.type == "number" and given.unit != spec.unit:
        raise FactsError([f"{where}的单位应为“{spec.unit}”，得到“{given.unit}”"])


def out_of_range(spec: InputSpec, value: Value) -> str:
    """Why the value is outside what the scheme declares, in Chinese; empty when it is inside."""
    if isinstance(value, Decimal):
        if abs(value) >= numbers.LARGEST:
            return "数值过大，超出可计算的范围"
        if spec.low is not None and value < spec.low:
            return f"{spec.show(value)}小于允许的最小值 {spec.show(spec.low)}"
        if spec.high is not None and value > spec.high:
            return f"{spec.show(value)}大于允许的最大值 {spec.show(spec.high)}"
    if spec.choices and value not in dict(spec.choices):
        return f"“{value}”不在可选范围内"
    return ""


def _derived(spec: InputSpec, reader: Reader) -> Reading:
    assert spec.derive is not None
    parts, value, note = DERIVATIONS[spec.derive.kind](spec.derive, reader)
    bad = next((part for part in parts if part.state == "invalid"), None)
    if bad:
        state, note, value = "invalid", f"{bad.title}：{bad.note}", None
    elif value is None:
        state = "missing"
    else:
        note = out_of_range(spec, value)
        state = "invalid" if note else "ok"
    shown = note if value is None else spec.show(value)
    return Reading(spec.name, spec.title, value, spec.unit, shown, state, note, parts=parts)


Derived = tuple[tuple[Reading, ...], Decimal | None, str]


def derive_ratio(derive: Derivation, reader: Reader) -> Derived:
    """`of` ÷ `to` × `times`; missing when either is missing or the divisor is zero."""
    parts = (reader.read(derive.of), reader.read(derive.to))
    top, bottom = (part.value for part in parts)
    if not isinstance(top, Decimal) or not isinstance(bottom, Decimal):
        gaps = "、".join(part.title for part in parts if part.value is None)
        return parts, None, f"缺少{gaps}，无法计算"
    if bottom == 0:
        return parts, None, f"{parts[1].title}为零，无法计算"
    return parts, top * derive.times / bottom, ""


def derive_convert(derive: Derivation, reader: Reader) -> Derived:
    """`of` × `times`: the same thing in another unit."""
    part = reader.read(derive.of)
    if not isinstance(part.value, Decimal):
        return (part,), None, f"{part.title}{part.note}"
    return (part,), part.value * derive.times, ""


def derive_select(derive: Derivation, reader: Reader) -> Derived:
    """The input that the attribute's value points at, × `times`; missing when the attribute is empty."""
    level = reader.facts.attributes.get(derive.attribute)
    name = derive.cases.get(str(level), derive.default) if level is not None else ""
    if not name:
        return (), None, "未登记所需属性，无法确定适用指标"
    return derive_convert(replace(derive, of=name), reader)


DERIVATIONS: dict[str, Callable[[Derivation, Reader], Derived]] = {
    "ratio": derive_ratio,
    "convert": derive_convert,
    "select": derive_select,
}
