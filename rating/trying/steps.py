"""One band up, one band down: the smallest shift of one input that changes an item's points or a gate's answer."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from rating.engine import Facts, Input, References, Result, Scheme, numbers, score
from rating.engine.conditions import Condition, leaves
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec, Reader, Reading, out_of_range
from rating.engine.rules.base import Values
from rating.engine.scheme import Gate, Item, applies
from rating.trying.edges import edges, of_conditions

UP, DOWN = "up", "down"
EARLIER_YEARS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A shift of one reading to the next band. `way` is up where the item earns more (the gate is met better), down
    where it earns less. `criterion` is the code of the item or the gate."""

    criterion: str
    title: str
    input: str
    input_title: str
    way: str
    before: str
    after: str
    value: Value


def steps(scheme: Scheme, facts: Facts, references: References) -> Iterator[Step]:
    """Every criterion that applies, each of its inputs that is known, at most one step up and one down. The rest stands
    still, the others' values (references) too."""
    with numbers.exact():
        reader = Reader(scheme.inputs, facts, references)
        for item in scheme.items():
            if applies(item.scope, facts.attributes) and item.code not in facts.overrides:
                yield from _of_item(scheme, item, reader)
        for gate in scheme.gates:
            yield from _of_gate(scheme, gate, reader)


def shifted(scheme: Scheme, facts: Facts, references: References, name: str, value: Value) -> Result:
    """The whole score with that one reading replaced, also where it is derived: what it is made of stays as it is."""
    with numbers.exact():
        reader = Reader(scheme.inputs, facts, references)
        reading = reader.read(name)
        earlier = {f"{name}@-{years}": reader.earlier(years).read(name) for years in range(1, EARLIER_YEARS + 1)}
    spec = replace(scheme.inputs[name], derive=None)
    evidence = reading.evidence
    given = {code: _given(spec, each.value, ()) for code, each in earlier.items() if each.state == "ok"}
    inputs = {**given, **facts.inputs, name: _given(spec, value, evidence)}
    moved = replace(scheme, inputs={**scheme.inputs, name: spec})
    return score(moved, replace(facts, inputs=inputs), references)


def _given(spec: InputSpec, value: Value, evidence: tuple[str, ...]) -> Input:
    if isinstance(value, Decimal):
        value = numbers.rounded(value, numbers.FINEST_DIGITS)
    return Input(value, unit=spec.unit, evidence=evidence)


def _of_item(scheme: Scheme, item: Item, reader: Reader) -> Iterator[Step]:
    readings = [reader.read(name) for name in item.rule.reads()]
    values = {each.name: each.value if each.state == "ok" else None for each in readings}
    if any(each.state == "invalid" for each in readings) or item.rule.absent(values):
        return
    if item.evidence and any(not each.evidence and each.value is not False for each in readings):
        return
    now = _points(scheme, item, values, reader.facts)
    for reading in readings:
        if reading.state != "ok":
            continue
        spec = scheme.inputs[reading.name]
        found = _admitted(edges(item.rule, spec, values), spec, reading.value)

        def worth(value: Value, name: str = reading.name) -> Decimal:
            return _points(scheme, item, {**values, name: value}, reader.facts)

        yield from _nearest(item.code, item.title, spec, reading, found, worth, now)


def _points(scheme: Scheme, item: Item, values: Values, facts: Facts) -> Decimal:
    """What the engine gives for the item with these values."""
    if item.rule.absent(values):
        return numbers.ZERO
    full = item.full.of(facts.attributes)
    raw = item.rule.judge(values, scheme.inputs).points
    scaled = raw if item.of is None else raw * full / item.of
    high = item.high.of(facts.attributes) if item.high else None
    return numbers.rounded_by(numbers.clamp(scaled, item.low, high), item.digits, item.rounding)


def _of_gate(scheme: Scheme, gate: Gate, reader: Reader) -> Iterator[Step]:
    asked = [each for each in leaves(gate.test) if each.subject == "input"]
    for name in dict.fromkeys(each.name for each in asked):
        reading, spec = reader.read(name), scheme.inputs[name]
        if reading.state != "ok":
            continue
        conditions = [each for each in asked if each.name == name]
        found = _admitted(of_conditions(conditions, spec), spec, reading.value)
        better = -1 if gate.kind in ("veto", "cap", "notice") else 1

        def worth(value: Value, of: list[Condition] = conditions, sign: int = better) -> Decimal:
            return Decimal(sign * sum(each.holds(value) is True for each in of))

        yield from _nearest(gate.code, gate.title, spec, reading, found, worth, worth(reading.value))


def _admitted(candidates: Iterable[Value], spec: InputSpec, now: Value) -> list[Value]:
    """Those that the scheme would accept, the nearest to the present value first."""
    found: dict[Value, None] = {}
    for value in candidates:
        if isinstance(value, Decimal):
            value = numbers.rounded(value, numbers.FINEST_DIGITS)
        if value != now and not out_of_range(spec, value):
            found.setdefault(value)
    return sorted(found, key=lambda value: _distance(value, now))


def _distance(value: Value, now: Value) -> Decimal:
    return abs(value - now) if isinstance(value, Decimal) and isinstance(now, Decimal) else numbers.ZERO


def _nearest(
    code: str,
    title: str,
    spec: InputSpec,
    reading: Reading,
    found: list[Value],
    worth: Callable[[Value], Decimal],
    now: Decimal,
) -> Iterator[Step]:
    """The next band each way. Among levels, which have no distance, the one that pays least more (least less)."""
    nearest: dict[str, tuple[Value, Decimal]] = {}
    ordered = isinstance(reading.value, Decimal)
    for value in found:
        points = worth(value)
        if points == now:
            continue
        way = UP if points > now else DOWN
        if way not in nearest or (not ordered and abs(points - now) < abs(nearest[way][1] - now)):
            nearest[way] = value, points
        if ordered and len(nearest) == 2:
            break
    for way in (UP, DOWN):
        if way in nearest:
            value = nearest[way][0]
            yield Step(code, title, spec.name, spec.title, way, reading.shown, spec.show(value), value)
