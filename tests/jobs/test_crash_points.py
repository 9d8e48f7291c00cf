"""A crash at every SQL statement: nothing half done is ever seen, and going on leads to the same end."""

from datetime import date, timedelta

import pytest

from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.digests import digest_of
from guandu.jobs import worker
from guandu.jobs.models import Job, OutboxMessage
from targets.actions import returns
from targets.actions.figures import ROLL_UP_JOB
from targets.enums import Force, IndicatorKind, Operator, Shape
from targets.models import CertifiedValue, Figure, Plan, Return, ReturnMove, Target, TargetResult
from tests.crash import crash_everywhere, tell
from tests.factories import make_indicator
from tests.targets.factories import make_cast


@pytest.fixture
def reviewed(transactional_db):
    """A reviewed return with the office that confirms it."""
    cast = make_cast()
    return cast.reviewed(), cast.office


@pytest.fixture
def confirmed(reviewed) -> Job:
    """The roll-up that waits after a confirmation, with a target of the plan to follow it."""
    return_, office = reviewed
    counted = {"op": "registered", "source": "parks.opened", "since": "2018-01-01"}
    indicator = make_indicator(
        code="PARKS_NEW", kind=IndicatorKind.REGISTERED, unit="个", scale=0, definition=counted
    )
    plan = Plan.objects.create(
        code="PLAN", title="测试计划", issuer="测试机关", issued_on=date(2024, 1, 10),
        starts_on=date(2024, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip
    Target.objects.create(
        plan=plan, code="T99", clause="一（一）", title="测试目标", verb="新增", force=Force.BINDING,
        shape=Shape.NEW_SINCE, operator=Operator.AT_LEAST, value="1", indicator=indicator,
    )  # fmt: skip
    returns.confirm(return_=return_, by=office)
    return Job.objects.get(kind=ROLL_UP_JOB)


def written() -> str:
    """A digest of what the main job writes, without keys, stamps and the states of jobs."""
    return digest_of(
        [
            sorted(map(list, Return.objects.values_list("state", "version"))),
            sorted(ReturnMove.objects.values_list("verb", flat=True)),
            sorted(map(list, CertifiedValue.objects.values_list("indicator__code", "units"))),
            sorted(map(list, Job.objects.values_list("kind", "key"))),
            sorted(AuditEvent.objects.filter(verb="return.confirm").values_list("object_key", flat=True)),
            computed(),
        ]
    )


def computed() -> list:
    """Figures and standings, in a fixed order."""
    names = ("indicator__code", "scope_kind", "period", "numerator", "reported")
    figures = sorted(map(list, Figure.objects.values_list(*names)), key=lambda row: row[:3])
    return [figures, sorted(map(list, TargetResult.objects.values_list("target__code", "status")))]


def test_confirming_is_whole_or_not_at_all_at_every_statement(reviewed, prove_figure):
    return_, office = reviewed
    before = written()
    crashes = crash_everywhere(
        lambda: returns.confirm(return_=return_, by=office),
        written=written,
        allowed=[before],
        repair=return_.refresh_from_db,
    )
    assert crashes > 20
    assert Return.objects.get().state == "locked"
    assert Job.objects.filter(kind=ROLL_UP_JOB, state=Job.State.QUEUED).count() == 1
    assert OutboxMessage.objects.count() == 1
    assert CertifiedValue.objects.current().count() == 4
    assert AuditEvent.objects.filter(verb="return.confirm").count() == 1
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_roll_up_that_dies_at_any_statement_ends_as_one_that_did_not(confirmed, prove_figure):
    before = written()
    worker.run(confirmed.pk)
    after, expected = written(), computed()
    start_again(confirmed)
    assert written() == before != after

    def go_on() -> None:
        relieve(confirmed)
        worker.run(confirmed.pk)
        assert (Job.objects.get(pk=confirmed.pk).state, computed()) == (Job.State.DONE, expected)
        start_again(confirmed)

    crashes = crash_everywhere(
        lambda: worker.run(confirmed.pk), written=written, allowed=[before, after], repair=go_on
    )
    assert crashes > 40
    assert computed() == expected
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def start_again(job: Job) -> None:
    """As before the first run: nothing computed, the job waiting."""
    TargetResult.objects.all().delete()
    Figure.objects.update(denominator_figure=None)
    Figure.objects.all().delete()
    Job.objects.exclude(pk=job.pk).delete()
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, finished_at=None)


def relieve(job: Job) -> None:
    """The lease of the dead worker is over and the reaper comes by; patience has no end here. A job that
    was done before its worker died stays so."""
    over = clock.now() - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(lease_until=over, attempts=1)
    worker.reap()
    assert Job.objects.get(pk=job.pk).state in (Job.State.QUEUED, Job.State.DONE)
