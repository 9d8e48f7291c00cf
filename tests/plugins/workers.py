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
    orphaned: list[int] = field(default_factory=list)

    def start(self, name: str, *command: str) -> None:
        with self.log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                # That a worker is ready is said as information.
                env={**self.env, "LOG_LEVEL": "INFO"},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_worker(self, name: str = "worker", *more: str) -> None:
        """A worker that has said it is ready; `more` are options, e.g. "-Q", "import"."""
        command = "-m celery -A guandu worker -c 2 --loglevel INFO --without-gossip --without-mingle"
        said = self.said(name)
        self.start(name, *command.split(), "-n", f"{name}@%h", *more)
        self.wait_for(name, " ready.", after=said)

    def start_relay(self) -> None:
        self.start("relay", "manage.py", "relay")

    def said(self, name: str) -> int:
        """How much is in the log of `name` so far."""
        return len(self.log(name).read_text(errors="replace")) if self.log(name).exists() else 0

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def wait_for(self, name: str, text: str, seconds: float = START_SECONDS, after: int = 0) -> None:
        """Until `text` is in the log of `name`; fails with the log when it never is."""
        end = time.monotonic() + seconds
        while text not in self.log(name).read_text(errors="replace")[after:]:
            if self.running[name].poll() is not None or time.monotonic() > end:
                pytest.fail(f"{name} did not say {text!r}:\n{self.log(name).read_text(errors='replace')}")
            time.sleep(0.1)

    def pid(self, name: str) -> int:
        return self.running[name].pid

    def kill(self, name: str) -> None:
        """As a power cut would: the process and its children, at once."""
        self._signal_group(self.running[name], signal.SIGKILL)
        self.running.pop(name).wait(timeout=STOP_SECONDS)

    def freeze(self, name: str) -> None:
        """As an overloaded machine would: the process and its children stand still."""
        self._signal_group(self.running[name], signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self._signal_group(self.running[name], signal.SIGCONT)

    def kill_parent(self, name: str) -> None:
        """The main process alone; its children are left as orphans, to end by themselves."""
        process = self.running.pop(name)
        self.orphaned.append(process.pid)
        process.kill()
        process.wait(timeout=STOP_SECONDS)

    def children(self, name: str) -> list[int]:
        listed = Path(f"/proc/{self.pid(name)}/task/{self.pid(name)}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def stop(self) -> None:
        for process in self.running.values():
            self._signal_group(process, signal.SIGCONT)
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._signal_group(process, signal.SIGKILL)
        for group in self.orphaned:
            self._signal(group, signal.SIGKILL)
        self.running.clear()

    @classmethod
    def _signal_group(cls, process: subprocess.Popen[bytes], number: signal.Signals) -> None:
        cls._signal(process.pid, number)

    @staticmethod
    def _signal(group: int, number: signal.Signals) -> None:
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return


@pytest.fixture
def celery_worker_process(transactional_db, tmp_path: Path) -> Iterator[WorkerProcesses]:
    """A real Celery worker and relay on this test's database, with a broker folder of their own.

    `kill("worker")` and `start_worker()` play an accident; `log(name)` is what a process wrote.
    """
    folders = {"VAR_DIR": str(tmp_path / "var"), "TMPDIR": str(tmp_path)}
    # A worker says that it is ready at this level.
    env = {**os.environ, **folders, "DATABASE_URL": database_url(), "LOG_LEVEL": "INFO"}
    env.pop("TEST_DB_NAME", None)
    processes = WorkerProcesses(env=env, folder=tmp_path)
    try:
        processes.start_relay()
        processes.start_worker()
        yield processes
    finally:
        processes.stop()
