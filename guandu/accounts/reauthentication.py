"""Dangerous acts ask for the password or a code again when the last one is more than five minutes old.

`@recently_authenticated` goes on a view, or on a method of an admin class, below `@action`:

    @action(description="授予角色", url_path="give-grant", permissions=["grant"])
    @recently_authenticated
    def give_grant(self, request, object_id): ...

The person is led to the page that asks, and comes back: to the page itself, or to what he had sent.
A file that was sent does not survive the detour, so the page that offers it should be decorated too.
Demonstration accounts, which have no password anybody types, pass.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from guandu.core import clock

View = Callable[..., HttpResponse]


def recently_authenticated(view: View) -> View:
    """Run `view` only with a password or code at most five minutes old; see the module."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> HttpResponse:
        require_recent(next(each for each in args if isinstance(each, HttpRequest)))
        return view(*args, **kwargs)

    return checked


def require_recent(request: HttpRequest) -> None:
    """Raise what leads to the page that asks again; nothing for a visitor, whom the view turns away."""
    if request.user.is_authenticated and not is_recent(request):
        raise ReauthenticationRequired


def is_recent(request: HttpRequest) -> bool:
    """Whether this session saw a password, a code or the single sign-on within the last five minutes."""
    if request.user.is_demo:
        return True
    oldest = clock.now().timestamp() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(record["at"] > oldest for record in get_authentication_records(request, request.user))
