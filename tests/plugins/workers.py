"""Real background processes against the database of the running test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 40
STOP_SECONDS = 3


def database_url() -> str:
    """DATABASE_URL of the database that the running test is connected to."""
    from django.db import connection

    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(at['NAME']).resolve()}"
    user, password = quote(at["USER"], safe=""), quote(at["PASSWORD"], safe="")
    return f"postgres://{user}:{password}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


@dataclass
class WorkerProcesses:
    """The worker and the relay, each a process group of its own, stopped by pid."""

    env: dict[str, str]
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        with self.log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_worker(self) -> None:
        command = "-m celery -A guandu worker -c 2 --loglevel INFO --without-gossip --without-mingle"
        self.start("worker", *command.split())
        self.wait_for("worker", " ready.")

    def start_relay(self) -> None:
        self.start("relay", "manage.py", "relay")

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def wait_for(self, name: str, text: str, seconds: float = START_SECONDS) -> None:
        """Until `text` is in the log of `name`; fails with the log when it never is."""
        end = time.monotonic() + seconds
        while text not in self.log(name).read_text(errors="replace"):
            if self.running[name].poll() is not None or time.monotonic() > end:
                pytest.fail(f"{name} did not say {text!r}:\n{self.log(name).read_text(errors='replace')}")
            time.sleep(0.1)

    def pid(self, name: str) -> int:
        return self.running[name].pid

    def kill(self, name: str) -> None:
        """As a power cut would: the process and its children, at once."""
        self._signal_group(self.running[name], signal.SIGKILL)
        self.running.pop(name).wait(timeout=STOP_SECONDS)

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._signal_group(process, signal.SIGKILL)
        self.running.clear()

    @staticmethod
    def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return


@pytest.fixture
def celery_worker_process(transactional_db, tmp_path: Path) -> Iterator[WorkerProcesses]:
    """A real Celery worker and relay on this test's database, with a broker folder of their own.

    `kill("worker")` and `start_worker()` play an accident; `log(name)` is what a process wrote.
    """
    folders = {"VAR_DIR": str(tmp_path / "var"), "TMPDIR": str(tmp_path)}
    env = {**os.environ, **folders, "DATABASE_URL": database_url()}
    env.pop("TEST_DB_NAME", None)
    processes = WorkerProcesses(env=env, folder=tmp_path)
    try:
        processes.start_relay()
        processes.start_worker()
        yield processes
    finally:
        processes.stop()
