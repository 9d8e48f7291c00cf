from datetime import date

import pytest
from django.test import RequestFactory

from guandu.core import clock
from guandu.core.errors import Invalid
from guandu.web.quarters import asked_quarter, last_ended_quarter

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2026, 10, 12), "2026Q3"), (date(2026, 9, 30), "2026Q2"), (date(2026, 10, 1), "2026Q3"), (date(2026, 3, 31), "2025Q4")],
)
def test_the_quarter_that_ended_last(day, code):
    assert last_ended_quarter(day).code == code


def test_the_quarter_asked_for_and_the_default():
    with clock.known_demo_date(date(2026, 10, 12)):
        assert asked_quarter(RequestFactory().get("/")).code == "2026Q3"
        assert asked_quarter(RequestFactory().get("/?period=2025Q1")).code == "2025Q1"


@pytest.mark.parametrize("code", ["2026Q1-3", "2026", "2026-09", "abc"])
def test_anything_but_a_quarter_is_refused(code):
    with pytest.raises(Invalid):
        asked_quarter(RequestFactory().get("/", {"period": code}))
