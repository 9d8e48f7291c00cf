"""The leader's sheet, 终期评估 from old books alone, and the next plan's baselines."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import LOADER
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from targets.actions import baselines, publications
from targets.actions.load_plan import load_plan
from targets.enums import TargetStatus
from targets.enums_plan import LightState
from targets.models import Indicator, Plan, RedLight, Return
from targets.queries.plan_papers import brief_of, closing_of
from targets.queries.publishing import coverage_of, figures_of, frozen_rows
from tests.factories import make_figure, make_indicator, make_user
from tests.signing_in import signed_in
from tests.targets.historic import book, line, signed
from tests.targets.plans import make_plan, make_result, make_target

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
Q3 = Period.parse("2026Q3")


@pytest.fixture
def signer():
    return make_user("office", username="office-2")


@pytest.mark.feature("D4", "B18")
def test_the_plan_is_closed_from_a_workbook_of_old_numbers_alone(office, signer):
    load_plan(root=ROOT, by=LOADER)
    titles = (
        "发明专利有效量（件，期末数）", "专精特新中小企业数（家，期末数）", "新增园区数（个）", "外综服平台出口额（万美元，本年累计）",
        "全区税收（万元，本年累计）", "税收（万元，本年累计）",
    )  # fmt: skip
    rows = [
        line("全区", "", "2023", 2750, 41, None, 540, None, None),
        line("全区", "", "2026", 3650, 96, 10, 990, "1000000", "310000.5"),
    ]
    with clock.known_demo_date(date(2027, 1, 20)):
        signed(book(*rows, titles=titles), office, signer)
        page = signed_in(office).get("/plan/closing/").content.decode()
        closing = closing_of(Plan.objects.get(), office)
    assert not Return.objects.exists()
    assert closing.is_final
    results = {each.row.target.code: (each.is_met, each.row.standing and each.row.standing.value) for each in closing.lines}
    assert results["T18"] == (True, 3650)
    assert results["T15"] == (False, 55)  # 96 less the 41 of the base year
    assert results["T04"] == (True, 10)
    assert results["T32"] == (False, 990)
    assert results["T09"] == (True, Decimal("31.00"))
    assert results["T01"] == (None, None)
    # Titles, parks and honours are counted from the register, which knows its zeros.
    assert (closing.met, closing.missed, closing.unknown) == (3, 20, 27)
    assert "到 2026年12月31日，50 项数值目标完成 <strong>3</strong> 项，未完成 <strong>20</strong> 项，待补 <strong>27</strong> 项" in page
    assert "含补录数" in page
    assert "尚差 5 家" in page


def test_before_the_end_the_closing_says_how_far_it_reads(office):
    plan = make_plan()
    make_result(make_target(plan, "T01"), TargetStatus.ON_TRACK, "7", period="2026Q2")
    page = signed_in(office).get("/plan/closing/").content.decode()
    assert "期末数还没有形成，以下截至2026年第二季度" in page


def test_the_closing_names_how_a_line_was_revised(office):
    plan = make_plan()
    target = make_target(plan, "T01", value="12")
    target.revisions.create(
        number=1, document="关于调整目标的通知", document_number="官政办〔2026〕8号", in_force_from=date(2026, 5, 1), reason="上级调整",
        old_value="10", new_value="12", revised_by="某人", revised_at=clock.now(),
    )  # fmt: skip
    make_result(target, TargetStatus.MET, "12", period="2026Q4")
    page = signed_in(office).get("/plan/closing/").content.decode()
    assert "关于调整目标的通知官政办〔2026〕8号：10 调整为 12" in page


# --- The leader's sheet ----------------------------------------------------------------------------


@pytest.fixture
def plan():
    plan = make_plan()
    for code, status in (("T01", TargetStatus.BEHIND), ("T02", TargetStatus.BEHIND), ("T03", TargetStatus.AT_RISK)):
        make_result(make_target(plan, code), status, "7")
    make_target(plan, "T04")
    return plan


def light(plan, code: str, state: str, **fields) -> RedLight:
    return RedLight.objects.create(
        target=plan.targets.get(code=code), period="2026Q3", state=state, opened_at=clock.now(), due_on=date(2026, 10, 20), **fields
    )


def test_a_red_stands_on_the_sheet_once_the_office_has_released_it(plan, office):
    light(plan, "T01", LightState.RELEASED, released_by="某人", released_at=clock.now(), answer="用地未落实")
    light(plan, "T02", LightState.WAITING)
    found = brief_of(plan, Q3, office)
    assert [row.target.code for row, _ in found.red] == ["T01"]
    assert found.unreleased == 1
    page = signed_in(office).get("/plan/brief/?period=2026Q3").content.decode()
    assert "用地未落实" in page
    assert "其中滞后 1 项正由牵头单位核实" in page
    assert "T02 目标T02" not in page


def test_the_sheet_counts_by_chain_and_says_who_owes(plan, leader):
    found = brief_of(plan, Q3, leader)
    # The two reds are not released: last, without their word.
    assert [word for _, word, _ in found.counts] == ["已完成", "正常", "有风险", "滞后", "待补", "核实中"]
    ((name, numbers),) = found.chains
    assert (name, [number for _, number in numbers]) == ("全区性目标", [0, 0, 1, 0, 1, 2])
    assert [row.target.code for row in found.risky] == ["T03"]
    assert [[row.target.code for row in rows] for _, rows in found.owed] == [["T04"]]


# --- The next plan ---------------------------------------------------------------------------------


@pytest.fixture
def published(office):
    """The year's publication with one number of the district."""
    make_figure(make_indicator(code="D_PATENTS", unit="件", scale=0), "2026Q3", value="3700")
    with clock.known_demo_date(date(2026, 11, 1)):
        accepted = coverage_of(frozen_rows(figures_of(Q3))).words
        return publications.issue(kind="flash", period=Q3, accepted=accepted, by=office)


