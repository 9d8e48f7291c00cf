"""One clock: Shanghai decides the date, demonstration data the business date, stamps stay real."""

from datetime import UTC, date, datetime

import pytest

from guandu.core import clock
from guandu.core.periods import Period
from tests.factories import make_demonstration, make_unit, shanghai


@pytest.fixture
def at(monkeypatch):
    def set_now(moment: datetime) -> None:
        monkeypatch.setattr(clock.timezone, "now", lambda: moment)

    return set_now


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "quarter"),
    [
        (datetime(2026, 3, 31, 15, 59, tzinfo=UTC), "2026Q1"),
        (datetime(2026, 3, 31, 16, 0, tzinfo=UTC), "2026Q2"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2027Q1"),
    ],
)
def test_the_quarter_turns_at_midnight_in_shanghai(at, moment, quarter):
    at(moment)
    assert Period.quarter_of(clock.today()).code == quarter


@pytest.mark.django_db
def test_demonstration_data_sets_the_business_date_and_not_the_stamps(at):
    moment = shanghai(2026, 11, 24, 9)
    at(moment)
    assert clock.today() == date(2026, 11, 24)
    make_demonstration(date(2026, 10, 12))
    assert clock.today() == date(2026, 10, 12)
    assert clock.now() == moment


@pytest.mark.django_db
def test_a_known_date_costs_no_query_and_ends_with_its_block(django_assert_num_queries):
    make_demonstration(date(2026, 10, 12))
    with clock.known_demo_date(date(2025, 1, 1)), django_assert_num_queries(0):
        assert clock.today() == date(2025, 1, 1)
    assert clock.today() == date(2026, 10, 12)


@pytest.mark.django_db
def test_every_page_says_that_data_is_a_demonstration(client):
    make_unit()
    assert "演示数据" not in client.get("/accounts/sign-in/").content.decode()
    make_demonstration()
    assert "演示数据" in client.get("/accounts/sign-in/").content.decode()
