"""升规培育: a process with batches, beside thresholds that decide nothing by themselves."""

from datetime import date

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.accounts.models import Unit
from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from parks.actions import cultivations
from parks.enums import CultivationState
from parks.models import Cultivation, CultivationMove, StatisticalClass
from parks.queries.cultivations import cultivations_for, reached_not_counted
from parks.workflow import STEPS
from tests.factories import make_enterprise, make_park, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A19")]
DAY = date(2026, 10, 12)


@pytest.fixture(autouse=True)
def _today(db):
    call_command("load_standards", verbosity=0)
    with time_machine.travel("2026-10-12T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def retail() -> StatisticalClass:
    return StatisticalClass.objects.get(code="RETAIL")


@pytest.fixture
def firm(park):
    return make_enterprise(park=park, name="螺蛳湾商贸有限公司")


@pytest.fixture
def row(firm, retail, street_user) -> Cultivation:
    return cultivations.begin(
        enterprise=firm, of_class=retail, on=date(2026, 3, 1), revenue=50_000, revenue_year=2025, by=street_user
    )


def test_a_firm_goes_the_whole_way_with_its_batch(row, street_user):
    way = [
        ("reached", {}), ("applied", {"batch": "2026年9月月度"}),
        ("entered", {"batch": "2026年9月月度", "document": "统计核〔2026〕3号"}), ("left", {"comment": "迁出本区"}),
    ]  # fmt: skip
    for target, said in way:
        row = cultivations.move(cultivation=row, to=target, on=date(2026, 9, 30), by=street_user, **said)
    assert (row.state, row.batch) == ("left", "2026年9月月度")
    assert list(CultivationMove.objects.order_by("pk").values_list("before", "after")) == [
        ("", "nurtured"), ("nurtured", "reached"), ("reached", "applied"), ("applied", "entered"), ("entered", "left"),
    ]  # fmt: skip
    assert AuditEvent.objects.filter(verb="cultivation.move").count() == 4
    cultivations.begin(enterprise=row.enterprise, of_class=row.of_class, by=street_user)


@pytest.mark.parametrize("source", CultivationState.values)
@pytest.mark.parametrize("target", CultivationState.values)
def test_only_the_steps_of_the_table_are_taken(row, street_user, source, target):
    Cultivation.objects.update(state=source)
    known = any((step.source, step.target) == (source, target) for step in STEPS)
    said = {"batch": "2026年年度", "comment": "核实", "on": DAY, "by": street_user}
    if known:
        assert cultivations.move(cultivation=row, to=target, **said).state == target
    else:
        with pytest.raises(NotReady, match="不能直接改到"):
            cultivations.move(cultivation=row, to=target, **said)


def test_what_a_step_stands_on_is_asked_by_name(row, street_user):
    Cultivation.objects.update(revenue=None, revenue_year=None)
    with pytest.raises(NotReady) as refusal:
        cultivations.move(cultivation=row, to="reached", on=DAY, by=street_user)
    assert refusal.value.missing == ("上年营业收入和所属年份",)
    Cultivation.objects.update(state="applied")
    with pytest.raises(NotReady) as refusal:
        cultivations.move(cultivation=row, to="entered", on=DAY, by=street_user)
    assert refusal.value.missing == ("入库批次",)
    with pytest.raises(Invalid, match="不能晚于今天"):
        cultivations.move(cultivation=row, to="entered", on=date(2026, 10, 13), batch="x", by=street_user)
    with pytest.raises(Invalid, match="不能早于它"):
        cultivations.move(cultivation=row, to="entered", on=date(2026, 2, 1), batch="x", by=street_user)


def test_reaching_the_line_is_a_list_and_not_an_entry(row, retail, park, street_user):
    below = cultivations.begin(
        enterprise=make_enterprise(park=park), of_class=retail, revenue=49_999, revenue_year=2025, by=street_user
    )
    unknown = cultivations.begin(enterprise=make_enterprise(park=park), of_class=retail, by=street_user)
    found = reached_not_counted(cultivations_for(street_user, DAY))
    assert [each.pk for each in found] == [row.pk]
    assert {below.state, unknown.state, row.state} == {"nurtured"}
    Cultivation.objects.filter(pk=row.pk).update(state="entered")
    assert not reached_not_counted(cultivations_for(street_user, DAY)).exists()


def test_revenue_and_its_year_stand_together_and_one_firm_stands_once(row, retail, firm, street_user):
    with pytest.raises(Invalid) as refusal:
        cultivations.update(cultivation=row, values={"revenue_year": None}, by=street_user)
    assert "上年营业收入与所属年份必须一并填写。" in [text for _, text in refusal.value.errors]
    with pytest.raises(Invalid) as refusal:
        cultivations.begin(enterprise=firm, of_class=retail, by=street_user)
    assert "该企业已在升规培育库中。" in [text for _, text in refusal.value.errors]


def test_a_second_click_is_a_conflict(row, street_user):
    cultivations.move(cultivation=row, to="reached", on=DAY, version=row.version, by=street_user)
    with pytest.raises(Conflict):
        cultivations.move(cultivation=row, to="applied", on=DAY, batch="x", version=row.version, by=street_user)


def test_a_firms_revenue_shows_to_its_street_and_the_office_only(row, office, street_user, operator, leader, sign_in):
    for user in (office, street_user):
        page = sign_in(user).get("/register/cultivation/").content.decode()
        assert "螺蛳湾商贸有限公司" in page
        assert "500.00" in page
    chain = row.enterprise.tenancies.get().park.placements.get().chain
    for user in (operator, leader, make_user(RoleCode.TASK_FORCE, scope=chain)):
        assert sign_in(user).get("/register/cultivation/").status_code == 403
        with pytest.raises(NotAllowed):
            cultivations.move(cultivation=row, to="reached", on=DAY, by=user)


def test_another_street_does_not_know_of_it(row, sign_in):
    street = make_unit(Unit.Kind.STREET)
    make_park(street=street)
    stranger = make_user(RoleCode.STREET, scope=street)
    browser = sign_in(stranger)
    assert browser.get(f"/register/cultivation/{row.pk}/").status_code == 404
    assert browser.get(f"/register/cultivation/{row.pk}/reached/").status_code == 404
    assert "螺蛳湾" not in browser.get("/register/cultivation/").content.decode()
    with pytest.raises(NotAllowed):
        cultivations.move(cultivation=row, to="reached", on=DAY, by=stranger)


def test_the_street_keeps_the_store_in_the_portal(firm, retail, street_user, sign_in):
    browser = sign_in(street_user)
    wanted = {"enterprise": firm.code, "of_class": retail.pk, "revenue": "5,000.5", "revenue_year": "2025"}
    assert browser.post("/register/cultivation/new/", wanted).status_code == 302
    row = Cultivation.objects.get()
    assert row.revenue == 500_050
    assert browser.get(f"/register/cultivation/{row.pk}/entered/").status_code == 404
    done = browser.post(f"/register/cultivation/{row.pk}/reached/", {"on": "2026-10-12", "version": row.version})
    assert done.status_code == 302
    page = browser.get(f"/register/cultivation/{row.pk}/").content.decode()
    assert "现处于达标环节" in page
    assert "登记申报" in page
    refused = browser.post(f"/register/cultivation/{row.pk}/applied/", {"on": "2026-10-12"})
    assert refused.status_code == 409
    assert "入库批次" in refused.content.decode()


def test_the_list_asks_as_often_for_three_as_for_one(retail, park, street_user, sign_in):
    browser, counts = sign_in(street_user), []
    for number in range(3):
        cultivations.begin(enterprise=make_enterprise(park=park), of_class=retail, by=street_user)
        if number in {0, 2}:
            with CaptureQueriesContext(connection) as captured:
                assert browser.get("/register/cultivation/").status_code == 200
            counts.append(len(captured))
    assert counts[0] == counts[1]
