"""Each way of computing, with the line met, not met, unknown and touched; and what a definition may say."""

from datetime import date
from fractions import Fraction

import pytest

from guandu.core.errors import Invalid
from targets.checks.expressions import parse
from targets.definitions.graph import circle, depths, graph_errors, operands, ordered
from targets.definitions.population import belongs, population_errors
from targets.definitions.shapes import Part, definition_errors
from targets.definitions.values import value_of, years_between
from targets.queries.rollup.compute import compute
from targets.queries.rollup.rows import Row
from targets.registered import Fact
from tests.targets.quarters import A, B, C, defined, inputs, leaf, moved, rows_of

REV = defined("REV", "flow", 2)
LEAD = defined("LEAD", "flow", 2)
FIRMS = defined("FIRMS", "stock")
D_REV = defined("D_REV", "flow", 2, level="district")
RATE = defined("RATE", "ratio", formula={"op": "ratio", "num": "LEAD", "den": "REV"})
FILED = (REV, LEAD, FIRMS, D_REV, RATE)


def valued(row: Row, definition) -> object:
    return value_of(
        definition.kind, row.numerator, row.denominator, scale=definition.scale, unit=definition.unit,
        years=years_between(definition.formula, row.period),
    )  # fmt: skip


def computed(definition, *leaves, **values):
    return rows_of("2026Q3", [*FILED, definition], leaves, **values)


AT_LINE = [  # revenue of three parks in 万元 × 100, and how many reach 10 亿元 of how many known
    pytest.param((9_990_000_00, 10_000_000_00, 10_010_000_00), 2, 3, id="9.99-10.00-10.01"),
    pytest.param((9_990_000_00, 9_990_000_00, 9_999_999_99), 0, 3, id="none-met"),
    pytest.param((10_000_000_00, None, None), 1, 1, id="two-unknown"),
    pytest.param((None, None, None), None, 0, id="all-unknown"),
]


@pytest.mark.feature("C4", "D3")
@pytest.mark.parametrize(("amounts", "count", "reported"), AT_LINE)
def test_a_count_over_a_line_takes_the_line_itself_and_says_how_many_are_known(amounts, count, reported):
    over = defined("OVER", "count", formula={"op": "count_over_line", "of": "REV", "at_least": "10000000"})
    leaves = [leaf("REV", m.code, units) for m, units in zip((A, B, C), amounts, strict=True) if units is not None]
    whole = computed(over, *leaves)["OVER", "district", ""]
    assert (whole.numerator, whole.reported, whole.expected) == (count, reported, 3)


@pytest.mark.feature("C4")
def test_a_park_that_is_missing_leaves_two_of_thirteen_reported():
    parks = tuple(moved(A, code=f"P{number}", name=f"园{number}") for number in range(13))
    over = defined("OVER", "count", formula={"op": "count_over_line", "of": "REV", "at_least": "10000000"})
    leaves = [leaf("REV", "P0", 10_000_000_00), leaf("REV", "P1", 9_990_000_00)]
    whole = computed(over, *leaves, members=parks)["OVER", "district", ""]
    assert (whole.numerator, whole.reported, whole.expected) == (1, 2, 13)


@pytest.mark.feature("D3")
@pytest.mark.parametrize(
    ("bounds", "parts", "held", "judged"),
    [
        ({"at_least": "60"}, {"P-A": (60, 100), "P-B": (90, 100), "P-C": (61, 100)}, 3, 3),
        ({"at_least": "60"}, {"P-A": (5999, 10000), "P-B": (90, 100), "P-C": (61, 100)}, 2, 3),
        ({"at_most": "10"}, {"P-A": (10, 100), "P-B": (1, 100)}, 2, 2),
        ({"at_most": "10"}, {"P-A": (1001, 10000)}, 0, 1),
        ({"at_least": "60"}, {}, None, 0),
    ],
    ids=["met-at-line", "not-met", "unknown-one", "over-the-cap", "unknown-all"],
)
def test_all_of_counts_those_that_hold_among_those_that_can_be_judged(bounds, parts, held, judged):
    every = defined("ALL", "all_of", formula={"op": "all_of", "of": "RATE", **bounds})
    leaves = [leaf(code, park, units) for park, pair in parts.items() for code, units in zip(("LEAD", "REV"), pair, strict=True)]
    whole = computed(every, *leaves)["ALL", "district", ""]
    assert (whole.numerator, whole.denominator, whole.reported, whole.expected) == (held, judged or None, judged, 3)


