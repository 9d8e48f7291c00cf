"""Filling in and filing: exact numbers, conflicts by cell, reasons, what a filed version is worth."""

import pytest
from django.db import DatabaseError, transaction

from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from targets.actions import returns
from targets.actions.returns import version_digest
from targets.models import CellNote, CertifiedValue, Return, ReturnLine
from targets.queries.next_steps import next_steps
from targets.queries.sheet import sheet_of
from tests.targets.factories import ENTRIES, make_cast, make_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def values(return_: Return) -> dict:
    return ReturnLine.objects.get(version=Return.objects.get(pk=return_.pk).draft).values


def cell_of(return_: Return, code: str):
    return next(cell for cell in sheet_of(return_).cells if cell.form.code == code)


def test_typed_text_becomes_whole_units_exactly(cast):
    return_ = cast.draft()
    returns.save(
        return_=return_, cells={"REV": "１,234.10", "FIRMS": " 12 "}, base={"REV": "0.01"}, by=cast.operator
    )
    line = ReturnLine.objects.get()
    assert (line.values, line.base) == ({"REV": 123410, "FIRMS": 12}, {"REV": 1})
    assert line.authors["REV"]["by"] == cast.operator.name


def test_an_empty_cell_is_missing_and_a_zero_is_zero(cast):
    return_ = cast.draft()
    returns.save(return_=return_, cells={"REV": "0", "FIRMS": "5"}, by=cast.operator)
    returns.save(return_=return_, cells={"FIRMS": ""}, by=cast.operator)
    assert values(return_) == {"REV": 0}


def test_every_wrong_cell_is_named_at_once_and_nothing_is_written(cast):
    return_ = cast.draft()
    wrong = {"REV": "约一千", "FIRMS": "12.5", "REV_LEAD": "600", "GDP": "1"}
    with pytest.raises(Invalid) as refused:
        returns.save(return_=return_, cells=wrong, base={"REV": "x", "FIRMS": "3"}, by=cast.operator)
    assert [key for key, _ in refused.value.errors] == ["REV", "FIRMS", "GDP", "REV:base", "FIRMS:base"]
    assert values(return_) == {}
    assert not AuditEvent.objects.filter(verb="return.save").exists()


@pytest.mark.feature("B22")
def test_a_stale_save_lists_the_cells_that_somebody_else_changed(cast):
    return_ = cast.draft()
    second = make_operator("P1", "operator-2")
    returns.save(return_=return_, cells={"REV": "100", "FIRMS": "3"}, counter=0, by=cast.operator)
    with pytest.raises(Conflict) as refused:
        returns.save(return_=return_, cells={"REV": "200", "FIRMS": "3"}, counter=0, by=second)
    assert refused.value.changes == (("营业收入", "100.00", "200.00"),)
    assert values(return_)["REV"] == 10000


@pytest.mark.feature("B22")
def test_two_people_in_different_cells_do_not_disturb_each_other(cast):
    return_ = cast.draft()
    returns.save(return_=return_, cells={"REV": "100"}, counter=0, by=cast.operator)
    returns.save(return_=return_, cells={"FIRMS": "3"}, counter=0, by=make_operator("P1", "operator-2"))
    assert values(return_) == {"REV": 10000, "FIRMS": 3}


def test_after_seeing_the_conflict_a_second_save_settles_it(cast):
    return_ = cast.draft()
    returns.save(return_=return_, cells={"REV": "100"}, counter=0, by=cast.operator)
    returns.save(return_=return_, cells={"REV": "200"}, counter=1, by=make_operator("P1", "operator-2"))
    assert values(return_)["REV"] == 20000


@pytest.mark.feature("B9")
def test_a_required_cell_that_is_empty_blocks_and_is_named(cast):
    return_ = returns.save(return_=cast.draft(), cells=ENTRIES | {"REV": ""}, by=cast.operator)
    with pytest.raises(NotReady) as refused:
        returns.file(return_=return_, by=cast.operator)
    assert refused.value.missing == ("请填写营业收入；确实为零请填 0。",)
    [step] = next_steps(return_, cast.operator)
    assert step.missing == refused.value.missing


@pytest.mark.feature("B9")
def test_a_hard_error_blocks_at_its_cell(cast):
    return_ = cast.filled(REV_LEAD="1000.01")
    with pytest.raises(Invalid) as refused:
        returns.file(return_=return_, by=cast.operator)
    assert refused.value.errors == (("REV_LEAD", "主导产业营业收入不能大于营业收入。"),)


