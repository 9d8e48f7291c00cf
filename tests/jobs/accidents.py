"""The stage for accidents: real workers and a relay with short leases, and a Redis of their own."""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from django.db import connection, transaction

from guandu.core.actors import CALENDAR
from guandu.jobs import queue
from guandu.jobs.models import Job, OutboxMessage
from scripts.processes import free_port, stop_group
from scripts.servers import start_redis
from tests.jobs import kinds
from tests.plugins.workers import WorkerProcesses, database_url

LEASE_SECONDS = 3.0
PATIENCE = 60.0


def until(what: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Wait until `what` is true, at most `seconds`; how long it took."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if what():
            return time.monotonic() - start
        time.sleep(0.05)
    pytest.fail(f"waited {seconds} s in vain; jobs: {Counter(Job.objects.values_list('kind', 'state'))}")


def ask(kind: str, count: int = 1, **arguments) -> list[Job]:
    with transaction.atomic():
        return [queue.enqueue(kind, by=CALENDAR, **arguments) for _ in range(count)]


def all_in(jobs: list[Job], *states: str) -> Callable[[], bool]:
    numbers = [job.pk for job in jobs]
    return lambda: Job.objects.filter(pk__in=numbers, state__in=states).count() == len(numbers)


def running(job: Job) -> Callable[[], bool]:
    return lambda: Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, progress_total__gt=0).exists()


def effects() -> Counter:
    """(job, part) → how often it was done."""
    rows = OutboxMessage.objects.filter(topic=kinds.EFFECT).values_list("payload", flat=True)
    return Counter((row["job"], row["part"]) for row in rows)


def ledger(jobs: list[Job]) -> dict[str, int]:
    """How many jobs are lost (not done), done more than once, and done by half."""
    done = effects()
    counts = [(done[job.pk, 1], done[job.pk, 2]) for job in jobs]
    return {
        "lost": sum(pair == (0, 0) for pair in counts),
        "twice": sum(max(pair) > 1 for pair in counts),
        "torn": sum(first != second for first, second in counts),
    }


CLEAN = {"lost": 0, "twice": 0, "torn": 0}


def tell(prove_figure: Callable[[str, int], None], jobs: list[Job], accidents: int = 1) -> None:
    """Every one of `jobs` was done, once and whole, through so many accidents; runs add the figures up."""
    found = ledger(jobs)
    assert found == CLEAN
    prove_figure("accidents of workers, Redis and PostgreSQL", accidents)
    prove_figure("jobs in hand during accidents", len(jobs))
    prove_figure("jobs lost, done twice or torn by accidents", sum(found.values()))


def seconds_in_words(times: list[float]) -> str:
    return f"median {statistics.median(times):.1f} s, worst {max(times):.1f} s"


class Stage(WorkerProcesses):
    """Workers that know the kinds of accidents, and the relay beside them."""

    def start_relay(self) -> None:
        self.start("relay", "-m", "tests.jobs.kinds")

    def start_worker(self, name: str = "worker", *more: str) -> None:
        super().start_worker(name, "-I", "tests.jobs.kinds", *more)


class OwnRedis:
    """A Redis that only this test knows, to be killed, frozen, filled and emptied."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.process, _ = start_redis(self.folder, self.port)

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=5)

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(18)
        stop_group(self.process, seconds=2)


@contextmanager
def stage(folder: Path, *, lease: float = LEASE_SECONDS, **env: str) -> Iterator[Stage]:
    """A relay and a worker at work on this test's database; `lease` 0 leaves the real one."""
    given = {"VAR_DIR": str(folder / "var"), "TMPDIR": str(folder), "DATABASE_URL": database_url()}
    if lease:
        given["GUANDU_TEST_LEASE"] = str(lease)
    processes = Stage(env={**os.environ, **given, **env}, folder=folder)
    processes.env.pop("TEST_DB_NAME", None)
    try:
        processes.start_relay()
        processes.start_worker()
        yield processes
    finally:
        processes.stop()
        _release_locks()


def _release_locks() -> None:
    """What a killed process left open in PostgreSQL would block the flush after the test."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    folder = Path(tempfile.mkdtemp(prefix="guandu-redis-"))
    server = OwnRedis(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
