"""One entity's facts under one scheme: every item, every group, the gates and the grade."""

from dataclasses import replace
from decimal import Decimal

from rating.engine import explain, numbers
from rating.engine.explain import Placed
from rating.engine.facts import Facts, FactsError
from rating.engine.grade import decide, judge_gates
from rating.engine.inputs import Reader, Reading
from rating.engine.references import NONE, References
from rating.engine.result import Adjustment, GroupResult, LeafResult, NextStep, Result
from rating.engine.rules.base import Values
from rating.engine.scheme import WEIGHED, Group, Item, Scheme, Transform, applies

ENGINE_VERSION = "2"
Node = GroupResult | LeafResult


def score(scheme: Scheme, facts: Facts, references: References = NONE) -> Result:
    """The explained result. FactsError when an attribute, a type or a unit is not what the scheme declares.

    `references` is what score_cohort found over all entities; without it, what needs a cohort is missing.
    Pure: reads nothing but its arguments, and the order of the facts does not matter.
    """
    demand_attributes(scheme, facts)
    with numbers.exact():
        reader = Reader(scheme.inputs, facts, references)
        root = _transformed(scheme.transform, _group(scheme, scheme.root, reader))
        gates = judge_gates(scheme, root, reader)
        grade = decide(scheme, root, gates, reader)
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


def demand_attributes(scheme: Scheme, facts: Facts) -> None:
    errors = []
    for attribute in scheme.attributes.values():
        value = facts.attributes.get(attribute.code)
        if value is not None and value not in dict(attribute.choices):
            errors.append(
                f"{facts.name or facts.entity} 的{attribute.title}（{attribute.code}）没有“{value}”这个值"
            )
    items = {item.code: item for item in scheme.items()}
    for code, override in facts.overrides.items():
        if code not in items or not items[code].override:
            errors.append(f"{facts.name or facts.entity} 的指标“{code}”不允许人工改分")
        elif not _within(items[code], override.points, facts):
            errors.append(
                f"{facts.name or facts.entity} 的指标“{code}”改为 {override.points} 分，超出本项的范围"
            )
    if errors:
        raise FactsError(errors)


def _within(item: Item, points: Decimal, facts: Facts) -> bool:
    high = item.high.of(facts.attributes) if item.high else None
    return numbers.clamp(points, item.low, high) == points == numbers.rounded(points, item.digits)


# Groups


def _group(scheme: Scheme, group: Group, reader: Reader) -> GroupResult:
    attributes = reader.facts.attributes
    children = tuple(
        _group(scheme, child, reader) if isinstance(child, Group) else _item(scheme, child, reader)
        for child in group.children
        if applies(child.scope, attributes) is not False
    )
    full = group.full.of(attributes)
    available = sum((child.available for child in children), numbers.ZERO)
    points, adjustments = _adjusted(group, full, children, available, reader)
    part = full if available else numbers.ZERO
    status = _group_status(children, available, full)
    sentence = explain.group(
        group.title, points, full, status, [a.sentence for a in adjustments if a.sentence]
    )
    return GroupResult(
        code=group.code,
        title=group.title,
        status=status,
        basis=group.basis,
        points=points,
        full=full,
        available=part,
        lost=part - points,
        children=children,
        adjustments=adjustments,
        sentence=sentence,
        weight=group.weight.of(attributes) if group.weight else None,
        mode=group.mode,
    )


def _group_status(children: tuple[Node, ...], available: Decimal, full: Decimal) -> str:
    statuses = {child.status for child in children}
    if "blocked" in statuses:
        return "blocked"
    return "excluded" if statuses == {"excluded"} or (full and not available) else "scored"


def _adjusted(
    group: Group, full: Decimal, children: tuple[Node, ...], available: Decimal, reader: Reader
) -> tuple[Decimal, tuple[Adjustment, ...]]:
    """The group's points and each step from the plain sum to them.

    Only what can be earned is rescaled: a deduction counts in full however many items take part.
    """
    points = sum((child.points for child in children), numbers.ZERO)
    earned = sum((child.points for child in children if child.available), numbers.ZERO)
    steps: list[Adjustment] = []
    if group.mode in WEIGHED or group.mode == "achieved":
        made = _weighed(group, full, children, available, earned)
        points += _step(steps, "weigh", made - earned, explain.weighed(group.mode, made))
    elif numbers.ZERO < available < full:
        more = numbers.rounded(earned * full / available, group.digits) - earned
        points += _step(steps, "rescale", more, explain.rescaled(available, full))
    high = group.high.of(reader.facts.attributes) if group.high else None
    limited = numbers.clamp(points, group.low, high)
    if limited != points:
        kind = "cap" if limited < points else "floor"
        points += _step(steps, kind, limited - points, explain.limited(kind, limited))
    points += _step(steps, "round", numbers.rounded(points, group.digits) - points, "")
    return points, tuple(steps)


def _weighed(
    group: Group, full: Decimal, children: tuple[Node, ...], available: Decimal, earned: Decimal
) -> Decimal:
    """What the children that take part make of the full mark; those outside it (bonus, deduction) are not in here."""
    if not available:
        return numbers.ZERO
    if group.mode == "achieved":
        return full * earned / available
    parts = [(child.weight, child) for child in children if child.available and child.weight]
    total = sum((weight for weight, _ in parts), numbers.ZERO)
    if not total:
        return numbers.ZERO
    return (
        full * sum((weight * child.points / child.available for weight, child in parts), numbers.ZERO) / total
    )


