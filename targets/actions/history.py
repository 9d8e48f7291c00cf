"""历史补录: a workbook is kept, checked, confirmed by who sent it and stored line by line, all or nothing.

Signing it, which makes 核定值 of it, is another person's (targets.actions.history_signing).
"""

from typing import Any

from guandu.accounts.checks import allowed, require
from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.audit.actions import about, action, changed
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.bulk_rows import put
from guandu.core.digests import digest
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.files import actions as files
from guandu.files.inspection import Checked as CheckedFile
from guandu.files.kinds import XLSX
from guandu.files.owners import OwnerKind
from guandu.jobs.queue import enqueue
from targets.enums_history import OPEN, HistoryState
from targets.models import HistoryBatch, HistoryLine
from targets.queries.history.check import Checked
from targets.queries.history.context import Context
from targets.queries.history.original import KIND, packed, unpacked

CHECK_JOB, STORE_JOB = "history.check", "history.store"
MOST_OPEN = 5
LONGEST_REASON = 300
WAY = "补录历史数据"
State = HistoryState
_LINES = HistoryLine._meta.label_lower


def refuse_file(batch: HistoryBatch, by: Actor) -> None:
    """Raise NotAllowed, NotReady: a batch has the one file with which it began."""
    require(by, Permission.HISTORY_ENTER, batch, to=WAY)
    if batch.job_number is not None:
        raise NotReady("补录的原始文件不能增减。需要更换的，请放弃后重新上传。")


HISTORY_KIND = OwnerKind(KIND, "补录原始文件", HistoryBatch.objects.visible_to, refuse_file, (XLSX,))


@action("history.keep")
def keep(*, name: str, file: CheckedFile, by: Actor) -> HistoryBatch:
    """Keep the workbook as it came and have it checked. Raises NotAllowed, NotReady, Invalid."""
    require(by, Permission.HISTORY_ENTER, to=WAY)
    if not isinstance(by, User):
        raise NotAllowed("补录文件由个人上传、核对和确认。")
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise Invalid("请填写名称，最多 60 个字。", errors=[("name", "请填写名称，最多 60 个字。")])
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    waiting = HistoryBatch.objects.filter(owner=by, state__in=[State.CHECKING, State.FAULTY, State.READY]).count()
    if waiting >= MOST_OPEN:
        raise NotReady(f"您已有 {MOST_OPEN} 份补录没有办完，请先确认或放弃其中一份。")
    batch = HistoryBatch.objects.create(
        name=name, owner=by, unit=_unit_of(by), file_name=file.name, file_digest=file.digest, created_at=clock.now()
    )
    files.add(kind=KIND, owner=batch, file=file, by=by)
    _ask(batch, CHECK_JOB, by)
    return _recorded(batch, "")


@action("history.settle")
def settle(*, batch: HistoryBatch, found: Checked, by: Actor) -> HistoryBatch:
    """Lay down what checking found. Raises NotAllowed, NotReady where the batch waits for no check."""
    row = _own(batch, by)
    _refuse_unless(row, State.CHECKING)
    row.report = found.report.as_json() | {"apart": list(found.apart), "firms": found.firm_count}
    row.state = State.READY if found.report.is_fine and found.report.accepted else State.FAULTY
    is_ready = row.state == State.READY
    row.content = packed(found) if is_ready else b""
    row.basis, row.periods = (found.basis, list(found.periods)) if is_ready else ({}, [])
    row.line_count, row.value_count = (found.report.accepted, found.value_count) if is_ready else (0, 0)
    row.save()
    return _recorded(row, State.CHECKING)


@action("history.settle")
def refuse(*, batch: HistoryBatch, sentence: str, by: Actor) -> HistoryBatch:
    """Say of a workbook that it is not the template's, in one sentence. Raises NotAllowed, NotReady."""
    row = _own(batch, by)
    _refuse_unless(row, State.CHECKING)
    row.state, row.report, row.content = State.FAULTY, {"refusal": sentence}, b""
    row.save()
    return _recorded(row, State.CHECKING)


@action("history.recheck")
def recheck(*, batch: HistoryBatch, by: Actor) -> HistoryBatch:
    """Check the kept original again, after the register or an indicator has changed. Raises NotAllowed, NotReady."""
    row = _own(batch, by)
    _refuse_unless(row, State.FAULTY, State.READY)
    before = row.state
    row.state, row.content, row.basis = State.CHECKING, b"", {}
    row.line_count = row.value_count = 0
    _ask(row, CHECK_JOB, by)
    return _recorded(row, before)


