"""Production's own processes, made to fail in every way: what a stranger learns of them, and where a secret
of theirs shows up."""

import importlib.metadata
import re
import socket
import subprocess
from collections.abc import Iterator

import pytest

from scripts.console import ROOT
from tests.production import Answer, Browser, Production, production
from tests.web.test_headers import EVERYWHERE, POLICY

pytestmark = [pytest.mark.once, pytest.mark.workers, pytest.mark.xdist_group("production")]

PASSWORD, TYPED_WRONG, TYPED_AS_NAME = (
    "Kq7-canary-lantern",
    "Wr0ng-canary-window",
    "Canary-3-in-the-wrong-field",
)
PEOPLE = f"""
import django; django.setup()
from guandu.core import clock
from guandu.jobs.models import Job
from tests.factories import make_park, make_user
park = make_park(code="P-OWN", name="本园区")
for role, scope in (("office", None), ("operator", park), ("api_client", None)):
    make_user(role, scope=scope, username=role.replace("_", "-"), password={PASSWORD!r})
Job.objects.create(
    pk=7, kind="rating.trial", state="done", needs="assessment.run", actor_kind="user", actor_key="office",
    actor_name="office", created_at=clock.now(),
)
"""
LEAKS = re.compile(
    r"Traceback|\.py\b|site-packages|/usr/|/tmp/|/var/|SECRET_KEY|AUDIT_KEY|DATABASE_URL|REDIS_URL|ALLOWED_HOSTS|settings\."
    r"|\bSELECT\b|\bINSERT\b|\bUPDATE\b|relation \"|parks_park|psycopg|(?:Programming|Operational|Integrity)Error|Exception"
    r"|gunicorn|django|Werkzeug|Python|PostgreSQL|redis|127\.0\.0\.1",
    re.IGNORECASE,
)
# Of the front end's own files in a page.
NOT_A_LEAK = re.compile(r"""(?:href|src)="/static/[^"]*"|django_htmx""")
VERSIONS = [
    importlib.metadata.version(name)
    for name in ("django", "gunicorn", "celery", "redis", "djangorestframework")
]
AS_JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def portal() -> Iterator[Production]:
    with production() as started:
        started.run("-c", PEOPLE)
        started.start_web()
        started.start_background()
        for name in ("worker", "import-worker"):
            started.wait_for(name, " ready.")
        yield started


@pytest.fixture(scope="module")
def token(portal: Production) -> str:
    return portal.run("manage.py", "api_token", "api-client").strip()


@pytest.fixture(scope="module")
def answers(portal: Production, token: str) -> dict[tuple[str, str], Answer]:
    """(status as asked for, page or json or interface) → answer: each failure brought about for real."""
    office, operator, visitor = (Browser(portal.port) for _ in range(3))
    assert office.sign_in("office", PASSWORD).status == 302
    assert operator.sign_in("operator", PASSWORD).status == 302
    found = {**_refused(office, operator, visitor), **_refused_by_the_interface(operator, visitor, token)}
    _break_a_table(portal, "parks_park")
    found |= _three("500", office, "/parks/", "/api/v1/parks/", token)
    _mend_the_table(portal, "parks_park")
    assert office.ask("GET", "/parks/").status == 200
    portal.stop_postgres()
    found |= _three("503", office, "/parks/", "/api/v1/parks/", token)
    portal.start_postgres_again()
    assert office.ask("GET", "/parks/").status == 200
    return found


def _refused(office: Browser, operator: Browser, visitor: Browser) -> dict[tuple[str, str], Answer]:
    """As pages, and as JSON to who asks for it."""
    found = {}
    for form, accept in (("page", {}), ("json", AS_JSON)):
        found |= {
            ("400 host", form): visitor.ask("GET", "/", Host="evil.example", **accept),
            ("400 text", form): office.ask("GET", "/search/?q=%00", **accept),
            ("403 right", form): operator.ask("GET", "/plan/", **accept),
            ("403 forgery", form): visitor.ask(
                "POST", "/accounts/sign-in/", {"username": "office"}, **accept
            ),
            ("404", form): office.ask("GET", "/nowhere/", **accept),
            ("405", form): office.ask("GET", "/accounts/sign-out/", **accept),
            ("409", form): office.post("/jobs/7/cancel/", {}, **accept),
            ("413", form): office.ask("POST", "/accounts/password/", b"old=" + b"x" * 3_000_000, **accept),
            ("422", form): office.ask("GET", "/?period=2026Q9", **accept),
        }
    return found