@pytest.mark.feature("B9")
def test_a_soft_finding_needs_a_reason_that_dies_with_its_value(cast):
    cast.locked("2026Q1")
    return_ = cast.filled("2026Q2", REV="900", REV_LEAD="600")
    with pytest.raises(NotReady, match="先补齐") as refused:
        returns.file(return_=return_, by=cast.operator)
    assert "小于上期累计" in refused.value.missing[0]
    reason = {"REV": "剔除迁出企业"}
    returns.save(return_=return_, reasons=reason, by=cast.operator)
    assert sheet_of(return_).blocking == []
    # The form sends the old reason along with the new number: it was given for another value.
    returns.save(return_=return_, cells={"REV": "890"}, reasons=reason, by=cast.operator)
    with pytest.raises(NotReady):
        returns.file(return_=return_, by=cast.operator)
    returns.save(return_=return_, reasons={"REV": "剔除迁出企业两家"}, by=cast.operator)
    filed = returns.file(return_=return_, by=cast.operator)
    assert cell_of(filed, "REV").reason == "剔除迁出企业两家"


def test_the_reviewer_gets_the_reasons_again_after_sending_back(cast):
    cast.locked("2026Q1")
    return_ = cast.filled("2026Q2", REV="900")
    returns.save(return_=return_, reasons={"REV": "剔除迁出企业"}, by=cast.operator)
    return_ = returns.file(return_=return_, by=cast.operator)
    return_ = returns.send_back(return_=return_, comment="补充说明", by=cast.reviewer)
    return_ = returns.file(return_=return_, by=cast.operator)
    assert cell_of(return_, "REV").reason == "剔除迁出企业"
    assert CellNote.objects.filter(kind="reason").count() == 2


@pytest.mark.feature("B6")
def test_the_reviewer_sees_exactly_what_changed_since_the_last_filing(cast):
    back = cast.sent_back()
    return_ = returns.save(return_=back, cells={"REV": "1100", "FIRMS": "31"}, by=cast.operator)
    return_ = returns.file(return_=return_, by=cast.operator)
    changes = {c.form.code: (str(c.earlier), str(c.value)) for c in sheet_of(return_).changes}
    assert changes == {"REV": ("1000.00", "1100.00"), "FIRMS": ("30", "31")}


def test_the_last_period_stands_beside_each_cell(cast):
    cast.locked("2026Q1", REV="700")
    cell = cell_of(cast.draft("2026Q2"), "REV")
    assert (str(cell.last), cell.last_certified) == ("700.00", True)


def test_a_filed_last_period_serves_until_it_is_certified(cast):
    cast.filed("2026Q1", REV="400", REV_LEAD="300")
    cell = cell_of(cast.draft("2026Q2"), "REV")
    assert (str(cell.last), cell.last_certified) == ("400.00", False)


@pytest.mark.feature("B3")
@pytest.mark.parametrize("state", ["filed", "reviewed", "locked"])
def test_what_is_handed_in_is_not_written_to(cast, state):
    return_ = cast.at(state)
    before = ReturnLine.objects.values_list("values", flat=True).get()
    for user in (cast.operator, cast.reviewer, cast.office):
        with pytest.raises(PortalError, match="不能报送|权限"):
            returns.save(return_=return_, cells={"REV": "1"}, by=user)
    assert ReturnLine.objects.values_list("values", flat=True).get() == before


def test_filing_freezes_the_version_under_its_digest(cast):
    return_ = cast.filed()
    assert return_.draft is None
    assert return_.filed.frozen_at == return_.filed_at
    assert return_.filed.digest == version_digest(return_.filed)
    assert (return_.filed.number, return_.filed.filed_by) == (1, cast.operator.username)


@pytest.mark.feature("B3")
def test_a_filed_line_is_not_written_to_around_the_service(cast):
    cast.filed()
    with pytest.raises(DatabaseError, match="locked return line"), transaction.atomic():
        ReturnLine.objects.update(values={})


def test_filing_what_changed_since_the_page_was_read_is_a_conflict(cast):
    return_ = cast.filled()
    with pytest.raises(Conflict, match="又有改动"):
        returns.file(return_=return_, counter=return_.draft.change_counter - 1, by=cast.operator)


def test_a_cycle_that_is_not_open_yet_takes_no_numbers(cast):
    return_ = cast.draft("2030Q4")
    with pytest.raises(NotReady, match="2031年1月1日起开始填报"):
        returns.save(return_=return_, cells={"REV": "1"}, by=cast.operator)


def test_a_cell_value_is_never_certified_before_the_office_confirms(cast):
    cast.reviewed()
    assert not CertifiedValue.objects.exists()
