"""The arithmetic of one quarter: exact, missing is not zero, every scope the sum of its parks."""


import pytest

from guandu.core.periods import Period
from targets.queries.rollup.compute import compute
from targets.queries.rollup.inputs import Definition, Inputs, Leaf, Member

Q3 = Period.parse("2026Q3")
DEFINITIONS = {
    d.code: d
    for d in (
        Definition("REV", "flow", "park", 1, 1, 2, {}),
        Definition("REV_LEAD", "flow", "park", 2, 2, 2, {}),
        Definition("TAX", "flow", "park", 3, 3, 2, {}),
        Definition("FIRMS", "stock", "park", 4, 4, 0, {}),
        Definition("D_TAX", "flow", "district", 5, 5, 2, {}),
        Definition("LEAD_RATIO", "ratio", "park", 6, 6, 0, {"op": "ratio", "num": "REV_LEAD", "den": "REV"}),
        Definition("TAX_SHARE", "share", "district", 7, 7, 0, {"op": "share", "num": "TAX", "den": "D_TAX"}),
        Definition("SCALE", "measure", "park", 8, 8, 2, {"op": "choose_by_type", "map": {"DIG": "REV", "HQ": "TAX"}}),
        Definition("PARKS_100", "count", "district", 9, 9, 0, {"op": "count_over_line", "of": "SCALE", "at_least": "1000000"}),
    )
}  # fmt: skip
A = Member("P-A", "甲园", chain="DIG", chain_name="数字经济", street="S1", street_name="关上")
B = Member("P-B", "乙园", chain="DIG", chain_name="数字经济", street="S2", street_name="太和")
C = Member("P-C", "丙园", chain="HQ", chain_name="总部经济", street="S1", street_name="关上")


def leaf(indicator, park, units, base=None, value_id=1):
    return Leaf(indicator, park, units, base, value_id, 1, 1)


def figures(*leaves, members=(A, B, C)):
    inputs = Inputs(Q3, DEFINITIONS, {m.code: m for m in members}, list(leaves), {}, {})
    return {row.key: row for row in compute(inputs)}


@pytest.mark.feature("C1")
def test_flows_are_added_up_to_every_scope_and_stocks_keep_the_quarter():
    rows = figures(
        leaf("REV", "P-A", 100), leaf("REV", "P-B", 250), leaf("REV", "P-C", 7), leaf("FIRMS", "P-A", 3)
    )
    assert rows["REV", "chain", "DIG"].numerator == 350
    assert rows["REV", "street", "S1"].numerator == 107
    assert rows["REV", "district", ""].numerator == 357
    assert rows["REV", "district", ""].period == "2026Q1-3"
    assert rows["FIRMS", "district", ""].period == "2026Q3"


@pytest.mark.feature("C7")
def test_missing_is_not_zero():
    rows = figures(leaf("REV", "P-A", 0))
    assert rows["REV", "park", "P-A"].numerator == 0
    assert rows["REV", "park", "P-B"].numerator is None
    assert rows["REV", "chain", "HQ"].numerator is None
    whole = rows["REV", "district", ""]
    assert (whole.numerator, whole.expected, whole.reported) == (0, 3, 1)


@pytest.mark.feature("C2")
def test_ratio_divides_sums_over_parks_that_report_both():
    rows = figures(
        leaf("REV_LEAD", "P-A", 60), leaf("REV", "P-A", 100),
        leaf("REV_LEAD", "P-B", 1), leaf("REV", "P-B", 900),
        leaf("REV_LEAD", "P-C", 5),
    )  # fmt: skip
    chain = rows["LEAD_RATIO", "chain", "DIG"]
    assert (chain.numerator, chain.denominator) == (61, 1000)
    district = rows["LEAD_RATIO", "district", ""]
    assert (district.numerator, district.denominator, district.expected, district.reported) == (61, 1000, 3, 2)
    assert rows["LEAD_RATIO", "park", "P-C"].numerator is None


def test_ratio_over_zero_is_not_assessed():
    rows = figures(leaf("REV_LEAD", "P-A", 0), leaf("REV", "P-A", 0))
    assert rows["LEAD_RATIO", "park", "P-A"].reported == 0
    assert rows["LEAD_RATIO", "district", ""].numerator is None


def test_a_share_points_at_the_district_number_and_never_copies_it():
    rows = figures(leaf("TAX", "P-A", 30))
    assert rows["D_TAX", "district", ""].numerator is None
    rows = figures(leaf("TAX", "P-A", 30), leaf("D_TAX", "", 100))
    share = rows["TAX_SHARE", "district", ""]
    assert (share.numerator, share.denominator) == (30, None)
    assert (share.denominator_key, share.denominator_period) == (("D_TAX", "district", ""), "2026Q1-3")
    assert rows["TAX_SHARE", "park", "P-A"].denominator is None


def test_measure_is_picked_by_chain_and_counted_over_the_line_at_its_edge():
    edge = 1_000_000 * 100
    rows = figures(leaf("REV", "P-A", edge), leaf("REV", "P-B", edge - 1), leaf("REV", "P-C", edge * 9))
    assert rows["SCALE", "park", "P-A"].numerator == edge
    assert rows["SCALE", "park", "P-C"].numerator is None
    assert rows["PARKS_100", "park", "P-A"].numerator == 1
    assert rows["PARKS_100", "park", "P-B"].numerator == 0
    assert rows["PARKS_100", "park", "P-C"].numerator is None
    whole = rows["PARKS_100", "district", ""]
    assert (whole.numerator, whole.reported, whole.expected) == (1, 2, 3)
    assert ("SCALE", "district", "") not in rows


def test_whole_numbers_beyond_float_add_exactly():
    big = 2**53 + 1
    rows = figures(leaf("REV", "P-A", big), leaf("REV", "P-B", big), leaf("REV", "P-C", 1))
    assert rows["REV", "district", ""].numerator == 2 * big + 1


def test_base_is_summed_only_when_every_reporting_park_has_one():
    rows = figures(leaf("REV", "P-A", 5, base=4), leaf("REV", "P-B", 6), leaf("REV", "P-C", 7, base=9))
    assert rows["REV", "chain", "DIG"].base is None
    assert rows["REV", "chain", "HQ"].base == 9


def test_order_of_values_does_not_matter():
    leaves = [leaf(code, m.code, n * 11) for n, m in enumerate((A, B, C), 1) for code in ("REV", "REV_LEAD", "TAX")]
    shuffled = leaves[:]
    shuffled.reverse()
    assert figures(*leaves) == figures(*shuffled)
