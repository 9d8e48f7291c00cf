"""Papers of the daily work: 议程, 纪要, 督办通知单."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guandu.documents.blocks import Align, Block, Heading, Paper, Paragraph, Table
from targets.papers.words import day_words, listed, sentence


@dataclass(frozen=True)
class AgendaItem:
    """`source` says why it stands on the agenda: 滞后目标, 未解决诉求, 专班提议 …"""

    title: str
    source: str = ""
    reporter: str = ""
    about: str = ""


@dataclass(frozen=True)
class AgendaPaper:
    title: str
    held_on: date
    place: str
    chair: str
    attendees: Sequence[str]
    items: Sequence[AgendaItem]
    time: str = ""
    office: str = ""
    dated: date | None = None
    colophon: Sequence[str] = ()


@dataclass(frozen=True)
class Resolution:
    text: str
    unit: str
    due: date | None = None


@dataclass(frozen=True)
class Discussed:
    title: str
    text: str
    resolutions: Sequence[Resolution] = ()


@dataclass(frozen=True)
class MinutesPaper:
    title: str
    held_on: date
    place: str
    chair: str
    attendees: Sequence[str]
    items: Sequence[Discussed]
    absent: Sequence[str] = ()
    recorder: str = ""
    head: str = ""
    number: str = ""
    office: str = ""
    dated: date | None = None
    colophon: Sequence[str] = ()


@dataclass(frozen=True)
class NoticePaper:
    """督办通知单. `progress` is what was done so far, `basis` where the matter comes from."""

    matter: str
    addressee: str
    basis: str
    requirements: Sequence[str]
    due: date
    beside: Sequence[str] = ()
    progress: str = ""
    contact: str = ""
    number: str = ""
    title: str = "督办通知单"
    head: str = ""
    office: str = ""
    dated: date | None = None
    colophon: Sequence[str] = ()


def agenda(said: AgendaPaper) -> Paper:
    body: list[Block] = [
        *_facts(said.held_on, said.time, said.place, said.chair, said.attendees),
        Heading("会议议题"),
    ]
    if not said.items:
        body.append(Paragraph("本次会议没有列入议题。"))
    for item in said.items:
        body.append(Heading(item.title, 2))
        told = [
            f"汇报单位：{item.reporter}。" if item.reporter else "",
            f"来源：{item.source}。" if item.source else "",
        ]
        text = "".join(told) + (sentence(item.about) if item.about else "")
        body += [Paragraph(text)] if text else []
    return Paper(said.title, body, signature=said.office, dated=said.dated, colophon=said.colophon)


def minutes(said: MinutesPaper) -> Paper:
    body: list[Block] = _facts(said.held_on, "", said.place, said.chair, said.attendees)
    if said.absent:
        body.append(Paragraph(listed(said.absent), lead="请假："))
    if said.recorder:
        body.append(Paragraph(said.recorder, lead="记录："))
    body.append(Paragraph("会议议定事项如下："))
    for item in said.items:
        body += [Heading(item.title), *([Paragraph(sentence(item.text))] if item.text else [])]
        body += [
            Paragraph(f"{sentence(each.text)}{_owner(each)}", lead="议定事项：") for each in item.resolutions
        ]
    resolved = [(item, each) for item in said.items for each in item.resolutions]
    if resolved:
        rows = [
            (str(n), each.text, each.unit, day_words(each.due) or "—")
            for n, (_, each) in enumerate(resolved, 1)
        ]
        aligns = (Align.CENTRE, Align.LEFT, Align.CENTRE, Align.CENTRE)
        body.append(
            Table(
                ("序号", "议定事项", "责任单位", "完成时限"),
                rows,
                caption="议定事项一览",
                widths=(1, 6, 3, 3),
                aligns=aligns,
            )
        )
    return Paper(
        said.title,
        body,
        head=said.head,
        number=said.number,
        signature=said.office,
        dated=said.dated,
        colophon=said.colophon,
    )


def _owner(resolution: Resolution) -> str:
    due = f"，{day_words(resolution.due)}前完成" if resolution.due else ""
    return f"（责任单位：{resolution.unit}{due}）"


def notice(said: NoticePaper) -> Paper:
    body: list[Block] = [
        Paragraph(f"{sentence(said.basis)}现就“{said.matter}”一事予以督办，有关要求通知如下。"),
        Heading("督办事项"),
        Paragraph(sentence(said.matter)),
    ]
    if said.progress:
        body += [Heading("目前进展"), Paragraph(sentence(said.progress))]
    body.append(Heading("办理要求"))
    body += [Paragraph(f"{n}.{sentence(text)}") for n, text in enumerate(said.requirements, 1)]
    body += [Heading("办理时限"), Paragraph(f"请于{day_words(said.due)}前办结，并书面反馈办理结果。")]
    if said.beside:
        body.append(Paragraph(listed(said.beside), lead="配合单位："))
    if said.contact:
        body.append(Paragraph(said.contact, lead="联系人："))
    return Paper(
        said.title, body, head=said.head, number=said.number, addressee=said.addressee, signature=said.office,
        dated=said.dated, colophon=said.colophon,
    )  # fmt: skip


def _facts(held_on: date, time: str, place: str, chair: str, attendees: Sequence[str]) -> list[Block]:
    facts = [
        ("时间：", f"{day_words(held_on)}{time}"),
        ("地点：", place),
        ("主持：", chair),
        ("参加：", listed(attendees)),
    ]
    return [Paragraph(text, lead=lead) for lead, text in facts if text]
