"""A job is done once, whatever dies: claim, lease, fence, give back, coalesce, retry, park."""

from datetime import timedelta

import pytest
from django.conf import settings

from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import NotReady
from guandu.jobs import queue, registry, worker
from guandu.jobs.models import Job, OutboxMessage
from guandu.jobs.relay import Relay

pytestmark = pytest.mark.django_db


@pytest.fixture
def handled(monkeypatch):
    """What the handler of "test.work" was called with; set `.does` to make it do something."""

    class Handled(list):
        def does(self, context) -> None:
            """Nothing, unless the test says otherwise."""

    calls = Handled()

    def handler(context, **arguments):
        calls.append(arguments)
        calls.does(context)

    monkeypatch.setitem(registry._kinds, "test.work", registry.Kind("test.work", handler, "试验任务"))
    return calls


def ask(key: str = "", **arguments) -> Job:
    return queue.enqueue("test.work", by=CALENDAR, key=key, **arguments)


def state(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def lose_lease(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))


def test_a_job_is_asked_for_with_its_doorbell(handled):
    job = ask(period="2026Q3")
    assert OutboxMessage.objects.get().payload == {"job": job.pk}
    assert (state(job), job.actor_name) == ("queued", "报送日历")


def test_a_job_is_done_once(handled):
    job = ask(period="2026Q3")
    assert worker.run(job.pk)
    assert not worker.run(job.pk)
    assert handled == [{"period": "2026Q3"}]
    assert (state(job), job.attempts, job.error) == ("done", 1, "")


def test_two_workers_do_not_claim_the_same_job(handled):
    job = ask()
    assert worker.claim(job.pk)
    assert worker.claim(job.pk) is None


def test_the_same_wish_waits_once(handled):
    assert ask("2026Q3") == ask("2026Q3")
    assert ask("2026Q3") != ask("2026Q2")
    assert ask() != ask()


def test_a_wish_during_the_work_is_done_after_it(handled):
    first = ask("2026Q3")
    context = worker.claim(first.pk)
    second = ask("2026Q3")
    assert second != first
    assert worker.claim(second.pk) is None
    before = OutboxMessage.objects.count()
    worker._finish(context, Job.State.DONE, "")
    assert OutboxMessage.objects.count() == before + 1
    assert worker.run(second.pk)


def test_a_killed_worker_gives_its_job_back(handled):
    job = ask()
    worker.claim(job.pk)
    assert worker.reap() == 0
    lose_lease(job)
    assert worker.reap() == 1
    assert state(job) == "queued"
    assert worker.run(job.pk)
    assert (state(job), job.attempts) == ("done", 2)


def test_a_frozen_worker_that_wakes_up_writes_nothing(handled):
    job = ask()
    frozen = worker.claim(job.pk)
    lose_lease(job)
    worker.reap()
    other = worker.claim(job.pk)
    with pytest.raises(worker.LeaseLost), frozen.writing():
        pytest.fail("wrote without the lease")
    with pytest.raises(worker.LeaseLost):
        frozen.report(1, 2)
    worker._finish(frozen, Job.State.FAILED, "x")
    assert state(job) == "running"
    with other.writing():
        pass


def test_a_worker_that_lost_its_lease_in_the_middle_stops_quietly(handled):
    def lose(context):
        Job.objects.filter(pk=context.job_id).update(fence=99)
        context.report(1, 2)

    handled.does = lose
    assert not worker.run(ask().pk)


def test_progress_is_shown_and_holds_the_lease(handled):
    job = ask()
    context = worker.claim(job.pk)
    lose_lease(job)
    context.report(3, 10, "第三步")
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total, job.progress_note) == (3, 10, "第三步")
    assert worker.reap() == 0


def test_a_refusal_ends_the_job_with_its_sentence(handled):
    def refuse(context):
        raise NotReady("还没有报送截止。")

    handled.does = refuse
    job = ask()
    worker.run(job.pk)
    assert (state(job), job.error) == ("failed", "还没有报送截止。")


def test_an_accident_is_tried_again_with_growing_pauses_and_then_parked(handled):
    def crash(context):
        raise ZeroDivisionError("张三")

    handled.does = crash
    job = ask()
    pauses = []
    for _ in range(worker.MAX_ATTEMPTS - 1):
        assert worker.run(job.pk)
        assert state(job) == "queued"
        assert not worker.run(job.pk)
        pauses.append(job.not_before - clock.now())
        Job.objects.filter(pk=job.pk).update(not_before=None)
    assert pauses == sorted(pauses)
    assert worker.run(job.pk)
    assert state(job) == "parked"
    assert f"任务编号 {job.pk}" in job.error
    assert "ZeroDivision" not in job.error
    assert "ZeroDivisionError\n" in job.trace
    assert "tests/jobs/test_worker.py" in job.trace
    assert "张三" not in job.trace


