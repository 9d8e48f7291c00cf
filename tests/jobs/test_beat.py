"""The clock that asks for daily work: missed, doubled and racing with the work itself, each day is done once."""

import threading
from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection, transaction

from guandu.accounts.models import Unit
from guandu.audit import anchors
from guandu.audit.actions import action, enter
from guandu.core.actors import LOADER
from guandu.jobs import queue, registry, worker
from guandu.jobs.models import Job
from tests.jobs.accidents import stage, until

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = 12
KIND = "test.round"


@pytest.fixture
def daily(monkeypatch) -> None:
    """One daily kind and no other."""
    kind = registry.Kind(KIND, lambda context: None, "试验每日", daily_at=0)
    monkeypatch.setattr(registry, "_kinds", {KIND: kind})


def asked() -> Counter:
    """Day → how often its work was asked for."""
    return Counter(Job.objects.filter(kind=KIND).values_list("key", flat=True))


def ask_from(start: threading.Barrier) -> None:
    start.wait()
    queue.ask_due()
    connection.close()


def test_two_beats_at_the_same_moment_ask_once(daily):
    for day in range(DAYS):
        with time_machine.travel(date(2026, 11, 1) + timedelta(days=day, hours=4), tick=True):
            start = threading.Barrier(3)
            beats = [threading.Thread(target=ask_from, args=(start,)) for _ in range(2)]
            for beat in beats:
                beat.start()
            start.wait()
            worker.run_waiting()
            for beat in beats:
                beat.join()
            worker.run_waiting()
    assert set(asked().values()) == {1}
    assert len(asked()) == DAYS
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}


def test_a_beat_that_looked_before_the_work_was_done_does_not_ask_again(daily, monkeypatch):
    """It found nothing asked for; then the other beat asked, and a worker was faster."""
    begin = transaction.atomic

    def late():
        monkeypatch.setattr(transaction, "atomic", begin)
        assert (queue.ask_due(), worker.run_waiting()) == (1, 1)
        return begin()

    monkeypatch.setattr(transaction, "atomic", late)
    assert queue.ask_due() == 0
    assert set(asked().values()) == {1}


@action("unit.test_beat")
def write(*, by) -> None:
    enter(Unit(code="BEAT", name="单位", kind="street"))


@pytest.mark.workers
def test_two_real_beats_ask_for_each_day_and_anchor_once(tmp_path, settings, prove_figure):
    write(by=LOADER)
    with stage(tmp_path) as processes:
        settings.AUDIT_ANCHOR_DIR = tmp_path / "var" / "audit-anchors"
        processes.kill("worker")
        processes.start_worker("worker", "-I", "tests.jobs.kinds,tests.jobs.beats")
        for name in ("beat", "second-beat"):
            command = (
                f"-m celery -A tests.jobs.beats beat --loglevel INFO --schedule {tmp_path / name}.schedule"
            )
            processes.start(name, *command.split())
        until(lambda: Job.objects.filter(kind="test.daily", state=Job.State.DONE).exists())
        for _ in range(4):
            processes.wait_for("beat", "Sending due task daily-round", after=processes.said("beat"))
    days = Counter(Job.objects.values_list("kind", "key"))
    assert set(days.values()) == {1}, days
    assert [line.seq for line in anchors.lines()] == [1]
    prove_figure("days asked for by two beats", len(days))
    prove_figure("of them asked for more than once", sum(count > 1 for count in days.values()))
