"""Figures, targets and pages on numbers of 历史补录: parks add up, totals of a scope end where they stand."""

from datetime import date

import pytest

from guandu.core import clock
from guandu.core.periods import Period
from guandu.jobs.models import Job
from guandu.jobs.worker import run_waiting
from parks.models import Area, AreaChain, Park
from targets.actions import history_signing, settling
from targets.enums import Force, IndicatorKind, Operator, Shape
from targets.enums_plan import Path
from targets.models import CertifiedValue, Figure, Indicator, IndicatorVersion, Plan, Target, TargetResult
from targets.queries.differences import differences
from targets.queries.drill import TOTAL_WORDS, drill
from tests.signing_in import signed_in
from tests.targets.factories import make_cast, make_indicator, make_office, make_park
from tests.targets.historic import FIRMS, REV, book, line, signed

pytestmark = [pytest.mark.django_db, pytest.mark.feature("B14")]
OUTPUT = "总产值（万元，本年累计）"
NEW = "新增园区数（个）"
BIG = "百亿园区数（个）"


@pytest.fixture
def office(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    make_park("P1")
    make_park("P2", chain="CUL", street="U-ST2")
    make_indicator("REV", name="营业收入")
    make_indicator("FIRMS", "stock", name="入驻企业数", unit="家", scale=0)
    return make_office()


def computed(code: str, kind: str, *values, level: str = "", name: str = "", definition: dict | None = None, unit: str = "个"):
    indicator = make_indicator(code, kind, name=name, unit=unit, scale=0, level=level)
    IndicatorVersion.objects.filter(indicator=indicator).update(definition=definition or {})
    return indicator


def enter(office, *rows, titles=(REV,)):
    batch = signed(book(*rows, titles=titles), office, make_office("second"))
    assert not Job.objects.exclude(state=Job.State.DONE), list(Job.objects.values_list("kind", "error"))
    return batch


def figure(code: str, kind: str = "district", scope: str = "", period: str = "2024") -> Figure:
    rows = Figure.objects.select_related("indicator", "indicator_version", "source")
    return rows.get(indicator__code=code, scope_kind=kind, scope_code=scope, period=period)


def test_values_of_parks_add_up_to_every_scope_and_say_that_they_were_entered_afterwards(office):
    enter(office, line("园区", "P1", "2024", 10), line("园区", "P2", "2024年", 5))
    whole = figure("REV")
    assert (whole.numerator, whole.reported, whole.expected, whole.backfilled) == (1500, 2, 2, 2)
    assert (figure("REV", "chain", "CUL").numerator, figure("REV", "street", "U-ST").numerator) == (500, 1000)
    assert figure("REV", "park", "P1").source.source == "history"
    shown = drill(whole, office)
    assert [part.amount for part in shown.parts] == [10, 5]
    assert shown.adds_up


@pytest.mark.parametrize(
    ("kind", "scope", "scope_kind", "code"),
    [("产业链", "DIG", "chain", "DIG"), ("街道", "U-ST", "street", "U-ST"), ("全区", "", "district", ""), ("片区", "A1", "area", "A1")],
)
def test_a_total_is_its_scope_s_figure_where_no_park_says_anything_and_is_spread_over_none(
    office, kind, scope, scope_kind, code
):
    area = Area.objects.create(code="A1", name="金马片区")
    park = Park.objects.get(code="P1")
    AreaChain.objects.create(area=area, chain=park.placements.get().chain)
    enter(office, line(kind, scope, "2024", "123.45"))
    found = figure("REV", scope_kind, code)
    assert (found.numerator, found.expected, found.reported, found.backfilled) == (12345, 1, 1, 1)
    assert figure("REV", "park", "P1").numerator is None
    others = Figure.objects.filter(indicator__code="REV", period="2024", numerator__isnull=False)
    assert set(others) == {found}
    shown = drill(found, office)
    assert (shown.formula, shown.parts, shown.hidden_count) == (TOTAL_WORDS, [], 0)
    assert "补录合计" in shown.formula
    assert shown.certified.document == "官政办〔2024〕1号"


def test_where_one_park_says_a_number_the_parks_count_and_the_total_does_not(office):
    enter(office, line("园区", "P1", "2024", 10), line("全区", "", "2024", 99), line("产业链", "CUL", "2024", 7))
    assert (figure("REV").numerator, figure("REV").reported) == (1000, 1)
    assert figure("REV", "chain", "CUL").numerator == 700


def test_a_zero_that_parks_reported_is_a_value_and_no_total_takes_its_place(office):
    enter(office, line("园区", "P1", "2024", 0), line("园区", "P2", "2024", 0), line("全区", "", "2024", 99))
    assert figure("REV").numerator == 0


def test_cumulative_periods_and_quarters_land_where_returns_do(office):
    enter(
        office, line("园区", "P1", "2024Q1-3", 9, 3), line("园区", "P1", "2024年上半年", 6, 2), line("园区", "P1", "2023", 12, 1),
        titles=(REV, FIRMS),
    )  # fmt: skip
    assert figure("REV", "park", "P1", "2024Q1-3").numerator == 900
    assert figure("FIRMS", "park", "P1", "2024Q3").numerator == 3
    assert figure("REV", "park", "P1", "2024H1").numerator == 600
    assert figure("REV", "park", "P1", "2023").numerator == 1200
    assert figure("FIRMS", "park", "P1", "2023Q4").numerator == 1


def test_a_counted_indicator_takes_a_total_where_the_register_counts_nothing(office):
    definition = {"op": "registered", "source": "parks.opened", "since": "2024-01-01"}
    computed("PARKS_NEW", IndicatorKind.REGISTERED, name="新增园区数", definition=definition)
    enter(office, line("全区", "", "2024", 3), line("产业链", "DIG", "2024", 2), titles=(NEW,))
    assert (figure("PARKS_NEW", period="2024Q4").numerator, figure("PARKS_NEW", period="2024Q4").backfilled) == (3, 1)
    assert figure("PARKS_NEW", "chain", "DIG", "2024Q4").numerator == 2
    assert figure("PARKS_NEW", "chain", "CUL", "2024Q4").numerator == 0
    make_park("P3", opened_on=date(2024, 5, 1))
    enter_again = signed(book(line("园区", "P2", "2024", 1), titles=(NEW,)), office, make_office("third"))
    assert enter_again.certified_count == 1
    whole = figure("PARKS_NEW", period="2024Q4")
    assert (whole.numerator, whole.backfilled) == (2, 1)
    assert {part.figure.scope_code for part in drill(whole, office).parts} == {"P2", "P3"}


def test_an_indicator_whose_source_does_not_count_yet_has_what_was_entered(office):
    computed("STARS", IndicatorKind.REGISTERED, name="新增园区数")
    enter(office, line("园区", "P1", "2024", 1), line("产业链", "CUL", "2024", 4), titles=(NEW,))
    assert figure("STARS", "park", "P1", "2024Q4").numerator == 1
    assert figure("STARS", "chain", "CUL", "2024Q4").numerator == 4
    assert figure("STARS", period="2024Q4").numerator == 1


def test_a_count_over_a_line_may_be_told(office):
    definition = {"op": "count_over_line", "of": "REV", "at_least": "100"}
    computed("BIG", IndicatorKind.COUNT, name="百亿园区数", definition=definition)
    enter(office, line("园区", "P1", "2024", None, 1), line("产业链", "CUL", "2024", None, 1), titles=(REV, BIG))
    assert figure("BIG", "park", "P1").numerator == 1
    assert figure("BIG", "chain", "CUL").numerator == 1


def test_a_ratio_of_two_totals_is_divided_once_and_a_share_takes_the_district(office):
    make_indicator("LEAD", name="主导产业营业收入")
    computed("RATIO", IndicatorKind.RATIO, name="主导产业占比", definition={"op": "ratio", "num": "LEAD", "den": "REV"}, unit="%")
    computed("SHARE", IndicatorKind.SHARE, name="占全区比重", definition={"op": "share", "num": "REV", "den": "D_REV"}, unit="%")
    make_indicator("D_REV", name="全区营业收入", level="district")
    titles = (REV, "主导产业营业收入（万元，本年累计）", "全区营业收入（万元，本年累计）")
    enter(office, line("产业链", "DIG", "2024", 200, 50), line("全区", "", "2024", 400, None, 800), titles=titles)
    ratio = figure("RATIO", "chain", "DIG")
    assert (ratio.value, ratio.backfilled) == (25, 1)
    assert [term.amount for term in drill(ratio, office).terms] == [50, 200]
    assert figure("SHARE").value == 50


@pytest.mark.feature("B18")
def test_a_target_of_the_plan_is_computed_for_a_past_year_on_numbers_entered_afterwards(office):
    plan = Plan.objects.create(
        code="PLAN", title="测试计划", issuer="测试机关", issued_on=date(2024, 1, 10), starts_on=date(2024, 1, 1),
        ends_on=date(2026, 12, 31),
    )  # fmt: skip
    Target.objects.create(
        plan=plan, code="T99", clause="一（一）", title="营业收入", verb="达到", force=Force.BINDING, shape=Shape.FLOW,
        operator=Operator.AT_LEAST, value="1500", unit="万元", indicator=Indicator.objects.get(code="REV"),
        scope_kind="district", path=Path.HELD,
    )  # fmt: skip
    enter(office, line("园区", "P1", "2024", "1,000"), line("园区", "P2", "2024", 500.5), line("全区", "", "2025", 1400))
    results = {row.period: row for row in TargetResult.objects.all()}
    assert (results["2024Q4"].status, results["2024Q4"].value_units) == ("met", 150050)
    assert (results["2025Q4"].status, results["2025Q4"].value_units) == ("at_risk", 140000)
    page = signed_in(office).get("/plan/T99/?period=2024Q4").content.decode()
    assert 'class="backfilled">补录' in page
    assert 'class="backfilled">补录' in signed_in(office).get("/plan/?period=2024Q4").content.decode()


def test_withdrawing_takes_the_numbers_out_of_the_figures(office):
    batch = enter(office, line("园区", "P1", "2024", 10))
    history_signing.withdraw(batch=batch, reason="口径有误", by=office)
    run_waiting()
    assert figure("REV").numerator is None


def test_a_number_that_moved_nothing_stands_among_the_differences_and_may_be_chosen(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    cast = make_cast()
    cast.locked()
    second = make_office("second")
    batch = signed(book(line("园区", "P1", "2026Q2", 800)), cast.office, second)
    assert (batch.certified_count, batch.apart_count) == (0, 1)
    (row,) = differences(cast.office, Period.parse("2026Q2"))
    assert (row.filed, row.history, row.settled) == (1000, 800, 1000)
    page = signed_in(cast.office).get("/returns/differences/?period=2026Q2").content.decode()
    assert f'href="/history/{batch.pk}/"' in page
    settling.settle(
        period="2026Q2", indicator="REV", park=cast.park, source="history", reason="以台账为准", by=cast.office
    )
    chosen = CertifiedValue.objects.current().get(indicator__code="REV")
    assert (chosen.units, chosen.source, chosen.history_line.batch) == (80000, "history", batch)
    with pytest.raises(Exception, match="差异清单"):
        history_signing.withdraw(batch=batch, reason="有误", by=second)


@pytest.mark.parametrize("address", ["/figures/{park}/", "/figures/{whole}/", "/parks/P1/?period=2024Q4", "/dashboard/?period=2024Q4"])
def test_every_page_that_shows_such_a_number_says_so(office, address):
    enter(office, line("园区", "P1", "2024", 10), line("园区", "P2", "2024", 20))
    keys = {"park": figure("REV", "park", "P1").pk, "whole": figure("REV").pk}
    answer = signed_in(office).get(address.format(**keys))
    assert answer.status_code == 200
    assert 'class="backfilled">补录' in answer.content.decode()


def test_part_of_a_sum_is_told_as_part(office):
    batch = enter(office, line("园区", "P1", "2024", 10))
    version = IndicatorVersion.objects.get(indicator__code="REV")
    CertifiedValue.objects.create(
        indicator=version.indicator, indicator_version=version, subject_kind="park", subject_code="P2", period="2024",
        units=500, source="operator", certified_by="测试", certified_at=batch.signed_at,
    )  # fmt: skip
    history_signing.ask_roll_up(period=Period.parse("2024Q4"), by=office)
    run_waiting()
    page = signed_in(office).get(f"/figures/{figure('REV').pk}/").content.decode()
    assert "含补录 1 项" in page


def test_a_year_entered_afterwards_does_not_move_what_the_fourth_quarter_reported(office):
    version = IndicatorVersion.objects.get(indicator__code="REV")
    CertifiedValue.objects.create(
        indicator=version.indicator, indicator_version=version, subject_kind="park", subject_code="P1", period="2024Q4",
        units=500, source="operator", certified_by="测试", certified_at=clock.now(),
    )  # fmt: skip
    enter(office, line("园区", "P1", "2024", 10), line("园区", "P2", "2024", 20))
    assert (figure("REV", "park", "P1").numerator, figure("REV", "park", "P1").backfilled) == (500, 0)
    assert (figure("REV").numerator, figure("REV").backfilled) == (2500, 1)
