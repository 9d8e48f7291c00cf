"""Figures beside the stored ones and swapped in at once; what others stored meanwhile; what the night finds."""

import pytest

from guandu.audit.models import AuditEvent
from guandu.core.actors import ROLL_UP
from guandu.core.periods import Period
from guandu.jobs import queue, worker
from guandu.jobs.models import Job
from guandu.notices.models import Message
from targets.actions import figures
from targets.actions.figure_building import building, lay_out
from targets.enums import Basis, IndicatorKind
from targets.models import Figure, FigureDrift, FigureDue, FigureState
from tests.factories import make_indicator, make_park, make_unit
from tests.targets.factories import make_cast, make_office
from tests.targets.rolling import Q3, certify, numbers, rebuild, roll_up

pytestmark = pytest.mark.django_db
Q2 = Period.parse("2026Q2")


@pytest.fixture
def revenue(db):
    return make_indicator(code="REV")


@pytest.fixture
def district_tax(db):
    return make_indicator(code="D_TAX", level="district")


@pytest.fixture
def shared(revenue, district_tax):
    """A share of the district's number."""
    return make_indicator(
        code="SHARE", kind=IndicatorKind.SHARE, level="district", definition={"op": "share", "num": "REV", "den": "D_TAX"}
    )


@pytest.fixture
def parks(shared, revenue, district_tax):
    """Three parks in two quarters, and the district's own number."""
    street = make_unit("street")
    made = [make_park(street=street), make_park(street=street), make_park()]
    for period, factor in (("2026Q2", 1), ("2026Q3", 2)):
        for units, park in enumerate(made, start=10):
            certify(revenue, park, units * factor, period=period)
        certify(district_tax, None, 1000 * factor, period=period)
    return made


def of(kind="district", code="", period=Q3.to_date.code, indicator="REV"):
    return Figure.objects.get(indicator__code=indicator, scope_kind=kind, scope_code=code, period=period)


@pytest.mark.feature("C8")
def test_a_rebuild_leaves_what_quarter_by_quarter_left(parks):
    roll_up(Q2), roll_up(Q3)
    before, ids = numbers(), set(Figure.objects.values_list("pk", flat=True))
    rebuild()
    assert numbers() == before
    assert set(Figure.objects.values_list("pk", flat=True)) == ids


@pytest.mark.feature("C8")
def test_a_rebuild_of_nothing_stored_makes_every_quarter(parks):
    rebuild()
    assert of().numerator == 2 * (10 + 11 + 12)
    assert of(period=Q2.to_date.code).numerator == 10 + 11 + 12
    assert of(indicator="SHARE").denominator_figure == of(indicator="D_TAX")
    assert set(FigureState.objects.values_list("quarter", "number")) == {("2026Q2", 1), ("2026Q3", 1)}


@pytest.mark.feature("C8")
def test_nobody_sees_a_quarter_that_is_being_built(parks, revenue):
    roll_up(Q2), roll_up(Q3)
    before = numbers()
    certify(revenue, parks[0], 99)
    with building() as built:
        lay_out(built, Q3)
        assert numbers() == before
        figures.store(building=built, run=1, by=ROLL_UP)
    assert of().numerator == 99 + 2 * (11 + 12)


@pytest.mark.feature("C8", "C9")
def test_what_was_stored_while_another_was_built_stands_and_the_quarter_is_asked_for_anew(parks, revenue):
    roll_up(Q2), roll_up(Q3)
    with building() as built:
        lay_out(built, Q2), lay_out(built, Q3)
        certify(revenue, parks[0], 500)
        FigureState.objects.filter(quarter="2026Q3").update(number=9)
        assert figures.store(building=built, run=7, by=ROLL_UP) == [Q2]
    assert of().numerator == 2 * (10 + 11 + 12)
    assert Job.objects.get(kind=figures.ROLL_UP_JOB, state=Job.State.QUEUED).key == FigureDue.objects.get().quarter == "2026Q3"
    worker.run_waiting()
    assert of().numerator == 500 + 2 * (11 + 12)


