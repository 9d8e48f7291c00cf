"""Filling in, filing, reviewing and settling a return. Each action answers the return as it then is."""

from collections.abc import Iterable, Mapping

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.digests import digest_of
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from targets.actions.certified import certify
from targets.actions.corrections import settle
from targets.actions.drafts import Draft, copy_of, write
from targets.actions.evidence import seal_evidence
from targets.actions.figures import ask_roll_up
from targets.actions.return_moves import in_words, locked, move, refusal, short, start
from targets.cell_keys import CellKey
from targets.checks import Severity
from targets.enums import NoteKind, SubjectKind
from targets.models import CellNote, Return, ReturnLine, ReturnVersion
from targets.queries.evidence import evidence_is_whole
from targets.queries.lines import hidden_lines
from targets.queries.locks import lock_of, open_correction
from targets.queries.matches import takes_rosters
from targets.queries.next_steps import received_for
from targets.queries.opinions import waited_for
from targets.queries.paper import missing_paper, paper_sign_off
from targets.queries.sheet import form_of, sheet_of
from targets.workflow import Step, Verb


@action("return.save")
def save(
    *,
    return_: Return,
    cells: Mapping[str, str] | None = None,
    base: Mapping[str, str] | None = None,
    reasons: Mapping[str, str] | None = None,
    counter: int | None = None,
    by: Actor,
) -> Return:
    """Write typed cells into the draft: cell (targets.cell_keys) → text; an empty text empties the cell,
    one left out stays. `counter` is the draft's change counter that the person saw.

    Raises Invalid with every wrong cell (code, or code + ":base"), Conflict with every cell that
    somebody else changed since (label, theirs, yours); then nothing is written. A reason already
    given is void once its value changes.
    """
    require(by, Permission.RETURN_FILE, return_, to="填报这张报表")
    fresh = locked(return_)
    about(fresh)
    if not fresh.is_open:
        raise NotReady(refusal(fresh, Verb.FILE))
    refuse_locked(fresh)
    refuse_hidden(fresh, [*(cells or {}), *(reasons or {})], by)
    draft = Draft.read(fresh, [*(cells or {}), *(reasons or {})])
    write(draft, cells or {}, base or {}, reasons or {}, counter, by)
    return fresh


@action("return.file")
def file(*, return_: Return, expected: int | None = None, counter: int | None = None, by: Actor) -> Return:
    """Freeze the draft and hand it in. Raises NotReady with what is missing, Invalid with wrong cells,
    Conflict when the return or (by `counter`) its draft changed since it was seen."""
    fresh, step = start(return_=return_, verb=Verb.FILE, expected=expected, by=by)
    if counter is not None and counter != fresh.draft.change_counter:
        raise Conflict("报送前表里又有改动，请核对后再报送。")
    return _hand_in(fresh, step, by)


@action("return.receive")
def receive(*, return_: Return, expected: int | None = None, by: Actor) -> Return:
    """代录报送: the office hands in for a filer what it has loaded from his workbook, under the same checks. Raises
    NotReady, Invalid as filing does."""
    fresh, step = start(return_=return_, verb=Verb.RECEIVE, expected=expected, by=by)
    book = received_for(fresh)
    told = "，".join(each for each in (f"填报人{book.filled_by}", book.came_by, f"由{by.actor_name}代录") if each)
    return _hand_in(fresh, step, by, comment=told)


@action("return.review")
def review(*, return_: Return, comment: str = "", expected: int | None = None, by: Actor) -> Return:
    """The sponsoring department finds the filed version right. Never by the account that filed it."""
    fresh, step = start(return_=return_, verb=Verb.REVIEW, expected=expected, by=by)
    _refuse_broken(fresh.filed)
    move(return_=fresh, step=step, version=fresh.filed, by=by, comment=short(comment))
    return fresh


@action("return.sign_off")
def sign_off(*, return_: Return, expected: int | None = None, by: Actor) -> Return:
    """Pass the review by what the reviewer signed on paper: a scan that one person recorded and another
    checked. Raises NotReady without it."""
    fresh, step = start(return_=return_, verb=Verb.SIGN_OFF, expected=expected, by=by)
    _refuse_broken(fresh.filed)
    sheet = paper_sign_off(fresh, step.route_step)
    move(return_=fresh, step=step, version=fresh.filed, by=by, comment=sheet.in_words)
    return fresh


@action("return.send_back")
def send_back(
    *,
    return_: Return,
    comment: str,
    cell_comments: Mapping[str, str] | None = None,
    expected: int | None = None,
    by: Actor,
) -> Return:
    """Give the return back to its filer with a comment, and comments on single cells by code; what
    was filed is copied into a new draft. Raises Invalid without a comment."""
    fresh, step = start(return_=return_, verb=Verb.SEND_BACK, expected=expected, by=by)
    said = in_words(comment, "comment", "退回意见，让填报单位知道要改什么")
    filed = fresh.filed
    _comment_cells(fresh, filed, cell_comments or {}, by)
    draft = copy_of(filed)
    created(draft)
    move(return_=fresh, step=step, version=filed, by=by, comment=said, draft=draft)
    return fresh


