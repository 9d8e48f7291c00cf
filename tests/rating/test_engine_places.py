"""Grades by place in the cohort, within limits, by counting stars, and by a line of the class."""

import pytest

from rating.engine import Facts, SchemeError, load_scheme, score, score_cohort
from tests.rating.engine_schemes import group, item, scheme_text
from tests.rating.outcomes import CLASSES, INPUTS, OUTCOMES, PASS, entity, gate, grade_of, scheme_of

pytestmark = [pytest.mark.feature("E1"), pytest.mark.once]


# Places

ABCD = [{"code": code, "title": code.upper()} for code in "abcd"]


def by_quota(*shares: dict, ties: str = "down", **more):
    rows = [*shares, {"grade": "d", "rest": "true"}]
    return scheme_of(levels=ABCD, quota={"shares": rows, "ties": ties, **more})


def share(grade: str, percent: object, rounding: str = "floor") -> dict:
    return {"grade": grade, "percent": str(percent), "rounding": rounding}


def placed(scheme, *totals, regions: str = "", **values) -> str:
    names = regions or "e" * len(totals)
    members = [
        entity(x, f"E{n:02}", region, **values)
        for n, (x, region) in enumerate(zip(totals, names, strict=True))
    ]
    return "".join(result.grade.code for result in score_cohort(scheme, members).results)


@pytest.mark.parametrize(
    ("rounding", "expected"), [("floor", "addddd"), ("ceil", "aadddd"), ("half_up", "aadddd")]
)
def test_a_quota_is_rounded_as_it_says(rounding, expected):
    """25 % of six are 1.5."""
    assert placed(by_quota(share("a", 25, rounding)), 90, 80, 70, 60, 50, 40) == expected


def test_the_best_come_first_whatever_the_order_of_the_file():
    scheme = by_quota(share("a", 20), share("b", 40), share("c", 20))
    assert placed(scheme, 10, 50, 40, 30, 20) == "dabbc"


@pytest.mark.parametrize(("ties", "expected"), [("up", "aabd"), ("down", "bbbd")])
def test_equals_at_a_line(ties, expected):
    """Two share the first place, and the quota has room for one: up takes both, down none."""
    scheme = by_quota(share("a", 25), {"grade": "b", "count": 3 if ties == "down" else 1}, ties=ties)
    assert placed(scheme, 90, 90, 70, 60) == expected


def test_equals_may_be_told_apart_by_an_item():
    scheme = by_quota(share("a", 25), ties="order", tie_break=["I"])
    assert placed(scheme, 90, 80, 70, 60) == "addd"


def test_the_cohort_may_be_divided_and_small_parts_are_pooled():
    scheme = by_quota(share("a", 50), by=["region"])
    assert placed(scheme, 90, 80, 20, 10, regions="eeww") == "adad"
    pooled = by_quota(share("a", 50), by=["region"], smallest=3)
    assert placed(pooled, 90, 80, 20, 10, regions="eeww") == "aadd"


def test_the_exempt_take_a_grade_and_no_place():
    scheme = by_quota(share("a", 25), exempt={"grade": "b", "input": "FLAG", "is": "true"})
    members = [entity(x, f"E{x}", FLAG=x == 90) for x in (90, 80, 70, 60, 50)]
    found = score_cohort(scheme, members).results
    assert "".join(r.grade.code for r in found) == "baddd"
    assert found[1].grade.place == 1
    assert found[1].grade.among == 4
    assert "在 4 个中列第 1 名，为A" in found[1].sentence


def test_a_tiny_cohort_may_have_no_best():
    assert placed(by_quota(share("a", 25)), 90) == "d"
    assert placed(by_quota(share("a", 25, "ceil")), 90) == "a"


def test_whoever_is_out_uses_no_place():
    scheme = load_scheme(
        scheme_text(
            [group("G", 100, [item("I", 100, PASS, missing="block")])],
            inputs=INPUTS,
            attributes=CLASSES,
            grades={
                "inclusive": "lower",
                "levels": ABCD,
                "outcomes": OUTCOMES,
                "quota": {"shares": [share("a", 50), {"grade": "d", "rest": "true"}], "ties": "down"},
            },
            gates=[
                gate("veto", grade="unrated", any_of=[{"input": "Q", "is": "true"}]) | {"missing": "pass"}
            ],
        )
    )
    members = [
        entity(90, "A", Q=True),
        entity(80, "B"),
        entity(70, "C"),
        Facts("D", attributes={"region": "e"}),
    ]
    assert [r.grade.code for r in score_cohort(scheme, members).results] == ["unrated", "a", "d", ""]


