"""交接: everything open goes from one person to his successor in one step, and a slip says what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.urls import reverse

from guandu.accounts.actions import grants
from guandu.accounts.checks import require
from guandu.accounts.handover import OpenItem, move_all, open_work
from guandu.accounts.models import AccountBatch, Grant, Handover, HandoverItem, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ADMINISTRATORS, RoleCode
from guandu.audit.actions import about, action, checked, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.digests import canonical, digest
from guandu.core.errors import Conflict, NotAllowed, NotReady
from guandu.jobs.models import Job

DUTIES = "岗位与授权"
_TOO_LATE = "交接内容刚有变化，请核对后再确认。"


@dataclass(frozen=True)
class Section:
    """One heading of the slip."""

    title: str
    items: tuple[OpenItem, ...]


@dataclass(frozen=True)
class Contents:
    """What will move, and what stands in the way; `digest` tells whether it is still what was shown."""

    sections: tuple[Section, ...]
    obstacles: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(len(section.items) for section in self.sections)

    @property
    def digest(self) -> str:
        lines = [[section.title, item.title, item.detail] for section in self.sections for item in section.items]
        return digest(canonical(lines))


def contents(from_user: User, to_user: User) -> Contents:
    """What a hand-over between the two would move now."""
    held, there = lasting(from_user), lasting(to_user)
    duties = tuple(_duty_line(grant, there) for grant in held)
    sections = [Section(DUTIES, duties)] if duties else []
    sections += [Section(title, tuple(items)) for title, items in open_work(from_user)]
    return Contents(tuple(sections), tuple(_obstacles(from_user, to_user, held, there)))


@action("handover.hand_over")
def hand_over(
    *, from_user: User, to_user: User, reason: str, close_account: bool = False, seen: str | None = None, by: Actor
) -> Handover:
    """Move every duty and every piece of open work, and keep the slip. `seen` is the digest of what
    the person confirmed. Raises NotAllowed, NotReady with what stands in the way, Conflict."""
    require(by, Permission.GRANT_EDIT, to="办理工作交接")
    if by in (from_user, to_user):
        raise NotAllowed("不能办理本人的交接，请由另一名安全管理员办理。")
    about(from_user, reason=reason)
    # In one order, whoever hands over to whom, so that two hand-overs never wait for each other.
    rows = User.objects.select_for_update(of=("self",)).select_related("unit").order_by("pk")
    both = {user.pk: user for user in rows.filter(pk__in=[from_user.pk, to_user.pk])}
    if len(both) < 2:
        raise NotReady("移交人和接收人不能是同一个账号。")
    from_user, to_user = both[from_user.pk], both[to_user.pk]
    what = contents(from_user, to_user)
    _check(what, seen)
    slip = _slip(from_user, to_user, reason, close_account, by)
    _store(slip, what)
    _move_duties(from_user, to_user, slip, by)
    move_all(from_user, to_user, by)
    return slip


@action("job.take_over")
def take_over_jobs(*, from_user: User, to_user: User, by: Actor) -> int:
    """The jobs that `from_user` asked for and that are not over are the successor's: a job works with
    the rights of whoever asks for it. Their number. Raises NotAllowed."""
    require(by, Permission.GRANT_EDIT, to="办理工作交接")
    about(from_user)
    rows = list(_open_jobs(from_user).select_for_update())
    for job in rows:
        before = snapshot(job)
        job.actor_key, job.actor_name = to_user.actor_key, to_user.actor_name
        job.save(update_fields=["actor_key", "actor_name"])
        updated(job, before)
    return len(rows)


def jobs_open(user: User) -> list[OpenItem]:
    return [
        OpenItem(f"{job.title} {job.key}".strip(), f"{job.get_state_display()}，编号 {job.pk}")
        for job in _open_jobs(user).order_by("pk")
    ]


def batches_open(user: User) -> list[OpenItem]:
    """Requests for accounts that the person made, and those whose next step is his: they follow the duty."""
    state, waiting = AccountBatch.State, Q(pk__in=[])
    if user.may(Permission.BATCH_REQUEST):
        waiting |= Q(requested_by=user, state__in=[state.REQUESTED, state.CREATED])
    if user.may(Permission.ACCOUNT_EDIT):
        waiting |= Q(state=state.REQUESTED)
    if user.may(Permission.GRANT_EDIT):
        waiting |= Q(state=state.CREATED)
    return [
        OpenItem(each.title, each.get_state_display(), reverse("officers:batch", args=[each.pk]))
        for each in AccountBatch.objects.filter(waiting).order_by("pk")
    ]


def accounts_to_close(user: User) -> list[OpenItem]:
    """Leavers whose hand-over asks for it, where closing accounts is the person's duty."""
    if not user.may(Permission.ACCOUNT_EDIT):
        return []
    slips = Handover.objects.filter(close_account=True, from_user__is_active=True).select_related("from_user")
    return [OpenItem(f"停用{slip.from_user.name}的账号", slip.number) for slip in slips.order_by("pk")]


def lasting(user: User) -> list[Grant]:
    """The person's duties in force today or later, by name."""
    in_days = Q(valid_to__gt=clock.today()) & Q(valid_to__gt=F("valid_from"))
    return list(user.grants.filter(Q(valid_to__isnull=True) | in_days).named().order_by("role", "scope_kind", "scope_code", "valid_from"))


