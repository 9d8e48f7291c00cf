"""Inputs that follow from others: every kind at its edges, missing, zero and negative."""

from decimal import Decimal

import pytest

from rating.engine import Facts, Input, Mark, Record, SchemeError, load_scheme, score, score_cohort
from tests.rating.engine_schemes import group, item, scheme_text

pytestmark = [pytest.mark.feature("E2"), pytest.mark.once]

NUMBERS = {name: {"title": name, "unit": "家"} for name in ("X", "Y", "Z")}
FIRMS = {
    "title": "企业荣誉", "type": "records",
    "fields": {
        "firm": {"title": "企业", "type": "text"},
        "level": {"title": "级别", "type": "choice", "values": {"n": "国家级", "p": "省级", "c": "市级"}},
        "on": {"title": "认定日期", "type": "date"},
        "year": {"title": "年份"},
        "sum": {"title": "金额", "unit": "万元"},
    },
}  # fmt: skip
MARKS = {"title": "专家评分", "type": "marks", "min": "0", "max": "10"}
TICKS = {"title": "清单", "type": "checklist", "values": {"a": "甲", "b": "乙", "c": "丙"}}
DATE = {"title": "开园日期", "type": "date"}
KNOWN = {**NUMBERS, "firms": FIRMS, "marks": MARKS, "ticks": TICKS, "opened": DATE}


def scheme_of(derive: dict, **more):
    """A scheme whose only item passes the derived input D on as points."""
    spec = {"title": "得出", "unit": "家", "derive": derive, **more}
    rule = {"kind": "formula", "expression": "D"}
    groups = [group("G", 0, [item("I", 0, rule, floor="-1000000", cap="none", digits=6)], digits=6)]
    inputs = {**KNOWN, "D": spec}
    head = {"code": "t", "title": "试", "version": "1", "status": "测试", "missing": "block", "digits": 6}
    total = {"points": "0", "cap": "none"}
    return load_scheme(scheme_text(groups, inputs=inputs, scheme=head, total=total, attributes=CLASSES))


CLASSES = {"kind": {"title": "类型", "values": {"land": "用地", "tower": "楼宇"}}}


def entity(
    name: str = "E", on: str = "", period: str = "2026", attributes: dict | None = None, **values
) -> Facts:
    inputs = {code.replace("__", "@-"): given(value) for code, value in values.items()}
    return Facts(name, name, period, attributes=attributes or {}, inputs=inputs, on=on)


def given(value) -> Input:
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    return Input(value, "家" if isinstance(value, Decimal) else "")


def derived(derive: dict, facts: Facts, **more) -> tuple[Decimal | None, str]:
    (leaf,) = score(scheme_of(derive, **more), facts).leaves()
    (reading,) = leaf.inputs
    assert leaf.status == ("scored" if reading.state == "ok" else "blocked")
    assert leaf.points == (0 if reading.value is None else round(reading.value, 6))
    return reading.value, reading.note


