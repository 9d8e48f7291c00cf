"""得分说明: one stored score as an official paper. From what was stored alone, so that it reads alike in any year."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from guandu.documents.blocks import Align, Block, Heading, Note, Paper, Paragraph, Table
from rating.engine import GateResult, GroupResult, LeafResult, Result, numbers
from rating.engine.inputs import Reading
from rating.wording import (
    ABSENT,
    GATE_WORDS,
    ITEM_WORDS,
    cited,
    grouped,
    held_against,
    points,
    reading_value,
    source_words,
)

Node = GroupResult | LeafResult
_ITEM_HEAD = ("评定项", "取用数据", "得分", "满分", "失分")
_ITEM_WIDTHS, _GATE_WIDTHS = (4, 7, 2, 2, 2), (5, 2, 6, 4)
_RAW_DIGITS = 6
_NUMBERS = (Align.RIGHT, Align.RIGHT, Align.RIGHT)


@dataclass(frozen=True)
class ScorePaper:
    """`terms` are an item's own conditions in words by its code; `bites` what follows from a gate by its code. `read`
    says what the figures are, `digits` how many decimals show every part exactly."""

    result: Result
    quarter: str
    read: str
    digits: int
    computed_on: date
    check_code: str
    terms: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    bites: Mapping[str, str] = field(default_factory=dict)
    office: str = ""


def score_paper(said: ScorePaper) -> Paper:
    result = said.result
    body: list[Block] = [
        Paragraph(grouped(result.sentence), lead="结论："),
        Paragraph(f"{result.scheme_title}（{result.scheme_version}，{result.scheme_status}）", lead="评定方案："),
        Paragraph(f"{said.quarter}，{said.read}", lead="数据："),
        _totals(said),
    ]
    for node in result.root.children:
        body += _dimension(said, node)
    if result.gates:
        body += [Heading("门槛条件"), _gates(said, result.gates)]
    body.append(Note("本说明由计算时保存的数据生成，此后数据订正不改变本说明；试算不作为认定依据。"))
    return Paper(
        title=f"{result.entity_name}{said.quarter}星级试算得分说明",
        body=body,
        mark=result.scheme_status,
        signature=said.office,
        dated=said.computed_on,
        colophon=(
            f"校验码 {said.check_code}；评定方案校验值 {result.scheme_digest[:16]}；计分规则第 {result.engine} 版",
        ),
    )


def _totals(said: ScorePaper) -> Table:
    result, digits = said.result, said.digits
    rows = [(node.title, _points(said, node), points(node.full, digits), _lost(said, node)) for node in result.root.children]
    rows += [(step.title, points(step.amount, digits), "", "") for step in result.root.adjustments]
    blocked = result.status == "blocked"
    total = ("已评部分合计" if blocked else "总分", points(result.total, digits), points(result.full, digits))
    rows.append((*total, ABSENT if blocked else points(result.root.lost, digits)))
    return Table(
        ("维度", "得分", "满分", "失分"), rows, caption="得分汇总（单位：分）", widths=(5, 2, 2, 2), aligns=(Align.LEFT, *_NUMBERS)
    )  # fmt: skip


def _dimension(said: ScorePaper, node: Node) -> Iterator[Block]:
    yield Heading(f"{node.title}（得 {_points(said, node)} 分，满分 {points(node.full, said.digits)} 分）")
    leaves = _leaves(node)
    rows = [_item_row(said, leaf) for leaf in leaves]
    for group in _groups(node):
        within = "" if group is node else f"（{group.title}）"
        rows += [
            (f"{step.title}{within}", step.sentence, points(step.amount, said.digits), "", "") for step in group.adjustments
        ]
    rows.append(("小计", "", _points(said, node), points(node.full, said.digits), _lost(said, node)))
    yield Table(_ITEM_HEAD, rows, widths=_ITEM_WIDTHS, aligns=(Align.LEFT, Align.LEFT, *_NUMBERS))
    for leaf in leaves:
        yield from _item(said, leaf)


def _item(said: ScorePaper, leaf: LeafResult) -> Iterator[Block]:
    word = ITEM_WORDS.get(leaf.status, "")
    yield Heading(f"{leaf.title}{f'（{word}）' if word else ''}", 2)
    yield Paragraph(f"{grouped(leaf.rule_text)}。" if leaf.rule_text else ABSENT, lead="规则：")
    yield Paragraph(grouped(leaf.sentence), lead="计分：")
    if leaf.raw != leaf.points and leaf.status == "scored":
        yield Paragraph(
            f"按规则计 {numbers.shown(leaf.raw, _RAW_DIGITS)} 分，经上下限、舍入后为 {points(leaf.points, said.digits)} 分。",
            lead="限值：",
        )
    if leaf.override:
        yield Paragraph(f"{leaf.override}。", lead="人工核定：")
    sources = [f"{r.title} {_value(r)}（{source_words(r)}{_papers(r)}）" for r in _given(leaf.inputs) if r.source]
    if sources:
        yield Paragraph(f"{'；'.join(dict.fromkeys(sources))}。", lead="来源：")
    against = [f"{reading.title}：{words}" for reading in _derived(leaf.inputs) if (words := held_against(reading))]
    if against:
        yield Paragraph(f"{'；'.join(against)}。", lead="参照：")
    terms = [*([("依据", cited(leaf.basis))] if leaf.basis else []), *said.terms.get(leaf.code, ())]
    if terms:
        yield Note("；".join(f"{name}：{text}" for name, text in terms))


def _item_row(said: ScorePaper, leaf: LeafResult) -> tuple[str, ...]:
    data = "；".join(f"{reading.title} {_value(reading)}" for reading in leaf.inputs) or ABSENT
    return (leaf.title, data, _points(said, leaf), points(leaf.full, said.digits), _lost(said, leaf))


def _gates(said: ScorePaper, gates: Sequence[GateResult]) -> Table:
    rows = [
        (
            gate.title,
            GATE_WORDS[gate.status],
            "；".join(f"{each.text}：{each.shown}" for each in gate.conditions) or gate.sentence,
            "；".join(filter(None, (said.bites.get(gate.code, ""), cited(gate.basis)))) or ABSENT,
        )
        for gate in gates
    ]
    rows = [tuple(grouped(cell) for cell in row) for row in rows]
    aligns = (Align.LEFT, Align.CENTRE, Align.LEFT, Align.LEFT)
    return Table(("条件", "结果", "核对情况", "后果和依据"), rows, widths=_GATE_WIDTHS, aligns=aligns)


def _value(reading: Reading) -> str:
    return reading_value(reading) if reading.state == "ok" else f"{ABSENT}（{reading.note}）"


def _papers(reading: Reading) -> str:
    return f"，佐证：{'、'.join(reading.evidence)}" if reading.evidence else ""


def _points(said: ScorePaper, node: Node) -> str:
    counts = isinstance(node, GroupResult) or node.status in ("scored", "missing")
    return points(node.points, said.digits) if counts else ABSENT


def _lost(said: ScorePaper, node: Node) -> str:
    """Not known while something below is blocked; nothing to lose where it takes no part."""
    return points(node.lost, said.digits) if node.status in ("scored", "missing") else ABSENT


def _leaves(node: Node) -> list[LeafResult]:
    return [node] if isinstance(node, LeafResult) else [each for each in node.walk() if isinstance(each, LeafResult)]


def _groups(node: Node) -> list[GroupResult]:
    return [] if isinstance(node, LeafResult) else [each for each in node.walk() if isinstance(each, GroupResult)]


def _given(readings: Sequence[Reading]) -> Iterator[Reading]:
    for reading in readings:
        yield from _given(reading.parts) if reading.parts else (reading,)


def _derived(readings: Sequence[Reading]) -> Iterator[Reading]:
    for reading in readings:
        yield reading
        yield from _derived(reading.parts)
