"""A quarter opened and confirmed for many parks, died in at every SQL statement."""

import pytest

from guandu.audit import trail
from guandu.jobs.models import Job
from targets.actions import bulk
from targets.actions.cycles import open_cycle
from targets.actions.figures import ROLL_UP_JOB
from targets.models import CertifiedValue, Cycle, Return
from tests.crash import crash_action, tell
from tests.targets.factories import ENTRIES, make_cast, make_office, make_park, make_template

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_cycle_opens_for_every_park_or_not_at_all(prove_figure):
    template, _, _ = make_template(), make_park("P1"), make_park("P2")
    office = make_office()
    crashes = crash_action(
        lambda: open_cycle(template=template, period="2026Q2", by=office), office.forget_grants
    )
    assert (Cycle.objects.count(), Return.objects.count()) == (1, 2)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_many_are_confirmed_all_or_none(prove_figure):
    cast = make_cast()
    make_park("P2")
    first, second = cast.reviewed("2026Q1"), cast.reviewed("2026Q2")
    picks = [(first, None), (second, None)]
    crashes = crash_action(
        lambda: bulk.confirm_many(picks=picks, by=cast.office), cast.office.forget_grants
    )
    assert CertifiedValue.objects.count() == 2 * len(ENTRIES)
    assert Job.objects.filter(kind=ROLL_UP_JOB, state=Job.State.QUEUED).count() == 2
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)
