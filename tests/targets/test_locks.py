"""Why a return takes no numbers: each cause in words of its own; extensions; closing a cycle."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from targets.actions import closing, extensions, returns
from targets.enums import ExtensionState
from targets.models import Extension, Return
from targets.queries.locks import lock_of
from targets.queries.next_steps import waiting_for
from tests.targets.factories import ENTRIES, make_cast, make_cycle, make_office, make_park

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def reread(return_: Return) -> Return:
    return Return.objects.select_related("cycle__template").get(pk=return_.pk)


def closed_by_calendar(cast) -> Return:
    return_ = cast.filled()
    return_.cycle.closes_on = clock.today() - timedelta(days=1)
    return_.cycle.due_on = return_.cycle.opens_on
    return_.cycle.save()
    return reread(return_)


def in_hours(hours: int):
    return timezone.now() + timedelta(hours=hours)


@pytest.mark.feature("B7")
def test_expired_approved_and_not_yet_open_are_three_different_sentences(cast):
    expired = lock_of(closed_by_calendar(cast)).sentence
    approved = lock_of(reread(cast.locked("2026Q1"))).sentence
    early = lock_of(reread(cast.draft("2030Q4"))).sentence
    assert "截止关闭" in expired
    assert "申请延期" in expired
    assert "核定锁定" in approved
    assert "数据订正" in approved
    assert early == "2031年1月1日起开始填报。"
    assert len({expired, approved, early}) == 3


@pytest.mark.feature("B7")
def test_the_refusal_says_the_same_as_the_page(cast, client):
    return_ = closed_by_calendar(cast)
    sentence = lock_of(return_).sentence
    with pytest.raises(NotReady) as refused:
        returns.save(return_=return_, cells={"REV": "1"}, by=cast.operator)
    assert sentence in refused.value.message
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    page = client.get(f"/returns/{return_.pk}/").content.decode()
    assert sentence in page
    assert 'name="v-REV"' not in page


@pytest.mark.feature("B8")
def test_an_extension_opens_one_return_until_its_hour_and_lapses_by_itself(cast):
    make_park("P2")
    return_ = closed_by_calendar(cast)
    make_cycle("2026Q2", cast.template)
    extensions.ask(return_=return_, reason="系统升级", by=cast.operator)
    extensions.grant(return_=return_, until=in_hours(2), answer="同意", by=cast.office)
    with time_machine.travel(in_hours(1), tick=False):
        assert lock_of(reread(return_)) is None
        returns.save(return_=return_, cells=ENTRIES | {"FIRMS": "31"}, by=cast.operator)
    with time_machine.travel(in_hours(3), tick=False):
        lapsed = lock_of(reread(return_))
        assert "延期已于" in lapsed.reason
        with pytest.raises(NotReady, match="延期已于"):
            returns.file(return_=return_, by=cast.operator)
    other = reread(Return.objects.get(park_code="P2"))
    assert "截止关闭" in lock_of(other).reason


@pytest.mark.feature("B8")
def test_what_is_filed_under_an_extension_counts_as_late(cast):
    return_ = closed_by_calendar(cast)
    extensions.grant(return_=return_, until=in_hours(2), reason="停电", by=cast.office)
    filed = returns.file(return_=return_, by=cast.operator)
    assert filed.filed_on > filed.cycle.due_on


@pytest.mark.feature("B8")
def test_an_extension_has_a_reason_an_approver_other_than_the_asker_and_an_end(cast):
    return_ = closed_by_calendar(cast)
    with pytest.raises(Invalid):
        extensions.ask(return_=return_, reason=" ", by=cast.operator)
    extensions.ask(return_=return_, reason="系统升级", by=cast.operator)
    with pytest.raises(Conflict):
        extensions.ask(return_=return_, reason="再次", by=cast.operator)
    with pytest.raises(Invalid, match="截止时间"):
        extensions.grant(return_=return_, until=in_hours(-1), by=cast.office)
    for person in (cast.operator, cast.reviewer):
        with pytest.raises(NotAllowed):
            extensions.grant(return_=return_, until=in_hours(1), by=person)
    granted = extensions.grant(return_=return_, until=in_hours(1), by=cast.office)
    assert (granted.asked_by, granted.decided_by, granted.reason) == (
        cast.operator.name, cast.office.name, "系统升级",
    )  # fmt: skip


@pytest.mark.feature("B8")
def test_the_office_may_refuse_with_words_and_only_once(cast):
    return_ = closed_by_calendar(cast)
    extensions.ask(return_=return_, reason="系统升级", by=cast.operator)
    with pytest.raises(Invalid):
        extensions.decline(return_=return_, answer="", by=cast.office)
    extensions.decline(return_=return_, answer="已过通报时间", by=cast.office)
    with pytest.raises(Conflict):
        extensions.decline(return_=return_, answer="再答", by=make_office("second"))
    assert Extension.objects.get().state == ExtensionState.DECLINED
    assert lock_of(reread(return_)) is not None


def test_an_extension_needs_an_open_return(cast):
    with pytest.raises(NotReady):
        extensions.grant(return_=cast.filed(), until=in_hours(1), reason="x", by=cast.office)


def test_closing_by_the_office_is_a_fact_of_its_own(cast):
    return_, approved = cast.filled(), cast.locked("2026Q1")
    closing.close(cycle=return_.cycle, by=cast.office)
    fresh = reread(return_)
    assert "关闭报送" in lock_of(fresh).reason
    assert fresh.state == "draft"
    with pytest.raises(NotReady):
        returns.file(return_=return_, by=cast.operator)
    assert list(waiting_for(cast.operator)) == []
    assert reread(approved).cycle.closed_at is None
    with pytest.raises(Conflict):
        closing.close(cycle=return_.cycle, by=cast.office)
    closing.reopen(cycle=return_.cycle, by=cast.office)
    assert returns.file(return_=return_, by=cast.operator).state == "filed"
    with pytest.raises(Conflict):
        closing.reopen(cycle=return_.cycle, by=cast.office)


def test_the_calendar_has_the_button_and_says_who_closed(cast, client):
    return_ = cast.filled()
    client.force_login(cast.office, backend="guandu.accounts.backends.AccountBackend")
    page = "/calendar/?year=2026"
    closing_button = f"/cycles/{return_.cycle.pk}/close/"
    assert closing_button in client.get(page).content.decode()
    shown = client.post(closing_button, follow=True).content.decode()
    assert "园区发展办关闭" in shown
    assert closing_button not in shown
    assert f"/cycles/{return_.cycle.pk}/reopen/" in shown
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    assert "/reopen/" not in client.get(page).content.decode()


def test_a_return_under_review_is_approved_after_closing(cast):
    return_ = cast.filed()
    closing.close(cycle=return_.cycle, by=cast.office)
    assert returns.review(return_=return_, by=cast.reviewer).state == "reviewed"


def test_opening_again_lifts_a_closing_day_that_has_passed(cast):
    return_ = closed_by_calendar(cast)
    closing.reopen(cycle=return_.cycle, by=cast.office)
    assert lock_of(reread(return_)) is None


def test_only_the_office_closes(cast):
    with pytest.raises(NotAllowed):
        closing.close(cycle=cast.draft().cycle, by=cast.reviewer)


def test_the_last_day_is_still_open(cast):
    return_ = cast.filled()
    return_.cycle.closes_on = clock.today()
    return_.cycle.save()
    assert lock_of(reread(return_)) is None
    assert isinstance(return_.cycle.closes_on, date)
