"""A PostgreSQL that only this test knows, to be crashed and started again, and the portal on it."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import environ
import psycopg2
from django.conf import settings
from django.db import connections
from django.db.utils import ConnectionHandler

from guandu.accounts.models import User
from scripts.processes import free_port, stop_group
from scripts.servers import FAST_AND_FORGETFUL, serve_postgres, start_postgres
from tests.plugins.workers import ROOT

# What is acknowledged is in the log of the server, which outlives its processes.
OPTIONS = {**FAST_AND_FORGETFUL, "synchronous_commit": "on"}
CSRF = "c" * 32


class OwnPostgres:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process, self.url = start_postgres(folder, OPTIONS)

    def crash(self) -> None:
        """As `pg_ctl restart -m immediate`: every session is cut off, the log is replayed."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=20)
        port = urlsplit(self.url).port
        assert port is not None
        self.process = serve_postgres(self.folder, port, OPTIONS)

    def stop(self) -> None:
        stop_group(self.process, seconds=5)


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """With the portal's tables; this process is connected to it for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="guandu-postgres-"))
    folder.chmod(0o755)
    server = OwnPostgres(folder)
    try:
        _create_database(server.url)
        env = {**os.environ, "DATABASE_URL": server.url}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=env, check=True, timeout=180)
        with connected_to(server.url):
            yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _create_database(url: str) -> None:
    session = psycopg2.connect(url.replace("postgres://", "postgresql://").rpartition("/")[0] + "/postgres")
    session.autocommit = True
    session.cursor().execute("CREATE DATABASE guandu")
    session.close()


@contextmanager
def connected_to(url: str) -> Iterator[None]:
    own = ConnectionHandler({"default": {**environ.Env.db_url_config(url), "CONN_HEALTH_CHECKS": True}})["default"]
    before = connections["default"]
    connections["default"] = own
    try:
        yield
    finally:
        own.close()
        connections["default"] = before


@dataclass
class Portal:
    """The web process, asked by several people at once."""

    port: int
    process: subprocess.Popen
    cookie: str = ""
    user: User | None = None
    counts: Counter = field(default_factory=Counter)

    def ask(self, method: str, path: str) -> tuple[int, dict[str, str]]:
        """Status and headers; a connection that is cut off counts as an error of the web."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": f"{self.cookie}; csrftoken={CSRF}", "X-CSRFToken": CSRF, "Accept": "text/html"}
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, dict(answer.getheaders())
        finally:
            connection.close()


@contextmanager
def portal(url: str, folder: Path) -> Iterator[Portal]:
    port = free_port()
    command = f"-m gunicorn guandu.wsgi --workers 1 --worker-class gthread --threads 8 --bind 127.0.0.1:{port}"
    env = {**os.environ, "DATABASE_URL": url, "VAR_DIR": str(folder / "var")}
    with (folder / "web.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *command.split(), "--no-control-socket"],
            cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    web = Portal(port, process)
    try:
        _wait_for(web)
        yield web
    finally:
        stop_group(process, seconds=5)


def _wait_for(web: Portal) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if web.ask("GET", "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the portal did not start")


def session_cookie(client) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def at_once(work, parts: list) -> None:
    """`work(part)` for each part in a thread of its own, to the end of all."""
    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