def next_plan(**fields) -> Plan:
    return make_plan("NEXT", title="下一期计划", starts_on=date(2027, 1, 1), ends_on=date(2029, 12, 31), **fields)


@pytest.mark.feature("D4")
def test_the_next_plan_takes_its_baselines_from_what_was_published(published, office):
    plan = next_plan()
    indicator = make_indicator(code="OTHER")
    target = make_target(plan, "T01", indicator=_indicator("D_PATENTS"))
    kept = make_target(plan, "T02", indicator=_indicator("D_PATENTS"), baseline_value="12")
    missing = make_target(plan, "T03", indicator=indicator)
    assert baselines.take_baselines(plan=plan, publication=published, by=office) == [target]
    for each in (target, kept, missing):
        each.refresh_from_db()
    assert (target.baseline_value, target.baseline_period, target.baseline_source) == ("3700", "2026Q3", str(published))
    assert (kept.baseline_value, missing.baseline_value) == ("12", "")
    assert AuditEvent.objects.filter(verb="plan.take_baselines").count() == 1


def _indicator(code: str) -> Indicator:
    return Indicator.objects.get(code=code)


@pytest.mark.feature("D4")
def test_a_baseline_is_taken_in_the_unit_of_the_target(office):
    make_figure(make_indicator(code="IND_OUT", unit="万元", scale=2), "2026Q1-3", value="156000.50")
    accepted = coverage_of(frozen_rows(figures_of(Q3))).words
    publication = publications.issue(kind="flash", period=Q3, accepted=accepted, by=office)
    plan = next_plan()
    money = make_target(plan, "T01", indicator=_indicator("IND_OUT"), unit="亿元", value="20")
    other = make_target(plan, "T02", indicator=_indicator("IND_OUT"), unit="家", value="20")
    assert baselines.take_baselines(plan=plan, publication=publication, by=office) == [money]
    for each in (money, other):
        each.refresh_from_db()
    assert (money.baseline_value, other.baseline_value) == ("15.60005", "")


@pytest.mark.feature("D4")
def test_a_baseline_after_the_plan_has_begun_is_refused(published, office):
    plan = make_plan()
    target = make_target(plan, "T01", indicator=_indicator("D_PATENTS"))
    with pytest.raises(Invalid, match="基期应在计划开始之前"):
        baselines.take_baselines(plan=plan, publication=published, by=office)
    target.refresh_from_db()
    assert target.baseline_value == ""


def test_a_publication_without_the_numbers_changes_nothing(published, office):
    plan = next_plan()
    make_target(plan, "T01", indicator=make_indicator(code="OTHER"))
    with pytest.raises(NotReady, match="没有改动"):
        baselines.take_baselines(plan=plan, publication=published, by=office)


def test_only_the_office_fixes_baselines(published, leader):
    with pytest.raises(NotAllowed):
        baselines.take_baselines(plan=next_plan(), publication=published, by=leader)


def test_the_office_takes_them_on_the_page(published, office):
    plan = next_plan()
    make_target(plan, "T01", indicator=_indicator("D_PATENTS"))
    client = signed_in(office)
    answer = client.post("/plan/closing/baselines/", {"plan": "NEXT", "publication": published.pk}, follow=True)
    assert "的 1 项目标确定基期数" in answer.content.decode()
    refused = client.post("/plan/closing/baselines/", {})
    assert refused.status_code == 422
    assert "请选择期次。" in refused.content.decode()
    again = client.post("/plan/closing/baselines/", {"plan": "NEXT", "publication": published.pk})
    assert again.status_code == 409
    assert "没有改动" in again.content.decode()
