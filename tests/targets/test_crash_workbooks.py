"""Workbooks, died in at every SQL statement: kept or not, loaded whole or not at all; many of them once each."""

import pytest
from django.db import transaction

from guandu.audit import trail
from guandu.exchange.bundles import bundle_of, bundled
from guandu.jobs import worker
from guandu.jobs.models import Job
from targets.actions import workbook_batches, workbooks
from targets.exchange.received import receive
from targets.models import Return, ReturnLine, ReturnWorkbook, WorkbookBatch
from tests.crash import crash_action, crash_everywhere, tell
from tests.jobs.test_crash_points import relieve
from tests.targets.factories import make_cast, make_cycle, make_operator, make_park
from tests.targets.workbooks import filled_in, fresh, read, sent_back, taken_out

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("B18")]
GOOD = {"填报!E5": 1000, "填报!F5": 900, "填报!E6": 600, "填报!E7": 30, "填报!E8": 4, "填报!H5": "扩产"}
WRONG = {**GOOD, "填报!E6": "不详"}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


def test_a_workbook_is_kept_with_its_file_or_not_at_all(prove_figure):
    cast = make_cast()
    return_ = cast.draft()
    received = receive(fresh(return_), filled_in(taken_out(return_, cast.operator), GOOD), "a.xlsx", cast.operator)
    outlook = workbooks.look(return_=return_, reading=received.reading, by=cast.operator)
    crashes = crash_action(
        lambda: workbooks.keep(
            return_=return_, file=received.file, reading=received.reading, outlook=outlook, by=cast.operator
        ),
        cast.operator.forget_grants,
    )
    assert ReturnWorkbook.objects.count() == 1
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


@pytest.mark.parametrize("partly", [False, True])
def test_a_workbook_is_loaded_whole_or_not_at_all(partly, prove_figure):
    cast = make_cast()
    return_ = cast.draft()
    data = filled_in(taken_out(return_, cast.operator), WRONG if partly else GOOD)
    book, reading = sent_back(data, return_, cast.operator), read(data, return_, cast.operator)
    crashes = crash_action(
        lambda: workbooks.load(workbook=book, reading=reading, partly=partly, by=cast.operator),
        cast.operator.forget_grants,
    )
    assert fresh(return_).draft.lines.get().values["FIRMS"] == 30
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def received(office, rows: list[Return]) -> WorkbookBatch:
    files = [(f"{row.park_code}.xlsx", filled_in(taken_out(row, office), GOOD)) for row in rows]
    file = bundle_of(bundled([*files, ("说明.txt", b"x")]), "收回.zip")
    with transaction.atomic():
        return workbook_batches.keep(cycle=rows[0].cycle, file=file, count=len(rows) + 1, by=office)


@pytest.mark.feature("B20")
def test_many_are_read_and_loaded_once_each_wherever_the_worker_dies(prove_figure):
    cast = make_cast()
    make_park("P2")
    make_operator("P2")
    rows = list(make_cycle("2026Q3", cast.template).returns.order_by("park_code"))
    batch = received(cast.office, rows)

    def standing() -> tuple:
        row = WorkbookBatch.objects.get()
        values = list(ReturnLine.objects.filter(version__return_of__in=rows).values_list("values__REV", flat=True))
        return row.state, ReturnWorkbook.objects.count(), tuple(sorted(str(each) for each in values)), len(row.refused)

    def on(job: Job) -> int:
        def go_on() -> None:
            relieve(job)

        return crash_everywhere(lambda: worker.run(job.pk), written=standing, allowed=ALLOWED, repair=go_on)

    none, both, one = ("None", "None"), ("100000", "100000"), ("100000", "None")
    ALLOWED = [("reading", count, none, 0) for count in (0, 1, 2)] + [("read", 2, none, 1)]
    crashes = on(Job.objects.get(pk=batch.job_number))
    assert standing() == ("read", 2, none, 1)
    books = list(ReturnWorkbook.objects.all())
    with transaction.atomic():
        workbook_batches.send(
            batch=batch, picks=[book.pk for book in books], names={book.pk: "李四" for book in books}, came_by="U 盘",
            files=True, by=cast.office,
        )  # fmt: skip
    ALLOWED = [("loading", 2, values, 1) for values in (none, one, both)] + [("read", 2, both, 0)]
    crashes += on(Job.objects.get(pk=WorkbookBatch.objects.get().job_number))
    assert standing() == ("read", 2, both, 0)
    assert [fresh(row).state for row in rows] == ["filed", "filed"]
    assert [row.moves.count() for row in rows] == [1, 1]
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)
