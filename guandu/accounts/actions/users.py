"""People's accounts: opened, changed, closed. Rights are another matter (see grants)."""

import secrets
from typing import Any

from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from guandu.accounts.actions import tokens
from guandu.accounts.actions.sessions import end_all, unlist
from guandu.accounts.checks import require
from guandu.accounts.models import PasswordRecord, Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ADMINISTRATORS
from guandu.audit.actions import about, action, edit, enter, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed, NotReady

# No letter makes a word and none is taken for a digit.
CLEAR = "bcdfhjkmnpqrstvwxyzBCDFHJKLMNPQRSTVWXYZ23456789"
EDITABLE = frozenset({"name", "staff_no", "unit", "duty", "phone", "email"})


@action("user.create")
def create(
    *, username: str, name: str, unit: Unit, password: str | None = None, by: Actor, **values: Any
) -> User:
    """A new account without rights; without a password it cannot sign in. Who gets one from somebody
    else changes it at the first sign-in. Raises NotAllowed, Invalid."""
    require(by, Permission.ACCOUNT_EDIT, to="开通账号")
    user = User(username=username.strip(), name=name.strip(), unit=unit, created_at=clock.now(), **values)
    if password is None:
        user.set_unusable_password()
    else:
        _set_checked(user, password, by)
    return enter(user)


@action("user.update")
def update(*, user: User, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor) -> User:
    """Change what EDITABLE names; the account's name stays. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.ACCOUNT_EDIT, user, to="修改账号")
    return edit(user, values, editable=EDITABLE, seen=seen)


@action("user.disable")
def disable(*, user: User, reason: str = "", by: Actor) -> User:
    """Close the account: its sessions and its tokens end at once. What the person did stays. Raises
    NotAllowed, NotReady."""
    require(by, Permission.ACCOUNT_EDIT, user, to="停用账号")
    if by == user:
        raise NotReady("不能停用自己的账号，请由另一名管理员办理。")
    _refuse_for_administrators(user, by, "三类管理员的账号不能由他人停用；需要停用时请先由安全管理员收回其授权。")
    about(user, reason=reason)
    tokens.revoke_all(user=user, by=by)
    end_all(user)
    return _set_active(user, False)


@action("user.enable")
def enable(*, user: User, reason: str = "", by: Actor) -> User:
    """Open a closed account again, with the grants that are in force. Raises NotAllowed."""
    require(by, Permission.ACCOUNT_EDIT, user, to="启用账号")
    about(user, reason=reason)
    return _set_active(user, True)


@action("user.set_password")
def set_password(*, user: User, password: str, keep_session: str = "", by: Actor) -> User:
    """Give the account a new password, which ends its sessions but `keep_session`, whose key changes;
    set by somebody else it ends the account's tokens too and is to be changed. Raises NotAllowed,
    Invalid."""
    if by != user:
        require(by, Permission.ACCOUNT_EDIT, user, to="重置口令")
        _refuse_for_administrators(
            user, by, "三类管理员的口令只能由本人修改；遗失时请在服务器上执行 manage.py bootstrap --reset 账号。"
        )
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    before = snapshot(user)
    former, set_at = user.password, user.password_changed_at
    _set_checked(user, password, by)
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    if is_password_usable(former):
        PasswordRecord.objects.create(user=user, password=former, set_at=set_at)
    about(user)
    updated(user, before)
    end_all(user, keep=keep_session)
    unlist(keep_session)
    if by != user:
        tokens.revoke_all(user=user, by=by)
    return user


def one_time_password() -> str:
    """Three groups of four characters that nobody chose, without those that are misread."""
    while True:
        groups = ["".join(secrets.choice(CLEAR) for _ in range(4)) for _ in range(3)]
        password = "-".join(groups)
        if all(any(test(letter) for letter in password) for test in (str.islower, str.isupper, str.isdigit)):
            return password


def _set_active(user: User, active: bool) -> User:
    row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    before = snapshot(row)
    row.is_active = active
    row.save(update_fields=["is_active"])
    updated(row, before)
    return row


def _set_checked(user: User, password: str, by: Actor) -> None:
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        errors = [("password", text) for text in refusal.messages]
        raise Invalid("口令不符合要求。", errors=errors) from refusal
    user.set_password(password)
    user.password_changed_at = clock.now()
    user.must_change_password = by != user and not user.is_demo


def _refuse_for_administrators(user: User, by: Actor, sentence: str) -> None:
    """Who may close an administrator's account or reset its password could do without that control,
    or act in its place; one whose term is still to come, or whose account is closed, counts too."""
    held = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    if by.actor_kind == "user" and user.grants.filter(held, role__in=ADMINISTRATORS).exists():
        raise NotAllowed(sentence)
