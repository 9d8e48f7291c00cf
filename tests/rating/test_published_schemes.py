"""Published schemes of different families, as files; the answers are worked by hand from the published tables."""

from decimal import Decimal as D
from functools import cache
from pathlib import Path

import pytest

from rating.engine import Facts, Input, Record, Scheme, load_scheme, score, score_cohort

pytestmark = [pytest.mark.feature("E1"), pytest.mark.once]

FOLDER = Path(__file__).resolve().parents[2] / "rating" / "reference" / "published"
FILES = sorted(FOLDER.glob("*.yaml"))


@cache
def published(name: str) -> Scheme:
    return load_scheme((FOLDER / f"{name}.yaml").read_text())


def facts(
    scheme: Scheme, name: str = "甲", period: str = "2025", attributes: dict | None = None, **values
) -> Facts:
    inputs = {}
    for code, value in values.items():
        code = code.replace("__", "@-")
        spec = scheme.inputs[code.split("@")[0]]
        exact = D(str(value)) if spec.type == "number" else value
        inputs[code] = Input(exact, spec.unit)
    return Facts(name, name, period, attributes=attributes or {}, inputs=inputs)


def judged(name: str, **values):
    scheme = published(name)
    result = score(scheme, facts(scheme, **values))
    return result, {leaf.code: leaf.points for leaf in result.leaves()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_says_what_its_source_leaves_out(path):
    head = path.read_text().split("format:")[0]
    assert "来源所载" in head
    assert "来源未载" in head
    load_scheme(path.read_text())


# 专精特新: every band at its line


SME = {
    "YEARS": 7,
    "REVENUE": 2000,
    "MAIN": 1600,
    "MAIN__1": 1450,
    "MAIN__2": 1300,
    "RD": 150,
    "equity": False,
    "direct": False,
    "product": "key",
    "digital": "two",
    "quality": ("system", "brand"),
    "NET": 170,
    "DEBT": 50,
    "special": 9,
    "ip": "b",
    "STAFF": 100,
    "RD_STAFF": 12,
    "body": "c",
}


def test_a_small_firm():
    """P1 80 % → 5; P2 mean of 11.538 and 10.345 → 10; P3 7 years → 3; P4 3. R1 3; R2 6 kept to 5; R3 8.5 % → 8; R4 50 % → 5.
    D1 9. I1 8; I2 the better of 150 万元 → 2 and 7.5 % → 6; I3 12 % → 3; I4 4. 21 + 21 + 9 + 21 = 72."""
    result, points = judged("sme-specialised-2022", **SME)
    assert [
        points[code]
        for code in ("P1", "P2", "P3", "P4", "R1", "R2", "R3", "R4", "D1", "I1", "I2", "I3", "I4")
    ] == [
        5,
        10,
        3,
        3,
        3,
        5,
        8,
        5,
        9,
        8,
        6,
        3,
        4,
    ]
    assert (result.total, result.grade.code) == (72, "yes_")


@pytest.mark.parametrize(
    ("change", "code", "points"),
    [
        ({"MAIN": 1599}, "P1", 3),
        ({"MAIN": 1400}, "P1", 3),
        ({"MAIN": 1399}, "P1", 1),
        ({"MAIN": 1200}, "P1", 1),
        ({"MAIN": 1199}, "P1", 0),
        ({"YEARS": 10}, "P3", 5),
        ({"YEARS": 30}, "P3", 5),
        ({"YEARS": "1.9"}, "P3", 0),
        ({"YEARS": 2}, "P3", 1),
        ({"DEBT": "50.01"}, "R4", 3),
        ({"DEBT": 60}, "R4", 3),
        ({"DEBT": 70}, "R4", 1),
        ({"DEBT": "70.01"}, "R4", 0),
        ({"NET": 200}, "R3", 10),
        ({"NET": 40}, "R3", 2),
        ({"NET": 39}, "R3", 0),
        ({"NET": -1}, "R3", 0),
        ({"quality": ()}, "R2", 0),
        ({"quality": ("award",)}, "R2", 3),
        ({"quality": ("award", "system", "brand", "standard")}, "R2", 5),
        ({"RD": 500}, "I2", 10),
        ({"RD": 100}, "I2", 4),
        ({"RD": 200}, "I2", 10),
        ({"RD": 60}, "I2", 2),
        ({"RD": "59.9"}, "I2", 0),
        ({"RD_STAFF": 20}, "I3", 5),
        ({"RD_STAFF": 10}, "I3", 3),
        ({"RD_STAFF": 5}, "I3", 1),
        ({"RD_STAFF": "4.9"}, "I3", 0),
        ({"MAIN__1": 1600, "MAIN__2": 1600}, "P2", 2),
        ({"MAIN__1": 1601, "MAIN__2": 1601}, "P2", 0),
    ],
)
def test_a_small_firm_at_each_line(change, code, points):
    assert judged("sme-specialised-2022", **(SME | change))[1][code] == points


@pytest.mark.parametrize(
    ("change", "code", "held"),
    [
        ({"YEARS": "1.9"}, "no_", ("E1",)),
        ({"YEARS": 2}, "yes_", ()),
        ({"RD": 99}, "no_", ("E2",)),
        ({"REVENUE": 999, "MAIN": 800}, "no_", ("E3",)),
        ({"REVENUE": 999, "MAIN": 800, "equity": True}, "yes_", ()),
        ({"special": 0, "ip": "e", "body": "none", "digital": "one"}, "no_", ()),
        ({"special": 0, "ip": "e", "body": "none", "digital": "one", "direct": True}, "yes_", ()),
        ({"direct": True, "YEARS": 1}, "no_", ("E1",)),
    ],
)
def test_the_way_into_the_list_of_small_firms(change, code, held):
    grade = judged("sme-specialised-2022", **(SME | change))[0].grade
    assert (grade.code, grade.held_by) == (code, held)


# 智慧园区


@pytest.mark.parametrize(
    ("name", "cases"),
    [
        ("PROFIT", [("20", "1.8"), ("20.01", "2.4"), ("80", "2.4"), ("80.01", "3")]),
        ("PRODUCTIVITY", [("3.99", "0"), ("4", "1.6"), ("8", "1.8"), ("12", "2")]),
        ("CLUSTER", [("39.9", "0"), ("40", "0.6"), ("70", "1.2"), ("80", "1.8"), ("95", "2")]),
        ("LAND_PROFIT", [("-1", "0"), ("400", "1.2"), ("800", "1.6"), ("1500", "2")]),
        (
            "ENERGY",
            [("0", "2"), ("0.02", "2"), ("0.08", "1.6"), ("0.12", "1.2"), ("2", "0.6"), ("2.01", "0")],
        ),
        ("DISCHARGE", [("89", "0"), ("90", "1.2"), ("95", "1.6"), ("100", "2")]),
        ("HITECH", [("9", "0"), ("10", "1.2"), ("15", "1.6"), ("30", "2")]),
    ],
)
def test_the_ladders_of_the_smart_park(name, cases):
    for value, points in cases:
        assert judged("smart-park-self", **{name: value})[0].total == D(points), value


@pytest.mark.parametrize(("now", "points"), [(99, "0"), (100, "0.9"), (110, "1.8"), (115, "2.4"), (120, "3")])
def test_the_profits_growth_of_the_smart_park(now, points):
    """Below 20 亿元 the profit itself has 1.8 points; here it is above 80: 3."""
    assert judged("smart-park-self", PROFIT=now, PROFIT__1=100)[0].total == D(points) + 3


# BREEAM and LEED


def building(percent: object, innovation: int = 0, man01: int = 2, ene01: int = 10) -> dict:
    sections = ("MAN", "HEA", "ENE", "TRA", "WAT", "MAT", "WST", "LE", "POL")
    return dict.fromkeys(sections, percent) | {"INN": innovation, "man01": man01, "ene01": ene01}


@pytest.mark.parametrize(
    ("values", "total", "code"),
    [
        (building(85), "85", "outstanding"),
        (building("84.99"), "84.99", "excellent"),
        (building(70), "70", "excellent"),
        (building(55), "55", "very_good"),
        (building(45), "45", "good"),
        (building(30), "30", "pass"),
        (building(29), "29", "unclassified"),
        (building(80, innovation=5), "85", "outstanding"),
        (building(100, innovation=10), "110", "outstanding"),
        # the level's own minimum
        (building(90, man01=1), "90", "excellent"),
        (building(90, ene01=9), "90", "excellent"),
        (building(90, ene01=5), "90", "very_good"),
        (building(90, man01=0), "90", "very_good"),
        (building(50, man01=0, ene01=0), "50", "good"),
    ],
)
def test_breeam(values, total, code):
    result, _ = judged("breeam-2011", **values)
    assert (result.total, result.grade.code) == (D(total), code)


def test_breeam_weighs_its_sections():
    """Half of energy, all of water: 9.5 + 6."""
    assert judged("breeam-2011", **(building(0) | {"ENE": 50, "WAT": 100}))[0].total == D("15.5")


@pytest.mark.parametrize(
    ("base", "extra", "met", "total", "code"),
    [
        (39, 0, 12, 39, "none"),
        (40, 0, 12, 40, "certified"),
        (49, 0, 12, 49, "certified"),
        (50, 0, 12, 50, "silver"),
        (59, 1, 12, 60, "gold"),
        (74, 6, 12, 80, "platinum"),
        (100, 6, 12, 106, "platinum"),
        (100, 6, 11, 106, "none"),
    ],
)
def test_leed(base, extra, met, total, code):
    result, _ = judged("leed-v4", BASE=base, INNOVATION=extra, REGIONAL=0, met=met, all=12)
    assert (result.total, result.grade.code) == (total, code)


# Deductions, k of n, the own base, places by region


@pytest.mark.parametrize(
    ("events", "total", "code"),
    [
        ({}, "88", "rated"),
        ({"central": 2}, "87.4", "rated"),
        ({"provincial": 3}, "87.4", "rated"),
        ({"central_case": 1, "accidents": 2}, "84.5", "rated"),
        ({"provincial_case": 1}, "87.5", "rated"),
        ({"accidents": 100}, "0", "rated"),
        ({"serious": True}, "88", "barred"),
    ],
)
def test_deductions(events, total, code):
    quiet = dict.fromkeys(("central", "provincial", "central_case", "provincial_case", "accidents"), 0)
    result, _ = judged("anhui-deductions", BASE=88, **({**quiet, "serious": False} | events))
    assert (result.total, result.grade.code) == (D(total), code)


GREEN = {
    "audits": 100,
    "projects": 6,
    "sewage": True,
    "hitech_share": 0,
    "per_head": 0,
    "recycled": 0,
    "VALUE_ADDED": 100,
    "VALUE_ADDED__3": 100,
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "no_"),
        ({"hitech_share": 45}, "ok"),
        ({"hitech_share": "44.99"}, "no_"),
        ({"per_head": 15}, "ok"),
        ({"recycled": 30}, "ok"),
        ({"VALUE_ADDED": "152.0875"}, "ok"),
        ({"VALUE_ADDED": "152.0874"}, "no_"),
        ({"hitech_share": 45, "projects": 5}, "no_"),
        ({"hitech_share": 45, "audits": "99.9"}, "no_"),
        ({"hitech_share": 45, "sewage": False}, "no_"),
    ],
)
def test_an_eco_park_needs_all_of_some_and_one_of_four(change, code):
    """1.15³ = 1.520875: exactly 15 % a year over three years."""
    assert judged("eco-park-shandong", **(GREEN | change))[0].grade.code == code


