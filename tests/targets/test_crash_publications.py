"""Publishing and revising, died in at every SQL statement: a period is frozen whole or not at all."""

import pytest

from guandu.audit import trail
from guandu.core import clock
from targets.models import Publication, PublishedFigure
from tests.crash import crash_action, tell
from tests.targets.factories import make_office
from tests.targets.published import ISSUED, issue, make_district, move, revise

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("C12")]


@pytest.fixture(autouse=True)
def a_day_after_the_quarter():
    with clock.known_demo_date(ISSUED):
        yield


def test_a_period_is_published_whole_or_not_at_all(prove_figure):
    make_district()
    office = make_office()
    crashes = crash_action(lambda: issue(office), office.forget_grants)
    assert (Publication.objects.count(), PublishedFigure.objects.count()) == (1, 3)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_revision_is_published_whole_or_not_at_all(prove_figure):
    _, rows = make_district()
    office = make_office()
    first = issue(office)
    move(rows[0], 2100)
    crashes = crash_action(lambda: revise(first, office), office.forget_grants)
    assert (Publication.objects.count(), PublishedFigure.objects.count()) == (2, 6)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)
