"""One entity's facts under one scheme: every item, every group, the gates and the grade."""

from decimal import Decimal

from rating.engine import explain, numbers
from rating.engine.facts import Facts, FactsError
from rating.engine.grade import decide, judge_gates
from rating.engine.inputs import Reader, Reading
from rating.engine.result import Adjustment, GroupResult, LeafResult, NextStep, Result
from rating.engine.rules.base import Values
from rating.engine.scheme import Group, Item, Scheme, applies

ENGINE_VERSION = "1"


def score(scheme: Scheme, facts: Facts) -> Result:
    """The explained result. FactsError when an attribute, a type or a unit is not what the scheme declares.

    Pure: reads nothing but its arguments, and the order of the facts does not matter.
    """
    _demand_attributes(scheme, facts)
    with numbers.exact():
        reader = Reader(scheme.inputs, facts)
        root = _group(scheme, scheme.root, reader)
        gates = judge_gates(scheme, root, reader)
        grade = decide(scheme, root.points, root, gates)
    return Result(
        engine=ENGINE_VERSION,
        scheme=scheme.code,
        scheme_title=scheme.title,
        scheme_version=scheme.version,
        scheme_status=scheme.status,
        scheme_digest=scheme.digest,
        entity=facts.entity,
        entity_name=facts.name,
        period=facts.period,
        basis=facts.basis,
        status="scored" if root.status == "scored" else "blocked",
        total=root.points,
        full=root.full,
        root=root,
        gates=gates,
        grade=grade,
        sentence=grade.sentence,
    )


def _demand_attributes(scheme: Scheme, facts: Facts) -> None:
    errors = []
    for attribute in scheme.attributes.values():
        value = facts.attributes.get(attribute.code)
        if value is not None and value not in dict(attribute.choices):
            errors.append(
                f"{facts.name or facts.entity} 的{attribute.title}（{attribute.code}）没有“{value}”这个值"
            )
    if errors:
        raise FactsError(errors)


def _group(scheme: Scheme, group: Group, reader: Reader) -> GroupResult:
    children = tuple(
        _group(scheme, child, reader) if isinstance(child, Group) else _item(scheme, child, reader)
        for child in group.children
        if applies(child.scope, reader.facts.attributes) is not False
    )
    available = sum((child.available for child in children), numbers.ZERO)
    points, adjustments = _adjusted(group, children, available)
    part = group.full if available else numbers.ZERO
    status = _group_status(children, available, group)
    sentence = explain.group(
        group.title, points, group.full, status, [a.sentence for a in adjustments if a.sentence]
    )
    return GroupResult(
        code=group.code,
        title=group.title,
        status=status,
        basis=group.basis,
        points=points,
        full=group.full,
        available=part,
        lost=part - points,
        children=children,
        adjustments=adjustments,
        sentence=sentence,
    )


def _group_status(children: tuple[GroupResult | LeafResult, ...], available: Decimal, group: Group) -> str:
    statuses = {child.status for child in children}
    if "blocked" in statuses:
        return "blocked"
    return "excluded" if statuses == {"excluded"} or (group.full and not available) else "scored"


def _adjusted(
    group: Group, children: tuple[GroupResult | LeafResult, ...], available: Decimal
) -> tuple[Decimal, tuple[Adjustment, ...]]:
    """The group's points and each step from the plain sum to them.

    Only what can be earned is rescaled: a deduction counts in full however many items take part.
    """
    points = sum((child.points for child in children), numbers.ZERO)
    steps: list[Adjustment] = []
    if numbers.ZERO < available < group.full:
        earned = sum((child.points for child in children if child.available), numbers.ZERO)
        more = numbers.rounded(earned * group.full / available, group.digits) - earned
        points += _step(steps, "rescale", more, explain.rescaled(available, group.full))
    limited = numbers.clamp(points, group.low, group.high)
    if limited != points:
        kind = "cap" if limited < points else "floor"
        points += _step(steps, kind, limited - points, explain.limited(kind, limited))
    points += _step(steps, "round", numbers.rounded(points, group.digits) - points, "")
    return points, tuple(steps)


def _step(steps: list[Adjustment], kind: str, amount: Decimal, sentence: str) -> Decimal:
    if amount or kind == "rescale":
        steps.append(Adjustment(kind, explain.ADJUSTMENTS[kind], amount, sentence))
    return amount


def _item(scheme: Scheme, item: Item, reader: Reader) -> LeafResult:
    if applies(item.scope, reader.facts.attributes) is None:
        titles = [scheme.attributes[part.attribute].title for part in item.scope]
        return _leaf(item, (), "blocked", numbers.ZERO, numbers.ZERO, None, explain.scope_unknown(titles))
    readings = tuple(reader.read(name) for name in item.rule.reads())
    values = {reading.name: reading.value for reading in readings}
    if any(reading.state == "invalid" for reading in readings):
        return _unscored(item, readings, "blocked")
    if item.rule.absent(values):
        statuses = {"exclude_and_rescale": "excluded", "block": "blocked"}
        return _unscored(item, readings, statuses.get(item.missing.policy, "missing"))
    return _scored(scheme, item, readings, values)


def _unscored(item: Item, readings: tuple[Reading, ...], status: str) -> LeafResult:
    points = -item.missing.points if status == "missing" else numbers.ZERO
    return _leaf(item, readings, status, points, points, None, explain.not_scored(item, readings, points))


def _scored(scheme: Scheme, item: Item, readings: tuple[Reading, ...], values: Values) -> LeafResult:
    judgement = item.rule.judge(values, scheme.inputs)
    points = _limited(item, judgement.points)
    sentence = explain.scored(item, readings, judgement.text, judgement.points, points)
    ahead = _next_step(scheme, item, values, points)
    return _leaf(item, readings, "scored", judgement.points, points, ahead, sentence)


def _limited(item: Item, raw: Decimal) -> Decimal:
    return numbers.rounded(numbers.clamp(raw, item.low, item.high), item.digits)


def _next_step(scheme: Scheme, item: Item, values: Values, points: Decimal) -> NextStep | None:
    step = item.rule.ahead(values)
    if step is None:
        return None
    then = _limited(item, step.points)
    if then <= points:
        return None
    spec, now = scheme.inputs[step.name], values[step.name]
    change = None
    if isinstance(step.threshold, Decimal) and isinstance(now, Decimal):
        change = step.threshold - now
    rising = change > 0 if change else item.rule.trends().get(step.name) != "lower"
    sentence = explain.next_step(spec, step, change, rising, then)
    return NextStep(
        step.name, spec.title, spec.unit, step.threshold, step.strict, change, then, then - points, sentence
    )  # fmt: skip


def _leaf(
    item: Item,
    readings: tuple[Reading, ...],
    status: str,
    raw: Decimal,
    points: Decimal,
    ahead: NextStep | None,
    sentence: str,
) -> LeafResult:
    available = numbers.ZERO if status == "excluded" else item.full
    return LeafResult(
        code=item.code,
        title=item.title,
        status=status,
        rule=item.rule.kind,
        rule_title=item.rule.title,
        rule_text=item.rule_text,
        basis=item.basis,
        inputs=readings,
        raw=raw,
        points=points,
        full=item.full,
        available=available,
        lost=available - points,
        next=ahead,
        sentence=sentence,
    )
