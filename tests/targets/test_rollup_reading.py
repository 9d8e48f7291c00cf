"""From the database to figures of two periods, of firms, of the year and of what was filed, on the database in use."""

from datetime import date
from fractions import Fraction

import pytest

from guandu.core.errors import Invalid
from guandu.core.models import dated
from guandu.core.periods import Period
from parks.models import Cultivation, CultivationMove, Honour, StatisticalClass, Tenancy
from targets.actions import indicators, returns
from targets.enums import Basis, Force, IndicatorKind, Operator, Shape
from targets.models import CertifiedValue, Figure, IndicatorVersion, Plan, Target
from targets.queries.boards import figures_at, series_at
from targets.queries.drill import drill
from targets.queries.progress import outcomes
from targets.queries.rollup import affected_quarters, compute, read_inputs
from tests.factories import (
    make_area,
    make_chain,
    make_demonstration,
    make_enterprise,
    make_honour_kind,
    make_indicator,
    make_park,
    make_user,
)
from tests.signing_in import signed_in
from tests.targets import factories as returns_of
from tests.targets.test_lines import REST, add_firm, firm_cast, lock
from tests.targets.test_rollup_job import certify, figure, roll_up

pytestmark = pytest.mark.django_db
Q2, Q3, Q4 = (Period.parse(f"2026Q{number}") for number in (2, 3, 4))


def rows_of(period: Period, basis: str = Basis.CERTIFIED):
    return {row.key: row for row in compute(read_inputs(period, basis)) if not row.of_year}


def single(of: str = "REV"):
    return make_indicator(code="ALONE", kind=IndicatorKind.SINGLE, definition={"op": "single", "of": of})


def lined_quarter(cast, period: str, **lines: str):
    cells = REST | {f"REV@{line.replace('_', '-')}": text for line, text in lines.items()}
    return lock(cast, returns.save(return_=cast.draft(period), cells=cells, by=cast.operator))


@pytest.mark.feature("C3")
def test_a_single_quarter_is_taken_firm_by_firm_and_the_roster_stands_beside_it():
    cast = firm_cast(2)
    single()
    lined_quarter(cast, "2026Q1", E_0001="10", E_0002="40", REST="5")
    Tenancy.objects.filter(enterprise__code="E-0002").update(valid_to=date(2026, 3, 31), leaving_reason="moved")
    add_firm(cast.park, 3, since=date(2026, 4, 2))
    lined_quarter(cast, "2026Q2", E_0001="25", E_0003="7", REST="6")
    row = rows_of(Q2)["ALONE", "park", "P1"]
    assert (row.numerator, row.roster_effect, row.gap) == (1600, 700 - 4000, "")


@pytest.mark.feature("C3")
@pytest.mark.parametrize(("moves", "numerator", "gap"), [(False, 1500, ""), (True, None, "roster")])
def test_totals_are_subtracted_over_one_roster_only(moves, numerator, gap):
    revenue, park = make_indicator(code="REV"), make_park()
    single()
    make_enterprise(park=park)
    if moves:
        make_enterprise(park=park, since=date(2026, 5, 1))
    certify(revenue, park, 1000, period="2026Q1")
    certify(revenue, park, 2500, period="2026Q2")
    row = rows_of(Q2)["ALONE", "park", park.code]
    assert (row.numerator, row.gap) == (numerator, gap)


def test_a_quarter_without_looking_back_reads_no_other_quarter():
    make_indicator(code="REV")
    assert read_inputs(Q2).earlier == {}
    single()
    assert list(read_inputs(Q2).earlier) == ["2026Q1"]
    assert list(read_inputs(Period.parse("2026Q1")).earlier) == []


@pytest.mark.feature("C13")
@pytest.mark.parametrize(
    ("factor", "pair", "gap"), [("1/10000", (800000, 200000), ""), ("", (None, None), "different")]
)
def test_growth_crosses_a_version_by_its_factor_or_is_refused(factor, pair, gap):
    revenue, park = make_indicator(code="REV"), make_park()
    certify(revenue, park, 200_000, period="2025Q3")
    office = returns_of.make_office()
    indicators.issue(
        indicator=revenue, first_period="2026Q1", unit="亿元", scale=2, caliber="新口径", factor=factor, by=office
    )
    new = revenue.versions.get(valid_to=None)
    value = certify_version(revenue, new, park, 100)
    make_indicator(
        code="GREW", kind=IndicatorKind.GROWTH, unit="%", scale=6,
        definition={"op": "growth", "of": "REV", "base": "year_before"},
    )  # fmt: skip
    inputs = read_inputs(Q3)
    assert inputs.definitions["REV"].version_id == value.indicator_version_id
    assert list(inputs.factors.values()) == [Fraction(1, 10_000) if factor else None]
    row = {each.key: each for each in compute(inputs)}["GREW", "park", park.code]
    assert (row.numerator, row.denominator, row.gap) == (*pair, gap)


