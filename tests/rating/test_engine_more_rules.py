"""Rules on lists, on something else, on other rules; items on a scale of their own, with papers, set by people."""

from decimal import Decimal as D

import pytest

from rating.engine import Facts, FactsError, Input, Override, Record, SchemeError, load_scheme, score
from tests.rating.engine_schemes import FLAG, LEVEL, X, Y, facts, given, group, item, one_item, scheme_text

pytestmark = [pytest.mark.feature("E2"), pytest.mark.once]

TICKS = {"title": "清单", "type": "checklist", "values": {"a": "甲", "b": "乙", "c": "丙"}}
FIRMS = {
    "title": "荣誉",
    "type": "records",
    "fields": {
        "firm": {"title": "企业", "type": "text"},
        "level": {"title": "级别", "type": "choice", "values": {"n": "国家级", "p": "省级", "l": "退库"}},
        "new": {"title": "新增", "type": "boolean"},
    },
}
INPUTS = {"X": X, "Y": Y, "FLAG": FLAG, "LEVEL": LEVEL, "T": TICKS, "F": FIRMS}


def made(rule: dict, points: object = 10, **more):
    return load_scheme(scheme_text([group("G", points, [item("I", points, rule, **more)])], inputs=INPUTS))


def only(scheme, **values):
    known = {code: Input(value) if code in "TF" else given(code, value) for code, value in values.items()}
    (found,) = score(scheme, Facts("E", "园区", inputs=known)).leaves()
    return found


@pytest.mark.parametrize(
    ("ticked", "points"), [((), 0), (("a",), 3), (("a", "b"), 5), (("a", "b", "c"), 5), (("c", "a"), 2)]
)
def test_checklist_sum_is_capped(ticked, points):
    rule = {"kind": "checklist_sum", "input": "T", "options": {"a": "3", "b": "3", "c": "-1"}, "cap": "5"}
    assert only(made(rule, 5), T=ticked).points == points


def records(*rows) -> list[Record]:
    return [Record({"firm": firm, "level": level, "new": new}) for firm, level, new in rows]


PER_RECORD = {"kind": "per_record", "input": "F", "field": "level", "levels": {"n": "3", "p": "1", "l": "-1"}}


@pytest.mark.parametrize(
    ("more", "rows", "raw"),
    [
        ({}, [], 0),
        ({}, [("a", "n", True), ("a", "p", True), ("b", "l", False)], 3),
        ({"once_per": "firm"}, [("a", "p", True), ("a", "n", True), ("b", "p", True)], 4),
        ({"once_per": "firm"}, [(None, "p", True), (None, "p", True)], 2),
        (
            {"where": {"field": "new", "is": "true"}},
            [("a", "n", True), ("b", "n", False), ("c", "n", None)],
            3,
        ),
        ({}, [("a", None, True)], 0),
        ({}, [("a", "l", True)] * 4, -4),
        ({}, [("a", "n", True)] * 5, 15),
    ],
)
def test_each_record_by_its_level_and_each_subject_once_at_its_highest(more, rows, raw):
    found = only(made({**PER_RECORD, **more}, floor="-2"), F=records(*rows))
    assert found.raw == raw
    assert found.points == min(max(raw, -2), 10)


def test_a_record_with_a_field_nobody_declared_is_refused():
    with pytest.raises(FactsError, match="未声明的字段“colour”"):
        only(made(PER_RECORD, floor="-2"), F=[Record({"colour": "red"})])


INVERSE = {"kind": "inverse_ratio", "input": "X", "reference": {"value": "50"}, "k": "2", "weight": "5"}


@pytest.mark.parametrize(
    ("x", "points"), [(0, 10), (25, "7.5"), (50, 5), (99, "0.1"), (100, 0), (150, 0), (-50, 10)]
)
def test_inverse_ratio(x, points):
    assert only(made(INVERSE), X=x).points == D(str(points))


def test_inverse_ratio_without_a_reference_is_missing():
    rule = {**INVERSE, "reference": {"input": "Y"}}
    assert only(made(rule), X=1, Y=0).status == "blocked"
    assert only(made(rule), X=50, Y=50).points == 5


MINMAX = {"kind": "minmax", "input": "X", "low": {"value": "10"}, "high": {"value": "30"}, "weight": "10"}


