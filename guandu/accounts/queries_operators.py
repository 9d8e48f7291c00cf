"""The park operators' accounts, as the office keeps them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from guandu.accounts.lockout import name_key
from guandu.accounts.models import Grant, User
from guandu.accounts.roles import RoleCode
from guandu.core import clock


@dataclass(frozen=True)
class OperatorAccount:
    user: User
    scopes: tuple[str, ...]
    word: str
    tone: str


def _lasting() -> Q:
    """In force today or on a later day."""
    return Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())


def operators_only() -> QuerySet[User]:
    """Accounts, open or closed, whose only duties now and to come are park operators'."""
    theirs = Grant.objects.filter(_lasting(), user=OuterRef("pk"))
    return User.objects.filter(
        Exists(theirs.filter(role=RoleCode.OPERATOR)), ~Exists(theirs.exclude(role=RoleCode.OPERATOR))
    )


def is_operators_only(user: User) -> bool:
    return operators_only().filter(pk=user.pk).exists()


def operator_accounts(locked: Collection[str] = (), text: str = "") -> list[OperatorAccount]:
    """Grain: one per such account, by unit; `locked` holds digests of names that are locked out,
    `text` narrows by name, account or unit. Two queries."""
    grants = Prefetch("grants", Grant.objects.filter(_lasting()).named().order_by("scope_code"), to_attr="lasting")
    rows = operators_only().select_related("unit").prefetch_related(grants).order_by("unit__code", "username")
    if text:
        rows = rows.filter(
            Q(username__icontains=text) | Q(name__icontains=text) | Q(unit__name__icontains=text)
        )
    return [_account(user, name_key(user.username) in locked) for user in rows]


def _account(user: User, is_locked: bool) -> OperatorAccount:
    names = tuple(grant.scope_name.removeprefix("园区 ") for grant in user.lasting)
    return OperatorAccount(user, names, *_state(user, is_locked))


def _state(user: User, is_locked: bool) -> tuple[str, str]:
    if not user.is_active:
        return "已停用", "closed"
    if is_locked:
        return "已锁定", "late"
    if user.last_login is None:
        return "从未登录", "active"
    return ("待改口令", "active") if user.must_change_password else ("正常", "done")