def _open_jobs(user: User):
    return Job.objects.asked_by(user).filter(state__in=[Job.State.QUEUED, Job.State.RUNNING, Job.State.PARKED])


def _place(grant: Grant) -> tuple[str, str, str]:
    return grant.role, grant.scope_kind, grant.scope_code


def _uncovered(grant: Grant, there: list[Grant]) -> Iterable[tuple[date, date | None]]:
    """The days of the grant from today on, as [since, until), that no grant of `there` over the same
    thing covers."""
    at, end = max(clock.today(), grant.valid_from), grant.valid_to or date.max
    for other in sorted((each for each in there if _place(each) == _place(grant)), key=lambda each: each.valid_from):
        if at < other.valid_from < end:
            yield at, other.valid_from
        if other.valid_from < end:
            at = max(at, other.valid_to or date.max)
    if at < end:
        yield at, grant.valid_to


def _duty_line(grant: Grant, there: list[Grant]) -> OpenItem:
    seat = f"（{grant.get_seat_display()}）" if grant.seat else ""
    detail = "由接收人承担" if any(_uncovered(grant, there)) else "接收人已有此岗位"
    if grant.valid_to:
        detail += f"，至 {grant.valid_to}"
    return OpenItem(f"{grant.get_role_display()} · {grant.scope_name}{seat}", detail)


def _obstacles(from_user: User, to_user: User, held: list[Grant], there: list[Grant]) -> Iterable[str]:
    if not to_user.is_active:
        yield f"接收人{to_user.name}的账号已停用，请先由系统管理员启用。"
    roles, others = {grant.role for grant in held}, {grant.role for grant in there}
    if (roles & ADMINISTRATORS or others & ADMINISTRATORS) and len(roles | others) > 1:
        names = "、".join(sorted(RoleCode(code).label for code in roles | others))
        yield f"系统、安全、审计管理员须由不同的人担任，也不得兼任业务角色；交接后接收人将同时是{names}。"
    if roles & ADMINISTRATORS and not to_user.staff_no:
        yield f"接收人{to_user.name}没有人员编号，不能担任管理员。请先由系统管理员补填。"
    api = RoleCode.API_CLIENT
    if api in roles:
        yield "接口账号不属于个人，不能交接。"


def _check(what: Contents, seen: str | None) -> None:
    if what.obstacles:
        raise NotReady("现在还不能交接。", missing=what.obstacles)
    if not what.count:
        raise NotReady("移交人没有在任岗位和在办事项，不需要交接。")
    if seen is not None and seen != what.digest:
        raise Conflict(_TOO_LATE)


def _slip(from_user: User, to_user: User, reason: str, close_account: bool, by: Actor) -> Handover:
    today = clock.today()
    slip = checked(
        Handover(
            number=_next_number(today.year), from_user=from_user, to_user=to_user, from_text=_words(from_user),
            to_text=_words(to_user), by_text=by.actor_name, reason=reason.strip(), close_account=close_account,
            handed_on=today, created_at=clock.now(),
        )
    )  # fmt: skip
    try:
        with transaction.atomic():
            slip.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("交接单号刚被占用，请再办理一次。") from error
    created(slip)
    return slip


def _next_number(year: int) -> str:
    start = f"交接〔{year}〕"
    numbers = Handover.objects.filter(number__startswith=start).values_list("number", flat=True)
    last = max((int(number.removeprefix(start).removesuffix("号")) for number in numbers), default=0)
    return f"{start}{last + 1}号"


def _words(user: User) -> str:
    return " ".join(part for part in (user.name, user.unit.name, user.duty, f"账号 {user.username}") if part)[:200]


def _store(slip: Handover, what: Contents) -> None:
    lines = [(section.title, item) for section in what.sections for item in section.items]
    HandoverItem.objects.bulk_create(
        HandoverItem(
            handover=slip, position=position, section=section, title=item.title[:200],
            detail=item.detail[:200], url=item.url[:200],
        )
        for position, (section, item) in enumerate(lines, start=1)
    )  # fmt: skip


def _move_duties(from_user: User, to_user: User, slip: Handover, by: Actor) -> None:
    """All are taken back before the first is given, so that a seat is free when it is taken."""
    held = lasting(from_user)
    words = f"{slip.number}：{slip.reason}"[:200]
    for grant in held:
        grants.revoke(grant=grant, reason=words, by=by)
    for grant in held:
        _give(grant, to_user, words, by)


def _give(grant: Grant, to_user: User, words: str, by: Actor) -> None:
    """What of the duty the successor has not got yet, and the seat of what he has."""
    there = lasting(to_user)
    for since, until in list(_uncovered(grant, there)):
        grants.give(
            user=to_user, role=grant.role, scope_kind=grant.scope_kind, scope_code=grant.scope_code,
            since=since, until=until, seat=grant.seat, reason=words, by=by,
        )  # fmt: skip
    for each in there:
        if _place(each) == _place(grant) and grant.seat and each.seat not in (Grant.Seat.MAIN, grant.seat):
            grants.set_seat(grant=each, seat=grant.seat, by=by)
