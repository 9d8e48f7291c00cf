"""Accounts that nobody has used for long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from guandu.accounts.models import AccessPolicy, Grant, User
from guandu.accounts.roles import ADMINISTRATORS, RoleCode
from guandu.audit.models import AuditEvent
from guandu.core import clock

# How long before it is closed an account is told of.
WARNED_DAYS = 14
# How long afterwards it stays on the page.
SHOWN_DAYS = 90


@dataclass(frozen=True)
class Dormant:
    """An account and when it was last used: signed in to, opened, opened again or given a password."""

    user: User
    used_at: datetime

    def closes_at(self, days: int) -> datetime:
        return self.used_at + timedelta(days=days)


def dormant(days: int, *, now: datetime | None = None) -> list[Dormant]:
    """Grain: one per active account unused for `days`, the longest first. Clients of the interface,
    who never sign in, demonstration accounts and the last of an administrator's role are left out.
    Three queries."""
    cutoff = (now or clock.now()) - timedelta(days=days)
    quiet = User.objects.filter(
        Q(last_login__lt=cutoff) | Q(last_login__isnull=True),
        is_active=True, is_demo=False, created_at__lt=cutoff, password_changed_at__lt=cutoff,
    ).exclude(pk__in=Grant.objects.on(clock.today()).filter(role=RoleCode.API_CLIENT).values("user"))  # fmt: skip
    enabled = _enabled_since(cutoff)
    found = [user for user in quiet.select_related("unit") if str(user.pk) not in enabled]
    kept = _last_administrators({user.pk for user in found})
    rows = [Dormant(user, _used_at(user)) for user in found if user.pk not in kept]
    return sorted(rows, key=lambda row: (row.used_at, row.user.pk))


def _used_at(user: User) -> datetime:
    return max(at for at in (user.last_login, user.created_at, user.password_changed_at) if at)


def _enabled_since(cutoff: datetime) -> set[str]:
    """Keys of accounts that were opened again since: they have their days from then on."""
    opened = AuditEvent.objects.filter(
        verb="user.enable", outcome="done", object_type=User._meta.label_lower, at__gte=cutoff
    )
    return set(opened.values_list("object_key", flat=True))


def _last_administrators(quiet: set[int]) -> set[int]:
    """Of the accounts `quiet`, those without whom an administrator's role would have nobody: the one
    who used it last."""
    held = Grant.objects.on(clock.today()).filter(role__in=ADMINISTRATORS, user__is_active=True).select_related("user")
    kept = set()
    for role in ADMINISTRATORS:
        holders = [grant.user for grant in held if grant.role == role]
        if holders and all(user.pk in quiet for user in holders):
            kept.add(max(holders, key=lambda user: (_used_at(user), user.pk)).pk)
    return kept


def closing_soon() -> list[Dormant]:
    """Those that the watch will close within WARNED_DAYS."""
    return dormant(max(AccessPolicy.current().dormant_days - WARNED_DAYS, 1))


def lately_closed(by: str) -> list[tuple[User, datetime]]:
    """(account, when) of those that the service `by` closed in the last SHOWN_DAYS and that are
    closed still, the newest first. Two queries."""
    since = clock.now() - timedelta(days=SHOWN_DAYS)
    events = AuditEvent.objects.filter(verb="user.disable", outcome="done", actor_key=by, at__gte=since)
    at = dict(events.order_by("seq").values_list("object_key", "at"))
    users = User.objects.filter(pk__in=[int(key) for key in at], is_active=False).select_related("unit")
    return sorted(((user, at[str(user.pk)]) for user in users), key=lambda row: row[1], reverse=True)
