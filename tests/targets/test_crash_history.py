"""历史补录, died in at every SQL statement: checked, stored and signed whole or not at all, also in the background."""

from datetime import timedelta

import pytest
from django.db import transaction

from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.jobs import worker
from guandu.jobs.models import Job
from targets.actions import history, history_signing
from targets.models import CertifiedValue, HistoryBatch, HistoryLine
from tests.crash import crash_action, crash_everywhere, tell
from tests.jobs.test_crash_points import relieve
from tests.signing_in import signed_in
from tests.targets.factories import make_indicator, make_office, make_park
from tests.targets.historic import FIRMS, REV, book, checked, kept, line, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("B18")]
ROWS = 3


@pytest.fixture
def office(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    make_park("P1")
    make_indicator("REV", name="营业收入")
    make_indicator("FIRMS", "stock", name="入驻企业数", unit="家", scale=0)
    return make_office()


@pytest.fixture
def data() -> bytes:
    return book(*(line("园区", "P1", str(year), year, 5) for year in (2023, 2024, 2025)), titles=(REV, FIRMS))


def written() -> tuple[str, int, int]:
    return HistoryBatch.objects.get().state, HistoryLine.objects.count(), CertifiedValue.objects.current().count()


def test_a_batch_is_signed_whole_or_not_at_all(office, data, prove_figure):
    batch, second = stored(data, office), make_office("second")
    crashes = crash_action(lambda: history_signing.sign(batch=batch, by=second), second.forget_grants)
    assert written() == ("signed", ROWS, 2 * ROWS)
    assert AuditEvent.objects.filter(verb="history.sign", outcome="done").count() == 1
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_batch_is_withdrawn_whole_or_not_at_all(office, data, prove_figure):
    batch, second = stored(data, office), make_office("second")
    history_signing.sign(batch=batch, by=second)
    step = lambda: history_signing.withdraw(batch=batch, reason="有误", by=second)  # noqa: E731
    crashes = crash_action(step, second.forget_grants)
    assert written() == ("withdrawn", ROWS, 0)
    tell(prove_figure, crashes)


def test_lines_are_stored_once_wherever_the_worker_dies(office, data, prove_figure):
    batch = checked(data, office)
    with transaction.atomic():
        history.confirm(batch=batch, by=office)
    crashes = _die_everywhere(Job.objects.get(kind="history.store"), ("ready", 0, 0), ("stored", ROWS, 0))
    tell(prove_figure, crashes)


def test_a_check_is_laid_down_once_wherever_the_worker_dies(office, data, prove_figure):
    with transaction.atomic():
        kept(data, office)
    crashes = _die_everywhere(Job.objects.get(kind="history.check"), ("checking", 0, 0), ("ready", 0, 0))
    tell(prove_figure, crashes)


def _die_everywhere(job: Job, before: tuple, after: tuple) -> int:
    waiting = HistoryBatch.objects.get()

    def go_on() -> None:
        relieve(job)
        worker.run(job.pk)
        assert (Job.objects.get(pk=job.pk).state, written()) == (Job.State.DONE, after)
        HistoryBatch.objects.all().update(state="dropped")
        HistoryLine.objects.all().delete()
        HistoryBatch.objects.all().delete()
        waiting.save(force_insert=True)
        Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, finished_at=None)

    crashes = crash_everywhere(
        lambda: worker.run(job.pk), written=written, allowed=[before, after], repair=go_on
    )
    assert written() == after
    assert list(trail.verify()) == []
    return crashes


@pytest.mark.feature("B20")
@pytest.mark.parametrize("job_kind", ["history.check", "history.store"])
def test_a_worker_that_is_killed_leaves_nothing_half_and_the_page_offers_to_try_again(office, data, job_kind):
    if job_kind == "history.check":
        batch = kept(data, office)
    else:
        batch = checked(data, office)
        history.confirm(batch=batch, by=office)
    job = Job.objects.get(kind=job_kind)
    before = written()
    # Killed at each of its tries: the lease runs out, the sweeper gives it back, and at last parks it.
    for _ in range(worker.MAX_ATTEMPTS):
        assert worker.claim(job.pk)
        Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))
        worker.reap()
    job.refresh_from_db()
    assert job.state == Job.State.PARKED
    assert written() == before
    browser = signed_in(office)
    page = browser.get(f"/history/{batch.pk}/").content.decode()
    assert "已搁置" in page
    assert f'action="/jobs/{job.pk}/retry/"' in page
    assert browser.post(f"/jobs/{job.pk}/retry/").status_code == 302
    worker.run_waiting()
    assert written()[0] == ("ready" if job_kind == "history.check" else "stored")
