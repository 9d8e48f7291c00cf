"""议程, 纪要 and 督办通知单 as papers, from what is stored of them. What was issued is drawn word for word."""

from guandu.accounts.models import Unit
from guandu.documents.blocks import Align, Paper, Paragraph, Table
from targets.models import AgendaItem, Meeting, Minutes, Resolution, SupervisionNotice
from targets.papers import work
from targets.queries.agenda_follow_ups import follow_ups
from targets.queries.meetings import names_in, units_named
from targets.queries.minutes import day_words, in_force
from targets.queries.supervisions import notice_content

RESOLVED = ("序号", "议定事项", "责任单位", "完成时限")


def office_name() -> str:
    """Who signs: the office that the register knows; empty where there is none."""
    return Unit.objects.filter(kind=Unit.Kind.OFFICE).order_by("pk").values_list("name", flat=True).first() or ""


def agenda_paper(meeting: Meeting) -> Paper:
    """What is still open of earlier meetings first; before the agenda is set it is added as it stands today."""
    items = list(meeting.items.all())
    said = [_item(each.title, each.get_source_display(), each.unit_names, each.text) for each in items]
    if not meeting.is_set:
        said = [_item(each.title, "上次议定事项", each.unit_names, each.text) for each in follow_ups(meeting)] + said
    names = [name for item in said for name in names_in(item.reporter)]
    known = units_named(names)
    attendees = dict.fromkeys(known[name].name for name in names if name in known)
    return work.agenda(
        work.AgendaPaper(
            title=f"{meeting.title}议程", held_on=meeting.day, place=meeting.place, chair=meeting.chair,
            attendees=list(attendees), items=said,
        )
    )  # fmt: skip


def notice_paper(notice: SupervisionNotice) -> Paper:
    """A 督办通知单 as it was issued, with the last line of progress."""
    said = notice_content(notice)
    return work.notice(
        work.NoticePaper(
            matter=notice.task.title, addressee=said.to, number=said.label, office=said.issuer, dated=said.issued_on,
            basis=f"该事项来源于{said.source}（任务编号 {said.task_code}），办结时限为{day_words(said.task_due_on)}，{said.because}。",
            progress=said.last_line, requirements=[said.text], due=said.due_on,
        )
    )  # fmt: skip


def _item(title: str, source: str, reporter: str, about: str) -> work.AgendaItem:
    return work.AgendaItem(title, source, reporter, about)


def minutes_paper(meeting: Meeting) -> Paper:
    """The text in force; before it is issued, what was noted so far."""
    issued = in_force(meeting)
    return _issued(meeting, issued) if issued else _noted(meeting)


def _issued(meeting: Meeting, issued: Minutes) -> Paper:
    body = [Paragraph(line) for line in issued.text.split("\n") if line.strip()]
    rows = [
        (str(each.number), each.text, each.unit.name, day_words(each.due_on)) for each in meeting.resolutions.select_related("unit")
    ]
    if rows:
        aligns = (Align.CENTRE, Align.LEFT, Align.CENTRE, Align.CENTRE)
        body.append(Table(RESOLVED, rows, caption="议定事项一览", widths=(1, 6, 3, 3), aligns=aligns))
    title = f"{meeting.title}纪要" + (f"（第 {issued.number} 次更正）" if issued.number else "")
    return Paper(
        title, body, number=issued.document_number, signature=office_name(), dated=issued.issued_on,
        colophon=(f"校验码 {issued.check_code}",),
    )  # fmt: skip


def _noted(meeting: Meeting) -> Paper:
    resolutions = list(meeting.resolutions.select_related("unit"))
    discussed = [_discussed(item, resolutions) for item in meeting.items.all()]
    loose = [each for each in resolutions if each.item_id is None]
    if loose:
        discussed.append(work.Discussed("其他议定事项", "", [_resolved(each) for each in loose]))
    return work.minutes(
        work.MinutesPaper(
            title=f"{meeting.title}纪要（征求意见稿）", held_on=meeting.held_on or meeting.day, place=meeting.place,
            chair=meeting.chair, attendees=[meeting.present] if meeting.present else [],
            absent=[meeting.absent] if meeting.absent else [], items=discussed, office=office_name(),
        )
    )  # fmt: skip


def _discussed(item: AgendaItem, resolutions: list[Resolution]) -> work.Discussed:
    return work.Discussed(item.title, item.outcome, [_resolved(each) for each in resolutions if each.item_id == item.pk])


def _resolved(each: Resolution) -> work.Resolution:
    return work.Resolution(each.text, each.unit.name, each.due_on)
