"""Which chains and parks make up what a target lacks: the parts add up to the gap exactly."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from targets.enums import IndicatorKind, Operator, Shape
from targets.models import Figure
from targets.progress.gap import gap_by_part
from targets.queries.contributions import OTHERS, contributions_of
from tests.factories import make_figure, make_indicator, make_park
from tests.signing_in import signed_in
from tests.targets.plans import make_plan, make_result, make_target

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D13")]
PERIOD = "2026Q1-3"


@pytest.fixture
def output(park, other_park):
    """Two parks that made 30 and 50, and a third that has not reported; a year before 20 and 60."""
    indicator = make_indicator(code="IND_OUT", unit="万元", scale=2)
    new = make_park(code="P-NEW", name="新园区")
    for each, now, before in ((park, "30.00", "20.00"), (other_park, "50.00", "60.00"), (new, None, None)):
        make_figure(indicator, PERIOD, each, value=now)
        if before:
            make_figure(indicator, "2025Q1-3", each, value=before)
    whole = make_figure(indicator, PERIOD, value="80.00", expected=3, reported=2)
    make_figure(indicator, "2025Q1-3", value="80.00")
    for each, now, before in ((park, "30.00", "20.00"), (other_park, "50.00", "60.00")):
        chain = each.placements.get().chain
        make_figure(indicator, PERIOD, chain, value=now)
        make_figure(indicator, "2025Q1-3", chain, value=before)
    target = make_target(make_plan(), "T39", unit="万元", value="100", shape=Shape.FLOW, indicator=indicator)
    return target, whole


def told(rows) -> dict[str, tuple]:
    return {row.name: (row.due, row.value, row.gap) for row in rows}


def test_what_each_should_bring_goes_by_the_year_before_and_the_gaps_add_up(output, office, park, other_park):
    found = contributions_of(*output, office)
    assert (found.unit, found.total) == ("万元", 20)
    assert found.how == "应有数按2025年1—9月占比分摊。有园区尚未核定，其应有数全部列为差额。"
    assert told(found.by_park) == {
        park.name: (25, 30, -5), other_park.name: (75, 50, 25), "新园区": (0, None, 0)
    }
    assert told(found.by_chain) == {"本链": (25, 30, -5), "外链": (75, 50, 25)}
    assert sum(row.gap for row in found.by_park) == sum(row.gap for row in found.by_chain) == found.total


def test_parks_that_a_reader_may_not_see_are_one_part(output, task_force_user, park):
    found = contributions_of(*output, task_force_user)
    assert told(found.by_park) == {park.name: (25, 30, -5), OTHERS: (None, None, 25)}
    make_figure(output[0].indicator, PERIOD, make_park(code="P-OTHERS", name="又一园区"), value="9.00")
    assert contributions_of(*output, task_force_user) == found  # however many others there are
    assert sum(row.gap for row in found.by_park) == found.total


def test_of_a_share_the_numerator_that_is_missing_is_divided(park, other_park, office):
    tax = make_indicator(code="TAX", unit="万元", scale=2)
    district = make_figure(make_indicator(code="D_TAX", unit="万元", scale=2, level="district"), PERIOD, value="1000.00")
    share = make_indicator(code="SHARE", kind=IndicatorKind.SHARE, unit="%", definition={"op": "share", "num": "TAX", "den": "D_TAX"})
    for each, value in ((park, "100.00"), (other_park, "150.00")):
        make_figure(tax, PERIOD, each, value=value)
        make_figure(share, PERIOD, each, value=value, denominator_figure=district)
    whole = make_figure(share, PERIOD, value="250.00", denominator_figure=district)
    target = make_target(make_plan(), "T09", unit="%", value="30", operator=Operator.MORE_THAN, shape=Shape.SHARE, indicator=share)
    found = contributions_of(target, Figure.objects.get(pk=whole.pk), office)
    assert (found.unit, found.total) == ("万元", Decimal("50.01"))  # more than 30 %: a cent above 300
    assert sum(row.gap for row in found.by_park) == found.total


@pytest.mark.parametrize(
    ("numerator", "whole", "operator", "gap"),
    [
        (250, 1000, Operator.AT_LEAST, 50), (250, 1000, Operator.MORE_THAN, 51), (300, 1000, Operator.AT_LEAST, 0),
        (300, 1000, Operator.MORE_THAN, 1), (300, 1001, Operator.AT_LEAST, 1), (300, 1001, Operator.MORE_THAN, 1),
        (400, 1000, Operator.AT_LEAST, -100),
    ],
)  # fmt: skip
def test_what_a_share_lacks_is_whole_in_its_numerators_unit(numerator, whole, operator, gap, park, office):
    make_indicator(code="FIRMS", kind=IndicatorKind.STOCK, unit="家", scale=0)
    district = make_figure(make_indicator(code="D_FIRMS", unit="家", scale=0, level="district"), "2026Q3", value=str(whole))
    definition = {"op": "share", "num": "FIRMS", "den": "D_FIRMS"}
    share = make_indicator(code="SHARE", kind=IndicatorKind.SHARE, unit="%", scale=0, definition=definition)
    for scope in (park, None):
        figure = make_figure(share, "2026Q3", scope, value=str(numerator), denominator_figure=district)
    target = make_target(make_plan(), "T09", unit="%", value="30", operator=operator, shape=Shape.SHARE, indicator=share)
    found = contributions_of(target, Figure.objects.get(pk=figure.pk), office)
    assert found.total == sum(row.gap for row in found.by_park) == gap


def test_of_a_count_what_no_park_brings_stands_apart(park, other_park, office):
    opened = make_indicator(code="PARKS_NEW", kind=IndicatorKind.REGISTERED, unit="个", scale=0)
    make_figure(opened, "2026Q3", park, value="1")
    whole = make_figure(opened, "2026Q3", value="1")
    target = make_target(make_plan(), "T04", value="10", indicator=opened)
    found = contributions_of(target, whole, office)
    assert told(found.by_park) == {park.name: (1, 1, 0), "尚未对应到园区": (9, None, 9)}


def test_the_districts_own_number_has_no_parts(office):
    patents = make_figure(make_indicator(code="D_PATENTS", unit="件", scale=0, level="district"), "2026Q3", value="3000")
    assert contributions_of(make_target(make_plan(), "T18", value="3600", unit="件"), patents, office) is None
    assert contributions_of(make_target(make_plan("P2"), "T18", value="3600", unit="件"), None, office) is None


def test_the_page_shows_who_makes_up_the_gap(output, office, other_park):
    target, whole = output
    part = {"scope_name": "全区", "park_code": "", "figure": whole.pk, "value": "80", "ok": None, "whole": True}
    make_result(target, "behind", "80", parts=[part])
    page = signed_in(office).get("/plan/T39/?period=2026Q3").content.decode()
    assert "尚差 20.00 万元，差在哪里" in page
    assert other_park.name in page.split('id="gap"')[1]


@given(
    st.integers(-(10**6), 10**6),
    st.dictionaries(st.text("ABCDEF", min_size=1, max_size=2), st.none() | st.integers(-(10**5), 10**5), max_size=8),
    st.data(),
)
def test_whatever_the_numbers_the_parts_add_up(line, values, data):
    weights = {key: data.draw(st.integers(0, 1000)) for key in values}
    parts = gap_by_part(line, values, weights)
    assert sum(part.gap for part in parts) == line - sum(value or 0 for value in values.values())