@pytest.mark.parametrize(
    ("derive", "values", "expected"),
    [
        ({"kind": "sum", "of": ["X", "Y"]}, {"X": 2, "Y": 3}, 5),
        ({"kind": "sum", "of": ["X", "Y"]}, {"X": -2, "Y": 0}, -2),
        ({"kind": "sum", "of": ["X", "Y"]}, {"X": 2}, None),
        ({"kind": "sum", "of": ["X", "Y"], "absent": "skip"}, {"X": 2}, 2),
        ({"kind": "sum", "of": ["X", "Y"], "absent": "skip"}, {}, None),
        ({"kind": "difference", "of": "X", "minus": "Y"}, {"X": 2, "Y": 5}, -3),
        ({"kind": "difference", "of": "X", "minus": "Y"}, {"X": 2}, None),
        ({"kind": "largest", "of": ["X", "Y", "Z"]}, {"X": 2, "Y": 5, "Z": -1}, 5),
        ({"kind": "smallest", "of": ["X", "Y", "Z"]}, {"X": 2, "Y": 5, "Z": -1}, -1),
        ({"kind": "largest", "of": ["X", "Y"], "absent": "skip"}, {"Y": -5}, -5),
        ({"kind": "first", "of": ["X", "Y"]}, {"Y": 4}, 4),
        ({"kind": "first", "of": ["X", "Y"]}, {"X": 0, "Y": 4}, 0),
        ({"kind": "first", "of": ["X", "Y"]}, {}, None),
        ({"kind": "constant", "value": "7"}, {}, 7),
        ({"kind": "formula", "expression": "(X - Y) / 2 + max(X, Y, 1) - abs(Y) * -1"}, {"X": 4, "Y": 2}, 7),
        ({"kind": "formula", "expression": "X / (Y - 2)"}, {"X": 4, "Y": 2}, None),
        ({"kind": "formula", "expression": "0.1 + 0.2 - 0.3 + X"}, {"X": 0}, 0),
        ({"kind": "prior", "of": "X"}, {"X": 9, "X__1": 4}, 4),
        ({"kind": "prior", "of": "X", "years": "2"}, {"X": 9, "X__1": 4}, None),
        ({"kind": "growth", "of": "X"}, {"X": 11, "X__1": 10}, 10),
        ({"kind": "growth", "of": "X"}, {"X": 5, "X__1": 10}, -50),
        ({"kind": "growth", "of": "X"}, {"X": 5, "X__1": 0}, None),
        ({"kind": "growth", "of": "X"}, {"X": 5, "X__1": -1}, None),
        ({"kind": "growth", "of": "X"}, {"X__1": 10}, None),
        ({"kind": "mean_growth", "of": "X", "years": "2"}, {"X": 132, "X__1": 110, "X__2": 100}, 15),
        ({"kind": "mean_growth", "of": "X", "years": "2"}, {"X": 132, "X__1": 110}, None),
        ({"kind": "cagr", "of": "X", "years": "2"}, {"X": 121, "X__2": 100}, 10),
        ({"kind": "cagr", "of": "X", "years": "3"}, {"X": 1331, "X__3": 1000}, 10),
        ({"kind": "cagr", "of": "X", "years": "2"}, {"X": 0, "X__2": 100}, -100),
        ({"kind": "cagr", "of": "X", "years": "2"}, {"X": 100, "X__2": 0}, None),
        ({"kind": "weighted_years", "of": "X", "weights": ["60", "30", "10"]}, {"X": 10, "X__1": 20, "X__2": 30}, 15),
        ({"kind": "weighted_years", "of": "X", "weights": ["60", "30", "10"]}, {"X": 10, "X__1": 20}, None),
        (
            {"kind": "weighted_years", "of": "X", "weights": ["60", "30", "10"], "absent": "skip"},
            {"X": 10, "X__1": 40},
            20,
        ),
        ({"kind": "table", "values": {"2025": "5", "2026": "6"}}, {}, 6),
        ({"kind": "table", "values": {"2025": "5"}}, {}, None),
    ],
)  # fmt: skip
def test_arithmetic_and_years(derive, values, expected):
    value, note = derived(derive, entity(**values))
    assert value == expected
    assert bool(note) == (expected is None)


def test_a_derived_input_of_last_year_is_derived_from_last_years_facts():
    inputs = {
        **KNOWN,
        "R": {"title": "比", "unit": "%", "derive": {"kind": "ratio", "of": "X", "to": "Y", "times": "100"}},
    }
    rule = {"kind": "formula", "expression": "D"}
    inputs["D"] = {"title": "比的增长", "derive": {"kind": "growth", "of": "R"}}
    groups = [group("G", 0, [item("I", 0, rule, floor="-100", cap="none")])]
    scheme = load_scheme(scheme_text(groups, inputs=inputs, total={"points": "0", "cap": "none"}))
    result = score(scheme, entity(X=30, Y=100, X__1=20, Y__1=100))
    assert result.total == 50
    assert "1 年前比 20%" in result.leaves()[0].sentence


@pytest.mark.parametrize(
    ("on", "opened", "years"),
    [
        ("2026-12-31", "2024-12-31", 2),
        ("2026-12-30", "2024-12-31", 1),
        ("2027-01-01", "2024-12-31", 2),
        ("2025-02-28", "2024-02-29", 1),
        ("2026-12-31", "2027-01-01", 0),
        ("2026-12-31", None, None),
    ],
)
def test_full_years_since_a_day(on, opened, years):
    facts = entity(on=on, **({"opened": opened} if opened else {}))
    assert derived({"kind": "years_since", "of": "opened"}, facts)[0] == years


