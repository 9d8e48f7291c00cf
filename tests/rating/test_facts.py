"""What a score reads: figures and register facts of the quarter, with missing left missing."""

from datetime import date
from decimal import Decimal

import pytest

from guandu.core import clock
from guandu.core.periods import Period
from parks.enums import HonourCode
from parks.models import Honour
from rating.queries.facts import facts_of_parks
from targets.enums import Basis, IndicatorKind, ReturnState
from targets.models import Return
from tests.factories import (
    make_cycle,
    make_enterprise,
    make_figure,
    make_honour_kind,
    make_indicator,
    make_park,
    make_template,
)

pytestmark = pytest.mark.django_db

Q3 = Period.parse("2026Q3")
SINCE = date(2024, 1, 1)


def facts_of(park, quarter=Q3):
    return next(each for each in facts_of_parks(quarter) if each.entity == park.code)


def recognise(firm, kind, since=SINCE, until=None):
    Honour.objects.create(enterprise=firm, kind=make_honour_kind(kind), valid_from=since, valid_to=until)


def test_a_certified_figure_is_an_input_that_leads_back_to_it(park):
    figure = make_figure(make_indicator(code="REV"), "2026Q1-3", park, value="120000.50")
    given = facts_of(park).inputs["REV"]
    assert given.value == Decimal("120000.50")
    assert (given.unit, given.period, dict(given.reference)) == ("万元", "2026Q1-3", {"figure": figure.pk})
    assert given.source == "2026年1—9月核定数据"


@pytest.mark.feature("E11")
def test_what_nobody_reported_is_missing_and_not_zero(park):
    make_figure(make_indicator(code="REV"), "2026Q1-3", park)
    facts = facts_of(park)
    assert facts.inputs["REV"].missing
    assert facts.inputs["REV"].value is None
    assert "TAX" not in facts.inputs


def test_a_true_zero_stays_zero(park):
    make_figure(make_indicator(code="TAX"), "2026Q1-3", park, value="0")
    given = facts_of(park).inputs["TAX"]
    assert (given.value, given.missing) == (0, False)


def test_preliminary_figures_and_those_of_other_periods_are_not_read(park):
    indicator = make_indicator(code="REV")
    make_figure(indicator, "2026Q1-3", park, value="1", basis=Basis.FILED)
    make_figure(indicator, "2026Q1-2", park, value="2")
    assert "REV" not in facts_of(park).inputs


def test_a_stock_is_read_at_the_quarters_end(park):
    stock = make_indicator(code="FIRMS", kind=IndicatorKind.STOCK, unit="家", scale=0)
    make_figure(stock, "2026Q3", park, value="30")
    assert facts_of(park).inputs["FIRMS"].value == 30


def test_a_firm_counts_once_a_group_however_many_titles_it_holds(park):
    firm = make_enterprise(park=park)
    recognise(firm, HonourCode.SPECIALISED)
    recognise(firm, HonourCode.LITTLE_GIANT)
    recognise(firm, HonourCode.HITECH)
    inputs = facts_of(park).inputs
    assert (inputs["reg.sme_titles"].value, inputs["reg.hitech_firms"].value) == (1, 1)


def test_an_honour_that_ended_or_a_firm_that_left_does_not_count(park, other_park):
    stays, leaves = make_enterprise(park=park), make_enterprise(park=park)
    recognise(stays, HonourCode.HITECH, until=date(2026, 9, 30))
    recognise(leaves, HonourCode.HITECH)
    leaves.tenancies.update(valid_to=date(2026, 9, 30))
    assert facts_of(park).inputs["reg.hitech_firms"].value == 0


def test_honours_of_a_park_without_registered_firms_are_unknown(park):
    assert facts_of(park).inputs["reg.hitech_firms"].missing


@pytest.mark.parametrize(
    ("state", "filed_on", "today", "late"),
    [
        (ReturnState.LOCKED, date(2026, 10, 15), date(2026, 11, 1), 0),
        (ReturnState.LOCKED, date(2026, 10, 16), date(2026, 11, 1), 1),
        (ReturnState.DRAFT, None, date(2026, 10, 15), 0),
        (ReturnState.DRAFT, None, date(2026, 10, 16), 1),
        (ReturnState.SENT_BACK, date(2026, 10, 10), date(2026, 11, 1), 0),
    ],
)
def test_a_return_is_late_after_its_due_date_only(park, state, filed_on, today, late):
    cycle = make_cycle(make_template(), "2026Q3", due_on=date(2026, 10, 15))
    Return.objects.create(
        cycle=cycle, subject_kind="park", park=park, park_code=park.code, state=state, filed_on=filed_on
    )
    with clock.known_demo_date(today):
        assert facts_of(park).inputs["reg.late_returns"].value == late


def test_late_returns_of_the_whole_year_to_date_count(park):
    template = make_template()
    for period, due in (
        ("2025Q4", date(2026, 1, 15)),
        ("2026Q1", date(2026, 4, 15)),
        ("2026Q2", date(2026, 7, 15)),
    ):
        Return.objects.create(
            cycle=make_cycle(template, period, due_on=due, opens_on=due),
            subject_kind="park", park=park, park_code=park.code, state=ReturnState.LOCKED,
            filed_on=date(due.year, due.month, 20),
        )  # fmt: skip
    assert facts_of(park).inputs["reg.late_returns"].value == 2
    assert facts_of(park, Period.parse("2026Q1")).inputs["reg.late_returns"].value == 1


def test_a_park_not_yet_open_or_closed_has_no_facts(park):
    make_park(code="LATER", opened_on=date(2026, 10, 1))
    make_park(code="CLOSED", closed_on=date(2026, 9, 30))
    assert [each.entity for each in facts_of_parks(Q3)] == [park.code]


def test_the_class_of_a_park_is_its_chain_and_carrier_on_the_last_day(chain):
    park = make_park(chain=chain, carrier="building")
    attributes = facts_of(park).attributes
    assert (attributes["attr.park_type"], attributes["attr.carrier"]) == (chain.code, "building")
    assert facts_of(make_park()).attributes["attr.carrier"] is None


def test_facts_of_three_parks_take_as_many_queries_as_of_one(park, django_assert_num_queries):
    firms = make_indicator(code="FIRMS", kind=IndicatorKind.STOCK, unit="家", scale=0)
    make_figure(firms, "2026Q3", park, value="1")
    with django_assert_num_queries(5):
        facts_of_parks(Q3)
    for _ in range(2):
        make_figure(firms, "2026Q3", make_park(), value="1")
    with django_assert_num_queries(5):
        facts_of_parks(Q3)