@pytest.mark.feature("C1", "D3")
@pytest.mark.parametrize(
    ("formula", "scale", "value", "reported"),
    [
        ({"op": "average", "of": "FIRMS"}, 0, "15.000000", 2),
        ({"op": "average", "of": "RATE"}, 6, "60.000000", 2),
        ({"op": "average", "of": "RATE", "weight": "REV"}, 6, "45.000000", 2),
        ({"op": "average", "of": "FIRMS", "weight": "REV"}, 0, "12.500000", 2),
    ],
    ids=["simple", "simple-of-ratios", "ratio-by-its-denominator", "weighted"],
)
def test_an_average_is_over_the_parks_that_report(formula, scale, value, reported):
    mean = defined("MEAN", "average", scale, formula=formula)
    rows = computed(
        mean, leaf("FIRMS", "P-A", 10), leaf("FIRMS", "P-B", 20), leaf("REV", "P-A", 300), leaf("REV", "P-B", 100),
        leaf("LEAD", "P-A", 90), leaf("LEAD", "P-B", 90),
    )  # fmt: skip
    whole = rows["MEAN", "district", ""]
    assert (str(valued(whole, mean)), whole.reported, whole.expected) == (value, reported, 3)


@pytest.mark.feature("C1")
@pytest.mark.parametrize(
    ("rule", "numerator", "denominator"), [("sum", 30, None), ("average", 30, 2), ("max", 20, None), ("none", None, None)]
)
def test_each_rule_over_space_says_what_parks_become(rule, numerator, denominator):
    jobs = defined("JOBS", "stock", over_space=rule)
    row = computed(jobs, leaf("JOBS", "P-A", 10), leaf("JOBS", "P-B", 20)).get(("JOBS", "district", ""))
    assert (row is None) == (rule == "none")
    if row:
        assert (row.numerator, row.denominator, row.reported, row.expected) == (numerator, denominator, 2, 3)


@pytest.mark.feature("C13", "C2")
def test_a_formula_is_linear_over_linear_and_the_same_at_every_scope():
    formula = {"op": "formula", "num": "0.5*(REV + LEAD) - LEAD", "den": "REV + 2*LEAD"}
    per = defined("PER", "formula", 3, formula=formula, unit="%")
    rows = computed(per, leaf("REV", "P-A", 101), leaf("LEAD", "P-A", 10), leaf("REV", "P-B", 7), leaf("LEAD", "P-B", 3))
    parks = [rows["PER", "park", code] for code in ("P-A", "P-B")]
    whole = rows["PER", "district", ""]
    assert (whole.numerator, whole.denominator) == tuple(map(sum, zip(*[(p.numerator, p.denominator) for p in parks], strict=True)))
    assert Fraction(whole.numerator, whole.denominator) == Fraction(108 - 13, 2) / (108 + 26)
    assert rows["PER", "park", "P-C"].gap == "not_reported"


@pytest.mark.feature("C13")
def test_division_by_nothing_has_no_value_and_says_so():
    per = defined("PER", "formula", 2, formula={"op": "formula", "num": "REV", "den": "LEAD"})
    row = computed(per, leaf("REV", "P-A", 1), leaf("LEAD", "P-A", 0))["PER", "park", "P-A"]
    assert valued(row, per) is None
    rate = computed(RATE, leaf("LEAD", "P-A", 1), leaf("REV", "P-A", 0))["RATE", "park", "P-A"]
    assert (rate.numerator, rate.gap) == (None, "zero_denominator")


def test_a_formula_of_the_district_s_own_numbers_stands_at_the_district_alone():
    rest = defined("REST", "formula", 2, formula={"op": "formula", "num": "D_REV - REV"})
    rows = computed(rest, leaf("REV", "P-A", 30), leaf("REV", "P-B", 5), leaf("D_REV", "", 100))
    assert [key for key in rows if key[0] == "REST"] == [("REST", "district", "")]
    assert rows["REST", "district", ""].numerator == 65


