"""Grants: given and taken back by the security administrator, never by the person who holds them."""

from datetime import date

from django.db.models import Q

from guandu.accounts import scopes
from guandu.accounts.checks import require
from guandu.accounts.models import Grant, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ADMINISTRATORS, Role, RoleCode, ScopeKind, role as role_of
from guandu.audit.actions import about, action, enter, updated
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
    reason: str = "",
    by: Actor,
) -> Grant:
    """Let `user` hold `role` over the scope on [since, until); from today when `since` is not said.

    Raises NotAllowed, Invalid for an unknown role or scope, NotReady where administrators' and
    business roles would meet in one person.
    """
    require(by, Permission.GRANT_EDIT, to="授予角色")
    if by == user:
        raise NotAllowed("不能给自己授权，请由另一名安全管理员办理。")
    _check_scope(role_of(role), scope_kind, scope_code)
    since = since or clock.today()
    about(user, reason=reason)
    # The person's row is the parent that concurrent grants wait for.
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    beside = user.grants.filter(_overlapping(since, until))
    _check_exclusive(role, beside)
    if beside.filter(role=role, scope_kind=scope_kind, scope_code=scope_code).exists():
        raise Invalid("该账号在这段时间已有同样的授权。")
    grant = Grant(
        user=user, role=role, scope_kind=scope_kind, scope_code=scope_code,
        valid_from=since, valid_to=until, reason=reason,
    )  # fmt: skip
    user.forget_grants()
    return enter(grant)


@action("grant.revoke")
def revoke(*, grant: Grant, reason: str = "", by: Actor) -> Grant:
    """Take the grant back: it is in force up to yesterday. Raises NotAllowed, NotReady."""
    require(by, Permission.GRANT_EDIT, grant, to="收回授权")
    grant = Grant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant.pk)
    today = clock.today()
    if grant.valid_to is not None and grant.valid_to <= today:
        raise NotReady(f"这项授权已于 {grant.valid_to} 终止，无需再收回。")
    about(grant.user, reason=reason)
    before = snapshot(grant)
    grant.valid_to = max(today, grant.valid_from)
    grant.save(update_fields=["valid_to"])
    grant.user.forget_grants()
    updated(grant, before)
    return grant


def _check_scope(role: Role, kind: str, code: str) -> None:
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
    condition = Q(valid_to__isnull=True) | Q(valid_to__gt=since)
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
