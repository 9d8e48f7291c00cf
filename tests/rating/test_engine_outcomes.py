"""Gates that join, exempt, give, cap and note; grades by place, within limits, and by counting stars."""

from decimal import Decimal as D

import pytest

from rating.engine import Facts, Input, Record, SchemeError, load_scheme, score, score_cohort
from tests.rating.engine_schemes import FLAG, X, Y, flags, given, group, item, scheme_text

pytestmark = [pytest.mark.feature("E1"), pytest.mark.once]

PASS = {"kind": "imported", "input": "X", "source": ["0", "100"], "points": ["0", "100"]}
LEVELS = [
    {"code": "five", "title": "五星级", "stars": "5", "from": "85"},
    {"code": "four", "title": "四星级", "stars": "4", "from": "75"},
    {"code": "three", "title": "三星级", "stars": "3", "from": "60"},
    {"code": "none", "title": "未达星级"},
]
OUTCOMES = [{"code": "unrated", "title": "不参评"}, {"code": "warned", "title": "降级备选"}]
PAST = {
    "title": "往年结果",
    "type": "records",
    "fields": {
        "year": {"title": "年份"},
        "last": {"title": "倒数名次", "unit": "名"},
        "filed": {"title": "报送", "type": "boolean"},
    },
}
INPUTS = {
    "X": X,
    "Y": Y,
    "FLAG": FLAG,
    "past": PAST,
    **flags("P", "Q", "R"),
    "opened": {"title": "开园日期", "type": "date"},
    "age": {"title": "开园年数", "unit": "年", "derive": {"kind": "years_since", "of": "opened"}},
    "in_last_five": {
        "title": "近三年列末五位",
        "unit": "次",
        "derive": {
            "kind": "count",
            "of": "past",
            "where": {"field": "last", "at_most": "5"},
            "within": {"field": "year", "years": "3"},
        },
    },
    "silent": {
        "title": "连续未报送",
        "unit": "年",
        "derive": {
            "kind": "streak",
            "of": "past",
            "year": "year",
            "where": {"field": "filed", "is": "false"},
        },
    },
}
CLASSES = {"region": {"title": "片区", "values": {"e": "东", "w": "西"}}}


def scheme_of(*gates: dict, levels=LEVELS, **grades):
    section = {"inclusive": "lower", "levels": levels, "outcomes": OUTCOMES, **grades}
    groups = [group("G", 100, [item("I", 100, PASS, missing="zero")])]
    more = {"gates": list(gates)} if gates else {}
    return load_scheme(scheme_text(groups, inputs=INPUTS, attributes=CLASSES, grades=section, **more))


def gate(kind: str, **more) -> dict:
    return {"code": "K", "title": "门槛", "kind": kind, "missing": "pending", **more}


def entity(x: int | str = 0, name: str = "E", region: str = "e", **values) -> Facts:
    inputs = {"X": given("X", x)} | {
        code: Input(value) if isinstance(value, str | list) else given(code, value)
        for code, value in values.items()
    }
    return Facts(name, name, "2026", attributes={"region": region}, inputs=inputs)


def grade_of(scheme, **values):
    return score(scheme, entity(**values)).grade


FLAGGED = [{"input": name, "is": "true"} for name in "PQR"]


@pytest.mark.parametrize(
    ("p", "q", "r", "code", "confirmed"),
    [
        (True, True, False, "five", True),
        (True, True, True, "five", True),
        (True, False, False, "none", True),
        (True, True, None, "five", True),
        (True, None, False, "five", False),
        (None, False, False, "none", True),
    ],
)
def test_k_of_n(p, q, r, code, confirmed):
    scheme = scheme_of(gate("prerequisite", at_least_of={"count": "2", "of": FLAGGED}))
    grade = grade_of(scheme, x=90, **{k: v for k, v in {"P": p, "Q": q, "R": r}.items() if v is not None})
    assert (grade.code, grade.confirmed) == (code, confirmed)


def test_groups_of_conditions_may_stand_in_one_another():
    must = {"all_of": [FLAGGED[0], {"any_of": FLAGGED[1:]}]}
    scheme = scheme_of(gate("prerequisite", **must))
    assert grade_of(scheme, x=90, P=True, Q=False, R=True).code == "five"
    assert grade_of(scheme, x=90, P=True, Q=False, R=False).code == "none"
    sentence = score(scheme, entity(90, P=True, Q=False, R=False)).gates[0].sentence
    assert "以下任一项满足（Q为“是”：否；R为“是”：否）：满足 0 项" in sentence


@pytest.mark.parametrize(
    ("flag", "x", "code"), [(True, 10, "four"), (True, 90, "five"), (False, 10, "none"), (None, 90, "five")]
)
def test_a_direct_pass_raises_and_never_lowers(flag, x, code):
    scheme = scheme_of(gate("direct", grade="four", any_of=[{"input": "P", "is": "true"}]))
    grade = grade_of(scheme, x=x, **({} if flag is None else {"P": flag}))
    assert grade.code == code