def record(
    firm: str | None, level: str = "n", on: str = "2026-06-30", year: int = 2026, money: int | None = 1
) -> Record:
    amount = None if money is None else Decimal(money)
    return Record({"firm": firm, "level": level, "on": on, "year": Decimal(year), "sum": amount})


NATIONAL = {"field": "level", "in": ["n"]}


@pytest.mark.parametrize(
    ("derive", "records", "expected"),
    [
        ({"kind": "count"}, [], 0),
        ({"kind": "count"}, [record("a"), record("a")], 2),
        ({"kind": "count", "once_per": "firm"}, [record("a"), record("a"), record("b"), record(None), record(None)], 4),
        ({"kind": "count", "where": NATIONAL}, [record("a"), record("b", "p")], 1),
        ({"kind": "count", "where": {"field": "level", "not_in": ["n"]}}, [record("a"), record("b", "p")], 1),
        (
            {"kind": "count", "where": {"all_of": [NATIONAL, {"field": "sum", "at_least": "5"}]}},
            [record("a", money=5), record("b", money=4), record("c", money=None)],
            1,
        ),
        # a window of one year up to 2026-12-31: the day itself counts, the same day a year before does not
        (
            {"kind": "count", "within": {"field": "on", "years": "1"}},
            [record("a", on="2026-12-31"), record("b", on="2026-01-01"), record("c", on="2025-12-31"), record("d", on="2027-01-01")],
            2,
        ),
        ({"kind": "count", "within": {"field": "on", "months": "6"}}, [record("a", on="2026-07-01"), record("b", on="2026-06-30")], 1),
        (
            {"kind": "count", "within": {"field": "year", "years": "3"}},
            [record("a", year=2026), record("b", year=2024), record("c", year=2023), record("d", year=2027)],
            2,
        ),
        ({"kind": "total", "field": "sum"}, [record("a", money=5), record("b", money=-2)], 3),
        ({"kind": "total", "field": "sum"}, [record("a", money=5), record("b", money=None)], None),
        ({"kind": "total", "field": "sum"}, [], 0),
        ({"kind": "streak", "year": "year", "where": NATIONAL}, [record("", "n", year=y) for y in (2026, 2025, 2023)], 2),
        ({"kind": "streak", "year": "year", "where": NATIONAL}, [record("", "n", year=2025), record("", "p", year=2026)], 0),
        ({"kind": "streak", "year": "year", "where": NATIONAL}, [], 0),
    ],
)  # fmt: skip
def test_records(derive, records, expected):
    value, note = derived({**derive, "of": "firms"}, entity(firms=records))
    assert value == expected
    assert bool(note) == (expected is None)


def test_records_that_are_not_given_are_missing_and_not_none():
    value, note = derived({"kind": "count", "of": "firms"}, entity())
    assert (value, note) == (None, "企业荣誉无数据")


def test_a_window_needs_a_day():
    facts = Facts("E", inputs={"firms": Input([record("a")])})
    derive = {"kind": "count", "of": "firms", "within": {"field": "on", "years": "1"}}
    assert derived(derive, facts) == (None, "评定期没有写明截止日，无法按时段计数")


def marks(*points, role: str = "") -> list[Mark]:
    return [Mark(f"J{place}", None if p is None else Decimal(str(p)), role) for place, p in enumerate(points)]


@pytest.mark.parametrize(
    ("more", "given_marks", "expected"),
    [
        ({}, marks(6, 8, 10), 8),
        ({"method": "median"}, marks(6, 7, 10), 7),
        ({"method": "median"}, marks(6, 7, 8, 10), Decimal("7.5")),
        ({"method": "trimmed"}, marks(0, 7, 8, 10), Decimal("7.5")),
        ({"method": "trimmed"}, marks(0, 10), None),
        ({"method": "trimmed", "drop_low": "0"}, marks(0, 10, 5), Decimal("2.5")),
        ({"minimum": "3"}, marks(6, 8), None),
        ({"minimum": "2"}, marks(6, 8, None), 7),
        ({"minimum": "1"}, [*marks(6), Mark("X", Decimal(10), recused=True)], 6),
        (
            {"method": "by_role", "roles": {"panel": "0.7", "public": "0.3"}},
            [*marks(8, 10, role="panel"), *marks(5, role="public")],
            Decimal("7.8"),
        ),
        ({"method": "by_role", "roles": {"panel": "0.7", "public": "0.3"}}, marks(8, role="panel"), None),
        ({}, [], None),
    ],
)
def test_judges(more, given_marks, expected):
    value, note = derived({"kind": "experts", "of": "marks", **more}, entity(marks=given_marks))
    assert value == expected
    assert bool(note) == (expected is None)