@pytest.mark.parametrize(
    ("more", "x", "points"),
    [
        ({}, 10, 0),
        ({}, 20, 5),
        ({}, 30, 10),
        ({}, 0, 0),
        ({}, 99, 10),
        ({"offset": "20", "span": "80"}, 10, 2),
        ({"offset": "20", "span": "80"}, 20, 6),
        ({"offset": "20", "span": "80"}, 30, 10),
        ({"direction": "lower"}, 10, 10),
        ({"direction": "lower"}, 25, "2.5"),
    ],
)
def test_minmax(more, x, points):
    assert only(made({**MINMAX, **more}), X=x).points == D(str(points))


@pytest.mark.parametrize(("flat", "points"), [({}, 10), ({"flat": "60"}, 6)])
def test_minmax_where_all_are_equal(flat, points):
    rule = {**MINMAX, "high": {"value": "10"}, **flat}
    assert only(made(rule), X=10).points == points


GROWTH = {
    "kind": "growth_over_base",
    "input": "X",
    "base": {"input": "Y"},
    "weight": "10",
    "parity": "80",
    "per": "5",
    "points": "1",
    "most": "150",
}


@pytest.mark.parametrize(
    ("below", "x", "points"),
    [
        ("proportional", 100, 8),
        ("proportional", "104.999999", 8),
        ("proportional", 105, 9),
        ("proportional", 110, 10),
        ("proportional", 134, 14),
        ("proportional", 135, 15),
        ("proportional", 500, 15),
        ("proportional", 50, 4),
        ("proportional", 0, 0),
        ("proportional", -10, 0),
        ("zero", 99, 0),
        ("steps", 96, 8),
        ("steps", 95, 7),
        ("steps", 10, 0),
    ],
)
def test_growth_over_the_own_base(below, x, points):
    assert only(made({**GROWTH, "below": below}, cap="15"), X=x, Y=100).points == points


@pytest.mark.parametrize("base", [0, -5, None])
def test_growth_over_nothing_is_missing(base):
    assert only(made(GROWTH, cap="15"), X=1, Y=base).status == "blocked"


RANKS = {
    "kind": "rank_points",
    "input": "X",
    "places": [{"to": "1", "points": "10"}, {"to": "3", "points": "6"}],
    "others": "2",
}


@pytest.mark.parametrize(
    ("x", "points", "ahead"), [(1, 10, None), (2, 6, 1), (3, 6, 1), (4, 2, 3), (99, 2, 3)]
)
def test_rank_points(x, points, ahead):
    found = only(made(RANKS), X=x)
    assert found.points == points
    assert (found.next and found.next.threshold) == ahead


@pytest.mark.parametrize(
    ("more", "x", "points"),
    [({}, 0, 0), ({}, 50, 5), ({}, 100, 10), ({}, 120, 10), ({}, -1, 0), ({"clamp": "none"}, 120, 12)],
)
def test_imported(more, x, points):
    rule = {"kind": "imported", "input": "X", "source": ["0", "100"], "points": ["0", "10"], **more}
    scheme = made(rule, floor="-10", cap="20")
    assert only(scheme, X=x).points == points


@pytest.mark.parametrize(
    ("x", "y", "points"), [(6, 2, 3), (6, 0, None), (None, 2, None), (0, 2, 0), (60, 2, 10)]
)
def test_formula(x, y, points):
    found = only(made({"kind": "formula", "expression": "X / Y"}, floor="0"), X=x, Y=y)
    assert (found.points if found.status == "scored" else None) == points


# Rules of rules


def band(name: str, *points: str) -> dict:
    """Bands of the width 10 from 0 up."""
    cuts = [str(10 * place) for place in range(1, len(points))]
    rows = [{"points": p} for p in points]
    for place, cut in enumerate(cuts):
        rows[place]["to"] = cut
        rows[place + 1]["from"] = cut
    return {"kind": "band", "input": name, "inclusive": "lower", "direction": "higher", "bands": rows}


PAIR = [band("X", "0", "4", "10"), band("Y", "0", "6", "8")]


