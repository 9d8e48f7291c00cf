"""What may be changed of one entity, in which steps, between which limits, at which cost."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from rating.engine import Facts, Input, Scheme, numbers
from rating.engine.derivations.arithmetic import Select
from rating.engine.derivations.cohort import OF_ALL, Cohort
from rating.engine.derivations.years import Prior, Table
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec
from rating.engine.scheme import applies

# Things that come one by one: half a firm or half an accident is no step.
COUNTED = frozenset("家 户 个 项 次 起 人 名 件 条 栋 台 宗 场 平方米 年".split())
MOVABLE = ("number", "boolean", "choice")
ASSUMED = ("假定具备",)


class LeverError(ValueError):
    """A change that the scheme or the limits do not allow; `input` is the code, the text a Chinese sentence."""

    def __init__(self, name: str, message: str):
        super().__init__(message)
        self.input = name


@dataclass(frozen=True, slots=True)
class Lever:
    """One input that may be moved. A number moves from `now` by whole steps of `size`: the k-th value is `value(k)`,
    k from `least` (≤ 0) to `most` (≥ 0). Anything else takes one of `options`; option 0 is what it is now.

    A change costs `fixed` once and `each` for every unit of the change (for an option: `fixed` + `each`).
    `days` is how long it takes.
    """

    name: str
    now: Value
    size: Decimal = Decimal(1)
    least: int = 0
    most: int = 0
    options: tuple[Value, ...] = ()
    each: Decimal = Decimal(0)
    fixed: Decimal = Decimal(0)
    days: int = 0

    def value(self, k: int) -> Value:
        if self.options:
            return self.options[k]
        assert isinstance(self.now, Decimal)
        if k == 0:
            return self.now
        # A number that stands between two steps moves to the next round one first.
        mode = ROUND_FLOOR if k > 0 else ROUND_CEILING
        return ((self.now / self.size).to_integral_value(rounding=mode) + k) * self.size

    def cost(self, k: int) -> Decimal:
        if k == 0:
            return numbers.ZERO
        if self.options:
            return self.fixed + self.each
        value = self.value(k)
        assert isinstance(value, Decimal)
        assert isinstance(self.now, Decimal)
        return self.fixed + self.each * abs(value - self.now)

    def places(self) -> Iterator[int]:
        """Every k, what it is now first. May be very many."""
        yield 0
        yield from range(1, self.most + 1)
        yield from range(-1, self.least - 1, -1)


def unit_step(spec: InputSpec) -> Decimal:
    """The finest step that makes sense of an input: 1 of what is counted, else its last decimal shown."""
    return Decimal(1) if spec.unit in COUNTED else Decimal(1).scaleb(-spec.digits)


def between(
    spec: InputSpec, now: Decimal, low: Decimal | None, high: Decimal | None, size: Decimal | None = None
) -> tuple[Decimal, int, int]:
    """(size, least, most): the steps from `now` that stay between the limits and in the declared range."""
    step = size or unit_step(spec)
    if step <= 0 or step != numbers.rounded(step, numbers.FINEST_DIGITS):
        raise LeverError(spec.name, f"{spec.title}的步长应大于 0，小数不超过 {numbers.FINEST_DIGITS} 位")
    with numbers.exact():
        edge = numbers.LARGEST - step
        lows = [each for each in (low, spec.low) if each is not None]
        highs = [each for each in (high, spec.high) if each is not None]
        lowest, highest = max([*lows, -edge]), min([*highs, edge])
        floor = (now / step).to_integral_value(rounding=ROUND_FLOOR)
        ceiling = (now / step).to_integral_value(rounding=ROUND_CEILING)
        most = (highest / step).to_integral_value(rounding=ROUND_FLOOR) - floor
        least = (lowest / step).to_integral_value(rounding=ROUND_CEILING) - ceiling
    return step, min(0, int(least)), max(0, int(most))


def moved(facts: Facts, specs: Mapping[str, InputSpec], changes: Mapping[str, Value]) -> Facts:
    """The facts with those values instead. Papers that an item demands are taken as there, and said to be assumed."""
    inputs = dict(facts.inputs)
    for name, value in changes.items():
        given = facts.find(name)
        if given is None:
            given = Input(None, unit=specs[name].unit, period=facts.period)
        papers = given.evidence or ASSUMED
        inputs[name] = replace(given, value=value, unit=specs[name].unit, reported=True, evidence=papers)
    return replace(facts, inputs=inputs)


def below(scheme: Scheme, facts: Facts, name: str) -> tuple[str, ...]:
    """The inputs of this year from which an input follows for this entity. What others have, and the past, stay."""
    derive = scheme.inputs[name].derive
    if derive is None or isinstance(derive, Prior):
        return ()
    if isinstance(derive, Select):
        chosen = derive.cases.get(str(facts.attributes.get(derive.attribute)), derive.default)
        return (chosen,) if chosen else ()
    if isinstance(derive, Cohort) and derive.statistic in OF_ALL:
        return ()
    if isinstance(derive, Table):
        return (derive.by,) if derive.by in scheme.inputs else ()
    return derive.reads()


def foundations(scheme: Scheme, facts: Facts, names: Iterable[str]) -> tuple[str, ...]:
    """The given inputs of this year that those inputs are made of for this entity, in the scheme's order."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += below(scheme, facts, name)
    return tuple(name for name, spec in scheme.inputs.items() if name in seen and spec.derive is None)


def movable(scheme: Scheme, facts: Facts) -> tuple[str, ...]:
    """Given inputs that have a value, that an item of this entity or a gate reads, and that are a number, a yes-or-no or a
    level. Attributes stay: they say what the entity is."""
    read: list[str] = []
    for item in scheme.items():
        if applies(item.scope, facts.attributes):
            read += item.rule.reads()
    for gate in scheme.gates:
        read += inputs_of(gate.test)
        read += inputs_of(gate.unless) if gate.unless else []
    if scheme.stars:
        read.append(scheme.stars.base)
        for test, _ in scheme.stars.steps:
            read += inputs_of(test)
    return tuple(
        name
        for name in foundations(scheme, facts, read)
        if scheme.inputs[name].type in MOVABLE
        and name not in facts.attributes
        and (given := facts.inputs.get(name)) is not None
        and not given.missing
    )


def inputs_of(test) -> list[str]:
    """Names of the inputs in a test."""
    parts = getattr(test, "parts", None)
    if parts is not None:
        return [name for part in parts for name in inputs_of(part)]
    return [test.name] if test.subject == "input" else []
