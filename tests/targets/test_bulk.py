"""Many at once: the clean ones pass, each other is refused with its reason, nothing in between."""

import pytest

from guandu.core.errors import NotAllowed
from targets.actions import bulk, opinions, returns
from targets.models import Return
from tests.targets.factories import (
    ASKED_ROUTE,
    ENTRIES,
    make_cast,
    make_cycle,
    make_operator,
    make_park,
    make_street_person,
)

pytestmark = pytest.mark.django_db


def ten_filed(cast) -> list[Return]:
    """Ten returns under review; of the two last the revenue has leapt and the reason is given."""
    for number in range(2, 11):
        make_park(f"P{number}")
    make_cycle("2026Q1", cast.template)
    for each in Return.objects.filter(cycle__period="2026Q1"):
        filed_by_its_operator(each)
    make_cycle("2026Q2", cast.template)
    rows = Return.objects.filter(cycle__period="2026Q2").order_by("pk")
    return [filed_by_its_operator(each, leaps=number >= 8) for number, each in enumerate(rows)]


def filed_by_its_operator(return_: Return, leaps: bool = False) -> Return:
    operator = make_operator(return_.park_code)
    values = ENTRIES | ({"FIRMS": "900"} if leaps else {})
    reasons = {"FIRMS": "并入一片园区"} if leaps else {}
    return_ = returns.save(return_=return_, cells=values, reasons=reasons, by=operator)
    return returns.file(return_=return_, by=operator)


@pytest.mark.feature("B26")
def test_of_ten_of_which_two_have_open_findings_eight_pass_and_two_are_refused_with_reasons():
    cast = make_cast()
    picks = [(each, each.version) for each in ten_filed(cast)]
    report = bulk.review_many(picks=picks, by=cast.reviewer)
    assert [each.done for each in report] == [True] * 8 + [False] * 2
    assert all("入驻企业数" in each.sentence for each in report if not each.done)
    states = Return.objects.filter(cycle__period="2026Q2").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["reviewed"] * 8 + ["filed"] * 2


@pytest.mark.feature("B26")
def test_what_the_reviewer_has_passed_is_confirmed_in_bulk_but_a_differing_opinion_is_read_first():
    cast = make_cast(route=ASKED_ROUTE)
    return_ = cast.filed()
    opinions.give(return_=return_, side="street", agrees=False, text="漏一户", by=make_street_person())
    return_ = returns.review(return_=return_, by=cast.reviewer)
    [refused] = bulk.confirm_many(picks=[(return_, None)], by=cast.office)
    assert not refused.done
    assert "漏一户" in refused.sentence


@pytest.mark.feature("B26")
def test_bulk_review_is_the_reviewers():
    cast = make_cast()
    with pytest.raises(NotAllowed):
        bulk.review_many(picks=[(cast.filed(), None)], by=cast.operator)


@pytest.mark.feature("B26")
def test_the_queue_offers_it_to_the_reviewer_and_reports_each(client):
    cast = make_cast()
    return_ = cast.filed()
    client.force_login(cast.reviewer, backend="guandu.accounts.backends.AccountBackend")
    assert "批量审核通过" in client.get("/returns/").content.decode()
    pick = f"{return_.pk}:{return_.version}"
    page = client.post("/returns/review/", {"pick": pick}, follow=True).content.decode()
    assert "已审核通过 1 张报表" in page
    page = client.post("/returns/review/", {"pick": pick}, follow=True).content.decode()
    assert "未审核" in page
