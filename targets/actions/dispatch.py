"""临时调度表: made of the office's own workbook, shaped, sent, chased, closed, and made again for next week."""

from collections.abc import Sequence
from datetime import datetime

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.audit.actions import about, action, checked, concerning, created, enter, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.digests import digest
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.files.actions import add
from guandu.files.inspection import Checked
from guandu.files.kinds import KINDS
from guandu.notices.actions.messages import post
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.told import Told
from parks.models import Park
from targets.actions.dispatch_files import ON_TABLE
from targets.dispatch_layout import Layout
from targets.enums_dispatch import AnswerState, ColumnKind, DispatchState
from targets.models import DispatchReceiver, DispatchTable
from targets.queries.dispatch import left_words, receivers_of, urge_key, urged_today
from targets.queries.dispatch_books import bytes_of
from targets.queries.locks import moment
from targets.queries.recipients import Recipients

MOST_RECEIVERS = 500
TO = "下发临时调度表"


@action("dispatch.create")
def create(*, title: str, file: Checked, layout: Layout, by: Actor) -> DispatchTable:
    """A draft of the office's own workbook, which is kept as it came. Raises NotAllowed, Invalid, NotReady, StorageAway."""
    require(by, Permission.DISPATCH_SEND, to=TO)
    table = enter(_draft(title, layout, by))
    return _with_workbook(table, file, by)


def _draft(title: str, layout: Layout, by: Actor, **values) -> DispatchTable:
    return DispatchTable(
        title=title, sender=by.unit, made_by=by.actor_key, made_name=by.actor_name, made_at=clock.now(),
        stored_layout=layout.as_dict(), **values,
    )  # fmt: skip


def _with_workbook(table: DispatchTable, file: Checked, by: Actor) -> DispatchTable:
    before = snapshot(table)
    table.workbook = add(kind=ON_TABLE, owner=table, file=file, by=by)
    table.save(update_fields=["workbook"])
    updated(table, before)
    return table


@action("dispatch.shape")
def shape(*, table: DispatchTable, layout: Layout, by: Actor) -> DispatchTable:
    """What is asked, as the person has corrected the guess. Raises NotAllowed, NotReady once it is sent, Invalid with
    a sentence per column (letter)."""
    row = _locked(table, by)
    _refuse_sent(row)
    errors = list(_wrong(layout))
    if errors:
        raise Invalid("还有需要改的地方。", errors=errors)
    before = snapshot(row)
    row.stored_layout = layout.as_dict()
    return _store(row, before)


def _wrong(layout: Layout):
    if not layout.asked:
        yield "", "没有需要填报的列，请至少选一列。"
    for column in layout.asked:
        if not column.title:
            yield column.letter, f"{column.letter} 列请写名称。"
        if column.kind == ColumnKind.CHOICE and len(column.choices) < 2:
            yield column.letter, f"{column.letter} 列是选项，请写出至少两个可选内容，用顿号分开。"
    for kind in (ColumnKind.NUMBERED, ColumnKind.RECEIVER):
        letters = [column.letter for column in layout.columns if column.is_included and column.kind == kind]
        if len(letters) > 1:
            yield letters[1], f"{'、'.join(letters)} 列都设成了{kind.label}，只能留一列。"


@action("dispatch.send")
def send(
    *, table: DispatchTable, units: Sequence[Unit], parks: Sequence[Park], due_at: datetime | None, takes_many: bool,
    instructions: str, contact: str, by: Actor,
) -> DispatchTable:  # fmt: skip
    """Hand it out: a receiver each, and a message to whoever answers for it. Raises NotAllowed for whom `by` may not
    ask, NotReady where it is sent already, Invalid."""
    row = _locked(table, by)
    _refuse_sent(row)
    _refuse_others(units, parks, by)
    now = clock.now()
    errors = [*_wrong_due(due_at, now), *_wrong_receivers(units, parks)]
    if errors:
        raise Invalid("还不能下发，请先补齐。", errors=errors)
    before = snapshot(row)
    row.due_at, row.takes_many, row.instructions, row.contact = due_at, takes_many, instructions, contact
    row.state, row.sent_at, row.picked = DispatchState.SENT, now, {}
    _store(row, before)
    found = [DispatchReceiver(table=row, unit=unit, name=unit.name) for unit in units]
    found += [DispatchReceiver(table=row, park=park, name=park.name) for park in parks]
    for position, receiver in enumerate(found, start=1):
        receiver.position = position
    DispatchReceiver.objects.bulk_create(found)
    for receiver in found:
        created(receiver)
    people = Recipients(clock.today())
    post(told=[_sent(row, each, user) for each in found for user in people.fillers(each)], by=by)
    return row


