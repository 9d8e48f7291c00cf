"""Workers that are killed, frozen or fed with poison: nothing lost, nothing twice, the rest goes on."""

import os
import random
import re
import signal
import time

import pytest

from guandu.jobs import worker
from guandu.jobs.models import Job
from tests.jobs.accidents import (
    LEASE_SECONDS,
    Stage,
    all_in,
    ask,
    effects,
    running,
    seconds_in_words,
    stage,
    tell,
    until,
)

pytestmark = pytest.mark.workers

RECOVERY_SECONDS = 60


@pytest.fixture
def at_work(transactional_db, tmp_path):
    with stage(tmp_path) as processes:
        yield processes


PARTS = ("group", "child", "parent")


def strike(processes: Stage, part: str) -> None:
    """Kill -9 a part of the worker: all of it, each child at work, or the main process, whose children
    are orphans then. Where no main process is left a supervisor starts another."""
    if part == "child":
        for note in Job.objects.filter(state=Job.State.RUNNING).values_list("progress_note", flat=True):
            _kill(int(re.sub(r"\D", "", note) or 0), processes.children("worker"))
        return
    processes.kill("worker") if part == "group" else processes.kill_parent("worker")
    processes.start_worker()


def _kill(pid: int, children: list[int]) -> None:
    if pid in children:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("name", PARTS)
def test_a_killed_worker_costs_a_lease_and_nothing_else(at_work, name, prove_figure):
    [job] = ask("test.write", seconds=4)
    until(running(job))
    strike(at_work, name)
    until(all_in([job], Job.State.DONE))
    tell(prove_figure, [job])


def test_a_frozen_worker_that_wakes_up_is_too_late(at_work, prove_figure):
    [job] = ask("test.write", seconds=1.5)
    until(running(job))
    at_work.freeze("worker")
    at_work.start_worker("other")
    until(all_in([job], Job.State.DONE))
    assert effects() == {(job.pk, 1): 1, (job.pk, 2): 1}
    said = at_work.said("worker")
    at_work.thaw("worker")
    at_work.wait_for("worker", f"job {job.pk} lost its lease", after=said)
    tell(prove_figure, [job])
    job.refresh_from_db()
    assert (job.state, job.attempts, job.fence) == (Job.State.DONE, 2, 2)


def test_a_long_computation_keeps_its_lease_by_heartbeats(at_work):
    [job] = ask("test.write", seconds=3 * LEASE_SECONDS)
    until(all_in([job], Job.State.DONE))
    job.refresh_from_db()
    assert job.attempts == 1
    assert effects() == {(job.pk, 1): 1, (job.pk, 2): 1}


def test_poison_is_parked_and_the_rest_of_the_queue_flows(at_work, prove_figure):
    [crashing] = ask("test.crash")
    [deadly] = ask("test.die")
    others = ask("test.write", 50)
    until(all_in(others, Job.State.DONE))
    until(all_in([crashing, deadly], Job.State.PARKED))
    tell(prove_figure, others)
    crashing.refresh_from_db()
    deadly.refresh_from_db()
    assert crashing.attempts == deadly.attempts == worker.MAX_ATTEMPTS
    assert f"任务编号 {crashing.pk}" in crashing.error
    assert "ZeroDivisionError" in crashing.trace
    assert "秘密" not in crashing.error + crashing.trace
    assert deadly.trace == worker.DIED


def test_imports_have_a_worker_of_their_own(at_work):
    at_work.kill("worker")
    at_work.start_worker("pages", "-Q", "default")
    loads, pages = ask("test.load", 3), ask("test.write", 3)
    until(all_in(pages, Job.State.DONE))
    assert all_in(loads, Job.State.QUEUED)()
    at_work.start_worker("imports", "-Q", "import")
    until(all_in(loads, Job.State.DONE))
    assert set(effects().values()) == {1}


@pytest.mark.prove
def test_workers_killed_at_random_times_lose_nothing(at_work, prove_figure):
    chance = random.Random(20261124)
    times, jobs = [], []
    for kind in ("test.write", "test.steps", "test.load"):
        for number in range(20):
            batch = ask(kind, 3, seconds=chance.uniform(0, 2))
            until(lambda job=batch[0]: not Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).exists())
            time.sleep(chance.uniform(0, 2))
            strike(at_work, PARTS[number % 3])
            times.append(until(all_in(batch, Job.State.DONE)))
            jobs += batch
    assert max(times) <= RECOVERY_SECONDS
    tell(prove_figure, jobs, len(times))
    prove_figure("workers killed -9 at random times", len(times))
    prove_figure(f"recovery with a lease of {LEASE_SECONDS:.0f} s", seconds_in_words(times))


@pytest.mark.prove
def test_recovery_with_the_real_lease_takes_less_than_a_minute(transactional_db, tmp_path, prove_figure):
    times = []
    with stage(tmp_path, lease=0) as processes:
        for name in PARTS:
            [job] = ask("test.write", seconds=1)
            until(running(job))
            strike(processes, name)
            times.append(until(all_in([job], Job.State.DONE), seconds=90))
            tell(prove_figure, [job])
    assert max(times) <= RECOVERY_SECONDS
    prove_figure("recovery after kill -9 with the real lease", seconds_in_words(times))


@pytest.mark.prove
def test_a_worker_frozen_for_a_minute_is_fenced(transactional_db, tmp_path, prove_figure):
    with stage(tmp_path, lease=0) as processes:
        [job] = ask("test.write", seconds=1)
        until(running(job))
        processes.freeze("worker")
        processes.start_worker("other")
        time.sleep(60)
        assert all_in([job], Job.State.DONE)()
        said = processes.said("worker")
        processes.thaw("worker")
        processes.wait_for("worker", f"job {job.pk} lost its lease", after=said)
    tell(prove_figure, [job])
    prove_figure("late writes of a worker frozen for 60 s", sum(effects().values()) - 2)


@pytest.mark.prove
def test_poison_among_two_hundred_is_parked_within_five_minutes(transactional_db, tmp_path, prove_figure):
    """With the real pauses between its tries."""
    with stage(tmp_path, lease=0):
        begun = time.monotonic()
        [poison] = ask("test.crash")
        others = ask("test.write", 200)
        until(all_in(others, Job.State.DONE), 200)
        until(all_in([poison], Job.State.PARKED), 300)
        took = time.monotonic() - begun
    poison.refresh_from_db()
    assert f"任务编号 {poison.pk}" in poison.error
    assert took <= 300
    tell(prove_figure, others)
    prove_figure("poison among 200 jobs: others done, poison parked after", f"200/200, {took:.0f} s")