def certify_version(indicator, version, park, units):
    first = indicator.versions.order_by("number").first()
    known = CertifiedValue.objects.get(indicator_version=first)
    return CertifiedValue.objects.create(
        indicator=indicator, indicator_version=version, subject_kind="park", subject_code=park.code, period="2026Q3",
        units=units, source=known.source, certified_by="测试", certified_at=known.certified_at,
    )  # fmt: skip


@pytest.mark.feature("C13")
def test_an_old_period_is_computed_by_the_definition_of_its_time():
    park = make_park(since=date(2024, 1, 1))
    first, second = make_indicator(code="REV"), make_indicator(code="TAX")
    for indicator, units in ((first, 10), (second, 3)):
        for period in ("2025Q4", "2026Q3"):
            certify(indicator, park, units, period=period)
    total = make_indicator(code="TOTAL", kind=IndicatorKind.FORMULA, definition={"op": "formula", "num": "REV"})
    indicators.issue(
        indicator=total, first_period="2026Q1", unit="万元", scale=2, caliber="", by=returns_of.make_office(),
        definition={"op": "formula", "num": "REV - TAX"},
    )  # fmt: skip
    assert rows_of(Period.parse("2025Q4"))["TOTAL", "district", ""].numerator == 10
    assert rows_of(Q3)["TOTAL", "district", ""].numerator == 7


@pytest.mark.feature("C13")
@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"op": "formula", "num": "TWO + REV"}, "互相引用：“一” → “二” → “一”"),
        ({"op": "formula", "num": "ONE"}, "互相引用：“一” → “一”"),
        ({"op": "formula", "num": "REV + __import__"}, "“__import__”不是指标字典的指标"),
        ({"op": "registered", "source": "os.system"}, "没有名为“os.system”的计数来源"),
    ],
)
def test_a_version_that_closes_a_circle_or_reads_what_is_not_there_is_refused(definition, words):
    make_indicator(code="REV")
    one = make_indicator(code="ONE", name="一", kind=IndicatorKind.FORMULA, definition={"op": "formula", "num": "REV"})
    make_indicator(code="TWO", name="二", kind=IndicatorKind.FORMULA, definition={"op": "formula", "num": "ONE"})
    with pytest.raises(Invalid) as refusal:
        indicators.issue(
            indicator=one, first_period="2027Q1", unit="万元", scale=2, caliber="", definition=definition,
            by=returns_of.make_office(),
        )  # fmt: skip
    assert words in str(refusal.value.errors)
    assert one.versions.count() == 1


@pytest.mark.feature("C6")
def test_what_was_filed_stands_for_what_is_not_certified_yet_and_only_in_provisional_numbers():
    cast = returns_of.make_cast()
    cast.filed("2026Q2")
    assert rows_of(Q2)["REV", "park", "P1"].numerator is None
    filed = rows_of(Q2, Basis.FILED)
    assert (filed["REV", "park", "P1"].numerator, filed["REV", "district", ""].reported) == (100_000, 1)
    assert filed["REV", "park", "P1"].value_id is None
    assert read_inputs(Q2, Basis.FILED).basis == Basis.FILED


@pytest.mark.feature("C6")
def test_a_certified_value_stands_in_both_and_a_correction_that_is_filed_moves_neither():
    cast = returns_of.make_cast()
    again = cast.corrected("REV")
    returns.file(return_=returns.save(return_=again, cells={"REV": "1234.00"}, by=cast.operator), by=cast.operator)
    for basis in (Basis.CERTIFIED, Basis.FILED):
        assert rows_of(Q2, basis)["REV", "park", "P1"].numerator == 100_000


