"""Checks as data: every operator under every strategy for empty cells, and expressions read exactly."""

from fractions import Fraction

import pytest

from guandu.core.errors import Invalid
from targets.checks import Cell, Entries, Severity, findings
from targets.checks.expressions import Expression, Term, When, parse
from targets.checks.relations import Check, read_rule

A = Cell("A", "甲", "万元", "flow", is_required=False, scale=2)
B = Cell("B", "乙", "万元", "flow", is_required=False, scale=2)
C = Cell("C", "丙", "家", "stock", is_required=False)
CELLS = [A, B, C]
KNOWN = {each.code: each.code for each in CELLS} | {each.name: each.code for each in CELLS}

pytestmark = pytest.mark.feature("B10")


def judged(op: str, values: dict, missing: str = "skip_any", *, left="A", right="B", cells=CELLS, **entries) -> list[str]:
    rule = {"code": "C1", "left": left, "op": op, "right": right, "severity": "error", "missing": missing}
    found = findings(cells, [rule], Entries(values, **entries))
    return ["fill" if each.asks_to_fill else "broken" for each in found if each.check]


EQUAL, LESS, MORE = {"A": 500, "B": 500}, {"A": 499, "B": 500}, {"A": 501, "B": 500}


@pytest.mark.parametrize("missing", ["skip_any", "skip_all", "never_skip"])
@pytest.mark.parametrize(
    ("op", "holds", "breaks"),
    [
        ("<=", [EQUAL, LESS], [MORE]),
        ("<", [LESS], [EQUAL, MORE]),
        (">=", [EQUAL, MORE], [LESS]),
        (">", [MORE], [EQUAL, LESS]),
        ("==", [EQUAL], [LESS, MORE]),
        ("=", [EQUAL], [LESS, MORE]),
        ("!=", [LESS, MORE], [EQUAL]),
        ("compulsory_pair", [EQUAL, LESS], []),
        ("exclusive_pair", [], [EQUAL, LESS]),
    ],
)
def test_an_operator_judges_what_is_filled_the_same_under_every_strategy(op, holds, breaks, missing):
    assert [judged(op, values, missing) for values in holds] == [[]] * len(holds)
    assert [judged(op, values, missing) for values in breaks] == [["broken"]] * len(breaks)


# Left is A, right is B + C. What is said where: nothing is filled, A alone, B alone, A and B (C missing).
@pytest.mark.parametrize(
    ("op", "missing", "nothing", "left_only", "part_of_right", "all_but_one"),
    [
        ("<=", "skip_any", [], [], [], []),
        ("<=", "skip_all", [], ["broken"], [], ["broken"]),
        ("<=", "never_skip", ["fill"] * 3, ["fill"] * 2, ["fill"] * 2, ["fill"]),
        ("<", "skip_any", [], [], [], []),
        ("<", "skip_all", [], ["broken"], [], ["broken"]),
        ("<", "never_skip", ["fill"] * 3, ["fill"] * 2, ["fill"] * 2, ["fill"]),
        (">=", "skip_any", [], [], [], []),
        (">=", "skip_all", [], [], ["broken"], []),
        (">=", "never_skip", ["fill"] * 3, ["fill"] * 2, ["fill"] * 2, ["fill"]),
        (">", "skip_any", [], [], [], []),
        (">", "skip_all", [], [], ["broken"], []),
        (">", "never_skip", ["fill"] * 3, ["fill"] * 2, ["fill"] * 2, ["fill"]),
        ("==", "skip_any", [], [], [], []),
        ("==", "skip_all", [], ["broken"], ["broken"], ["broken"]),
        ("==", "never_skip", ["fill"] * 3, ["fill"] * 2, ["fill"] * 2, ["fill"]),
        ("!=", "skip_any", [], [], [], []),
        ("!=", "skip_all", [], [], [], []),
        ("!=", "never_skip", ["fill"] * 3, ["fill"] * 2, ["fill"] * 2, ["fill"]),
        # A side is there when it is wholly there, or, where the check takes what there is, in part.
        ("compulsory_pair", "skip_any", [], ["broken"], [], ["broken"]),
        ("compulsory_pair", "skip_all", [], ["broken"], ["broken"], []),
        ("compulsory_pair", "never_skip", ["fill"] * 3, ["broken"], ["broken"], []),
        ("exclusive_pair", "skip_any", [], [], [], []),
        ("exclusive_pair", "skip_all", [], [], [], ["broken"]),
        ("exclusive_pair", "never_skip", ["fill"], [], [], ["broken"]),
    ],
)
def test_a_strategy_for_empty_cells(op, missing, nothing, left_only, part_of_right, all_but_one):
    def said(values):
        return judged(op, values, missing, right="B + C")

    assert said({}) == nothing
    assert said({"A": 900}) == left_only
    assert said({"B": 500}) == part_of_right
    assert said({"A": 900, "B": 500}) == all_but_one


