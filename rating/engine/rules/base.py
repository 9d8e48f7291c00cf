"""What every rule kind offers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, NamedTuple

from rating.engine import numbers
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec, measured
from rating.engine.params import Flaw, Param, Specs

Values = Mapping[str, Value]
Bounds = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Points before any cap, and the words that say how the value was placed."""

    points: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """The nearest value of one input that earns more; `strict` when it must be passed, not reached."""

    name: str
    threshold: Value
    strict: bool
    points: Decimal


class Level(NamedTuple):
    """Points for one code of a choice, a checklist or a record's field."""

    code: str
    points: Decimal


class Rule:
    """Base of the rule kinds. A kind is a frozen dataclass of its parameters, without state."""

    kind: ClassVar[str]
    title: ClassVar[str]
    params: ClassVar[tuple[Param, ...]]

    def reads(self) -> tuple[str, ...]:
        """Names of the inputs that the rule reads."""
        raise NotImplementedError

    def absent(self, values: Values) -> tuple[str, ...]:
        """Names whose absence leaves the rule without an answer."""
        return tuple(name for name in self.reads() if values[name] is None)

    def earn(self, values: Values) -> Decimal:
        """The points that `judge` gives, without its words. Called only when nothing is absent."""
        raise NotImplementedError

    def judge(self, values: Values, specs: Specs) -> Judgement:
        """Called only when nothing is absent."""
        raise NotImplementedError

    def describe(self, specs: Specs) -> str:
        """The rule in words, without any entity's values."""
        raise NotImplementedError

    def bounds(self, specs: Specs) -> Bounds:
        """Lowest and highest points before caps; None where there is no bound."""
        raise NotImplementedError

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        """The nearest step to more points, or None when there is none or it cannot be known."""
        return None

    def trends(self) -> dict[str, str]:
        """Inputs in which the points are monotone: name to `higher` or `lower` (is better)."""
        return {}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        """What makes these parameters unusable, in Chinese."""
        return iter(())


def number(values: Values, name: str) -> Decimal:
    value = values[name]
    assert isinstance(value, Decimal)
    return value


def points_text(points: Decimal) -> str:
    return f"{numbers.plain(points)} 分"


def amount(value: Decimal, spec: InputSpec) -> str:
    """A number of the scheme itself (a cut, a knot), written in full."""
    return measured(numbers.plain(value), spec.unit)


def demand_number(rule: Rule, param: str, names: tuple[str, ...], specs: Specs) -> Iterator[Flaw]:
    for index, name in enumerate(names):
        if specs[name].type != "number":
            yield Flaw(
                param, index if len(names) > 1 else None, f"{rule.kind} 只能用数值输入，“{name}”不是数值"
            )