@pytest.mark.feature("C6")
def test_firm_lines_that_were_filed_are_added_up_as_the_confirmation_would():
    cast = firm_cast(2)
    cells = REST | {"REV@E-0001": "10", "REV@E-0002": "2.5", "REV@REST": "1"}
    returns.file(return_=returns.save(return_=cast.draft(), cells=cells, by=cast.operator), by=cast.operator)
    assert rows_of(Q2, Basis.FILED)["REV", "park", "P1"].numerator == 1350


TWICE = [
    ({"source": "firms.tenants"}, 3, 2),
    ({"source": "firms.tenants", "since": "2026-01-01"}, 1, 1),
    ({"source": "firms.honours", "kinds": ["hitech", "leading"]}, 2, 1),
    ({"source": "firms.honours", "kinds": ["hitech", "leading"], "since": "2026-01-01"}, 0, 0),
    ({"source": "firms.honours", "kinds": ["innovative", "specialised"], "counting": "highest"}, 1, 1),
    ({"source": "firms.honours", "kinds": ["innovative"], "counting": "highest"}, 0, 0),
    ({"source": "firms.statistics", "after": "entered", "since": "2024-01-01"}, 1, 1),
]


@pytest.mark.feature("C14")
@pytest.mark.parametrize(("definition", "of_parks", "of_district"), TWICE)
def test_a_firm_in_two_parks_counts_once_in_each_and_once_in_the_district(definition, of_parks, of_district):
    chains = make_chain(), make_chain()
    parks = make_park(chain=chains[0]), make_park(chain=chains[1])
    both, one = make_enterprise(park=parks[0]), make_enterprise(park=parks[0], since=date(2026, 2, 1))
    Tenancy.objects.create(park=parks[1], enterprise=both, valid_from=date(2024, 5, 1))
    for code in ("hitech", "leading"):
        Honour.objects.create(enterprise=both, kind=make_honour_kind(code), valid_from=date(2025, 1, 1))
    for code, rank in (("innovative", 1), ("specialised", 2)):
        kind = make_honour_kind(code, family="梯度培育", rank=rank)
        Honour.objects.create(enterprise=one, kind=kind, valid_from=date(2025, 1, 1))
    in_class = StatisticalClass.objects.create(code="IND", name="规模以上工业")
    row = Cultivation.objects.create(enterprise=one, of_class=in_class, state="entered")
    CultivationMove.objects.create(cultivation=row, after="entered", on=date(2025, 12, 1), at="2025-12-01T00:00Z")
    make_indicator(
        code="COUNTED", kind=IndicatorKind.REGISTERED, unit="家", scale=0, level="",
        definition={"op": "registered", **definition},
    )  # fmt: skip
    rows = rows_of(Q3)
    assert sum(row.numerator for key, row in rows.items() if key[:2] == ("COUNTED", "park")) == of_parks
    assert sum(rows["COUNTED", "chain", chain.code].numerator for chain in chains) == of_parks
    assert rows["COUNTED", "district", ""].numerator == of_district


def test_a_fact_about_entering_the_statistics_names_no_firm():
    park = make_park()
    firm = make_enterprise(park=park, name="保密企业")
    in_class = StatisticalClass.objects.create(code="IND", name="规模以上工业")
    row = Cultivation.objects.create(enterprise=firm, of_class=in_class, state="entered")
    CultivationMove.objects.create(cultivation=row, after="entered", on=date(2025, 12, 1), at="2025-12-01T00:00Z")
    make_indicator(
        code="COUNTED", kind=IndicatorKind.REGISTERED, unit="家", scale=0, level="",
        definition={"op": "registered", "source": "firms.statistics", "after": "entered", "since": "2024-01-01"},
    )  # fmt: skip
    (fact,) = rows_of(Q3)["COUNTED", "park", park.code].facts
    assert "保密企业" not in str(fact)
    assert firm.code not in str(fact)


def counted_with(definition: dict):
    return make_indicator(code="COUNTED", kind=IndicatorKind.REGISTERED, unit="家", scale=0, level="", definition=definition)


