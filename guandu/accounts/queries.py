"""Reads across accounts."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from guandu.accounts.models import AccessPolicy, Grant, User
from guandu.accounts.roles import RoleCode
from guandu.core import clock


@dataclass(frozen=True)
class DemoAccount:
    """Someone of the demonstration who can sign in."""

    username: str
    name: str
    unit_name: str
    role_name: str


def demo_accounts() -> list[DemoAccount]:
    """Grain: one per demonstration account that has a password and a person's role, in the order they
    were made; empty under production settings or without demonstration data."""
    if settings.PRODUCTION or clock.demo_date() is None:
        return []
    people = User.objects.filter(is_demo=True, is_active=True).exclude(
        password__startswith=UNUSABLE_PASSWORD_PREFIX
    )
    held = Grant.objects.on(clock.today()).filter(user__in=people).select_related("user__unit")
    first: dict[int, Grant] = {}
    for grant in held.order_by("user_id", "pk"):
        first.setdefault(grant.user_id, grant)
    return [
        DemoAccount(grant.user.username, grant.user.name, grant.user.unit.name, grant.get_role_display())
        for grant in first.values()
        if grant.role != RoleCode.API_CLIENT
    ]


def password_is_due(user: User, policy: AccessPolicy) -> bool:
    """Whether `user` must change his password before anything else: somebody else set it, or it is
    older than the policy allows. Demonstration accounts and accounts without a password never."""
    if user.is_demo or not user.has_usable_password():
        return False
    age = clock.now() - user.password_changed_at
    return user.must_change_password or age >= timedelta(days=policy.password_days)
