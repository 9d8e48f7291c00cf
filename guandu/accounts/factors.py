"""Means of a second factor, and of whom one is demanded.

A means is a `Means` whose dotted name stands in the setting SECOND_FACTORS; a text message, a UKey
gateway or a client certificate joins the list without a change here.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from guandu.accounts.roles import ADMINISTRATORS


@dataclass(frozen=True)
class Means:
    """One way of showing a second factor.

    `enrol` and `challenge` are url names ("" where the portal has no such page); `pages` are further
    url names that must open before the factor is shown. `satisfied` says whether this session saw it.
    """

    code: str
    name: str
    is_enrolled: Callable[..., bool]
    satisfied: Callable[[HttpRequest], bool]
    enrol: str = ""
    challenge: str = ""
    pages: tuple[str, ...] = ()


def means() -> list[Means]:
    """All means of this installation, in the order of the setting."""
    return [import_string(name) for name in settings.SECOND_FACTORS]


def demanded_of(user, roles: Collection[str]) -> bool:
    """Whether `user` must show a second factor: the three administrators always, whoever holds one
    of `roles` (the policy's) as well; demonstration accounts never."""
    held = {grant.role for grant in user.grants_today()}
    return not user.is_demo and bool(held & (ADMINISTRATORS | set(roles)))


def shown(request: HttpRequest) -> bool:
    """Whether this session saw any second factor."""
    return any(each.satisfied(request) for each in means())


def next_page(user) -> str:
    """The url name where `user` shows the factor he has, or enrols one."""
    for each in means():
        if each.challenge and each.is_enrolled(user):
            return each.challenge
    return next(each.enrol for each in means() if each.enrol)


def open_pages() -> set[str]:
    """Url names that open before a factor is shown."""
    return {name for each in means() for name in (each.enrol, each.challenge, *each.pages) if name}


def _has_generator(user) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def _used(request: HttpRequest, method: str) -> bool:
    return any(record["method"] == method for record in get_authentication_records(request, request.user))


TOTP = Means(
    code="totp",
    name="动态口令",
    is_enrolled=_has_generator,
    satisfied=lambda request: _used(request, "mfa"),
    enrol="mfa_activate_totp",
    challenge="mfa_reauthenticate",
    pages=("account_reauthenticate", "mfa_view_recovery_codes"),
)
SINGLE_SIGN_ON = Means(
    code="single-sign-on",
    name="统一身份认证",
    is_enrolled=lambda user: False,
    satisfied=lambda request: settings.OIDC_SECOND_FACTOR and _used(request, "socialaccount"),
)