@action("return.confirm")
def confirm(*, return_: Return, comment: str = "", expected: int | None = None, by: Actor) -> Return:
    """Lock the return, write its 核定值 and ask for the quarter's roll-up. After a 数据订正 only the cells
    that it named are settled anew. Raises NotReady while an opinion is still asked for."""
    fresh, step = start(return_=return_, verb=Verb.CONFIRM, expected=expected, by=by)
    _refuse_broken(fresh.filed)
    waiting = waited_for(fresh) + missing_paper(fresh)
    if waiting:
        raise NotReady(f"还不能确认：{'；'.join(waiting)}。", missing=waiting)
    correction = open_correction(fresh)
    certify(fresh, fresh.filed, by, only=correction.codes if correction else None)
    if correction:
        settle(correction, fresh.filed)
    move(return_=fresh, step=step, version=fresh.filed, by=by, comment=short(comment), approved=fresh.filed)
    # What a bureau says may be of any park.
    parks = [fresh.park_code] if fresh.subject_kind == SubjectKind.PARK else []
    ask_roll_up(period=Period.parse(fresh.cycle.period), parks=parks, by=by)
    return fresh


def _hand_in(fresh: Return, step: Step, by: Actor, comment: str = "") -> Return:
    refuse_locked(fresh)
    _refuse_incomplete(fresh)
    version = fresh.draft
    _freeze(version, by)
    move(
        return_=fresh,
        step=step,
        version=version,
        by=by,
        comment=comment,
        filed=version,
        draft=None,
        filed_at=version.frozen_at,
        # A return sent back was handed in on the day it first was.
        filed_on=fresh.filed_on or clock.today(),
    )
    return fresh


def refuse_locked(return_: Return) -> None:
    """Raise NotReady in the words of the lock where the return takes no numbers now."""
    lock = lock_of(return_)
    if lock:
        raise NotReady(f"《{return_.cycle.template.name}》{lock.sentence}", missing=[lock.reason])


def refuse_hidden(return_: Return, keys: Iterable[str], by: Actor) -> None:
    """A line that the person may not see he does not write either: the refusal would tell the number."""
    hidden = hidden_lines(return_, by)
    errors = [(key, "该企业已自行报送，本表不显示也不能改动。") for key in keys if CellKey.parse(key).line in hidden]
    if errors:
        raise Invalid("企业自行报送的数据不能由园区改动，需要核对的请联系企业。", errors=errors)


def _refuse_incomplete(return_: Return) -> None:
    blocking = sheet_of(return_).blocking
    if any(each.severity == Severity.ERROR for each in blocking):
        raise Invalid(
            "有数据需要改正，请按提示改好后再报送。", errors=[(each.code, each.text) for each in blocking]
        )
    if blocking:
        raise NotReady("还不能报送，请先补齐下列各项。", missing=[each.text for each in blocking])


def version_digest(version: ReturnVersion) -> str:
    """Over the whole content of the version: subject, period, template, every line and what was found of rosters."""
    return_ = version.return_of
    lines = version.lines.order_by("subject_kind", "subject_code")
    content = {
        "template": return_.cycle.template.code,
        "period": return_.cycle.period,
        "number": version.number,
        "lines": [_content(line) for line in lines],
    }
    return digest_of(content | _found(version))


def _found(version: ReturnVersion) -> dict[str, list]:
    """What a bureau found of the rosters; a version without it has the digest that it always had."""
    if not takes_rosters(version.return_of):
        return {}
    found = version.matches.order_by("park_code")
    rows = [[m.park_code, m.listed, m.pending, m.matched, m.unmatched, m.roster_digest] for m in found]
    return {"matches": rows} if rows else {}


def _content(line: ReturnLine) -> list:
    """A line as its digest sees it; the return's own line has no name."""
    named = [line.subject_name, line.standing] if line.subject_name else []
    return [line.subject_kind, line.subject_code, *named, line.values, line.base]


def _freeze(version: ReturnVersion, by: Actor) -> None:
    """Close the version by a guarded update. Its lines are final from here on."""
    now = clock.now()
    values = {"frozen_at": now, "filed_on": clock.today(), "filed_by": by.actor_key}
    values["digest"] = version_digest(version)
    still = ReturnVersion.objects.filter(
        pk=version.pk, change_counter=version.change_counter, frozen_at__isnull=True
    )
    if not still.update(**values):
        raise Conflict("报送前表里又有改动，请核对后再报送。")
    for name, value in values.items():
        setattr(version, name, value)
    seal_evidence(version)


def _refuse_broken(version: ReturnVersion) -> None:
    """Approval is bound to the digest: what is approved is what was filed."""
    if version_digest(version) != version.digest:
        raise NotReady("已报数据与报送时的校验值不一致，不能审核。请联系系统管理员查明原因。")
    if not evidence_is_whole(version):
        raise NotReady("佐证材料与报送时的不一致，不能审核。请联系系统管理员查明原因。")


def _comment_cells(return_: Return, version: ReturnVersion, comments: Mapping[str, str], by: Actor) -> None:
    cells = {
        cell.code: cell for cell in form_of(return_)
    }
    unknown = [(code, f"本表没有“{code}”这项指标。") for code in comments if code not in cells]
    if unknown:
        raise Invalid("意见所指的指标不在本表内。", errors=unknown)
    for code, text in comments.items():
        if text.strip():
            note = CellNote.objects.create(
                return_of=return_,
                version=version,
                indicator_id=cells[code].indicator_id,
                kind=NoteKind.COMMENT,
                text=short(text, code),
                author_name=by.actor_name,
                at=clock.now(),
            )
            created(note)
