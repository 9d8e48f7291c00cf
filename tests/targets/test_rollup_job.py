"""The job end to end: certified values in, figures and target standings out, on the database in use."""

from datetime import date

import pytest

from guandu.audit.models import AuditEvent
from guandu.core.periods import Period
from parks.enums import TitleLevel, TitleState
from parks.models import Title
from targets.enums import IndicatorKind
from targets.models import Figure
from tests.factories import make_indicator, make_park, make_unit
from tests.targets.factories import make_cast
from tests.targets.rolling import certify, roll_up

pytestmark = pytest.mark.django_db


def figure(indicator, kind="district", code=""):
    return Figure.objects.get(indicator=indicator, scope_kind=kind, scope_code=code)


@pytest.fixture
def revenue(db):
    return make_indicator(code="REV")


@pytest.mark.feature("C1")
def test_every_scope_is_the_sum_of_its_parks_and_a_park_points_at_its_value(revenue):
    street = make_unit("street")
    first, second, third = make_park(street=street), make_park(street=street), make_park()
    values = [certify(revenue, park, units) for park, units in ((first, 10), (second, 25), (third, 7))]
    roll_up()
    assert figure(revenue).numerator == 42
    assert figure(revenue, "street", street.code).numerator == 35
    park_rows = Figure.objects.filter(indicator=revenue, scope_kind="park").order_by("scope_code")
    assert {row.source_id for row in park_rows} == {value.pk for value in values}
    assert sum(row.numerator for row in park_rows if row.street_code == street.code) == 35


@pytest.mark.feature("C6", "C7")
def test_only_certified_values_count_and_a_silent_park_is_expected_not_zero(revenue):
    certify(revenue, make_park(), 10)
    silent = make_park()
    roll_up()
    whole = figure(revenue)
    assert (whole.numerator, whole.expected, whole.reported) == (10, 2, 1)
    assert figure(revenue, "park", silent.code).numerator is None


def test_a_corrected_value_replaces_the_figure_under_the_same_id(revenue):
    park = make_park()
    certify(revenue, park, 10)
    roll_up()
    before = figure(revenue)
    certify(revenue, park, 12)
    roll_up()
    after = figure(revenue)
    assert (after.pk, after.numerator) == (before.pk, 12)


def test_running_again_changes_nothing(revenue):
    certify(revenue, make_park(), 10)
    roll_up()
    stamps = set(Figure.objects.values_list("pk", "computed_at"))
    roll_up()
    assert set(Figure.objects.values_list("pk", "computed_at")) == stamps


def test_a_park_counts_where_it_belonged_on_the_last_day_of_the_quarter(revenue):
    park, elsewhere = make_park(since=date(2024, 1, 1)), make_park()
    old, new = park.placements.get(), elsewhere.placements.get().chain
    old.valid_to = date(2026, 9, 30)
    old.save()
    park.placements.create(chain=new, valid_from=date(2026, 9, 30))
    certify(revenue, park, 10)
    certify(revenue, park, 4, period="2026Q2")
    roll_up()
    roll_up(Period.parse("2026Q2"))
    assert Figure.objects.get(scope_code=new.code, period="2026Q1-3").numerator == 10
    assert Figure.objects.get(scope_code=old.chain.code, period="2026H1").numerator == 4


def test_a_park_closed_within_the_quarter_still_counts_and_one_not_yet_open_is_not_expected(revenue):
    closed = make_park(closed_on=date(2026, 8, 1))
    make_park(opened_on=date(2026, 10, 1))
    certify(revenue, closed, 10)
    roll_up()
    whole = figure(revenue)
    assert (whole.numerator, whole.expected) == (10, 1)


def test_register_facts_are_counted_with_their_dates(db):
    new = make_indicator(
        code="PARKS_NEW", kind=IndicatorKind.REGISTERED, unit="个", scale=0,
        definition={"op": "registered", "source": "parks.opened", "since": "2024-01-01"},
    )  # fmt: skip
    titles = make_indicator(
        code="TITLES", kind=IndicatorKind.REGISTERED, unit="个", scale=0,
        definition={"op": "registered", "source": "parks.titles", "title_level": "city", "since": "2024-01-01"},
    )  # fmt: skip
    make_park(opened_on=date(2023, 12, 31))
    fresh = make_park(opened_on=date(2024, 1, 1))
    make_park(opened_on=date(2026, 10, 1))
    for name, day in (("甲", date(2024, 5, 1)), ("乙", date(2025, 5, 1))):
        Title.objects.create(
            park=fresh, level=TitleLevel.CITY, name=name, state=TitleState.AWARDED, awarded_on=day
        )
    roll_up()
    assert figure(new).numerator == 1
    assert figure(new, "park", fresh.code).facts[0]["on"] == "2024-01-01"
    assert figure(titles).numerator == 1


def test_the_store_leaves_one_event_with_a_digest_of_what_it_stored(revenue):
    certify(revenue, make_park(), 10)
    roll_up()
    event = AuditEvent.objects.get(verb="figures.store")
    assert event.actor_key == "roll-up"
    assert event.changes.get().after["figures"] == Figure.objects.count()


def test_an_optional_cell_left_empty_in_an_approved_return_is_not_waited_for(db):
    make_cast().locked("2026Q2", SERVICE_FIRMS="")
    roll_up(Period.parse("2026Q2"))
    optional = Figure.objects.get(indicator__code="SERVICE_FIRMS", scope_kind="district")
    required = Figure.objects.get(indicator__code="FIRMS", scope_kind="district")
    assert (optional.numerator, optional.expected) == (None, 0)
    assert (required.expected, required.reported) == (1, 1)


def test_a_title_counts_where_its_park_belongs_and_no_longer_once_the_park_is_closed(db):
    titles = make_indicator(
        code="TITLES", kind=IndicatorKind.REGISTERED, unit="个", scale=0,
        definition={"op": "registered", "source": "parks.titles", "title_level": "city", "since": "2024-01-01"},
    )  # fmt: skip
    planned, closed = make_park(name="规划园", opened_on=None), make_park(closed_on=date(2026, 3, 1))
    for park in (planned, closed):
        Title.objects.create(
            park=park, level=TitleLevel.CITY, name="甲", state=TitleState.AWARDED, awarded_on=date(2025, 5, 1)
        )
    roll_up()
    chain = planned.placements.get().chain
    assert figure(titles).numerator == figure(titles, "chain", chain.code).numerator == 1
    assert figure(titles, "park", planned.code).scope_name == "规划园"
