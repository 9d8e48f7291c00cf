"""Grants: given and taken back by the security administrator, never by the person who holds them."""

from datetime import date

from django.db.models import F, Q

from guandu.accounts import scopes
from guandu.accounts.checks import require
from guandu.accounts.models import Grant, Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ADMINISTRATORS, Role, RoleCode, ScopeKind, role as role_of
from guandu.audit.actions import about, action, checked, enter, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed, NotReady


@action("grant.give")
def give(
    *,
    user: User,
    role: str,
    scope_kind: str,
    scope_code: str = "",
    since: date | None = None,
    until: date | None = None,
    seat: str = "",
    reason: str = "",
    by: Actor,
) -> Grant:
    """Let `user` hold `role` over the scope on [since, until); from today when `since` is not said.

    Raises NotAllowed, Invalid for an unknown role, scope or seat, NotReady where administrators' and
    business roles would meet in one person, where an administrator is not known by a staff number,
    and where the seat is taken.
    """
    require(by, Permission.GRANT_EDIT, to="授予角色")
    if by == user:
        raise NotAllowed("不能给自己授权，请由另一名安全管理员办理。")
    check_scope(role_of(role), scope_kind, scope_code)
    since = since or clock.today()
    about(user, reason=reason)
    # The person's row is the parent that concurrent grants wait for.
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    beside = user.grants.filter(_overlapping(since, until))
    _check_exclusive(role, beside)
    _check_known(user, role, by)
    if beside.filter(role=role, scope_kind=scope_kind, scope_code=scope_code).exists():
        raise Invalid("该账号在这段时间已有同样的授权。")
    grant = Grant(
        user=user, role=role, scope_kind=scope_kind, scope_code=scope_code,
        valid_from=since, valid_to=until, reason=reason, seat=seat,
    )  # fmt: skip
    _check_seat(grant)
    user.forget_grants()
    return enter(grant)


@action("grant.set_seat")
def set_seat(*, grant: Grant, seat: str, by: Actor) -> Grant:
    """Say who of the holders comes first (A) and who stands in (B); "" for neither. Raises
    NotAllowed, NotReady where the seat is taken or the grant is over, Invalid."""
    require(by, Permission.GRANT_EDIT, grant, to="确定AB角")
    grant = Grant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant.pk)
    if by == grant.user:
        raise NotAllowed("不能给自己定AB角，请由另一名安全管理员办理。")
    _refuse_over(grant, clock.today(), "不能再定AB角")
    about(grant.user)
    before = snapshot(grant)
    grant.seat = seat
    _check_seat(grant)
    checked(grant).save(update_fields=["seat"])
    grant.user.forget_grants()
    updated(grant, before)
    return grant


@action("grant.revoke")
def revoke(*, grant: Grant, reason: str = "", by: Actor) -> Grant:
    """Take the grant back: it is in force up to yesterday. Raises NotAllowed, NotReady."""
    require(by, Permission.GRANT_EDIT, grant, to="收回授权")
    grant = Grant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant.pk)
    today = clock.today()
    _refuse_over(grant, today, "无需再收回")
    about(grant.user, reason=reason)
    before = snapshot(grant)
    grant.valid_to = max(today, grant.valid_from)
    grant.save(update_fields=["valid_to"])
    grant.user.forget_grants()
    updated(grant, before)
    return grant


def _refuse_over(grant: Grant, today: date, rest: str) -> None:
    if grant.valid_to is not None and grant.valid_to <= today:
        raise NotReady(f"这项授权已于 {grant.valid_to} 终止，{rest}。")


def _check_known(user: User, role: str, by: Actor) -> None:
    """An administrator is a known person: one staff number has one account, so nobody has two roles
    under two names. The first three are set up on the server and say who they are on signing in."""
    if role in ADMINISTRATORS and by.actor_kind == "user" and not user.staff_no:
        raise NotReady(
            f"账号“{user.username}”没有人员编号，不能担任{RoleCode(role).label}。请先由系统管理员补填本人的人员编号。"
        )


def _check_seat(grant: Grant) -> None:
    """One A and one B for a duty of a unit. The unit's row is what concurrent grants wait for."""
    if not grant.seat:
        return
    Unit.objects.select_for_update().get(pk=grant.user.unit_id)
    taken = (
        Grant.objects.filter(
            _overlapping(grant.valid_from, grant.valid_to),
            role=grant.role, scope_kind=grant.scope_kind, scope_code=grant.scope_code, seat=grant.seat,
            user__unit=grant.user.unit_id, user__is_active=True,
        )
        .exclude(pk=grant.pk).exclude(user=grant.user_id).select_related("user").first()
    )  # fmt: skip
    if taken:
        label = Grant.Seat(taken.seat).label
        raise NotReady(f"{taken.user.unit.name}的这项岗位已由{taken.user.name}担任{label}，请先调整后再办理。")


def check_scope(role: Role, kind: str, code: str) -> None:
    if kind not in ScopeKind.values:
        raise Invalid(f"没有“{kind}”这种范围。", errors=[("scope_kind", "请选择范围类型。")])
    if kind not in role.scopes:
        names = "、".join(ScopeKind(each).label for each in ScopeKind.values if each in role.scopes)
        sentence = f"“{role.name}”只能按{names}授权。"
        raise Invalid(sentence, errors=[("scope_kind", sentence)])
    if scopes.name_of(kind, code) is None:
        label = ScopeKind(kind).label
        sentence = f"{label}中没有编码“{code}”，请从名单中选择。" if code else f"请填写{label}编码。"
        if kind == ScopeKind.DISTRICT:
            sentence = "全区授权不填范围编码。"
        raise Invalid(sentence, errors=[("scope_code", sentence)])


def _overlapping(since: date, until: date | None) -> Q:
    """Grants in force on some day of [since, until)."""
    # A grant taken back on its first day was in force on none.
    condition = Q(valid_to__isnull=True) | (Q(valid_to__gt=since) & Q(valid_to__gt=F("valid_from")))
    return condition & Q(valid_from__lt=until) if until else condition


def _check_exclusive(role: str, beside) -> None:
    held = set(beside.values_list("role", flat=True))
    if role in ADMINISTRATORS:
        conflicting = held - {role}
    else:
        conflicting = held & ADMINISTRATORS
    if conflicting:
        names = "、".join(sorted(RoleCode(code).label for code in conflicting))
        raise NotReady(
            f"该账号已是{names}。系统、安全、审计管理员须由不同的人担任，也不得兼任业务角色；请先收回原授权。"
        )
