"""Meetings, died in at every SQL statement: an agenda is put together and set whole, minutes go out with all their tasks,
or nothing is done."""

import pytest

from guandu.audit import trail
from guandu.core import clock
from guandu.notices.models import Message
from targets.actions import agenda, meetings, minutes
from targets.models import AgendaItem, Minutes, Task
from tests.crash import crash_action, tell
from tests.targets.convened import call, held, make_proposal, red, resolve
from tests.targets.factories import make_office
from tests.targets.plans import make_plan
from tests.targets.published import ISSUED

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("D11")]


@pytest.fixture(autouse=True)
def a_day():
    with clock.known_demo_date(ISSUED):
        yield


def test_candidates_are_put_on_together_or_not_at_all(department, prove_figure):
    office = make_office()
    light, row, meeting = red(make_plan(), "T01", department), make_proposal(department), called(office)
    marks = [f"light:{light.pk}", f"proposal:{row.pk}"]
    crashes = crash_action(lambda: agenda.put(meeting=meeting, marks=marks, by=office), office.forget_grants)
    assert AgendaItem.objects.count() == 2
    row.refresh_from_db()
    assert row.state == "listed"
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_an_agenda_is_set_with_its_follow_ups_and_messages_or_not_at_all(department, department_user, prove_figure):
    office = make_office()
    earlier = with_outcome(office)
    resolve(earlier, department, office, due_on=ISSUED)
    minutes.issue(meeting=earlier, text="纪要", by=office)
    meeting = called(office)
    agenda.add(meeting=meeting, title="研究政策", unit_names=department.name, by=office)
    Message.objects.all().delete()
    crashes = crash_action(lambda: meetings.set_agenda(meeting=meeting, by=office), office.forget_grants)
    assert [each.position for each in meeting.items.all()] == [1, 2]
    assert Message.objects.filter(recipient=department_user).count() == 1
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_minutes_go_out_with_every_task_or_not_at_all(department, prove_figure):
    office = make_office()
    meeting = with_outcome(office)
    for text in ("供地", "挂牌"):
        resolve(meeting, department, office, text, due_on=ISSUED)
    crashes = crash_action(lambda: minutes.issue(meeting=meeting, text="纪要", by=office), office.forget_grants)
    assert (Minutes.objects.count(), Task.objects.count()) == (1, 2)
    assert not meeting.resolutions.filter(task=None).exists()
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def called(office, **fields):
    return call(office, day=ISSUED, proposals_until=ISSUED, **fields)


def with_outcome(office):
    meeting = held(office, on=ISSUED, day=ISSUED, proposals_until=ISSUED)
    minutes.say(item=meeting.items.get(), outcome="同意", by=office)
    return meeting
