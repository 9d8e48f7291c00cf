"""The portal in a process of its own, and people at work in it while accidents happen."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from guandu.accounts.models import User
from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.jobs.models import Job
from scripts.processes import free_port, stop_group
from tests.factories import make_user
from tests.plugins.workers import ROOT
from tests.signing_in import signed_in

CSRF = "c" * 32
PEOPLE = 4
START_SECONDS = 120
# As long as a person tries again; an accident takes less on any machine.
PATIENCE = 180
PAGES = ("/", "/jobs/", "/accounts/password/")


@dataclass
class Portal:
    """The web process, asked by several people at once. `counts` counts every status."""

    port: int
    process: subprocess.Popen
    cookie: str = ""
    user: User | None = None
    counts: Counter = field(default_factory=Counter)
    slowest: float = 0.0
    counting: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, method: str, path: str) -> tuple[int, dict[str, str]]:
        """Status and headers; a connection that is cut off raises, and is an error of the web."""
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": f"{self.cookie}; csrftoken={CSRF}", "X-CSRFToken": CSRF, "Accept": "text/html"}
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        with self.counting:
            self.counts[answer.status] += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)
        return answer.status, dict(answer.getheaders())

    def sign_in(self) -> None:
        """As the office, on the database that this process is connected to."""
        self.user = make_user(RoleCode.OFFICE, is_demo=True)
        client = signed_in(self.user, hours=1)
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    @property
    def errors(self) -> int:
        """Answers that are neither done, nor "done already", nor "try again"."""
        return sum(count for status, count in self.counts.items() if status not in (200, 302, 409, 503))


@contextmanager
def portal(folder: Path, **env: str) -> Iterator[Portal]:
    port = free_port()
    command = (
        f"-m gunicorn guandu.wsgi --workers 1 --worker-class gthread --threads 8 --bind 127.0.0.1:{port}"
    )
    given = {**os.environ, "VAR_DIR": str(folder / "var"), **env}
    given.pop("TEST_DB_NAME", None)
    with (folder / "web.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *command.split(), "--no-control-socket", "--timeout", str(PATIENCE)],
            cwd=ROOT, env=given, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    web = Portal(port, process)
    try:
        _wait_for(web)
        yield web
    finally:
        stop_group(process, seconds=5)


def _wait_for(web: Portal) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            if web.ask("GET", "/healthz")[0] == 200:
                web.counts.clear()
                web.slowest = 0.0
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the portal did not start")


def at_once(work: Callable, parts: list) -> None:
    """`work(part)` for each part in a thread of its own, to the end of all; raises what one raised."""
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(work, parts))


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """`work()` beside the block, which waits for its end; raises what it raised. It is the block that
    starts servers: they end with the thread that started them."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        yield
        running.result()


@contextmanager
def reading(web: Portal) -> Iterator[None]:
    """People open page after page while the block runs; raises where one was not answered with 200."""
    over = threading.Event()

    def read(person: int) -> None:
        number = person
        while not over.is_set():
            path = PAGES[number % len(PAGES)]
            status, _ = web.ask("GET", path)
            assert status == 200, (path, status)
            number += 1

    with meanwhile(lambda: at_once(read, list(range(2)))):
        try:
            yield
        finally:
            over.set()


def waiting_jobs(web: Portal, count: int) -> list[Job]:
    """Jobs that the person asked for and may cancel, each by one acknowledged write; no worker takes
    them before tomorrow."""
    assert web.user is not None
    first, now = Job.objects.count(), clock.now()
    return Job.objects.bulk_create(
        Job(
            kind="rating.trial", key=f"K{first + number}", actor_kind="user", actor_key=web.user.username,
            actor_name=web.user.name, needs="assessment.run", created_at=now, rung_at=now,
            not_before=now + timedelta(days=1),
        )
        for number in range(count)
    )  # fmt: skip


def cancel_all(web: Portal, jobs: list[Job]) -> set[int]:
    """Cancel each by its button, again after a 503, as a person would; the acknowledged ones. Those that
    an unanswered request had cancelled already are told so."""
    acknowledged: set[int] = set()

    def work(part: list[Job]) -> None:
        for job in part:
            status = _until_answered(web, f"/jobs/{job.pk}/cancel/")
            if status == 302:
                acknowledged.add(job.pk)

    at_once(work, [jobs[number::PEOPLE] for number in range(PEOPLE)])
    return acknowledged


def _until_answered(web: Portal, path: str) -> int:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        status, headers = web.ask("POST", path)
        if status != 503:
            return status
        assert int(headers["Retry-After"]) > 0
        time.sleep(0.1)
    raise AssertionError(f"{path} was not answered for {PATIENCE} s")


def judge(jobs: list[Job], acknowledged: set[int]) -> dict[str, int]:
    """Acknowledged writes that are lost, writes without their event, and writes done twice."""
    numbers = [job.pk for job in jobs]
    cancelled = set(Job.objects.filter(pk__in=numbers, state="cancelled").values_list("pk", flat=True))
    keys = [str(number) for number in numbers]
    done = AuditEvent.objects.filter(verb="job.cancel", outcome="done", object_key__in=keys)
    events = list(map(int, done.values_list("object_key", flat=True)))
    return {
        "lost": len(acknowledged - cancelled),
        "torn": len(set(events) ^ cancelled),
        "twice": len(events) - len(set(events)),
    }
