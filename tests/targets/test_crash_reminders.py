"""The day's reminders and a 催报, died in at every SQL statement: all of it once, or nothing."""

from datetime import date

import pytest

from guandu.audit import trail
from guandu.core import clock
from guandu.core.actors import MESSENGER
from guandu.jobs.models import Job
from guandu.notices.kinds import DELIVER_JOB
from guandu.notices.models import Delivery, Message, ReminderRun
from targets.actions import reminders
from targets.models import Return
from tests.crash import crash_action, tell
from tests.notices.gateways import as_channel
from tests.targets.factories import make_cycle, make_office, make_operator, make_park
from tests.targets.test_reminders import PERIOD, three_rules

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("B24")]


@pytest.fixture(autouse=True)
def _two_parks_and_a_channel(settings):
    settings.NOTICE_CHANNELS = as_channel("http://127.0.0.1:9/")
    settings.NOTICE_DEFAULT_CHANNEL = "sms"
    for code in ("P1", "P2"):
        make_park(code)
        make_operator(code)
    make_cycle(PERIOD)
    with clock.known_demo_date(date(2026, 7, 18)):
        yield


def test_the_days_reminders_are_sent_once_or_not_at_all(prove_figure):
    three_rules()
    crashes = crash_action(lambda: reminders.send_due(by=MESSENGER))
    assert (Message.objects.count(), Delivery.objects.count(), ReminderRun.objects.count()) == (2, 2, 1)
    assert Job.objects.filter(kind=DELIVER_JOB).count() == 1
    assert reminders.send_due(by=MESSENGER) == 0
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_several_are_urged_all_or_none(prove_figure):
    office = make_office()
    returns = list(Return.objects.order_by("pk"))
    crashes = crash_action(lambda: reminders.urge(returns=returns, by=office), office.forget_grants)
    assert (Message.objects.count(), Delivery.objects.count()) == (2, 2)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)