@pytest.mark.parametrize(
    ("kind", "more", "x", "y", "points"),
    [
        ("best_of", {}, 10, 10, 6),
        ("best_of", {}, 20, 10, 10),
        ("best_of", {}, 0, 0, 0),
        ("best_of", {}, 10, None, None),
        ("best_of", {"absent_part": "skip"}, 10, None, 4),
        ("best_of", {"absent_part": "skip"}, None, None, None),
        ("min_of", {}, 10, 20, 4),
        ("min_of", {}, 20, 20, 8),
        ("sum_of", {"cap": "10"}, 10, 10, 10),
        ("sum_of", {"cap": "10"}, 10, 0, 4),
        ("sum_of", {"cap": "10"}, 20, 20, 10),
        ("first_match", {}, 10, 20, 4),
        ("first_match", {}, 0, 20, 8),
        ("first_match", {}, 0, 0, 0),
    ],
)
def test_composed(kind, more, x, y, points):
    full = {"min_of": 8}.get(kind, 10)
    found = only(made({"kind": kind, "of": PAIR, **more}, full), X=x, Y=y)
    assert (found.points if found.status == "scored" else None) == points


@pytest.mark.parametrize(
    ("kind", "x", "y", "expected"),
    [("best_of", 9, 9, ("X", 10, 4)), ("best_of", 19, 10, ("Y", 20, 8)), ("sum_of", 9, 0, ("X", 10, 4))],
)
def test_composed_names_the_smallest_step_that_earns_the_whole_more(kind, x, y, expected):
    found = only(made({"kind": kind, "of": PAIR, "cap": "10"}), X=x, Y=y)
    assert found.next is not None
    assert (found.next.input, found.next.threshold, found.next.points) == expected


def test_rules_may_stand_in_rules_five_deep_and_no_deeper():
    rule = {"kind": "fixed_if", "when": {"input": "FLAG", "is": "true"}, "points": "10"}
    for _ in range(5):
        rule = {
            "kind": "best_of",
            "of": [
                rule,
                {"kind": "choice", "input": "LEVEL", "levels": {"high": "10", "mid": "5", "low": "0"}},
            ],
        }
    assert only(made(rule), FLAG=False, LEVEL="mid").points == 5
    with pytest.raises(SchemeError, match="规则套规则超过 5 层"):
        made({"kind": "best_of", "of": [rule, rule]})


# Conditions


ANY = {"any_of": [{"input": "X", "at_least": "30"}, {"input": "Y", "at_least": "30"}]}


@pytest.mark.parametrize(
    ("when", "x", "y", "met"),
    [
        (ANY, 30, 0, True),
        (ANY, 0, 30, True),
        (ANY, 29, 29, False),
        (ANY, 30, None, True),
        (ANY, 29, None, None),
        ({"all_of": ANY["any_of"]}, 30, 30, True),
        ({"all_of": ANY["any_of"]}, 29, None, False),
        ({"all_of": ANY["any_of"]}, 30, None, None),
        ({"none_of": ANY["any_of"]}, 29, 29, True),
        ({"none_of": ANY["any_of"]}, 30, None, False),
        ({"none_of": ANY["any_of"]}, 29, None, None),
        ({"at_least_of": {"count": "1", "of": ANY["any_of"]}}, 30, None, True),
        ({"at_least_of": {"count": "2", "of": ANY["any_of"]}}, 30, None, None),
        ({"at_least_of": {"count": "2", "of": ANY["any_of"]}}, 30, 29, False),
    ],
)
def test_joined_conditions_decide_as_soon_as_they_can(when, x, y, met):
    found = only(made({"kind": "fixed_if", "when": when, "points": "10"}), X=x, Y=y)
    assert {True: 10, False: 0, None: None}[met] == (found.points if found.status == "scored" else None)


# The item


@pytest.mark.parametrize(("x", "points"), [(0, 0), (10, "1.8"), (20, 3)])
def test_an_item_may_be_scored_on_a_scale_of_its_own(x, points):
    found = only(made(band("X", "0", "60", "100"), 3, of="100"), X=x)
    assert found.points == D(str(points))
    assert found.full == 3


def test_the_scale_of_its_own_says_so():
    assert (
        "计 60 分（100 分制），折合 1.8 分"
        in only(made(band("X", "0", "60", "100"), 3, of="100"), X=10).sentence
    )


