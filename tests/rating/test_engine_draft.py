"""The district's draft scheme, with an answer worked by hand."""

from decimal import Decimal as D
from pathlib import Path

import pytest

from rating.engine import Facts, Input, load_scheme, score

pytestmark = [pytest.mark.feature("E1"), pytest.mark.once]

DRAFT = Path(__file__).resolve().parents[2] / "rating/reference/district-draft.yaml"
UNITS = {
    "AREA_BUILT": "平方米", "AREA_LET": "平方米", "reg.land_area": "平方米", "reg.late_returns": "次",
    "reg.safety_accidents": "起", "mat.pollution": "起", "mat.fraud": "起", "reg.unfiled_last_year": "期",
    "reg.government_days": "场", "reg.trainings": "场", "reg.talent_housing": "次", "mat.patents": "件",
    "mat.personal_services": "次",
}  # fmt: skip
MONEY = {"REV", "REV_LEAD", "WSALES", "IND_OUT", "TAX", "TRADE"}
PAPERS = ("材料",)


@pytest.fixture(scope="module")
def draft():
    return load_scheme(DRAFT.read_bytes())


# A digital park in buildings.              worked by hand:
STRONG = {
    "REV": 1_200_000, "REV_LEAD": 780_000,  # L1 120 亿 ≥ 100 亿 → 13; L2 65 % ≥ 60 % → 12
    "WSALES": 0, "IND_OUT": 0, "TRADE": 0,
    "TAX": 4_250,                           # L3B 4250 ÷ 5 = 850 万元/万平方米, 8 full steps, capped → 7
    "AREA_BUILT": 50_000,                   # B2B 5 万平方米, on the cut → 5
    "AREA_LET": 35_000,                     # B1 70 %: 6 + 10/20 × 2 → 7
    "reg.land_area": 20_000,                # 30 亩, read by parks on land only
    "FIRMS": 130, "SERVICE_FIRMS": 13,      # S2 exactly 10 % → 4
    "FIRMS_ABOVE": 19,                      # Q1 19 × 0.5 → 9.5
    "FIRMS_TRADE_100M": 12,
    # Q2 1 × 3 + 1 × 2 + 2 × 1 + 3 × 0.5 → 8.5; Q3 2 − 1 → 1; Q4 1 × 0.5; Q6 3 × 0.5, capped → 1
    "reg.top_little_giant": 1, "reg.top_specialised": 1, "reg.top_hitech": 2, "reg.top_innovative": 3,
    "reg.above_entered": 2, "reg.above_left": 1, "reg.leading_firms": 1, "reg.platforms": 3,
    "reg.title_level": "provincial",        # L5 → 2
    "reg.late_returns": 1,                  # S3 6 − 2 → 4
    "reg.unfiled_last_year": 0,
    "reg.government_days": 1, "reg.trainings": 8, "reg.talent_housing": 1,  # S5 0.5, S6 0.8, S7 1
    "reg.safety_accidents": 0, "mat.pollution": 0, "mat.fraud": 0, "mat.dishonesty": False,
    # materials: B3B 2, B4 1 + 0.5, B5 1, B6 2, Q7 30 × 0.05, capped → 1, S8 10 × 0.05 → 0.5
    "mat.unified_operation": True, "mat.land_compliance": True, "mat.fire_safety": ("duty", "drill"),
    "mat.reuse": ("idle",), "mat.digital": True, "mat.patents": 30, "mat.personal_services": 10,
}  # fmt: skip
POINTS = {
    "B1": 7, "B2B": 5, "B3B": 2, "B4": "1.5", "B5": 1, "B6": 2,
    "L1": 13, "L2": 12, "L3B": 7, "L5": 2,
    "Q1": "9.5", "Q2": "8.5", "Q3": 1, "Q4": "0.5", "Q6": 1, "Q7": 1,
    "S1": 4, "S2": 4, "S3": 4, "S4": 2, "S5": "0.5", "S6": "0.8", "S7": 1, "S8": "0.5",
}  # fmt: skip
TOTAL = D("90.8")
WITHOUT_PAPERS = {code: None for code in STRONG if code.startswith("mat.")}


def given(code, value):
    if value is None or code == "reg.title_level" or isinstance(value, bool | tuple):
        return Input(value, "", "登记", evidence=PAPERS)
    unit = UNITS.get(code) or ("万元" if code in MONEY else "家")
    return Input(D(str(value)), unit, "核定", evidence=PAPERS)


def park(park_type="DIG", carrier="building", station=True, one_stop=True, **changes):
    inputs = {code: given(code, value) for code, value in {**STRONG, **changes}.items()}
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
    assert (result.total, result.grade.code, result.grade.confirmed) == (TOTAL, "five", True)


def test_accidents_not_yet_reported_leave_the_grade_pending(draft):
    result = score(draft, park(**{"reg.safety_accidents": None}))
    assert (result.total, result.grade.code, result.grade.pending) == (TOTAL, "five", ("V1",))
    assert "待核" in result.sentence


