"""What every answer says to browsers and caches, in production: pages, the interface, refusals, failures."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError, transaction
from django.http import Http404, HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse

from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.urls import urlpatterns as portal_patterns
from guandu.web.errors import error_response
from tests.factories import PASSWORD
from tests.permissions.matrix import expectations, paths, sections
from tests.permissions.world import ANONYMOUS, QuickBrowser, World
from tests.web.observatory import score
from tests.web.transport import of_production

pytestmark = [pytest.mark.django_db, pytest.mark.once]

POLICY = {
    "default-src": "'self'",
    "base-uri": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# Path → what ADR 0006 grants its pages besides.
RELAXED = {
    "/admin/": {"script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"},
    "/api/v1/docs/": {"style-src": "'self' 'unsafe-inline'"},
}
OF_A_FILE = dict.fromkeys(("default-src", "base-uri", "form-action", "frame-ancestors"), "'none'")
EVERYWHERE = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOWHERE = (
    "Server",
    "X-Powered-By",
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "ETag",
)
# One who sees much, one who sees little, and nobody; what another system and an administrator may besides.
ASKING = {"GET": ("office", "operator", ANONYMOUS), "POST": ("office",)}
BESIDES = {
    "api": "api_client",
    "accounts": "security_admin",
    "audit": "audit_admin",
    "officers": "system_admin",
}
ODD = ("TRACE", "CONNECT", "PROPFIND", "FOO")
UNUSED = ("PUT", "PATCH", "DELETE", "OPTIONS")
OVER_TLS = {"HTTP_X_FORWARDED_PROTO": "https"}


@pytest.fixture(scope="module")
def production(tmp_path_factory) -> Iterator[dict]:
    with override_settings(**(found := of_production(tmp_path_factory.mktemp("production")))):
        yield found


@pytest.fixture(scope="module")
def portal(production, world: World) -> World:
    """The people and rows of the matrix before the portal as production sets it up, over TLS."""
    world.quick_browser = QuickBrowser(**OVER_TLS)
    return world


@pytest.fixture
def visitor(production) -> Client:
    return Client(raise_request_exception=False, **OVER_TLS)


def ask(portal: World, role: str, method: str, address: str) -> HttpResponse:
    """The answer; whatever it changed is taken back, so that the next one finds the same rows."""
    with transaction.atomic():
        response = portal.answer(role, method, address)
        transaction.set_rollback(True)
    return response


def policy_of(address: str) -> dict[str, str]:
    granted = [more for start, more in RELAXED.items() if address.startswith(start)]
    return POLICY | (granted[0] if granted else {})


def is_file(address: str, response: HttpResponse) -> bool:
    """An attachment itself, not a refusal to hand it out: it is never run, hence the sandbox."""
    handed = address.startswith("/files/") and "Content-Disposition" in response
    return handed and response["Content-Security-Policy"].endswith("; sandbox")


def said_policy(response: HttpResponse) -> dict[str, str]:
    parts = [part.split(maxsplit=1) for part in response.get("Content-Security-Policy", "").split(";")]
    return dict(part for part in parts if len(part) == 2)


def faults(address: str, response: HttpResponse) -> Iterator[str]:
    """What is wrong with an answer that is not an asset."""
    yield from (
        f"{name}: {response.get(name)}" for name, value in EVERYWHERE.items() if response.get(name) != value
    )
    yield from (f"{name} is sent" for name in NOWHERE if name in response)
    if said_policy(response) != (OF_A_FILE if is_file(address, response) else policy_of(address)):
        yield f"policy {response.get('Content-Security-Policy')}"
    if "camera=()" not in response.get("Permissions-Policy", ""):
        yield "no permissions policy"
    if not response.get("X-Request-ID"):
        yield "no number"
    if may_be_shared(response):
        yield f"kept by a shared cache: {response.get('Cache-Control')}"
    if "Cookie" not in response.get("Vary", ""):
        yield f"Vary: {response.get('Vary')}"
    yield from (fault for cookie in response.cookies.values() for fault in cookie_faults(cookie))


def may_be_shared(response: HttpResponse) -> bool:
    """Whether a cache that serves many may store the answer (RFC 9111, section 3)."""
    said = {part.split("=")[0].strip().lower() for part in response.get("Cache-Control", "").split(",")}
    return not {"no-store", "private"} <= said


def cookie_faults(cookie) -> Iterator[str]:
    if not cookie.key.startswith("__Host-") or cookie["path"] != "/" or cookie["domain"]:
        yield f"cookie {cookie.key} of {cookie['path']} {cookie['domain']}"
    if not cookie["secure"] or cookie["samesite"] not in {"Lax", "Strict"}:
        yield f"cookie {cookie.key}: {cookie.OutputString()}"
    if not cookie["httponly"] and cookie["max-age"] != 0:
        yield f"cookie {cookie.key} is read by scripts"


# --- Every route ----------------------------------------------------------------------------------


def asking(section: str) -> list[tuple[str, str]]:
    """(method, role) for each address of the section."""
    usual = [(method, role) for method, roles in ASKING.items() for role in roles]
    return [*usual, ("GET", BESIDES[section])] if section in BESIDES else usual


@pytest.mark.parametrize("section", sections())
def test_every_answer_of_every_route_carries_them(section, portal: World, prove_figure):
    wrong, seen, count = [], set(), 0
    for each in (each for each in expectations().values() if each.section == section):
        for address in set(paths(each, portal).values()):
            for method, role in asking(section):
                response = ask(portal, role, method, address)
                seen.add((role, response.status_code))
                count += 1
                wrong += [f"{method} {address} {role}: {fault}" for fault in faults(address, response)]
    assert wrong == []
    assert {role for role, status in seen if status == 200} & {"office", BESIDES.get(section)}
    prove_figure("answers with every header of production", count)


def test_methods_that_nobody_knows_are_refused_everywhere(portal: World):
    wrong = []
    for each in expectations().values():
        address = next(iter(paths(each, portal).values()))
        for method in ODD if address.startswith("/api/") else (*ODD, *UNUSED):
            response = ask(portal, "office", method, address)
            if response.status_code != 405 or not response.get("Allow"):
                wrong.append(f"{method} {address}: {response.status_code}")
            wrong += [f"{method} {address}: {fault}" for fault in faults(address, response)]
    assert wrong == []


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b", "127.0.0.1:x"]
)
def test_another_hosts_name_is_refused_everywhere(host, portal: World):
    wrong = []
    for each in expectations().values():
        address = next(iter(paths(each, portal).values()))
        response = portal.quick_browser.get(address, headers={"host": host})
        if response.status_code != 400:
            wrong.append(f"{address}: {response.status_code}")
        if "evil" in response.content.decode() or "Location" in response:
            wrong.append(f"{address}: repeats the name")
        wrong += [f"{address}: {fault}" for fault in faults(address, response)]
    assert wrong == []


# --- Every refusal and failure --------------------------------------------------------------------

RAISED = {
    400: SuspiciousOperation("no"),
    403: NotAllowed("您没有查看这一页的权限。"),
    404: Http404("no"),
    409: NotReady("现在还不能办理。"),
    413: RequestDataTooBig("no"),
    422: Invalid("填写内容有误。"),
    500: ValueError("no"),
    503: OperationalError("no"),
}


def failing(request, status: int):
    if status in RAISED:
        raise RAISED[status]
    return error_response(request, status)


urlpatterns = [
    *portal_patterns[:1],
    path("failing/<int:status>/", failing),
    path("api/v1/failing/<int:status>/", failing),
    path("admin/failing/<int:status>/", failing),
    *portal_patterns[1:],
]
handler400 = "guandu.web.errors.bad_request"
handler403 = "guandu.web.errors.forbidden"
handler404 = "guandu.web.errors.not_found"
handler500 = "guandu.web.errors.server_error"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("status", [*RAISED, 405, 429])
@pytest.mark.parametrize("start", ["", "api/v1/", "admin/"])
def test_every_refusal_and_failure_carries_them(start, status, visitor: Client):
    address = f"/{start}failing/{status}/"
    response = visitor.get(address)
    assert response.status_code == status
    assert list(faults(address, response)) == []
    body = response.content.decode()
    assert response["X-Request-ID"] in body
    assert response["Content-Type"].startswith("application/json" if start == "api/v1/" else "text/html")
    assert ("Retry-After" in response) is (status == 503)


def test_what_is_refused_before_a_view_is_asked_carries_them(visitor: Client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    sent = {
        400: visitor.get("/search/?q=%00"),
        404: visitor.get("/static/nothing.css"),
        413: visitor.post(reverse("accounts:sign-in"), dict.fromkeys("abcde", "x")),
    }
    for status, response in sent.items():
        assert response.status_code == status
        assert list(faults(response.wsgi_request.path, response)) == []
    guarded = Client(enforce_csrf_checks=True, **OVER_TLS).post(reverse("accounts:sign-in"), {"a": "b"})
    assert (guarded.status_code, list(faults("/accounts/sign-in/", guarded))) == (403, [])


def test_a_page_over_plain_http_is_led_away_and_says_as_much(production):
    response = Client().get("/parks/")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/parks/")
    assert "Strict-Transport-Security" not in response  # ignored there, by RFC 6797
    refused = Client().get("/api/v1/parks/")
    assert refused.status_code == 403
    assert said_policy(refused) == POLICY


# --- Caches, cookies, signing out -----------------------------------------------------------------


def test_an_asset_may_be_kept_and_sets_no_cookie(visitor: Client):
    response = visitor.get("/static/js/portal.js")
    assert response.status_code == 200
    assert may_be_shared(response)
    assert not response.cookies
    assert {name: response.get(name) for name in EVERYWHERE} == EVERYWHERE


def test_signing_out_clears_what_the_browser_kept(visitor: Client, office):
    entered = visitor.post(reverse("accounts:sign-in"), {"username": "office", "password": PASSWORD})
    assert set(entered.cookies) == {"__Host-sessionid", "__Host-csrftoken"}
    assert [fault for cookie in entered.cookies.values() for fault in cookie_faults(cookie)] == []
    assert entered.cookies["__Host-sessionid"]["max-age"] == ""  # ends with the browser
    assert "Clear-Site-Data" not in visitor.get("/")
    left = visitor.post(reverse("accounts:sign-out"))
    assert left["Clear-Site-Data"] == '"cache", "storage"'
    assert left.cookies["__Host-sessionid"]["max-age"] == 0
    assert visitor.get("/").status_code == 302


@pytest.mark.parametrize("name", ["accounts:sign-in", "portal:home"])
def test_the_observatory_would_give_more_than_its_best_mark(name, visitor: Client, office, prove_figure):
    page = visitor.get(reverse("accounts:sign-in"))
    if name == "portal:home":
        visitor.post(reverse("accounts:sign-in"), {"username": "office", "password": PASSWORD})
        page = visitor.get("/")
    assert page.status_code == 200
    leads_to_https = Client().get(reverse(name))["Location"].startswith("https://testserver/")
    cookies = visitor.cookies.values()
    assert cookies
    points, rows = score(page.headers, cookies, page.content.decode(), leads_to_https=leads_to_https)
    assert points >= 120, rows
    prove_figure(f"MDN HTTP Observatory, {name}", points)


@pytest.mark.once
@pytest.mark.parametrize(
    ("lost", "points"),
    [
        ("Content-Security-Policy", 75),
        ("Strict-Transport-Security", 80),
        ("Cross-Origin-Resource-Policy", 115),
        ("Referrer-Policy", 120),
        ("X-Content-Type-Options", 120),
        ("X-Frame-Options", 125),
    ],
)
def test_the_score_sees_what_is_lost(lost, points):
    policy = "; ".join(f"{name} {allowed}" for name, allowed in POLICY.items())
    headers = {**EVERYWHERE, "Content-Security-Policy": policy}
    assert score(headers, [], "", leads_to_https=True)[0] == 125
    del headers[lost]
    assert score(headers, [], "", leads_to_https=True)[0] == points