def _refused_by_the_interface(
    operator: Browser, visitor: Browser, token: str
) -> dict[tuple[str, str], Answer]:
    """It is read only: 409, 413 and 422 have nothing there to come from."""
    right = {"Authorization": f"Token {token}", **AS_JSON}
    return {
        ("400", "interface"): visitor.ask("GET", "/api/v1/parks/?limit=0", **right),
        ("400 address", "interface"): visitor.ask("GET", f"/api/v1/parks/?token={token}", **AS_JSON),
        ("401", "interface"): visitor.ask(
            "GET", "/api/v1/parks/", Authorization="Token wrong", Accept="application/json"
        ),
        ("403", "interface"): operator.ask("GET", "/api/v1/targets/", **AS_JSON),
        ("404", "interface"): visitor.ask("GET", "/api/v1/parks/P-NONE/", **right),
        ("405", "interface"): visitor.ask("DELETE", "/api/v1/parks/", **right),
        ("406", "interface"): visitor.ask(
            "GET", "/api/v1/parks/", Authorization=f"Token {token}", Accept="text/csv"
        ),
    }


def _three(
    status: str, office: Browser, page: str, interface: str, token: str
) -> dict[tuple[str, str], Answer]:
    return {
        (status, "page"): office.ask("GET", page),
        (status, "json"): office.ask("GET", page, **AS_JSON),
        (status, "interface"): Browser(office.port).ask(
            "GET", interface, Authorization=f"Token {token}", **AS_JSON
        ),
    }


def _break_a_table(portal: Production, table: str) -> None:
    portal.database().cursor().execute(f"ALTER TABLE {table} RENAME TO {table}_away")


def _mend_the_table(portal: Production, table: str) -> None:
    portal.database().cursor().execute(f"ALTER TABLE {table}_away RENAME TO {table}")


# --- What a stranger learns -----------------------------------------------------------------------


def learnt(answer: Answer) -> list[str]:
    plain = NOT_A_LEAK.sub("", answer.text)
    return [*LEAKS.findall(plain), *(each for each in (str(ROOT), *VERSIONS) if each in plain)]


def test_every_failure_is_answered_by_its_status_and_nothing_of_the_inside(answers):
    kinds = {key[0].split()[0] for key in answers}
    assert kinds == {"400", "401", "403", "404", "405", "406", "409", "413", "422", "500", "503"}
    wrong = [
        f"{key}: {answer.status} {learnt(answer)} {answer.number}"
        for key, answer in answers.items()
        if answer.status != int(key[0].split()[0]) or learnt(answer)
    ]
    assert wrong == []


def test_every_failure_is_in_words_with_a_number_that_the_log_has(answers, portal: Production, prove_figure):
    lines = portal.lines("web")
    requests = {line["request_id"]: line for line in lines if line["logger"] == "guandu.request"}
    failures = {
        line["request_id"]: line for line in lines if line["level"] == "ERROR" and "request_id" in line
    }
    for (asked, form), answer in answers.items():
        assert answer.number, asked
        assert answer.number in answer.body, asked
        assert re.search(r"[\u4e00-\u9fff]{5}", _decoded(answer)), asked
        assert requests[answer.number]["status"] == answer.status, asked
        kind = "text/html" if form == "page" else "application/json"
        assert answer.headers["Content-Type"].startswith(kind), asked
        if answer.status >= 500:
            assert failures[answer.number]["traceback"], asked
    prove_figure("failures of production answered with a number of the log", len(answers))


def _decoded(answer: Answer) -> str:
    return answer.body.encode().decode("unicode_escape") if "\\u" in answer.body else answer.body


def test_every_failure_carries_the_headers_of_production(answers):
    wrong = []
    for key, answer in answers.items():
        wrong += [f"{key}: {name}" for name, value in EVERYWHERE.items() if answer.headers.get(name) != value]
        said = dict(part.split(maxsplit=1) for part in answer.headers["Content-Security-Policy"].split(";"))
        wrong += [f"{key}: policy"] if said != POLICY else []
        wrong += [f"{key}: kept"] if "no-store" not in answer.headers.get("Cache-Control", "") else []
        wrong += [f"{key}: {answer.headers['Server']}"] if answer.headers["Server"] != "portal" else []
    assert wrong == []