def test_an_accident_takes_the_star(draft):
    grade = score(draft, park(**{"reg.safety_accidents": 1})).grade
    assert (grade.code, grade.by_score, grade.held_by) == ("none", "five", ("V1",))


def test_levels_have_conditions_of_their_own(draft):
    assert score(draft, park(one_stop=False)).grade.code == "four"
    low_share = score(draft, park(REV_LEAD=719_999))
    assert (low_share.grade.code, low_share.grade.held_by) == ("three", ("M4",))


def test_a_weak_dimension_takes_the_star(draft):
    weak = {"FIRMS_ABOVE": 5, "reg.top_little_giant": 0, "reg.top_specialised": 0, "reg.above_entered": 0}
    result = score(draft, park(**weak))
    assert (result.groups()[2].points, result.grade.held_by) == (D("7.5"), ("F1",))


def test_a_return_that_was_never_filed_last_year_takes_the_star(draft):
    grade = score(draft, park(**{"reg.unfiled_last_year": 1})).grade
    assert (grade.code, grade.held_by) == ("none", ("V5",))
    assert score(draft, park(**{"reg.unfiled_last_year": None})).grade.confirmed


@pytest.mark.feature("E17")
@pytest.mark.parametrize(
    ("park_type", "points_of_scale"), [("DIG", 13), ("HQ", 0), ("TRD", 0), ("CUL", 13), ("IND", 8)]
)
def test_scale_is_measured_by_the_park_type(draft, park_type, points_of_scale):
    result = score(draft, park(park_type, WSALES=9_999, IND_OUT=599_999))
    assert points(result)["L1"] == points_of_scale


@pytest.mark.feature("E2")
@pytest.mark.parametrize(
    ("revenue", "expected"),
    [
        ("99999.99", 5),
        (100_000, 8),
        ("599999.99", 8),
        (600_000, "10.5"),
        ("999999.99", "10.5"),
        (1_000_000, 13),
        ("9999.99", 0),
    ],
)
def test_the_plans_lines_of_scale(draft, revenue, expected):
    assert points(score(draft, park(REV=revenue, REV_LEAD=1)))["L1"] == D(expected)


@pytest.mark.feature("E2")
@pytest.mark.parametrize(("service", "expected"), [("12.99", 4), (13, 4), ("13.01", 0)])
def test_the_plans_line_of_service_bodies(draft, service, expected):
    assert points(score(draft, park(SERVICE_FIRMS=service)))["S2"] == expected


@pytest.mark.feature("E17")
def test_each_kind_of_park_sees_its_own_items_only(draft):
    """楼宇类 never sees what is asked of 用地类, and the other way round; both come to a hundred points."""
    building, land = score(draft, park()), score(draft, park(carrier="land"))
    assert {"B2B", "B3B", "L3B"} == points(building).keys() - points(land).keys()
    assert {"B2L", "B3L", "L3L"} == points(land).keys() - points(building).keys()
    assert building.full == land.full == sum(leaf.full for leaf in land.leaves()) == 100
    assert (points(land)["B2L"], points(land)["L3L"]) == (D("2.5"), 7)  # 5 万平方米; 4250 ÷ 30 亩


@pytest.mark.feature("E17")
def test_trade_parks_are_asked_for_trade_within_the_same_hundred_points(draft):
    trade = score(draft, park("TRD", TRADE=99_999, WSALES=600_000))
    assert points(trade).keys() - points(score(draft, park())).keys() == {"L4", "Q5"}
    assert (points(trade)["L1"], points(trade)["L4"], points(trade)["Q5"]) == (D("7.27"), 2, 2)
    assert sum(leaf.full for leaf in trade.leaves()) == 100


@pytest.mark.feature("E11")
def test_items_without_a_source_of_data_take_no_part_until_there_are_papers(draft):
    result = score(draft, park(**WITHOUT_PAPERS))
    excluded = {leaf.code for leaf in result.leaves() if leaf.status == "excluded"}
    assert excluded == {"B3B", "B4", "B5", "B6", "Q7", "S8"}
    assert result.groups()[0].points == D("18.46")  # 12 of 13 that can be had, of 20
    assert result.grade.pending == ("V2", "V3", "V4")


@pytest.mark.feature("E11")
def test_a_park_without_revenue_is_not_assessed_on_its_leading_industry(draft):
    result = score(draft, park(REV=0, REV_LEAD=0))
    (leaf,) = [leaf for leaf in result.leaves() if leaf.code == "L2"]
    assert (leaf.status, result.status) == ("excluded", "scored")


@pytest.mark.feature("E11")
def test_an_unfiled_return_is_named_and_nothing_is_graded(draft):
    result = score(draft, park(AREA_LET=None))
    assert (result.status, result.grade.code) == ("blocked", "")
    assert result.sentence == "暂不评定：入驻率缺少数据或数据有误，已评部分合计 83.8 分。"