@pytest.mark.parametrize(
    ("now", "points"), [(200, 8), ("209.9", 8), (210, 9), (220, 10), (270, 15), (900, 15), (100, 4), (0, 0)]
)
def test_intensity_over_the_own_last_year(now, points):
    values = {"by_projects": 0, "by_output": 0, "by_tax": 0, "large": 0, "sewage": "none"}
    assert judged("prefecture-intensive", OUTPUT=now, OUTPUT__1=200, **values)[0].total == points


@pytest.mark.parametrize(
    ("change", "points"),
    [
        ({}, 0),
        ({"by_tax": 30}, 3),
        ({"by_tax": "29.9"}, 0),
        ({"large": 8}, 8),
        ({"large": 12}, 12),
        ({"large": 20}, 16),
        ({"sewage": "started"}, 1),
    ],
)
def test_clustering(change, points):
    values = {"by_projects": 0, "by_output": 0, "by_tax": 0, "large": 0, "sewage": "none"} | change
    assert judged("prefecture-intensive", OUTPUT=0, OUTPUT__1=200, **values)[0].total == points


def test_zones_are_ranked_by_region_and_twice_among_the_last_is_noted():
    """30 × 0.8 + 15 × 0.6 + 15 × 0.4 + 10 × 1 + 30 × 0.5 = 64."""
    scheme = published("etdz-2021")
    past = [
        Record({"year": D(year), "from_last": D(last)}) for year, last in ((2025, 4), (2023, 5), (2022, 1))
    ]
    rows = [
        ("甲", "east", 90),
        ("乙", "east", 80),
        ("丙", "east", 80),
        ("丁", "east", 70),
        ("戊", "west", 10),
    ]
    members = [
        facts(
            scheme,
            name,
            attributes={"region": region},
            **dict.fromkeys(("OPEN", "TECH", "GREEN", "COORD", "QUALITY"), x),
        )
        for name, region, x in rows
    ]
    members.append(
        facts(
            scheme,
            "己",
            attributes={"region": "east"},
            OPEN=80,
            TECH=60,
            GREEN=40,
            COORD=100,
            QUALITY=50,
            past=tuple(past),
        )
    )
    found = {r.entity: r for r in score_cohort(scheme, members).results}
    assert found["己"].total == 64
    assert [found[name].grade.code for name in "甲乙丙丁戊己"] == ["top", "top", "top", "rest", "top", "rest"]
    assert (found["丙"].grade.place, found["己"].grade.place, found["己"].grade.among) == (2, 5, 5)
    assert found["己"].grade.notices == ("X",)
    assert found["丁"].grade.notices == ()
