"""Street and task force beside the review: asked for opinion, heard, and their silence shown as such."""

from datetime import date, timedelta

import pytest
import time_machine

from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.working_days import shifted, working_days_before
from targets.actions import opinions, returns
from targets.models import Opinion, Return
from targets.queries.next_steps import waiting_for
from targets.queries.opinions import standings
from tests.targets.factories import ASKED_ROUTE, make_cast, make_street_person, make_task_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast(route=ASKED_ROUTE)


def reread(return_: Return) -> Return:
    return Return.objects.select_related("cycle__template", "filed").get(pk=return_.pk)


def later(days: int):
    return time_machine.travel(clock.now() + timedelta(days=days), tick=False)


def sentences(return_: Return) -> list[str]:
    return [each.sentence for each in standings(reread(return_))]


def test_three_working_days_run_over_weekends_and_holidays():
    friday = date(2025, 9, 26)
    assert shifted(friday, 3) == date(2025, 9, 30)  # Sunday 28 September was worked
    assert shifted(date(2025, 9, 30), 3) == date(2025, 10, 11)  # after National Day
    for day in (date(2025, 10, 11), date(2025, 10, 13), date(2026, 6, 3)):
        first = working_days_before(day, 3)
        assert shifted(first, 3) >= day > shifted(first - timedelta(days=1), 3)


def test_both_are_asked_at_once_and_the_review_does_not_wait(cast):
    return_ = cast.filed()
    street, force = make_street_person(), make_task_force()
    for person in (street, force, cast.reviewer):
        assert [each.pk for each in waiting_for(person)] == [return_.pk]
    opinions.give(return_=return_, side="street", agrees=True, by=street)
    assert list(waiting_for(street)) == []
    reviewed = returns.review(return_=return_, by=cast.reviewer)
    opinions.give(return_=reviewed, side="chain", agrees=False, text="产值与用电量不符", by=force)
    assert sentences(return_) == ["无不同意见", "有不同意见：产值与用电量不符"]
    assert returns.confirm(return_=reviewed, by=cast.office).state == "locked"


def test_the_office_waits_for_the_term_and_silence_is_shown_as_such(cast):
    return_ = cast.reviewed()
    with pytest.raises(NotReady) as refused:
        returns.confirm(return_=return_, by=cast.office)
    assert len(refused.value.missing) == 2
    assert all("征求意见中" in each for each in sentences(return_))
    with later(30):
        cast.office.forget_grants()
        assert all("逾期未复，视为无意见" in each for each in sentences(return_))
        assert returns.confirm(return_=return_, by=cast.office).state == "locked"
    assert not Opinion.objects.exists()


def test_the_term_ends_with_its_last_working_day(cast):
    return_ = cast.reviewed()
    last = standings(reread(return_))[0].last_day
    away = (last - clock.today()).days
    street = make_street_person()
    with later(away + 1):
        street.forget_grants()
        assert list(waiting_for(street)) == []
        with pytest.raises(NotReady, match="期满"):
            opinions.give(return_=return_, side="street", agrees=True, by=street)
    with later(away):
        street.forget_grants()
        assert [each.pk for each in waiting_for(street)] == [return_.pk]
        opinions.give(return_=return_, side="street", agrees=True, by=street)


def test_a_new_version_is_asked_about_anew(cast):
    street = make_street_person()
    return_ = cast.filed()
    opinions.give(return_=return_, side="street", agrees=False, text="漏一户", by=street)
    return_ = returns.send_back(return_=return_, comment="请按街道意见核对", by=cast.reviewer)
    return_ = returns.file(return_=return_, by=cast.operator)
    assert "征求意见中" in sentences(return_)[0]
    opinions.give(return_=return_, side="street", agrees=True, by=street)
    assert Opinion.objects.count() == 2


def test_each_speaks_for_its_own_side_and_once(cast):
    return_ = cast.filed()
    street, force = make_street_person(), make_task_force()
    with pytest.raises(NotAllowed):
        opinions.give(return_=return_, side="chain", agrees=True, by=street)
    for person in (cast.operator, cast.reviewer, cast.office, make_street_person("U-ELSE", "elsewhere")):
        with pytest.raises(NotAllowed):
            opinions.give(return_=return_, side="street", agrees=True, by=person)
    opinions.give(return_=return_, side="chain", agrees=True, by=force)
    with pytest.raises(Conflict):
        opinions.give(return_=return_, side="chain", agrees=False, text="改主意", by=force)


def test_a_differing_opinion_has_words_and_an_unknown_side_is_refused(cast):
    return_ = cast.filed()
    street = make_street_person()
    with pytest.raises(Invalid):
        opinions.give(return_=return_, side="street", agrees=False, text="  ", by=street)
    with pytest.raises(Invalid):
        opinions.give(return_=return_, side="leader", agrees=True, by=street)


def test_a_draft_is_not_asked_about(cast):
    street = make_street_person()
    with pytest.raises(NotReady):
        opinions.give(return_=cast.filled(), side="street", agrees=True, by=street)


def test_a_park_without_a_street_is_not_asked_of_one(cast):
    return_ = cast.filed()
    Return.objects.filter(pk=return_.pk).update(street_code="")
    assert [each.side for each in standings(reread(return_))] == ["chain"]


def test_the_street_answers_on_the_page_and_others_see_no_form(cast, client):
    return_ = cast.filed()
    street = make_street_person()
    backend = "guandu.accounts.backends.AccountBackend"
    client.force_login(street, backend=backend)
    page = client.get(f"/returns/{return_.pk}/").content.decode()
    assert "提出意见" in page
    assert "征求意见中" in page
    answer = client.post(
        f"/returns/{return_.pk}/opine/", {"side": "street", "agrees": "no", "text": "漏一户"}, follow=True
    )
    assert "意见已提出" in answer.content.decode()
    client.force_login(cast.reviewer, backend=backend)
    page = client.get(f"/returns/{return_.pk}/").content.decode()
    assert "有不同意见：漏一户" in page
    assert "提出意见</button>" not in page


def test_a_refused_opinion_keeps_what_was_typed(cast, client):
    return_ = cast.filed()
    client.force_login(make_street_person(), backend="guandu.accounts.backends.AccountBackend")
    answer = client.post(f"/returns/{return_.pk}/opine/", {"side": "street", "agrees": "no", "text": ""})
    assert answer.status_code == 422
    assert "请写明不同意见的内容" in answer.content.decode()