@pytest.mark.feature("C5")
def test_a_corrected_whole_changes_no_row_of_a_share():
    share = defined("SHARE", "share", formula={"op": "share", "num": "REV", "den": "D_REV"})
    before, after, none = (
        computed(share, leaf("REV", "P-A", 30), *whole)
        for whole in ([leaf("D_REV", "", 100)], [leaf("D_REV", "", 90)], [])
    )
    shares = [{key: row for key, row in rows.items() if key[0] == "SHARE"} for rows in (before, after, none)]
    assert shares[0] == shares[1] == shares[2]
    assert shares[0]["SHARE", "park", "P-A"].denominator is None
    assert [rows["D_REV", "district", ""].numerator for rows in (before, after, none)] == [100, 90, None]


POPULATIONS = [
    ({"chains": ["HQ"]}, ["P-C"]),
    ({"park_types": ["CUL"]}, ["P-B"]),
    ({"opened_since": "2024-01-01"}, ["P-B"]),
    ({"areas": ["X"]}, []),
    ({"codes": ["P-A", "P-C"], "chains": ["DIG"]}, ["P-A"]),
]


@pytest.mark.parametrize(("population", "parks"), POPULATIONS)
def test_a_population_limits_the_parks_of_any_definition(population, parks):
    members = (A, moved(B, types=("CUL-A", "CUL"), opened_on=date(2024, 1, 1)), C)
    total = defined("TOTAL", "formula", 2, formula={"op": "formula", "num": "REV", "population": population})
    share = defined("SHARE", "share", formula={"op": "share", "num": "REV", "den": "D_REV", "population": population})
    leaves = [leaf("REV", m.code, 10**number) for number, m in enumerate(members)]
    rows = rows_of("2026Q3", [*FILED, total, share], leaves, members)
    for code in ("TOTAL", "SHARE"):
        assert [key[2] for key in rows if key[:2] == (code, "park")] == parks
        whole = rows.get((code, "district", ""))
        assert (whole.numerator if whole else None) == (sum(rows["REV", "park", p].numerator for p in parks) if parks else None)
    assert all(belongs(population, m) == (m.code in parks) for m in members)


KNOWN = {
    "REV": Part("flow", 2), "LEAD": Part("flow", 2), "FIRMS": Part("stock", 0),
    "RATE": Part("ratio", 0, {"op": "ratio", "num": "LEAD", "den": "REV"}), "SHARE": Part("share", 0),
}  # fmt: skip
WRONG = [
    ("ratio", 0, {"op": "root"}, "不认识的算法"),
    ("flow", 0, {"op": "ratio", "num": "LEAD", "den": "REV"}, "只用于类型为 ratio"),
    ("ratio", 0, {"op": "ratio", "num": "LEAD", "den": "GONE"}, "“GONE”不存在"),
    ("ratio", 0, {"op": "ratio", "num": "FIRMS", "den": "REV"}, "两者必须一致"),
    ("ratio", 0, {"op": "ratio", "num": "RATE", "den": "REV"}, "是比率"),
    ("ratio", 0, {"op": "ratio", "num": "LEAD", "den": "REV", "times": 2}, "“times”看不懂"),
    ("count", 0, {"op": "count_over_line", "of": "REV"}, "应写明界限"),
    ("count", 0, {"op": "count_over_line", "of": "REV", "at_least": "many"}, "不是数字"),
    ("count", 0, {"op": "count_over_line", "of": "REV", "at_least": "1.234"}, "小数位数多于"),
    ("all_of", 0, {"op": "all_of", "of": "SHARE", "at_least": "1"}, "是占全区比重"),
    ("average", 0, {"op": "average", "of": "RATE"}, "小数位至少 6 位"),
    ("growth", 2, {"op": "growth", "of": "REV", "base": "last"}, "基期“last”"),
    ("annual_growth", 2, {"op": "annual_growth", "of": "REV", "base": "year_before"}, "应写成年份"),
    ("single", 2, {"op": "single", "of": "FIRMS"}, "是期末数"),
    ("single", 0, {"op": "single", "of": "REV"}, "小数位至少 2 位"),
    ("formula", 2, {"op": "formula", "num": "REV + __import__"}, "“__import__”不是指标字典的指标"),
    ("formula", 2, {"op": "formula", "num": "((((REV))))"}, "括号套了"),
    ("formula", 2, {"op": "formula", "num": "REV+" * 100}, "最长 300 字"),
    ("formula", 2, {"op": "formula", "num": "REV*LEAD"}, "两个指标相乘"),
    ("formula", 2, {"op": "formula", "num": "REV/0"}, "除以了零"),
    ("formula", 2, {"op": "formula", "num": "REV + 1"}, "固定的数"),
    ("formula", 2, {"op": "formula", "num": "REV@last"}, "只取本期数"),
    ("formula", 2, {"op": "formula", "num": "REV/3"}, "小数位不足"),
    ("formula", 2, {"op": "formula", "num": "RATE"}, "是比率"),
    ("formula", 2, {"op": "formula", "num": "REV", "population": {"planets": ["X"]}}, "“planets”看不懂"),
    ("formula", 2, {"op": "formula", "num": "REV", "population": {"opened_since": "去年"}}, "不是日期"),
]


