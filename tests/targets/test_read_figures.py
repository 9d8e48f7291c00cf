"""C10 of numbers of two periods: the page of each leads to the two that it is worked out from."""

from datetime import date
from decimal import Decimal

import pytest

from targets.enums import IndicatorKind
from targets.models import Figure
from targets.queries.drill import drill
from tests.factories import make_enterprise, make_indicator, make_park
from tests.signing_in import signed_in
from tests.targets.factories import make_office
from tests.targets.rolling import Q3, certify, rebuild

pytestmark = [pytest.mark.django_db, pytest.mark.feature("C10", "C3")]


@pytest.fixture
def park(db):
    revenue = make_indicator(code="REV", name="营业收入")
    for code, kind, definition in (
        ("SINGLE", IndicatorKind.SINGLE, {"op": "single", "of": "REV"}),
        ("GROWN", IndicatorKind.GROWTH, {"op": "growth", "of": "REV", "base": "year_before"}),
    ):
        make_indicator(code=code, kind=kind, level="park", definition=definition)
    park = make_park()
    park.tenancies.create(enterprise=make_enterprise(), valid_from=date(2024, 1, 1))
    for period, units in (("2025Q3", 2000), ("2026Q2", 1000), ("2026Q3", 2500)):
        certify(revenue, park, units, period=period)
    rebuild()
    return park


def of(code, park):
    return Figure.objects.of_quarter(Q3).select_related("indicator", "indicator_version").get(
        indicator__code=code, scope_code=park.code
    )


@pytest.mark.parametrize(
    ("code", "value", "read"),
    [("SINGLE", "15.00", ["2026Q1-3", "2026H1"]), ("GROWN", "25.000000", ["2026Q1-3", "2025Q1-3"])],
)
def test_it_names_both_ends_and_they_come_to_it(code, value, read, park):
    office, figure = make_office(), of(code, park)
    found = drill(figure, office)
    assert figure.value == Decimal(value)
    assert [each.period for each in found.reads] == read
    now, before = (each.value for each in found.reads)
    assert figure.value == (now - before if code == "SINGLE" else (now - before) * 100 / before)
    shown = signed_in(office).get(f"/figures/{figure.pk}/").content.decode()
    for each in found.reads:
        assert f'href="/figures/{each.pk}/"' in shown