@pytest.mark.parametrize(("rounding", "points"), [("half_up", "3.34"), ("down", "3.33"), ("up", "3.34")])
def test_rounding(rounding, points):
    rule = {"kind": "ratio_to_ref", "input": "X", "reference": {"value": "1000"}, "weight": "10", "cap": "1"}
    assert only(made(rule, rounding=rounding), X=D("333.5")).points == D(points)


def test_a_value_without_papers_is_missing_where_papers_are_demanded():
    scheme = one_item(
        {"kind": "fixed_if", "when": {"input": "FLAG", "is": "true"}, "points": "10"},
        evidence="true",
        missing="zero",
    )
    bare, backed = (Input(True, evidence=papers) for papers in ((), ("合同.pdf",)))
    for each, status, points in ((bare, "missing", 0), (backed, "scored", 10), (Input(False), "scored", 0)):
        (found,) = score(scheme, Facts("E", inputs={"FLAG": each})).leaves()
        assert (found.status, found.points) == (status, points)
    assert "没有佐证材料" in score(scheme, Facts("E", inputs={"FLAG": bare})).leaves()[0].sentence


def test_people_may_set_points_where_the_scheme_lets_them_and_the_reason_is_kept():
    rule = {"kind": "per_unit", "units": [{"input": "X", "points": "1"}]}
    scheme = one_item(rule, floor="0", override="true")
    known = Facts("E", inputs={"X": given("X", 4)}, overrides={"I": Override(D(7), "现场核实", "评定组")})
    (found,) = score(scheme, known).leaves()
    assert (found.raw, found.points, found.override) == (4, 7, "评定组：现场核实")
    assert "经评定组改为 7 分，理由：现场核实" in found.sentence
    assert score(scheme, Facts.from_json(known.to_json())).to_json() == score(scheme, known).to_json()


@pytest.mark.parametrize(
    ("more", "override", "message"),
    [
        ({}, Override(D(7), "因", "人"), "不允许人工改分"),
        ({"override": "true"}, Override(D(11), "因", "人"), "超出本项的范围"),
        ({"override": "true"}, Override(D("7.001"), "因", "人"), "超出本项的范围"),
    ],
)
def test_an_override_that_the_scheme_does_not_allow_is_refused(more, override, message):
    scheme = one_item({"kind": "per_unit", "units": [{"input": "X", "points": "1"}]}, floor="0", **more)
    with pytest.raises(FactsError, match=message):
        score(scheme, Facts("E", inputs={"X": given("X", 4)}, overrides={"I": override}))


def test_an_override_without_a_reason_is_refused():
    with pytest.raises(FactsError, match="须写明理由"):
        Override(D(7), " ", "人")



def two(policy: object):
    rule = {"kind": "per_unit", "units": [{"input": "X", "points": "1"}]}
    items = [
        item("I", 10, rule, floor="0", missing=policy),
        item("J", 10, {"kind": "fixed_if", "when": {"input": "FLAG", "is": "true"}, "points": "10"}),
    ]
    levels = [
        {"code": "a", "title": "甲", "from": "5"},
        {"code": "b", "title": "乙", "from": "1"},
        {"code": "d", "title": "丁"},
    ]
    return load_scheme(
        scheme_text(
            [group("G", 20, items)],
            grades={"inclusive": "lower", "levels": levels},
            inputs={"X": X, "FLAG": FLAG},
        )
    )


@pytest.mark.parametrize(
    ("policy", "code"), [("veto", "d"), ({"policy": "veto", "grade": "b"}, "b"), ("zero", "a")]
)
def test_missing_data_may_be_a_veto(policy, code):
    result = score(two(policy), facts(FLAG=True))
    assert (result.total, result.grade.code) == (10, code)
    assert result.grade.code == "a" or "缺少指标I的数据" in result.sentence


def test_missing_data_may_take_the_mean_of_the_peers():
    from rating.engine import score_cohort

    scheme = two("peer_mean_score")
    members = [
        Facts(name, name, inputs={"FLAG": given("FLAG", True), **({} if x is None else {"X": given("X", x)})})
        for name, x in (("A", 4), ("B", 10), ("C", None))
    ]
    found = {r.entity: r for r in score_cohort(scheme, members).results}
    assert (found["C"].leaves()[0].points, found["C"].total) == (7, 17)
    assert "按同批 2 个的平均得分率计，得 7 分" in found["C"].leaves()[0].sentence
    assert score(scheme, members[2]).status == "blocked"
