"""Chromium for the tests that drive pages, and a watch that fails a page that misbehaves."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL_HOSTS = {"127.0.0.1", "localhost"}
TELL_CSP = """document.addEventListener('securitypolicyviolation', e =>
    console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile));"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives Chromium, and xdist keeps it on one worker."""
    for item in items:
        if "/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@dataclass
class PageWatch:
    """What the pages of one test did that no page may do; `allow` names what the test expects."""

    problems: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Expect problems that match `pattern`, such as the console line of a 404 asked for."""
        self.allowed.append(re.compile(pattern))

    def add(self, problem: str) -> None:
        self.problems.append(problem)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.add(f"console: {message.text} {message.location.get('url', '')}")

    def on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOCAL_HOSTS:
            self.add(f"foreign host: {request.url}")

    def attach(self, context: BrowserContext) -> None:
        context.add_init_script(TELL_CSP)
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self.add(f"script: {error.error}"))
        context.on("request", self.on_request)

    def unexpected(self) -> list[str]:
        return [text for text in self.problems if not any(rule.search(text) for rule in self.allowed)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page_watch() -> Iterator[PageWatch]:
    watch = PageWatch()
    yield watch
    assert watch.unexpected() == []


@pytest.fixture
def new_page(
    browser: Browser, live_server, page_watch: PageWatch, tmp_path
) -> Iterator[Callable[..., Page]]:
    """A maker of pages, each in a browser context of its own: one per person in the test.

    Addresses are relative to the live server. Keyword arguments go to the context (`viewport` …).
    """
    contexts: list[BrowserContext] = []

    def make(**options) -> Page:
        given = {
            "base_url": live_server.url,
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "viewport": {"width": 1440, "height": 900},
            "accept_downloads": True,
        }
        context = browser.new_context(**{**given, **options})
        context.set_default_timeout(10_000)
        page_watch.attach(context)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def browser_page(new_page: Callable[..., Page]) -> Page:
    """One page at 1440×900 in Chinese, Shanghai time; errors, CSP violations, foreign hosts fail it."""
    return new_page()
