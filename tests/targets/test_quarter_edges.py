"""trust.md F-08: whatever zone the host keeps, Shanghai's midnight turns the quarter, for pages, jobs and SQL alike."""

import time
from datetime import date, datetime, timedelta

import pytest
from django.db.models.functions import TruncDate
from django.test import RequestFactory

from guandu.core import clock
from guandu.core.periods import Period
from guandu.jobs import queue
from guandu.jobs.models import Job
from guandu.web.quarters import asked_quarter
from targets.models import FigureDue
from tests.factories import shanghai

pytestmark = pytest.mark.django_db
ZONES = ("UTC", "Asia/Shanghai", "America/New_York")
# The first day after an edge: of quarters and years, 29 February, a deadline and the end of its grace.
EDGES = (
    *(date(year, month, 1) for year in (2024, 2025, 2026, 2027) for month in (1, 4, 7, 10)),
    date(2024, 2, 29), date(2024, 3, 1), date(2025, 3, 1), date(2026, 3, 1), date(2026, 10, 16), date(2026, 10, 21),
    date(2026, 11, 1), date(2026, 3, 8),
)  # fmt: skip
TICK = timedelta(microseconds=1)


@pytest.fixture
def zone(request, monkeypatch):
    """The host's own zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def moments() -> list[tuple[datetime, date]]:
    """A tick before each edge, at it and a tick after, with Shanghai's date."""
    edges = [(shanghai(day.year, day.month, day.day), day) for day in EDGES]
    return [
        found
        for edge, day in edges
        for found in ((edge - TICK, day - timedelta(days=1)), (edge, day), (edge + TICK, day))
    ]


@pytest.mark.parametrize("zone", ZONES, indirect=True)
def test_the_quarter_of_every_edge_is_shanghais(zone, monkeypatch, prove_figure):
    assert len(EDGES) == 24
    wrong = []
    for moment, day in moments():
        monkeypatch.setattr(clock.timezone, "now", lambda moment=moment: moment)
        said = {"page": asked_quarter(RequestFactory().get("/")).code, "job": _by_a_job(), "sql": _by_sql(moment), "clock": clock.today()}
        quarter = Period.quarter_of(day)
        before = Period.quarter_of(quarter.first_day - timedelta(days=1)).code
        wanted = {"page": before, "job": day, "sql": day, "clock": day}
        wrong += [(moment, name, said[name], wanted[name]) for name in said if said[name] != wanted[name]]
    assert wrong == []
    prove_figure(f"moments around quarter edges in {zone}, none assigned wrongly", len(moments()) * 4)


def _by_a_job() -> date:
    """The day for which the daily round asks."""
    Job.objects.all().delete()
    queue.ask_due()
    return date.fromisoformat(Job.objects.values_list("key", flat=True).first())


def _by_sql(moment: datetime) -> date:
    """The date of a stored stamp, as the database works it out."""
    FigureDue.objects.all().delete()
    FigureDue.objects.create(quarter="2026Q3", asked_at=moment)
    return FigureDue.objects.annotate(day=TruncDate("asked_at")).values_list("day", flat=True).get()