@pytest.mark.feature("C14", "C10")
def test_the_page_of_such_a_count_says_why_its_parks_do_not_add_up():
    first, second = make_park(), make_park()
    firm = make_enterprise(park=first)
    Tenancy.objects.create(park=second, enterprise=firm, valid_from=date(2024, 5, 1))
    counted = counted_with({"op": "registered", "source": "firms.tenants"})
    roll_up()
    office = make_user("office")
    shown = drill(figure(counted), office)
    assert (shown.total, shown.figure.value, shown.adds_up) == (2, 1, True)
    page = signed_in(office).get(f"/figures/{figure(counted).pk}/").content.decode()
    assert "同一企业在几个园区的，合计只计一次" in page


def share_of(revenue):
    whole = make_indicator(code="D_REV", level="district", certifying_unit="区税务局")
    share = make_indicator(
        code="SHARE", kind=IndicatorKind.SHARE, unit="%", scale=0, definition={"op": "share", "num": "REV", "den": "D_REV"}
    )
    return whole, share


@pytest.mark.feature("C5")
def test_a_corrected_whole_is_seen_at_once_and_writes_no_park_s_share():
    revenue, park = make_indicator(code="REV"), make_park()
    whole, share = share_of(revenue)
    certify(revenue, park, 30)
    roll_up()
    before = figure(share, "park", park.code)
    assert (before.value, before.lack, before.lack_words) == (None, "no_denominator", "缺少分母，暂不能计算")
    asked = signed_in(make_user("office"))
    told = asked.get(f"/api/v1/figures/{before.pk}/").json()
    assert (told["value"], told["denominator"], told["lack"]) == (None, None, "缺少分母，暂不能计算")
    for units, value in ((100, 30), (60, 50)):
        certify(whole, None, units)
        roll_up()
        after = figure(share, "park", park.code)
        assert (after.pk, after.computed_at, after.run) == (before.pk, before.computed_at, before.run)
        assert (after.value, figure(share).value, after.denominator) == (value, value, None)
        told = asked.get(f"/api/v1/figures/{before.pk}/").json()
        assert (told["value"], told["denominator"], told["lack"]) == (f"{value}.000000", f"{units / 100:.2f}", "")


@pytest.mark.feature("C1")
def test_the_fourth_quarter_and_the_year_stand_side_by_side_and_readers_pick_one():
    jobs, revenue, park = make_indicator(code="JOBS", kind=IndicatorKind.STOCK), make_indicator(code="REV"), make_park()
    for indicator, quarter, annual in ((jobs, 40, 44), (revenue, 400, 440)):
        certify(indicator, park, quarter, period="2026Q4")
        certify(indicator, park, annual, period="2026")
    roll_up(Q4)
    rows = Figure.objects.filter(scope_kind="district").order_by("indicator__code", "period")
    assert list(rows.values_list("indicator__code", "period", "numerator", "of_year")) == [
        ("JOBS", "2026", 44, True), ("JOBS", "2026Q4", 40, False), ("REV", "2026", 440, False),
    ]  # fmt: skip
    office = make_user("office")
    assert {code: row.numerator for code, row in figures_at(office, Q4, "district").items()} == {"JOBS": 40, "REV": 440}
    assert series_at(office, "district", "", "JOBS", [Q3, Q4])["2026Q4"].numerator == 40
    assert Figure.objects.of_quarter(Q4).count() * 3 == Figure.objects.count() * 2
    year = Figure.objects.get(indicator=jobs, scope_kind="district", of_year=True)
    page = signed_in(office).get(f"/figures/{year.pk}/").content.decode()
    assert "全年数取年报数" in page
    roll_up(Q4)
    assert Figure.objects.get(pk=year.pk).numerator == 44


SHAPES = [
    (IndicatorKind.AVERAGE, 0, {"op": "average", "of": "FIRMS"}, "有数的各园区“入驻企业数”相加"),
    (IndicatorKind.AVERAGE, 0, {"op": "average", "of": "FIRMS", "weight": "REV"}, "加权平均"),
    (IndicatorKind.GROWTH, 2, {"op": "growth", "of": "REV", "base": "year_before"}, "较上年同期的增长额"),
    (IndicatorKind.ANNUAL_GROWTH, 2, {"op": "annual_growth", "of": "REV", "base": "2023"}, "年均增速"),
    (IndicatorKind.SINGLE, 2, {"op": "single", "of": "REV"}, "本期累计数减上期累计数"),
    (IndicatorKind.ALL_OF, 0, {"op": "all_of", "of": "FIRMS", "at_least": "3"}, "不低于 3的园区个数"),
    (IndicatorKind.FORMULA, 3, {"op": "formula", "num": "0.5*REV", "den": "FIRMS"}, "（0.5*营业收入）÷（入驻企业数）"),
    (IndicatorKind.FORMULA, 3, {"op": "formula", "num": "0.5*REV"}, "0.5*营业收入"),
]


