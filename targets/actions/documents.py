"""公文: made from a publication, sent round for opinions, sent up, signed, issued. See targets.queries.documents.MOVES."""

import re
from collections.abc import Sequence
from datetime import date

from guandu.accounts.checks import allowed, require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, removed, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.digests import digest_of
from guandu.core.errors import Conflict, NotReady
from guandu.documents.docx import write_docx
from guandu.documents.stored import to_data
from guandu.files.actions import add
from guandu.files.inspection import Checked, check
from guandu.files.kinds import DOCX, PDF, SCANS
from guandu.files.owners import OwnerKind
from guandu.notices.actions.messages import post
from guandu.notices.enums import MessageKind
from guandu.notices.told import Told
from targets.actions.stated import Words, refuse, words
from targets.enums_document import SECTIONS, BriefedScope, DocumentKind, DocumentState, DocumentVerb, Ranking
from targets.models import DocumentMove, DocumentOpinion, OfficialDocument
from targets.queries.document_papers import Choices, make_paper
from targets.queries.documents import MOVES, ON_DOCUMENT, TARGETS, paper_of, silent_units
from targets.queries.issued_numbers import numbers_apart, refuse_other
from targets.queries.plan import plan_in_force
from targets.queries.publications import newest
from targets.queries.recipients import Recipients

LONGEST = {"text": 500, "comment": 300, "number": 60, "signer": 60}
MOST_UNITS, MOST_KEPT = 60, 300
NUMBER = re.compile(r"[\u4e00-\u9fff]{1,20}〔20\d\d〕\d{1,4}号")
CHANGED = "这份公文在您查看之后有变化（现为“{state}”），请刷新页面后再办理。"


def refuse_change(document: OfficialDocument, by: Actor) -> None:
    """Files come with the steps, by whoever may take one."""
    require(by, Permission.DOCUMENT_SIGN, document, to="办理这份公文")


DOCUMENT_KIND = OwnerKind(ON_DOCUMENT, "公文", OfficialDocument.objects.visible_to, refuse_change, (DOCX, *SCANS))


@action("document.make")
def make(*, choices: Choices, by: Actor) -> OfficialDocument:
    """Draft the paper and keep it, with the Word file as it was drafted. Raises NotAllowed, Invalid (what was chosen),
    NotReady (the publication is not in force, or there is no plan)."""
    require(by, Permission.DOCUMENT_EDIT, to="起草公文")
    refuse(faults(choices))
    refuse_unready(choices, by)
    made = make_paper(choices, by)
    content = to_data(made.paper)
    document = OfficialDocument(
        kind=choices.kind, title=made.paper.title, publication=choices.publication, scope_kind=choices.scope_kind,
        scope_code=choices.scope_code, scope_name=choices.scope_name, choices=choices.as_json(), content=content,
        digest=digest_of(content), trail_seq=made.trail_seq, trail_hash=made.trail_hash, drafted_by=by.actor_name,
        drafted_unit=_unit(by), drafted_at=clock.now(),
    )  # fmt: skip
    document.save()
    about(document)
    created(document)
    _moved(document, DocumentVerb.MAKE, "", by)
    data = write_docx(paper_of(document))
    add(kind=ON_DOCUMENT, owner=document, file=check(data, f"{document.stem}.docx", (DOCX,)), by=by)
    return document


def faults(choices: Choices) -> list[tuple[str, str]]:
    found = []
    if choices.kind not in DocumentKind.values:
        return [("kind", "请选择公文种类。")]
    known = {str(each) for each in SECTIONS[DocumentKind(choices.kind)]}
    if not set(choices.sections) <= known:
        found.append(("sections", "所选内容不属于这类公文，请重新选择。"))
    if choices.kind != DocumentKind.CLOSING and not choices.sections:
        found.append(("sections", "请至少选择一部分内容。"))
    if not set(choices.rankings) <= set(Ranking.values):
        found.append(("rankings", "请从列表中选择排名范围。"))
    if choices.kind == DocumentKind.BRIEFING and not (choices.scope_kind in BriefedScope.values and choices.scope_code):
        found.append(("scope", "请选择汇报的园区、产业链或街道。"))
    if choices.kind != DocumentKind.BRIEFING and choices.scope_code:
        found.append(("scope", "通报和终期评估针对全区，不选范围。"))
    return found


def refuse_unready(choices: Choices, by: Actor) -> None:
    """Raise NotReady unless the publication stands and there is what the paper speaks of."""
    publication = choices.publication
    if not publication.is_official or not publication.digest:
        raise NotReady("只能依据已发布的快报、年报起草公文。")
    if newest(publication.kind, publication.period) != publication:
        raise NotReady(f"{publication.title}已有新的修订，请依据最新一次起草。")
    if choices.kind == DocumentKind.CLOSING and plan_in_force(by, publication.quarter) is None:
        raise NotReady("还没有载入行动计划，不能起草终期评估。")


