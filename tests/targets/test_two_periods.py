"""Single quarters, growth and the year: numbers of two periods side by side, or the reason why there is none."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from guandu.core.periods import Period, quarters
from targets.definitions.values import annual_growth, value_of
from targets.queries.rollup.shifts import affected_quarters, looked_back_to
from tests.targets.quarters import A, B, C, defined, inputs, leaf, moved, rows_of, year_of

REV = defined("REV", "flow", 2)
JOBS = defined("JOBS", "stock")
D_TAX = defined("D_TAX", "flow", 2, level="district")
ALONE = defined("ALONE", "single", 2, formula={"op": "single", "of": "REV"})
YEARLY = defined("YEARLY", "growth", 2, formula={"op": "growth", "of": "REV", "base": "year_before"})
ON_2023 = defined("ON_2023", "growth", 2, formula={"op": "growth", "of": "REV", "base": "2023"})
ANNUAL = defined("ANNUAL", "annual_growth", 2, formula={"op": "annual_growth", "of": "REV", "base": "2023"})
ROSTER = {"P-A": frozenset({"F1", "F2"}), "P-B": frozenset({"F3"}), "P-C": frozenset()}


def lined(park: str, units: dict[str, int], **values):
    return leaf("REV", park, sum(units.values()), of_lines=True, lines=units, **values)


def alone(now, before, *, period="2026Q2", rosters=(ROSTER, ROSTER), definitions=(REV, ALONE), members=(A, B, C)):
    """Single quarters of `period` from the leaves of the two quarters."""
    earlier = inputs(Period.parse(period).before.code, definitions, before, rosters=rosters[1])
    return rows_of(period, definitions, now, members, earlier=[earlier], rosters=rosters[0])


@pytest.mark.feature("C3")
def test_a_single_quarter_is_the_cumulative_number_less_the_one_before():
    row = alone([leaf("REV", "P-A", 25)], [leaf("REV", "P-A", 10)])["ALONE", "park", "P-A"]
    assert (row.numerator, row.period, row.gap) == (15, "2026Q2", "")


@pytest.mark.feature("C3")
def test_the_first_quarter_alone_is_its_own_number():
    assert rows_of("2026Q1", [REV, ALONE], [leaf("REV", "P-A", 10)])["ALONE", "district", ""].numerator == 10


REFUSED = [
    pytest.param([leaf("REV", "P-A", 25)], [], (ROSTER, ROSTER), "no_previous", id="q1-missing"),
    pytest.param([], [leaf("REV", "P-A", 10)], (ROSTER, ROSTER), "not_reported", id="q2-missing"),
    pytest.param([leaf("REV", "P-A", 25)], [leaf("REV", "P-A", 10)], ({"P-A": frozenset({"F1"})}, ROSTER), "roster", id="one-left"),
    pytest.param([leaf("REV", "P-A", 25)], [leaf("REV", "P-A", 10)], ({}, ROSTER), "roster_unknown", id="no-register"),
    pytest.param(
        [leaf("REV", "P-A", 25, source="operator")], [leaf("REV", "P-A", 10, source="bureau")], (ROSTER, ROSTER),
        "different", id="two-sources",
    ),
    pytest.param([lined("P-A", {"F1": 25})], [leaf("REV", "P-A", 10)], (ROSTER, ROSTER), "different", id="two-levels"),
    pytest.param([lined("P-A", {"F1": 25})], [lined("P-A", {"F2": 10})], (ROSTER, ROSTER), "roster", id="no-common-line"),
]  # fmt: skip


@pytest.mark.feature("C3")
@pytest.mark.parametrize(("now", "before", "rosters", "gap"), REFUSED)
def test_what_cannot_be_subtracted_is_unknown_with_its_reason_and_never_zero(now, before, rosters, gap):
    rows = alone(now, before, rosters=rosters)
    park = rows["ALONE", "park", "P-A"]
    assert (park.numerator, park.reported, park.gap) == (None, 0, gap)
    assert rows["ALONE", "district", ""].numerator is None


def test_a_park_that_was_not_there_before_has_no_single_quarter():
    earlier = inputs("2026Q1", [REV, ALONE], [], members=(B,), rosters=ROSTER)
    rows = rows_of("2026Q2", [REV, ALONE], [leaf("REV", "P-A", 9)], (A, B), earlier=[earlier], rosters=ROSTER)
    assert rows["ALONE", "park", "P-A"].gap == "roster"


@pytest.mark.feature("C3")
def test_a_cumulative_number_that_falls_gives_a_negative_quarter():
    assert alone([leaf("REV", "P-A", 8)], [leaf("REV", "P-A", 10)])["ALONE", "park", "P-A"].numerator == -2


def test_firm_lines_stand_at_both_ends_and_the_change_of_the_roster_is_a_number_of_its_own():
    now, before = lined("P-A", {"F1": 30, "F2": 8, "NEW": 100}), lined("P-A", {"F1": 10, "F2": 3, "GONE": 40})
    rows = alone([now, leaf("REV", "P-B", 7)], [before, leaf("REV", "P-B", 5)])
    park, whole = rows["ALONE", "park", "P-A"], rows["ALONE", "district", ""]
    assert (park.numerator, park.roster_effect) == (25, 60)
    assert park.numerator + park.roster_effect == now.units - before.units
    assert (whole.numerator, whole.roster_effect, whole.reported, whole.expected) == (27, 60, 2, 3)


def test_the_district_s_own_flow_needs_no_roster():
    own = defined("OWN", "single", 2, formula={"op": "single", "of": "D_TAX"})
    rows = alone([leaf("D_TAX", "", 25)], [leaf("D_TAX", "", 10)], rosters=({}, {}), definitions=(D_TAX, own))
    assert rows["OWN", "district", ""].numerator == 15


@pytest.mark.feature("C3")
def test_the_fourth_quarter_alone_comes_from_its_own_return_and_the_year_from_the_annual_one():
    flash = [leaf("REV", "P-A", 100, period="2026Q4")]
    annual = [leaf("REV", "P-A", 111, period="2026")]
    earlier = inputs("2026Q3", [REV, ALONE], [leaf("REV", "P-A", 70)], rosters=ROSTER)
    values = {"earlier": [earlier], "rosters": ROSTER}
    rows = rows_of("2026Q4", [REV, ALONE], annual, flash=flash, **values)
    assert (rows["ALONE", "park", "P-A"].numerator, rows["REV", "park", "P-A"].numerator) == (30, 111)
    rows = rows_of("2026Q4", [REV, ALONE], annual, flash=annual, **values)
    assert (rows["ALONE", "park", "P-A"].numerator, rows["ALONE", "park", "P-A"].gap) == (None, "not_reported")


GROWN = [
    pytest.param([leaf("REV", "P-A", 120, base=100)], [], (20, 100), id="base-of-the-same-cell"),
    pytest.param([leaf("REV", "P-A", 120)], [leaf("REV", "P-A", 100)], (20, 100), id="figure-a-year-before"),
    pytest.param([leaf("REV", "P-A", 80)], [leaf("REV", "P-A", 100)], (-20, 100), id="fell"),
    pytest.param([leaf("REV", "P-A", 120)], [], (None, None), id="no-base"),
    pytest.param([], [leaf("REV", "P-A", 100)], (None, None), id="no-number"),
    pytest.param([leaf("REV", "P-A", 120, base=90), leaf("REV", "P-B", 50)], [leaf("REV", "P-B", 40)], (40, 130), id="two-parks"),
    pytest.param([leaf("REV", "P-A", 120, base=100), leaf("REV", "P-B", 50)], [], (20, 100), id="only-lines-at-both-ends"),
]


@pytest.mark.feature("D3")
@pytest.mark.parametrize(("now", "before", "pair"), GROWN)
def test_growth_is_summed_over_the_lines_that_stand_at_both_ends(now, before, pair):
    earlier = inputs("2025Q3", [REV], before)
    whole = rows_of("2026Q3", [REV, YEARLY], now, earlier=[earlier])["YEARLY", "district", ""]
    assert (whole.numerator, whole.denominator) == pair
    assert (whole.period, bool(whole.gap)) == ("2026Q1-3", pair[0] is None)


@pytest.mark.feature("D3")
@pytest.mark.parametrize(
    ("numerator", "denominator", "value"), [(200, 100, "200.000000"), (0, 100, "0.000000"), (5, 0, None), (5, -3, None), (None, 1, None)]
)
def test_growth_on_a_base_that_is_not_above_zero_has_no_value(numerator, denominator, value):
    found = value_of("growth", numerator, denominator, scale=2)
    assert (None if found is None else str(found)) == value


@pytest.mark.parametrize(("period", "base", "flow"), [("2026Q3", "2023Q3", True), ("2026Q4", "2023Q4", True), ("2026Q3", "2023Q4", False)])
def test_a_dated_base_is_the_same_months_of_a_flow_and_the_end_of_a_stock(period, base, flow):
    of = REV if flow else defined("REV", "stock", 2)
    earlier = inputs(base, [of], [leaf("REV", "P-A", 50)])
    row = rows_of(period, [of, ON_2023], [leaf("REV", "P-A", 150)], earlier=[earlier])["ON_2023", "park", "P-A"]
    assert (row.numerator, row.denominator) == (100, 50)


def test_growth_over_firm_lines_leaves_out_what_entered_and_left():
    now, before = lined("P-A", {"F1": 30, "NEW": 9}), lined("P-A", {"F1": 10, "GONE": 4})
    rows = rows_of("2026Q3", [REV, YEARLY], [now], earlier=[inputs("2025Q3", [REV], [before])])
    row = rows["YEARLY", "park", "P-A"]
    assert (row.numerator, row.denominator, row.roster_effect) == (20, 10, 5)


def test_a_base_that_was_entered_afterwards_stands_beside_any_source():
    before = leaf("REV", "P-A", 50, source="history")
    earlier = inputs("2023Q3", [REV], [before])
    rows = rows_of("2026Q3", [REV, ON_2023], [leaf("REV", "P-A", 60, source="operator")], earlier=[earlier])
    assert rows["ON_2023", "park", "P-A"].numerator == 10
    other = inputs("2023Q3", [REV], [replace(before, source="bureau")])
    rows = rows_of("2026Q3", [REV, ON_2023], [leaf("REV", "P-A", 60, source="operator")], earlier=[other])
    assert rows["ON_2023", "park", "P-A"].gap == "different"


def test_growth_between_a_total_and_a_sum_of_parks_is_refused():
    total = leaf("REV", "", 500, backfilled=1, source="history")
    earlier = inputs("2023Q3", [REV], [total])
    whole = rows_of("2026Q3", [REV, ON_2023], [leaf("REV", "P-A", 60)], earlier=[earlier])["ON_2023", "district", ""]
    assert (whole.numerator, whole.denominator, whole.gap) == (None, None, "different")
    both = rows_of("2026Q3", [REV, ON_2023], [replace(total, units=600)], earlier=[earlier])["ON_2023", "district", ""]
    assert (both.numerator, both.denominator) == (100, 500)


@pytest.mark.parametrize(
    ("factor", "scale", "pair"),
    [(Fraction(1, 10_000), 6, (800_000, 200_000)), (None, 6, (None, None)), (Fraction(1, 3), 6, (None, None))],
    ids=["declared", "not-comparable", "not-exact"],
)
def test_numbers_of_two_versions_meet_by_the_declared_factor_or_not_at_all(factor, scale, pair):
    # 20.00 万元 as it was, 100 in units of 0.01 亿元 as it is now: 0.20 亿元 ↔ 2000 units × 1/10000.
    old, new = defined("REV", "flow", 2, number=1), defined("REV", "flow", 2, number=2)
    growth = defined("YEARLY", "growth", scale, formula=YEARLY.formula)
    earlier = inputs("2025Q3", [old], [leaf("REV", "P-A", 200_000)])
    rows = rows_of(
        "2026Q3", [new, growth], [leaf("REV", "P-A", 100)], earlier=[earlier], factors={(1, 2): factor},
    )  # fmt: skip
    row = rows["YEARLY", "park", "P-A"]
    assert (row.numerator, row.denominator) == pair
    assert row.gap == ("different" if pair[0] is None else "")


@pytest.mark.feature("D3")
@pytest.mark.parametrize(
    ("now", "base", "years", "value"),
    [
        (1331, 1000, 3, "10.000000"), (1000, 1000, 3, "0.000000"), (8, 1, 3, "100.000000"), (1, 8, 3, "-50.000000"),
        (199_999_999, 200_000_000, 1, "-0.000001"), (200_000_001, 200_000_000, 1, "0.000001"),
        (0, 8, 3, "-100.000000"), (2, 1, 2, "41.421356"), (5, 0, 3, None), (5, 1, 0, None), (-5, 1, 3, None), (5, None, 3, None),
    ],
)  # fmt: skip
def test_the_average_annual_growth_takes_its_root_once(now, base, years, value):
    found = annual_growth(now, base, years)
    assert (None if found is None else str(found)) == value


@pytest.mark.feature("D3")
def test_average_annual_growth_keeps_both_ends_and_adds_up():
    earlier = inputs("2023Q4", [REV], [leaf("REV", "P-A", 500), leaf("REV", "P-B", 500)])
    rows = rows_of("2026Q4", [REV, ANNUAL], [leaf("REV", "P-A", 1000), leaf("REV", "P-B", 331), leaf("REV", "P-C", 9)], earlier=[earlier])
    whole = rows["ANNUAL", "district", ""]
    assert (whole.numerator, whole.denominator, whole.reported, whole.expected) == (1331, 1000, 2, 3)
    assert value_of("annual_growth", whole.numerator, whole.denominator, scale=2, years=3) == Decimal(10)


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.integers(1, 12))
def test_the_root_is_the_nearest_to_the_sixth_decimal(now, base, years):
    shown = int(annual_growth(now, base, years).scaleb(6)) + 10**8  # (1 + g) × 10^8, rounded
    exact = Fraction(now, base) * 10 ** (8 * years)
    assert Fraction(2 * shown - 1, 2) ** years <= exact or shown == 0
    assert exact <= Fraction(2 * shown + 1, 2) ** years


YEAR_RULES = [("last", 40, None, 1, 1), ("sum", 100, None, 3, 4), ("average", 400, 12, 3, 4), ("max", 40, None, 3, 4)]


@pytest.mark.feature("C1", "D2")
@pytest.mark.parametrize(("rule", "numerator", "denominator", "reported", "expected"), YEAR_RULES)
def test_the_year_of_a_stock_follows_its_rule_and_says_which_quarters_are_missing(rule, numerator, denominator, reported, expected):
    jobs = defined("JOBS", "stock", over_time=rule)
    values = {"2026Q1": [leaf("JOBS", "P-A", 20)], "2026Q2": [], "2026Q3": [leaf("JOBS", "P-A", 40)]}
    earlier = [inputs(period, [jobs], leaves, members=(A,)) for period, leaves in values.items()]
    row = year_of("2026Q4", [jobs], [leaf("JOBS", "P-A", 40)], (A,), earlier=earlier)["JOBS", "district", ""]
    assert (row.numerator, row.denominator, row.period) == (numerator, denominator, "2026")
    assert (row.reported, row.expected) == (reported, expected)


@pytest.mark.feature("C1")
def test_no_rule_no_year_and_no_number_no_zero():
    none, last = defined("NONE", "stock", over_time="none"), defined("LAST", "stock")
    rows = year_of("2026Q4", [none, last], [leaf("NONE", "P-A", 5)])
    assert ("NONE", "district", "") not in rows
    assert (rows["LAST", "district", ""].numerator, rows["LAST", "district", ""].expected) == (None, 3)
    assert year_of("2026Q3", [last], [leaf("LAST", "P-A", 5)]) == {}


@pytest.mark.feature("C1")
def test_averages_of_parks_with_gaps_add_up_exactly():
    jobs = defined("JOBS", "stock", over_time="average")
    earlier = [inputs("2026Q3", [jobs], [leaf("JOBS", "P-A", 3), leaf("JOBS", "P-B", 10)])]
    rows = year_of("2026Q4", [jobs], [leaf("JOBS", "P-A", 4)], earlier=earlier)
    parks = [rows["JOBS", "park", code] for code in ("P-A", "P-B")]
    assert [value_of("stock", p.numerator, p.denominator, scale=0) for p in parks] == [Decimal("3.5"), 10]
    whole = rows["JOBS", "district", ""]
    assert value_of("stock", whole.numerator, whole.denominator, scale=0) == Decimal("13.5")


@pytest.mark.feature("C1")
def test_the_annual_return_stands_above_the_fourth_quarter_for_the_year_and_both_stay():
    flash, annual = leaf("JOBS", "P-A", 40, period="2026Q4"), leaf("JOBS", "P-A", 44, period="2026")
    values = (JOBS, REV), [annual], (A,)
    assert rows_of("2026Q4", *values, flash=[flash])["JOBS", "district", ""].numerator == 40
    assert year_of("2026Q4", *values, flash=[flash])["JOBS", "district", ""].numerator == 44
    averaged = defined("JOBS", "stock", over_time="average")
    row = year_of("2026Q4", [averaged], [annual], (A,), flash=[flash])["JOBS", "district", ""]
    assert value_of("stock", row.numerator, row.denominator, scale=0) == 44


@pytest.mark.feature("C1", "C2")
def test_a_ratio_of_the_year_is_worked_out_again_from_the_year_s_numbers():
    let, built = defined("LET", "stock"), defined("BUILT", "stock")
    rate = defined("RATE", "ratio", formula={"op": "ratio", "num": "LET", "den": "BUILT"}, over_time="recompute")
    flash = [leaf("LET", "P-A", 30, period="2026Q4"), leaf("BUILT", "P-A", 60, period="2026Q4")]
    annual = [leaf("LET", "P-A", 45, period="2026"), flash[1]]
    row = year_of("2026Q4", [let, built, rate], annual, (A,), flash=flash)["RATE", "district", ""]
    assert (row.numerator, row.denominator, row.period) == (45, 60, "2026")
    assert rows_of("2026Q4", [let, built, rate], annual, (A,), flash=flash)["RATE", "district", ""].numerator == 30


def test_growth_of_the_year_compares_two_years():
    stock = defined("REV", "stock", 2)
    grown = defined("GREW", "growth", 2, formula=YEARLY.formula, over_time="recompute")
    base = [leaf("REV", "P-A", 50, period="2025")]
    earlier = inputs("2025Q4", [stock], base, flash=[leaf("REV", "P-A", 40, period="2025Q4")])
    values = {"earlier": [earlier], "flash": [leaf("REV", "P-A", 60, period="2026Q4")]}
    leaves = [leaf("REV", "P-A", 75, period="2026")]
    quarter = rows_of("2026Q4", [stock, grown], leaves, **values)["GREW", "park", "P-A"]
    year = year_of("2026Q4", [stock, grown], leaves, **values)["GREW", "park", "P-A"]
    assert (quarter.numerator, quarter.denominator) == (20, 40)
    assert (year.numerator, year.denominator) == (25, 50)


def test_a_share_of_the_year_points_at_the_year_s_whole():
    d_jobs = defined("D_JOBS", "stock", level="district")
    share = defined("SHARE", "share", formula={"op": "share", "num": "JOBS", "den": "D_JOBS"}, over_time="recompute")
    leaves = [leaf("JOBS", "P-A", 4), leaf("D_JOBS", "", 9)]
    row = year_of("2026Q4", [JOBS, d_jobs, share], leaves)["SHARE", "district", ""]
    assert (row.period, row.denominator_key, row.denominator_period) == ("2026", ("D_JOBS", "district", ""), "2026")


DEFINED = {d.code: d for d in (REV, JOBS, ALONE, YEARLY, ON_2023)}


@pytest.mark.parametrize(
    ("period", "codes", "quarters_after"),
    [
        ("2026Q1", {"REV", "ALONE"}, ["2026Q2"]),
        ("2026Q4", {"REV", "ALONE"}, []),
        ("2025Q2", {"REV", "YEARLY"}, ["2026Q2"]),
        ("2023Q4", {"REV", "ON_2023"}, ["2024Q4", "2025Q4", "2026Q4"]),
        ("2024Q4", {"REV", "ON_2023"}, []),
        ("2026Q1", {"REV", "JOBS"}, []),
    ],
)
def test_the_quarters_that_read_a_quarter_are_named(period, codes, quarters_after):
    definitions = {code: DEFINED[code] for code in codes}
    found = affected_quarters(Period.parse(period), definitions, until=Period.parse("2026Q4"))
    assert [each.code for each in found] == [period, *quarters_after]


def test_growth_of_single_quarters_reads_two_quarters_of_the_year_before():
    grown = defined("GROWN", "growth", 2, formula={"op": "growth", "of": "ALONE", "base": "year_before"})
    definitions = {d.code: d for d in (REV, ALONE, grown)}
    assert looked_back_to(definitions, Period.parse("2026Q3")) == {
        Period.parse("2026Q2"): {"REV"}, Period.parse("2025Q3"): {"ALONE"},
    }  # fmt: skip
    found = affected_quarters(Period.parse("2025Q2"), definitions, until=Period.parse("2026Q4"))
    assert [each.code for each in found] == ["2025Q2", "2025Q3", "2026Q2", "2026Q3"]


def test_an_average_over_the_year_is_read_by_its_fourth_quarter():
    definitions = {"JOBS": defined("JOBS", "stock", over_time="average")}
    found = affected_quarters(Period.parse("2026Q1"), definitions, until=Period.parse("2027Q4"))
    assert [each.code for each in found] == ["2026Q1", "2026Q4"]


@pytest.mark.feature("C13")
def test_a_stock_s_base_at_the_end_of_a_year_is_read_by_every_later_quarter():
    of = defined("REV", "stock", 2)
    found = affected_quarters(Period.parse("2023Q4"), {"REV": of, "ON_2023": ON_2023}, until=Period.parse("2025Q2"))
    assert found == quarters("2023Q4", "2025Q2")


def test_a_moved_park_takes_its_growth_along():
    earlier = inputs("2025Q3", [REV], [leaf("REV", "P-A", 100)])
    rows = rows_of("2026Q3", [REV, YEARLY], [leaf("REV", "P-A", 150)], (moved(A, chain="NEW"),), earlier=[earlier])
    assert rows["YEARLY", "chain", "NEW"].numerator == 50
    assert ("YEARLY", "chain", "DIG") not in rows
