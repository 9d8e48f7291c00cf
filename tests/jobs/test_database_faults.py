"""PostgreSQL crashed and its sessions killed under the portal and the workers: what was acknowledged stands."""

import os
import signal
import threading
import time

import pytest
from django.db import OperationalError, connection

from guandu.accounts.roles import RoleCode
from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.jobs.models import Job
from tests.factories import make_user
from tests.jobs.accidents import CLEAN, all_in, ask, ledger, own_redis, seconds_in_words, stage, until
from tests.jobs.own_postgres import OwnPostgres, Portal, at_once, own_postgres, portal, session_cookie

pytestmark = [pytest.mark.workers, pytest.mark.once, pytest.mark.xdist_group("own-postgres")]

PEOPLE = 4


@pytest.fixture(scope="module")
def postgres(django_db_blocker):
    with django_db_blocker.unblock(), own_postgres() as server:
        yield server


@pytest.fixture
def web(postgres, tmp_path, sign_in):
    office = make_user(RoleCode.OFFICE, is_demo=True)
    with portal(postgres.url, tmp_path) as running:
        running.cookie = session_cookie(sign_in(office))
        running.user = office
        yield running


def waiting_jobs(web: Portal, count: int) -> list[Job]:
    """Jobs that the person asked for and may cancel, each by one acknowledged write."""
    first = Job.objects.count()
    return Job.objects.bulk_create(
        Job(
            kind="rating.trial", key=f"K{first + number}", actor_kind="user", actor_key=web.user.username,
            actor_name=web.user.name, needs="assessment.run", created_at=clock.now(), rung_at=clock.now(),
        )
        for number in range(count)
    )  # fmt: skip


def cancel_all(web: Portal, jobs: list[Job]) -> set[int]:
    """Cancel each by its button, again after a 503, as a person would; the acknowledged ones.

    `web.counts` counts every status; an answer that is neither done nor 503 is the test's to judge.
    """
    acknowledged: set[int] = set()

    def work(part: list[Job]) -> None:
        for job in part:
            for _ in range(20):
                status, headers = web.ask("POST", f"/jobs/{job.pk}/cancel/")
                web.counts[status] += 1
                if status == 302:
                    acknowledged.add(job.pk)
                if status != 503:
                    break
                assert int(headers["Retry-After"]) > 0
                time.sleep(0.1)

    at_once(work, [jobs[number::PEOPLE] for number in range(PEOPLE)])
    return acknowledged


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


def reconnect() -> None:
    """This process lost its session too."""
    connection.close()


def crash_while(server: OwnPostgres, times: int, seconds: float) -> float:
    """Crash it again and again; the longest that it was away."""
    worst = 0.0
    for _ in range(times):
        time.sleep(seconds)
        start = time.monotonic()
        server.crash()
        worst = max(worst, time.monotonic() - start)
    return worst


def test_the_next_request_after_a_crash_finds_its_way(postgres, web):
    """Sessions that were open and idle are noticed as dead before a request uses them."""
    for _ in range(8):
        assert web.ask("GET", "/jobs/")[0] == 200
    postgres.crash()
    reconnect()
    assert [web.ask("GET", "/jobs/")[0] for _ in range(16)] == [200] * 16


def test_one_killed_session_costs_nobody_a_request(postgres, web):
    assert web.ask("GET", "/jobs/")[0] == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = 'guandu' AND pid <> pg_backend_pid()")
        pids = [pid for (pid,) in cursor.fetchall()]
        cursor.execute("SELECT pg_terminate_backend(%s)", [pids[0]])
    assert [web.ask("GET", "/jobs/")[0] for _ in range(8)] == [200] * 8


def test_a_crash_among_writes_costs_the_requests_in_flight_a_503_and_loses_nothing(postgres, web):
    jobs = waiting_jobs(web, 120)
    crash = crashing(postgres, times=1, after=0.3)
    acknowledged = cancel_all(web, jobs)
    crash.join()
    reconnect()
    assert set(web.counts) <= {302, 503, 409}, web.counts
    # At most the request of each person that was in flight, and those asked while it was away.
    assert judge(jobs, acknowledged) == {"lost": 0, "torn": 0, "twice": 0}
    assert list(trail.verify()) == []


def crashing(server: OwnPostgres, *, times: int, after: float) -> threading.Thread:
    thread = threading.Thread(target=crash_while, args=(server, times, after))
    thread.start()
    return thread


def test_a_session_killed_outright_restarts_the_server_and_loses_nothing(postgres, web):
    """kill -9 of one session makes PostgreSQL cut off all of them and recover."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        os.kill(cursor.fetchone()[0], signal.SIGKILL)
    reconnect()
    until(_answers, 20)
    until(lambda: web.ask("GET", "/jobs/")[0] == 200, 20)


def _answers() -> bool:
    try:
        return Job.objects.count() >= 0
    except OperationalError:
        reconnect()
        return False


def test_workers_and_relay_outlive_a_crash_and_lose_no_job(postgres, tmp_path):
    with own_redis() as broker, stage(tmp_path, DATABASE_URL=postgres.url, REDIS_URL=broker.url) as processes:
        jobs = ask("test.write", 30, seconds=0.3)
        time.sleep(1)
        postgres.crash()
        reconnect()
        jobs += ask("test.write", 10)
        until(all_in(jobs, Job.State.DONE))
        assert processes.running["relay"].poll() is None
        assert processes.running["worker"].poll() is None
    assert ledger(jobs) == CLEAN


@pytest.mark.prove
def test_crashes_under_load_lose_no_acknowledged_write(postgres, web, tmp_path, prove_figure):
    """Writes acknowledged over HTTP and jobs done by workers, while PostgreSQL crashes every few seconds."""
    jobs = waiting_jobs(web, 3000)
    with own_redis() as broker, stage(tmp_path, DATABASE_URL=postgres.url, REDIS_URL=broker.url):
        work = ask("test.write", 60, seconds=0.2)
        crash = crashing(postgres, times=12, after=4)
        acknowledged = cancel_all(web, jobs)
        crash.join()
        reconnect()
        took = until(all_in(work, Job.State.DONE))
    found, done = judge(jobs, acknowledged), ledger(work)
    assert set(web.counts) <= {302, 503, 409}, web.counts
    assert found == {"lost": 0, "torn": 0, "twice": 0}
    assert done == CLEAN
    assert list(trail.verify()) == []
    prove_figure("crashes of PostgreSQL under load", 12)
    prove_figure("acknowledged writes, lost / torn / twice", f"{len(acknowledged)}, 0 / 0 / 0")
    prove_figure("requests answered 503 per crash", f"{web.counts[503] / 12:.1f}")
    prove_figure("web errors other than 503", 0)
    prove_figure("jobs lost by crashes of PostgreSQL", done["lost"])
    prove_figure("recovery of the workers after the last crash", seconds_in_words([took]))