def test_a_mark_out_of_range_is_not_scored():
    value, note = derived({"kind": "experts", "of": "marks"}, entity(marks=marks(11)))
    assert (value, note) == (None, "专家评分：专家J0的评分 11 超出允许的范围")


@pytest.mark.parametrize(
    ("ticked", "among", "expected"), [((), None, 0), (("a", "b"), None, 2), (("a", "b"), ["b", "c"], 1)]
)
def test_ticks(ticked, among, expected):
    derive = {"kind": "ticked", "of": "ticks", **({"among": among} if among else {})}
    assert derived(derive, entity(ticks=ticked))[0] == expected


def test_an_unknown_tick_is_not_scored():
    assert "“z”不在可选范围内" in derived({"kind": "ticked", "of": "ticks"}, entity(ticks=("z",)))[1]


# Cohorts


def cohort(*values, kinds: str = "") -> list[Facts]:
    names = [f"E{place}" for place in range(len(values))]
    levels = [{"l": "land", "t": "tower"}[each] for each in kinds] or [None] * len(values)
    return [
        entity(name, attributes={"kind": level} if level else {}, **({} if value is None else {"X": value}))
        for name, value, level in zip(names, values, levels, strict=True)
    ]


def held(derive: dict, members: list[Facts]) -> list[Decimal | None]:
    scored = score_cohort(scheme_of({"kind": "cohort", "of": "X", **derive}), members)
    return [result.leaves()[0].inputs[0].value for result in scored.results]


@pytest.mark.parametrize(
    ("derive", "values", "expected"),
    [
        ({"statistic": "mean"}, (1, 2, 6), [3, 3, 3]),
        ({"statistic": "mean"}, (1, None, 6), [Decimal("3.5")] * 3),
        ({"statistic": "median"}, (1, 2, 6), [2, 2, 2]),
        ({"statistic": "median"}, (1, 2, 3, 6), [Decimal("2.5")] * 4),
        ({"statistic": "min"}, (4, 2, 6), [2, 2, 2]),
        ({"statistic": "max"}, (4, 2, 6), [6, 6, 6]),
        ({"statistic": "sum"}, (4, 2, 6), [12, 12, 12]),
        ({"statistic": "count"}, (4, None, 6), [2, 2, 2]),
        ({"statistic": "quantile", "at": "0.25"}, (1, 2, 3, 4, 5), [2] * 5),
        ({"statistic": "quantile", "at": "0.9"}, (0, 10), [9, 9]),
        ({"statistic": "quantile", "at": "1"}, (0, 10), [10, 10]),
        ({"statistic": "rank"}, (5, 9, 9, 1), [3, 1, 1, 4]),
        ({"statistic": "rank", "better": "lower"}, (5, 9, 9, 1), [2, 3, 3, 1]),
        ({"statistic": "rank_from_last"}, (5, 9, 9, 1), [2, 3, 3, 1]),
        ({"statistic": "rank"}, (5, None), [1, None]),
        ({"statistic": "percentile"}, (1, 2, 3), [0, 50, 100]),
        ({"statistic": "percentile"}, (7,), [100]),
        ({"statistic": "share"}, (1, 3), [25, 75]),
        ({"statistic": "share"}, (0, 0), [None, None]),
        ({"statistic": "mean", "fewest": "3"}, (1, 3), [None, None]),
        ({"statistic": "mean"}, (None, None), [None, None]),
    ],
)
def test_cohorts(derive, values, expected):
    assert held(derive, cohort(*values)) == expected


def test_a_cohort_is_divided_by_class_and_a_member_without_one_has_none():
    members = [*cohort(1, 3, 10, kinds="llt"), entity("lost", X=100)]
    assert held({"statistic": "mean", "by": ["kind"]}, members) == [2, 2, 10, None]


def test_one_alone_has_no_cohort():
    scheme = scheme_of({"kind": "cohort", "of": "X", "statistic": "mean"})
    (leaf,) = score(scheme, entity(X=1)).leaves()
    assert leaf.status == "blocked"
    assert "没有与同类一起评定" in leaf.sentence