def test_who_is_told_to_come_back_is_told_when(answers):
    for form in ("page", "json", "interface"):
        assert answers["503", form].headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    "address",
    [
        "/.git/", "/.git/config", "/.env", "/.env.example", "/static/../", "/static/../manage.py", "/static/%2e%2e/manage.py",
        "/static/..%2fmanage.py", "/static//etc/passwd", "/static/", "/media/", "/var/", "/manage.py", "/guandu/settings.py",
        "/__debug__/", "/docker-compose.yml", "/server-status",
    ],
)  # fmt: skip
def test_nothing_but_the_portal_is_served(address, portal: Production):
    answer = Browser(portal.port).ask("GET", address)
    assert answer.status == 404
    assert answer.number in answer.body
    assert learnt(answer) == []


@pytest.mark.parametrize(
    "sent",
    [
        b"garbage\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: portal.example\r\n\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: portal.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: portal.example\r\n"
        + b"".join(b"X-%d: 1\r\n" % n for n in range(90))
        + b"\r\n",
        b"POST / HTTP/1.1\r\nHost: portal.example\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: portal.example\r\nX: a\r\n b\x00\r\n\r\n",
    ],
    ids=["no request", "version", "long line", "many headers", "two lengths", "folded"],
)
def test_what_is_no_request_is_refused_without_a_word_of_the_inside(sent, portal: Production):
    with socket.create_connection(("127.0.0.1", portal.port), timeout=20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")
    status = said.split(" ", 2)[1]
    assert status.startswith("4")
    assert learnt(Answer(int(status), {}, said)) == []


# --- Secrets --------------------------------------------------------------------------------------


def test_no_secret_is_in_a_log_an_answer_a_list_of_processes_or_the_database(
    answers, portal: Production, token: str, prove_figure
):
    """After every failure above, signing in right and wrong, and both stores away."""
    person = Browser(portal.port)
    person.sign_in("office", TYPED_WRONG)
    person.sign_in(TYPED_AS_NAME, "whatever")
    person.sign_in("office", PASSWORD)
    person.post("/accounts/password/", {"old": TYPED_WRONG, "new": PASSWORD, "again": PASSWORD})
    person.ask("GET", "/accounts/single-sign-on/district/")
    person.ask("GET", f"/api/v1/parks/?token={token}")
    listed = portal.arguments()
    _break_a_table(portal, "django_session")
    assert person.ask("GET", "/").status == 500
    _mend_the_table(portal, "django_session")
    portal.running["redis"].kill()
    assert person.ask("GET", "/").status == 200
    portal.wait_for("worker", "Trying again")
    hidden = {
        **portal.secrets, "password": PASSWORD, "wrong password": TYPED_WRONG, "token": token, "name": TYPED_AS_NAME,
        "session": person.cookies["__Host-sessionid"],
    }  # fmt: skip
    assert len(hidden) == len(set(hidden.values())) >= 11
    logs = {path.stem: portal.log(path.stem) for path in portal.folder.glob("*.log")}
    assert {"web", "worker", "import-worker", "beat", "relay", "postgres", "redis", "commands"} <= set(logs)
    assert "gunicorn" in listed
    assert "redis-server" in listed
    places = {**logs, "processes": listed, "dump": _dump(portal)}
    everywhere = [*answers.values(), *person.answers]
    hits = [
        f"{name} in {place}"
        for place, text in places.items()
        for name, value in hidden.items()
        if value in text
    ]
    # The row that the cookie stands for; it ends on the server.
    hits.remove("session in dump")
    # What was typed as a name stands in its field again, for who typed it.
    hits += [
        name for name, value in hidden.items() for each in everywhere if name != "name" and value in each.body
    ]
    assert hits == []
    prove_figure("places searched for secrets", len(places) + len(everywhere))


def _dump(portal: Production) -> str:
    address = portal.database_url.replace("postgres://", "postgresql://")
    return subprocess.run(["pg_dump", address], capture_output=True, text=True, check=True).stdout


def test_every_line_of_the_portals_logs_is_one_object(portal: Production):
    for name in ("web", "worker", "import-worker", "beat", "relay"):
        assert all({"time", "level", "logger", "message"} <= set(line) for line in portal.lines(name)), name
    assert portal.lines("web")
