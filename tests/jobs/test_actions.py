"""Retrying and cancelling: by whom, in which state, and what is left in the trail."""

from datetime import timedelta

import pytest
import time_machine

from guandu.audit.models import AuditChange, AuditEvent
from guandu.core import clock
from guandu.core.actors import CALENDAR, ROLL_UP
from guandu.core.errors import NotAllowed, NotReady
from guandu.jobs import actions, queue, registry, worker
from guandu.jobs.models import Job, OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(monkeypatch):
    """A kind that needs a right, and what its handler does."""
    steps = []

    def handler(context, **arguments):
        for step in steps:
            step(context)

    kind = registry.Kind("test.work", handler, "试验任务", needs="assessment.run")
    monkeypatch.setitem(registry._kinds, "test.work", kind)
    return steps


def ask(by, key="K") -> Job:
    return queue.enqueue("test.work", by=by, key=key)


def state(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def test_a_waiting_job_ends_at_once(work, office):
    job = ask(office)
    actions.cancel(job=job, by=office)
    assert (state(job), job.error) == ("cancelled", actions.STOPPED)
    assert not worker.run(job.pk)
    event = AuditEvent.objects.get(verb="job.cancel")
    assert (event.outcome, event.object_key) == ("done", str(job.pk))
    change = AuditChange.objects.get(event=event)
    assert (change.before, change.after) == ({"state": "queued"}, {"state": "cancelled", "asked": True})


def test_a_running_job_stops_before_it_writes(work, office, system_admin):
    written = []

    def be_cancelled(context):
        context.report(1, 2)
        actions.cancel(job=job, by=system_admin)
        with context.writing():
            written.append(True)

    work.append(be_cancelled)
    job = ask(office)
    assert worker.run(job.pk)
    assert (state(job), job.error, written) == ("cancelled", worker.CANCELLED, [])


def test_a_report_notices_the_wish_too(work, office):
    def be_cancelled(context):
        actions.cancel(job=job, by=office)
        context.report(1, 2)
        pytest.fail("went on")

    work.append(be_cancelled)
    job = ask(office)
    worker.run(job.pk)
    assert state(job) == "cancelled"


def test_what_was_cancelled_and_died_is_not_tried_again(work, office):
    job = ask(office)
    worker.claim(job.pk)
    actions.cancel(job=job, by=office)
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    worker.reap()
    assert state(job) == "cancelled"


def test_a_job_that_was_faster_than_the_wish_is_done(work, office):
    """The wish came while it wrote: what is written is written, and the state says so."""
    work.append(lambda context: actions.cancel(job=job, by=office))
    job = ask(office)
    worker.run(job.pk)
    assert state(job) == "done"


@pytest.mark.parametrize("ended", ["done", "failed", "parked", "cancelled"])
def test_what_has_ended_is_not_cancelled(work, office, ended):
    job = ask(office)
    Job.objects.update(state=ended)
    with pytest.raises(NotReady):
        actions.cancel(job=job, by=office)
    assert state(job) == ended


def test_a_wish_is_taken_once(work, office):
    job = ask(office)
    worker.claim(job.pk)
    actions.cancel(job=job, by=office)
    with pytest.raises(NotReady, match="已要求取消"):
        actions.cancel(job=job, by=office)


def test_others_do_not_cancel_or_retry(work, office, leader):
    job = ask(office)
    with pytest.raises(NotAllowed):
        actions.cancel(job=job, by=leader)
    Job.objects.update(state="parked")
    with pytest.raises(NotAllowed):
        actions.retry(job=job, by=leader)
    assert state(job) == "parked"
    denied = AuditEvent.objects.filter(outcome="denied").values_list("verb", flat=True)
    assert sorted(denied) == ["job.cancel", "job.retry"]


def test_what_follows_by_itself_is_the_system_administrators_to_stop(work, office, system_admin):
    job = queue.enqueue("figures.roll_up", by=office, key="2026Q3", period="2026Q3")
    with pytest.raises(NotAllowed):
        actions.cancel(job=job, by=office)
    actions.cancel(job=job, by=system_admin)
    assert state(job) == "cancelled"


@pytest.mark.parametrize("ended", ["failed", "parked"])
def test_a_retried_job_has_all_its_tries_and_is_rung(work, office, ended):
    job = ask(office)
    Job.objects.update(
        state=ended, attempts=4, error="x", trace="y", finished_at=clock.now(),
        not_before=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    OutboxMessage.objects.all().delete()
    actions.retry(job=job, by=office)
    assert OutboxMessage.objects.get().payload == {"job": job.pk}
    assert worker.run(job.pk)
    assert (state(job), job.attempts, job.error, job.trace) == ("done", 1, "", "")


@pytest.mark.parametrize("other", ["queued", "running", "done", "cancelled"])
def test_nothing_else_is_retried(work, office, other):
    job = ask(office)
    Job.objects.update(state=other)
    with pytest.raises(NotReady):
        actions.retry(job=job, by=office)
    assert state(job) == other


def test_a_retry_beside_a_twin_that_waits_is_refused(work, office):
    job = ask(office)
    Job.objects.update(state="parked")
    ask(office)
    with pytest.raises(NotReady, match="已在排队"):
        actions.retry(job=job, by=office)
    assert state(job) == "parked"


# Whose rights a job works with


def test_an_askers_rights_are_asked_again_when_the_work_begins(work, office):
    work.append(lambda context: seen.append(context.actor))
    seen = []
    job = ask(office)
    worker.run(job.pk)
    assert seen == [office]
    assert state(job) == "done"


def test_a_right_that_ended_stops_the_job_and_is_recorded(work, office):
    work.append(lambda context: pytest.fail("worked without the right"))
    job = ask(office)
    office.grants.update(valid_to=clock.today())
    worker.run(job.pk)
    assert state(job) == "failed"
    assert "已没有办理“试验任务”的权限" in job.error
    event = AuditEvent.objects.get(verb="job.execute")
    assert (event.outcome, event.actor_key, event.object_key) == ("denied", office.username, str(job.pk))


def test_an_account_that_was_disabled_stops_the_job_and_is_recorded(work, office):
    work.append(lambda context: pytest.fail("worked for nobody"))
    job = ask(office)
    type(office).objects.update(is_active=False)
    worker.run(job.pk)
    assert state(job) == "failed"
    assert "已停用" in job.error
    event = AuditEvent.objects.get(verb="job.execute")
    assert (event.outcome, event.actor_kind, event.actor_key) == ("denied", "user", office.username)


def test_what_the_portal_needs_itself_goes_on_whatever_became_of_the_asker(work, office):
    job = ask(office)
    assert ask(ROLL_UP) == job
    office.grants.update(valid_to=clock.today())
    worker.run(job.pk)
    assert state(job) == "done"


def test_a_follow_up_of_something_done_goes_on_without_its_asker(work, office):
    job = queue.enqueue("figures.roll_up", by=office, key="2026Q3", period="2026Q3")
    type(office).objects.update(is_active=False)
    worker.run(job.pk)
    assert state(job) == "done"


def test_named_services_need_no_grant(work):
    job = ask(CALENDAR)
    worker.run(job.pk)
    assert state(job) == "done"


# Forgetting and the daily round


def test_jobs_are_kept_half_a_year_and_what_failed_for_good(work, office):
    now = clock.now()
    for number, (end, age) in enumerate(
        [("done", 183), ("done", 185), ("cancelled", 185), ("failed", 900), ("parked", 900)]
    ):
        ask(office, key=f"{number}")
        Job.objects.filter(key=f"{number}").update(state=end, finished_at=now - timedelta(days=age))
    OutboxMessage.objects.update(sent_at=now - timedelta(days=8))
    fresh = ask(office, key="new")
    assert actions.purge(by=CALENDAR) == 2 + 5
    assert sorted(Job.objects.exclude(pk=fresh.pk).values_list("key", flat=True)) == ["0", "3", "4"]
    assert OutboxMessage.objects.count() == 1


def test_the_daily_round_asks_once_a_day_and_catches_up():
    with time_machine.travel("2026-11-24T00:00:00+08:00", tick=False):
        early = queue.ask_due()
        assert not Job.objects.filter(kind="jobs.purge").exists()
        assert Job.objects.count() == early, "what is due at midnight, and nothing else"
    with time_machine.travel("2026-11-24T16:00:00+08:00", tick=False):
        assert queue.ask_due() >= 1
        assert queue.ask_due() == 0
        worker.run_waiting()
        assert queue.ask_due() == 0
    with time_machine.travel("2026-11-27T03:00:00+08:00", tick=False):
        assert queue.ask_due() >= 1
    assert list(Job.objects.filter(kind="jobs.purge").order_by("pk").values_list("key", "state")) == [
        ("2026-11-24", "done"),
        ("2026-11-27", "queued"),
    ]
