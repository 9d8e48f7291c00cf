"""期次: frozen whole, read alike in any later year, revised with a reason and a table of differences."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import ROLL_UP
from guandu.core.digests import canonical
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from guandu.jobs.models import Job
from parks.models import Park
from targets.actions import figures, publications
from targets.models import (
    CertifiedValue,
    Figure,
    FigureDue,
    Publication,
    PublishedFigure,
    Return,
    ReturnVersion,
)
from targets.queries.publications import differences, published, rows_of
from targets.queries.publishing import coverage_of, digest_of_rows, figures_of, frozen_rows
from tests.factories import make_cycle, make_figure, make_indicator, make_template, make_user
from tests.parks.test_tenancy_races import at_once
from tests.targets.factories import make_office
from tests.targets.published import ISSUED, Q3, issue, make_district, move, revise

pytestmark = [pytest.mark.django_db, pytest.mark.feature("C12")]


@pytest.fixture(autouse=True)
def a_day_after_the_quarter(monkeypatch):
    # For every thread of the test.
    monkeypatch.setattr(clock, "demo_date", lambda: ISSUED)


@pytest.fixture
def district(db):
    return make_district()


def test_a_publication_holds_every_certified_figure_of_its_period_and_nothing_else(office, district):
    revenue, rows = district
    make_figure(revenue, "2026H1", value="1")
    make_figure(revenue, "2026Q1-3", value="1", basis="filed")
    made = issue(office)
    assert [(row.scope_kind, row.shown_value) for row in made.rows.all()] == [
        ("district", "30.75"), ("park", "10.50"), ("park", "20.25")
    ]  # fmt: skip
    assert (made.row_count, made.revision, made.issued_by, made.issued_on) == (3, 0, office.name, ISSUED)
    assert set(made.rows.values_list("figure_number", flat=True)) == {row.pk for row in rows}


@pytest.mark.feature("C6")
def test_what_is_certified_later_leaves_the_published_number_as_it_was_until_the_next_revision(office, district):
    _, rows = district
    made = issue(office)
    before = canonical([{**row, "computed_at": str(row["computed_at"])} for row in rows_of(made)])
    move(rows[0], 9900)
    with clock.known_demo_date(date(2027, 12, 1)):
        again = published(Period.parse("2026Q1-3"))
    assert again == made
    assert canonical([{**row, "computed_at": str(row["computed_at"])} for row in rows_of(again)]) == before
    assert digest_of_rows(rows_of(again)) == made.digest
    assert Figure.objects.get(pk=rows[0].pk).value == Decimal("99.00")


def test_a_revision_keeps_both_and_lists_what_differs(office, district):
    _, rows = district
    first = issue(office)
    move(rows[0], 2100)
    with clock.known_demo_date(date(2026, 11, 3)):
        second = revise(first, office)
    found = {each.row["scope_kind"]: each for each in differences(first, second)}
    assert {kind: (each.was["shown_value"], each.now["shown_value"]) for kind, each in found.items()} == {
        "district": ("30.75", "41.25"), "park": ("10.50", "21.00")
    }  # fmt: skip
    assert (found["park"].apart, found["park"].per_cent) == (Decimal("10.50"), Decimal("100.00"))
    assert (second.revision, second.replaces, second.changed_count) == (1, first, 2)
    assert second.note == "园区数据订正"


@pytest.mark.parametrize(
    ("day", "value"),
    [(date(2026, 10, 19), None), (ISSUED, "30.75"), (date(2026, 11, 2), "30.75"), (date(2026, 11, 3), "41.25"), (None, "41.25")],
)
def test_as_of_answers_the_newest_revision_of_its_day(office, district, day, value):
    first = issue(office)
    move(district[1][0], 2100)
    with clock.known_demo_date(date(2026, 11, 3)):
        revise(first, office)
    found = published(Q3, as_of=day)
    assert (found and found.rows.get(scope_kind="district").shown_value) == value


def test_a_revision_of_nothing_is_refused_and_so_is_one_without_a_reason(office, district):
    first = issue(office)
    with pytest.raises(NotReady, match="完全一致"):
        revise(first, office)
    move(district[1][0], 2100)
    with pytest.raises(Invalid, match="请写明修订原因"):
        revise(first, office, note="  ")
    assert Publication.objects.count() == 1


def test_only_the_newest_revision_is_revised(office, district):
    first = issue(office)
    move(district[1][0], 2100)
    revise(first, office)
    move(Figure.objects.get(pk=district[1][0].pk), 2200)
    with pytest.raises(Conflict, match="已有新的修订"):
        revise(first, office)


def test_a_period_is_issued_once(office, district):
    issue(office)
    with pytest.raises(NotReady, match="已经发布"):
        issue(office)


@pytest.mark.parametrize("state", ["queued", "running", "failed", "parked", "cancelled"])
def test_nothing_is_published_while_a_roll_up_of_the_period_waits(office, district, state):
    figures.ask_roll_up(period=Q3, by=ROLL_UP)
    Job.objects.update(state=state)
    with pytest.raises(NotReady, match="待更新"):
        issue(office)
    FigureDue.objects.all().delete()
    assert issue(office).row_count == 3


def test_a_period_with_gaps_is_published_only_when_they_are_acknowledged(office, district):
    revenue, rows = district
    Figure.objects.filter(pk=rows[1].pk).update(numerator=None, reported=0)
    with pytest.raises(NotReady, match="1/2 个园区") as refused:
        publications.issue(kind="flash", period=Q3, by=office)
    assert refused.value.missing == ("演示园区2：1 项未核定",)
    with pytest.raises(NotReady, match="1/2"):
        publications.issue(kind="flash", period=Q3, accepted="2/2", by=office)
    made = publications.issue(kind="flash", period=Q3, accepted="1/2", by=office)
    assert (made.reported, made.expected) == (1, 2)
    assert made.rows.get(scope_code="P2").value is None


def test_a_number_of_the_whole_district_that_lacks_is_named(office, district):
    make_figure(make_indicator(code="GDP", name="地区生产总值", level="district"), "2026Q1-3")
    assert coverage_of(frozen_rows(figures_of(Q3))).sentences == ["全区：地区生产总值未核定"]


def test_what_moved_after_the_preview_is_not_published_unseen(office, district):
    seen = digest_of_rows(frozen_rows(figures_of(Q3)))
    move(district[1][0], 2100)
    with pytest.raises(Conflict, match="查看之后有变动"):
        issue(office, seen=seen)


def test_a_period_that_has_not_ended_and_one_without_figures_are_refused(office, district):
    with clock.known_demo_date(date(2026, 9, 30)), pytest.raises(NotReady, match="还没有结束"):
        issue(office)
    with pytest.raises(NotReady, match="还没有核定数据"):
        issue(office, Period.parse("2026Q1"))


@pytest.mark.parametrize(("kind", "period"), [("flash", "2026"), ("flash", "2026Q1-3"), ("annual", "2026Q3"), ("plan", "2026Q3")])
def test_each_kind_has_its_own_periods(office, district, kind, period):
    with pytest.raises(Invalid):
        issue(office, Period.parse(period), kind)


def test_the_annual_numbers_take_the_place_of_the_fourth_quarter_and_are_compared_with_it(office, db):
    revenue = make_indicator(code="REV", name="营业收入")
    whole = make_figure(revenue, "2025", value="100")
    fourth, year = Period.parse("2025Q4"), Period.parse("2025")
    flash = issue(office, fourth)
    Figure.objects.filter(pk=whole.pk).update(numerator=11000)
    annual = issue(office, year, "annual")
    assert (annual.replaces, annual.changed_count) == (flash, 1)
    assert [(each.was["shown_value"], each.now["shown_value"]) for each in differences(flash, annual)] == [("100.00", "110.00")]
    assert published(fourth) == published(year) == annual
    with pytest.raises(NotReady, match="已由年报替代"):
        revise(flash, office)


def test_figures_taken_for_a_rating_stay_inside_the_office(office, leader, district):
    taken = issue(office, Q3, "rating")
    assert published(Q3) is None
    assert not Publication.objects.visible_to(leader).exists()
    assert not PublishedFigure.objects.visible_to(leader).exists()
    assert Publication.objects.visible_to(office).get() == taken


def test_only_the_office_publishes_and_the_trail_has_it(office, leader, district):
    with pytest.raises(NotAllowed):
        issue(leader)
    made = issue(office)
    event = AuditEvent.objects.get(verb="publication.issue", outcome="done")
    assert event.object_key == str(made.pk)
    assert event.changes.get(object_type="targets.publication").after["digest"] == made.digest


def test_rows_are_seen_as_the_figures_they_are_copies_of(office, operator, park, district):
    revenue, _ = district
    make_figure(revenue, "2026Q1-3", park, value="5")
    issue(office)
    assert list(PublishedFigure.objects.visible_to(operator).values_list("scope_code", flat=True)) == [park.code]


def test_a_row_keeps_what_it_was_made_of_and_whether_a_work_form_told_it(office, district):
    revenue, rows = district
    value = CertifiedValue.objects.create(
        indicator=revenue, indicator_version=revenue.versions.get(), subject_kind="park", subject_code="P1",
        period="2026Q3", units=1050, source="operator", certified_by="园区办", certified_at=clock.now(),
    )  # fmt: skip
    Figure.objects.filter(pk=rows[0].pk).update(source=value)
    made = issue(office)
    assert made.rows.get(scope_code="P1").certified_values == [value.pk]
    assert made.from_work_forms is False


def test_numbers_that_came_by_a_work_form_and_what_is_made_of_them_say_so(office, district):
    revenue, _ = district
    share = make_indicator(code="SHARE", name="占比", kind="share", definition={"op": "share", "num": "REV", "den": "GDP"})
    make_figure(share, "2026Q1-3")
    make_figure(make_indicator(code="GDP", name="地区生产总值", level="district"), "2026Q1-3")
    park = Park.objects.get(code="P1")
    cycle = make_cycle(make_template(revenue))
    filed = Return.objects.create(cycle=cycle, subject_kind="park", park=park, subject_name="P1", filer=office.unit)
    CertifiedValue.objects.create(
        indicator=revenue, indicator_version=revenue.versions.get(), subject_kind="park", subject_code="P1",
        period="2026Q3", units=1050, source="operator", certified_by="园区办", certified_at=clock.now(),
        return_version=ReturnVersion.objects.create(return_of=filed),
    )  # fmt: skip
    made = issue(office)
    assert made.from_work_forms is True
    assert set(made.rows.filter(from_work_form=True).values_list("indicator_code", flat=True)) == {"REV", "SHARE"}


@pytest.mark.parametrize("count", [1, 40])
def test_freezing_and_reading_take_the_same_queries_whatever_the_number_of_rows(office, count, django_assert_num_queries):
    make_district(("1",) * count)
    with django_assert_num_queries(4):
        frozen_rows(figures_of(Q3))
    made = issue(office)
    with django_assert_num_queries(1):
        assert len(rows_of(made)) == count + 1


def test_an_unknown_person_sees_no_publication(office, district):
    issue(office)
    assert not Publication.objects.visible_to(make_user()).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_a_period_at_once_one_does():
    make_district()
    people = [make_office(), make_office("second")]
    outcomes = at_once(*(partial(issue, person) for person in people))
    assert sorted(outcomes) == ["NotReady", "done"]
    assert (Publication.objects.count(), PublishedFigure.objects.count()) == (1, 3)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_revise_a_period_at_once_one_does():
    _, rows = make_district()
    people = [make_office(), make_office("second")]
    first = issue(people[0])
    move(rows[0], 2100)
    outcomes = at_once(*(partial(revise, first, person) for person in people))
    assert sorted(outcomes) == ["Conflict", "done"]
    assert Publication.objects.count() == 2