def test_of_an_exclusive_pair_that_must_be_answered_one_is_asked_for():
    rule = {"code": "C", "left": "A", "op": "exclusive_pair", "right": "B", "severity": "query", "missing": "never_skip"}
    [finding] = findings(CELLS, [rule], Entries({}))
    assert finding.text == "请补填一项：甲或乙，不能都空着。"
    assert finding.severity == Severity.REASON


def test_zero_is_filled():
    assert judged("<=", {"A": 0, "B": 0}, "never_skip") == []
    assert judged("compulsory_pair", {"A": 0}) == ["broken"]


def test_an_empty_required_cell_is_told_once_whatever_names_it():
    must = [Cell("A", "甲", "万元", "flow", scale=2), B, C]
    rules = [
        {"code": f"C{n}", "left": "A", "op": op, "right": "B", "severity": "error", "missing": "never_skip"}
        for n, op in enumerate(("<=", "compulsory_pair", "!="))
    ]
    found = findings(must, rules, Entries({"B": 100}))
    assert [(each.code, each.severity) for each in found if each.code == "A"] == [("A", Severity.MISSING)]


def test_an_empty_optional_cell_is_asked_for_once_whatever_names_it():
    rules = [
        {"code": f"C{n}", "left": "A", "op": "<=", "right": right, "severity": "error", "missing": "never_skip"}
        for n, right in enumerate(("B", "C", "B + C"))
    ]
    found = findings(CELLS, rules, Entries({"B": 100, "C": 1}))
    assert [each.code for each in found] == ["A"]
    assert found[0].text == "请补填甲，以便审核“甲应不大于乙”；确实为零请填 0。"


def test_amounts_are_compared_in_the_units_that_people_read():
    """C has no decimals, A has two: 3 家 against 0.03 万元."""
    assert judged("==", {"A": 300, "C": 3}, right="C") == []
    assert judged("==", {"A": 3, "C": 3}, right="C") == ["broken"]


@pytest.mark.parametrize(
    ("left", "right", "values", "holds"),
    [
        ("A", "0.1*B", {"A": 10, "B": 100}, True),
        ("A", "0.1*B", {"A": 11, "B": 100}, False),
        ("A", "B/3", {"A": 1, "B": 3}, True),  # a third is exact: one unit is not less than a third of three
        ("3*A", "B", {"A": 1, "B": 3}, True),
        ("A + C", "B - 5", {"A": 0, "B": 1000, "C": 5}, True),
        ("A + C", "B - 5", {"A": 1, "B": 1000, "C": 5}, False),
        ("A", "50%*B", {"A": 50, "B": 100}, True),
        ("A", "100", {"A": 10_000}, True),
        ("A", "100", {"A": 10_001}, False),
    ],
)
def test_an_expression_is_exact(left, right, values, holds):
    assert (judged("<=", values, left=left, right=right) == []) is holds


@pytest.mark.parametrize(
    ("right", "entries", "broken"),
    [
        ("A@last", {"last": {"A": 100}}, True),
        ("A@last", {"last": {"A": 101}}, False),
        ("A@last", {}, False),
        ("2*A@base", {"base": {"A": 50}}, True),
        ("2*A@上年同期", {"base": {"A": 51}}, False),
    ],
)
def test_a_side_may_name_another_period(right, entries, broken):
    assert bool(judged("<", {"A": 100}, right=right, **entries)) is broken


def test_a_number_of_another_period_that_is_not_there_asks_for_a_reason_and_never_blocks():
    rule = {"code": "C", "left": "A", "op": "<", "right": "A@last", "severity": "error", "missing": "never_skip"}
    [finding] = findings(CELLS, [rule], Entries({"A": 100}))
    assert (finding.code, finding.severity) == ("A", Severity.REASON)
    assert "没有甲的上期数" in finding.text


