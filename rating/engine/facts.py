"""What is known about one entity: its attributes and its dated inputs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from rating.engine import numbers

Value = Decimal | bool | str | None


class FactsError(ValueError):
    """Facts that cannot be read as what the scheme declares; `errors` holds Chinese sentences."""

    def __init__(self, errors: list[str]):
        super().__init__("；".join(errors))
        self.errors = errors


def checked_value(value: object) -> Value:
    """A value the engine accepts (int becomes Decimal); FactsError for a float or anything else."""
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
    puts there what leads back to the record. A value counts as missing when it is None or not reported.
    """

    value: Value
    unit: str = ""
    source: str = ""
    reference: Mapping[str, object] = field(default_factory=dict)
    reported: bool = True
    period: str = ""

    def __post_init__(self):
        object.__setattr__(self, "value", checked_value(self.value))

    @property
    def missing(self) -> bool:
        return self.value is None or not self.reported


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one score reads: entity, period, attributes by code, inputs by code.

    An attribute can also be read as an input of the same code, so a caller states it once.
    """

    entity: str
    name: str = ""
    period: str = ""
    basis: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)

    def __post_init__(self):
        attributes = {code: checked_value(value) for code, value in self.attributes.items()}
        object.__setattr__(self, "attributes", MappingProxyType(attributes))
        object.__setattr__(self, "inputs", MappingProxyType(dict(self.inputs)))

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
    return {"number": numbers.plain(value)} if isinstance(value, Decimal) else value


def read_value(raw: object) -> Value:
    """The inverse of `plain_value`. The number may be a quotient, finer than a given value may be."""
    if isinstance(raw, dict):
        return Decimal(raw["number"])
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
    }


def _plain_facts(facts: Facts) -> dict[str, object]:
    return {
        "entity": facts.entity,
        "name": facts.name,
        "period": facts.period,
        "basis": facts.basis,
        "attributes": {code: plain_value(value) for code, value in facts.attributes.items()},
        "inputs": {code: _plain_input(given) for code, given in facts.inputs.items()},
    }


def _read_facts(raw: dict) -> Facts:
    inputs = {
        code: Input(**{**given, "value": read_value(given["value"])}) for code, given in raw["inputs"].items()
    }
    attributes = {code: read_value(value) for code, value in raw["attributes"].items()}
    return Facts(raw["entity"], raw["name"], raw["period"], raw["basis"], attributes, inputs)


def _refuse_float(text: str) -> None:
    raise FactsError([f'小数 {text} 应写成 {{"number": "{text}"}}'])
