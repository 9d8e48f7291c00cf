"""市监登记比对: what differs is found by code, confirmed by the street that is asked, and then entered."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, strategies as st

from guandu.accounts.models import Unit
from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from parks.actions import comparisons, enterprises
from parks.enums import FindingKind
from parks.models import Enterprise, RegistryComparison, RegistryFinding
from parks.queries.comparisons import RegistryLine, compare_with, place_text, read_place
from tests.factories import make_enterprise, make_unit
from tests.parks.codes import code_number

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)


def firm_of(number: int, **fields) -> Enterprise:
    fields = {"name": f"企业{number}有限公司", "registered_address": f"某路 {number} 号", **fields}
    return make_enterprise(code=f"E-{number}", credit_code=code_number(number), **fields)


def line_of(firm: Enterprise, **values) -> RegistryLine:
    street = firm.registered_street.name if firm.registered_street else ""
    given = {"name": firm.name, "status": "存续", "address": firm.registered_address, "street": street}
    return RegistryLine(firm.credit_code, **{**given, **values})


def kinds(outcome) -> list[tuple]:
    return [(each.enterprise_code, each.kind) for each in outcome.differences]


def run(office, *lines, is_whole=True, digest="d1") -> RegistryComparison:
    outcome = compare_with(lines, is_whole=is_whole)
    return comparisons.compare(
        file_name="登记.xlsx", file_digest=digest, as_of=DAY, rows=outcome.rows, matched=outcome.matched,
        differences=outcome.differences, by=office,
    )  # fmt: skip


def test_firms_that_agree_differ_in_nothing(street):
    firm = firm_of(1, registered_street=street)
    outcome = compare_with([line_of(firm, name="企业 1 有限公司", address="某路1号")], is_whole=True)
    assert (outcome.rows, outcome.matched, outcome.differences) == (1, 1, ())


def test_each_kind_of_difference_is_found(street):
    other = make_unit(Unit.Kind.STREET, name="新街道")
    firms = [firm_of(number, registered_street=street) for number in range(1, 6)]
    lines = [
        line_of(firms[0], status="注销", changed_on=date(2026, 9, 1)),
        line_of(firms[1], name="改名有限公司"),
        line_of(firms[2], street=other.name, address="新路 9 号"),
        line_of(firms[3], status="吊销，未注销", name="另一名称"),
    ]
    outcome = compare_with(lines, is_whole=True)
    assert kinds(outcome) == [
        ("E-1", FindingKind.CLOSED), ("E-2", FindingKind.RENAMED), ("E-3", FindingKind.MOVED),
        ("E-4", FindingKind.CLOSED), ("E-5", FindingKind.MISSING),
    ]  # fmt: skip
    assert {each.street for each in outcome.differences} == {street.code}
    assert compare_with(lines, is_whole=False).count(FindingKind.MISSING) == 0
    assert compare_with(lines, spoiled=[firms[4].credit_code], is_whole=True).count(FindingKind.MISSING) == 0


def test_a_firm_without_a_code_is_matched_by_nothing(street):
    make_enterprise(name="企业1有限公司")
    outcome = compare_with([RegistryLine(code_number(1), "企业1有限公司", "存续")], is_whole=True)
    assert (outcome.matched, outcome.without_code, outcome.differences) == (0, 1, ())


def test_what_the_file_does_not_say_differs_from_nothing(street):
    firm = firm_of(1, registered_street=street)
    assert compare_with([line_of(firm, street="", address="")], is_whole=True).differences == ()


def test_the_street_asked_is_that_of_the_register_else_of_the_park(park, street):
    tenant = firm_of(1, park=park)
    nowhere = firm_of(2)
    outcome = compare_with([line_of(tenant, name="新名"), line_of(nowhere, name="新名")], is_whole=True)
    assert [each.street for each in outcome.differences] == [street.code, ""]


def test_a_comparison_asks_the_database_as_often_for_many_firms_as_for_one(street):
    def count(lines) -> int:
        with CaptureQueriesContext(connection) as queries:
            compare_with(lines, is_whole=True)
        return len(queries)

    lines = [line_of(firm_of(1, registered_street=street), name="改名")]
    one = count(lines)
    lines += [line_of(firm_of(number, registered_street=street), name="改名") for number in range(2, 30)]
    assert count(lines) == one <= 6


def test_findings_are_stored_once_and_not_asked_twice(office, street):
    firm = firm_of(1, registered_street=street)
    first = run(office, line_of(firm, name="改名有限公司"))
    assert (first.rows, first.matched, first.findings.count()) == (1, 1, 1)
    again = run(office, line_of(firm, name="改名有限公司"), digest="d2")
    assert again.findings.count() == 0
    other = run(office, line_of(firm, name="又改名有限公司"), digest="d3")
    assert other.findings.count() == 1
    assert AuditEvent.objects.filter(verb="comparison.run").count() == 3
    with pytest.raises(Invalid, match="已经比对过"):
        run(office, line_of(firm), digest="d3")


def test_what_the_register_no_longer_says_is_left_out(office, street):
    firm = firm_of(1, registered_street=street)
    outcome = compare_with([line_of(firm, name="改名有限公司")], is_whole=True)
    enterprises.update(enterprise=firm, values={"name": "改名有限公司"}, reason="更正", by=office)
    comparison = comparisons.compare(
        file_name="f",
        file_digest="d",
        as_of=DAY,
        rows=1,
        matched=1,
        differences=outcome.differences,
        by=office,
    )
    assert comparison.findings.count() == 0


def test_only_the_office_compares(street_user, operator):
    for actor in (street_user, operator):
        with pytest.raises(NotAllowed):
            run(actor)


def finding_of(office, firm, **values) -> RegistryFinding:
    return run(office, line_of(firm, **values)).findings.get()


def test_a_confirmed_move_changes_the_address(office, street_user, street):
    other = make_unit(Unit.Kind.STREET, name="新街道")
    firm = firm_of(1, registered_street=street)
    finding = finding_of(office, firm, street="新街道", address="新路 9 号")
    comparisons.confirm(finding=finding, answer="属实", by=street_user)
    firm.refresh_from_db()
    assert (firm.registered_street, firm.registered_address) == (other, "新路 9 号")
    event = AuditEvent.objects.get(verb="finding.confirm")
    assert {change.object_type for change in event.changes.all()} >= {
        "parks.enterprise",
        "parks.registryfinding",
    }


def test_a_confirmed_move_out_of_the_district_leaves_no_street(office, street_user, street):
    firm = firm_of(1, registered_street=street)
    finding = finding_of(office, firm, street="盘龙区某街道", address="盘龙区某路 1 号")
    comparisons.confirm(finding=finding, by=street_user)
    firm.refresh_from_db()
    assert (firm.registered_street, firm.registered_address) == (None, "盘龙区某路 1 号")


def test_a_confirmed_closing_ends_the_tenancies(office, street_user, park, street):
    firm = firm_of(1, park=park, registered_street=street)
    finding = finding_of(office, firm, status="注销")
    with pytest.raises(Invalid, match="日期"):
        comparisons.confirm(finding=finding, by=street_user)
    comparisons.confirm(finding=finding, on=date(2026, 5, 1), by=street_user)
    firm.refresh_from_db()
    assert (firm.closed_on, firm.tenancies.get().valid_to) == (date(2026, 5, 1), date(2026, 5, 1))


def test_a_code_that_the_bureau_does_not_know_is_checked_again(office, street_user, street):
    firm = firm_of(1, registered_street=street, credit_code_state="verified")
    finding = run(office).findings.get()
    comparisons.confirm(finding=finding, by=street_user)
    firm.refresh_from_db()
    assert (firm.credit_code_state, firm.closed_on) == ("pending", None)


def test_a_confirmed_name_waits_for_the_office(office, street_user, street):
    firm = firm_of(1, registered_street=street)
    finding = finding_of(office, firm, name="新名有限公司")
    assert comparisons.confirm(finding=finding, by=street_user).state == "confirmed"
    firm.refresh_from_db()
    assert firm.name == "企业1有限公司"


def test_a_finding_is_rejected_in_words_and_decided_once(office, street_user, street):
    firm = firm_of(1, registered_street=street)
    finding = finding_of(office, firm, street="新街道")
    with pytest.raises(Invalid, match="写明"):
        comparisons.reject(finding=finding, answer=" ", by=street_user)
    comparisons.reject(finding=finding, answer="现场核实仍在本街道", by=street_user)
    for step in (comparisons.confirm, comparisons.reject):
        with pytest.raises(NotReady, match="与实际不符"):
            step(finding=finding, answer="再答", by=street_user)
    firm.refresh_from_db()
    assert firm.registered_street == street


def test_a_firm_changed_since_is_not_written_over(office, street_user, street):
    firm = firm_of(1, registered_street=street)
    finding = finding_of(office, firm, address="新路 9 号")
    enterprises.update(enterprise=firm, values={"registered_address": "改路 2 号"}, by=office)
    with pytest.raises(Conflict) as refusal:
        comparisons.confirm(finding=finding, by=street_user)
    assert "改路 2 号" in refusal.value.changes[0][1]
    finding.refresh_from_db()
    assert finding.state == "waiting"


@pytest.mark.feature("A12")
def test_only_the_street_that_is_asked_decides(office, street_user, operator, street):
    other = make_unit(Unit.Kind.STREET)
    finding = finding_of(office, firm_of(1, registered_street=other), name="新名")
    for actor in (street_user, operator, office):
        with pytest.raises(NotAllowed):
            comparisons.confirm(finding=finding, by=actor)


def test_the_office_decides_where_no_street_is_asked(office, street_user):
    finding = finding_of(office, firm_of(1), name="新名")
    with pytest.raises(NotAllowed):
        comparisons.reject(finding=finding, answer="x", by=street_user)
    assert comparisons.reject(finding=finding, answer="核对无误", by=office).state == "rejected"


@given(
    street=st.none() | st.text("官渡街道金马", min_size=1, max_size=6),
    address=st.none() | st.text("住所：；登记街道昆明1 ", min_size=1, max_size=20),
)
def test_a_place_is_read_as_it_was_written(street, address):
    assert read_place(place_text(street or "", address or "")) == (street, address)