def test_alone_nobody_has_a_place():
    grade = score(by_quota(share("a", 25)), entity(90)).grade
    assert (grade.code, grade.title) == ("", "待排名")


@pytest.mark.parametrize(
    ("limits", "totals", "stars"),
    [
        ({"five": 2}, (95, 90, 86, 60), "5543"),
        ({"five": 1, "four": 1}, (95, 90, 86, 60), "5433"),
        ({"five": 2}, (95, 90, 90, 60), "5443"),
        ({"five": 0}, (95, 90, 76, 10), "4440"),
        ({"five": 9}, (95, 90, 76, 10), "5540"),
    ],
)
def test_a_grade_may_have_room_for_so_many(limits, totals, stars):
    """Score and place both: who is beyond the room has the next grade; equals at its end all go down."""
    scheme = scheme_of(limits={code: str(count) for code, count in limits.items()})
    members = [entity(x, f"E{n}") for n, x in enumerate(totals)]
    assert "".join(str(r.grade.stars) for r in score_cohort(scheme, members).results) == stars


STARS = [{"code": f"s{n}", "title": f"{n} 星", "stars": str(n)} for n in (5, 4, 3, 2)]


@pytest.mark.parametrize(
    ("y", "p", "q", "stars"),
    [
        (3, False, False, 3),
        (3, True, False, 4),
        (5, True, False, 5),
        (2, False, True, 2),
        (4, True, True, 3),
        (None, True, True, None),
        (3, None, False, None),
    ],
)
def test_stars_by_counting(y, p, q, stars):
    steps = [{"add": "1", "input": "P", "is": "true"}, {"add": "-2", "input": "Q", "is": "true"}]
    scheme = scheme_of(levels=STARS, stars={"base": "Y", "steps": steps, "low": "2", "high": "5"})
    values = {k: v for k, v in {"Y": y, "P": p, "Q": q}.items() if v is not None}
    grade = grade_of(scheme, x=50, **values)
    assert (grade.stars if grade.code else None) == stars


def test_a_cut_may_differ_by_class():
    levels = [
        {"code": "a", "title": "甲", "from": {"by": "region", "cases": {"e": "80"}, "default": "60"}},
        {"code": "d", "title": "丁"},
    ]
    scheme = scheme_of(levels=levels)
    assert [score(scheme, entity(70, region=region)).grade.code for region in "ew"] == ["d", "a"]


@pytest.mark.parametrize(
    ("grades", "message"),
    [
        ({"quota": {"shares": [share("a", 50)], "ties": "up"}}, "须恰有一档 rest"),
        (
            {
                "quota": {
                    "shares": [share("b", 50), share("a", 10), {"grade": "d", "rest": "true"}],
                    "ties": "up",
                }
            },
            "自最高等级起",
        ),
        (
            {
                "quota": {
                    "shares": [share("a", 80), share("b", 30), {"grade": "d", "rest": "true"}],
                    "ties": "up",
                }
            },
            "合计超过 100",
        ),
        (
            {
                "quota": {
                    "shares": [{"grade": "a", "percent": "5", "count": "1"}, {"grade": "d", "rest": "true"}],
                    "ties": "up",
                }
            },
            "恰好写一个",
        ),
        ({"quota": {"shares": [{"grade": "d", "rest": "true"}], "ties": "order"}}, "须写明依次比较的指标"),
        (
            {"quota": {"shares": [{"grade": "d", "rest": "true"}], "ties": "up", "by": ["colour"]}},
            "未声明的属性",
        ),
        ({"stars": {"base": "P", "steps": [{"add": "1", "input": "P", "is": "true"}]}}, "应为一项数值输入"),
        (
            {"stars": {"base": "Y", "steps": [{"add": "1", "input": "P", "is": "true"}], "high": "5"}},
            "没有对应的等级",
        ),
        ({"limits": {"z": "3"}}, "不是最低级以外的等级"),
        (
            {"limits": {"a": "3"}, "quota": {"shares": [{"grade": "d", "rest": "true"}], "ties": "up"}},
            "只能用一种",
        ),
    ],
)
def test_grades_that_make_no_sense_are_refused(grades, message):
    levels = [
        {**each, "from": "50"}
        if each["code"] == "a" and "limits" in grades and "quota" not in grades
        else each
        for each in ABCD
    ]
    with pytest.raises(SchemeError) as refusal:
        scheme_of(levels=levels, **grades)
    assert message in str(refusal.value)