def _step(steps: list[Adjustment], kind: str, amount: Decimal, sentence: str) -> Decimal:
    if amount or kind == "rescale":
        steps.append(Adjustment(kind, explain.ADJUSTMENTS[kind], amount, sentence))
    return amount


def _transformed(transform: Transform | None, root: GroupResult) -> GroupResult:
    if transform is None:
        return root
    made = numbers.clamp(root.points * transform.times + transform.plus, transform.low, transform.high)
    made = numbers.rounded(made, transform.digits)
    full = numbers.clamp(root.full * transform.times + transform.plus, transform.low, transform.high)
    sentence = explain.transformed(transform.times, transform.plus, made)
    steps = [*root.adjustments]
    _step(steps, "transform", made - root.points, sentence)
    available = full if root.available else numbers.ZERO
    words = explain.group(root.title, made, full, root.status, [s.sentence for s in steps if s.sentence])
    return replace(
        root,
        points=made,
        full=full,
        available=available,
        lost=available - made,
        adjustments=tuple(steps),
        sentence=words,
    )


# Items


def _item(scheme: Scheme, item: Item, reader: Reader) -> LeafResult:
    leaf = _Leaf(item, reader.facts)
    if applies(item.scope, reader.facts.attributes) is None:
        titles = [scheme.attributes[part.attribute].title for part in item.scope]
        return leaf.result((), "blocked", numbers.ZERO, numbers.ZERO, None, explain.scope_unknown(titles))
    readings = tuple(_backed(item, reader.read(name)) for name in item.rule.reads())
    values = {reading.name: reading.value for reading in readings}
    if any(reading.state == "invalid" for reading in readings):
        return leaf.unscored(readings, "blocked")
    if item.rule.absent(values):
        if item.missing.policy == "peer_mean_score":
            return leaf.by_peers(readings, reader.references)
        statuses = {"exclude_and_rescale": "excluded", "block": "blocked"}
        return leaf.unscored(readings, statuses.get(item.missing.policy, "missing"))
    return leaf.scored(scheme, readings, values)


def _backed(item: Item, reading: Reading) -> Reading:
    """With papers demanded, a value that has none is not there."""
    if not item.evidence or reading.state != "ok" or reading.evidence or reading.value is False:
        return reading
    note = explain.evidence_missing(reading.title)
    return replace(reading, value=None, state="missing", note=note, shown=note)


class _Leaf:
    """One item under way, for one entity: what each outcome makes of it."""

    def __init__(self, item: Item, facts: Facts):
        self.item = item
        self.full = item.full.of(facts.attributes)
        self.high = item.high.of(facts.attributes) if item.high else None
        self.weight = item.weight.of(facts.attributes) if item.weight else None
        self.override = facts.overrides.get(item.code)

    def scored(self, scheme: Scheme, readings: tuple[Reading, ...], values: Values) -> LeafResult:
        judgement = self.item.rule.judge(values, scheme.inputs)
        scaled = self._scaled(judgement.points)
        points = self._limited(scaled)
        placed = Placed(judgement.points, scaled, points, judgement.text)
        sentence = explain.scored(self.item, self.full, readings, placed)
        ahead = self._next_step(scheme, values, points)
        return self.result(readings, "scored", scaled, points, ahead, sentence)

    def unscored(self, readings: tuple[Reading, ...], status: str) -> LeafResult:
        points = -self.item.missing.points if status == "missing" else numbers.ZERO
        sentence = explain.not_scored(self.item, self.full, readings, points)
        return self.result(readings, status, points, points, None, sentence)

    def by_peers(self, readings: tuple[Reading, ...], references: References) -> LeafResult:
        peers = references.peers.get(self.item.code)
        if peers is None or not peers.count:
            return self.unscored(readings, "blocked")
        raw = self.full * peers.points / peers.count
        points = self._limited(raw)
        sentence = explain.peer_mean(self.item, self.full, readings, points, peers.count)
        return self.result(readings, "missing", raw, points, None, sentence)

    def _scaled(self, points: Decimal) -> Decimal:
        return points if self.item.of is None else points * self.full / self.item.of

    def _limited(self, raw: Decimal) -> Decimal:
        limited = numbers.clamp(raw, self.item.low, self.high)
        return numbers.rounded_by(limited, self.item.digits, self.item.rounding)

    def _next_step(self, scheme: Scheme, values: Values, points: Decimal) -> NextStep | None:
        step = self.item.rule.ahead(values, scheme.inputs)
        if step is None:
            return None
        then = self._limited(self._scaled(step.points))
        if then <= points:
            return None
        spec, now = scheme.inputs[step.name], values[step.name]
        change = None
        if isinstance(step.threshold, Decimal) and isinstance(now, Decimal):
            change = step.threshold - now
        rising = change > 0 if change else self.item.rule.trends().get(step.name) != "lower"
        sentence = explain.next_step(spec, step, change, rising, then)
        return NextStep(
            step.name, spec.title, spec.unit, step.threshold, step.strict, change, then, then - points, sentence
        )  # fmt: skip

    def result(
        self,
        readings: tuple[Reading, ...],
        status: str,
        raw: Decimal,
        points: Decimal,
        ahead: NextStep | None,
        sentence: str,
    ) -> LeafResult:
        item, note = self.item, ""
        if self.override:
            points, status, ahead = self.override.points, "scored", None
            note = f"{self.override.by}：{self.override.reason}"
            sentence = explain.overridden(sentence, points, self.override.by, self.override.reason)
        available = numbers.ZERO if status == "excluded" else self.full
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
            full=self.full,
            available=available,
            lost=available - points,
            next=ahead,
            sentence=sentence,
            weight=self.weight,
            override=note,
        )
