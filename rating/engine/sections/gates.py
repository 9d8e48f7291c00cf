"""The section `gates`: what is asked beside the points."""

from collections.abc import Mapping

from rating.engine.condition_reading import read_codes, read_test
from rating.engine.conditions import COMBINATIONS, Test, leaves
from rating.engine.fields import Fields, Skip
from rating.engine.inputs import InputSpec
from rating.engine.params import Specs
from rating.engine.scheme import GATE_KINDS, Attribute, Gate, Grade, Group, Item
from rating.engine.sections.nodes import Nodes

GATE_MISSING = ("pending", "pass", "fail")
# Kinds that name one grade, and whether they must.
NAMES_GRADE = {"direct": True, "cap": True, "eligibility": True, "veto": False, "notice": True}


def subjects_of(
    root: Group, attributes: Mapping[str, Attribute], inputs: Mapping[str, InputSpec]
) -> dict[str, Specs]:
    """What a condition beside the points may name."""
    of_attributes = {
        each.code: InputSpec(each.code, each.title, type="choice", choices=each.choices)
        for each in attributes.values()
    }
    nodes = {node.code: node for node in root.walk()}
    groups = {code: InputSpec(code, n.title, "分") for code, n in nodes.items() if isinstance(n, Group)}
    items = {code: InputSpec(code, n.title, "分") for code, n in nodes.items() if isinstance(n, Item)}
    total = {"total": InputSpec("total", root.title, "分")}
    return {"input": inputs, "attribute": of_attributes, "group": groups, "item": items, "total": total}


def read_gates(
    top: Fields,
    nodes: Nodes,
    subjects: Mapping[str, Specs],
    grades: tuple[Grade, ...],
    outcomes: tuple[Grade, ...],
) -> tuple[Gate, ...]:
    if not top.has("gates"):
        return ()
    found: list[Gate] = []
    for row in top.rows("gates"):
        try:
            found.append(_gate(row, nodes, subjects, grades, outcomes))
        except Skip:
            continue
    return tuple(found)


def _gate(
    row: Fields,
    nodes: Nodes,
    subjects: Mapping[str, Specs],
    grades: tuple[Grade, ...],
    outcomes: tuple[Grade, ...],
) -> Gate:
    kind = row.one_of("kind", GATE_KINDS)
    code = nodes.claim(row)
    test = _test(row, kind, subjects)
    if kind == "floor" and any(c.subject not in ("group", "item") for c in leaves(test)):
        row.report(GATE_KINDS[kind].test, "：floor 的条件只能针对 group 或 item")
    gate = Gate(
        code=code,
        title=row.text("title"),
        kind=kind,
        grades=_denied(row, kind, grades),
        test=test,
        missing=row.one_of("missing", GATE_MISSING),
        basis=row.text("basis", ""),
        grade=_given(row, kind, grades, outcomes),
        unless=_exemption(row, subjects),
    )
    row.close()
    return gate


def _test(row: Fields, kind: str, subjects: Mapping[str, Specs]) -> Test:
    if not any(row.has(key) for key in COMBINATIONS):
        row.fail(GATE_KINDS[kind].test, "没有填写：须写明条件")
    return read_test(row, subjects)


def _exemption(row: Fields, subjects: Mapping[str, Specs]) -> Test | None:
    if not row.has("unless"):
        return None
    inner = row.fields("unless")
    test = read_test(inner, subjects)
    inner.close()
    return test


def _denied(row: Fields, kind: str, grades: tuple[Grade, ...]) -> tuple[str, ...]:
    if kind in ("direct", "cap", "eligibility", "notice"):
        return ()
    above_lowest = tuple((grade.code, grade.title) for grade in grades[:-1])
    if not row.has("grades"):
        if kind == "minimum":
            row.report("grades", "没有填写：minimum 须写明约束哪些等级")
        return tuple(code for code, _ in above_lowest)
    return read_codes(row, "grades", above_lowest)


def _given(row: Fields, kind: str, grades: tuple[Grade, ...], outcomes: tuple[Grade, ...]) -> str:
    if kind not in NAMES_GRADE:
        return ""
    if not row.has("grade"):
        if NAMES_GRADE[kind]:
            row.report("grade", f"没有填写：{kind} 须写明等级或结果")
        return ""
    among = {"direct": grades, "cap": grades, "veto": (*grades, *outcomes)}.get(kind, outcomes)
    return row.one_of("grade", [each.code for each in among] or ("（grades.outcomes 中声明的结果）",))
