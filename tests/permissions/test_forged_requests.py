"""trust.md B-10: a request that another site made a browser send is refused on every address, in words."""

import json
import re
from collections.abc import Callable, Sequence

import pytest
from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import Client

from guandu.web.errors import EXPIRED
from tests.permissions.addresses import addresses
from tests.permissions.matrix import routes
from tests.permissions.rows import SESSIONS, TRAIL, differing, digests, written
from tests.permissions.world import ANONYMOUS, DISABLED, ROLES, QuickBrowser

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PARTS = 2
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
TOKEN_ONLY = "api_client"
# A disabled account and one of another system have no session that counts.
UNKNOWN = {ANONYMOUS, DISABLED, TOKEN_ONLY}


@pytest.fixture(autouse=True)
def _refusals_are_expected(caplog):
    caplog.set_level("ERROR", logger="django.security.csrf")


@pytest.fixture(scope="module")
def browser() -> QuickBrowser:
    return QuickBrowser(enforce_csrf_checks=True)


def send(browser: QuickBrowser | Client, world, role: str, method: str, path: str) -> HttpResponseBase:
    """As a form of another site does: with the person's cookie, without our token."""
    browser.cookies.clear()
    if role in world.sessions:
        browser.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[role]
    return browser.generic(method, path, "name=x", "application/x-www-form-urlencoded")


def told(response: HttpResponseBase) -> str:
    return (
        json.loads(response.content)["message"]
        if response["Content-Type"] == "application/json"
        else response.content.decode()
    )


def expected(role: str, method: str, path: str) -> tuple[int, str]:
    """The status and the words. The interface knows nobody by these sessions, and says so first."""
    if path.startswith("/api/"):
        return (401, "尚未登录") if role in UNKNOWN else (403, "安全校验未通过")
    return (403, EXPIRED) if method == "POST" else (405, "不支持这种操作")


def senders(method: str, path: str) -> tuple[str, ...]:
    """A page hears POST alone: the other methods are refused before anybody is asked who he is."""
    return ROLES if method == "POST" or path.startswith("/api/") else ("office", ANONYMOUS)


def some_senders(method: str, path: str) -> list[str]:
    """The token is asked for before the role: who may most, who may little, and who is unknown."""
    return [role for role in senders(method, path) if role in {"office", "operator", TOKEN_ONLY, ANONYMOUS}]


@pytest.mark.parametrize("part", range(PARTS))
def test_no_address_takes_a_request_without_our_token(part, world, browser, prove_figure):
    ask_all(part, some_senders, world, browser, prove_figure)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_nor_does_one_take_anybodys(part, world, browser, prove_figure):
    ask_all(part, senders, world, browser, prove_figure)


def ask_all(part: int, senders: Callable[[str, str], Sequence[str]], world, browser: QuickBrowser, prove_figure) -> None:
    found = list(addresses(world))
    assert {route for route, _ in found} == routes()
    before, wrong, count = digests(TRAIL | SESSIONS), [], 0
    for route, path in found[part::PARTS]:
        for method in UNSAFE:
            for role in senders(method, path):
                with written() as tables:
                    response = send(browser, world, role, method, path)
                count += 1
                status, words = expected(role, method, path)
                if response.status_code != status or words not in told(response) or tables - set(SESSIONS):
                    wrong.append(f"{method} {route} by {role}: {response.status_code} {sorted(tables)}")
    assert wrong == []
    assert differing(before) == []
    prove_figure("不带令牌的请求（路由 × 对象 × 人员 × 方法），全部拒绝", count)


def test_the_portals_own_token_lets_a_request_through(world):
    """The same request, from a page of ours: the refusal above is of the forgery, not of the person."""
    path = "/returns/confirm/"
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    assert send(browser, world, "office", "POST", path).status_code == 403
    browser.cookies.clear()
    browser.cookies[settings.SESSION_COOKIE_NAME] = world.sessions["office"]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/returns/").content.decode())[
        1
    ]
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    assert browser.post(path, {"csrfmiddlewaretoken": wrong}).status_code == 403
    assert browser.post(path, {"csrfmiddlewaretoken": token}).status_code == 302
    assert browser.post(path, headers={"X-CSRFToken": token}).status_code == 302


@pytest.mark.parametrize("method", UNSAFE)
def test_a_token_of_the_interface_needs_no_cookie_and_changes_nothing_either(method, world, browser):
    browser.cookies.clear()
    headers = {"authorization": f"Token {world.tokens[TOKEN_ONLY]}"}
    response = browser.generic(method, "/api/v1/parks/", "{}", "application/json", headers=headers)
    assert response.status_code == 405
