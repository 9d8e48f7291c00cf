"""From points to a grade: the cuts, and the gates that can deny what the points reach."""

from decimal import Decimal

from rating.engine import explain, numbers
from rating.engine.conditions import Condition
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec, Reader, Reading
from rating.engine.result import ConditionResult, GateResult, GradeResult, GroupResult, LeafResult
from rating.engine.scheme import Gate, Grade, Scheme


def judge_gates(scheme: Scheme, root: GroupResult, reader: Reader) -> tuple[GateResult, ...]:
    """Every gate of the scheme, in its order."""
    nodes = {node.code: node for node in root.walk()}
    return tuple(_gate(scheme, gate, nodes, reader) for gate in scheme.gates)


def _gate(
    scheme: Scheme, gate: Gate, nodes: dict[str, GroupResult | LeafResult], reader: Reader
) -> GateResult:
    found = tuple(_condition(scheme, condition, nodes, reader) for condition in gate.conditions)
    status = _gate_status(gate, [condition.met for condition in found])
    words = [f"{condition.text}：{condition.shown}" for condition in found]
    sentence = explain.gate(gate.title, status, words)
    return GateResult(gate.code, gate.title, gate.kind, gate.basis, status, gate.grades, found, sentence)


def _gate_status(gate: Gate, met: list[bool | None]) -> str:
    decisive = gate.kind == "veto"
    if decisive in met:
        return "failed"
    if None not in met:
        return "passed"
    return {"pending": "pending", "pass": "passed", "fail": "failed"}[gate.missing]


def _condition(
    scheme: Scheme, condition: Condition, nodes: dict[str, GroupResult | LeafResult], reader: Reader
) -> ConditionResult:
    spec = scheme.subject(condition)
    value, readings = _value(condition, nodes, reader)
    shown = _shown(spec, value, readings)
    return ConditionResult(condition.describe(spec), value, shown, condition.holds(value), readings)


def _value(
    condition: Condition, nodes: dict[str, GroupResult | LeafResult], reader: Reader
) -> tuple[Value, tuple[Reading, ...]]:
    if condition.subject == "input":
        reading = reader.read(condition.name)
        return (reading.value if reading.state == "ok" else None), (reading,)
    if condition.subject == "attribute":
        return reader.facts.attributes.get(condition.name), ()
    return _points(nodes.get(condition.name), condition.measure), ()


def _points(node: GroupResult | LeafResult | None, measure: str) -> Decimal | None:
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


def decide(scheme: Scheme, total: Decimal, root: GroupResult, gates: tuple[GateResult, ...]) -> GradeResult:
    """The highest grade that the total reaches and no failed gate denies."""
    reached = next(g for g in scheme.grades if reaches(total, g, scheme.inclusive))
    above = _above(scheme, reached)
    gap = above.cut - total if above and above.cut is not None else None
    ahead = (above.code if above else "", above.title if above else "", gap)
    if root.status != "scored":
        titles = [n.title for n in root.walk() if isinstance(n, LeafResult) and n.status == root.status]
        return GradeResult("", "暂不评定", 0, "", (), (), False, *ahead, explain.blocked(total, titles))
    candidates = scheme.grades[scheme.grades.index(reached) :]
    given = next(g for g in candidates if not _denying(gates, g.code, "failed"))
    passed_over = candidates[: candidates.index(given)]
    held = _union(_denying(gates, g.code, "failed") for g in passed_over)
    pending = _denying(gates, given.code, "pending")
    sentence = explain.grade(
        total, reached.title, given.title, [g.title for g in held], [g.title for g in pending]
    )
    return GradeResult(
        given.code, given.title, given.stars, reached.code, tuple(g.code for g in held),
        tuple(g.code for g in pending), not pending, *ahead, sentence,
    )  # fmt: skip


def reaches(total: Decimal, grade: Grade, inclusive: str) -> bool:
    if grade.cut is None:
        return True
    return total >= grade.cut if inclusive == "lower" else total > grade.cut


def _above(scheme: Scheme, grade: Grade) -> Grade | None:
    place = scheme.grades.index(grade)
    return scheme.grades[place - 1] if place else None


def _denying(gates: tuple[GateResult, ...], code: str, status: str) -> list[GateResult]:
    return [gate for gate in gates if gate.status == status and code in gate.grades]


def _union(groups) -> list[GateResult]:
    return list({gate.code: gate for group in groups for gate in group}.values())
