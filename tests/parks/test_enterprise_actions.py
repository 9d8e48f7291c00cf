"""Firms: entered with their first name, described, corrected with a reason, closed with their tenancies."""

from datetime import date

import pytest

from guandu.accounts.models import Unit
from guandu.audit.changes import snapshot
from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid
from parks.actions import enterprises
from parks.enums import EnterpriseKind, LeavingReason
from parks.models import Enterprise, EnterpriseName, Occupancy, Tenancy
from tests.factories import make_building, make_enterprise, make_industry, make_park, make_space, make_unit

pytestmark = pytest.mark.django_db
CODE, OTHER_CODE = "91530111MA6K00006G", "91530111719400005P"


def names(firm: Enterprise) -> list[tuple]:
    return list(
        firm.names.order_by("valid_from").values_list("name", "credit_code", "valid_from", "valid_to")
    )


def refused(step) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        step()
    return dict(refusal.value.errors)


def test_a_firm_is_entered_with_its_first_name(office, street):
    industry = make_industry()
    firm = enterprises.create(
        code="E-1", name="云岭科技有限公司", credit_code=CODE, credit_code_state="verified", kind="company",
        industry="65", registered_street=street, registered_address="官渡区某路 1 号",
        established_on=date(2019, 5, 6), by=office,
    )  # fmt: skip
    assert (firm.industry, firm.registered_street, firm.credit_code_state) == (industry, street, "verified")
    assert names(firm) == [("云岭科技有限公司", CODE, date(2019, 5, 6), None)]
    event = AuditEvent.objects.get(verb="enterprise.create")
    assert {change.object_type for change in event.changes.all()} == {
        "parks.enterprise",
        "parks.enterprisename",
    }


@pytest.mark.feature("A6")
def test_a_firm_without_a_code_waits_for_it(office):
    firm = enterprises.create(code="E-1", name="某企业", by=office)
    assert (firm.credit_code, firm.credit_code_state) == ("", "pending")
    assert refused(
        lambda: enterprises.update(enterprise=firm, values={"credit_code_state": "verified"}, by=office)
    )
    filled = enterprises.update(
        enterprise=firm, values={"credit_code": CODE, "credit_code_state": "verified"}, by=office
    )
    assert filled.credit_code_state == "verified"
    assert names(firm)[0][1] == CODE
    emptied = enterprises.update(enterprise=firm, values={"credit_code": " "}, reason="录错", by=office)
    assert emptied.credit_code_state == "pending"


@pytest.mark.feature("A6")
def test_a_code_belongs_to_one_firm(office):
    make_enterprise(credit_code=CODE)
    wrong = refused(
        lambda: enterprises.create(code="E-1", name="另一家", credit_code=CODE.lower(), by=office)
    )
    assert "已登记在另一家企业名下" in "".join(wrong.values())
    assert not Enterprise.objects.filter(code="E-1").exists()


def test_a_typing_error_is_corrected_with_a_reason_and_without_history(office):
    firm = enterprises.create(code="E-1", name="云岭科枝有限公司", credit_code=CODE, by=office)
    wrong = refused(
        lambda: enterprises.update(enterprise=firm, values={"name": "云岭科技有限公司"}, by=office)
    )
    assert wrong == {"reason": "请写明订正原因。"}
    enterprises.update(enterprise=firm, values={"name": "云岭科技有限公司"}, reason="录入笔误", by=office)
    assert [row[0] for row in names(firm)] == ["云岭科技有限公司"]
    event = AuditEvent.objects.get(verb="enterprise.update")
    assert (event.reason, event.changes.count()) == ("录入笔误", 2)


def test_a_firm_without_a_name_row_gets_one_at_its_first_change(office):
    firm = make_enterprise(name="旧登记")
    assert not EnterpriseName.objects.exists()
    enterprises.update(enterprise=firm, values={"note": "补充说明"}, by=office)
    assert [row[0] for row in names(firm)] == ["旧登记"]


@pytest.mark.feature("A18")
def test_the_second_to_save_is_shown_the_firsts_change(office):
    firm = make_enterprise()
    seen = snapshot(firm)
    enterprises.update(enterprise=firm, values={"note": "甲"}, seen=seen, by=office)
    with pytest.raises(Conflict) as refusal:
        enterprises.update(enterprise=firm, values={"note": "乙"}, seen=seen, by=office)
    assert ("说明", "甲", "乙") in refusal.value.changes
    with pytest.raises(Conflict):
        enterprises.update(enterprise=firm, values={"note": "乙"}, version=1, by=office)
    assert Enterprise.objects.get(pk=firm.pk).note == "甲"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"industry": "9Z"}, "industry"),
        ({"established_on": date(2999, 1, 1)}, "established_on"),
        ({"closed_on": date(2999, 1, 1)}, "closed_on"),
        ({"name": ""}, "name"),
        ({"established_on": date(2024, 1, 2), "closed_on": date(2024, 1, 1)}, "__all__"),
    ],
)
def test_what_cannot_be_is_refused_by_field(office, values, field):
    assert field in refused(
        lambda: enterprises.create(**{"code": "E-1", "name": "某企业", **values}, by=office)
    )
    firm = make_enterprise()
    assert field in refused(
        lambda: enterprises.update(enterprise=firm, values=values, reason="试", by=office)
    )


