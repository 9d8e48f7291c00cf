"""Tokens of the API: one is shown once, its digest is kept."""

from datetime import timedelta

from knox.models import AuthToken

from guandu.accounts.checks import require
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, changed
from guandu.audit.changes import Change
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady

LONGEST_DAYS = 365


@action("token.issue")
def issue(*, user: User, days: int = 180, by: Actor) -> str:
    """A new token of `user`, good for `days` (1 to 365), in clear, this once. Raises NotAllowed, Invalid,
    NotReady."""
    require(by, Permission.ACCOUNT_EDIT, user, to="签发接口令牌")
    if not 1 <= days <= LONGEST_DAYS:
        sentence = f"接口令牌的有效期为 1 至 {LONGEST_DAYS} 天。"
        raise Invalid(sentence, errors=[("days", sentence)])
    about(user)
    if not user.may(Permission.API_USE):
        raise NotReady(f"账号“{user.username}”没有使用接口的权限，请先由安全管理员授予“API 客户端”角色。")
    token, text = AuthToken.objects.create(user, expiry=timedelta(days=days))
    changed([_change(token, before=None, after={"user": user.username, "expiry": str(token.expiry)})])
    return text


@action("token.revoke")
def revoke_all(*, user: User, by: Actor) -> int:
    """End every token of `user`; the number of them. Raises NotAllowed."""
    require(by, Permission.ACCOUNT_EDIT, user, to="收回接口令牌")
    about(user)
    tokens = list(AuthToken.objects.filter(user=user))
    changed(_change(token, before={"user": user.username}, after=None) for token in tokens)
    AuthToken.objects.filter(pk__in=[token.pk for token in tokens]).delete()
    return len(tokens)


def _change(token: AuthToken, *, before: dict | None, after: dict | None) -> Change:
    return Change("knox.authtoken", token.token_key, "接口令牌", before, after)