@pytest.mark.feature("C13")
@pytest.mark.parametrize(("kind", "scale", "definition", "words"), WRONG)
def test_a_definition_that_cannot_be_is_refused_in_a_sentence(kind, scale, definition, words):
    errors = list(definition_errors(Part(kind, scale, definition), KNOWN))
    assert any(words in sentence for sentence in errors), errors


@pytest.mark.parametrize(
    ("kind", "scale", "definition"),
    [
        ("average", 6, {"op": "average", "of": "RATE", "weight": "REV"}),
        ("growth", 2, {"op": "growth", "of": "REV", "base": "year_before"}),
        ("annual_growth", 2, {"op": "annual_growth", "of": "REV", "base": "2023"}),
        ("single", 2, {"op": "single", "of": "REV", "population": {"codes": ["P-A"]}}),
        ("all_of", 0, {"op": "all_of", "of": "RATE", "at_most": "10"}),
        ("formula", 3, {"op": "formula", "num": "0.5*(REV - LEAD)", "den": "FIRMS"}),
    ],
)
def test_a_sound_definition_is_taken(kind, scale, definition):
    assert list(definition_errors(Part(kind, scale, definition), KNOWN)) == []


def test_a_population_says_something():
    assert list(population_errors({}))
    assert list(population_errors(["DIG"]))
    assert list(population_errors({"chains": "DIG"})) == ["范围中的产业链应写成一列编码。"]


@pytest.mark.feature("C13")
def test_a_circle_is_named_and_a_deep_graph_is_refused():
    names = {"A": "甲", "B": "乙", "C": "丙"}
    graph = {"A": ["B"], "B": ["C"], "C": ["A"], "D": ["A"], "E": []}
    assert set(circle(graph)) == {"A", "B", "C"}
    assert circle(graph)[0] == circle(graph)[-1]
    ((_, sentence),) = graph_errors(graph, names)
    assert "互相引用" in sentence
    assert sentence.count("→") == 3
    assert ordered(graph)[0] == ["E"]
    deep = {f"X{n}": [f"X{n - 1}"] for n in range(1, 10)} | {"X0": []}
    assert depths(deep)["X9"] == 9
    assert "套了 9 层，最多 8 层" in dict(graph_errors(deep, {}))["X9"]
    assert operands({"op": "formula", "num": "A + B", "den": "A"}) == ["A", "B"]


@pytest.mark.feature("C13")
def test_indicators_in_a_circle_have_no_number_and_say_why_while_others_go_on():
    one = defined("ONE", "formula", 2, formula={"op": "formula", "num": "TWO + REV"})
    two = defined("TWO", "formula", 2, formula={"op": "formula", "num": "ONE"})
    rows = rows_of("2026Q3", [*FILED, one, two], [leaf("REV", "P-A", 5)])
    assert (rows["ONE", "district", ""].numerator, rows["TWO", "district", ""].gap) == (None, "cycle")
    assert rows["REV", "district", ""].numerator == 5