def test_the_snapshot_replays_one_of_them_to_the_same_bytes():
    from rating.engine import References

    scheme, members = scheme_of({"kind": "cohort", "of": "X", "statistic": "mean"}), cohort(1, 2, 4)
    scored = score_cohort(scheme, members)
    again = References.from_json(scored.references.to_json())
    assert [score(scheme, each, again).to_json() for each in members] == [r.to_json() for r in scored.results]
    assert again.to_json() == scored.references.to_json()


def test_the_order_of_a_cohort_does_not_matter():
    scheme, members = (
        scheme_of({"kind": "cohort", "of": "X", "statistic": "quantile", "at": "0.3"}),
        cohort(5, 1, 9, 2),
    )
    one = {r.entity: r.to_json() for r in score_cohort(scheme, members).results}
    other = {r.entity: r.to_json() for r in score_cohort(scheme, members[::-1]).results}
    assert one == other


# What is refused


@pytest.mark.parametrize(
    ("derive", "message"),
    [
        ({"kind": "sum", "of": ["X", "Q"]}, "未声明的输入“Q”"),
        ({"kind": "sum", "of": ["X", "X"]}, "有重复的输入"),
        ({"kind": "sum", "of": ["X", "ticks"]}, "“ticks”不是数值"),
        ({"kind": "count", "of": "X"}, "只能由记录清单输入得出"),
        (
            {"kind": "count", "of": "firms", "where": {"field": "colour", "in": ["n"]}},
            "引用了不存在的“colour”",
        ),
        ({"kind": "count", "of": "firms", "where": {"field": "level", "in": ["z"]}}, "未声明的值“z”"),
        ({"kind": "count", "of": "firms", "within": {"field": "firm", "years": "1"}}, "日期字段或年份字段"),
        ({"kind": "count", "of": "firms", "within": {"field": "on"}}, "应写明 years 或 months"),
        ({"kind": "count", "of": "firms", "once_per": "colour"}, "不是该清单声明的字段"),
        ({"kind": "total", "of": "firms", "field": "firm"}, "不是数值"),
        ({"kind": "formula", "expression": "X +"}, "算式没有写完"),
        ({"kind": "formula", "expression": "X ** 2"}, "处看不懂"),
        ({"kind": "formula", "expression": "__import__('os')"}, "不可用的字符"),
        ({"kind": "formula", "expression": "exec(X)"}, "算式不能用“exec”"),
        ({"kind": "formula", "expression": "(" * 60 + "X" + ")" * 60}, "括号超过 40 层"),
        ({"kind": "formula", "expression": "X + Q"}, "未声明的输入“Q”"),
        ({"kind": "formula", "expression": "X+" * 300 + "X"}, "超过 500 个字符"),
        ({"kind": "growth", "of": "X", "years": "0"}, "应为 1 至 20"),
        ({"kind": "weighted_years", "of": "X", "weights": ["60", "-1"]}, "权重必须大于 0"),
        ({"kind": "cohort", "of": "X", "statistic": "mode"}, "“mode”不可用"),
        ({"kind": "cohort", "of": "X", "statistic": "mean", "by": ["colour"]}, "未声明的属性“colour”"),
        ({"kind": "cohort", "of": "X", "statistic": "quantile", "at": "2"}, "应在 0 与 1 之间"),
        ({"kind": "experts", "of": "marks", "method": "by_role"}, "须写各身份的权重"),
        ({"kind": "ticked", "of": "ticks", "among": ["z"]}, "未声明的选项“z”"),
        ({"kind": "years_since", "of": "X"}, "只能由日期输入得出"),
        ({"kind": "filter", "of": "firms"}, "应为 records"),
    ],
)
def test_what_makes_no_sense_is_refused(derive, message):
    with pytest.raises(SchemeError) as refusal:
        scheme_of(derive)
    assert message in str(refusal.value)


def test_an_input_may_stand_on_one_that_is_declared_later_and_never_in_a_circle():
    inputs = {
        **KNOWN,
        "A": {"title": "子", "derive": {"kind": "convert", "of": "B"}},
        "B": {"title": "丑", "derive": {"kind": "sum", "of": ["X", "A"]}},
    }
    groups = [group("G", 0, [item("I", 0, {"kind": "formula", "expression": "A"}, floor="0", cap="none")])]
    with pytest.raises(SchemeError, match="循环引用"):
        load_scheme(scheme_text(groups, inputs=inputs))
