"""A roll-up, a rebuild and the nightly comparison, died in at every SQL statement: the old numbers stand, or the new."""

import threading
from collections import Counter

import pytest
from django.db import connection
from django.db.models import Q, Sum

from guandu.audit import trail
from guandu.core.actors import ROLL_UP
from guandu.jobs import queue, worker
from guandu.jobs.models import Job
from targets.actions import figures
from targets.models import Figure, FigureDrift, FigureDue
from tests.crash import crash_everywhere, tell
from tests.factories import make_indicator, make_park
from tests.targets.rolling import Q3, certify, numbers, rebuild, roll_up

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("C8")]


@pytest.fixture
def parks(db):
    revenue, staff = make_indicator(code="REV"), make_indicator(code="JOBS", kind="stock")
    make_indicator(code="PER", kind="ratio", level="park", definition={"op": "ratio", "num": "REV", "den": "JOBS"})
    made = [make_park(), make_park()]
    for period in ("2026Q2", "2026Q3"):
        for units, park in enumerate(made, start=10):
            certify(revenue, park, units, period=period)
            certify(staff, park, units * 3, period=period)
    rebuild()
    return revenue, made


def again() -> None:
    """The worker is gone in the middle; another takes the job up."""
    Job.objects.exclude(state=Job.State.DONE).update(state=Job.State.QUEUED, attempts=0, lease_until=None)


def died_in(change, prove_figure) -> None:
    """`change` has left waiting work: its end is the same wherever it died, and on the way nothing is mixed."""
    before = numbers()
    worker.run_waiting()
    wanted = numbers()
    assert wanted != before
    change(undo=True)
    worker.run_waiting()
    assert numbers() == before
    change(undo=False)
    crashes = crash_everywhere(worker.run_waiting, written=numbers, allowed=[before, wanted], repair=again)
    assert numbers() == wanted
    assert not FigureDue.objects.exists()
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_roll_up(parks, prove_figure):
    revenue, (park, _) = parks

    def change(undo: bool) -> None:
        certify(revenue, park, 10 if undo else 99)
        figures.ask_roll_up(period=Q3, parks=[park.code], by=ROLL_UP)

    change(undo=False)
    died_in(change, prove_figure)


def test_a_rebuild(parks, prove_figure):
    revenue, (park, other) = parks

    def change(undo: bool) -> None:
        for period, old, new in (("2026Q2", 10, 50), ("2026Q3", 10, 60)):
            certify(revenue, park, old if undo else new, period=period)
        figures.ask_rebuild(by=ROLL_UP)

    change(undo=False)
    died_in(change, prove_figure)


def test_the_nightly_comparison(parks, prove_figure):
    right = numbers()
    Figure.objects.filter(scope_kind="district", indicator__code="REV").update(numerator=1)
    wrong = numbers()
    queue.enqueue("figures.compare", by=ROLL_UP)
    crashes = crash_everywhere(
        worker.run_waiting, written=numbers, allowed=[wrong, right, *_half_healed(wrong, right)], repair=again
    )
    assert numbers() == right
    assert FigureDrift.objects.count() == 2
    tell(prove_figure, crashes)


def _half_healed(wrong: list[str], right: list[str]) -> list[list[str]]:
    """Each quarter is put right by itself."""
    first = {row for row in wrong if "2026H1" in row}
    return [sorted([*(row for row in wrong if row not in first), *(row for row in right if "2026H1" in row)])]


def test_a_park_alone(parks, prove_figure):
    """As an approval asks for it."""
    revenue, (park, _) = parks
    roll_up(Q3)

    def change(undo: bool) -> None:
        certify(revenue, park, 10 if undo else 33)
        figures.ask_roll_up(period=Q3, parks=[park.code], by=ROLL_UP)

    change(undo=False)
    died_in(change, prove_figure)


def test_whoever_reads_on_and_on_sees_the_old_numbers_or_the_new(parks, prove_figure):
    """While everything is rebuilt, again and again, with other values each time."""
    revenue, made = parks
    seen: Counter[tuple[int, int]] = Counter()
    over = threading.Event()

    def read() -> None:
        try:
            while not over.is_set():
                seen[sums()] += 1
        finally:
            connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for units in range(100, 106):
            for park in made:
                certify(revenue, park, units)
            rebuild()
    finally:
        over.set()
        reader.join()
    assert {(below, whole) for below, whole in seen if below != whole} == set()
    assert set(seen) <= {(21, 21), *((2 * units, 2 * units) for units in range(100, 106))}
    assert len(seen) > 1
    prove_figure("reads during rebuilds, none of them mixed or empty", seen.total())


def sums() -> tuple[int, int]:
    """Σ of the parks and the district's own number, by one statement."""
    of = {"indicator__code": "REV", "period": Q3.to_date.code, "basis": "certified"}
    below, whole = (Sum("numerator", filter=Q(scope_kind=kind)) for kind in ("park", "district"))
    return tuple(Figure.objects.filter(**of).aggregate(below=below, whole=whole).values())
