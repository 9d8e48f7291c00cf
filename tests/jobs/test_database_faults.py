"""PostgreSQL restarted, crashed and its sessions killed under the portal and the workers: what was
acknowledged stands, and the rest goes on as soon as it is back."""

import time

import pytest
from django.db import connection

from guandu.audit import trail
from guandu.jobs.models import Job
from tests.jobs.accidents import all_in, ask, own_redis, seconds_in_words, stage, tell, until
from tests.jobs.own_postgres import OwnPostgres, own_postgres
from tests.jobs.people import Portal, cancel_all, judge, meanwhile, portal, waiting_jobs

pytestmark = [pytest.mark.workers, pytest.mark.once, pytest.mark.xdist_group("own-postgres")]

RECOVERY_SECONDS = 60
KEPT = {"lost": 0, "torn": 0, "twice": 0}


@pytest.fixture(scope="module")
def postgres(django_db_blocker):
    with django_db_blocker.unblock(), own_postgres() as server:
        yield server


@pytest.fixture
def web(postgres, tmp_path):
    with portal(tmp_path, DATABASE_URL=postgres.url) as running:
        running.sign_in()
        yield running


ACCIDENTS = {
    "restarted": OwnPostgres.restart,
    "crashed": OwnPostgres.crash,
    "session killed": OwnPostgres.kill_session,
}


def strike(server: OwnPostgres, name: str) -> None:
    """The accident, to the moment when the server is back; this process lost its session too."""
    ACCIDENTS[name](server)
    connection.close()


@pytest.mark.parametrize("name", ACCIDENTS)
def test_the_next_request_after_an_accident_finds_its_way(postgres, web, name):
    """Sessions that were open and idle are noticed as dead before a request uses them."""
    for _ in range(8):
        assert web.ask("GET", "/jobs/")[0] == 200
    strike(postgres, name)
    assert [web.ask("GET", "/jobs/")[0] for _ in range(16)] == [200] * 16


def test_one_session_ended_costs_nobody_a_request(postgres, web):
    assert web.ask("GET", "/jobs/")[0] == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = 'guandu' AND pid <> pg_backend_pid()"
        )
        pids = [pid for (pid,) in cursor.fetchall()]
        cursor.execute("SELECT pg_terminate_backend(%s)", [pids[0]])
    assert [web.ask("GET", "/jobs/")[0] for _ in range(8)] == [200] * 8


@pytest.mark.parametrize("name", ACCIDENTS)
def test_an_accident_among_writes_costs_those_who_ask_meanwhile_a_503_and_loses_nothing(
    postgres, web, name, prove_figure
):
    jobs = waiting_jobs(web, 80)

    acknowledged: set[int] = set()
    with meanwhile(lambda: acknowledged.update(cancel_all(web, jobs))):
        while web.counts[302] < 10:
            time.sleep(0.01)
        strike(postgres, name)
    assert (web.errors, judge(jobs, acknowledged)) == (0, KEPT), web.counts
    assert all_in(jobs, Job.State.CANCELLED)()
    assert list(trail.verify()) == []
    tell_of_the_web(prove_figure, web, acknowledged)


def tell_of_the_web(prove_figure, web: Portal, acknowledged: set[int]) -> None:
    prove_figure("writes acknowledged around accidents of PostgreSQL", len(acknowledged))
    prove_figure("of them lost, torn or done twice", 0)
    prove_figure("web errors other than 503 with Retry-After, PostgreSQL away", web.errors)


@pytest.mark.parametrize("name", ACCIDENTS)
def test_workers_and_relay_outlive_an_accident_and_lose_no_job(postgres, tmp_path, name, prove_figure):
    with own_redis() as broker, stage(tmp_path, DATABASE_URL=postgres.url, REDIS_URL=broker.url) as processes:
        jobs = ask("test.write", 20, seconds=0.3)
        until(lambda: Job.objects.filter(state=Job.State.DONE, pk__gte=jobs[0].pk).exists())
        strike(postgres, name)
        jobs += ask("test.write", 10)
        until(all_in(jobs, Job.State.DONE))
        assert processes.running["relay"].poll() is None
        assert processes.running["worker"].poll() is None
    tell(prove_figure, jobs)


def until_answered(web: Portal) -> float:
    """How long a page was not there yet once the server was."""
    begun = time.monotonic()
    while web.ask("GET", "/jobs/")[0] != 200:
        time.sleep(0.05)
    return time.monotonic() - begun


@pytest.mark.prove
def test_accidents_under_load_lose_no_acknowledged_write_and_no_job(postgres, web, tmp_path, prove_figure):
    """Writes acknowledged over HTTP and jobs done by workers, while PostgreSQL goes away again and again."""
    names = list(ACCIDENTS) * 4
    back: list[float] = []
    worked: list[float] = []
    jobs, acknowledged = [], set()
    with own_redis() as broker, stage(tmp_path, DATABASE_URL=postgres.url, REDIS_URL=broker.url):
        work = []
        for name in names:
            batch = waiting_jobs(web, 250)
            work += ask("test.write", 5, seconds=0.2)
            with meanwhile(lambda batch=batch: acknowledged.update(cancel_all(web, batch))):
                time.sleep(2)
                strike(postgres, name)
                back.append(until_answered(web))
                worked.append(until(all_in(work, Job.State.DONE)))
            jobs += batch
    assert (web.errors, judge(jobs, acknowledged)) == (0, KEPT), web.counts
    assert all_in(jobs, Job.State.CANCELLED)()
    assert list(trail.verify()) == []
    assert max(*back, *worked) <= RECOVERY_SECONDS
    tell(prove_figure, work, len(names))
    tell_of_the_web(prove_figure, web, acknowledged)
    prove_figure("requests answered 503 per accident of PostgreSQL", f"{web.counts[503] / len(names):.1f}")
    prove_figure("recovery of the web after PostgreSQL is back", seconds_in_words(back))
    prove_figure("all jobs done after PostgreSQL is back", seconds_in_words(worked))
