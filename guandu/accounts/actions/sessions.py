"""Coming and going, recorded: signed in, signed out, refused, locked. Called by signals and pages."""

from collections.abc import Sequence

from allauth.account.internal.flows.login import get_authentication_records
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from guandu.accounts import lockout, session_limits
from guandu.accounts.checks import require
from guandu.accounts.lockout import LockoutHandler, Standing
from guandu.accounts.models import AccessPolicy, User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action
from guandu.core.actors import Actor, Service
from guandu.core.errors import NotAllowed

VISITOR = Service("visitor", "未登录的访客", actor_kind="visitor")
REFUSED = (
    "账号或口令不正确，或账号已停用、已锁定。请核对后重试；连续输错会锁定一段时间，忘记口令请联系本单位管理员。"
)
# Guessing with ever new names lengthens the trail by no more than this in an hour from one address.
REFUSALS_RECORDED_AN_HOUR = 60
LAST_RECORDED = "同一来源地址一小时内失败过多，此后只计数，不逐条记录。"
HOW = {
    "password": "口令",
    "mfa": "动态口令",
    "recovery_codes": "恢复码",
    "socialaccount": "统一身份认证",
    "demo": "演示账号",
}


@action("session.sign_in")
def sign_in(*, how: str = "", by: User) -> None:
    about(by, reason=how)


@action("session.sign_out")
def sign_out(*, reason: str = "", by: User) -> None:
    about(by, reason=reason)


@action("session.sign_in")
def refuse(*, username: str, sentence: str = REFUSED, by: Actor) -> None:
    """Record a refused sign-in as a denial. A name is kept only where there is such an account:
    people type passwords into the wrong field. Always raises NotAllowed."""
    user = _named(username)
    if user:
        about(user)
    raise NotAllowed(sentence)


@action("session.lock")
def lock(*, username: str, by: Actor) -> None:
    """Record that the name is locked from now on: once, however often it is tried afterwards."""
    policy = AccessPolicy.current()
    user = _named(username)
    if user:
        about(user, reason=f"登录连续失败，锁定 {policy.lock_minutes} 分钟。")


@action("session.unlock")
def unlock(*, user: User, by: Actor) -> int:
    """Let `user` try again at once, from everywhere; the number of rows dropped. Raises NotAllowed."""
    require(by, Permission.POLICY_EDIT, to="解除登录锁定")
    about(user)
    return lockout.forget(user.username)


@action("session.end")
def end_others(*, keep: str, by: User) -> int:
    """End the person's own sessions but the one of the key `keep`; how many there were."""
    about(by)
    return end_all(by, keep=keep)


def end_all(user: User, *, keep: str = "") -> int:
    """Delete the rows of the sessions of `user`, but the one of the key `keep`. Part of an action."""
    mine = UserSession.objects.filter(user=user).exclude(session_key=keep)
    ended, _ = Session.objects.filter(session_key__in=mine.values("session_key")).delete()
    mine.delete()
    return ended


def unlist(key: str) -> None:
    """The session of `key` goes on under another, which lists itself. Part of an action."""
    UserSession.objects.filter(session_key=key).delete()


def leave(request: HttpRequest) -> None:
    """Sign out: the session, its place in the list and the event go together or not at all."""
    with transaction.atomic():
        logout(request)


class RecordedLockout(LockoutHandler):
    """What is counted is in the trail: a lock that nobody recorded would never be recorded again."""

    def user_login_failed(self, sender, credentials: dict, request: HttpRequest | None = None, **kwargs) -> None:
        with transaction.atomic():
            super().user_login_failed(sender, credentials, request, **kwargs)
            _record(credentials, request)


def on_signed_in(sender, request: HttpRequest, user: User, **kwargs) -> None:
    session_limits.start(request.session)
    sign_in(how=_how(get_authentication_records(request, user)), by=user)


def on_signed_out(sender, request: HttpRequest, user: User | None, **kwargs) -> None:
    if user is None:
        return
    unlist(request.session.session_key or "")
    sign_out(reason=getattr(request, "sign_out_reason", ""), by=user)


def _record(credentials: dict, request: HttpRequest | None) -> None:
    username = str(credentials.get("username") or "")
    standing = getattr(request, "standing", Standing.OPEN)
    if standing == Standing.LOCKED_NOW:
        lock(username=username, by=VISITOR)
    elif standing == Standing.OPEN:
        _record_refusal(username, getattr(request, "axes_ip_address", None))


def _record_refusal(username: str, address: str | None) -> None:
    counted = lockout.failures_from(address)
    if counted > REFUSALS_RECORDED_AN_HOUR:
        return
    sentence = LAST_RECORDED if counted == REFUSALS_RECORDED_AN_HOUR else REFUSED
    try:
        refuse(username=username, sentence=sentence, by=VISITOR)
    except NotAllowed:
        return


def _named(username: str) -> User | None:
    return User.objects.filter(username__iexact=username).select_related("unit").first()


def _how(records: Sequence[dict]) -> str:
    kinds = [record["type"] if record.get("type") in HOW else record["method"] for record in records]
    return "、".join(dict.fromkeys(HOW.get(kind, kind) for kind in kinds))
