"""企业荣誉: dated by the rule of the day, counted by firms, renewed, revoked; data, not code."""

from datetime import date

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.web.registry import todos_for
from parks.actions import honours, standards
from parks.enums import HonourCode
from parks.models import Honour, HonourKind, HonourRule, Industry, StatisticalClass, Tenancy, Threshold
from parks.queries.honours import held_on, holders, renewals_due
from tests.factories import make_enterprise, make_honour_kind, make_park, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(db):
    call_command("load_standards", verbosity=0)


@pytest.fixture
def hitech(loaded) -> HonourKind:
    return HonourKind.objects.get(code=HonourCode.HITECH)


@pytest.fixture
def firm(park):
    return make_enterprise(park=park, name="云上科技有限公司")


# The standards are data


def test_the_standards_load_once_and_keep_what_an_official_changed(loaded, office):
    assert (Industry.objects.filter(level="section").count(), Industry.objects.filter(level="division").count()) == (20, 97)
    assert Industry.objects.get(code="79").parent.code == "N"
    events = AuditEvent.objects.count()
    standards.update_honour_kind(
        kind=HonourKind.objects.get(code="gazelle"), values={"short_name": "瞪羚羊"}, by=office
    )
    call_command("load_standards", verbosity=0)
    assert AuditEvent.objects.count() == events + 1
    assert HonourKind.objects.get(code="gazelle").short_name == "瞪羚羊"


@pytest.mark.feature("A19")
def test_the_change_of_rules_of_april_2026_is_data(loaded):
    rules = HonourRule.objects.filter(kind__code=HonourCode.INNOVATIVE).order_by("valid_from")
    assert [(rule.name, rule.valid_from, rule.valid_to) for rule in rules] == [
        ("创新型中小企业", date(2022, 8, 1), date(2026, 4, 1)),
        ("科技和创新型中小企业", date(2026, 4, 1), None),
    ]


def test_a_new_rule_ends_the_one_before_and_never_begins_earlier(hitech, office):
    rule = {"name": "高新技术企业", "years": 5, "renewal": "reapply"}
    standards.change_honour_rule(kind=hitech, on=date(2027, 1, 1), by=office, **rule)
    assert list(hitech.rules.order_by("valid_from").values_list("years", "valid_to")) == [(3, date(2027, 1, 1)), (5, None)]
    with pytest.raises(Invalid, match="不能早于它"):
        standards.change_honour_rule(kind=hitech, on=date(2026, 1, 1), by=office, **rule)
    standards.change_honour_rule(kind=hitech, on=date(2027, 1, 1), by=office, **{**rule, "years": 4})
    assert list(hitech.rules.values_list("years", flat=True).order_by("valid_from")) == [3, 4]


def test_a_threshold_is_exact_and_dated(loaded, office):
    retail = StatisticalClass.objects.get(code="RETAIL")
    standards.change_threshold(of_class=retail, on=date(2027, 1, 1), revenue=60000, by=office)
    on = {day: Threshold.objects.on(day).get(of_class=retail).revenue for day in (date(2026, 12, 31), date(2027, 1, 1))}
    assert on == {date(2026, 12, 31): 50000, date(2027, 1, 1): 60000}


# Holding, by days


@pytest.mark.feature("A19")
def test_a_recognition_lasts_as_the_rule_of_its_day_says(hitech, firm, office):
    honour = honours.award(enterprise=firm, kind=hitech, on=date(2024, 6, 1), by=office)
    assert (honour.valid_to, honour.issuer, honour.level) == (
        date(2027, 6, 1), "省级高新技术企业认定管理机构", "national",
    )  # fmt: skip
    counted = {day: holders(day, [HonourCode.HITECH])[0] for day in (date(2024, 5, 31), date(2026, 12, 31), date(2027, 9, 30))}
    assert counted == {date(2024, 5, 31): 0, date(2026, 12, 31): 1, date(2027, 9, 30): 0}


@pytest.mark.feature("A19")
def test_a_firm_in_two_parks_counts_in_each_and_once_in_the_district(hitech, firm, park, office):
    other = make_park()
    Tenancy.objects.create(park=other, enterprise=firm, valid_from=date(2025, 1, 1))
    honours.award(enterprise=firm, kind=hitech, on=date(2025, 6, 1), by=office)
    honours.award(enterprise=firm, kind=make_honour_kind("gazelle"), on=date(2025, 6, 1), by=office)
    assert holders(date(2026, 6, 30), ["hitech", "gazelle"]) == (1, {park.code: 1, other.code: 1})
    kinds, firms = held_on(office, date(2026, 6, 30))
    assert (firms, {each.code: (each.firms, each.items) for each in kinds}) == (1, {"hitech": (1, 1), "gazelle": (1, 1)})


@pytest.mark.feature("A19")
@time_machine.travel("2027-04-01T10:00:00+08:00", tick=False)
def test_what_runs_out_asks_to_be_renewed_until_it_is(hitech, firm, office, operator):
    honours.award(enterprise=firm, kind=hitech, on=date(2024, 6, 1), by=office)
    assert [todo.title for todo in todos_for(operator) if "续期" in todo.title] == ["高新技术企业须办理续期"]
    renewed = honours.award(enterprise=firm, kind=hitech, on=date(2027, 6, 1), by=office)
    assert renewed.first_recognised_on == date(2024, 6, 1)
    assert not renewals_due(operator, date(2027, 4, 1)).exists()


@time_machine.travel("2027-04-01T10:00:00+08:00", tick=False)
def test_a_kind_without_renewal_and_a_stranger_get_no_reminder(loaded, firm, office, street_user):
    gazelle = HonourKind.objects.get(code="gazelle")
    honours.award(enterprise=firm, kind=gazelle, on=date(2024, 6, 1), until=date(2027, 6, 1), by=office)
    assert not renewals_due(office, date(2027, 4, 1)).exists()
    stranger = make_user(RoleCode.OPERATOR, scope=make_park())
    assert not renewals_due(stranger, date(2027, 4, 1)).exists()


