"""What is known about one entity: its attributes and its dated inputs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from rating.engine import numbers

Scalar = Decimal | bool | str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """What one judge gave. A judge who is recused, or has not answered (None), does not count."""

    judge: str
    points: Decimal | None
    role: str = ""
    recused: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a list: a firm, a project, an activity, a past result. Fields by name."""

    fields: Mapping[str, Scalar]

    def __post_init__(self):
        checked = {name: checked_scalar(value) for name, value in self.fields.items()}
        object.__setattr__(self, "fields", MappingProxyType(checked))

    def __hash__(self) -> int:
        return hash(frozenset(self.fields.items()))


# A tuple holds the codes that are ticked, the marks of judges, or records.
Value = Decimal | bool | str | tuple[str | Mark | Record, ...] | None


class FactsError(ValueError):
    """Facts that cannot be read as what the scheme declares; `errors` holds Chinese sentences."""

    def __init__(self, errors: list[str]):
        super().__init__("；".join(errors))
        self.errors = errors


def checked_value(value: object) -> Value:
    """A value the engine accepts (int becomes Decimal, a list a tuple); FactsError for a float or anything else."""
    if isinstance(value, list | tuple):
        entries = tuple(value)
        if any(
            type(entry) is not type(entries[0]) or not isinstance(entry, str | Mark | Record)
            for entry in entries
        ):
            raise FactsError(["列表的每一项应同为选项代码、专家评分或记录"])
        return entries
    return checked_scalar(value)


def checked_scalar(value: object) -> Scalar:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        value = Decimal(value)
    if not isinstance(value, Decimal):
        raise FactsError([f"输入值 {value!r} 的类型不受支持，应为 Decimal、布尔、文字或空"])
    try:
        return numbers.admissible(value)
    except ValueError as error:
        raise FactsError([f"输入值 {value}：{error}"]) from None


@dataclass(frozen=True, slots=True)
class Input:
    """One known value.

    `unit` is the unit of a number and must equal the unit that the scheme declares for it. `source` is a
    label for readers; `reference` is opaque to the engine and made of JSON values (no floats): the caller
    puts there what leads back to the record. `evidence` names the papers behind it. A value counts as
    missing when it is None or not reported.
    """

    value: Value
    unit: str = ""
    source: str = ""
    reference: Mapping[str, object] = field(default_factory=dict)
    reported: bool = True
    period: str = ""
    evidence: tuple[str, ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "value", checked_value(self.value))

    @property
    def missing(self) -> bool:
        return self.value is None or not self.reported


@dataclass(frozen=True, slots=True)
class Override:
    """Points that a person set for an item instead of the computed ones, with the reason."""

    points: Decimal
    reason: str
    by: str

    def __post_init__(self):
        numbers.admissible(self.points)
        if not self.reason.strip() or not self.by.strip():
            raise FactsError(["人工改分须写明理由和改分人"])


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one score reads: entity, period, attributes by code, inputs by code, overrides by item.

    An attribute can also be read as an input of the same code, so a caller states it once. The value of
    an earlier year is an input too: REV@-1 is REV one year before. `on` is the day (2026-12-31) up to
    which windows of records reach; without it the last day of a `period` that is a year or a quarter.
    """

    entity: str
    name: str = ""
    period: str = ""
    basis: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    on: str = ""
    overrides: Mapping[str, Override] = field(default_factory=dict)

    def __post_init__(self):
        attributes = {code: checked_value(value) for code, value in self.attributes.items()}
        object.__setattr__(self, "attributes", MappingProxyType(attributes))
        object.__setattr__(self, "inputs", MappingProxyType(dict(self.inputs)))
        object.__setattr__(self, "overrides", MappingProxyType(dict(self.overrides)))

    def find(self, code: str) -> Input | None:
        """The input of that code, or the attribute of that code as an input, or None."""
        found = self.inputs.get(code)
        if found is None and code in self.attributes:
            return Input(self.attributes[code], source="登记信息", period=self.period)
        return found

    def to_json(self) -> str:
        """Canonical text: the same facts always give the same bytes."""
        return json.dumps(_plain_facts(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Facts":
        """The facts that `to_json` wrote; FactsError when the text is not such facts."""
        try:
            return _read_facts(json.loads(text, parse_float=_refuse_float))
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise FactsError([f"事实数据格式不符：{error}"]) from None


def plain_value(value: Value) -> object:
    """JSON form of a value: a number is {"number": "12.5"}, so that it is never taken for text or a float."""
    if isinstance(value, tuple):
        return {"list": [_plain_entry(entry) for entry in value]}
    return {"number": numbers.plain(value)} if isinstance(value, Decimal) else value


def _plain_entry(entry: str | Mark | Record) -> object:
    if isinstance(entry, str):
        return entry
    if isinstance(entry, Mark):
        given = {"judge": entry.judge, "points": plain_value(entry.points), "role": entry.role}
        return {"mark": {**given, "recused": entry.recused}}
    return {"record": {name: plain_value(value) for name, value in entry.fields.items()}}


def _read_entry(raw: object) -> str | Mark | Record:
    if isinstance(raw, str):
        return raw
    assert isinstance(raw, dict)
    if "mark" in raw:
        given = raw["mark"]
        points = read_value(given["points"])
        assert points is None or isinstance(points, Decimal)
        return Mark(given["judge"], points, given["role"], given["recused"])
    fields = {name: read_value(value) for name, value in raw["record"].items()}
    return Record(fields)  # type: ignore[arg-type]  # a record in a record is refused when it is made


def read_value(raw: object) -> Value:
    """The inverse of `plain_value`. The number may be a quotient, finer than a given value may be."""
    if isinstance(raw, dict):
        return tuple(_read_entry(entry) for entry in raw["list"]) if "list" in raw else Decimal(raw["number"])
    assert raw is None or isinstance(raw, bool | str)
    return raw


def _plain_input(given: Input) -> dict[str, object]:
    return {
        "value": plain_value(given.value),
        "unit": given.unit,
        "source": given.source,
        "reference": dict(given.reference),
        "reported": given.reported,
        "period": given.period,
        "evidence": list(given.evidence),
    }


def _plain_facts(facts: Facts) -> dict[str, object]:
    return {
        "entity": facts.entity,
        "name": facts.name,
        "period": facts.period,
        "basis": facts.basis,
        "attributes": {code: plain_value(value) for code, value in facts.attributes.items()},
        "inputs": {code: _plain_input(given) for code, given in facts.inputs.items()},
        "on": facts.on,
        "overrides": {
            code: {"points": numbers.plain(each.points), "reason": each.reason, "by": each.by}
            for code, each in facts.overrides.items()
        },
    }


def _read_facts(raw: dict) -> Facts:
    inputs = {code: _read_input(given) for code, given in raw["inputs"].items()}
    attributes = {code: read_value(value) for code, value in raw["attributes"].items()}
    overrides = {
        code: Override(Decimal(each["points"]), each["reason"], each["by"])
        for code, each in raw.get("overrides", {}).items()
    }
    head = (raw["entity"], raw["name"], raw["period"], raw["basis"])
    return Facts(*head, attributes, inputs, raw.get("on", ""), overrides)


def _read_input(raw: dict) -> Input:
    # Facts stored before papers were kept with them have no list of papers.
    return Input(**{**raw, "value": read_value(raw["value"]), "evidence": tuple(raw.get("evidence", ()))})


def _refuse_float(text: str) -> None:
    raise FactsError([f'小数 {text} 应写成 {{"number": "{text}"}}'])
