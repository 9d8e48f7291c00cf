"""数据订正: named cells of a locked return, opened, typed anew, settled; and nothing else moved."""

import pytest

from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from targets.actions import corrections, returns
from targets.enums import CorrectionState, ReturnState
from targets.models import CertifiedValue, Return
from targets.queries.next_steps import next_steps, waiting_for
from targets.queries.sheet import sheet_of
from tests.targets.factories import make_cast, make_office, make_operator, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def current() -> dict[str, tuple[int, int]]:
    """Indicator code → (row, units) of the 核定值 in force."""
    rows = CertifiedValue.objects.current().values_list("indicator__code", "pk", "units")
    return {code: (pk, units) for code, pk, units in rows}


def settle(cast, return_: Return) -> Return:
    return_ = returns.file(return_=return_, by=cast.operator)
    return_ = returns.review(return_=return_, by=cast.reviewer)
    return returns.confirm(return_=return_, by=cast.office)


@pytest.mark.feature("B5")
def test_only_the_named_cell_is_editable_and_the_old_value_stands_until_it_is_settled_anew(cast):
    return_ = cast.corrected("REV")
    before = current()
    assert return_.state == ReturnState.SENT_BACK
    with pytest.raises(Invalid) as refused:
        returns.save(return_=return_, cells={"REV": "1200", "FIRMS": "31"}, by=cast.operator)
    assert [code for code, _ in refused.value.errors] == ["FIRMS"]
    return_ = returns.save(return_=return_, cells={"REV": "1200", "FIRMS": "30"}, by=cast.operator)
    assert current() == before
    return_ = returns.file(return_=return_, by=cast.operator)
    assert current() == before
    return_ = returns.review(return_=return_, by=cast.reviewer)
    returns.confirm(return_=return_, by=cast.office)
    after = current()
    assert after["REV"][1] == 120000
    assert {code: row for code, row in after.items() if code != "REV"} == {
        code: row for code, row in before.items() if code != "REV"
    }


@pytest.mark.feature("B5")
def test_the_reviewer_is_shown_the_corrected_cell_alone(cast):
    return_ = returns.save(return_=cast.corrected("REV"), cells={"REV": "1200"}, by=cast.operator)
    return_ = returns.file(return_=return_, by=cast.operator)
    sheet = sheet_of(Return.objects.get(pk=return_.pk), return_.filed)
    assert [cell.form.code for cell in sheet.opened] == ["REV"]
    assert [(cell.form.code, str(cell.approved)) for cell in sheet.cells if cell.amended] == [("REV", "1000.00")]


@pytest.mark.feature("B5")
def test_a_reason_beside_a_settled_cell_is_refused_too(cast):
    with pytest.raises(Invalid, match="已核定"):
        returns.save(return_=cast.corrected("REV"), reasons={"FIRMS": "x"}, by=cast.operator)


def test_a_base_of_an_opened_cell_may_be_corrected_and_of_another_not(cast):
    return_ = cast.corrected("REV")
    assert returns.save(return_=return_, base={"REV": "950"}, by=cast.operator).draft.lines.get().base == {
        "REV": 95000
    }
    other = Return.objects.get(pk=return_.pk)
    with pytest.raises(Invalid):
        returns.save(return_=other, base={"REV_LEAD": "1"}, by=cast.operator)


@pytest.mark.feature("B5")
def test_a_correction_may_be_sent_back_and_filed_again(cast):
    return_ = returns.save(return_=cast.corrected("REV"), cells={"REV": "1200"}, by=cast.operator)
    return_ = returns.file(return_=return_, by=cast.operator)
    return_ = returns.send_back(return_=return_, comment="凭证不符", by=cast.reviewer)
    with pytest.raises(Invalid):
        returns.save(return_=return_, cells={"FIRMS": "31"}, by=cast.operator)
    settle(cast, returns.save(return_=return_, cells={"REV": "1150"}, by=cast.operator))
    assert current()["REV"][1] == 115000


def test_an_error_between_the_new_number_and_a_settled_one_still_blocks(cast):
    return_ = returns.save(return_=cast.corrected("REV"), cells={"REV": "500"}, by=cast.operator)
    with pytest.raises(Invalid) as refused:
        returns.file(return_=return_, by=cast.operator)
    assert [code for code, _ in refused.value.errors] == ["REV_LEAD"]


def test_a_locked_return_can_be_corrected_twice(cast):
    return_ = settle(
        cast, returns.save(return_=cast.corrected("REV"), cells={"REV": "1200"}, by=cast.operator)
    )
    return_ = corrections.open_(return_=return_, codes=["FIRMS"], reason="漏报一户", by=cast.office)
    settle(cast, returns.save(return_=return_, cells={"FIRMS": "31"}, by=cast.operator))
    assert (current()["REV"][1], current()["FIRMS"][1]) == (120000, 31)
    done = list(return_.corrections.values_list("state", "codes"))
    assert done == [(CorrectionState.DONE, ["REV"]), (CorrectionState.DONE, ["FIRMS"])]