def test_a_street_is_a_street(office):
    wrong = refused(
        lambda: enterprises.create(code="E-1", name="某企业", operating_street=make_unit(), by=office)
    )
    assert wrong == {"operating_street": "经营街道只能选择街道。"}


def test_only_a_branch_has_a_head_office(office):
    head = make_enterprise(name="总公司")
    branch = enterprises.create(
        code="E-1", name="分公司", kind=EnterpriseKind.BRANCH, head_office=head, by=office
    )
    assert branch.head_office == head
    for kind, boss in (("company", head), ("household", head), ("branch", branch)):
        values = {"code": "E-2", "name": "某", "kind": kind, "head_office": boss}
        assert "head_office" in refused(lambda given=values: enterprises.create(**given, by=office))
    itself = refused(lambda: enterprises.update(enterprise=branch, values={"head_office": branch}, by=office))
    assert itself == {"head_office": "总公司不能是企业自己。"}


def tenant_with_space(park, since=date(2024, 1, 1)):
    firm = make_enterprise(park=park, since=since)
    tenancy = firm.tenancies.get()
    space = make_space(building=make_building(park=park))
    return firm, tenancy, Occupancy.objects.create(tenancy=tenancy, space=space, valid_from=since)


def test_a_closed_firm_leaves_every_park_and_space_on_that_day(office, park):
    firm, tenancy, occupancy = tenant_with_space(park)
    other = Tenancy.objects.create(park=make_park(), enterprise=firm, valid_from=date(2025, 1, 1))
    past = Tenancy.objects.create(
        park=make_park(),
        enterprise=firm,
        valid_from=date(2023, 1, 1),
        valid_to=date(2023, 6, 1),
        leaving_reason="moved",
    )
    enterprises.update(enterprise=firm, values={"closed_on": date(2026, 3, 1)}, by=office)
    for row in (tenancy, other, past, occupancy):
        row.refresh_from_db()
    assert tenancy.valid_to == other.valid_to == occupancy.valid_to == date(2026, 3, 1)
    assert (tenancy.leaving_reason, past.leaving_reason) == (LeavingReason.CLOSED, LeavingReason.MOVED)
    assert past.valid_to == date(2023, 6, 1)
    assert (
        AuditEvent.objects.get(verb="enterprise.update").changes.filter(object_type="parks.tenancy").count()
        == 2
    )


def test_a_firm_that_moved_in_later_cannot_have_closed_before(office, park):
    firm, tenancy, _ = tenant_with_space(park)
    wrong = refused(
        lambda: enterprises.update(enterprise=firm, values={"closed_on": date(2024, 1, 1)}, by=office)
    )
    assert "2024-01-01 起的入驻" in wrong["closed_on"]
    assert park.name not in wrong["closed_on"]
    firm.refresh_from_db()
    tenancy.refresh_from_db()
    assert firm.closed_on is None
    assert tenancy.valid_to is None


def test_many_firms_get_their_names_in_one_write(park, office):
    make_industry()
    rows = [
        {"code": "E-1", "name": "甲", "park": park, "on": date(2025, 2, 3), "industry": "65"},
        {"code": "E-2", "name": "乙", "established_on": date(2020, 1, 1), "credit_code": CODE},
    ]
    first, second = enterprises.enter_many(rows=rows, by=office)
    assert names(first) == [("甲", "", date(2025, 2, 3), None)]
    assert names(second) == [("乙", CODE, date(2020, 1, 1), None)]


@pytest.mark.parametrize("field", ["code", "merged_into", "version", "is_demo"])
def test_other_fields_are_out_of_reach(office, field):
    with pytest.raises(Invalid, match=field):
        enterprises.update(enterprise=make_enterprise(), values={field: None}, by=office)
    if field not in {"code", "is_demo"}:
        with pytest.raises(Invalid, match=field):
            enterprises.create(code="E-9", name="某", by=office, **{field: None})


def test_a_tenant_in_two_parks_of_two_streets_is_one_firm(office, park):
    firm = make_enterprise(park=park, registered_street=make_unit(Unit.Kind.STREET))
    assert Enterprise.objects.visible_to(office).filter(pk=firm.pk).count() == 1