@action("document.ask")
def ask(*, document: OfficialDocument, units: Sequence[Unit], due_on: date | None, seen: int | None = None, by: Actor) -> OfficialDocument:
    """征求意见: send the draft to units, for a term. Raises NotAllowed, Invalid, NotReady, Conflict."""
    fresh = _held(document, DocumentVerb.ASK, seen, by)
    found = []
    if not units:
        found.append(("units", "请选择征求意见的单位。"))
    if len(units) > MOST_UNITS:
        found.append(("units", f"一次最多征求 {MOST_UNITS} 个单位的意见。"))
    if due_on is None or due_on < clock.today():
        found.append(("due_on", "截止日期不能早于今天。"))
    refuse(found)
    # Who was asked before answers the new draft anew.
    for row in fresh.opinions.all():
        removed(row)
        row.delete()
    for unit in units:
        created(DocumentOpinion.objects.create(document=fresh, unit=unit))
    return _move(fresh, DocumentVerb.ASK, by, comment=f"{len(units)} 个单位，{due_on:%Y-%m-%d} 截止", opinions_due=due_on)


@action("document.opine")
def opine(*, document: OfficialDocument, agrees: bool, text: str = "", by: Actor) -> DocumentOpinion:
    """Answer for one's unit, again until the draft is sent up. Raises NotAllowed, Invalid, NotReady."""
    require(by, Permission.DOCUMENT_OPINE, document, to="对这份公文提出意见")
    fresh = _locked(document)
    about(fresh)
    if fresh.state != DocumentState.ASKING:
        raise NotReady(f"这份公文现在是“{fresh.get_state_display()}”，不再征求意见。")
    row = DocumentOpinion.objects.select_for_update(of=("self",)).get(document=fresh, unit=by.unit_id)
    said = words(Words("text", text, "修改意见", LONGEST["text"], required=not agrees))
    before = snapshot(row)
    row.agrees, row.text, row.given_by, row.given_at = agrees, said["text"], by.actor_name, clock.now()
    row.save(update_fields=["agrees", "text", "given_by", "given_at"])
    updated(row, before)
    return row


@action("document.send_up")
def send_up(*, document: OfficialDocument, seen: int | None = None, by: Actor) -> OfficialDocument:
    """送审. Raises NotAllowed, Conflict, NotReady while units may still answer."""
    fresh = _held(document, DocumentVerb.SEND_UP, seen, by)
    silent = silent_units(fresh) if fresh.state == DocumentState.ASKING else []
    if silent:
        raise NotReady(
            f"征求意见还没有截止（{fresh.opinions_due:%-m月%-d日}），{len(silent)} 个单位尚未答复。", missing=silent
        )
    return _move(fresh, DocumentVerb.SEND_UP, by)


@action("document.send_back")
def send_back(*, document: OfficialDocument, comment: str, seen: int | None = None, by: Actor) -> OfficialDocument:
    """Back to the draft, with what is to be changed. Raises NotAllowed, Invalid, Conflict."""
    fresh = _held(document, DocumentVerb.SEND_BACK, seen, by)
    said = words(Words("comment", comment, "退回意见", LONGEST["comment"]))
    return _move(fresh, DocumentVerb.SEND_BACK, by, comment=said["comment"])


@action("document.sign")
def sign(
    *, document: OfficialDocument, signer: str, signed_on: date | None, file: Checked | None, seen: int | None = None, by: Actor
) -> OfficialDocument:
    """Register the signature: who signed on which day, with the scan. Raises NotAllowed, Invalid, Conflict."""
    fresh = _held(document, DocumentVerb.SIGN, seen, by)
    said = words(Words("signer", signer, "签批人", LONGEST["signer"]))
    found = []
    if signed_on is None or signed_on > clock.today():
        found.append(("signed_on", "请填写签批日期，不能晚于今天。"))
    elif signed_on < fresh.drafted_at.astimezone(clock.SHANGHAI).date() and signed_on < clock.today():
        found.append(("signed_on", "签批日期不能早于起草日期。"))
    if file is None or file.kind not in SCANS:
        found.append(("file", "请上传签批页的扫描件（PDF 或图片）。"))
    refuse(found)
    add(kind=ON_DOCUMENT, owner=fresh, file=file, by=by)
    return _move(fresh, DocumentVerb.SIGN, by, comment=said["signer"], signer_name=said["signer"], signed_on=signed_on)


