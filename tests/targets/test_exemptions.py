"""免报: asked of nobody this time, for a reason, and not counted as missing."""

import pytest

from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from targets.actions import exemptions, returns
from targets.enums import ReturnState
from targets.models import Return
from targets.queries.locks import lock_of
from targets.queries.next_steps import waiting_for, who_is_next
from targets.queries.rollup import compute, read_inputs
from tests.targets.factories import make_cast, make_park

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def expected(scope: str = "district") -> dict[str, tuple[int, int]]:
    rows = compute(read_inputs(Period.parse("2026Q2")))
    return {row.indicator: (row.expected, row.reported) for row in rows if row.scope_kind == scope}


def test_an_exempt_return_leaves_what_is_expected(cast):
    make_park("P2")
    cast.locked()
    assert expected()["FIRMS"] == (2, 1)
    exemptions.exempt(return_=Return.objects.get(park_code="P2"), reason="停产改造", by=cast.office)
    assert expected()["FIRMS"] == (1, 1)


def test_it_waits_for_nobody_and_takes_no_numbers(cast):
    return_ = cast.exempt()
    assert list(waiting_for(cast.operator)) == []
    assert who_is_next(return_) == ""
    assert "免报" in lock_of(return_).sentence
    with pytest.raises(NotReady, match="免报"):
        returns.save(return_=return_, cells={"REV": "1"}, by=cast.operator)


def test_it_can_be_taken_back_with_what_was_typed_before(cast):
    return_ = exemptions.exempt(return_=cast.filled(), reason="停产改造", by=cast.office)
    with pytest.raises(Invalid):
        exemptions.resume(return_=return_, reason="", by=cast.office)
    back = exemptions.resume(return_=return_, reason="提前复工", by=cast.office)
    assert back.state == ReturnState.DRAFT
    assert returns.file(return_=back, by=cast.operator).state == ReturnState.FILED


def test_only_the_office_with_a_reason_and_only_what_was_never_approved(cast):
    return_ = cast.filled()
    with pytest.raises(Invalid):
        exemptions.exempt(return_=return_, reason=" ", by=cast.office)
    with pytest.raises(NotAllowed):
        exemptions.exempt(return_=return_, reason="x", by=cast.operator)
    with pytest.raises(NotReady):
        exemptions.exempt(return_=cast.corrected("REV", period="2026Q1"), reason="x", by=cast.office)


def test_the_page_says_so_with_the_reason(cast, client):
    return_ = cast.exempt()
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    page = client.get(f"/returns/{return_.pk}/").content.decode()
    assert "免报" in page
    assert "停产改造" in page
