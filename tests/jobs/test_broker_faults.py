"""Redis killed, frozen, full, emptied: pages and actions go on, every job is done once when it is back."""

import signal
import time
from collections.abc import Iterator

import pytest
from django.urls import reverse

from guandu.core.actors import CALENDAR
from guandu.jobs import queue
from guandu.jobs.models import Job, OutboxMessage
from guandu.jobs.relay import Relay
from tests.jobs import kinds
from tests.jobs.accidents import (
    CLEAN,
    OwnRedis,
    all_in,
    ask,
    ledger,
    own_redis,
    seconds_in_words,
    stage,
    until,
)

pytestmark = pytest.mark.workers


@pytest.fixture
def broker(transactional_db):
    with own_redis() as server:
        yield server


@pytest.fixture
def at_work(broker, tmp_path):
    with stage(tmp_path, REDIS_URL=broker.url) as processes:
        yield processes


def kill_and_start_empty(broker: OwnRedis) -> Iterator[None]:
    broker.kill()
    yield
    broker.start()


def stop_and_go_on(broker: OwnRedis) -> Iterator[None]:
    broker.signal(signal.SIGSTOP)
    yield
    broker.signal(signal.SIGCONT)


def fill_and_empty(broker: OwnRedis) -> Iterator[None]:
    broker.client().config_set("maxmemory-policy", "noeviction")
    broker.client().config_set("maxmemory", "1")
    yield
    broker.client().config_set("maxmemory", "0")


def flush(broker: OwnRedis) -> Iterator[None]:
    yield
    broker.client().flushall()


ACCIDENTS = {
    "killed": kill_and_start_empty,
    "stopped": stop_and_go_on,
    "full": fill_and_empty,
    "flushed": flush,
}


@pytest.mark.parametrize("name", ACCIDENTS)
def test_what_was_asked_for_during_an_accident_is_done_once_after_it(broker, at_work, name):
    before = ask("test.write", 5, seconds=0.2)
    accident = ACCIDENTS[name](broker)
    next(accident)
    during = ask("test.write", 20)
    time.sleep(3)
    next(accident, None)
    until(all_in([*before, *during], Job.State.DONE))
    assert ledger([*before, *during]) == CLEAN
    assert at_work.running["relay"].poll() is None
    assert at_work.running["worker"].poll() is None


def test_two_hundred_bells_that_were_flushed_ring_again(broker, at_work):
    at_work.kill("worker")
    jobs = ask("test.write", 200)
    until(lambda: not OutboxMessage.objects.exclude(topic=kinds.EFFECT).filter(sent_at=None).exists())
    broker.client().flushall()
    at_work.start_worker()
    until(all_in(jobs, Job.State.DONE))
    assert ledger(jobs) == CLEAN


@pytest.mark.parametrize("name", ["killed", "stopped", "full"])
def test_the_relay_waits_no_longer_than_a_second_for_the_broker(broker, db, name, monkeypatch):
    """And where it has waited, it gives the reaper its turn before it tries again."""
    patch_app(monkeypatch, broker.url)
    relay = Relay()
    queue.enqueue("test.write", by=CALENDAR)
    assert relay.send_waiting() == 1
    accident = ACCIDENTS[name](broker)
    next(accident)
    queue.enqueue("test.write", by=CALENDAR)
    monkeypatch.setattr("guandu.jobs.relay.time.sleep", lambda seconds: None)
    for _ in range(3):
        start = time.monotonic()
        assert relay.send_waiting() == 0
        assert time.monotonic() - start < 1.2
    next(accident, None)
    until(lambda: relay.send_waiting() == 1, 10)


def patch_app(monkeypatch, url: str) -> None:
    """This process speaks to that broker, by the settings that a REDIS_URL gives."""
    from guandu.celery import app

    patient = {"socket_timeout": 0.8, "socket_connect_timeout": 0.8, "max_retries": 0}
    monkeypatch.setattr("django.conf.settings.RELAY_TRANSPORT_OPTIONS", patient)
    monkeypatch.setattr(app.conf, "broker_url", url)
    monkeypatch.setattr(app.conf, "broker_transport_options", {})
    connection_for_write = app.connection_for_write
    monkeypatch.setattr(
        app, "connection_for_write", lambda **options: connection_for_write(url, **options), raising=False
    )


def test_pages_are_answered_while_the_cache_hangs(broker, db, sign_in, office, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "guandu.core.cache.BypassedRedisCache",
            "LOCATION": broker.url,
            "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "retry": None},
        }
    }
    client = sign_in(office)
    broker.signal(signal.SIGSTOP)
    for name in ("portal:home", "jobs:list", "accounts:password"):
        start = time.monotonic()
        assert client.get(reverse(name)).status_code == 200
        assert time.monotonic() - start < 3


@pytest.mark.prove
def test_jobs_survive_every_accident_of_the_broker(broker, at_work, prove_figure):
    times, jobs = [], []
    for number in range(20):
        name = sorted(ACCIDENTS)[number % len(ACCIDENTS)]
        accident = ACCIDENTS[name](broker)
        batch = ask("test.write", 10, seconds=0.1)
        next(accident)
        batch += ask("test.write", 15)
        time.sleep(1 + number % 4)
        next(accident, None)
        times.append(until(all_in(batch, Job.State.DONE)))
        jobs += batch
    found = ledger(jobs)
    assert found == CLEAN
    assert max(times) <= 60
    prove_figure("accidents of the broker", len(times))
    prove_figure("jobs lost / done twice / torn by them", "{lost} / {twice} / {torn}".format(**found))
    prove_figure("recovery after the broker is back", seconds_in_words(times))


@pytest.mark.prove
def test_five_hundred_jobs_drain_after_the_broker_was_away(broker, at_work, prove_figure):
    broker.kill()
    jobs = ask("test.write", 500)
    time.sleep(2)
    broker.start()
    took = until(all_in(jobs, Job.State.DONE), 300)
    assert ledger(jobs) == CLEAN
    prove_figure("drain of 500 jobs after Redis restarted empty", f"{took:.0f} s")
