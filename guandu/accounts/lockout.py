"""Who is locked out after failed sign-ins, and for how long. Kept in the database, by django-axes.

A name is locked from one address after the policy's failures, for the policy's minutes: a colleague
behind the same address is not. Over all addresses a name has a number of failures an hour. Names are
kept as keyed digests, because people type passwords into the wrong field.
"""

import hmac
from datetime import timedelta
from enum import StrEnum
from unicodedata import normalize

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.db.models import F, QuerySet
from django.http import HttpRequest

from guandu.accounts.models import AccessPolicy
from guandu.core import clock

HOUR = timedelta(hours=1)
# Failures are remembered as long as any rule asks for them.
REMEMBERED = timedelta(hours=24)


class Standing(StrEnum):
    """What a failed attempt did to the name it was made with."""

    OPEN = "open"
    LOCKED_NOW = "locked now"
    LOCKED_ALREADY = "locked already"


class LockoutHandler(AxesDatabaseHandler):
    """Counts failures per name and address, and per name over all addresses within an hour."""

    def is_locked(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        if super().is_locked(request, credentials):
            return True
        return failures_of(attempted_name(request, credentials)).count() >= _policy(request).failures_an_hour

    def user_login_failed(self, sender, credentials: dict, request: HttpRequest | None = None, **kwargs) -> None:
        """Count the failure and say on the request, as `standing`, where the name stands now."""
        if request is None:
            return
        # One row per name and address: another browser's name makes no other.
        request.axes_user_agent = request.axes_http_accept = ""
        key = attempted_name(request, credentials)
        if self.is_locked(request, credentials):
            rows = AccessAttempt.objects.filter(username=key, ip_address=request.axes_ip_address)
            rows.update(failures_since_start=F("failures_since_start") + 1)
            request.standing = Standing.LOCKED_ALREADY
            return
        request.axes_locked_out = False
        super().user_login_failed(sender, credentials, request, **kwargs)
        AccessFailureLog.objects.filter(attempt_time__lt=clock.now() - REMEMBERED).delete()
        request.standing = Standing.LOCKED_NOW if self.is_locked(request, credentials) else Standing.OPEN


def attempted_name(request: HttpRequest, credentials: dict | None = None) -> str:
    """The digest of the name that somebody tries to sign in with."""
    name = (credentials or {}).get("username") or request.POST.get("login") or request.POST.get("username")
    return name_key(str(name or ""))


def name_key(username: str) -> str:
    """A keyed digest of the account's name, one for every way of writing it."""
    text = normalize("NFKC", username).strip().casefold()
    return hmac.new(settings.SECRET_KEY.encode(), b"lockout:" + text.encode(), "sha256").hexdigest()


def failures_of(key: str) -> QuerySet[AccessFailureLog]:
    """The counted failures of a name within the hour, from every address."""
    return AccessFailureLog.objects.filter(username=key, attempt_time__gt=clock.now() - HOUR)


def failures_from(address: str | None) -> int:
    """How many failures were counted from the address within the hour, whatever the name."""
    return AccessFailureLog.objects.filter(ip_address=address, attempt_time__gt=clock.now() - HOUR).count()


def failure_limit(request: HttpRequest, credentials: dict | None = None) -> int:
    return _policy(request).failures_to_lock


def lock_time(request: HttpRequest | None = None) -> timedelta:
    return timedelta(minutes=_policy(request).lock_minutes)


def locked_names(policy: AccessPolicy) -> set[str]:
    """The digests of all names that are locked somewhere now. Two queries."""
    since = clock.now() - timedelta(minutes=policy.lock_minutes)
    here = AccessAttempt.objects.filter(attempt_time__gt=since, failures_since_start__gte=policy.failures_to_lock)
    everywhere: dict[str, int] = {}
    recent = AccessFailureLog.objects.filter(attempt_time__gt=clock.now() - HOUR)
    for key in recent.values_list("username", flat=True):
        everywhere[key] = everywhere.get(key, 0) + 1
    capped = {key for key, count in everywhere.items() if count >= policy.failures_an_hour}
    return capped | set(here.values_list("username", flat=True))


def forget(username: str) -> int:
    """Drop what is counted against the name; the number of rows. Called by an action."""
    key = name_key(username)
    attempts, _ = AccessAttempt.objects.filter(username=key).delete()
    failures, _ = AccessFailureLog.objects.filter(username=key).delete()
    return attempts + failures


def _policy(request: HttpRequest | None) -> AccessPolicy:
    """The policy, read once for a request."""
    known = getattr(request, "lockout_policy", None) or AccessPolicy.current()
    if request is not None:
        request.lockout_policy = known
    return known
