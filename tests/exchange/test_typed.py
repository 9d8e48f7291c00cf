"""B17: what people type into a cell, one habit a row."""

from decimal import Decimal

import pytest

from guandu.core.errors import Invalid
from guandu.exchange.tables import Column, read_table
from guandu.exchange.typed import number_typed, text_typed
from guandu.exchange.workbooks import Cell, read_workbook
from tests.exchange.workbooks import number, packed, parts, row, sheet

pytestmark = pytest.mark.feature("B17")


@pytest.mark.parametrize(
    ("text", "kind", "unit", "wanted"),
    [
        ("1234.5", "number", "万元", "1234.5"),
        ("1,234.50", "text", "万元", "1234.50"),
        ("１２３４．５", "text", "万元", "1234.5"),
        ("１，２３４", "text", "万元", "1234"),
        (" 12 345 ", "text", "万元", "12345"),
        ("12\u00a0345", "text", "万元", "12345"),
        ("12\u3000345", "text", "万元", "12345"),
        ("1234万元", "text", "万元", "1234"),
        ("1,234 万元", "text", "万元", "1234"),
        ("0", "text", "万元", "0"),
        ("-12", "text", "万元", "-12"),
        ("－12", "text", "万元", "-12"),
        ("+3", "text", "户", "3"),
        ("85%", "text", "%", "85"),
        ("８５．２％", "text", "%", "85.2"),
        ("0.852", "percent", "%", "85.2"),
        ("85.2", "number", "%", "85.2"),
        ("—", "text", "万元", None),
        ("-", "text", "万元", None),
        ("  ", "text", "万元", None),
    ],
)
def test_a_number_as_people_type_it(text, kind, unit, wanted):
    assert number_typed(Cell("D7", text, kind), unit) == (None if wanted is None else Decimal(wanted))


def test_no_cell_is_no_number():
    assert number_typed(None, "万元") is None


@pytest.mark.parametrize(
    ("text", "kind", "unit", "sentence"),
    [
        ("", "formula", "万元", "公式没有计算结果：请用 WPS 或 Excel 打开，重新保存后再上传，或直接填写数字"),
        ("#REF!", "error", "万元", "公式结果有误（#REF!），请改为数字"),
        ("2026-09-30", "date", "万元", "“2026-09-30”是日期"),
        ("1", "flag", "户", "“TRUE”不是数字"),
        ("12亿元", "text", "万元", "“12亿元”的单位是亿元，本项以万元为单位，请换算后只填数字"),
        ("12%", "text", "万元", "“12%”是百分数，本项以万元为单位"),
        ("0.12", "percent", "户", "“12%”是百分数，本项以户为单位"),
        ("约300", "text", "户", "“约300”不是数字"),
        ("1e5", "text", "户", "“1e5”不是数字"),
        ("12-15", "text", "户", "“12-15”不是数字"),
        ("不详", "text", "户", "“不详”不是数字"),
        ("1" * 30, "text", "户", "数字过长"),
    ],
)
def test_what_is_no_number_is_said_and_never_read_as_nothing(text, kind, unit, sentence):
    with pytest.raises(Invalid) as refused:
        number_typed(Cell("D7", text, kind), unit)
    assert sentence in refused.value.message
    assert not refused.value.message.endswith("。")


def test_texts():
    assert text_typed(None) == ""
    assert text_typed(Cell("A1", "1", "flag")) == "TRUE"
    assert text_typed(Cell("A1", " 原因 是\n 搬迁 ", "text")) == "原因 是 搬迁"
    for cell in (Cell("A1", "", "formula"), Cell("A1", "#N/A", "error"), Cell("A1", "a\x07b", "text")):
        with pytest.raises(Invalid):
            text_typed(cell)


def test_the_reader_tells_a_percentage_by_its_format():
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2">'
        '<numFmt numFmtId="164" formatCode="0.0%"/><numFmt numFmtId="165" formatCode="0.0&quot;%&quot;"/></numFmts>'
        '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
    )
    cells = "".join(number(f"{letter}1", "0.12", style) for style, letter in enumerate("ABCD"))
    made = parts(sheet(row(1, cells)))
    made["xl/styles.xml"] = styles
    (found,) = read_workbook(packed(made))
    assert [found.rows[0].cells[letter].kind for letter in "ABCD"] == ["number", "percent", "percent", "number"]


def test_a_formula_with_an_empty_result_is_one_without_a_result():
    cells = '<c r="A1"><f>1+1</f><v></v></c><c r="B1"><f>1+1</f></c><c r="C1"><v></v></c><c r="D1" t="str"><f>""</f><v></v></c>'
    (found,) = read_workbook(packed(parts(sheet(row(1, cells)))))
    assert {letter: cell.kind for letter, cell in found.rows[0].cells.items()} == {"A": "formula", "B": "formula"}


def test_a_table_shows_a_percentage_as_its_person_sees_it():
    """A number that is shown in per cent is no hundredth of itself, in no table."""
    made = parts(sheet(row(1, '<c r="A1" t="inlineStr"><is><t>占比</t></is></c>') + row(2, number("A2", "0.125", 1))), names=("表",))
    made["xl/styles.xml"] = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="10"/></cellXfs></styleSheet>'
    )
    reading = read_table(read_workbook(packed(made)), "表", [Column("share", "占比")], most=9)
    assert reading.records[0].values == {"share": "12.5%"}
