"""A file of the register, died in at every SQL statement: all its rows are there or none, also in the background."""

import pytest
from django.db import transaction

from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.exchange import actions
from guandu.exchange.models import Upload
from guandu.jobs import worker
from guandu.jobs.models import Job
from parks.exchange.parks import PARKS
from parks.models import Park
from tests.crash import crash_action, crash_everywhere, tell
from tests.exchange.importing import book, last, upload
from tests.jobs.test_crash_points import relieve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("A8")]

ROWS = 3


@pytest.fixture
def ready(office, chain, sign_in) -> Upload:
    """A file that was looked at and waits for its confirmation."""
    rows = [
        {"code": f"P-{number:03}", "name": f"导入园区{number}", "carrier": "楼宇类", "opened_on": "2024-05-01", "chain": "chain-own"}
        for number in range(1, ROWS + 1)
    ]  # fmt: skip
    upload(sign_in(office), PARKS, book(PARKS, *rows))
    sent = last()
    assert sent.state == Upload.State.READY
    return sent


def written() -> tuple[int, str]:
    return Park.objects.filter(code__startswith="P-0").count(), Upload.objects.get().state


def test_a_file_is_written_whole_or_not_at_all(ready, office, prove_figure):
    crashes = crash_action(lambda: actions.import_rows(upload=ready, by=office), office.forget_grants)
    assert written() == (ROWS, "written")
    assert AuditEvent.objects.filter(verb="register.import", outcome="done").count() == 1
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_file_written_in_the_background_is_written_once_wherever_the_worker_dies(
    ready, office, prove_figure
):
    with transaction.atomic():
        actions.send(upload=ready, by=office)
    job, waiting = Job.objects.get(), Upload.objects.get()

    def go_on() -> None:
        relieve(job)
        worker.run(job.pk)
        assert (Job.objects.get(pk=job.pk).state, written()) == (Job.State.DONE, (ROWS, "written"))
        start_again()

    def start_again() -> None:
        for park in Park.objects.filter(code__startswith="P-0"):
            park.placements.all().delete()
            park.delete()
        waiting.save()
        Job.objects.exclude(pk=job.pk).delete()
        Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, finished_at=None)

    crashes = crash_everywhere(
        lambda: worker.run(job.pk), written=written, allowed=[(0, "writing"), (ROWS, "written")], repair=go_on
    )
    assert written() == (ROWS, "written")
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)
