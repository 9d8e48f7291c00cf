"""What a workbook says, exactly, with its addresses; and that no row of it is lost in silence."""

from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings, strategies as st
from python_calamine import CalamineWorkbook

from guandu.core.errors import Invalid
from guandu.exchange.tables import Column, read_table
from guandu.exchange.workbooks import read_workbook
from guandu.exchange.writer import WrittenColumn, write_workbook
from tests.exchange.workbooks import MAIN, book, number, row, sheet, text

pytestmark = pytest.mark.once

COLUMNS = (Column("name", "名称", required=True, longest=10), Column("count", "数量"))
HEAD = row(1, text("A1", "名称*") + text("B1", "数量"))


def cells(data: bytes) -> dict[str, tuple[str, str]]:
    return {c.address: (c.text, c.kind) for each in read_workbook(data) for r in each.rows for c in r.cells.values()}


def table(data: str, **how):
    return read_table(read_workbook(book(sheet(HEAD + data, **how), names=("填报",))), "填报", COLUMNS, most=101)


def test_a_dimension_that_lies_drops_nothing():
    rows = "".join(row(n, text(f"A{n}", f"第{n}行")) for n in range(2, 103))
    reading = table(rows, before='<dimension ref="A1:B2"/>')
    assert (reading.seen, len(reading.records), reading.blank) == (101, 101, 0)


def test_numbers_are_the_digits_of_the_file():
    data = book(sheet(row(1, number("A1", "0.1") + number("B1", "12345678901234567.89") + number("C1", "1.5E3") + number("D1", "1E-7"))))
    assert cells(data) == {
        "A1": ("0.1", "number"), "B1": ("12345678901234567.89", "number"), "C1": ("1500", "number"), "D1": ("0.0000001", "number"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "style", "is_1904", "expected"),
    [
        ("46295", 1, False, "2026-09-30"),
        ("46295.5", 2, False, "2026-09-30 12:00:00"),
        ("44833", 1, True, "2026-09-30"),
        ("1", 1, False, "1900-01-01"),
    ],
)
def test_dates_read_as_dates(value, style, is_1904, expected):
    assert cells(book(sheet(row(1, number("A1", value, style))), is_1904=is_1904)) == {"A1": (expected, "date")}


def test_shared_texts_without_their_phonetics():
    strings = f'<sst xmlns="{MAIN}"><si><r><t>官</t></r><r><t>渡</t></r><rPh sb="0" eb="1"><t>guan</t></rPh></si></sst>'
    assert cells(book(sheet(row(1, '<c r="A1" t="s"><v>0</v></c>')), strings=strings)) == {"A1": ("官渡", "text")}


def test_every_row_is_accepted_rejected_or_blank():
    reading = table(
        row(2, text("A2", "甲") + number("B2", "1"))
        + row(3, text("A3", " "))
        + row(4, number("B4", "2"))
        + row(5, '<c r="A5"><f>1+1</f></c>')
        + row(6, '<c r="A6" t="e"><v>#N/A</v></c>')
        + row(7, text("A7", "乙"), ' hidden="1"')
        + row(8, text("A8", "丙") + text("D8", "旁注"))
        + row(9, text("A9", "长" * 11))
    )
    assert (reading.seen, len(reading.records), reading.blank, reading.rejected) == (8, 1, 1, 6)
    told = {(fault.row, fault.address): fault.sentence for fault in reading.faults}
    assert "请填写名称" in told[4, "A4"]
    assert "公式没有算出结果" in told[5, "A5"]
    assert "#N/A" in told[6, "A6"]
    assert "隐藏" in told[7, ""]
    assert "不在模板内" in told[8, "D8"]
    assert "最多 10 个字" in told[9, "A9"]


def test_a_merged_cell_spoils_every_row_it_covers():
    data = row(2, text("A2", "甲")) + row(3, text("A3", "乙")) + row(4, text("A4", "丙"))
    reading = table(data, after='<mergeCells><mergeCell ref="A2:A3"/></mergeCells>')
    assert [record.row for record in reading.records] == [4]
    assert all("合并" in fault.sentence for fault in reading.faults)


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (row(1, text("A1", "名称")), "表头缺少：数量"),
        (row(1, text("A1", "名称") + text("B1", "数量") + text("C1", "名称")), "表头重复：名称"),
        ("", "是空的"),
    ],
)
def test_a_wrong_template_is_named(head, sentence):
    sheets = read_workbook(book(sheet(head), names=("填报",)))
    with pytest.raises(Invalid, match=sentence):
        read_table(sheets, "填报", COLUMNS, most=10)
    with pytest.raises(Invalid, match="没有工作表“别的”"):
        read_table(sheets, "别的", COLUMNS, most=10)


def test_too_many_rows_are_counted():
    data = "".join(row(n, text(f"A{n}", "甲")) for n in range(2, 104))
    with pytest.raises(Invalid, match="有 102 行"):
        table(data)


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20).map(str.strip).filter(bool)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=8))
def test_what_we_write_is_read_the_same_by_three_readers(rows):
    """Ours, openpyxl and calamine; whatever begins with = stays a text."""
    data = write_workbook("填报", [WrittenColumn("名称"), WrittenColumn("数量")], rows)
    ours = [[cell.text for cell in each.cells.values()] for each in read_workbook(data)[0].rows[1:]]
    theirs = openpyxl.load_workbook(BytesIO(data))["填报"]
    third = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name("填报").to_python()
    assert ours == rows == third[1:]
    assert [[cell.value for cell in each] for each in theirs.iter_rows(min_row=2)] == rows
    assert all(cell.data_type == "s" for each in theirs.iter_rows() for cell in each)


def test_the_template_locks_its_head_and_offers_choices():
    data = write_workbook("填报", [WrittenColumn("单位", choices=["甲", "乙"], prompt="请选择", required=True)], open_rows=5)
    page = openpyxl.load_workbook(BytesIO(data))["填报"]
    assert page["A1"].value == "单位*"
    assert page.protection.sheet
    assert page["A1"].protection.locked
    assert not page["A2"].protection.locked
    (rule,) = page.data_validations.dataValidation
    assert (rule.type, rule.promptTitle) == ("list", "单位")
    assert openpyxl.load_workbook(BytesIO(data))["选项"].sheet_state == "hidden"
