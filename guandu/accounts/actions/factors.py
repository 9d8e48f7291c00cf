"""The second factor of a person: enrolled and given up by himself, taken off by the security administrator."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from guandu.accounts import one_time_codes
from guandu.accounts.actions.sessions import end_all
from guandu.accounts.checks import require
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ADMINISTRATORS
from guandu.audit.actions import about, action, changed
from guandu.audit.changes import Change
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed, NotReady


@action("factor.enrol")
def enrol(*, by: User) -> None:
    about(by)


@action("factor.remove")
def remove(*, by: User) -> None:
    about(by)


@action("factor.renew")
def renew_codes(*, by: User) -> None:
    about(by)


@action("factor.reset")
def reset(*, user: User, reason: str = "", by: Actor) -> None:
    """Take the second factor off `user`, whose device is lost, and end his sessions: he enrols anew.
    An administrator's is taken off on the server. Raises NotAllowed, NotReady."""
    require(by, Permission.POLICY_EDIT, to="重置动态口令")
    if by.actor_kind == "user" and any(grant.role in ADMINISTRATORS for grant in user.grants_today()):
        raise NotAllowed(
            "三类管理员的动态口令只能在服务器上重置，请执行 manage.py bootstrap --reset 账号。"
        )
    if not take_off(user):
        raise NotReady(f"账号“{user.username}”没有启用动态口令，无需重置。")
    about(user, reason=reason)
    end_all(user)


def take_off(user: User) -> bool:
    """Delete the person's generator and recovery codes; says whether there were any. Part of an action."""
    rows = list(Authenticator.objects.select_for_update().filter(user=user))
    changed(Change("mfa.authenticator", str(row.pk), "动态口令", {"user": user.username}, None) for row in rows)
    Authenticator.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return bool(rows)


def on_added(sender, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs) -> None:
    """Enrolling shows a code: it counts for this session, and is used up."""
    if authenticator.type != Authenticator.Type.TOTP:
        return
    enrol(by=user)
    one_time_codes.use_up(authenticator, request.enrolled_step)
    record_authentication(request, user, "mfa", id=authenticator.pk, type=str(authenticator.type))


def on_removed(sender, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        remove(by=user)


def on_renewed(sender, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs) -> None:
    renew_codes(by=user)
