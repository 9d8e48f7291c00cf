"""What the pages about sessions, locks and second factors show."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from guandu.accounts import lockout
from guandu.accounts.models import AccessPolicy, Grant, User
from guandu.accounts.roles import ADMINISTRATORS
from guandu.core import clock

# What a browser calls itself → what people call it; the first that fits.
BROWSERS = (("Edg", "Edge"), ("QQBrowser", "QQ 浏览器"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"), ("Android", "安卓"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"),
    ("UOS", "统信"), ("Kylin", "麒麟"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class OwnSession:
    """One place where the person is signed in."""

    began_at: datetime
    seen_at: datetime
    address: str
    device: str
    is_this: bool


@dataclass(frozen=True)
class PasswordAge:
    """Since when the password stands and until when it may; None for an account without one."""

    changed_at: datetime
    due_at: datetime
    days_left: int


@dataclass(frozen=True)
class FactorHolder:
    """One account that must show, or has, a second factor."""

    user: User
    roles: str
    is_demanded: bool
    enrolled_at: datetime | None
    used_at: datetime | None
    is_administrator: bool


def own_sessions(user: User, *, current: str) -> list[OwnSession]:
    """Grain: one per session of `user` that is still good, the present one first, the newest next. Two queries."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at"))
    keys = [row.session_key for row in rows]
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now()).values_list("session_key", flat=True)
    )
    shown = [
        OwnSession(row.created_at, row.last_seen_at, row.ip, device(row.user_agent), row.session_key == current)
        for row in rows
        if row.session_key in alive
    ]
    return sorted(shown, key=lambda each: not each.is_this)


def device(user_agent: str) -> str:
    """The browser and the system in words; 其他程序 for what is neither."""
    names = [
        next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)
    ]
    return "，".join(name for name in names if name) or "其他程序"


def password_age(user: User, policy: AccessPolicy) -> PasswordAge | None:
    if not user.has_usable_password():
        return None
    due = user.password_changed_at + timedelta(days=policy.password_days)
    return PasswordAge(user.password_changed_at, due, max(0, (due - clock.now()).days))


def recovery_codes_left(user: User) -> int | None:
    """How many recovery codes are unused; None for a person without any."""
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(codes.wrap().get_unused_codes()) if codes else None


def locked_people(policy: AccessPolicy) -> list[User]:
    """Grain: one per account whose name is locked out now, by account."""
    names = lockout.locked_names(policy)
    if not names:
        return []
    return [user for user in User.objects.select_related("unit") if lockout.name_key(user.username) in names]


def people_with_factor(policy: AccessPolicy) -> list[FactorHolder]:
    """Grain: one per active account that must show or has a generator, by account. Three queries."""
    day = clock.today()
    roles: dict[int, list[Grant]] = {}
    for grant in Grant.objects.on(day).order_by("user_id", "pk"):
        roles.setdefault(grant.user_id, []).append(grant)
    kept = {row.user_id: row for row in Authenticator.objects.filter(type=Authenticator.Type.TOTP)}
    people = User.objects.filter(is_active=True, is_demo=False).select_related("unit").order_by("username")
    found = []
    for user in people:
        held = roles.get(user.pk, [])
        demanded = bool({grant.role for grant in held} & (ADMINISTRATORS | set(policy.factor_roles)))
        if demanded or user.pk in kept:
            found.append(_holder(user, held, demanded, kept.get(user.pk)))
    return found


def _holder(user: User, held: list[Grant], demanded: bool, row: Authenticator | None) -> FactorHolder:
    return FactorHolder(
        user=user,
        roles="、".join(dict.fromkeys(grant.get_role_display() for grant in held)),
        is_demanded=demanded,
        enrolled_at=row.created_at if row else None,
        used_at=row.last_used_at if row else None,
        is_administrator=any(grant.role in ADMINISTRATORS for grant in held),
    )
