"""A PostgreSQL that only this test knows, to be crashed and started again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import environ
import psycopg2
from django.db import connections
from django.db.utils import ConnectionHandler

from scripts.processes import stop_group
from scripts.servers import FAST_AND_FORGETFUL, serve_postgres, start_postgres
from tests.plugins.workers import ROOT

# What is acknowledged is in the log of the server, which outlives its processes.
OPTIONS = {**FAST_AND_FORGETFUL, "synchronous_commit": "on"}
# What any machine needs for it, however busy.
PATIENCE = 120


class OwnPostgres:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process, self.url = start_postgres(folder, OPTIONS)

    def crash(self) -> None:
        """As `pg_ctl restart -m immediate`: every session is cut off, the log is replayed."""
        self._start_again_after(signal.SIGQUIT)

    def restart(self) -> None:
        """As `pg_ctl restart -m fast`: every session is ended, what was open is rolled back."""
        self._start_again_after(signal.SIGINT)

    def kill_session(self) -> None:
        """kill -9 of one session: the server cuts off all the others and replays its log by itself."""
        session = psycopg2.connect(self.dsn)
        before = self._times_ready()
        os.kill(session.info.backend_pid, signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while self._times_ready() == before:
            assert time.monotonic() < end, "the server did not come back"
            time.sleep(0.05)

    @property
    def dsn(self) -> str:
        return self.url.replace("postgres://", "postgresql://")

    def _times_ready(self) -> int:
        return (self.folder / "postgres.log").read_text(errors="replace").count("ready to accept connections")

    def _start_again_after(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.wait(timeout=PATIENCE)
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
        _create_database(server.dsn)
        env = {**os.environ, "DATABASE_URL": server.url}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=env, check=True, timeout=180)
        with connected_to(server.url):
            yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _create_database(dsn: str) -> None:
    session = psycopg2.connect(dsn.rpartition("/")[0] + "/postgres")
    session.autocommit = True
    session.cursor().execute("CREATE DATABASE guandu")
    session.close()


@contextmanager
def connected_to(url: str) -> Iterator[None]:
    own = ConnectionHandler({"default": {**environ.Env.db_url_config(url), "CONN_HEALTH_CHECKS": True}})[
        "default"
    ]
    before = connections["default"]
    connections["default"] = own
    try:
        yield
    finally:
        own.close()
        connections["default"] = before
