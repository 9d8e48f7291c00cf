"""账号申请: the office asks by workbook, the system administrator opens, the security administrator grants.

Three people, by constraint. Each step looks again at what the one before it found, because names
are taken and duties move meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from guandu.accounts.actions import grants, users
from guandu.accounts.checks import require
from guandu.accounts.models import AccountBatch, AccountRequest, Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.queries_batches import MOST_LINES, Line, Wrong, lines_of, requests_of, wrong_lines
from guandu.audit.actions import about, action, checked, created, enter, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady, PortalError

State = AccountBatch.State


@dataclass(frozen=True)
class Slip:
    """What one person is handed, once: his account and the password he changes on signing in."""

    name: str
    unit_name: str
    username: str
    password: str
    duty: str


@action("batch.request")
def request(
    *, title: str, document: str = "", file_name: str, file_digest: str, lines: Sequence[Line], by: Actor
) -> AccountBatch:
    """Ask for the accounts of `lines`. Raises NotAllowed, Invalid with every fault by row, Conflict
    when the same file waits already."""
    require(by, Permission.BATCH_REQUEST, to="申请账号")
    if not isinstance(by, User):
        raise NotAllowed("账号申请须由园区发展办的人员办理。")
    _check_count(lines)
    _refuse_wrong(wrong_lines(lines), Invalid)
    if AccountBatch.objects.filter(file_digest=file_digest, state__in=[State.REQUESTED, State.CREATED]).exists():
        raise Conflict(_SAME_FILE)
    batch = checked(
        AccountBatch(
            title=title, document=document, file_name=file_name[:120], file_digest=file_digest,
            requested_by=by, requested_at=clock.now(),
        )
    )  # fmt: skip
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_SAME_FILE) from error
    created(batch)
    units = {unit.code: unit for unit in Unit.objects.filter(code__in={line.unit_code for line in lines})}
    for line in lines:
        enter(_request(batch, line, units[line.unit_code]))
    return batch


_SAME_FILE = "这份文件已经申请过，正在办理，不必重复申请。请在账号申请列表中查看。"


@action("batch.create_many")
def create_accounts(*, batch: AccountBatch, by: Actor) -> list[Slip]:
    """Open every account of the batch, without rights; the one-time passwords are in the answer and
    nowhere else. Raises NotAllowed, NotReady when it is not waiting for this, Conflict with the rows
    that no longer hold."""
    require(by, Permission.ACCOUNT_EDIT, to="开户")
    batch = _locked(batch, State.REQUESTED)
    _refuse_same_person(by, batch.requested_by_id, "申请人不能自己开户，请由系统管理员办理。")
    requests = requests_of(batch)
    _refuse_wrong(wrong_lines(lines_of(requests)), Conflict)
    slips = [_open(each, by) for each in requests]
    _move(batch, State.CREATED, created_by=by, created_at=clock.now())
    return slips


@action("batch.reissue")
def reissue(*, batch: AccountBatch, by: Actor) -> list[Slip]:
    """New one-time passwords for those of the batch who never signed in, where the slips were lost.
    Raises NotAllowed, NotReady."""
    require(by, Permission.ACCOUNT_EDIT, to="重发一次性口令")
    batch = _locked(batch, State.CREATED, State.GRANTED)
    unused = [each for each in requests_of(batch) if each.user and each.user.is_active and not each.user.last_login]
    if not unused:
        raise NotReady("本批账号都已登录过或已停用，没有需要重发的口令。")
    about(batch)
    return [_slip(each, _new_password(each.user, by)) for each in unused]


@action("batch.give_many")
def give_grants(*, batch: AccountBatch, by: Actor) -> AccountBatch:
    """Give every account of the batch its duty. Raises NotAllowed, NotReady, Conflict with the rows
    that cannot be granted any more: all or none."""
    require(by, Permission.GRANT_EDIT, to="授权")
    batch = _locked(batch, State.CREATED)
    _refuse_same_person(by, batch.requested_by_id, "申请人不能给自己申请的账号授权，请由安全管理员办理。")
    _refuse_same_person(by, batch.created_by_id, "开户人不能同时授权，请由安全管理员办理。")
    about(batch)
    wrong = [fault for each in requests_of(batch) for fault in _give(batch, each, by)]
    _refuse_wrong(wrong, Conflict)
    return _move(batch, State.GRANTED, granted_by=by, granted_at=clock.now())


@action("batch.refuse")
def refuse(*, batch: AccountBatch, reason: str, by: Actor) -> AccountBatch:
    """Send the batch back with words: the system administrator before the accounts are opened, the
    security administrator before they have rights. Raises NotAllowed, NotReady, Invalid."""
    waiting = batch.state == State.REQUESTED
    require(by, Permission.ACCOUNT_EDIT if waiting else Permission.GRANT_EDIT, to="退回账号申请")
    if not reason.strip():
        raise Invalid("请写明退回原因。", errors=[("reason", "请写明退回原因。")])
    batch = _locked(batch, State.REQUESTED if waiting else State.CREATED)
    about(batch, reason=reason.strip())
    return _move(batch, State.REFUSED, refused_by=by, refused_at=clock.now(), refusal=reason.strip())


def _check_count(lines: Sequence[Line]) -> None:
    if not lines:
        raise Invalid("文件中没有填写人员。")
    if len(lines) > MOST_LINES:
        raise Invalid(f"一次最多申请 {MOST_LINES} 个账号，请拆分后再申请。")


def _refuse_wrong(wrong: Sequence[Wrong], kind: type[PortalError]) -> None:
    if not wrong:
        return
    sentences = [str(each) for each in wrong]
    if kind is Invalid:
        raise Invalid("文件中有需要改正的内容。", errors=[("file", text) for text in sentences])
    changes = [(f"第 {each.row} 行", each.sentence, "") for each in wrong]
    raise Conflict(f"申请之后情况有变，有 {len(wrong)} 处办不了：{'；'.join(sentences[:5])}。", changes=changes)


def _refuse_same_person(by: Actor, other: int | None, sentence: str) -> None:
    if getattr(by, "pk", None) == other:
        raise NotAllowed(sentence)


def _locked(batch: AccountBatch, *states: str) -> AccountBatch:
    row = AccountBatch.objects.select_for_update(of=("self",)).select_related(
        "requested_by", "created_by", "granted_by", "refused_by"
    ).get(pk=batch.pk)  # fmt: skip
    if row.state not in states:
        raise NotReady(_where(row))
    return row


def _where(batch: AccountBatch) -> str:
    """Where the batch stands, for somebody who came a click too late."""
    return {
        State.REQUESTED: "这份申请还没有开户。",
        State.CREATED: f"这份申请已由{_name(batch.created_by)}开户，等待授权，不必重复办理。",
        State.GRANTED: f"这份申请已由{_name(batch.granted_by)}授权办结，不必重复办理。",
        State.REFUSED: f"这份申请已由{_name(batch.refused_by)}退回：{batch.refusal}",
    }[State(batch.state)]


def _name(user: User | None) -> str:
    return user.name if user else "他人"


def _move(batch: AccountBatch, state: str, **values) -> AccountBatch:
    before = snapshot(batch)
    for name, value in {"state": state, **values}.items():
        setattr(batch, name, value)
    batch.version += 1
    checked(batch).save()
    updated(batch, before)
    return batch


def _request(batch: AccountBatch, line: Line, unit: Unit) -> AccountRequest:
    return AccountRequest(
        batch=batch, row=line.row, username=line.username, name=line.name, staff_no=line.staff_no, unit=unit,
        duty=line.duty, phone=line.phone, email=line.email, role=line.role, scope_kind=line.scope_kind,
        scope_code=line.scope_code, seat=line.seat,
    )  # fmt: skip


def _open(request: AccountRequest, by: Actor) -> Slip:
    password = users.one_time_password()
    request.user = users.create(
        username=request.username, name=request.name, unit=request.unit, password=password,
        staff_no=request.staff_no, duty=request.duty, phone=request.phone, email=request.email,
        by=by,
    )  # fmt: skip
    _link(request, "user")
    return _slip(request, password)


def _new_password(user: User, by: Actor) -> str:
    password = users.one_time_password()
    users.set_password(user=user, password=password, by=by)
    return password


def _give(batch: AccountBatch, request: AccountRequest, by: Actor) -> list[Wrong]:
    if request.user is None or not request.user.is_active:
        return [Wrong(request.row, "user", f"账号“{request.username}”已停用")]
    try:
        request.grant = grants.give(
            user=request.user, role=request.role, scope_kind=request.scope_kind, scope_code=request.scope_code,
            seat=request.seat, reason=batch.document or batch.title, by=by,
        )  # fmt: skip
    except (Invalid, NotReady) as refusal:
        return [Wrong(request.row, "role", refusal.message.removesuffix("。"))]
    _link(request, "grant")
    return []


def _link(request: AccountRequest, name: str) -> None:
    row = AccountRequest.objects.get(pk=request.pk)
    before = snapshot(row)
    setattr(row, name, getattr(request, name))
    row.save(update_fields=[name])
    updated(row, before)


def _slip(request: AccountRequest, password: str) -> Slip:
    role, seat = request.get_role_display(), request.get_seat_display() if request.seat else ""
    scope = getattr(request, "scope_known", "") or request.scope_code
    duty = " ".join(part for part in (role, scope, seat) if part)
    return Slip(request.name, request.unit.name, request.username, password, duty)
