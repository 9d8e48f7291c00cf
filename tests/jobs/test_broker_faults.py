"""Redis killed, frozen, full, emptied: pages and actions go on, every job is done once when it is back."""

import signal
import time
from collections.abc import Iterator

import pytest

from guandu.core.actors import CALENDAR
from guandu.jobs import queue
from guandu.jobs.models import Job, OutboxMessage
from guandu.jobs.relay import Relay
from tests.jobs import kinds
from tests.jobs.accidents import OwnRedis, all_in, ask, own_redis, seconds_in_words, stage, tell, until
from tests.jobs.people import Portal, cancel_all, portal, reading, waiting_jobs
from tests.plugins.workers import database_url

pytestmark = pytest.mark.workers

# A page that waits for a Redis that hangs takes longer than this on any machine.
SLOWEST = 20


@pytest.fixture
def broker(transactional_db):
    with own_redis() as server:
        yield server


@pytest.fixture
def at_work(broker, tmp_path):
    with stage(tmp_path, REDIS_URL=broker.url) as processes:
        yield processes


@pytest.fixture
def web(broker, tmp_path):
    with portal(tmp_path, DATABASE_URL=database_url(), REDIS_URL=broker.url) as running:
        running.sign_in()
        yield running


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
def test_what_was_asked_for_during_an_accident_is_done_once_after_it(broker, at_work, name, prove_figure):
    before = ask("test.write", 5, seconds=0.2)
    accident = ACCIDENTS[name](broker)
    next(accident)
    during = ask("test.write", 20)
    time.sleep(3)
    next(accident, None)
    until(all_in([*before, *during], Job.State.DONE))
    assert at_work.running["relay"].poll() is None
    assert at_work.running["worker"].poll() is None
    tell(prove_figure, [*before, *during])


def test_two_hundred_bells_that_were_flushed_ring_again(broker, at_work, prove_figure):
    at_work.kill("worker")
    jobs = ask("test.write", 200)
    until(lambda: not OutboxMessage.objects.exclude(topic=kinds.EFFECT).filter(sent_at=None).exists())
    broker.client().flushall()
    at_work.start_worker()
    until(all_in(jobs, Job.State.DONE))
    tell(prove_figure, jobs)


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
        # A second, and what a busy machine adds to it.
        assert time.monotonic() - start < 3
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


def test_pages_and_writes_are_answered_through_every_accident(broker, web, prove_figure):
    """The portal asks its cache and never the broker: what Redis does costs no request."""
    for name in ACCIDENTS:
        accident = ACCIDENTS[name](broker)
        with reading(web):
            next(accident)
            jobs = waiting_jobs(web, 12)
            assert cancel_all(web, jobs) == {job.pk for job in jobs}
            next(accident, None)
    tell_of_the_web(prove_figure, web)
    assert web.slowest < SLOWEST


def tell_of_the_web(prove_figure, web: Portal) -> None:
    assert set(web.counts) == {200, 302}, web.counts
    prove_figure("requests answered during accidents of Redis", web.counts.total())
    prove_figure("web errors during accidents of Redis", web.errors + web.counts[503])


@pytest.mark.prove
def test_jobs_and_people_survive_every_accident_of_the_broker(broker, at_work, web, prove_figure):
    times, jobs = [], []
    for number in range(20):
        accident = ACCIDENTS[sorted(ACCIDENTS)[number % len(ACCIDENTS)]](broker)
        batch = ask("test.write", 10, seconds=0.1)
        with reading(web):
            next(accident)
            batch += ask("test.write", 15)
            clicks = waiting_jobs(web, 20)
            assert cancel_all(web, clicks) == {job.pk for job in clicks}
            time.sleep(1 + number % 4)
            next(accident, None)
        times.append(until(all_in(batch, Job.State.DONE)))
        jobs += batch
    assert at_work.running["worker"].poll() is None
    tell(prove_figure, jobs, len(times))
    tell_of_the_web(prove_figure, web)
    prove_figure("slowest answer during accidents of Redis", f"{web.slowest:.1f} s")
    prove_figure("recovery after Redis is back", seconds_in_words(times))


@pytest.mark.prove
def test_five_hundred_jobs_drain_after_the_broker_was_away(broker, at_work, prove_figure):
    broker.kill()
    jobs = ask("test.write", 500)
    time.sleep(2)
    broker.start()
    took = until(all_in(jobs, Job.State.DONE), 300)
    tell(prove_figure, jobs)
    prove_figure("drain of 500 jobs after Redis restarted empty", f"{took:.0f} s")
