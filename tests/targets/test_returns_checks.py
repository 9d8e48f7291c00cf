"""What is wrong or odd in a sheet: pure checks over whole units."""

import pytest

from targets.checks import Cell, Entries, Severity, findings

REV = Cell("REV", "营业收入", "万元", "flow")
LEAD = Cell("REV_LEAD", "主导产业营业收入", "万元", "flow", is_required=False)
FIRMS = Cell("FIRMS", "入驻企业数", "家", "stock", is_required=False)
CELLS = [REV, LEAD, FIRMS]
RULE = {
    "left": "REV_LEAD",
    "op": "<=",
    "right": "REV",
    "severity": "error",
    "message": "主导不能大于营业收入。",
}


def found(values, rules=(), **entries) -> list[tuple[str, Severity]]:
    return [(each.code, each.severity) for each in findings(CELLS, rules, Entries(values, **entries))]


def test_missing_is_not_zero():
    assert found({}) == [("REV", Severity.MISSING)]
    assert found({"REV": 0}) == []


@pytest.mark.parametrize("entries", [{"values": {"REV": -1}}, {"values": {"REV": 5}, "base": {"REV": -1}}])
def test_no_number_is_negative(entries):
    assert found(**entries) == [("REV", Severity.ERROR)]


@pytest.mark.parametrize(
    ("values", "broken"),
    [
        ({"REV": 10, "REV_LEAD": 11}, True),
        ({"REV": 10, "REV_LEAD": 10}, False),
        ({"REV": 10}, False),  # a missing side is not judged
    ],
)
def test_a_relation_is_data_of_the_template(values, broken):
    expected = [("REV_LEAD", Severity.ERROR)] if broken else []
    assert found(values, [RULE]) == expected


def test_a_relation_may_ask_for_a_reason_instead():
    rule = RULE | {"severity": "warning"}
    assert found({"REV": 10, "REV_LEAD": 11}, [rule]) == [("REV_LEAD", Severity.REASON)]


@pytest.mark.feature("B11")
@pytest.mark.parametrize(
    ("value", "same_year", "asks"), [(99, True, True), (100, True, False), (99, False, False)]
)
def test_a_cumulative_number_does_not_fall_within_a_year(value, same_year, asks):
    entries = {"last": {"REV": 100}, "last_is_same_year": same_year}
    assert bool(found({"REV": value}, **entries)) is asks


@pytest.mark.feature("B11")
def test_ten_thousand_times_the_last_value_asks_which_unit():
    [finding] = findings(CELLS, [], Entries({"REV": 1_000_000}, last={"REV": 100}))
    assert finding.code == "REV"
    assert "元还是万元" in finding.text
    [firms] = findings(CELLS, [], Entries({"REV": 1, "FIRMS": 1_000_000}, last={"FIRMS": 100}))
    assert "元" not in firms.text  # households have no 万


@pytest.mark.feature("B11")
def test_tenfold_growth_is_an_ordinary_question():
    [finding] = findings(CELLS, [], Entries({"REV": 1000}, last={"REV": 100}))
    assert finding.severity == Severity.REASON
    assert "10 倍" in finding.text
    assert "万元" not in finding.text
    assert found({"REV": 799}, last={"REV": 100}) == []


def test_a_stock_that_collapses_asks_a_flow_of_a_new_year_does_not():
    assert found({"REV": 1, "FIRMS": 10}, last={"REV": 100, "FIRMS": 80}) == [("FIRMS", Severity.REASON)]


def test_a_cell_with_an_error_is_not_also_called_odd():
    entries = {"last": {"REV": 100}, "last_is_same_year": True}
    assert found({"REV": -5}, **entries) == [("REV", Severity.ERROR)]