def test_withdrawing_gives_back_the_approved_version_and_a_new_one_can_be_opened(cast):
    return_ = returns.save(return_=cast.corrected("REV"), cells={"REV": "1200"}, by=cast.operator)
    return_ = returns.file(return_=return_, by=cast.operator)
    return_ = returns.send_back(return_=return_, comment="凭证不符", by=cast.reviewer)
    return_ = corrections.withdraw(return_=return_, reason="经核对原数无误", by=cast.office)
    fresh = Return.objects.get(pk=return_.pk)
    assert (fresh.state, fresh.draft, fresh.filed) == (ReturnState.LOCKED, None, fresh.approved)
    assert current()["REV"][1] == 100000
    again = corrections.open_(return_=fresh, codes=["REV"], reason="另有凭证", by=cast.office)
    assert again.draft.lines.get().values["REV"] == 100000


def test_nothing_is_withdrawn_where_nothing_is_corrected(cast):
    with pytest.raises(NotReady):
        corrections.withdraw(return_=cast.sent_back(), reason="x", by=cast.office)


@pytest.mark.parametrize(
    ("codes", "reason", "field"),
    [([], "录入有误", "codes"), (["GDP"], "录入有误", "codes"), (["REV"], "  ", "reason"), (["REV"], "长" * 301, "reason")],
)
def test_a_correction_names_its_cells_and_its_reason(cast, codes, reason, field):
    return_ = cast.locked()
    with pytest.raises(Invalid) as refused:
        corrections.open_(return_=return_, codes=codes, reason=reason, by=cast.office)
    assert {name for name, _ in refused.value.errors} == {field}
    assert Return.objects.get(pk=return_.pk).state == ReturnState.LOCKED


def test_the_filer_asks_and_the_office_answers(cast):
    return_ = cast.locked()
    asked = corrections.ask(return_=return_, codes=["REV"], reason="漏一张凭证", by=cast.operator)
    with pytest.raises(Conflict, match="等园区发展办答复"):
        corrections.ask(return_=return_, codes=["REV"], reason="又一次", by=cast.reviewer)
    assert asked.state == CorrectionState.ASKED
    corrections.decline(return_=return_, answer="以税务数为准", by=cast.office)
    assert Return.objects.get(pk=return_.pk).state == ReturnState.LOCKED
    with pytest.raises(Conflict):
        corrections.decline(return_=return_, answer="再答一次", by=cast.office)
    corrections.ask(return_=return_, codes=["FIRMS"], reason="漏一户", by=cast.operator)
    opened = corrections.open_(return_=return_, codes=["REV", "FIRMS"], reason="同意", by=cast.office)
    live = opened.corrections.get(state=CorrectionState.OPEN)
    assert (live.codes, live.asked_by, live.decided_by) == (
        ["REV", "FIRMS"], cast.operator.name, cast.office.name,
    )  # fmt: skip


def test_who_asked_for_a_correction_does_not_grant_it(cast):
    return_ = cast.locked()
    office = make_office("second")
    corrections.ask(return_=return_, codes=["REV"], reason="漏一张凭证", by=cast.operator)
    make_person(cast.operator.username, RoleCode.OFFICE, ScopeKind.DISTRICT)
    cast.operator.forget_grants()
    with pytest.raises(NotAllowed, match="须由其他人批准"):
        corrections.open_(return_=return_, codes=["REV"], reason="自己同意", by=cast.operator)
    assert corrections.open_(return_=return_, codes=["REV"], reason="同意", by=office).state == "sent_back"


def test_strangers_neither_ask_nor_answer(cast):
    return_ = cast.locked()
    for person in (make_operator("P9"), cast.office):
        with pytest.raises(NotAllowed):
            corrections.ask(return_=return_, codes=["REV"], reason="x", by=person)
    corrections.ask(return_=return_, codes=["REV"], reason="x", by=cast.operator)
    with pytest.raises(NotAllowed):
        corrections.decline(return_=return_, answer="x", by=cast.reviewer)


def test_an_open_return_is_not_corrected(cast):
    with pytest.raises(NotReady):
        corrections.ask(return_=cast.filed(), codes=["REV"], reason="x", by=cast.operator)


def test_an_opened_correction_waits_for_the_filer_whatever_the_calendar_says(cast):
    return_ = cast.corrected("REV")
    return_.cycle.closed_at = return_.filed_at
    return_.cycle.save()
    assert [each.pk for each in waiting_for(cast.operator)] == [return_.pk]
    assert "file" in {step.verb.value for step in next_steps(return_, cast.operator)}
    returns.save(return_=return_, cells={"REV": "1200"}, by=cast.operator)


def test_the_page_opens_the_named_cell_alone(cast, client):
    return_ = cast.corrected("REV")
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    page = client.get(f"/returns/{return_.pk}/").content.decode()
    assert 'name="v-REV"' in page
    assert 'name="v-FIRMS"' not in page
    assert "数据订正" in page