def _wrong_due(due_at: datetime | None, now: datetime):
    if due_at is None:
        yield "due_at", "请填写报送截止的日期和时间。"
    elif due_at <= now:
        yield "due_at", f"{moment(due_at)}已经过去，请改为以后的时间。"


def _wrong_receivers(units: Sequence[Unit], parks: Sequence[Park]):
    if not units and not parks:
        yield "receivers", "请选择由谁填报。"
    elif len(units) + len(parks) > MOST_RECEIVERS:
        yield "receivers", f"一次最多发给 {MOST_RECEIVERS} 家，请分开下发。"


def _refuse_others(units: Sequence[Unit], parks: Sequence[Park], by: Actor) -> None:
    """The office asks anybody; others only parks of their own."""
    if by.actor_kind == "service" or ScopeKind.DISTRICT in by.scopes_with(Permission.DISPATCH_SEND):
        return
    visible = Park.objects.visible_to(by, Permission.DISPATCH_SEND).filter(pk__in=[park.pk for park in parks])
    if units or visible.count() != len(parks):
        raise NotAllowed("只能发给本单位包保或本产业链的园区。需要其他单位填报的，请联系园区发展办下发。")


def _sent(table: DispatchTable, receiver: DispatchReceiver, user) -> Told:
    wanted = f"\n填报要求：{table.instructions}" if table.instructions else ""
    contact = f"\n联系人：{table.contact}" if table.contact else ""
    return Told(
        recipient=user,
        kind=MessageKind.REMINDER,
        key=f"dispatch:{receiver.pk}",
        title=f"请于{moment(table.due_at)}前填报《{table.title}》",
        text=f"{table.sender.name}请{receiver.name}于{moment(table.due_at)}前填报《{table.title}》。{wanted}{contact}",
        url=f"/dispatch/answers/{receiver.pk}/",
    )


@action("dispatch.urge")
def urge(*, table: DispatchTable, by: Actor) -> tuple[int, list[str]]:
    """A message now to whoever has not answered, once a receiver and day: (how many receivers were told, why others
    were not). Raises NotAllowed, and NotReady where there is nobody to tell."""
    row = _locked(table, by)
    if row.state != DispatchState.SENT:
        raise NotReady(f"这张表{row.get_state_display()}，不需要催报。")
    missing = [each for each in receivers_of(row) if each.state == AnswerState.WAITING]
    urged, people = urged_today(missing), Recipients(clock.today())
    told, unheld = [], []
    for each in missing:
        users = [] if each.pk in urged else people.fillers(each)
        told += [_urged(row, each, user, by) for user in users]
        if not users and each.pk not in urged:
            unheld.append(each.name)
    reasons = [f"{'、'.join(unheld)}没有在用的填报账号，请电话联系。"] if unheld else []
    if not told:
        why = "今天都已催报过。" if urged else "已全部报送。" if not missing else ""
        raise NotReady("没有发出催报。", missing=[*([why] if why else []), *reasons])
    post(told=told, by=by)
    return len(missing) - len(urged) - len(unheld), reasons


def _urged(table: DispatchTable, receiver: DispatchReceiver, user, by: Actor) -> Told:
    who = table.contact or f"{table.sender.name}{by.actor_name}"
    left = left_words(table.due_at, clock.now())
    return Told(
        recipient=user,
        kind=MessageKind.URGE,
        key=urge_key(receiver),
        title=f"催报：请尽快填报《{table.title}》",
        text=f"{receiver.name}还没有报送《{table.title}》，{moment(table.due_at)}截止，{left}。请尽快填报；确有困难的，请联系{who}。",
        url=f"/dispatch/answers/{receiver.pk}/",
        importance=Importance.HIGH,
    )


