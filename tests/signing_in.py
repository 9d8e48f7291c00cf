"""Sessions for tests: what a person who signed in a moment ago holds, without walking through the pages.

`force_login` alone opens a session in which nobody showed a password or a code; the pages lead an
administrator with such a session to his second factor.
"""

import time

from django.test import Client

from guandu.accounts.models import User
from guandu.accounts.roles import ADMINISTRATORS


def signed_in(user: User, *methods: str, client: Client | None = None, hours: int = 0) -> Client:
    """A client signed in as `user`, who showed `methods` just now: by default his password, and as an
    administrator his code. `hours` keeps that recent for a module's length."""
    client = client or Client()
    client.force_login(user)
    if not methods:
        held = {grant.role for grant in user.grants_today()}
        methods = ("password", "mfa") if held & ADMINISTRATORS else ("password",)
    session = client.session
    session["account_authentication_methods"] = [{"method": each, "at": time.time() + 3600 * hours} for each in methods]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