@action("document.issue")
def issue(
    *, document: OfficialDocument, number: str, issued_on: date | None, file: Checked | None, lines: Sequence[str],
    seen: int | None = None, by: Actor,
) -> OfficialDocument:  # fmt: skip
    """印发: the file as it was issued, with its 文号. `lines` is its text (guandu.documents.reader.text_lines), read before
    this transaction. The numbers that differ from the draft are kept. Raises NotAllowed, Invalid (also for another
    quarter's file), Conflict."""
    fresh = _held(document, DocumentVerb.ISSUE, seen, by)
    said = words(Words("number", " ".join(number.split()), "文号", LONGEST["number"]))
    found = []
    if not NUMBER.fullmatch(said["number"]):
        found.append(("number", "文号请写成“官园办〔2026〕12号”的样子，年份用六角括号。"))
    elif OfficialDocument.objects.filter(number=said["number"]).exclude(pk=fresh.pk).exists():
        found.append(("number", f"文号{said['number']}已用于另一份公文。"))
    if issued_on is None or issued_on > clock.today() or (fresh.signed_on and issued_on < fresh.signed_on):
        found.append(("issued_on", "请填写印发日期，不早于签批日期，不晚于今天。"))
    if file is None or file.kind not in (DOCX, PDF):
        found.append(("file", "请上传印发的文件（Word 或由它导出的 PDF）。"))
    refuse(found)
    refuse_other(lines, fresh.quarter)
    apart = numbers_apart(paper_of(fresh), lines, number=said["number"], issued_on=issued_on, is_pdf=file.kind == PDF)
    add(kind=ON_DOCUMENT, owner=fresh, file=file, by=by)
    kept = [each.as_dict() for each in apart[:MOST_KEPT]]
    moved = _move(
        fresh, DocumentVerb.ISSUE, by, comment=f"{said['number']}，与草稿不同的数字 {len(apart)} 处", number=said["number"],
        issued_on=issued_on, issued_digest=file.digest, differences=kept,
    )  # fmt: skip
    _tell_archive(moved, by)
    return moved


def _tell_archive(document: OfficialDocument, by: Actor) -> None:
    """What was issued and which head of the trail it prints, outside the database where mail goes out: whoever rewrote
    the trail would have to rewrite these messages too."""
    head = f"第 {document.trail_seq} 条 {document.trail_hash}" if document.trail_hash else "印制时还没有"
    text = f"文号 {document.number}，印发文件校验值 {document.issued_digest}，文末所印审计链头：{head}。请存档备查。"
    key = f"document:{document.pk}:issued"
    people = Recipients(clock.today()).archive()
    post(told=[Told(user, MessageKind.DOCUMENT, key, f"公文归档：{document.title}", text) for user in people], by=by)


@action("document.drop")
def drop(*, document: OfficialDocument, comment: str, seen: int | None = None, by: Actor) -> OfficialDocument:
    """作废 a draft. Raises NotAllowed, Invalid, Conflict."""
    fresh = _held(document, DocumentVerb.DROP, seen, by)
    said = words(Words("comment", comment, "作废原因", LONGEST["comment"]))
    return _move(fresh, DocumentVerb.DROP, by, comment=said["comment"])


def _held(document: OfficialDocument, verb: DocumentVerb, seen: int | None, by: Actor) -> OfficialDocument:
    """The row, held, where `verb` may be done to it now by `by`."""
    fresh = _locked(document)
    asked = _permissions(fresh.state, verb)
    if not any(allowed(by, each, document) for each in asked):
        require(by, min(asked), document, to=f"{verb.label}这份公文")
    about(fresh)
    if verb not in MOVES.get(fresh.state, {}) or (seen is not None and seen != fresh.version):
        raise Conflict(CHANGED.format(state=fresh.get_state_display()))
    return fresh


def _permissions(state: str, verb: DocumentVerb) -> set[Permission]:
    """Who may do it: in this state, or where it is not done now, in any."""
    now = MOVES.get(state, {})
    return {now[verb]} if verb in now else {moves[verb] for moves in MOVES.values() if verb in moves}


def _locked(document: OfficialDocument) -> OfficialDocument:
    return OfficialDocument.objects.select_for_update(of=("self",)).select_related("publication").get(pk=document.pk)


def _move(document: OfficialDocument, verb: DocumentVerb, by: Actor, *, comment: str = "", **values) -> OfficialDocument:
    before, from_state = snapshot(document), document.state
    values |= {"state": TARGETS[verb], "version": document.version + 1}
    for name, value in values.items():
        setattr(document, name, value)
    document.save(update_fields=list(values))
    updated(document, before)
    _moved(document, verb, from_state, by, comment)
    return document


def _moved(document: OfficialDocument, verb: DocumentVerb, from_state: str, by: Actor, comment: str = "") -> None:
    move = DocumentMove.objects.create(
        document=document, verb=verb, from_state=from_state, to_state=document.state, actor_name=by.actor_name,
        unit_name=_unit(by), comment=comment[: LONGEST["comment"]], at=clock.now(),
    )  # fmt: skip
    created(move)


def _unit(by: Actor) -> str:
    return by.unit.name if by.actor_kind == "user" else ""
