"""终期评估."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guandu.documents.blocks import Align, Annex, Block, Heading, Paper, Paragraph, Table
from targets.papers.parts import Source, source_note
from targets.papers.wordings import say
from targets.papers.words import NOTHING, day_words, listed, per_cent


@dataclass(frozen=True)
class ClosedLine:
    """`is_met` is None where its number is not there."""

    code: str
    title: str
    force: str
    required: str
    now: str
    is_met: bool | None
    leads: Sequence[str]
    backfilled: bool = False
    revised: Sequence[str] = ()
    sentence: str = ""

    @property
    def word(self) -> str:
        return {True: "完成", False: "未完成", None: "不能判定"}[self.is_met]


@dataclass(frozen=True)
class AimLine:
    code: str
    title: str
    done: Sequence[str]


@dataclass(frozen=True)
class ClosingPaper:
    """`is_final` says whether the quarter is the plan's last."""

    source: Source
    plan: str
    issuer: str
    starts_on: date
    ends_on: date
    is_final: bool
    lines: Sequence[ClosedLine]
    aims: Sequence[AimLine] | None = None
    mark: str = ""


def closing(said: ClosingPaper) -> Paper:
    source = said.source
    opening = {
        "plan": said.plan, "issuer": said.issuer, "from": day_words(said.starts_on), "to": day_words(said.ends_on),
        "publication": source.publication,
    }  # fmt: skip
    body: list[Block] = [Paragraph(say("closing.opening", opening, source.wordings))]
    if not said.is_final:
        body.append(Paragraph(f"计划尚未到期，以下为截至{source.quarter}的阶段结果，到期后以最终数据为准。"))
    body += [Heading("总体完成情况"), Paragraph(_result(said)), Heading("按力度分析"), _forces(said.lines)]
    missed = [line for line in said.lines if line.is_met is False]
    body.append(Heading("未完成目标"))
    body += [Paragraph(_missed(line)) for line in missed] or [Paragraph("没有未完成的目标。")]
    unknown = [line for line in said.lines if line.is_met is None]
    body.append(Heading("不能判定的目标"))
    body += [Paragraph(f"{line.code} {line.title}：{line.sentence or '数据不全。'}") for line in unknown] or [
        Paragraph("各项目标均可判定。")
    ]
    revised = [line for line in said.lines if line.revised]
    if revised:
        body.append(Heading("目标调整情况"))
        body += [Paragraph(f"{line.code} {line.title}：{listed(line.revised)}。") for line in revised]
    annexes = [Annex("目标完成情况表", [_table(said.lines)])]
    if said.aims is not None:
        annexes.append(Annex("定性目标办结情况表", [_aims(said.aims)]))
    body.append(source_note(source))
    return Paper(
        title=f"{said.plan}终期评估报告" if said.is_final else f"{said.plan}终期评估报告（截至{source.quarter}）",
        body=body, mark=said.mark, annexes=annexes, signature=source.office, dated=source.dated,
        colophon=(*source.footnotes, *source.colophon),
    )  # fmt: skip


def _result(said: ClosingPaper) -> str:
    met, missed, unknown = (sum(line.is_met is each for line in said.lines) for each in (True, False, None))
    values = {
        "total": str(len(said.lines)), "met": str(met), "missed": str(missed), "unknown": str(unknown),
        "known": str(met + missed), "rate": per_cent(met, met + missed),
    }  # fmt: skip
    return say("closing.result", values, said.source.wordings)


def _forces(lines: Sequence[ClosedLine]) -> Table:
    rows = []
    for force in dict.fromkeys(line.force for line in lines):
        of = [line.is_met for line in lines if line.force == force]
        known = len(of) - of.count(None)
        numbers = (len(of), of.count(True), of.count(False), of.count(None))
        rows.append((force, *map(str, numbers), per_cent(of.count(True), known)))
    return Table(
        ("力度", "目标数", "完成", "未完成", "不能判定", "完成率"),
        rows,
        note="注：完成率＝完成数÷（完成数＋未完成数），不能判定的不计入分母。",
    )


def _missed(line: ClosedLine) -> str:
    leads = f"（牵头单位：{listed(line.leads)}）" if line.leads else ""
    return f"{line.code} {line.title}{leads}：要求{line.required}，实际 {line.now}。{line.sentence}"


def _table(lines: Sequence[ClosedLine]) -> Table:
    rows = [
        (
            line.code, line.title, line.force, line.required, line.now + ("（补录）" if line.backfilled else ""), line.word,
            listed(line.leads) or NOTHING,
        )
        for line in lines
    ]  # fmt: skip
    return Table(
        ("编号", "目标", "力度", "要求", "实际", "结果", "牵头单位"),
        rows,
        widths=(2, 7, 2, 3, 3, 2, 4),
        aligns=(Align.CENTRE, Align.LEFT, Align.CENTRE, Align.CENTRE, Align.RIGHT, Align.CENTRE, Align.LEFT),
        note="注：“—”为没有数据，不是零。“补录”为取自历史台账、经园区发展办签核的数据。",
    )


def _aims(aims: Sequence[AimLine]) -> Table:
    rows = [(aim.code, aim.title, listed(aim.done) or "尚未验收") for aim in aims]
    return Table(
        ("编号", "定性目标", "办结情况"),
        rows,
        widths=(2, 7, 9),
        aligns=(Align.CENTRE, Align.LEFT, Align.LEFT),
    )
