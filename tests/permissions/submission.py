"""What a person sends with a form: read from the form as its page shows it, with what he changes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import Client

from tests.permissions.addresses import expected_answers
from tests.permissions.matrix import paths
from tests.permissions.pages import Form, forms_of
from tests.permissions.world import QuickBrowser, World

Fields = dict[str, Any]


@dataclass(frozen=True)
class Submission:
    """`fill` is what the person changes of the page's form; `page` where that form is (the address
    itself when empty, none when the form has nothing to read)."""

    route: str
    role: str
    fill: Fields | Callable[[World], Fields] = field(default_factory=dict)
    page: str | Callable[[World], str] | None = ""
    prepare: Callable[[World], None] = lambda world: None

    def path(self, world: World) -> str:
        expected = expected_answers().get(self.route)
        if expected is None:
            return "/" + self.route.replace("<number>", "1")
        return next(iter(paths(expected, world).values()))

    def sent(self, world: World) -> Fields:
        """What the browser sends. Call after `prepare`."""
        filled = self.fill(world) if callable(self.fill) else self.fill
        return {**self.form(world).sent, **filled}

    def form(self, world: World) -> Form:
        """The form as its page shows it; nothing but its fill where there is none."""
        path = self.path(world)
        if self.page is None:
            return Form(path)
        page = self.page(world) if callable(self.page) else self.page or path
        shown = ask(world, self.role, "GET", page).content.decode()
        forms = [form for form in forms_of(shown, page) if path in {form.path, *form.elsewhere}]
        assert forms, f"no form for {path} on {page}"
        return forms[-1]


def ask(world: World, role: str, method: str, path: str, data: Fields | None = None) -> HttpResponseBase:
    """As `World.answer`, with what is sent; pages only."""
    return _sent_by(world.quick_browser, world, role, method, path, data)


def asked(world: World, role: str, path: str, data: Fields | None = None, method: str = "POST") -> HttpResponseBase:
    """The same, with what its template was given: `context`."""
    return _sent_by(world.browser, world, role, method, path, data)


def _sent_by(
    browser: Client | QuickBrowser, world: World, role: str, method: str, path: str, data: Fields | None
) -> HttpResponseBase:
    browser.cookies.clear()
    session = world.sessions.get(role)
    if session:
        browser.cookies[settings.SESSION_COOKIE_NAME] = session
    return getattr(browser, method.lower())(path, data or {})
