"""A firm's own sheet: a link that opens one line, expires, and gives the operator a draft to accept."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from targets.actions import closing, firm_sheets, returns
from targets.actions.firm_sheets import Link
from targets.models import FirmSheet, Return
from tests.targets.factories import Cast, make_operator
from tests.targets.test_lines import REST, firm_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return firm_cast(2)


def issued(cast: Cast, *codes: str) -> list[tuple[FirmSheet, str]]:
    return_ = cast.draft()
    return_.cycle.due_on = clock.today() + timedelta(days=5)
    return_.cycle.save()
    return firm_sheets.issue(return_=return_, codes=codes or ["E-0001"], by=cast.operator)


def send(sheet: FirmSheet, text: str = "120.5", name: str = "王会计") -> FirmSheet:
    return firm_sheets.send(sheet=sheet, cells={"REV": text}, filler_name=name, by=Link(sheet))


def page_of(secret: str) -> str:
    return reverse("targets:firm-sheet", args=[secret])


def test_a_link_opens_one_line_without_an_account_and_the_operator_accepts_what_comes(cast, client):
    [(sheet, secret)] = issued(cast)
    page = client.get(page_of(secret)).content.decode()
    assert "演示企业1" in page
    assert "演示企业2" not in page
    assert 'name="v-REV"' in page
    assert 'name="v-FIRMS"' not in page
    answer = client.post(page_of(secret), {"v-REV": "120.5", "filler_name": "王会计"})
    assert "已报送" in answer.content.decode()
    return_ = Return.objects.get()
    assert return_.draft.lines.get(subject_code="E-0001").values == {}
    assert firm_sheets.accept(return_=return_, sheets=[sheet], by=cast.operator) == 1
    line = return_.draft.lines.get(subject_code="E-0001")
    assert (line.values, line.authors["REV"]["by"]) == ({"REV": 12050}, cast.operator.name)


def test_the_secret_is_kept_nowhere(cast):
    [(sheet, secret)] = issued(cast)
    assert secret not in {str(value) for value in FirmSheet.objects.values_list().get()}
    kept = "".join(str(row) for row in AuditEvent.objects.get(verb="firm_sheet.issue").changes.values_list())
    assert secret not in kept
    assert len(secret) >= 32


@pytest.mark.parametrize("state", ["late", "filed", "closed", "reissued"])
def test_a_link_ends_with_the_cycle_with_filing_and_with_a_new_one(cast, client, state):
    [(sheet, secret)] = issued(cast)
    days = 0
    if state == "late":
        days = 6
    elif state == "filed":
        return_ = returns.save(return_=cast.draft(), cells=REST | {"REV@E-0001": "1"}, by=cast.operator)
        returns.file(return_=return_, by=cast.operator)
    elif state == "closed":
        closing.close(cycle=cast.draft().cycle, by=cast.office)
    else:
        firm_sheets.issue(return_=cast.draft(), codes=["E-0001"], by=cast.operator)
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
        answer = client.get(page_of(secret))
        assert answer.status_code == 404
        assert "已经失效" in answer.content.decode()
        with pytest.raises(NotReady):
            send(sheet)


def test_a_guessed_link_is_no_page(client):
    assert client.get(page_of("x" * 32)).status_code == 404


def test_a_link_writes_its_own_sheet_alone(cast):
    [(first, _), (second, _)] = issued(cast, "E-0001", "E-0002")
    for by in (Link(second), cast.operator, cast.office):
        with pytest.raises(NotAllowed):
            firm_sheets.send(sheet=first, cells={"REV": "1"}, filler_name="某", by=by)


@pytest.mark.parametrize(
    ("cells", "name", "wrong"),
    [
        ({"REV": "一百"}, "王会计", "REV"), ({"REV": "-1"}, "王会计", "REV"), ({"REV": ""}, "王会计", "REV"),
        ({"FIRMS": "1"}, "王会计", "FIRMS"), ({"REV": "1"}, " ", "filler_name"), ({"REV": "0.001"}, "王会计", "REV"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(cast, client, cells, name, wrong):
    [(sheet, secret)] = issued(cast)
    with pytest.raises(Invalid) as refused:
        firm_sheets.send(sheet=sheet, cells=cells, filler_name=name, by=Link(sheet))
    assert [field for field, _ in refused.value.errors] == [wrong]
    typed = {f"v-{code}": text for code, text in cells.items()} | {"filler_name": name}
    answer = client.post(page_of(secret), typed)
    assert answer.status_code == 422
    assert FirmSheet.objects.get().state == "issued"


def test_it_is_sent_again_until_it_is_accepted(cast):
    [(sheet, _)] = issued(cast)
    send(sheet, "1")
    send(sheet, "2")
    firm_sheets.accept(return_=cast.draft(), sheets=[sheet], by=cast.operator)
    assert cast.draft().draft.lines.get(subject_code="E-0001").values == {"REV": 200}
    with pytest.raises(NotReady, match="已经采用"):
        send(sheet, "3")
    with pytest.raises(NotReady):
        firm_sheets.accept(return_=cast.draft(), sheets=[sheet], by=cast.operator)
    with pytest.raises(NotReady, match="已经采用"):
        firm_sheets.issue(return_=cast.draft(), codes=["E-0001"], by=cast.operator)


def test_the_operator_asks_the_firm_to_look_again_by_the_same_link(cast, client):
    [(sheet, secret)] = issued(cast)
    send(sheet)
    firm_sheets.give_back(sheet=sheet, remark="单位是万元", by=cast.operator)
    assert "单位是万元" in client.get(page_of(secret)).content.decode()
    with pytest.raises(Conflict):
        firm_sheets.give_back(sheet=sheet, remark="再看", by=cast.operator)
    assert send(sheet, "12").state == "sent"


def test_nothing_is_given_back_once_the_return_is_filed(cast):
    [(sheet, _)] = issued(cast)
    send(sheet)
    return_ = returns.save(return_=cast.draft(), cells=REST | {"REV@E-0001": "1"}, by=cast.operator)
    returns.file(return_=return_, by=cast.operator)
    with pytest.raises(NotReady):
        firm_sheets.give_back(sheet=sheet, remark="再看", by=cast.operator)


@pytest.mark.parametrize("shows", [True, False])
def test_the_template_says_whether_the_operator_sees_values_or_only_that_they_came(client, shows):
    cast = firm_cast(1, shows_values=shows)
    [(sheet, _)] = issued(cast)
    send(sheet, "98765.43")
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    page = client.get(reverse("targets:firm-sheets", args=[sheet.return_of_id])).content.decode()
    assert ("98,765.43" in page) is shows
    assert "已报" in page


@pytest.mark.parametrize("shows", [True, False])
def test_what_was_accepted_unseen_stays_unseen_in_the_sheet(client, shows):
    cast = firm_cast(2, shows_values=shows)
    [(sheet, _)] = issued(cast)
    send(sheet, "98765.43")
    firm_sheets.accept(return_=cast.draft(), sheets=[sheet], by=cast.operator)
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    page = f"/returns/{sheet.return_of_id}/"
    shown = client.get(page).content.decode()
    assert ('name="v-REV@E-0001"' in shown) is shows
    assert 'name="v-REV@E-0002"' in shown
    typed = {"v-REV@E-0002": "1", "counter": "0"}
    answer = client.post(f"{page}save/", typed, headers={"accept": "application/json"}).json()
    assert ("98765.43" in str(answer["others"])) is shows
    typed = {"v-REV@E-0001": "1", "counter": "0"}
    clash = client.post(f"{page}save/", typed, headers={"accept": "application/json"})
    assert (clash.status_code, "98,765.43" in clash.content.decode()) == ((409, True) if shows else (422, False))


def test_the_pages_buttons_issue_accept_and_give_back(cast, client):
    return_ = cast.draft()
    return_.cycle.due_on = clock.today() + timedelta(days=5)
    return_.cycle.save()
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    base = f"/returns/{return_.pk}/firms/"
    page = client.post(f"{base}issue/", {"codes": ["E-0001", "E-0002"]}).content.decode()
    assert page.count("/firm-sheet/") == 2
    assert "/firm-sheet/" not in client.get(base).content.decode()
    assert client.post(f"{base}issue/", {}).status_code == 422
    first, second = FirmSheet.objects.order_by("enterprise__code")
    send(first), send(second)
    client.post(f"{base}give-back/", {"sheet": first.pk, "remark": "请核对"})
    client.post(f"{base}accept/", {"sheets": [second.pk]})
    assert list(FirmSheet.objects.order_by("enterprise__code").values_list("state", flat=True)) == ["issued", "accepted"]


def test_another_parks_operator_sees_no_sheet(cast, client):
    [(sheet, _)] = issued(cast)
    client.force_login(make_operator("P9"), backend="guandu.accounts.backends.AccountBackend")
    assert client.get(reverse("targets:firm-sheets", args=[sheet.return_of_id])).status_code == 404
    client.force_login(cast.reviewer, backend="guandu.accounts.backends.AccountBackend")
    assert client.get(reverse("targets:firm-sheets", args=[sheet.return_of_id])).status_code == 403


def test_one_firm_and_three_cost_the_same_queries(client):



    counts = []
    cast = firm_cast(3)
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    for codes in (["E-0001"], ["E-0001", "E-0002", "E-0003"]):
        [(sheet, _), *_] = issued(cast, *codes)
        page = reverse("targets:firm-sheets", args=[sheet.return_of_id])
        client.get(page)
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        counts.append(len(captured))
    assert counts[0] == counts[1]
