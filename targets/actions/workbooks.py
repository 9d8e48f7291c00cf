"""Workbooks of returns: handed out, kept as they came, looked at without writing, loaded into the draft.

What a file says comes here as a reading (targets.readings), made anew from the kept file each time: what is loaded is
what the file holds and the checks now say, not what somebody saw earlier.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db.models import Sum

from guandu.accounts.checks import allowed, require
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, concerning, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.files.actions import add
from guandu.files.inspection import Checked
from guandu.files.models import Attachment
from parks.actions.exports import purpose_of
from targets.actions.attached import ON_WORKBOOK
from targets.actions.drafts import Draft, mark_unread, write
from targets.actions.return_moves import locked, refusal
from targets.actions.returns import refuse_hidden, refuse_locked
from targets.cell_keys import BASE, CellKey
from targets.checks import Severity
from targets.enums import WorkbookState
from targets.models import Cycle, Return, ReturnWorkbook, WorkbookBatch
from targets.queries.sheet import sheet_of
from targets.readings import Fault, Outlook, Reading
from targets.workflow import Verb

MOST_BYTES_A_DAY = 200 * 1024 * 1024
DAY = timedelta(hours=24)
LONGEST_NAME = 40
OPEN = (WorkbookState.READY, WorkbookState.FAULTY)


class _Looked(Exception):
    """Carries what a look found out of the transaction that it undoes."""

    def __init__(self, outlook: Outlook) -> None:
        self.outlook = outlook


@action("workbook.hand_out")
def hand_out(*, cycle: Cycle, returns: Collection[Return], purpose: str, by: Actor) -> None:
    """Say in the trail who takes out the workbooks of many returns at once, and what for. Raises NotAllowed, Invalid
    without a purpose, NotReady where there are none."""
    require(by, Permission.RETURN_RECEIVE, to="批量下载报送工作簿")
    if not returns:
        raise NotReady("本期没有待填报的报表可以发放。")
    said = f"{purpose_of(purpose)}；{len(returns)} 份：{'、'.join(each.subject_name for each in returns)}"
    concerning("targets.cycle", str(cycle.pk), str(cycle), reason=said[:200])


def look(*, return_: Return, reading: Reading, by: Actor) -> Outlook:
    """What loading the file would do. Nothing of it stays. Raises NotAllowed, NotReady."""
    try:
        check(return_=return_, reading=reading, by=by)
    except _Looked as looked:
        return looked.outlook
    raise AssertionError("A look ends by undoing itself.")


@action("workbook.check")
def check(*, return_: Return, reading: Reading, by: Actor) -> None:
    """Always undone, by raising what it found."""
    fresh = _open_for(return_, by)
    draft = Draft.read(fresh, _keys(reading))
    changes = tuple(_changes(draft, reading))
    clashes: tuple[tuple[str, str, str], ...] = ()
    try:
        write(draft, reading.cells, reading.base, reading.reasons, reading.counter, by)
    except Conflict as conflict:
        clashes = tuple(conflict.changes)
        write(draft, reading.cells, reading.base, reading.reasons, None, by)
    blocking = [each for each in sheet_of(fresh, fresh.draft).blocking if each.code not in reading.unread]
    raise _Looked(
        Outlook(
            changes,
            tuple((each.code, each.text) for each in blocking if each.severity != Severity.REASON),
            tuple((each.code, each.text) for each in blocking if each.severity == Severity.REASON),
            clashes,
        )
    )


@action("workbook.keep")
def keep(
    *, return_: Return, file: Checked, reading: Reading, outlook: Outlook, batch: WorkbookBatch | None = None, by: Actor
) -> ReturnWorkbook:
    """Keep the file as it came, with what it would do. It takes the place of what the person had sent before for this
    return and not loaded. The same file sent twice is one. Raises NotAllowed, NotReady, StorageAway."""
    if not isinstance(by, User):
        raise NotAllowed("报送工作簿由个人上传。")
    fresh = _open_for(return_, by)
    refuse_more(by=by, size=file.size)
    former = fresh.workbooks.filter(owner=by, state__in=OPEN)
    same = former.filter(file_digest=file.digest, batch=batch).first()
    if same:
        return _set(same, report=reading.as_report(outlook), state=_state(reading))
    for row in former:
        _set(row, state=WorkbookState.DROPPED)
    row = ReturnWorkbook.objects.create(
        return_of=fresh,
        batch=batch,
        state=_state(reading),
        file_name=file.name,
        file_digest=file.digest,
        report=reading.as_report(outlook),
        owner=by,
        created_at=clock.now(),
    )
    created(row)
    add(kind=ON_WORKBOOK, owner=row, file=file, by=by)
    return row


@action("workbook.load")
def load(
    *,
    workbook: ReturnWorkbook,
    reading: Reading,
    partly: bool = False,
    overwrite: bool = False,
    filled_by: str = "",
    came_by: str = "",
    scan: Checked | None = None,
    by: Actor,
) -> ReturnWorkbook:
    """Write what the file says into the draft, all or nothing. `partly`: the cells that could be read, the others empty
    and marked. `overwrite`: also over what was changed on the page since the file was made. `filled_by`: who filled it in,
    where the office loads it for him. Raises NotAllowed, NotReady, Invalid, Conflict (label, theirs, yours)."""
    row = _locked(workbook)
    fresh = _open_for(row.return_of, by)
    if row.state not in OPEN:
        raise NotReady(f"这份工作簿{row.get_state_display()}，不能再载入。需要再载入的，请重新上传。")
    name = _filler(fresh, filled_by, by)
    if reading.faults and not partly:
        raise Invalid(f"文件有 {len(reading.faults)} 处需要改正，没有载入任何内容。")
    _write(fresh, reading, overwrite, by)
    if scan:
        add(kind=ON_WORKBOOK, owner=row, file=scan, by=by)
    return _set(
        row,
        state=WorkbookState.LOADED,
        filled_by=name,
        came_by=came_by.strip()[:LONGEST_NAME],
        version=fresh.draft,
        loaded_by=by.actor_name,
        loaded_at=clock.now(),
    )


@action("workbook.hand_back")
def hand_back(*, workbook: ReturnWorkbook, by: Actor) -> None:
    """Say in the trail who takes the file back with its marks. Raises NotAllowed, NotReady once it is loaded or given up."""
    row = _locked(workbook)
    require_loader(row.return_of, by)
    if row.state not in OPEN:
        raise NotReady(f"这份工作簿{row.get_state_display()}，不再标注。原件可以在本页下载。")
    about(row, reason=f"{row.file_name}，{row.file_digest[:12]}")


@action("workbook.drop")
def drop(*, workbook: ReturnWorkbook, by: Actor) -> ReturnWorkbook:
    """Give the file up. It stays kept. Raises NotAllowed, NotReady once it is loaded."""
    row = _locked(workbook)
    require_loader(row.return_of, by)
    if row.state not in OPEN:
        raise NotReady(f"这份工作簿{row.get_state_display()}，不能放弃。")
    return _set(row, state=WorkbookState.DROPPED)


def require_loader(return_: Return, by: Actor) -> None:
    """Raise NotAllowed unless the person files the return or receives it for its filer."""
    if not any(allowed(by, each, return_) for each in (Permission.RETURN_FILE, Permission.RETURN_RECEIVE)):
        raise NotAllowed("您没有用工作簿填报这张报表的权限。如确需办理，请联系园区发展办。")


def refuse_more(*, by: User, size: int) -> None:
    """Raise NotReady where the person has sent as much today as one may."""
    today = Attachment.objects.filter(added_by=by, added_at__gt=clock.now() - DAY)
    if (today.aggregate(total=Sum("file__size"))["total"] or 0) + size > MOST_BYTES_A_DAY:
        raise NotReady("您一天内上传的文件超过 200 MB，请明天再传，或联系系统管理员。")


def _open_for(return_: Return, by: Actor) -> Return:
    """The return, locked, where the person may load a file into it now."""
    require_loader(return_, by)
    fresh = locked(return_)
    about(fresh)
    if not fresh.is_open:
        raise NotReady(refusal(fresh, Verb.FILE))
    refuse_locked(fresh)
    return fresh


def _filler(return_: Return, filled_by: str, by: Actor) -> str:
    """Who filled the file in; his own file needs no name."""
    if allowed(by, Permission.RETURN_FILE, return_):
        return ""
    name = " ".join(filled_by.split())[:LONGEST_NAME]
    if not name:
        sentence = "请填写填报人姓名：代收代录须写明由谁填报。"
        raise Invalid(sentence, errors=[("filled_by", sentence)])
    return name


def _write(return_: Return, reading: Reading, overwrite: bool, by: Actor) -> None:
    keys = _keys(reading)
    refuse_hidden(return_, [*reading.cells, *reading.reasons, *reading.unread], by)
    draft = Draft.read(return_, keys)
    empty = [key for key in reading.unread if draft.takes(key)]
    cells = {**reading.cells, **{key: "" for key in empty if not CellKey.parse(key).is_base}}
    base = {**reading.base, **{key.removesuffix(BASE): "" for key in empty if CellKey.parse(key).is_base}}
    write(draft, cells, base, reading.reasons, None if overwrite else reading.counter, by)
    mark_unread(draft, {key: _in_words(reading.unread[key]) for key in empty}, by)


def _in_words(fault: Fault) -> str:
    said = f"填写的是“{fault.typed}”，" if fault.typed and fault.typed not in fault.sentence else ""
    return f"工作簿 {fault.place} 没有载入：{said}{fault.sentence}。请在此填写。"


def _changes(draft: Draft, reading: Reading) -> Iterable[tuple[str, str, str, str]]:
    """(place, label, old, new) of the cells that would change."""
    typed = {**reading.cells, **{code + BASE: text for code, text in reading.base.items()}}
    for key, text in typed.items():
        old, new = draft.stored(key), draft.units(key, text)
        if old != new:
            place = reading.place_of(key)
            yield str(place or ""), draft.label(key), draft.text(key, old), draft.text(key, new)


def _keys(reading: Reading) -> list[str]:
    return [*reading.cells, *reading.reasons, *reading.unread]


def _state(reading: Reading) -> str:
    return WorkbookState.READY if reading.is_fine else WorkbookState.FAULTY


def _locked(workbook: ReturnWorkbook) -> ReturnWorkbook:
    row = ReturnWorkbook.objects.select_for_update(of=("self",)).select_related("return_of").get(pk=workbook.pk)
    about(row.return_of)
    return row


def _set(row: ReturnWorkbook, **values) -> ReturnWorkbook:
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    updated(row, before)
    return row
