"""The district's draft scheme, with an answer worked by hand."""

from decimal import Decimal as D
from pathlib import Path

import pytest

from rating.engine import Facts, Input, load_scheme, score

pytestmark = [pytest.mark.feature("E1"), pytest.mark.once]

DRAFT = Path(__file__).resolve().parents[2] / "rating/reference/district-draft.yaml"
UNITS = {"AREA_BUILT": "平方米", "AREA_LET": "平方米", "reg.late_returns": "次", "reg.safety_accidents": "起"}
COUNTS = {"FIRMS", "SERVICE_FIRMS", "FIRMS_ABOVE", "reg.hitech_firms", "reg.sme_titles"}


@pytest.fixture(scope="module")
def draft():
    return load_scheme(DRAFT.read_bytes())


# A digital park in buildings.              worked by hand:
STRONG = {
    "REV": 1_200_000, "REV_LEAD": 780_000,  # L1 120 亿 ≥ 100 亿 → 15; L2 65 % ≥ 60 % → 12
    "WSALES": 0, "IND_OUT": 0,
    "TAX": 4_250,                           # L3 4250 ÷ 5 = 850 万元/万平方米, 8 full steps → 8
    "AREA_BUILT": 50_000,                   # B2B 5 万平方米, on the cut → 8
    "AREA_LET": 35_000,                     # B1 70 %: 9 + 10/20 × 3 → 10.5
    "FIRMS": 130, "SERVICE_FIRMS": 13,      # S2 exactly 10 % → 6
    "FIRMS_ABOVE": 21,                      # Q1 21 × 0.5 → 10.5
    "reg.hitech_firms": 8, "reg.sme_titles": 5,  # Q2 13, capped → 12
    "reg.late_returns": 1,                  # S3 8 − 2 → 6
    "reg.safety_accidents": 0,
}  # fmt: skip
POINTS = {
    "B1": "10.5", "B2B": 8, "L1": 15, "L2": 12, "L3": 8, "Q1": "10.5", "Q2": 12, "S1": 6, "S2": 6, "S3": 6,
}  # fmt: skip


def unit(code):
    return UNITS.get(code) or ("家" if code in COUNTS else "万元")


def park(park_type="DIG", carrier="building", station=True, one_stop=True, **changes):
    values = {**STRONG, **changes}
    inputs = {c: Input(None if v is None else D(str(v)), unit(c), "核定") for c, v in values.items()}
    attributes = {
        "attr.park_type": park_type, "attr.carrier": carrier,
        "attr.has_service_station": station, "attr.has_one_stop": one_stop,
    }  # fmt: skip
    return Facts("P-DEMO", "某园区（演示数据）", "2026Q1-3", "核定", attributes, inputs)


def points(result):
    return {leaf.code: leaf.points for leaf in result.leaves()}


def test_it_says_that_it_is_a_draft_of_four_dimensions_and_a_hundred_points(draft):
    assert (draft.status, draft.root.full.value) == ("试行草案", 100)
    assert [group.title for group in draft.root.children] == ["园区建设标准", "能级", "企业质量", "服务体系"]


@pytest.mark.feature("E7")
def test_the_worked_example(draft):
    result = score(draft, park())
    assert points(result) == {code: D(str(value)) for code, value in POINTS.items()}
    assert (result.total, result.grade.code, result.grade.confirmed) == (D(94), "five", True)


def test_accidents_not_yet_reported_leave_the_grade_pending(draft):
    result = score(draft, park(**{"reg.safety_accidents": None}))
    assert (result.total, result.grade.code, result.grade.pending) == (D(94), "five", ("V1",))
    assert "待核" in result.sentence


def test_an_accident_takes_the_star(draft):
    grade = score(draft, park(**{"reg.safety_accidents": 1})).grade
    assert (grade.code, grade.by_score, grade.held_by) == ("none", "five", ("V1",))


def test_levels_have_conditions_of_their_own(draft):
    assert score(draft, park(one_stop=False)).grade.code == "four"
    low_share = score(draft, park(REV_LEAD=719_999))
    assert (low_share.grade.code, low_share.grade.held_by) == ("three", ("M4",))


def test_a_weak_dimension_takes_the_star(draft):
    weak = {"FIRMS_ABOVE": 3, "reg.hitech_firms": 4, "reg.sme_titles": 4}
    result = score(draft, park(**weak))
    assert (points(result)["Q1"] + points(result)["Q2"], result.grade.held_by) == (D("9.5"), ("F1",))


@pytest.mark.feature("E17")
@pytest.mark.parametrize(
    ("park_type", "points_of_scale"), [("DIG", 15), ("HQ", 0), ("TRD", 0), ("CUL", 15), ("IND", 9)]
)
def test_scale_is_measured_by_the_park_type(draft, park_type, points_of_scale):
    result = score(draft, park(park_type, WSALES=9_999, IND_OUT=599_999))
    assert points(result)["L1"] == points_of_scale


@pytest.mark.feature("E2")
@pytest.mark.parametrize(
    ("revenue", "expected"),
    [
        ("99999.99", 5),
        (100_000, 9),
        ("599999.99", 9),
        (600_000, 12),
        ("999999.99", 12),
        (1_000_000, 15),
        ("9999.99", 0),
    ],
)
def test_the_plans_lines_of_scale(draft, revenue, expected):
    assert points(score(draft, park(REV=revenue, REV_LEAD=1)))["L1"] == expected


@pytest.mark.feature("E2")
@pytest.mark.parametrize(("service", "expected"), [("12.99", 6), (13, 6), ("13.01", 0)])
def test_the_plans_line_of_service_bodies(draft, service, expected):
    assert points(score(draft, park(SERVICE_FIRMS=service)))["S2"] == expected


@pytest.mark.feature("E17")
def test_land_parks_never_see_the_items_of_buildings(draft):
    assert "B2B" not in points(score(draft, park(carrier="land")))
    assert points(score(draft, park(carrier="land")))["B2L"] == 4


@pytest.mark.feature("E11")
def test_a_park_without_revenue_is_not_assessed_on_its_leading_industry(draft):
    result = score(draft, park(REV=0, REV_LEAD=0))
    (leaf,) = [leaf for leaf in result.leaves() if leaf.code == "L2"]
    assert (leaf.status, result.status) == ("excluded", "scored")


@pytest.mark.feature("E11")
def test_an_unfiled_return_is_named_and_nothing_is_graded(draft):
    result = score(draft, park(AREA_LET=None))
    assert (result.status, result.grade.code) == ("blocked", "")
    assert result.sentence == "暂不评定：入驻率缺少数据或数据有误，已评部分合计 83.5 分。"
