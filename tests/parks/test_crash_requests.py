"""A request raised, answered with a file and ended by silence, died in at every SQL statement."""

from datetime import date

import pytest

from guandu.audit import trail
from guandu.core.actors import CALENDAR
from guandu.files.inspection import check
from guandu.files.kinds import EVIDENCE
from guandu.files.models import Attachment
from parks.actions import request_rules, requests
from parks.enums_requests import RequestStage, RequestState
from parks.models import RequestClock, RequestStep, ServiceRequest
from tests.crash import crash_action, tell
from tests.factories import make_demonstration, make_park, make_unit, make_user
from tests.files.made import pdf
from tests.parks.asked import asked, make_request

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("D11")]


@pytest.fixture(autouse=True)
def _today(transactional_db):
    make_demonstration(date(2026, 10, 12))


@pytest.fixture
def people():
    unit = make_unit()
    park = make_park(department=unit)
    return park, unit, make_user("operator", scope=park), make_user("department", scope=unit, unit=unit), make_user("office")


def test_a_request_is_raised_whole_or_not_at_all(people, prove_figure):
    park, _, operator, _, _ = people
    crashes = crash_action(lambda: requests.raise_request(park=park, asked=asked(), by=operator), operator.forget_grants)
    assert (ServiceRequest.objects.count(), RequestStep.objects.count()) == (1, 1)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_an_answer_comes_with_its_file_or_not_at_all(people, prove_figure):
    park, unit, operator, handler, _ = people
    row = make_request(park, operator, RequestState.HANDLING, unit)
    file = check(pdf(b"(answer)"), "批复.pdf", EVIDENCE)
    crashes = crash_action(lambda: requests.answer(request=row, words="已办", file=file, by=handler), handler.forget_grants)
    assert (Attachment.objects.count(), RequestStep.objects.count()) == (1, 1)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_silence_ends_it_once(people, prove_figure):
    park, unit, operator, _, _ = people
    row = make_request(park, operator, RequestState.ANSWERED, unit, due_on=date(2026, 10, 9))
    crashes = crash_action(lambda: requests.lapse(request=row, by=CALENDAR))
    assert ServiceRequest.objects.get().state == RequestState.CLOSED
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_a_term_follows_the_one_before_without_a_gap(people, prove_figure):
    *_, office = people
    request_rules.set_clock(stage=RequestStage.HANDLE, days=9, on=date(2026, 10, 12), by=office)
    crashes = crash_action(
        lambda: request_rules.set_clock(stage=RequestStage.HANDLE, days=8, on=date(2026, 11, 1), by=office), office.forget_grants
    )
    assert list(RequestClock.objects.order_by("valid_from").values_list("days", "valid_to")) == [(9, date(2026, 11, 1)), (8, None)]
    tell(prove_figure, crashes)
