"""Giving out, closing, accepting, entering and supervising, died in at every SQL statement: whole or not at all."""

from datetime import date

import pytest

from guandu.audit import trail
from guandu.core import clock
from guandu.files.models import Attachment
from guandu.notices.models import Message
from targets.actions import task_asking
from targets.models import Instruction, SupervisionNotice, Task, TaskClosing, TaskUnit
from tests.crash import crash_action, tell
from tests.targets.factories import make_office, make_reviewer, make_unit
from tests.targets.works import closed, give, instructed, received, supervised

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("D11")]


@pytest.fixture(autouse=True)
def a_day():
    with clock.known_demo_date(date(2026, 10, 12)):
        yield


@pytest.fixture
def people():
    return make_office(), make_reviewer()


def test_a_task_is_given_out_whole_or_not_at_all(people, prove_figure):
    office, reviewer = people
    helper = make_unit("U-HELP")
    crashes = crash_action(lambda: give(office, reviewer.unit, helpers=[helper]), office.forget_grants)
    assert (Task.objects.count(), TaskUnit.objects.count(), Message.objects.count()) == (1, 2, 1)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_closing_is_asked_for_whole_or_not_at_all(people, prove_figure):
    office, reviewer = people
    task = received(give(office, reviewer.unit), reviewer)
    crashes = crash_action(lambda: closed(task, reviewer), reviewer.forget_grants)
    assert (TaskClosing.objects.count(), Attachment.objects.count(), Task.objects.get().state) == (1, 1, "reported")
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_closing_is_accepted_whole_or_not_at_all(people, prove_figure):
    office, reviewer = people
    row = closed(received(give(office, reviewer.unit), reviewer), reviewer)
    crashes = crash_action(lambda: task_asking.accept(closing=row, basis="备案表", by=office), office.forget_grants)
    assert (Task.objects.get().state, TaskClosing.objects.get().state) == ("done", "granted")
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_an_instruction_is_entered_with_all_its_tasks_or_not_at_all(people, prove_figure):
    office, reviewer = people
    other = make_unit("U-OTHER")
    crashes = crash_action(lambda: instructed(office, reviewer.unit, other), office.forget_grants)
    assert (Instruction.objects.count(), Task.objects.count(), TaskUnit.objects.count()) == (1, 2, 2)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_notice_is_issued_whole_or_not_at_all(people, prove_figure):
    office, reviewer = people
    task = received(give(office, reviewer.unit), reviewer)
    Message.objects.all().delete()
    with clock.known_demo_date(date(2026, 12, 21)):
        crashes = crash_action(lambda: supervised(office, task, reviewer.unit), office.forget_grants)
    assert (SupervisionNotice.objects.get().number, Message.objects.count()) == (1, 1)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)