@action("history.confirm")
def confirm(*, batch: HistoryBatch, by: Actor) -> HistoryBatch:
    """Have what was checked stored. Raises NotAllowed for anybody but who sent it, NotReady."""
    row = _own(batch, by)
    _refuse_unless(row, State.READY)
    _ask(row, STORE_JOB, by)
    about(row)
    changed([Change("targets.historybatch", str(row.pk), row.name, None, {"confirmed": True})])
    return row


@action("history.store")
def store(*, batch: HistoryBatch, by: Actor) -> int:
    """Store every line of the batch at once; how many. Raises NotAllowed, NotReady, also where the register
    has moved since the check."""
    row = _own(batch, by)
    _refuse_unless(row, State.READY)
    if Context(by).moved(row.basis):
        raise NotReady("核对之后指标口径或园区登记有变动，没有写入任何内容。请重新核对，看过结果后再确认。")
    lines = unpacked(row.content)
    columns = {"batch_id": [row.pk] * row.line_count, **lines}
    put(HistoryLine._meta.db_table, list(columns), list(columns.values()))
    content = digest(bytes(row.content))
    row.state, row.stored_at, row.content = State.STORED, clock.now(), b""
    row.save()
    _recorded(row, State.READY, content=content)
    changed([Change(_LINES, str(row.pk), row.name, None, {"lines": row.line_count, "content": content})])
    return row.line_count


@action("history.discard")
def discard(*, batch: HistoryBatch, reason: str = "", by: Actor) -> HistoryBatch:
    """Give the batch up before it is signed, with its lines; the original stays. By who sent it, or by the
    office with a reason. Raises NotAllowed, NotReady, Invalid."""
    row = _locked(batch)
    mine = row.owner.actor_key == by.actor_key
    require(by, Permission.HISTORY_ENTER, row, to="放弃这份补录")
    if not mine and not allowed(by, Permission.RETURN_CONFIRM):
        raise NotAllowed("补录由上传的人自己放弃，或由园区发展办退回。")
    if row.state not in OPEN:
        raise NotReady(f"这份补录{row.get_state_display()}，不能放弃。")
    said = in_words(reason, needed=not mine)
    before = row.state
    if row.lines.all()._raw_delete(row.lines.db):
        changed([Change(_LINES, str(row.pk), row.name, {"lines": row.line_count}, None)])
    row.state, row.content, row.reason = State.DROPPED, b"", said
    row.ended_by, row.ended_at = by.actor_name, clock.now()
    row.save()
    return _recorded(row, before, reason=said)


def in_words(text: str, *, needed: bool = True) -> str:
    """A reason as it is kept. Raises Invalid."""
    said = " ".join(text.split())
    if (needed and not said) or len(said) > LONGEST_REASON:
        sentence = f"请写明理由，最多 {LONGEST_REASON} 个字。"
        raise Invalid(sentence, errors=[("reason", sentence)])
    return said


def _unit_of(by: User) -> Unit:
    """The unit that sends it in: his own, or the one that his right is over."""
    scopes = by.scopes_with(Permission.HISTORY_ENTER)
    codes = scopes.get(ScopeKind.DEPARTMENT, set())
    if ScopeKind.DISTRICT in scopes or by.unit.code in codes:
        return by.unit
    return Unit.objects.filter(code__in=codes).order_by("code").first() or by.unit


def _ask(batch: HistoryBatch, kind: str, by: Actor) -> None:
    batch.job_number = enqueue(kind, by=by, key=str(batch.pk), batch=batch.pk).pk
    batch.save()


def _locked(batch: HistoryBatch) -> HistoryBatch:
    row = HistoryBatch.objects.select_for_update(of=("self",)).select_related("owner").get(pk=batch.pk)
    about(row)
    return row


def _own(batch: HistoryBatch, by: Actor) -> HistoryBatch:
    row = _locked(batch)
    require(by, Permission.HISTORY_ENTER, row, to=WAY)
    if row.owner.actor_key != by.actor_key:
        raise NotAllowed("补录由上传的人自己核对和确认。如需更正，请联系上传人。")
    return row


def _refuse_unless(batch: HistoryBatch, *states: str) -> None:
    if batch.state not in states:
        raise NotReady(f"这份补录{batch.get_state_display()}，不能这样办理，请刷新页面。")


def _recorded(row: HistoryBatch, before: str, **more: Any) -> HistoryBatch:
    after = {
        "state": row.state, "file_digest": row.file_digest, "lines": row.line_count, "values": row.value_count, **more
    }  # fmt: skip
    changed([Change("targets.historybatch", str(row.pk), row.name, {"state": before} if before else None, after)])
    return row