def test_a_check_of_a_cell_that_the_period_does_not_ask_is_not_judged():
    assert judged("<=", {"A": 900}, "never_skip", cells=[A, C]) == []


def test_a_finding_says_what_to_do():
    rule = {"code": "C1", "left": "A", "op": "<=", "right": "B", "severity": "error"}
    [finding] = findings(CELLS, [rule], Entries({"A": 1200, "B": 500}))
    assert finding.text == "甲应不大于乙，现分别为 12 和 5，请核对后改正。"
    [finding] = findings(CELLS, [rule | {"severity": "query"}], Entries({"A": 1200, "B": 500}))
    assert finding.severity == Severity.REASON
    assert finding.text.endswith("请核对；确实如此请说明原因。")
    [finding] = findings(CELLS, [rule | {"message": "甲大了。"}], Entries({"A": 1200, "B": 500}))
    assert finding.text == "甲大了。"


@pytest.mark.parametrize(
    ("text", "terms", "constant"),
    [
        ("A", [(1, "A", When.NOW)], 0),
        ("甲 － 0.5×乙", [(1, "A", When.NOW), (Fraction(-1, 2), "B", When.NOW)], 0),
        ("[甲]@上期 + A", [(1, "A", When.LAST), (1, "A", When.NOW)], 0),
        ("-A + A*3/4 + 2.50", [(Fraction(-1, 4), "A", When.NOW)], Fraction(5, 2)),
        ("A - A + 1", [], 1),
    ],
)
def test_what_a_person_writes_is_read_and_written_back(text, terms, constant):
    read = parse(text, KNOWN)
    assert read == Expression(tuple(Term(Fraction(f), code, when) for f, code, when in terms), Fraction(constant))
    assert parse(read.written()) == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "式子是空的"),
        ("甲 + 丁", "第 5 个字处的“丁”不是本表的指标"),
        ("甲 乙", "第 3 个字“乙”前面缺少 + 或 -"),
        ("甲 *", "没有写完"),
        ("甲*乙", "两个指标相乘"),
        ("1/甲", "不能除以指标"),
        ("甲/0", "除以了零"),
        ("甲 + (乙", "第 5 个字处的左括号没有对应的右括号"),
        ("甲 + 乙)", "第 6 个字处的右括号没有对应的左括号"),
        ("甲 + ()", "第 5 个字处的括号里是空的"),
        ("甲*(乙 + 1)", "两个指标相乘"),
        ("甲/(1 - 1)", "除以了零"),
        ("((((甲))))", "括号套了 4 层，最多 3 层"),
        ("甲@去年", "“@去年”看不懂"),
        ("甲 + + 乙", "第 5 个字“+”处应当是指标或数字"),
        ("甲+" * 200, "最长 300 字"),
    ],
)
def test_a_wrong_expression_is_refused_with_its_place(text, words):
    with pytest.raises(Invalid) as refusal:
        parse(text, KNOWN)
    assert words in refusal.value.message


def test_a_rule_is_stored_by_codes_and_read_in_names():
    rule = read_rule(
        {"code": "C1", "left": "甲", "op": "<=", "right": "0.1*乙", "severity": "error", "missing": "skip_any"}, KNOWN
    )
    assert (rule["left"], rule["right"]) == ("A", "1*B/10")
    assert Check.of(rule).sentence({each.code: each.name for each in CELLS}) == "甲应不大于0.1*乙"


def test_every_wrong_part_of_a_rule_is_named():
    wrong = {"left": "丁", "op": "~", "right": "1", "severity": "", "missing": "maybe"}
    with pytest.raises(Invalid) as refusal:
        read_rule(wrong, KNOWN)
    assert [name for name, _ in refusal.value.errors] == ["left", "op", "severity", "missing"]
    for rule, side in (({"left": "1", "op": "<", "right": "2"}, "left"), ({"left": "甲", "op": "exclusive_pair", "right": "2"}, "right")):
        with pytest.raises(Invalid) as refusal:
            read_rule({**rule, "severity": "query", "missing": "skip_all"}, KNOWN)
        assert [name for name, _ in refusal.value.errors] == [side]
