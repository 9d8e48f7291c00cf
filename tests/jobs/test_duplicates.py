"""Bells that ring twice, late, at once and in any order: each piece of work is done once."""

import threading
from itertools import permutations

import pytest
from django.db import connection, transaction

from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.core.actors import CALENDAR
from guandu.core.digests import digest_of
from guandu.jobs import queue, worker
from guandu.jobs.models import Job
from rating.enums import TRIAL_JOB
from rating.models import Assessment
from targets.actions import returns
from targets.actions.figures import ROLL_UP_JOB
from targets.models import Figure, TargetResult
from tests.jobs.accidents import CLEAN, ask, ledger
from tests.rating.worlds import load_draft
from tests.targets.factories import make_cast

pytestmark = pytest.mark.django_db(transaction=True)


def deliver_at_once(job: Job, times: int) -> None:
    """The same bell in `times` threads that start together."""
    start = threading.Barrier(times)

    def hear() -> None:
        start.wait()
        worker.run(job.pk)
        connection.close()

    threads = [threading.Thread(target=hear) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("times", [2, 3, 5])
def test_a_bell_heard_by_several_at_once_and_again_later_is_answered_once(times):
    jobs = ask("test.write", 3)
    for job in jobs:
        deliver_at_once(job, times)
    for job in jobs:
        assert not worker.run(job.pk)
    assert ledger(jobs) == CLEAN
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}


@pytest.fixture
def waiting():
    """A roll-up and a trial that wait after a confirmation."""
    cast = make_cast()
    load_draft()
    returns.confirm(return_=cast.reviewed(), by=cast.office)
    with transaction.atomic():
        queue.enqueue(TRIAL_JOB, by=CALENDAR, key="2026Q2", period="2026Q2")
    return {job.kind: job for job in Job.objects.all()}


def computed() -> str:
    figures = Figure.objects.order_by("indicator__code", "scope_kind", "scope_code", "period")
    return digest_of(
        [
            list(map(list, figures.values_list("indicator__code", "scope_kind", "scope_code", "numerator"))),
            sorted(map(list, TargetResult.objects.values_list("target__code", "status"))),
            sorted(map(list, Assessment.objects.values_list("park__code", "total_units", "grade"))),
        ]
    )


def test_every_order_of_the_bells_leads_to_the_same_figures_and_scores(waiting):
    roll_up, trial = waiting[ROLL_UP_JOB], waiting[TRIAL_JOB]
    orders = list(permutations([roll_up, trial, roll_up, trial]))
    ends = set()
    for order in orders:
        forget()
        for job in order:
            worker.run(job.pk)
        worker.run_waiting()
        ends.add(computed())
    assert len(orders) == 24
    assert len(ends) == 1
    assert Figure.objects.exists()
    assert Assessment.objects.exists()
    assert list(trail.verify()) == []


def forget() -> None:
    """As before the first run: nothing computed, both jobs waiting, no third one."""
    TargetResult.objects.all().delete()
    Assessment.objects.all().delete()
    Figure.objects.update(denominator_figure=None)
    Figure.objects.all().delete()
    first = Job.objects.order_by("pk").values_list("pk", flat=True)[:2]
    Job.objects.exclude(pk__in=list(first)).delete()
    Job.objects.update(state=Job.State.QUEUED, finished_at=None, attempts=0)


@pytest.mark.parametrize("kind", [ROLL_UP_JOB, TRIAL_JOB])
def test_real_work_heard_by_several_at_once_is_stored_once(waiting, kind):
    worker.run(waiting[ROLL_UP_JOB].pk) if kind == TRIAL_JOB else None
    verb = {ROLL_UP_JOB: "figures.store", TRIAL_JOB: "assessments.store"}[kind]
    deliver_at_once(waiting[kind], 4)
    assert Job.objects.get(pk=waiting[kind].pk).state == Job.State.DONE
    assert AuditEvent.objects.filter(verb=verb).count() == 1
    assert list(trail.verify()) == []


@pytest.mark.prove
def test_a_hundred_jobs_are_done_once_however_often_they_are_delivered(prove_figure):
    jobs = ask("test.write", 100)
    for number, job in enumerate(jobs):
        deliver_at_once(job, 2 + number % 4)
        worker.run(job.pk)
    assert ledger(jobs) == CLEAN
    prove_figure("jobs delivered 3 to 6 times, done more than once", f"{len(jobs)}, 0")
