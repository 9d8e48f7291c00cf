"""A request leaves one line and a failure one more, each whole, and nothing in them is a secret or personal."""

import io
import json
import logging

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from guandu.core.context import job_in_hand
from guandu.web import logs

PASSWORD, TOKEN, COOKIE = "Kq7-canary-pass", "canarytoken8f2e61", "canarycookie77aa"
PHONE, MAIL, NUMBER = "13987654321", "zhang.san@example.gov.cn", "53011119900307123X"
CANARIES = (PASSWORD, TOKEN, COOKIE, PHONE, MAIL, NUMBER, "机密查询词")
INJECTED = "Mozilla\r\n{\"level\": \"FORGED\"}\u2028FORGED"


def failing(request, code: str):
    raise ValueError(f"cannot read {request.POST.get('password')} of {PHONE} {MAIL} {NUMBER}\nsecond line {NUMBER}")


def chained(request):
    try:
        raise KeyError(f"Authorization: Token {TOKEN}")
    except KeyError as error:
        raise RuntimeError(f"postgres://portal:{PASSWORD}@db/portal?sslpassword={PASSWORD}") from error


def fine(request):
    logging.getLogger("guandu.fine").info("reading /x/?q=机密查询词 for %s\r\nFORGED", PHONE)
    return HttpResponse("fine")


urlpatterns = [
    path("failing/<code>/", failing, name="failing"),
    path("chained/", chained, name="chained"),
    path("fine/", fine, name="fine"),
]
handler500 = "guandu.web.errors.server_error"


@pytest.fixture
def written():
    """What the production formatter writes while the test runs, as text."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLine())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


def lines(text: str) -> list[dict]:
    assert text.endswith("\n")
    return [json.loads(line) for line in text[:-1].split("\n")]


def ask(method: str, address: str, **body):
    client = Client(raise_request_exception=False, headers={"user-agent": INJECTED, "authorization": f"Token {TOKEN}"})
    client.cookies["sessionid"] = COOKIE
    return getattr(client, method)(f"{address}?phone={PHONE}&q=机密查询词", body or None)


@pytest.mark.django_db
@pytest.mark.urls(__name__)
class TestRequests:
    def test_one_line_with_the_route_and_not_the_address(self, written):
        answer = ask("get", "/fine/")
        (line,) = [line for line in lines(written()) if line["logger"] == "guandu.request"]
        assert line["request_id"] == answer["X-Request-ID"]
        assert (line["method"], line["route"], line["status"], line["account"]) == ("GET", "fine", 200, "-")
        assert line["address"] == "127.0.0.1"
        assert isinstance(line["duration_ms"], int)

    def test_a_failure_adds_one_line_with_its_traceback_inside(self, written):
        answer = ask("post", "/failing/P-GEHEIM/", password=PASSWORD)
        assert answer.status_code == 500
        found = lines(written())
        (error,) = [line for line in found if line["level"] == "ERROR"]
        assert len(found) == 2
        assert error["request_id"] == answer["X-Request-ID"]
        assert error["error"] == "ValueError"
        assert "in failing" in error["traceback"]
        assert error["traceback"].splitlines()[-1].startswith("builtins.ValueError: cannot read")
        assert "P-GEHEIM" not in written()
        assert answer["X-Request-ID"] in answer.content.decode()

    def test_what_caused_a_failure_is_in_the_line_too(self, written):
        ask("get", "/chained/")
        (error,) = [line for line in lines(written()) if line["level"] == "ERROR"]
        assert error["traceback"].index("KeyError") < error["traceback"].index("RuntimeError")

    def test_nothing_that_was_sent_in_confidence_is_written(self, written):
        ask("post", "/failing/1/", password=PASSWORD)
        ask("get", "/chained/")
        ask("get", "/fine/")
        ask("get", "/nowhere/")
        assert [canary for canary in CANARIES if canary in written()] == []
        assert len(lines(written())) == 7

    def test_nobody_writes_a_line_of_his_own(self, written):
        ask("get", "/fine/")
        Client().generic("FOR\nGED", "/fine/")
        Client().get("/fine/", headers={"host": "bad\r\nFORGED"})
        assert [line["level"] for line in lines(written()) if line["level"] == "FORGED"] == []
        assert all("\r" not in part and "\u2028" not in part for part in written().splitlines())


@pytest.mark.django_db
def test_whoever_signed_in_is_named_by_his_account(written, office, sign_in):
    sign_in(office).get("/parks/")
    accounts = [line["account"] for line in lines(written()) if line.get("route") == "parks:list"]
    assert accounts == [office.actor_key]


def record(message: str, *args, **extra) -> str:
    made = logging.getLogger("guandu.any").makeRecord("guandu.any", logging.INFO, "f", 1, message, args, None, extra=extra)
    return logs.JsonLine().format(made)


@pytest.mark.once
@pytest.mark.parametrize(
    "text",
    [
        f"password={PASSWORD}",
        f"'new_password': ['{PASSWORD}']",
        f'{{"passwd": "{PASSWORD}"}}',
        f"口令：{PASSWORD}",
        f"OIDC_CLIENT_SECRET={PASSWORD}",
        f"Authorization: Token {TOKEN}",
        f"Bearer {TOKEN}",
        f"Cookie: sessionid={COOKIE}; other={COOKIE}",
        f"redis://:{PASSWORD}@redis:6379/0",
        f"GET /parks/?q=机密查询词&phone={PHONE}",
        f"tel {PHONE}.",
        "tel +86 13987654321",
        "tel 139-8765-4321",
        f"身份证{NUMBER}，",
        f"<{MAIL}>",
    ],
)
def test_a_message_loses_what_is_not_for_logs(text):
    line = record(text)
    assert [canary for canary in (*CANARIES, "139-8765-4321") if canary in line] == []
    assert logs.HIDDEN in line


@pytest.mark.once
@pytest.mark.parametrize("text", ["job 12345678901234 done", "2026-10-12 00:30:15", "园区 P-001 汇总 3 项", "token_count 5"])
def test_other_numbers_and_words_stay(text):
    assert json.loads(record(text))["message"] == text


@pytest.mark.once
def test_a_secret_of_the_settings_is_never_written(monkeypatch):
    monkeypatch.setattr(logs, "_settings_secrets", set())
    logs.conceal("s3ttings-canary-value")
    assert "s3ttings-canary" not in record("the value is %s", "s3ttings-canary-value", where="s3ttings-canary-value")


@pytest.mark.once
def test_a_job_is_named_in_its_lines():
    with job_in_hand(4711):
        assert json.loads(record("working"))["job"] == 4711
    assert "job" not in json.loads(record("idle"))


@pytest.mark.once
def test_the_readable_form_keeps_a_message_on_one_line():
    made = logging.LogRecord("guandu.any", logging.WARNING, "f", 1, "a\r\nb %s", (PHONE,), None)
    line = logs.ReadableLine().format(made)
    assert "\n" not in line
    assert "a\\r\\nb" in line
    assert PHONE not in line
