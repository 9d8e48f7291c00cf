"""What the permission matrix stands in: rows on two parks that share nothing, a person per role, and how
each of them asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from knox.models import AuthToken

from guandu.accounts.models import User
from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditEvent, AuditHead
from tests.signing_in import signed_in

ANONYMOUS, DISABLED = "anonymous", "disabled"
ROLES = (*(str(code) for code in RoleCode), ANONYMOUS, DISABLED)
# Whoever is granted over the own park, its chain, street or department only.
SCOPED = ("department", "task_force", "street", "operator", "liaison", "expert", "api_client")

FORM = "application/x-www-form-urlencoded"
# What every form of a page has, and nothing besides.
EMPTY = "csrfmiddlewaretoken=sent"


class QuickBrowser(RequestFactory):
    """Every middleware and view as a browser meets them. Unlike the test client it keeps no copy of what
    the templates were given, which would take longer than the answer."""

    def __init__(self, *, enforce_csrf_checks: bool = False, **defaults: str) -> None:
        super().__init__(**defaults)
        self.handler = ClientHandler(enforce_csrf_checks=enforce_csrf_checks)

    def request(self, **environ) -> HttpResponseBase:
        return self.handler(self._base_environ(**environ))


@dataclass
class World:
    people: dict[str, User | None]
    # object kind → case (own, other, none, shut) → what stands in the address or the body
    objects: dict[str, dict[str, str]]
    # what canaries.yaml calls a row → side → what stands in the address
    shown_at: dict[str, dict[str, str]]
    tokens: dict[str, str] = field(default_factory=dict)
    # A session of each person, made once and carried by every request of his.
    sessions: dict[str, str] = field(default_factory=dict)
    last_event: int = 0

    def settle(self) -> "World":
        """Everything stands: whatever is written from here on is the work of a cell."""
        _, self.tokens[RoleCode.API_CLIENT] = AuthToken.objects.create(user=self.people[RoleCode.API_CLIENT])
        self.sessions = _sessions(self.people, hours=12)
        User.objects.filter(pk=self.people[DISABLED].pk).update(is_active=False)
        self.last_event = _last_event()
        return self

    def long_signed_in(self) -> "World":
        """The same, whose people showed their passwords an hour ago."""
        return replace(self, sessions=_sessions(self.people, hours=-1))

    def acted(self) -> tuple[bool, bool]:
        """Whether an action was done since, and whether one changed a row: each leaves an event, and
        nothing is written but by actions; one that looks at several rows may end without a change."""
        if _last_event() == self.last_event:
            return False, False
        events = AuditEvent.objects.filter(seq__gt=self.last_event, outcome=AuditEvent.Outcome.DONE)
        return events.exists(), events.filter(changes__isnull=False).exists()

    def answer(
        self, role: str, method: str, path: str, body: str = EMPTY, **headers: str
    ) -> HttpResponseBase:
        """The answer to `role`, signed in by session, or by token where the API client asks the API."""
        browser = self.quick_browser
        browser.cookies.clear()
        if role == RoleCode.API_CLIENT and path.startswith("/api/"):
            headers["authorization"] = f"Token {self.tokens[role]}"
        elif role in self.sessions:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        sent = {"data": body, "content_type": FORM} if method == "POST" else {}
        return browser.generic(method, path, headers=headers, **sent)

    @cached_property
    def browser(self) -> Client:
        """For what a template was given. One for all: a new one would set up every middleware again."""
        return Client(raise_request_exception=False)

    @cached_property
    def quick_browser(self) -> QuickBrowser:
        return QuickBrowser()


def _sessions(people: Mapping[str, User | None], hours: int) -> dict[str, str]:
    """Keys of sessions in which the password was shown so many hours from now."""
    clients = {role: signed_in(user, hours=hours) for role, user in people.items() if user is not None}
    return {role: client.cookies[settings.SESSION_COOKIE_NAME].value for role, client in clients.items()}


def _last_event() -> int:
    return AuditHead.objects.values_list("seq", flat=True).get()
