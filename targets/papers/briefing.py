"""汇报: one park, chain or street, for a leader before a meeting."""

from collections.abc import Sequence
from dataclasses import dataclass

from guandu.documents.blocks import Block, Heading, Paper, Paragraph
from targets.papers.parts import (
    FilingRow,
    LightLine,
    NumberLine,
    Source,
    TargetLine,
    light_blocks,
    number_paragraph,
    number_table,
    source_note,
    target_table,
)
from targets.papers.wordings import say
from targets.papers.words import of_whole, per_cent


@dataclass(frozen=True)
class BriefingPaper:
    """What is None was not chosen."""

    source: Source
    scope: str
    numbers: Sequence[NumberLine] | None = None
    filing: FilingRow | None = None
    targets: Sequence[TargetLine] | None = None
    lights: Sequence[LightLine] | None = None
    mark: str = ""


def briefing(said: BriefingPaper) -> Paper:
    source = said.source
    opening = {"scope": said.scope, "quarter": source.quarter, "publication": source.publication}
    body: list[Block] = [Paragraph(say("briefing.opening", opening, source.wordings))]
    if said.numbers is not None:
        body += [Heading("主要指标"), number_paragraph(said.numbers)]
        body += [number_table(said.numbers)] if said.numbers else []
    if said.filing is not None:
        row = said.filing
        text = (
            f"应报报表 {row.expected} 张，已报 {row.actual} 张，按时率 {per_cent(row.on_time, row.expected)}"
            f"（{of_whole(row.on_time, row.expected)}），退回率 {per_cent(row.returned, row.filed)}"
            f"（{of_whole(row.returned, row.filed)}）。"
        )
        body += [Heading("报送情况"), Paragraph(text if row.expected else "本期没有应报的报表。")]
    if said.targets is not None:
        body.append(Heading("目标进度"))
        body += (
            [target_table(said.targets)] if said.targets else [Paragraph("行动计划没有专对这一范围的目标。")]
        )
    if said.lights is not None:
        body += [Heading("滞后目标"), *light_blocks(said.lights)]
    body.append(source_note(source))
    return Paper(
        title=f"关于{said.scope}{source.quarter}情况的汇报", body=body, mark=said.mark, signature=source.office,
        dated=source.dated, colophon=(*source.footnotes, *source.colophon),
    )  # fmt: skip