@pytest.mark.feature("C9")
def test_a_change_that_came_while_it_was_computed_waits_for_the_next(parks):
    figures.ask_roll_up(period=Q3, by=ROLL_UP)
    read = list(FigureDue.objects.values_list("pk", flat=True))
    figures.ask_roll_up(period=Q3, parks=[parks[0].code], by=ROLL_UP)
    with building() as built:
        lay_out(built, Q3)
        figures.store(building=built, done=read, run=1, by=ROLL_UP)
    assert [due.park_code for due in FigureDue.objects.all()] == [parks[0].code]


@pytest.mark.feature("C9")
def test_twice_is_once(parks):
    roll_up()
    rows = set(Figure.objects.values_list("pk", "run", "computed_at"))
    roll_up()
    assert set(Figure.objects.values_list("pk", "run", "computed_at")) == rows


@pytest.mark.feature("C2")
def test_a_share_follows_its_whole_without_being_written_again(parks, district_tax):
    roll_up()
    share = of("park", parks[0].code, indicator="SHARE")
    certify(district_tax, None, 4000)
    roll_up()
    again = of("park", parks[0].code, indicator="SHARE")
    assert (again.run, again.denominator) == (share.run, None)
    assert again.divisor == 4000


def compare():
    """As every night."""
    job = queue.enqueue("figures.compare", by=ROLL_UP)
    worker.run_waiting()
    job.refresh_from_db()
    return job


@pytest.mark.feature("C11")
def test_a_corrupted_figure_is_named_next_morning_and_put_right(parks):
    office = make_office()
    roll_up(Q2), roll_up(Q3)
    right = numbers()
    Figure.objects.filter(pk=of("park", parks[1].code).pk).update(numerator=777)
    Figure.objects.filter(pk=of("street", parks[0].placements.get().street.code).pk).delete()
    assert compare().progress_note == "发现 2 项不符，已更正"
    assert numbers() == right
    found = {drift.figure: (drift.stored, drift.computed) for drift in FigureDrift.objects.all()}
    named = next(words for figure, words in found.items() if parks[1].name in figure)
    assert named == ("数值 7.77", "数值 0.22")
    assert "（没有）" in [stored for stored, _ in found.values()]
    event = AuditEvent.objects.filter(verb="figures.heal").last()
    change = event.changes.get(object_type="targets.figure")
    assert set(change.before) == set(change.after) == set(found)
    message = Message.objects.get(recipient=office)
    assert "2 项" in message.title


@pytest.mark.feature("C11")
def test_where_all_agrees_nothing_is_written(parks):
    roll_up(Q2), roll_up(Q3)
    events = AuditEvent.objects.count()
    assert compare().progress_note == "全部相符"
    assert (FigureDrift.objects.count(), AuditEvent.objects.count()) == (0, events)


@pytest.mark.feature("C11")
def test_a_quarter_that_waits_for_its_roll_up_is_no_drift(parks, revenue):
    roll_up(Q2), roll_up(Q3)
    certify(revenue, parks[0], 5)
    FigureDue.objects.create(quarter="2026Q3", asked_at=Figure.objects.first().computed_at)
    assert compare().progress_note == "全部相符"
    assert FigureDrift.objects.count() == 0


@pytest.mark.feature("C6", "C11")
def test_what_was_filed_meanwhile_is_no_drift_and_moves_provisional_numbers_only(db):
    """初步 and 核定 are two numbers, and what is filed moves the first alone."""
    cast = make_cast()
    cast.locked("2026Q1")
    cast.filed("2026Q2")
    rebuild()
    of_revenue = Figure.objects.filter(indicator__code="REV", scope_kind="district", period="2026H1")
    filed, certified = (of_revenue.get(basis=basis) for basis in (Basis.FILED, Basis.CERTIFIED))
    assert (filed.numerator is None, certified.numerator) == (False, None)
    Figure.objects.filter(pk=filed.pk).update(numerator=1)
    assert compare().progress_note == "全部相符"
    filed.refresh_from_db()
    assert filed.numerator != 1
    assert FigureDrift.objects.count() == 0
    assert not Figure.objects.filter(basis=Basis.FILED, period="2026Q1").exists()