@pytest.mark.parametrize("text", ["A*(B + 1)", "A/(1 - 1)", "(A", "A)", "()", "eval('1')", "A.__class__", "lambda: 1"])
def test_brackets_and_code_are_read_by_one_parser_that_runs_nothing(text):
    with pytest.raises(Invalid):
        parse(text, {"A": "A", "B": "B"})


def test_brackets_multiply_what_they_hold():
    found = parse("2*(A - 0.5*(B + 3)) - (A)/4", {"A": "A", "B": "B"})
    assert {term.code: term.factor for term in found.terms} == {"A": Fraction(7, 4), "B": Fraction(-1)}
    assert found.constant == -3
    assert parse(found.written(), {"A": "A", "B": "B"}) == found


def test_a_number_beyond_what_can_be_stored_is_no_number():
    rows = computed(FIRMS, leaf("FIRMS", "P-A", 2**63 - 1), leaf("FIRMS", "P-B", 2**63 - 1))
    assert (rows["FIRMS", "district", ""].numerator, rows["FIRMS", "district", ""].gap) == (None, "too_large")


def test_touched_parks_give_exactly_their_part_of_the_whole():
    data = inputs("2026Q3", FILED, [leaf("REV", "P-A", 5), leaf("LEAD", "P-A", 4), leaf("REV", "P-C", 2)])
    whole, part = compute(data), compute(data, frozenset({"P-C"}))
    scopes = {("park", "P-C"), ("chain", "HQ"), ("street", "S1"), ("district", "")}
    assert part == [row for row in whole if (row.scope_kind, row.scope_code) in scopes]
    assert 0 < len(part) < len(whole)


@pytest.mark.parametrize(
    "definition",
    [
        defined("MIXED", "ratio", formula={"op": "ratio", "num": "FIRMS", "den": "REV"}),
        defined("MIXED", "measure", 0, formula={"op": "choose_by_type", "map": {"DIG": "REV", "HQ": "REV"}}),
        defined("MIXED", "formula", 1, formula={"op": "formula", "num": "REV"}),
        defined("MIXED", "average", 1, formula={"op": "average", "of": "REV"}),
    ],
    ids=["ratio", "measure", "formula", "average"],
)
def test_versions_whose_decimals_do_not_meet_give_no_number_rather_than_a_wrong_one(definition):
    row = computed(definition, leaf("FIRMS", "P-A", 3), leaf("REV", "P-A", 1005))["MIXED", "park", "P-A"]
    assert row.numerator is None
    assert row.gap


@pytest.mark.feature("C14")
def test_a_firm_of_two_parks_and_of_further_chains_counts_once_in_each_scope():
    code = defined("COUNTED", "registered", formula={"op": "registered", "source": "x"})
    day = date(2025, 1, 1)
    facts = [
        Fact("P-A", day, "一", "F1"), Fact("P-A", day, "一又", "F1"), Fact("P-C", day, "一", "F1", ("TRD",)),
        Fact("P-B", day, "二", "F2"), Fact("", day, "三", "F3"),
    ]  # fmt: skip
    members = {m.code: m for m in (A, B, C)}
    rows = rows_of(
        "2026Q3", [code], facts={"COUNTED": facts}, fact_members=members,
        chains={"DIG": "数字经济", "HQ": "总部经济", "TRD": "对外贸易", "CUL": "文旅康养"},
    )  # fmt: skip
    counts = {key[1:]: row.numerator for key, row in rows.items()}
    assert {scope: counts["chain", scope] for scope in ("DIG", "HQ", "TRD", "CUL")} == {"DIG": 2, "HQ": 1, "TRD": 1, "CUL": 0}
    assert [counts["park", park] for park in ("P-A", "P-B", "P-C")] == [1, 1, 1]
    assert (counts["street", "S1"], counts["street", "S2"], counts["district", ""]) == (1, 1, 3)