def test_an_unknown_direct_pass_leaves_a_lower_grade_unconfirmed():
    scheme = scheme_of(gate("direct", grade="four", any_of=[{"input": "P", "is": "true"}]))
    assert not grade_of(scheme, x=10).confirmed
    assert grade_of(scheme, x=90).confirmed


def test_a_veto_outranks_a_direct_pass():
    direct = gate("direct", grade="four", any_of=[{"input": "P", "is": "true"}])
    veto = gate("veto", any_of=[{"input": "Q", "is": "true"}]) | {"code": "V"}
    scheme = scheme_of(direct, veto)
    assert grade_of(scheme, x=10, P=True, Q=True).code == "none"
    assert grade_of(scheme, x=10, P=True, Q=False).code == "four"


@pytest.mark.parametrize(("q", "code", "title"), [(True, "unrated", "不参评"), (False, "five", "五星级")])
def test_a_veto_may_fix_the_outcome(q, code, title):
    grade = grade_of(
        scheme_of(gate("veto", grade="unrated", any_of=[{"input": "Q", "is": "true"}])), x=90, Q=q
    )
    assert (grade.code, grade.title) == (code, title)


@pytest.mark.parametrize(("flag", "code"), [(True, "three"), (False, "five")])
def test_a_cap_lets_nothing_above(flag, code):
    scheme = scheme_of(gate("cap", grade="three", any_of=[{"input": "FLAG", "is": "true"}]))
    assert grade_of(scheme, x=90, FLAG=flag).code == code
    assert grade_of(scheme, x=10, FLAG=flag).code == "none"


@pytest.mark.parametrize(
    ("opened", "flag", "code", "status"),
    [
        ("2024-12-31", False, "five", "passed"),
        ("2025-01-01", False, "unrated", "failed"),
        ("2025-01-01", True, "five", "exempt"),
        ("2025-01-01", None, "five", "pending"),
    ],
)
def test_eligibility_by_age_with_an_exemption(opened, flag, code, status):
    scheme = scheme_of(
        gate(
            "eligibility",
            grade="unrated",
            all_of=[{"input": "age", "at_least": "2"}],
            unless={"input": "FLAG", "is": "true"},
        )
    )
    result = score(scheme, entity(90, opened=opened, **({} if flag is None else {"FLAG": flag})))
    assert (result.grade.code, result.gates[0].status) == (code, status)


def past(*rows) -> list[Record]:
    return [
        Record({"year": D(year), "last": None if last is None else D(last), "filed": filed})
        for year, last, filed in rows
    ]


@pytest.mark.parametrize(
    ("rows", "noted"),
    [
        ([(2026, 5, True), (2024, 1, True)], True),
        ([(2026, 5, True), (2024, 6, True)], False),
        ([(2026, 5, True), (2023, 1, True)], False),
        ([], False),
    ],
)
def test_a_history_of_last_places_is_noted_and_takes_no_grade(rows, noted):
    scheme = scheme_of(gate("notice", grade="warned", any_of=[{"input": "in_last_five", "at_least": "2"}]))
    grade = grade_of(scheme, x=90, past=past(*rows))
    assert (grade.code, bool(grade.notices)) == ("five", noted)
    assert ("另有预警：门槛" in grade.sentence) == noted


@pytest.mark.parametrize(
    ("rows", "code"),
    [([(2026, 9, False), (2025, 9, False)], "three"), ([(2026, 9, False), (2025, 9, True)], "five")],
)
def test_two_silent_years_running_cap_the_grade(rows, code):
    scheme = scheme_of(gate("cap", grade="three", any_of=[{"input": "silent", "at_least": "2"}]))
    assert grade_of(scheme, x=90, past=past(*rows)).code == code


def test_a_gate_may_ask_for_the_total():
    scheme = scheme_of(gate("cap", grade="four", any_of=[{"total": "total", "less_than": "95"}]))
    assert [grade_of(scheme, x=x).code for x in (90, 94, 95)] == ["four", "four", "five"]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (gate("direct", any_of=[FLAGGED[0]]), "direct 须写明等级或结果"),
        (gate("direct", grade="six", any_of=[FLAGGED[0]]), "“six”不可用"),
        (gate("cap", grade="unrated", any_of=[FLAGGED[0]]), "“unrated”不可用"),
        (gate("eligibility", grade="five", all_of=[FLAGGED[0]]), "“five”不可用"),
        (gate("prerequisite"), "须写明条件"),
        (gate("prerequisite", all_of=[FLAGGED[0]], any_of=[FLAGGED[0]]), "不能与 all_of 同时写"),
        (gate("prerequisite", at_least_of={"count": "4", "of": FLAGGED}), "应为 0 至 3 的整数"),
        (gate("prerequisite", at_least_of={"count": "0", "of": FLAGGED}), "至少为 1"),
    ],
)
def test_gates_that_make_no_sense_are_refused(bad, message):
    with pytest.raises(SchemeError) as refusal:
        scheme_of(bad)
    assert message in str(refusal.value)


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