@pytest.mark.feature("C10", "C13")
@pytest.mark.parametrize(("kind", "scale", "definition", "words"), SHAPES)
def test_every_shape_opens_to_what_it_is_made_of(kind, scale, definition, words):
    make_area()
    firms = make_indicator(code="FIRMS", name="入驻企业数", kind=IndicatorKind.STOCK, scale=0)
    revenue = make_indicator(code="REV", name="营业收入")
    parks = [make_park(since=date(2023, 1, 1)), make_park(since=date(2023, 1, 1))]
    for park, units in zip(parks, (4, 2), strict=True):
        make_enterprise(park=park)
        for period, times in (("2023Q3", 100), ("2025Q3", 150), ("2026Q2", 200), ("2026Q3", 300)):
            certify(revenue, park, units * times, period=period)
        certify(firms, park, units)
    shape = make_indicator(code="SHAPE", name="所求", kind=kind, unit="%", scale=scale, definition=definition)
    roll_up()
    office = make_user("office")
    for row in Figure.objects.filter(indicator=shape):
        assert row.value is not None, row
        page = signed_in(office).get(f"/figures/{row.pk}/")
        assert page.status_code == 200
        assert words in page.content.decode()
        listed = signed_in(office).get(f"/api/v1/figures/{row.pk}/").json()
        assert listed["value"] == f"{row.value:f}"
    whole = drill(figure(shape), office)
    assert whole.adds_up
    assert len(whole.parts) == 2
    assert sum(part.above for part in whole.parts) == whole.terms[0].amount if whole.divides else whole.total == whole.figure.value


def test_versions_that_are_not_asked_for_stay_out_of_what_a_later_quarter_reads():
    revenue, tax = make_indicator(code="REV"), make_indicator(code="TAX")
    park = make_park()
    for indicator in (revenue, tax):
        certify(indicator, park, 5, period="2026Q1")
    single()
    earlier = read_inputs(Q2).earlier["2026Q1"]
    assert set(earlier.definitions) == {"REV"}
    assert {each.indicator for each in earlier.leaves} == {"REV"}
    assert IndicatorVersion.objects.filter(dated(date(2026, 3, 31))).count() == 3


def test_without_an_end_the_quarters_up_to_the_present_one_are_named():
    make_demonstration(date(2026, 10, 12))
    make_indicator(code="REV")
    make_indicator(code="GREW", kind=IndicatorKind.GROWTH, definition={"op": "growth", "of": "REV", "base": "2023"})
    definitions = read_inputs(Period.parse("2023Q4")).definitions
    found = affected_quarters(Period.parse("2023Q4"), definitions)
    assert [each.code for each in found] == ["2023Q4", "2024Q4", "2025Q4", "2026Q4"]


@pytest.mark.feature("C1", "D2")
@pytest.mark.parametrize(("annual", "units"), [(44, 44), (None, 40)])
def test_a_target_of_the_year_stands_on_the_annual_return_where_there_is_one(annual, units):
    jobs, park = make_indicator(code="JOBS", kind=IndicatorKind.STOCK, scale=0), make_park()
    plan = Plan.objects.create(
        code="PLAN", title="测试计划", issuer="测试机关", issued_on=date(2024, 1, 10), starts_on=date(2024, 1, 1),
        ends_on=date(2026, 12, 31),
    )  # fmt: skip
    Target.objects.create(
        plan=plan, code="T99", clause="一(一)", title="从业人员", verb="达到", force=Force.BINDING, shape=Shape.STOCK,
        operator=Operator.AT_LEAST, value="44", indicator=jobs, scope_kind="district",
    )  # fmt: skip
    certify(jobs, park, 40, period="2026Q4")
    if annual:
        certify(jobs, park, annual, period="2026")
    roll_up(Q4)
    (outcome,) = outcomes(Q4)
    assert (outcome.units, outcome.expected, outcome.reported) == (units, 1, 1)
    assert len(outcome.parts) == 2
