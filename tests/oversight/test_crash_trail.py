"""Anchors, counter-signs, archives and alarms, died in at every SQL statement and every step of a file."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from guandu.audit import anchors, archives
from guandu.audit.actions import action
from guandu.audit.models import AuditArchive, AuditCheck, AuditEvent
from guandu.audit.triggers import KEEP_DAYS
from guandu.audit.verification import Verification
from guandu.core import clock
from guandu.core.actors import COMMAND_LINE, LOADER
from guandu.core.errors import Conflict
from guandu.jobs import worker
from guandu.jobs.models import Job
from guandu.oversight import tasks
from guandu.oversight.actions.anchors import countersign
from guandu.oversight.actions.archive import archive
from guandu.oversight.actions.checks import WATCH, check
from guandu.oversight.kinds import ENTER_JOB
from tests.audit.tampering import add, grow
from tests.crash import crash_action, crash_everywhere, everything, tell
from tests.jobs.test_crash_points import relieve
from tests.plugins.flush import without_guards

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("X1")]


def breaks() -> list[str]:
    return [each.sentence for each in Verification().breaks()]


def kept_file(at: Path) -> Callable[[], None]:
    """Puts the file back as it is now."""
    whole = at.read_bytes() if at.exists() else None

    def put_back() -> None:
        at.unlink(missing_ok=True)
        if whole is not None:
            at.write_bytes(whole)

    return put_back


# The file of anchors


@pytest.mark.parametrize("before", [0, 2], ids=["the first line", "a later line"])
def test_an_anchor_is_a_whole_line_or_none(before, prove_figure):
    for number in range(before):
        grow(1, prefix=f"A{number}")
        anchors.write()
    grow(1, prefix="B")
    restore, crashed = kept_file(anchors.path()), []

    def go_on() -> None:
        """Whatever is left of the file, the next anchor follows it and nobody is accused."""
        crashed.append(len(anchors.lines()))
        assert anchors.write().number == crashed[-1] + 1
        assert breaks() == []
        restore()

    crashes = crash_everywhere(
        anchors.write,
        written=lambda: len(anchors.lines()),
        allowed=[before, before + 1],
        repair=go_on,
        files=True,
    )
    assert set(crashed) == {before, before + 1}
    assert len(anchors.lines()) == before + 1
    assert breaks() == []
    tell(prove_figure, crashes)


def test_a_line_torn_anywhere_is_no_line_and_accuses_nobody(prove_figure):
    grow(1, prefix="A")
    anchors.write()
    whole = anchors.path().read_bytes()
    grow(1, prefix="B")
    anchors.write()
    line = anchors.path().read_bytes()[len(whole) :]
    lengths = [*range(0, len(line), 9), len(line) - 2, len(line) - 1, len(line)]
    for length in lengths:
        anchors.path().write_bytes(whole + line[:length])
        # The end of the line is not the line: it holds without.
        complete = length >= len(line) - 1
        assert len(anchors.lines()) == 1 + complete, length
        assert breaks() == [], length
        assert anchors.write().number == 2 + complete
        assert breaks() == [], length
    tell(prove_figure, len(lengths))


def test_a_due_anchor_is_written_once_where_two_watches_see_it(monkeypatch):
    grow(1)
    monkeypatch.setattr(anchors, "is_due", lambda: True)
    assert [line and line.number for line in (anchors.write_due(), anchors.write_due())] == [1, None]


def test_a_watch_that_dies_at_any_step_ends_as_one_that_did_not(prove_figure):
    grow(3)
    restore = kept_file(anchors.path())

    def go_on() -> None:
        tasks.watch()
        assert [line.seq for line in anchors.lines()] == [3]
        assert [(each.kind, each.is_whole, each.to_seq) for each in AuditCheck.objects.all()] == [
            ("full", True, 3)
        ]
        restore()
        AuditCheck.objects.all().delete()

    crashes = crash_everywhere(
        tasks.watch,
        written=lambda: (len(anchors.lines()), AuditCheck.objects.count()),
        allowed=[(0, 0), (1, 0), (1, 1)], repair=go_on, files=True,
    )  # fmt: skip
    assert crashes > 10
    assert breaks() == []
    tell(prove_figure, crashes)


# A counter-sign: an event first, then a line of the file


@pytest.fixture
def anchored(audit_admin):
    grow(2, prefix="G")
    anchors.write()
    return audit_admin


def test_a_counter_sign_is_an_event_with_its_job_or_neither(anchored, prove_figure):
    crashes = crash_action(lambda: countersign(number=1, by=anchored), anchored.forget_grants)
    assert Job.objects.get(kind=ENTER_JOB).state == Job.State.QUEUED
    assert AuditEvent.objects.filter(verb="audit.countersign").count() == 1
    assert breaks() == []
    tell(prove_figure, crashes)


def test_a_counter_sign_is_written_down_once_wherever_the_worker_dies(anchored, prove_figure):
    countersign(number=1, by=anchored)
    job, restore = Job.objects.get(kind=ENTER_JOB), kept_file(anchors.path())

    def signs() -> int:
        return sum(line.kind == anchors.COUNTERSIGN for line in anchors.lines())

    def go_on() -> None:
        relieve(job)
        worker.run(job.pk)
        assert (Job.objects.get(pk=job.pk).state, signs()) == (Job.State.DONE, 1)
        assert breaks() == []
        restore()
        Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, finished_at=None)

    crashes = crash_everywhere(
        lambda: worker.run(job.pk), written=signs, allowed=[0, 1], repair=go_on, files=True
    )
    assert crashes > 10
    assert (signs(), breaks()) == (1, [])
    tell(prove_figure, crashes)


# An archive: a file, its register, and the rows that go


@action("title.award")
def decide(*, code: str, by) -> None:
    add(code=code, by=by)


def newest_day():
    return clock.real_today() - timedelta(days=KEEP_DAYS)


@pytest.fixture
def trail(monkeypatch) -> None:
    """Six old events, the third a decision, read in slices of two; anchored; one young event, anchored."""
    monkeypatch.setattr(archives, "SLICE", 2)
    with time_machine.travel(clock.now() - timedelta(days=300), tick=True):
        grow(2, "A")
        decide(code="D", by=LOADER)
        grow(3, "B")
        anchors.write()
    grow(1, "C")
    anchors.write()


def archived() -> list[int]:
    with gzip.open(archives.path(AuditArchive.objects.get()), "rt") as file:
        return [json.loads(text)["seq"] for text in file]


@pytest.mark.feature("X4")
def test_an_archive_takes_everything_or_nothing_wherever_it_dies(trail, prove_figure):
    crashes = crash_everywhere(
        lambda: archive(before=newest_day(), by=COMMAND_LINE),
        written=lambda: (everything(), breaks()), allowed=[(everything(), [])], files=True,
    )  # fmt: skip
    assert crashes > 25
    assert archived() == [1, 2, 3, 4, 5, 6]
    assert list(AuditEvent.objects.order_by("seq").values_list("seq", flat=True)) == [3, 7, 8]
    assert breaks() == []
    tell(prove_figure, crashes)


@pytest.mark.feature("X4")
def test_a_file_that_an_archive_left_when_it_died_stands_in_nobodys_way(trail):
    died = archives.write(1, 4)
    assert archives.path(died).exists()
    assert breaks() == []
    archive(before=newest_day(), by=COMMAND_LINE)
    assert archived() == [1, 2, 3, 4, 5, 6]
    assert breaks() == []


@pytest.mark.feature("X4")
def test_two_archives_at_once_do_not_spoil_one_anothers_file(trail, monkeypatch):
    """The second finds the file held, or rows gone that it was to write: it archives nothing."""
    first = archives.write(1, 6)
    with (
        archives._alone(archives.path(first).with_suffix(".part")),
        pytest.raises(Conflict, match="正在进行"),
    ):
        archive(before=newest_day(), by=COMMAND_LINE)
    monkeypatch.setattr(archives, "reach", lambda moment: (1, 6))
    archive(before=newest_day(), by=COMMAND_LINE)
    whole = archives.path(first).read_bytes()
    with pytest.raises(Conflict, match="正在进行"):
        archive(before=newest_day(), by=COMMAND_LINE)
    assert archives.path(first).read_bytes() == whole
    assert archived() == [1, 2, 3, 4, 5, 6]
    assert breaks() == []


# An alarm: a check that found something, and the event that says so


def test_a_check_that_found_something_stands_with_its_alarm_or_not_at_all(prove_figure):
    grow(4)
    anchors.write()
    with without_guards():
        AuditEvent.objects.filter(seq=3).update(actor_name="别人")

    def counts() -> tuple[int, int]:
        return AuditCheck.objects.count(), AuditEvent.objects.filter(verb="audit.alarm").count()

    crashes = crash_everywhere(lambda: check("full", WATCH), written=counts, allowed=[(0, 0)])
    assert counts() == (1, 1)
    check("full", WATCH)
    assert counts() == (2, 1), "what is known gives no second alarm"
    tell(prove_figure, crashes)
