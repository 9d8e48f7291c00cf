"""Writing into a workbook that somebody sent."""

from io import BytesIO

import openpyxl
import pytest

from guandu.core.errors import Invalid
from guandu.exchange.edited import Edits, edit_workbook
from guandu.exchange.workbooks import read_workbook


def a_book() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "填报"
    sheet.append(["指标", "数值"])
    sheet.append(["营业收入", "abc"])
    sheet["B2"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF00FF00")
    sheet["A1"].font = openpyxl.styles.Font(bold=True)
    sheet.append(["合计", 3])
    sheet.merge_cells("A4:B4")
    sheet["A4"] = "注：不含自建厂房"
    book.create_sheet("我的底稿")["A1"] = "不要动"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def opened(data: bytes):
    return openpyxl.load_workbook(BytesIO(data))


def test_marks_are_put_on_and_taken_off_without_touching_the_cell():
    marked = edit_workbook(a_book(), Edits(marks=[("填报", "B2", "“abc”不是数字"), ("填报", "B2", "再看一遍")]))
    cell = opened(marked)["填报"]["B2"]
    assert cell.value == "abc"
    assert cell.comment.text == "“abc”不是数字\n再看一遍"
    assert cell.fill.fgColor.rgb == "FF00FF00"
    assert [str(each.sqref) for each in opened(marked)["填报"].conditional_formatting] == ["B2"]
    again = edit_workbook(marked, Edits(unmark=True))
    sheet = opened(again)["填报"]
    assert sheet["B2"].comment is None
    assert not list(sheet.conditional_formatting)
    assert opened(again)["我的底稿"]["A1"].value == "不要动"


def test_what_the_person_noted_himself_stays():
    book = opened(a_book())
    book["填报"]["A2"].comment = openpyxl.comments.Comment("问过财务", "张三")
    stream = BytesIO()
    book.save(stream)
    again = edit_workbook(stream.getvalue(), Edits(unmark=True, marks=[("填报", "B2", "错")]))
    assert opened(again)["填报"]["A2"].comment.text == "问过财务"


def test_rows_come_in_below_the_header_in_the_look_of_a_row_and_push_down_what_stood_there():
    rows = [[("text", "=1+1"), ("number", "12.50")], [("text", "巫家坝"), ("blank", "")]]
    sheet = opened(edit_workbook(a_book(), Edits(rows=[("填报", 2, 2, rows)])))["填报"]
    assert [sheet.cell(n, 1).value for n in range(1, 7)] == ["指标", "营业收入", "=1+1", "巫家坝", "合计", "注：不含自建厂房"]
    assert sheet["A3"].data_type == "s"
    assert str(sheet["B3"].value) in {"12.5", "12.50"}
    assert sheet["B3"].fill.fgColor.rgb == "FF00FF00"
    assert [str(span) for span in sheet.merged_cells.ranges] == ["A6:B6"]


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("=SUM(B2:B2)", "=SUM(B2:B2)"),
        ("=SUM(B1:B2)", "=SUM(B1:B4)"),
        ("=SUM($B$1:$B$2)/B1", "=SUM($B$1:$B$4)/B1"),
        ("=B2+B3", "=B2+B5"),
        ('=IF(B3>0,"B3",LOG10(B2))', '=IF(B5>0,"B3",LOG10(B2))'),
        ("=SUM(我的底稿!B1:B3)+'我的 底稿'!B3", "=SUM(我的底稿!B1:B3)+'我的 底稿'!B3"),
    ],
)
def test_a_total_below_sums_up_what_came_in_above_it(formula, moved):
    book = opened(a_book())
    book["填报"]["B3"] = formula
    stream = BytesIO()
    book.save(stream)
    rows = [[("text", "一"), ("number", "1")], [("text", "二"), ("number", "2")]]
    sheet = opened(edit_workbook(stream.getvalue(), Edits(rows=[("填报", 2, 2, rows)])))["填报"]
    assert sheet["B5"].value == moved


def test_heights_move_with_their_rows_and_a_cell_takes_the_look_of_another():
    book = opened(a_book())
    book["填报"].row_dimensions[4].height = 50
    stream = BytesIO()
    book.save(stream)
    edits = Edits(rows=[("填报", 2, 2, [[("text", "一")]])], looks=[("填报", "C1", "A1")], cells=[("填报", "C1", "text", "填报单位")])
    sheet = opened(edit_workbook(stream.getvalue(), edits))["填报"]
    assert (sheet.row_dimensions[5].height, sheet.row_dimensions[4].height) == (50, None)
    assert (sheet["C1"].value, sheet["C1"].font.b) == ("填报单位", True)


def test_a_text_is_never_a_live_formula():
    order = Edits(cells=[("填报", "B2", "text", "=cmd|' /C calc'!A0")], sheets=[("错误清单", [10], [["=1"]])])
    data = edit_workbook(a_book(), order)
    (first, *_, last) = read_workbook(data)
    assert first.rows[1].cells["B"].text == "=cmd|' /C calc'!A0"
    assert last.rows[0].cells["A"].kind == "text"


def test_sheets_are_dropped_added_and_hidden():
    order = Edits(
        dropped=["我的底稿"],
        sheets=[("错误清单", [10, 40], [["位置", "说明"], ["填报!B2", "错"]])],
        hidden=[("_门户", [["a", "b"]])],
        active="错误清单",
    )
    book = opened(edit_workbook(a_book(), order))
    assert book.sheetnames == ["填报", "错误清单", "_门户"]
    assert book.active.title == "错误清单"
    assert book["_门户"].sheet_state == "hidden"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no workbook", a_book()[:900]])
def test_what_the_child_cannot_open_is_a_sentence(data):
    with pytest.raises(Invalid, match="无法在原文件上标注"):
        edit_workbook(data, Edits(marks=[("填报", "B2", "错")]))
