"""One entity's facts under one scheme: every item, every group, the gates and the grade."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from rating.engine import explain, numbers
from rating.engine.facts import Facts, FactsError, Value
from rating.engine.grade import decide, judge_gates
from rating.engine.inputs import Reader, Reading
from rating.engine.plan import ItemPlan, Plan, plan_of
from rating.engine.references import NONE, References
from rating.engine.result import Adjustment, GroupResult, LeafResult, Result
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
        root = _transformed(scheme.transform, _group(scheme, plan_of(scheme), scheme.root, reader))
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
    plan = plan_of(scheme)
    for code, levels in plan.attributes.items():
        value = facts.attributes.get(code)
        if value is not None and value not in levels:
            title = scheme.attributes[code].title
            errors.append(f"{facts.name or facts.entity} 的{title}（{code}）没有“{value}”这个值")
    items = {code: each.item for code, each in plan.items.items()} if facts.overrides else {}
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


def _group(scheme: Scheme, plan: Plan, group: Group, reader: Reader) -> GroupResult:
    attributes = reader.facts.attributes
    found: list[Node] = []
    seen, inputs, short = reader.seen, reader.facts.inputs, not reader.facts.overrides
    for child, leaf_plan in plan.children[group.code]:
        if short and leaf_plan is not None and leaf_plan.short is not None:
            made_short = leaf_plan.short(inputs, seen)
            if made_short is not None:
                found.append(made_short)
                continue
        if child.scope and applies(child.scope, attributes) is False:
            continue
        if leaf_plan is None:
            assert isinstance(child, Group)
            found.append(_group(scheme, plan, child, reader))
        else:
            found.append(_item(scheme, leaf_plan, reader))
    children = tuple(found)
    full = group.full.of(attributes)
    available = sum([child.available for child in children], numbers.ZERO)
    points, adjustments = adjusted(group, full, children, available, reader.facts.attributes)
    part = full if available else numbers.ZERO
    made = object.__new__(GroupResult)
    for name, value in (
        ("code", group.code),
        ("title", group.title),
        ("status", _group_status(children, available, full)),
        ("basis", group.basis),
        ("points", points),
        ("full", full),
        ("available", part),
        ("lost", part - points),
        ("children", children),
        ("adjustments", adjustments),
        ("weight", group.weight.of(attributes) if group.weight else None),
        ("mode", group.mode),
    ):
        object.__setattr__(made, name, value)
    return made


def _group_status(children: tuple[Node, ...], available: Decimal, full: Decimal) -> str:
    statuses = {child.status for child in children}
    if "blocked" in statuses:
        return "blocked"
    return "excluded" if statuses == {"excluded"} or (full and not available) else "scored"


def adjusted(
    group: Group, full: Decimal, children: tuple[Node, ...], available: Decimal, attributes: Mapping[str, Value]
) -> tuple[Decimal, tuple[Adjustment, ...]]:
    """The group's points and each step from the plain sum to them. Of the children only points, available and weight count.

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
    high = group.high.of(attributes) if group.high else None
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


def _item(scheme: Scheme, plan: ItemPlan, reader: Reader) -> LeafResult:
    item, facts = plan.item, reader.facts
    if item.scope and applies(item.scope, facts.attributes) is None:
        titles = [scheme.attributes[part.attribute].title for part in item.scope]
        return _Leaf(plan, facts).result((), "blocked", numbers.ZERO, numbers.ZERO, explain.scope_unknown(titles))
    if len(plan.names) == 1 and not item.evidence:
        reading = reader.read(plan.names[0])
        readings: tuple[Reading, ...] = (reading,)
        values = {reading.name: reading.value}
        ok = reading.state == "ok"
    else:
        readings = tuple(_backed(item, reader.read(name)) for name in plan.names)
        values = {reading.name: reading.value for reading in readings}
        ok = all(reading.state == "ok" for reading in readings)
    if ok and plan.plain and item.code not in facts.overrides:
        return _scored(plan, facts, readings, values)
    leaf = _Leaf(plan, facts)
    if not ok and any(reading.state == "invalid" for reading in readings):
        return leaf.unscored(readings, "blocked")
    if (not ok or not plan.plain) and plan.rule.absent(values):
        if item.missing.policy == "peer_mean_score":
            return leaf.by_peers(readings, reader.references)
        statuses = {"exclude_and_rescale": "excluded", "block": "blocked"}
        return leaf.unscored(readings, statuses.get(item.missing.policy, "missing"))
    if leaf.override:
        return leaf.overridden(readings, values)
    return _scored(plan, facts, readings, values)


def _backed(item: Item, reading: Reading) -> Reading:
    """With papers demanded, a value that has none is not there."""
    if not item.evidence or reading.state != "ok" or reading.evidence or reading.value is False:
        return reading
    note = explain.evidence_missing(reading.title)
    return replace(reading, value=None, state="missing", note=note, shown=note)


def _scored(plan: ItemPlan, facts: Facts, readings: tuple[Reading, ...], values: Values) -> LeafResult:
    """The item with its points; its words are made when they are read."""
    item, attributes = plan.item, facts.attributes
    full = item.full.of(attributes) if plan.full is None else plan.full
    high = item.high.of(attributes) if plan.cap is None and item.high else plan.cap
    raw = plan.rule.earn(values)
    if plan.of is not None:
        raw = raw * full / plan.of
    leaf = object.__new__(LeafResult)
    for name, value in (
        ("code", plan.code),
        ("status", "scored"),
        ("inputs", readings),
        ("raw", raw),
        ("points", plan.limited(raw, high)),
        ("full", full),
        ("available", full),
        ("weight", item.weight.of(attributes) if item.weight else None),
        ("override", ""),
        ("_late", (plan, high)),
    ):
        object.__setattr__(leaf, name, value)
    return leaf


class _Leaf:
    """One item whose points do not simply follow from its rule, for one entity: what each outcome makes of it."""

    def __init__(self, plan: ItemPlan, facts: Facts):
        self.plan = plan
        self.item = plan.item
        self.facts = facts
        self.full = plan.item.full.of(facts.attributes)
        self.high = plan.item.high.of(facts.attributes) if plan.item.high else None
        self.weight = plan.item.weight.of(facts.attributes) if plan.item.weight else None
        self.override = facts.overrides.get(plan.item.code)

    def overridden(self, readings: tuple[Reading, ...], values: Values) -> LeafResult:
        """What the rule gave is kept beside the points that a person set."""
        by_rule = _scored(self.plan, self.facts, readings, values)
        return self.result(readings, "scored", by_rule.raw, by_rule.points, by_rule.sentence)

    def unscored(self, readings: tuple[Reading, ...], status: str) -> LeafResult:
        points = -self.item.missing.points if status == "missing" else numbers.ZERO
        sentence = explain.not_scored(self.item, self.full, readings, points)
        return self.result(readings, status, points, points, sentence)

    def by_peers(self, readings: tuple[Reading, ...], references: References) -> LeafResult:
        peers = references.peers.get(self.item.code)
        if peers is None or not peers.count:
            return self.unscored(readings, "blocked")
        raw = self.full * peers.points / peers.count
        points = self.plan.limited(raw, self.high)
        sentence = explain.peer_mean(self.item, self.full, readings, points, peers.count)
        return self.result(readings, "missing", raw, points, sentence)

    def result(
        self, readings: tuple[Reading, ...], status: str, raw: Decimal, points: Decimal, sentence: str
    ) -> LeafResult:
        item, note = self.item, ""
        if self.override:
            points, status = self.override.points, "scored"
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
            next=None,
            sentence=sentence,
            weight=self.weight,
            override=note,
        )