def test_the_same_recognition_never_overlaps(hitech, firm, office):
    honours.award(enterprise=firm, kind=hitech, on=date(2024, 6, 1), by=office)
    for on in (date(2024, 6, 1), date(2023, 6, 2), date(2027, 5, 31)):
        with pytest.raises(Invalid, match="期限不能重叠"):
            honours.award(enterprise=firm, kind=hitech, on=on, by=office)
    honours.award(enterprise=firm, kind=hitech, on=date(2021, 6, 1), by=office)
    honours.award(enterprise=firm, kind=hitech, on=date(2027, 6, 1), by=office)
    assert Honour.objects.count() == 3


def test_a_revoked_recognition_counts_no_longer_and_frees_the_time_after(hitech, firm, office):
    honour = honours.award(enterprise=firm, kind=hitech, on=date(2024, 6, 1), by=office)
    with pytest.raises(Invalid, match="撤销原因"):
        honours.revoke(honour=honour, on=date(2025, 3, 1), because=" ", by=office)
    honours.revoke(honour=honour, on=date(2025, 3, 1), because="主管部门取消资格", by=office)
    assert [holders(day, ["hitech"])[0] for day in (date(2025, 2, 28), date(2025, 3, 1))] == [1, 0]
    with pytest.raises(NotReady, match="已于 2025-03-01 撤销"):
        honours.revoke(honour=honour, on=date(2025, 4, 1), because="再次", by=office)
    honours.award(enterprise=firm, kind=hitech, on=date(2025, 3, 1), by=office)


def test_a_leap_day_ends_on_the_first_of_march(hitech, firm, office):
    assert honours.award(enterprise=firm, kind=hitech, on=date(2024, 2, 29), by=office).valid_to == date(2027, 3, 1)


def test_only_the_office_gives_corrects_and_revokes(hitech, firm, office, operator, street_user):
    honour = honours.award(enterprise=firm, kind=hitech, on=date(2024, 6, 1), by=office)
    for user in (operator, street_user):
        with pytest.raises(NotAllowed):
            honours.award(enterprise=firm, kind=hitech, on=date(2027, 6, 1), by=user)
        with pytest.raises(NotAllowed):
            honours.correct(honour=honour, values={"document": "x"}, by=user)
        with pytest.raises(NotAllowed):
            honours.revoke(honour=honour, on=date(2025, 6, 1), because="x", by=user)


def test_a_stale_correction_is_refused_with_the_other_change(hitech, firm, office):
    honour = honours.award(enterprise=firm, kind=hitech, on=date(2024, 6, 1), by=office)
    seen = {"document": "", "batch": ""}
    honours.correct(honour=honour, values={"document": "〔2024〕8号"}, by=office)
    with pytest.raises(Conflict) as refusal:
        honours.correct(honour=honour, values={"document": "〔2024〕9号"}, seen=seen, by=office)
    assert refusal.value.changes == (("认定文号", "〔2024〕8号", "〔2024〕9号"),)


# Pages


def test_the_office_gives_and_revokes_in_the_portal(hitech, firm, office, sign_in):
    browser = sign_in(office)
    wanted = {"enterprise": firm.name, "kind": hitech.pk, "on": "2024-06-01", "document": "〔2024〕8号"}
    assert browser.post("/register/honours/new/", wanted).status_code == 302
    again = browser.post("/register/honours/new/", wanted)
    assert again.status_code == 422
    assert "期限不能重叠" in again.content.decode()
    unknown = browser.post("/register/honours/new/", {**wanted, "enterprise": "没有这家"})
    assert "没有这家企业" in unknown.content.decode()
    honour = Honour.objects.get()
    page = browser.get("/register/honours/").content.decode()
    assert "云上科技有限公司" in page
    assert "〔2024〕8号" in page
    gone = browser.post(f"/register/honours/{honour.pk}/revoke/", {"on": "2025-03-01", "because": "取消资格"})
    assert gone.status_code == 302
    assert "已撤销云上科技有限公司" in browser.get("/register/honours/").content.decode()
    assert "云上科技有限公司" not in browser.get("/register/honours/").content.decode()
    assert "取消资格" in browser.get("/register/honours/?state=revoked").content.decode()


@pytest.mark.feature("A12")
def test_each_sees_the_honours_of_his_own_firms(hitech, firm, office, operator, other_park, sign_in):
    theirs = make_enterprise(park=other_park, name="外园区企业")
    for each in (firm, theirs):
        honours.award(enterprise=each, kind=hitech, on=date(2025, 6, 1), by=office)
    page = sign_in(operator).get("/register/honours/?state=all").content.decode()
    assert firm.name in page
    assert theirs.name not in page
    assert "<strong>1</strong> 家企业" in page
    other = Honour.objects.get(enterprise=theirs)
    assert sign_in(operator).get(f"/register/honours/{other.pk}/revoke/").status_code == 403


def test_the_list_asks_as_often_for_three_as_for_one(hitech, park, office, sign_in):
    browser, counts = sign_in(office), []
    for number in range(3):
        honours.award(enterprise=make_enterprise(park=park), kind=hitech, on=date(2025, 6, 1), by=office)
        if number in {0, 2}:
            with CaptureQueriesContext(connection) as captured:
                assert browser.get("/register/honours/").status_code == 200
            counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_empty_list_says_where_to_begin(office, operator, sign_in):
    assert "从这里开始" in sign_in(office).get("/register/honours/").content.decode()
    assert "还没有登记企业荣誉" in sign_in(operator).get("/register/honours/").content.decode()
