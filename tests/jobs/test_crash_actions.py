"""The main job's actions, died in at every SQL statement: they happen whole or not at all."""

from collections.abc import Callable

import pytest
from django.db import transaction

from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.core.actors import CALENDAR
from guandu.jobs import actions, queue, worker
from guandu.jobs.models import Job, OutboxMessage
from rating.enums import TRIAL_JOB
from rating.models import Assessment
from targets.actions import returns
from targets.models import CertifiedValue, Return
from tests.crash import Crash, crash_action, crash_everywhere, tell
from tests.jobs.test_crash_points import relieve
from tests.rating.worlds import load_draft
from tests.targets.factories import ENTRIES, Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def steps(cast: Cast) -> dict[str, tuple[Callable[[], Return], Callable[[Return], object]]]:
    """Name → (the return before it, the step)."""
    return {
        "save": (cast.draft, lambda r: returns.save(return_=r, cells=ENTRIES, by=cast.operator)),
        "file": (cast.filled, lambda r: returns.file(return_=r, by=cast.operator)),
        "review": (cast.filed, lambda r: returns.review(return_=r, by=cast.reviewer)),
        "send_back": (
            cast.filed,
            lambda r: returns.send_back(return_=r, comment="请核对营业收入", by=cast.reviewer),
        ),
        "confirm": (cast.reviewed, lambda r: returns.confirm(return_=r, by=cast.office)),
    }


@pytest.mark.parametrize("name", ["save", "file", "review", "send_back", "confirm"])
def test_a_step_of_a_return_is_whole_or_not_at_all(cast, name, prove_figure):
    before, step = steps(cast)[name]
    return_ = before()
    events = AuditEvent.objects.filter(verb=f"return.{name}").count()
    crashes = crash_action(lambda: step(return_), repair=return_.refresh_from_db)
    assert crashes >= 8
    tell(prove_figure, crashes)
    assert AuditEvent.objects.filter(verb=f"return.{name}").count() == events + 1
    assert list(trail.verify()) == []
    if name == "confirm":
        assert CertifiedValue.objects.current().count() == len(ENTRIES)
        assert Job.objects.get().state == Job.State.QUEUED


def test_asking_for_work_leaves_a_job_and_its_bell_or_neither(db, prove_figure):
    crashes = crash_action(queue_one)
    assert crashes >= 4
    tell(prove_figure, crashes)
    assert (Job.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def queue_one() -> None:
    with transaction.atomic():
        queue.enqueue(TRIAL_JOB, by=CALENDAR, key="2026Q2", period="2026Q2")


@pytest.mark.parametrize(
    ("name", "before"), [("cancel", "queued"), ("cancel", "running"), ("retry", "parked")]
)
def test_what_people_do_to_a_job_is_whole_or_not_at_all(cast, name, before, prove_figure):
    queue_one()
    job = Job.objects.get()
    Job.objects.update(state=before)
    admin = cast.office
    Job.objects.update(actor_kind="user", actor_key=admin.username, needs="assessment.run")
    crashes = crash_action(lambda: getattr(actions, name)(job=job, by=admin))
    assert crashes >= 8
    tell(prove_figure, crashes)
    assert AuditEvent.objects.filter(verb=f"job.{name}", outcome="done").count() == 1


def scores() -> list:
    return sorted(map(list, Assessment.objects.values_list("park__code", "total_units", "grade")))


def test_a_trial_that_dies_at_any_statement_ends_as_one_that_did_not(cast, prove_figure):
    load_draft()
    queue_one()
    job = Job.objects.get()
    worker.run(job.pk)
    expected = scores()
    assert expected
    again(job)

    def go_on() -> None:
        relieve(job)
        worker.run(job.pk)
        assert (Job.objects.get(pk=job.pk).state, scores()) == (Job.State.DONE, expected)
        again(job)

    crashes = crash_everywhere(
        lambda: worker.run(job.pk), written=scores, allowed=[[], expected], repair=go_on
    )
    assert crashes > 15
    assert scores() == expected
    tell(prove_figure, crashes)


def again(job: Job) -> None:
    Assessment.objects.all().delete()
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, finished_at=None)


def test_the_crash_is_seen():
    """A step of two transactions is caught half done."""

    def torn() -> None:
        for key in ("a", "b"):
            Job.objects.create(
                kind="x", key=key, actor_key="x", actor_name="x", created_at="2026-01-01T00:00Z"
            )

    with pytest.raises(AssertionError, match="half done"):
        crash_action(torn)
    assert issubclass(Crash, BaseException)
    assert not issubclass(Crash, Exception)