@action("dispatch.extend")
def extend(*, table: DispatchTable, due_at: datetime | None, by: Actor) -> DispatchTable:
    """Another hour by which it is due. What came in late by the old one is in time by the new. Raises NotAllowed,
    NotReady unless it is out, Invalid."""
    row = _locked(table, by)
    if row.state != DispatchState.SENT:
        raise NotReady(f"这张表{row.get_state_display()}，不能调整截止时间。")
    return _until(row, due_at)


@action("dispatch.close")
def close(*, table: DispatchTable, by: Actor) -> DispatchTable:
    """Take it back: nothing more is answered. Raises NotAllowed, NotReady unless it is out."""
    row = _locked(table, by)
    if row.state != DispatchState.SENT:
        raise NotReady(f"这张表{row.get_state_display()}，不需要收回。")
    before = snapshot(row)
    row.state, row.closed_at = DispatchState.CLOSED, clock.now()
    return _store(row, before)


@action("dispatch.reopen")
def reopen(*, table: DispatchTable, due_at: datetime | None, by: Actor) -> DispatchTable:
    """Hand it out again until another hour. Raises NotAllowed, NotReady unless it was closed, Invalid."""
    row = _locked(table, by)
    if row.state != DispatchState.CLOSED:
        raise NotReady(f"这张表{row.get_state_display()}，不需要重新开放。")
    return _until(row, due_at)


def _until(row: DispatchTable, due_at: datetime | None) -> DispatchTable:
    """Out until `due_at`."""
    errors = list(_wrong_due(due_at, clock.now()))
    if errors:
        raise Invalid(errors[0][1], errors=errors)
    before = snapshot(row)
    row.state, row.closed_at, row.due_at = DispatchState.SENT, None, due_at
    return _store(row, before)


@action("dispatch.copy")
def copy(*, table: DispatchTable, by: Actor) -> DispatchTable:
    """A new draft of the same workbook and columns, with the same receivers picked. Raises NotAllowed, StorageAway."""
    require(by, Permission.DISPATCH_SEND, table, to=TO)
    data, kept = bytes_of(table.workbook), table.workbook
    receivers = table.receivers.select_related("unit", "park")
    picked = {
        "units": [each.unit.code for each in receivers if each.unit],
        "parks": [each.park.code for each in receivers if each.park],
    }
    values = {name: getattr(table, name) for name in ("takes_many", "instructions", "contact")}
    draft = enter(_draft(table.title, table.layout, by, picked=picked if receivers else table.picked, **values))
    return _with_workbook(draft, Checked(kept.name, KINDS[kept.file.kind], data, digest(data)), by)


@action("dispatch.export_missing")
def export_missing(*, table: DispatchTable, count: int, by: Actor) -> None:
    """The list of who has not answered leaves as a file. Raises NotAllowed."""
    require(by, Permission.DISPATCH_SEND, table, to="导出未报名单")
    concerning("targets.dispatchtable", str(table.pk), f"{table.title}未报名单，{count} 家"[:200])


@action("dispatch.export")
def export(*, table: DispatchTable, count: int, by: Actor) -> None:
    """All answers leave as a file. Raises NotAllowed."""
    require(by, Permission.DISPATCH_SEND, table, to="导出汇总表")
    concerning("targets.dispatchtable", str(table.pk), f"{table.title}汇总表，{count} 家"[:200])


def _locked(table: DispatchTable, by: Actor) -> DispatchTable:
    require(by, Permission.DISPATCH_SEND, table, to=TO)
    row = DispatchTable.objects.select_for_update(of=("self",)).get(pk=table.pk)
    about(row)
    return row


def _refuse_sent(row: DispatchTable) -> None:
    if row.state != DispatchState.DRAFT:
        raise NotReady(f"这张表{row.get_state_display()}，不能再改。需要改的，请复制成新表后修改下发。")


def _store(row: DispatchTable, before: dict) -> DispatchTable:
    row.version += 1
    checked(row).save()
    updated(row, before)
    return row
