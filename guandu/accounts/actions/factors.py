"""The second factor of a person: enrolled and given up by himself, taken off by the security administrator."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

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

GENERATOR, CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
NAMES = {GENERATOR: "动态口令", CODES: "恢复码"}


@action("factor.enrol")
def enrol(*, secret: str, step: int, by: User) -> Authenticator:
    """The generator that holds `secret`, whose code of `step` was shown and is used up; recovery codes
    with it. Raises NotReady where the person has one."""
    about(by)
    held = {row.type for row in _locked(by)}
    if GENERATOR in held:
        raise NotReady("动态口令已经启用。需要更换的，请先停用。")
    generator = TOTP.activate(by, secret).instance
    one_time_codes.use_up(generator, step)
    changed([_entered(generator)])
    if CODES not in held:
        changed([_entered(RecoveryCodes.activate(by).instance)])
    return generator


@action("factor.remove")
def remove(*, by: User) -> None:
    """Generator and recovery codes of the person himself go. Raises NotReady where there are none."""
    about(by)
    if not take_off(by):
        raise NotReady("动态口令没有启用，无需停用。")


@action("factor.renew")
def renew_codes(*, by: User) -> None:
    """New recovery codes in place of the old ones, which open nothing any more."""
    about(by)
    changed(_dropped(row) for row in _locked(by) if row.type == CODES)
    Authenticator.objects.filter(user=by, type=CODES).delete()
    changed([_entered(RecoveryCodes.activate(by).instance)])


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
    rows = _locked(user)
    changed(_dropped(row) for row in rows)
    Authenticator.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return bool(rows)


def _locked(user: User) -> list[Authenticator]:
    """What the person has, behind his own row: where there is nothing yet, nothing else can be locked."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    return list(Authenticator.objects.filter(user=user).select_related("user").order_by("pk"))


def _entered(row: Authenticator) -> Change:
    return Change("mfa.authenticator", str(row.pk), NAMES[row.type], None, {"user": row.user.username})


def _dropped(row: Authenticator) -> Change:
    return Change("mfa.authenticator", str(row.pk), NAMES[row.type], {"user": row.user.username}, None)
