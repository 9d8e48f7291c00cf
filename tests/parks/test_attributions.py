"""Who counts a firm: one after another, claimed by streets for themselves, settled by the office."""

from datetime import date

import pytest

from guandu.accounts.models import Unit
from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditEvent
from guandu.core.errors import Invalid, NotAllowed, NotReady
from parks.actions import attributions
from parks.models import AttributionClaim, Enterprise
from tests.factories import make_enterprise, make_unit, make_user

pytestmark = pytest.mark.django_db
TAX, STATISTICS = "tax", "statistics"


@pytest.fixture
def firm(park) -> Enterprise:
    return make_enterprise(park=park)


@pytest.fixture
def rival(firm):
    """The person of a second street, where the firm is registered."""
    street = make_unit(Unit.Kind.STREET, code="street-rival", name="邻街道")
    Enterprise.objects.filter(pk=firm.pk).update(registered_street=street)
    return make_user(RoleCode.STREET, scope=street, unit=street)


def history(firm: Enterprise, kind: str = TAX) -> list[tuple]:
    rows = firm.attributions.filter(kind=kind).order_by("valid_from")
    return [(row.place, row.valid_from, row.valid_to) for row in rows]


def open_claim(firm, user, kind=TAX) -> AttributionClaim:
    return attributions.claim(
        enterprise=firm, kind=kind, street=user.unit, ground="税务登记在本街道", by=user
    )


def test_a_new_attribution_ends_the_former_on_the_same_day(office, firm, street):
    attributions.attribute(enterprise=firm, kind=TAX, on=date(2024, 1, 1), elsewhere="盘龙区", by=office)
    attributions.attribute(enterprise=firm, kind=TAX, on=date(2026, 7, 1), street=street, by=office)
    attributions.attribute(enterprise=firm, kind=STATISTICS, on=date(2025, 1, 1), street=street, by=office)
    assert history(firm) == [
        ("盘龙区", date(2024, 1, 1), date(2026, 7, 1)),
        ("本街道", date(2026, 7, 1), None),
    ]
    assert history(firm, STATISTICS) == [("本街道", date(2025, 1, 1), None)]


def test_one_of_the_same_day_is_corrected_and_the_same_again_changes_nothing(office, firm, street):
    for place in ({"elsewhere": "盘龙区"}, {"street": street}, {"street": street}):
        attributions.attribute(enterprise=firm, kind=TAX, on=date(2024, 1, 1), by=office, **place)
    attributions.attribute(enterprise=firm, kind=TAX, on=date(2025, 1, 1), street=street, by=office)
    assert history(firm) == [("本街道", date(2024, 1, 1), None)]


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2020, 1, 1)])
def test_one_before_what_is_in_force_is_refused(office, firm, street, day):
    attributions.attribute(enterprise=firm, kind=TAX, on=date(2024, 1, 1), street=street, by=office)
    with pytest.raises(Invalid, match="与它重叠"):
        attributions.attribute(enterprise=firm, kind=TAX, on=day, elsewhere="盘龙区", by=office)
    assert len(history(firm)) == 1


@pytest.mark.parametrize("place", [{}, {"elsewhere": "盘龙区", "street": True}, {"street": False}])
def test_it_is_one_street_or_elsewhere(office, firm, street, place):
    units = {True: street, False: make_unit()}
    values = {name: units.get(value, value) for name, value in place.items()}
    with pytest.raises(Invalid):
        attributions.attribute(enterprise=firm, kind=TAX, on=date(2024, 1, 1), by=office, **values)
    assert history(firm) == []


def test_a_street_claims_for_itself_only(firm, street_user, rival, operator, office):
    assert open_claim(firm, street_user).state == "open"
    for actor, street in (
        (street_user, rival.unit),
        (operator, street_user.unit),
        (office, street_user.unit),
    ):
        with pytest.raises(NotAllowed):
            attributions.claim(enterprise=firm, kind=TAX, street=street, ground="理由", by=actor)
    assert AttributionClaim.objects.count() == 1


@pytest.mark.feature("A12")
def test_a_street_claims_no_firm_outside_its_sight(other_park, street_user):
    hidden = make_enterprise(park=other_park)
    with pytest.raises(NotAllowed):
        open_claim(hidden, street_user)


def test_a_claim_is_made_once_and_with_a_reason(firm, street_user, street, office):
    with pytest.raises(Invalid, match="理由"):
        attributions.claim(enterprise=firm, kind=TAX, street=street, ground=" ", by=street_user)
    open_claim(firm, street_user)
    with pytest.raises(Invalid):
        open_claim(firm, street_user)
    assert open_claim(firm, street_user, STATISTICS)
    attributions.attribute(enterprise=firm, kind=TAX, on=date(2024, 1, 1), street=street, by=office)
    with pytest.raises(Invalid, match="现在就是本街道"):
        open_claim(firm, street_user)


def test_an_upheld_claim_becomes_the_attribution_and_refuses_the_others(office, firm, street_user, rival):
    mine, theirs = open_claim(firm, street_user), open_claim(firm, rival)
    other_kind = open_claim(firm, rival, STATISTICS)
    attributions.settle(
        claim=mine, upheld=True, on=date(2026, 7, 1), document="会议纪要〔2026〕3 号", by=office
    )
    states = dict(AttributionClaim.objects.values_list("pk", "state"))
    assert states == {mine.pk: "upheld", theirs.pk: "refused", other_kind.pk: "open"}
    theirs.refresh_from_db()
    assert (theirs.answer, theirs.settled_by) == ("已确认归属本街道。", office)
    assert history(firm) == [("本街道", date(2026, 7, 1), None)]
    assert firm.attributions.get(kind=TAX).document == "会议纪要〔2026〕3 号"
    assert AuditEvent.objects.get(verb="attribution.settle").changes.count() == 3


def test_an_upheld_claim_that_overlaps_changes_nothing(office, firm, street_user):
    attributions.attribute(enterprise=firm, kind=TAX, on=date(2026, 7, 1), elsewhere="盘龙区", by=office)
    claim = open_claim(firm, street_user)
    with pytest.raises(Invalid, match="与它重叠"):
        attributions.settle(claim=claim, upheld=True, on=date(2026, 6, 1), by=office)
    with pytest.raises(Invalid, match="自何日起"):
        attributions.settle(claim=claim, upheld=True, by=office)
    claim.refresh_from_db()
    assert claim.state == "open"


def test_a_refusal_says_why(office, firm, street_user):
    claim = open_claim(firm, street_user)
    with pytest.raises(Invalid, match="写明意见"):
        attributions.settle(claim=claim, upheld=False, by=office)
    attributions.settle(claim=claim, upheld=False, answer="纳税地在邻街道", by=office)
    claim.refresh_from_db()
    assert (claim.state, claim.answer, history(firm)) == ("refused", "纳税地在邻街道", [])


def test_a_claim_is_decided_once(office, firm, street_user, rival):
    claim = open_claim(firm, street_user)
    with pytest.raises(NotAllowed):
        attributions.withdraw(claim=claim, by=rival)
    with pytest.raises(NotAllowed):
        attributions.settle(claim=claim, upheld=True, on=date(2026, 7, 1), by=street_user)
    attributions.withdraw(claim=claim, by=street_user)
    for step in (
        lambda: attributions.withdraw(claim=claim, by=street_user),
        lambda: attributions.settle(claim=claim, upheld=True, on=date(2026, 7, 1), by=office),
    ):
        with pytest.raises(NotReady, match="已撤回"):
            step()
    assert history(firm) == []
