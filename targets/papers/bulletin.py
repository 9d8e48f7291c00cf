"""季度通报."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guandu.documents.blocks import Annex, Block, Heading, Paper, Paragraph
from targets.papers.parts import (
    FilingRow,
    LightLine,
    NumberLine,
    Source,
    TargetLine,
    light_blocks,
    number_paragraph,
    number_table,
    ranking,
    source_note,
    target_table,
)
from targets.papers.wordings import say
from targets.papers.words import per_cent


@dataclass(frozen=True)
class BulletinPaper:
    """`filing` is the whole; `rankings`: 园区, 包保部门 … → its rows. What is None was not chosen."""

    source: Source
    numbers: Sequence[NumberLine] | None = None
    filing: FilingRow | None = None
    rankings: Mapping[str, Sequence[FilingRow]] | None = None
    targets: Sequence[TargetLine] | None = None
    counts: Mapping[str, int] | None = None
    lights: Sequence[LightLine] | None = None
    mark: str = ""


def bulletin(said: BulletinPaper) -> Paper:
    source = said.source
    opening = {
        "quarter": source.quarter, "publication": source.publication,
        "reported": str(source.reported), "expected": str(source.expected),
    }  # fmt: skip
    body: list[Block] = [Paragraph(say("bulletin.opening", opening, source.wordings))]
    annexes: list[Annex] = []
    if said.numbers is not None:
        body += [Heading("主要指标"), number_paragraph(said.numbers)]
        annexes.append(Annex(f"{source.quarter}主要指标", [number_table(said.numbers)]))
    if said.filing is not None:
        body += [Heading("报送情况"), Paragraph(_filing(said.filing, source))]
        for of, rows in (said.rankings or {}).items():
            annexes.append(Annex(f"{source.quarter}各{of}报送情况", ranking(rows, of)))
    if said.targets is not None and said.counts is not None:
        body += [Heading("目标进度"), Paragraph(_counts(said.counts, len(said.targets), source))]
        annexes.append(Annex(f"{source.quarter}目标进度", [target_table(said.targets)]))
    if said.lights is not None:
        body += [Heading("滞后目标"), *light_blocks(said.lights)]
    body += [
        Heading("下一步要求"),
        Paragraph(say("bulletin.closing", {}, source.wordings)),
        source_note(source),
    ]
    return Paper(
        title=f"官渡区产业园区{source.quarter}通报", body=body, mark=said.mark, annexes=annexes,
        signature=source.office, dated=source.dated, colophon=(*source.footnotes, *source.colophon),
    )  # fmt: skip


def _filing(row: FilingRow, source: Source) -> str:
    values = {
        "quarter": source.quarter, "expected": str(row.expected), "actual": str(row.actual),
        "on_time": str(row.on_time), "rate": per_cent(row.on_time, row.expected),
        "returned_rate": per_cent(row.returned, row.filed), "returned": str(row.returned), "filed": str(row.filed),
    }  # fmt: skip
    return say("bulletin.filing", values, source.wordings)


def _counts(counts: Mapping[str, int], total: int, source: Source) -> str:
    names = ("met", "on_track", "at_risk", "behind", "pending")
    values = {"total": str(total), **{name: str(counts.get(name, 0)) for name in names}}
    told = say("bulletin.targets", values, source.wordings)
    waiting = counts.get("veiled", 0)
    return told + (f"另有 {waiting} 项情况正在核实。" if waiting else "")
