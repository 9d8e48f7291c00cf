"""Units and 口径 as dated versions: issued, refused, and numbers carried across them exactly."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from guandu.core.actors import LOADER
from guandu.core.errors import Invalid, NotAllowed
from guandu.core.periods import Period
from targets.actions import indicators
from targets.actions.load_plan import load_plan
from targets.factors import exact_fraction
from targets.models import CertifiedValue, Indicator, IndicatorVersion, Plan, Target
from targets.queries.conversions import Conversions, as_decimal
from targets.queries.sheet import form_cells, previous_values, sheet_of
from tests.targets.factories import (
    make_cast,
    make_cycle,
    make_indicator,
    make_office,
    make_operator,
    make_person,
)

pytestmark = [pytest.mark.django_db, pytest.mark.feature("B27")]


def issue(indicator: Indicator, period: str = "2026Q1", **changes) -> IndicatorVersion:
    values = {"unit": "亿元", "scale": 4, "caliber": "新口径", "factor": "1/10000"} | changes
    return indicators.issue(indicator=indicator, first_period=period, by=make_office("chief"), **values)


def test_a_version_begins_where_the_one_before_ends_and_each_keeps_its_words():
    indicator = make_indicator("REV")
    indicators.update(indicator=indicator, values={"caliber": "旧口径"}, by=make_office())
    version = issue(indicator)
    indicator.refresh_from_db()
    first, second = IndicatorVersion.objects.filter(indicator=indicator).order_by("number")
    assert (first.valid_to, second.valid_from, second.valid_to) == (date(2026, 1, 1), date(2026, 1, 1), None)
    assert (first.words, second.words) == ("旧口径", "新口径")
    assert (version.number, version.unit, version.scale, version.factor) == (2, "亿元", 4, "1/10000")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"factor": "1/0"}, "大于零的小数或分数"),
        ({"factor": "0"}, "大于零的小数或分数"),
        ({"factor": "1e3"}, "大于零的小数或分数"),
        ({"factor": "约0.1"}, "大于零的小数或分数"),
        ({"unit": ""}, "unit"),
        ({"period": "去年"}, "不是报告期"),
        ({"period": "2020Q1"}, "必须晚于该日"),
    ],
)
def test_a_version_that_cannot_be_is_refused(changes, words):
    indicator = make_indicator("REV")
    with pytest.raises(Invalid) as refusal:
        issue(indicator, **changes)
    assert words in f"{refusal.value.message}{refusal.value.errors}"
    assert indicator.versions.count() == 1
    assert indicator.versions.get().valid_to is None


def test_a_version_does_not_reach_back_over_what_was_asked_or_kept():
    cast = make_cast()
    cast.locked("2025Q4")
    cast.draft("2026Q1")
    revenue = Indicator.objects.get(code="REV")
    for period, words in (("2025Q4", "2025Q4 已有按现行版本核定的数"), ("2026Q1", "2026Q1 已布置含该指标的报表")):
        with pytest.raises(Invalid, match=words):
            issue(revenue, period)
    assert issue(revenue, "2026Q2").number == 2


def test_only_who_keeps_the_dictionary_issues_a_version():
    indicator = make_indicator("REV")
    with pytest.raises(NotAllowed):
        indicators.issue(
            indicator=indicator, first_period="2026Q1", unit="元", scale=0, caliber="", by=make_operator()
        )


@pytest.mark.parametrize("change", [{"unit": "元"}, {"scale": 0}])
def test_the_database_keeps_the_unit_of_a_version_in_use(change):
    cast = make_cast()
    cast.locked("2026Q1")
    used = IndicatorVersion.objects.filter(indicator__code="REV")
    with pytest.raises(IntegrityError, match="used indicator version"), transaction.atomic():
        used.update(**change)
    used.update(display_decimals=1)
    IndicatorVersion.objects.filter(indicator__code="REV_LEAD").exclude(
        pk__in=CertifiedValue.objects.values("indicator_version")
    ).update(**change)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.0001", Fraction(1, 10_000)), ("1/10000", Fraction(1, 10_000)), ("2000/3", Fraction(2000, 3)), (" 1.5 ", Fraction(3, 2))],
)
def test_a_factor_is_an_exact_fraction(text, value):
    assert exact_fraction(text) == value


def chain(*versions: tuple[str, int, str]) -> list[IndicatorVersion]:
    """Versions (unit, scale, factor), one a year from 2020."""
    indicator = make_indicator("X", unit=versions[0][0], scale=versions[0][1])
    found = [indicator.versions.get()]
    for number, (unit, scale, factor) in enumerate(versions[1:], start=2):
        start = date(2019 + number, 1, 1)
        IndicatorVersion.objects.filter(pk=found[-1].pk).update(valid_to=start)
        found.append(
            IndicatorVersion.objects.create(
                indicator=indicator, number=number, unit=unit, scale=scale, factor=factor, valid_from=start
            )
        )
    return found


def test_numbers_are_carried_both_ways_over_any_number_of_versions():
    wan, yi, yuan = chain(("万元", 2, ""), ("亿元", 4, "1/10000"), ("元", 0, "100000000"))
    known = Conversions.among([wan.indicator_id])
    assert known.convert(123_456_789, wan, yi) == Fraction(123_456_789, 100)
    assert known.convert(123_456_789, wan, yuan) == 12_345_678_900
    assert known.convert(12_345_678_900, yuan, wan) == 123_456_789
    assert known.convert(5, yi, yi) == 5


def test_across_a_version_that_is_not_comparable_it_is_refused_in_words():
    old, new, newest = chain(("万元", 2, ""), ("万元", 2, ""), ("亿元", 2, "0.0001"))
    known = Conversions.among([old.indicator_id])
    for have, want in ((old, new), (old, newest), (newest, old)):
        with pytest.raises(Invalid, match="口径改变，与此前的数不可比，不能换算、相减或计算增速"):
            known.convert(1, have, want)
    assert known.convert(10_000, new, newest) == 1


@pytest.mark.parametrize(
    ("units", "text"), [(Fraction(1_234_567, 100), "1.234567"), (Fraction(200, 3), "0.0067"), (10_000, "1.0000")]
)
def test_a_carried_number_is_shown_exactly_where_it_ends(units, text):
    assert str(as_decimal(units, 4, 4)) == text


@pytest.mark.parametrize("kept", ["filed", "locked"])
def test_last_period_is_shown_in_the_unit_of_this_one(kept):
    """900.05 万元 before, 亿元 now: 0.090005, whether it was 核定 or only filed."""
    cast = make_cast()
    getattr(cast, kept)("2025Q4", REV="900.05")
    issue(Indicator.objects.get(code="REV"), "2026Q1", scale=2)
    return_ = make_cycle("2026Q1", cast.template).returns.get()
    cell = sheet_of(return_).cells[0]
    assert (cell.form.unit, cell.last, cell.last_certified) == ("亿元", Decimal("0.090005"), kept == "locked")


@pytest.mark.parametrize("kept", ["filed", "locked"])
def test_last_period_is_not_shown_across_what_is_not_comparable(kept):
    cast = make_cast()
    getattr(cast, kept)("2025Q4")
    issue(Indicator.objects.get(code="REV"), "2026Q1", factor="")
    return_ = make_cycle("2026Q1", cast.template).returns.get()
    last = previous_values(return_, form_cells(return_.cycle.template, Period.parse("2026Q1")))
    assert set(last) == {"REV_LEAD", "FIRMS", "SERVICE_FIRMS"}


def test_the_comparable_base_is_carried_only_where_it_stays_whole():
    """1000.00 and 900.05 万元 a year before: 0.1000 亿元 is whole in the new scale, 0.090005 is not."""
    cast = make_cast()
    cast.locked("2025Q1", REV="1000.00")
    cast.locked("2025Q2", REV="1900.05")
    issue(Indicator.objects.get(code="REV"), "2026Q1")
    bases = [make_cycle(p, cast.template).returns.get().draft.lines.get().base for p in ("2026Q1", "2026Q2")]
    assert bases == [{"REV": 1000}, {}]


@pytest.mark.feature("B11")
def test_the_past_of_a_cell_is_read_as_each_periods_own_amount():
    cast = make_cast()
    for period, revenue, firms in (
        ("2024Q3", "300", "28"), ("2024Q4", "410", "29"), ("2025Q1", "105", "30"), ("2025Q2", "205", "31"),
    ):  # fmt: skip
        cast.locked(period, REV=revenue, REV_LEAD="60", FIRMS=firms, SERVICE_FIRMS="2")
    return_ = cast.draft("2025Q3")
    last = previous_values(return_, form_cells(return_.cycle.template, Period.parse("2025Q3")))
    assert last["REV"].history == (11_000, 10_500, 10_000)  # the first has nothing before it in its year
    assert last["FIRMS"].history == (28, 29, 30, 31)


ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.feature("D1")
def test_every_target_of_the_plan_names_what_it_is_computed_from():
    load_plan(root=ROOT, by=LOADER)
    fed = {code for feeds in Indicator.objects.values_list("feeds", flat=True) for code in feeds}
    assert fed == set(Target.objects.filter(plan=Plan.objects.get()).values_list("code", flat=True))
    assert len(fed) == 50
    for target in Target.objects.filter(indicator__isnull=False):
        assert target.code in target.indicator.feeds, target.code


@pytest.mark.feature("D1")
def test_every_number_of_the_dictionary_says_how_it_adds_up_and_who_answers_for_it():
    load_plan(root=ROOT, by=LOADER)
    for indicator in Indicator.objects.prefetch_related("versions"):
        assert indicator.caliber, indicator
        assert indicator.sources or indicator.versions.get().definition, indicator
        if indicator.kind in {"flow", "stock"}:
            assert indicator.over_time == "last", indicator
            assert indicator.over_space == ("sum" if indicator.level == "park" else "none"), indicator
            assert indicator.certifying_unit, indicator
        elif indicator.kind in {"ratio", "share", "count"}:
            assert indicator.over_space == "recompute", indicator


def test_the_dictionary_asks_the_same_queries_for_one_row_and_for_three(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    make_indicator("REV")
    client.force_login(make_person("reader", "office", "district"))
    with django_assert_max_num_queries(20) as one:
        assert client.get("/indicators/").status_code == 200
    issue(make_indicator("A"))
    make_indicator("B")
    with django_assert_num_queries(len(one)):
        response = client.get("/indicators/")
    assert len(response.context["rows"]) == 3
