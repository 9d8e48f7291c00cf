"""The workbook of a scheme loads to the same thing as its file, and says in which cell it is wrong."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from guandu.core.errors import Invalid
from rating.engine import load_scheme
from rating.exchange.scheme_workbook import WorkbookError, load_workbook, text_of_workbook, write_scheme

pytestmark = [pytest.mark.feature("E1"), pytest.mark.once]

REFERENCE = Path(__file__).resolve().parents[2] / "rating" / "reference"
FILES = sorted(REFERENCE.rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scheme_goes_out_and_comes_back_the_same(path):
    text = path.read_text()
    book = write_scheme(text)
    assert load_workbook(book).digest == load_scheme(text).digest
    assert load_scheme(text_of_workbook(book)).digest == load_scheme(text).digest


DRAFT = (REFERENCE / "district-draft.yaml").read_text()


def edited(change) -> bytes:
    book = openpyxl.load_workbook(BytesIO(write_scheme(DRAFT)))
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def column_of(sheet, title: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == title)


def row_of(sheet, code: str) -> int:
    column = column_of(sheet, "代码")
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, column).value == code)


def put(sheet_name: str, code: str, title: str, value):
    def change(book):
        sheet = book[sheet_name]
        sheet.cell(row_of(sheet, code), column_of(sheet, title)).value = value

    return change


def test_what_an_official_changes_is_read():
    scheme = load_workbook(edited(put("等级", "five", "分数线", 90)))
    assert scheme.grades[0].cut.value == 90


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (put("评分项", "B1", "满分", 7), "评分项!", "“园区建设标准”声明满分 20 分"),
        (put("评分项", "B1", "规则", "{kind: magic}"), "评分项!H", "“magic”不可用"),
        (put("评分项", "B1", "规则", "{kind: [}"), "评分项!H", "YAML 格式有误"),
        (put("评分项", "B1", "规则", "=1+1"), "评分项!H", "公式"),
        (put("评分项", "B1", "上级", "nowhere"), "评分项!A", "上级“nowhere”不在本表中"),
        (put("评分项", "build", "上级", "build"), "评分项!A", "绕成了圈"),
        (put("指标数据", "REV", "最小", "少"), "指标数据!E", "“少”不是数字"),
        (put("指标数据", "TAX", "代码", "REV"), "指标数据!A", "代码“REV”重复"),
        (put("等级", "four", "分数线", 95), "等级!D", "应小于上一级的 85"),
        (put("门槛", "V1", "种类", "magic"), "门槛!C", "“magic”不可用"),
        (lambda book: book["评分项"].cell(1, 3, "别名"), "评分项!C1", "不认识的列“别名”"),
        (lambda book: book.create_sheet("草稿"), "草稿", "不认识的工作表"),
        (lambda book: book.remove(book["等级"]), "等级", "缺少这张工作表"),
        (lambda book: book["方案"].cell(2, 1, "colour"), "方案!A2", "不认识的项目“colour”"),
        (lambda book: book["评分项"].cell(3, 30, "旁注"), "评分项!AD3", "所在的列没有表头"),
    ],
)
def test_each_error_names_its_cell(change, place, message):
    with pytest.raises(WorkbookError) as refusal:
        load_workbook(edited(change))
    assert any(error.place.startswith(place) and message in error.message for error in refusal.value.errors)


def test_a_file_that_is_no_workbook_is_refused_in_a_sentence():
    with pytest.raises(Invalid):
        load_workbook(b"scheme: no", "方案.xlsx")