def test_a_job_that_dies_every_time_is_parked(handled):
    job = ask()
    for _ in range(worker.MAX_ATTEMPTS):
        assert worker.claim(job.pk)
        lose_lease(job)
        worker.reap()
    assert state(job) == "parked"
    assert job.trace == worker.DIED


def test_a_job_is_rung_when_its_pause_is_over(handled):
    def crash(context):
        raise ZeroDivisionError

    handled.does = crash
    job = ask()
    worker.run(job.pk)
    OutboxMessage.objects.all().delete()
    worker.reap()
    assert not OutboxMessage.objects.exists()
    Job.objects.filter(pk=job.pk).update(
        rung_at=clock.now() - timedelta(seconds=6), not_before=clock.now() - timedelta(seconds=1)
    )
    worker.reap()
    worker.reap()
    assert OutboxMessage.objects.get().payload == {"job": job.pk}


def test_a_job_nobody_heard_of_is_rung_again(handled):
    job = ask()
    OutboxMessage.objects.all().delete()
    worker.reap()
    assert not OutboxMessage.objects.exists()
    Job.objects.update(rung_at=clock.now() - timedelta(minutes=5))
    worker.reap()
    worker.reap()
    assert OutboxMessage.objects.get().payload == {"job": job.pk}


def test_a_lost_job_with_a_newer_twin_is_closed(handled):
    old = ask("2026Q3")
    worker.claim(old.pk)
    new = ask("2026Q3")
    lose_lease(old)
    worker.reap()
    assert (state(old), state(new)) == ("done", "queued")


def test_waiting_jobs_are_run_in_turn_to_the_end(handled):
    for number in range(3):
        ask(number=number)
    assert worker.run_waiting() == 3
    assert [call["number"] for call in handled] == [0, 1, 2]
    assert worker.run_waiting() == 0


def test_a_kind_has_one_handler():
    with pytest.raises(RuntimeError, match="Two handlers"):
        registry.job("figures.roll_up", title="汇总")(lambda context: None)


def test_a_kind_goes_to_a_queue_that_a_worker_serves():
    assert set(registry.QUEUES) == set(settings.CELERY_TASK_QUEUES)
    with pytest.raises(RuntimeError, match="No worker serves"):
        registry.job("test.nowhere", title="试验", queue="nowhere")


# The relay


@pytest.fixture
def sent(monkeypatch):
    calls = []

    def send(name, args, queue, **kw):
        calls.append((args, queue))

    monkeypatch.setattr("guandu.jobs.relay.app.send_task", send)
    return calls


def test_the_relay_sends_in_order_and_once(handled, sent):
    jobs = [ask(number=n) for n in range(3)]
    relay = Relay()
    assert relay.send_waiting() == 3
    assert relay.send_waiting() == 0
    assert sent == [([job.pk], "default") for job in jobs]


def test_a_kind_is_sent_to_its_own_queue(handled, sent, monkeypatch):
    kind = registry.Kind("test.load", lambda context: None, "试验载入", queue="import")
    monkeypatch.setitem(registry._kinds, "test.load", kind)
    loading = queue.enqueue("test.load", by=CALENDAR)
    working = ask()
    Relay().send_waiting()
    assert sent == [([loading.pk], "import"), ([working.pk], "default")]


def test_one_relay_is_active_and_another_takes_over(sent):
    first, second = Relay(), Relay()
    assert first.hold_lease()
    assert not second.hold_lease()
    assert first.hold_lease()
    first.release()
    assert second.hold_lease()


def test_a_silent_broker_loses_nothing(handled, sent, monkeypatch):
    def down(*args, **kwargs):
        raise OSError("no answer")

    ask()
    monkeypatch.setattr("guandu.jobs.relay.time.sleep", lambda seconds: None)
    with monkeypatch.context() as broken:
        broken.setattr("guandu.jobs.relay.app.send_task", down)
        assert Relay().send_waiting() == 0
    assert OutboxMessage.objects.filter(sent_at=None).count() == 1
    assert Relay().send_waiting() == 1
