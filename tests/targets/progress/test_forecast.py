"""Where a series is heading: the range, its method, and how often the truth lies inside."""

from decimal import Decimal
from fractions import Fraction
from math import gamma, pi, sqrt
from random import Random
from statistics import linear_regression, mean

import pytest
from hypothesis import given, strategies as st

from guandu.core.periods import Period
from targets.progress.forecast import Forecast, TooShort, forecast, hindcast
from targets.progress.student import QUANTILES, quantile
from tests.targets.progress.cases import period

SERIES, SEASONAL_SERIES = 600, 400
LEAST, MOST = 0.86, 0.94


def quarter(index: int) -> Period:
    """Counted from 2021Q1."""
    return Period.quarter(2021 + index // 4, index % 4 + 1)


def series(*values: str | int | float | None) -> list[tuple[Period, Decimal]]:
    """Quarter by quarter from 2021Q1; None leaves one out."""
    return [(quarter(at), Decimal(str(value))) for at, value in enumerate(values) if value is not None]


def stood(*values, until: str, decimals: int = 0, unit: str = "个"):
    return forecast(series(*values), period(until), cumulative=False, decimals=decimals, unit=unit)


def flowed(*values, until: str, decimals: int = 0, unit: str = "万元"):
    return forecast(series(*values), period(until), cumulative=True, decimals=decimals, unit=unit)


@pytest.mark.feature("D8")
@pytest.mark.parametrize("values", [(), (1,), (1, 2, 3), (1, None, 2, None, 3)])
@pytest.mark.parametrize("cumulative", [False, True])
def test_fewer_than_four_points_are_not_enough(values, cumulative):
    points = sum(value is not None for value in values)
    found = forecast(series(*values), period("2026Q4"), cumulative=cumulative, decimals=0)
    assert found == TooShort(f"不足以预测（只有 {points} 期数据，至少 4 期）", points)


@pytest.mark.feature("D8")
def test_a_straight_line_goes_on_and_says_how():
    found = stood(2, 4, 6, 8, 10, 12, until="2023Q4")
    assert found.middle == 24
    assert found.low < 24 < found.high
    assert found.method == "按 6 期数据的直线趋势（最小二乘法）外推，区间为 90% 预测区间"
    assert found.error == 0
    assert found.error_words == (
        "回测：在以往 2 个时点预测其后已知的 3 个数，平均相差 0 个，3 个落在当时给出的区间内"
    )
    assert found.words == f"预计到2023年第四季度为 24 个，90% 区间 {found.low}～{found.high}"


@pytest.mark.feature("D8")
def test_a_range_is_never_narrower_than_the_digits_are_exact():
    """Four whole numbers on a line were up to half a unit off it: 2.92 × √(1/12 × 2.5) = 1.33 on both sides."""
    found = stood(2, 4, 6, 8, until="2022Q1")
    assert (found.low, found.middle, found.high) == (8, 10, 12)
    assert (found.error, found.error_words) == (None, "期数不足，还不能回测（至少 5 期）")


@pytest.mark.feature("D8")
@pytest.mark.parametrize(
    "values", [(31.2, 30.1, 33.9, 32.2, 35.7), (31.2, None, 33.9, 32.2, None, None, 35.7, 30.3, 40.1)]
)
def test_the_range_is_that_of_the_textbook(values):
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    places, heights = [at for at, _ in known], [value for _, value in known]
    slope, start = linear_regression(places, heights)
    rest = sum((height - start - slope * place) ** 2 for place, height in known)
    breadth = sum((place - mean(places)) ** 2 for place in places)
    ahead = 1 + 1 / len(known) + (11 - mean(places)) ** 2 / breadth
    half = float(quantile(len(known) - 2)) * sqrt(rest / (len(known) - 2) * ahead)
    found = stood(*values, until="2023Q4", decimals=3, unit="%")
    middle = start + slope * 11
    assert [float(each) for each in (found.low, found.middle, found.high)] == pytest.approx(
        [middle - half, middle, middle + half], abs=0.0011
    )


@pytest.mark.feature("D8")
@pytest.mark.parametrize(
    ("until", "value"),
    [pytest.param("2022Q2", "10", id="the last"), pytest.param("2021Q3", "6", id="earlier")],
)
@pytest.mark.parametrize("cumulative", [False, True])
def test_what_is_known_is_not_forecast(until, value, cumulative):
    found = forecast(series(2, 4, 6, None, 8, 10), period(until), cumulative=cumulative, decimals=1, unit="%")
    assert {found.low, found.middle, found.high} == {Decimal(value)}
    assert found.words == f"{period(until).label}的数据已有，为 {value}%"


@pytest.mark.feature("D8")
def test_a_deadline_that_passed_without_a_value_has_none():
    assert stood(2, 4, 6, None, 8, 10, until="2021Q4") == TooShort(
        "完成时限（2021年第四季度）已过，当期没有数据", 5
    )


@pytest.mark.feature("D8")
def test_counts_do_not_fall_below_nothing_and_have_no_decimals():
    found = stood(9, 6, 4, 1, until="2022Q4")
    assert (str(found.low), str(found.middle)) == ("0", "0")
    assert found.high == found.high.to_integral_value() >= 0


@pytest.mark.feature("D8")
def test_what_was_below_nothing_may_be_again():
    assert stood(9, 6, 1, -2, until="2022Q4").middle < 0
    assert stood(9, 6, 4, 1, until="2022Q4", decimals=2).middle < 0


YEARS = (40, 60, 80, 100, 80, 120, 160, 200)  # to date, in two years of the same seasons


@pytest.mark.feature("D8")
def test_a_year_is_projected_by_the_shares_of_past_years():
    found = flowed(*YEARS, 100, until="2023Q4")
    assert found.middle == 250
    assert found.method == "按 2 个完整年度各季累计占全年的比重推算2023年，区间来自各季比重的波动（90%）"
    assert found.words == f"预计到2023年第四季度为 250 万元，90% 区间 {found.low}～{found.high}"
    assert flowed(*YEARS, 100, until="2023Q3").middle == 200


@pytest.mark.feature("D8")
def test_later_years_follow_the_totals():
    found = flowed(*YEARS, 120, until="2024Q4")
    assert (found.middle, found.method) == (
        400,
        "先按 2 个完整年度各季累计占全年的比重推算2023年全年，再按 3 个年度总量的直线趋势推算2024年，"
        "区间为 90% 预测区间",
    )
    whole = flowed(*YEARS, 120, 180, 240, 300, until="2024Q2")
    assert (whole.middle, whole.method) == (240, "按 3 个年度总量的直线趋势推算2024年，区间为 90% 预测区间")


@pytest.mark.feature("D8")
def test_a_years_total_alone_counts_for_the_trend():
    found = flowed(None, None, None, 100, *YEARS[4:], 120, until="2024Q4")
    assert isinstance(found, TooShort)  # one year of shares, one quarter of this year
    found = flowed(None, None, None, 100, *YEARS[4:], 120, 180, until="2024Q4")
    assert found.middle == 400


@pytest.mark.feature("D8")
@pytest.mark.parametrize(
    ("values", "until", "why"),
    [
        ((40, None, 80, 100, 50), "2022Q4", "没有一个四个季度齐全的年度，看不出各季比重"),
        ((40, 60, 80, 100, 50), "2022Q4", "只有一个完整年度，看不出各季比重的波动，不足以给出区间"),
        ((*YEARS, 0), "2023Q4", "累计数不大于零，不能按比重推算"),
        ((0, 60, 80, 100, 0, 120, 160, 200, 5), "2023Q4", "累计数不大于零，不能按比重推算"),
    ],
)
def test_a_flow_without_seasons_is_not_forecast(values, until, why):
    points = sum(value is not None for value in values)
    assert flowed(*values, until=until) == TooShort(f"不足以预测（{why}）", points)


@pytest.mark.feature("D8")
def test_two_totals_are_no_trend():
    assert flowed(*YEARS, until="2023Q4") == TooShort("只有 2 个年度的总量，至少 3 个才能推算以后年度", 8)


@pytest.mark.feature("D8")
def test_what_has_come_in_stays_where_nothing_ever_went_back():
    rising = (40, 90, 95, 100, 80, 90, 150, 200)
    assert flowed(*rising, 100, 120, until="2023Q4").low == 120
    back = (40, 110, 95, 100, 80, 90, 150, 200)
    assert flowed(*back, 100, 120, until="2023Q4").low < 120


@pytest.mark.feature("D8")
def test_missing_quarters_of_the_year_are_bridged():
    found = flowed(*YEARS, None, 150, until="2023Q4")
    assert found.middle == 250


@pytest.mark.feature("D8")
def test_hindcasts_are_forecasts_of_what_is_known():
    values = (10, 13, 15, 19, 20, 30)
    wanted = [(4, 4), (4, 5), (5, 5)]
    made = [
        (stood(*values[:origin], until=quarter(at).code, decimals=1), values[at]) for origin, at in wanted
    ]
    found = hindcast(series(*values), cumulative=False, decimals=1)
    assert (found.origins, found.asked) == (2, 3)
    assert found.inside == sum(each.low <= truth <= each.high for each, truth in made)
    assert found.error == round(sum(abs(each.middle - truth) for each, truth in made) / 3, 1)


@pytest.mark.feature("D8")
@pytest.mark.parametrize("freedom", QUANTILES)
def test_the_quantiles_are_students(freedom):
    """Simpson's rule over the density: 45 % between nothing and the quantile."""
    edge, steps = float(QUANTILES[freedom]), 2000
    factor = gamma((freedom + 1) / 2) / gamma(freedom / 2) / sqrt(freedom * pi)
    heights = [
        factor * (1 + (edge * at / steps) ** 2 / freedom) ** (-(freedom + 1) / 2) for at in range(steps + 1)
    ]
    area = sum(height * (1 if at in {0, steps} else 4 if at % 2 else 2) for at, height in enumerate(heights))
    assert area * edge / steps / 3 == pytest.approx(0.45, abs=0.0001)


def test_between_the_rows_of_the_table_the_wider_quantile_holds():
    assert [quantile(each) for each in (30, 39, 40, 119, 10**6)] == [
        Fraction(text) for text in ("1.697", "1.697", "1.684", "1.671", "1.658")
    ]


def coverage(tell, count: int) -> tuple[int, int]:
    """How many of `count` made series have their truth inside the range, of how many that were forecast."""
    made = [tell() for _ in range(count)]
    told = [(found, truth) for found, truth in made if isinstance(found, Forecast)]
    return sum(found.low <= truth <= found.high for found, truth in told), len(told)


@pytest.mark.feature("D8")
def test_the_truth_of_linear_series_lies_inside_at_the_stated_rate(prove_figure):
    random = Random(20240110)

    def tell():
        start, slope, noise = random.uniform(0, 500), random.uniform(-10, 20), random.uniform(1, 30)
        points, ahead = random.randint(4, 14), random.randint(1, 6)
        values = [round(start + slope * at + random.gauss(0, noise), 2) for at in range(points + ahead)]
        until = quarter(points + ahead - 1).code
        return stood(*values[:points], until=until, decimals=2), Decimal(str(values[-1]))

    inside, told = coverage(tell, SERIES)
    assert told == SERIES
    assert LEAST <= inside / told <= MOST
    prove_figure("forecasts of synthetic linear series inside their 90 % range", f"{inside}/{told}")


def seasonal(random: Random, years: int) -> list[float]:
    """Year-to-date values of years with seasons, growth and noise in both."""
    shares = random.choice([(0.4, 0.2, 0.2, 0.2), (0.1, 0.2, 0.3, 0.4), (0.25, 0.25, 0.25, 0.25)])
    start, growth, noise = random.uniform(500, 900), random.uniform(-20, 80), random.uniform(0.02, 0.15)
    values = []
    for year in range(years):
        total, so_far = start + growth * year + random.gauss(0, 20), 0.0
        for share in shares:
            so_far += total * share * (1 + random.gauss(0, noise))
            values.append(round(so_far, 2))
    return values


@pytest.mark.feature("D8")
@pytest.mark.parametrize("later", [0, 1], ids=["this-year", "next-year"])
def test_the_truth_of_seasonal_series_lies_inside_at_the_stated_rate(later, prove_figure):
    random = Random(20261231 + later)

    def tell():
        years, known = random.randint(2 + later, 4), random.randint(1, 3)
        values = seasonal(random, years + 1 + later)
        until = quarter(len(values) - 1).code
        return flowed(*values[: 4 * years + known], until=until, decimals=2), Decimal(str(values[-1]))

    inside, told = coverage(tell, SEASONAL_SERIES)
    assert told == SEASONAL_SERIES
    assert LEAST <= inside / told <= MOST
    when = "the next year" if later else "the year's end"
    prove_figure(
        f"forecasts of synthetic seasonal series for {when} inside their 90 % range", f"{inside}/{told}"
    )


@pytest.mark.feature("D8")
@given(
    values=st.lists(st.none() | st.integers(0, 10**6), min_size=4, max_size=14),
    ahead=st.integers(0, 6),
    cumulative=st.booleans(),
    decimals=st.integers(0, 2),
)
def test_a_range_is_in_order_and_counts_stay_counts(values, ahead, cumulative, decimals):
    found = forecast(series(*values), quarter(len(values) + ahead), cumulative=cumulative, decimals=decimals)
    if isinstance(found, TooShort):
        assert found.words
        return
    assert found.low <= found.middle <= found.high
    assert all(each.as_tuple().exponent >= -decimals for each in (found.low, found.middle, found.high))
    assert decimals or found.low >= 0
