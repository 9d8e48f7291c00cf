"""From points to a grade: the cuts, and the gates that deny it, limit it, or give it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from rating.engine import explain, numbers
from rating.engine.conditions import Combined, Condition, Test
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec, Reader, Reading
from rating.engine.plan import plan_of
from rating.engine.result import ConditionResult, GateResult, GradeResult, GroupResult, LeafResult
from rating.engine.scheme import GATE_KINDS, Gate, Grade, Scheme, StarSum

Node = GroupResult | LeafResult
GIVES = ("direct", "notice")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the entity stands in its part of the cohort, and the grade that follows from it."""

    place: int
    among: int
    grade: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a condition may look at."""

    scheme: Scheme
    nodes: Mapping[str, Node]
    root: GroupResult
    reader: Reader


# Gates


def judge_gates(scheme: Scheme, root: GroupResult, reader: Reader) -> tuple[GateResult, ...]:
    """Every gate of the scheme, in its order; then one for each item whose missing data is a veto."""
    vetoes = plan_of(scheme).vetoes
    if not scheme.gates and not vetoes:
        return ()
    seen = _Seen(scheme, {node.code: node for node in root.walk()}, root, reader)
    gates = tuple(_gate(seen, gate) for gate in scheme.gates)
    return (*gates, *_missing_vetoes(seen)) if vetoes else gates


def _gate(seen: _Seen, gate: Gate) -> GateResult:
    found = _tested(seen, gate.test)
    status = _gate_status(gate, found.met)
    shown: tuple[ConditionResult, ...] = (found,)
    if isinstance(gate.test, Combined) and gate.test.kind == GATE_KINDS[gate.kind].test:
        shown = found.parts
    if gate.unless is not None and status in ("failed", "pending"):
        exemption = _tested(seen, gate.unless)
        shown = (*shown, exemption)
        # An exemption that is not known does not exempt, and does not let the gate be called failed either.
        status = {True: "exempt", None: "pending", False: status}[exemption.met]
    words = [_words(condition) for condition in shown]
    sentence = explain.gate(gate.title, status, words)
    return GateResult(
        gate.code, gate.title, gate.kind, gate.basis, status, gate.grades, shown, sentence, gate.grade
    )


def _words(found: ConditionResult) -> str:
    return f"{found.text}：{found.shown}"


def _gate_status(gate: Gate, met: bool | None) -> str:
    gives = gate.kind in GIVES
    if met is None:
        return {
            "pending": "pending",
            "pass": "unmet" if gives else "passed",
            "fail": "met" if gives else "failed",
        }[gate.missing]
    bites = met is GATE_KINDS[gate.kind].when
    return ("met" if bites else "unmet") if gives else ("failed" if bites else "passed")


def _missing_vetoes(seen: _Seen) -> Iterable[GateResult]:
    items = plan_of(seen.scheme).vetoes
    for node in seen.root.walk():
        item = items.get(node.code)
        if item and isinstance(node, LeafResult) and node.status == "missing":
            denied = tuple(grade.code for grade in seen.scheme.grades[:-1])
            title = f"缺少{item.title}的数据"
            yield GateResult(
                f"missing.{item.code}", title, "veto", item.basis, "failed", denied, (), node.sentence, item.missing.grade
            )  # fmt: skip


def _tested(seen: _Seen, test: Test) -> ConditionResult:
    if isinstance(test, Condition):
        return _condition(seen, test)
    parts = tuple(_tested(seen, part) for part in test.parts)
    met = test.combine([part.met for part in parts])
    words = "；".join(_words(part) for part in parts)
    held, unknown = sum(part.met is True for part in parts), sum(part.met is None for part in parts)
    shown = f"满足 {held} 项" + (f"，{unknown} 项待核" if unknown else "")
    readings = tuple({reading.name: reading for part in parts for reading in part.inputs}.values())
    return ConditionResult(f"{test.title()}（{words}）", met, shown, met, readings, parts)


def _condition(seen: _Seen, condition: Condition) -> ConditionResult:
    spec = seen.scheme.subject(condition)
    value, readings = value_of(condition, seen.nodes, seen.root, seen.reader)
    shown = _shown(spec, value, readings)
    return ConditionResult(condition.describe(spec), value, shown, condition.holds(value), readings)


def value_of(
    condition: Condition, nodes: Mapping[str, Node], root: GroupResult, reader: Reader
) -> tuple[Value, tuple[Reading, ...]]:
    """What a condition looks at; None while it cannot be known."""
    if condition.subject == "input":
        reading = reader.read(condition.name)
        return (reading.value if reading.state == "ok" else None), (reading,)
    if condition.subject == "attribute":
        return reader.facts.attributes.get(condition.name), ()
    node = root if condition.subject == "total" else nodes.get(condition.name)
    return _points(node, condition.measure), ()


def _points(node: Node | None, measure: str) -> Decimal | None:
    """None for a part that is blocked, excluded or not applicable: it has no points to hold to a line."""
    if node is None or node.status in ("blocked", "excluded"):
        return None
    if measure == "points":
        return node.points
    return node.points * numbers.HUNDRED / node.full if node.full else None


def _shown(spec: InputSpec, value: Value, readings: tuple[Reading, ...]) -> str:
    if value is not None:
        return spec.show(value)
    return f"待核（{readings[0].note}）" if readings else "待核"


# The grade


def decide(
    scheme: Scheme,
    root: GroupResult,
    gates: tuple[GateResult, ...],
    reader: Reader,
    place: Place | None = None,
) -> GradeResult:
    """The grade, by this order: not eligible, a veto that fixes it, blocked; else by cuts, place or stars, with direct
    passes raising it, caps and failed gates lowering it, and vetoes outranking everything."""
    notices = tuple(gate.code for gate in gates if gate.kind == "notice" and gate.status == "met")
    noticed = [gate.title for gate in gates if gate.code in notices]
    made = _decided(scheme, root, gates, reader, place)
    return replace(made, notices=notices, sentence=explain.noticed(made.sentence, noticed))


def _decided(
    scheme: Scheme, root: GroupResult, gates: tuple[GateResult, ...], reader: Reader, place: Place | None
) -> GradeResult:
    total = root.points
    fixed = fixed_by(scheme, gates)
    if fixed:
        outcome, by = fixed
        sentence = explain.fixed(total, [gate.title for gate in by], outcome.title)
        codes = tuple(gate.code for gate in by)
        return GradeResult(
            outcome.code, outcome.title, outcome.stars, "", codes, (), True, "", "", None, sentence
        )
    if root.status != "scored":
        titles = [n.title for n in root.walk() if isinstance(n, LeafResult) and n.status == root.status]
        return _none("暂不评定", explain.blocked(total, titles))
    reached, how = _reached(scheme, root, reader, gates, place)
    if reached is None:
        return _none("待排名" if scheme.needs_cohort else "暂不评定", how)
    return _through_gates(scheme, root, gates, reader, reached, how, place)


def _none(title: str, sentence: str) -> GradeResult:
    return GradeResult("", title, 0, "", (), (), False, "", "", None, sentence)


def fixed_by(scheme: Scheme, gates: tuple[GateResult, ...]) -> tuple[Grade, list[GateResult]] | None:
    """What settles the matter whatever the points: the first eligibility that fails, else the hardest veto."""
    for gate in gates:
        if gate.kind == "eligibility" and gate.status == "failed":
            return _named(scheme, gate.grade), [gate]
    vetoes = [gate for gate in gates if gate.kind == "veto" and gate.status == "failed" and gate.grade]
    if not vetoes:
        return None
    order = [each.code for each in (*scheme.grades, *scheme.outcomes)]
    worst = max(vetoes, key=lambda gate: order.index(gate.grade))
    return _named(scheme, worst.grade), [gate for gate in vetoes if gate.grade == worst.grade]


def _named(scheme: Scheme, code: str) -> Grade:
    return next(each for each in (*scheme.grades, *scheme.outcomes) if each.code == code)


def _reached(
    scheme: Scheme, root: GroupResult, reader: Reader, gates: tuple[GateResult, ...], place: Place | None
) -> tuple[Grade | None, str]:
    """Before any gate: the grade and the words that say how; None and a whole sentence when it is not known yet."""
    if scheme.stars:
        return _by_stars(scheme, scheme.stars, root, reader)
    if place is not None:
        return _named(scheme, place.grade), explain.by_place(place.place, place.among)
    if scheme.quota:
        return None, explain.unplaced(root.points)
    reached = by_cuts(scheme, root.points, reader.facts.attributes)
    return reached, "按分数"


def by_cuts(scheme: Scheme, total: Decimal, attributes: Mapping[str, Value]) -> Grade:
    return next(grade for grade in scheme.grades if reaches(total, grade, scheme.inclusive, attributes))


def reaches(total: Decimal, grade: Grade, inclusive: str, attributes: Mapping[str, Value]) -> bool:
    if grade.cut is None:
        return True
    cut = grade.cut.of(attributes)
    return total >= cut if inclusive == "lower" else total > cut


def _by_stars(scheme: Scheme, rule: StarSum, root: GroupResult, reader: Reader) -> tuple[Grade | None, str]:
    base = reader.read(rule.base)
    if not isinstance(base.value, Decimal) or base.state != "ok":
        return None, f"暂不评定：{base.title}{base.note}，星级无从加减。"
    seen = _Seen(scheme, {node.code: node for node in root.walk()}, root, reader)
    stars = int(base.value)
    for test, add in rule.steps:
        found = _tested(seen, test)
        if found.met is None:
            return None, f"暂不评定：{found.text}待核，星级无从加减。"
        stars += add if found.met else 0
    stars = min(max(stars, rule.low), rule.high)
    return next(grade for grade in scheme.grades if grade.stars == stars), f"自 {base.shown}加减后"


def _through_gates(
    scheme: Scheme,
    root: GroupResult,
    gates: tuple[GateResult, ...],
    reader: Reader,
    reached: Grade,
    how: str,
    place: Place | None,
) -> GradeResult:
    by_score, order = reached, list(scheme.grades)
    for gate in gates:
        if gate.kind == "direct" and gate.status == "met":
            direct = _named(scheme, gate.grade)
            if order.index(direct) < order.index(reached):
                reached, how = direct, f"因“{gate.title}”直接"
    candidates = order[order.index(reached) :]
    given = next(grade for grade in candidates if not denying(scheme, gates, grade.code, "failed"))
    passed_over = candidates[: candidates.index(given)]
    held = _union(denying(scheme, gates, grade.code, "failed") for grade in passed_over)
    pending = denying(scheme, gates, given.code, "pending")
    # A direct pass that is not known yet could still raise the grade.
    pending += [
        gate
        for gate in gates
        if gate.kind == "direct"
        and gate.status == "pending"
        and order.index(_named(scheme, gate.grade)) < order.index(given)
    ]
    sentence = explain.grade(
        root.points, how, reached.title, given.title, [g.title for g in held], [g.title for g in pending]
    )
    above = _above(scheme, by_score)
    cut = above.cut.of(reader.facts.attributes) if above and above.cut else None
    return GradeResult(
        given.code, given.title, given.stars, by_score.code, tuple(g.code for g in held), tuple(g.code for g in pending),
        not pending, above.code if above else "", above.title if above else "",
        cut - root.points if cut is not None and not scheme.quota else None, sentence,
        place=place.place if place else None, among=place.among if place else None,
    )  # fmt: skip


def _above(scheme: Scheme, grade: Grade) -> Grade | None:
    place = scheme.grades.index(grade)
    return scheme.grades[place - 1] if place else None


def denying(scheme: Scheme, gates: tuple[GateResult, ...], code: str, status: str) -> list[GateResult]:
    """The gates of that status that keep an entity from the grade."""
    order = [grade.code for grade in scheme.grades]
    return [
        gate
        for gate in gates
        if gate.status == status
        and (
            code in gate.grades
            or (gate.kind == "cap" and order.index(code) < order.index(gate.grade))
            or (gate.kind == "eligibility" and code != order[-1])
        )
    ]


def _union(groups: Iterable[list[GateResult]]) -> list[GateResult]:
    return list({gate.code: gate for group in groups for gate in group}.values())
