"""临时调度表 as workbooks: out to each receiver, recognised when it comes back, and merged in the office's own layout."""

import pytest

from guandu.accounts.models import Unit
from guandu.core.errors import Invalid
from targets.actions import dispatch_answers
from targets.models import DispatchReceiver
from targets.queries.dispatch import PRINTED_LINE
from targets.queries.dispatch_books import MARK_SHEET, blank_book, read_answer
from tests.targets.dispatched import GOOD, filed, loaded, merged, office_book, receiver_of, sent
from tests.targets.factories import make_office, make_operator, make_park, make_unit
from tests.targets.office_tables import BODY_FILL, HEAD_FILL, book, opened, saved

pytestmark = pytest.mark.django_db
N = None


@pytest.fixture(autouse=True)
def _folder_of_this_test(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def park():
    return make_park()


@pytest.fixture
def operator(park):
    return make_operator()


def taken(table, subject) -> bytes:
    return blank_book(receiver_of(table, subject))


def filled_in(data: bytes, cells: dict[str, object], sheet: str = "报送表") -> bytes:
    made = opened(data)
    for address, value in cells.items():
        made[sheet][address] = value
    return saved(made)


def rows_of(data: bytes, sheet: str = "报送表") -> list[list[object]]:
    return [[cell.value for cell in row] for row in opened(data)[sheet].iter_rows()]


def errors_of(receiver: DispatchReceiver, data: bytes, name: str = "填好.xlsx") -> str:
    with pytest.raises(Invalid) as refused:
        read_answer(receiver, data, name)
    return refused.value.message


# Out


def test_it_goes_out_in_the_offices_layout_with_room_and_a_hidden_mark(office, park):
    table = sent(office, park)
    made = opened(taken(table, park))
    page = made["报送表"]
    assert [cell.value for cell in page[3]] == ["序号", "园区名称", "项目名称", "完成投资（万元）", "是否开工", "备注"]
    assert [cell.value for cell in page[4]][:3] == [1, "演示园区P1", N]
    # Eight rows came in, in the look of the office's own, and the total sums them up.
    assert page["D14"].value == "=SUM(D4:D13)"
    assert {page.cell(row, 3).fill.fgColor.rgb for row in range(4, 14)} == {BODY_FILL}
    assert page["A3"].font.b
    assert made[MARK_SHEET].sheet_state == "hidden"
    assert [row[0].value for row in made[MARK_SHEET]][1:3] == [str(table.pk), str(receiver_of(table, park).pk)]
    assert PRINTED_LINE in [cell.value for row in page for cell in row]


def test_a_receiver_gets_what_the_file_holds_of_him_and_nothing_of_others(office, park):
    rows = [["园区", "项目", "上周进度", "内部评语"], ["演示园区P2", "乙项目", "50%", "拖拉"], ["演示园区P1", "甲项目", "30%", "抓紧"]]
    table = sent(office, park, make_park("P2"), data=office_book(rows))
    texts = [text for row in rows_of(taken(table, park)) for text in row if text]
    assert {"甲项目", "30%", "抓紧"} <= set(texts)
    assert not {"乙项目", "50%", "拖拉", "演示园区P2"} & set(texts)


def test_what_was_begun_on_the_page_goes_out_with_it(office, park, operator):
    table = sent(office, park)
    filed(table, park, operator, GOOD, {**GOOD, "D": "3"})
    page = opened(taken(table, park))["报送表"]
    assert [[cell.value for cell in row[:5]] for row in page["A4:F5"]] == [
        [1, "演示园区P1", "标准厂房二期", "1,200.5", "是"], [2, "演示园区P1", "标准厂房二期", 3, "是"],
    ]  # fmt: skip


# Back


@pytest.mark.feature("B12")
def test_what_comes_back_untouched_has_no_error_and_no_answer(office, park, operator):
    table = sent(office, park)
    data = taken(table, park)
    handed = read_answer(receiver_of(table, park), data, "原样.xlsx")
    assert (handed.faults, handed.read.rows) == ((), [])
    assert handed.seen == handed.read.blank + 3  # the total, the note and the printed line
    with pytest.raises(Invalid, match="还没有填写内容"):
        loaded(table, park, operator, data)


def test_a_filled_in_workbook_is_an_answer_and_is_kept(office, park, operator):
    table = sent(office, park)
    cells = {"C4": "甲项目", "D4": 1200.5, "E4": "是", "C6": "乙项目", "D6": "１，０００", "E6": "√", "F6": "年底前"}
    row = loaded(table, park, operator, filled_in(taken(table, park), cells))
    assert [{letter: cell["value"] for letter, cell in each.items()} for each in row.answer] == [
        {"C": "甲项目", "D": "1200.5", "E": "是"}, {"C": "乙项目", "D": "1000", "E": "是", "F": "年底前"},
    ]  # fmt: skip
    assert (row.way, row.state, row.workbook.name) == ("workbook", "filed", "填好.xlsx")


@pytest.mark.feature("B13")
def test_a_file_that_is_not_this_one_is_told_apart_in_four_sentences(office, park):
    other_park = make_park("P2")
    table, another = sent(office, park, other_park), sent(office, park)
    receiver = receiver_of(table, park)
    said = [
        errors_of(receiver, taken(another, park)),
        errors_of(receiver, taken(table, other_park)),
        errors_of(receiver, b"%PDF-1.7 nothing", "填好.pdf"),
        errors_of(receiver, filled_in(taken(table, park), {"D3": "完成投资（亿元）", "D4": "一百"})),
    ]
    assert said == [
        "这是另一张调度表的文件，不是《园区重点项目周调度表》。请在本页下载表格，在下载的文件里填写后再上传。",
        "这是发给其他单位的文件，不是演示园区P1的。请在本页下载表格，在下载的文件里填写后再上传。",
        "只接收 .xlsx 工作簿。请用 WPS 或 Excel 打开，另存为 .xlsx 工作簿后再上传。",
        "表头与下发的不一致（报送表!D3 应为“完成投资（万元）”，现为“完成投资（亿元）”），不能对应到各列。请恢复表头，或者重新下载填写。",
    ]


@pytest.mark.feature("B13")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda made: made.remove(made[MARK_SHEET]), "认不出这是哪张表"),
        (lambda made: setattr(made["报送表"], "title", "改过的名"), "文件里没有工作表“报送表”"),
        (lambda made: made["报送表"].insert_rows(1), "表头与下发的不一致"),
        (lambda made: made["报送表"].delete_cols(2), "表头与下发的不一致"),
        (lambda made: made["报送表"].__setitem__("G3", "多出一列"), "多出 G 列“多出一列”"),
        (lambda made: made[MARK_SHEET].__setitem__("A4", "0"), "表头行有增减"),
    ],
)
def test_a_file_pulled_apart_is_not_read_further(office, park, change, sentence):
    table = sent(office, park)
    made = opened(taken(table, park))
    change(made)
    assert sentence in errors_of(receiver_of(table, park), saved(made))


@pytest.mark.feature("B14")
def test_all_errors_are_named_by_sheet_and_cell_also_below_blank_rows(office, park, operator):
    table = sent(office, park)
    cells = {"C4": "甲", "D4": "一百", "E4": "大概", "D9": 5, "F12": "只有备注"}
    data = filled_in(taken(table, park), cells)
    handed = read_answer(receiver_of(table, park), data, "填好.xlsx")
    assert handed.faults == (
        ("报送表!D4", "完成投资：“一百”不是数字，请只填数字；没有数据请留空。"),
        ("报送表!E4", "是否开工请填“是”或“否”，现为“大概”。"),
        ("报送表!C9", "项目名称没有填写，这一列必须填。"),
        ("报送表!E9", "是否开工没有填写，这一列必须填。"),
        ("报送表!C12", "项目名称没有填写，这一列必须填。"),
        ("报送表!D12", "完成投资没有填写，这一列必须填。"),
        ("报送表!E12", "是否开工没有填写，这一列必须填。"),
    )
    with pytest.raises(Invalid, match="文件中有 7 处需要改正"):
        loaded(table, park, operator, data)
    assert receiver_of(table, park).state == "waiting"


@pytest.mark.feature("B14")
def test_many_errors_are_capped_with_their_count(office, park):
    table = sent(office, park)
    cells = {f"D{row}": "没有" for row in range(30, 90)}
    handed = read_answer(receiver_of(table, park), filled_in(taken(table, park), cells), "填好.xlsx")
    assert (len(handed.faults), handed.fault_count) == (100, 180)


def test_one_row_too_many_is_said(office, park):
    table = sent(office, park, takes_many=False)
    data = filled_in(taken(table, park), {f"{letter}{row}": value for row in (4, 5) for letter, value in GOOD.items()})
    assert read_answer(receiver_of(table, park), data, "填好.xlsx").faults == (
        ("报送表!C5", "本表每个单位只填 1 行，请删去多余的行。"),
    )


@pytest.mark.parametrize(
    ("title", "typed", "value"),
    [
        ("开工日期", "2026年9月3日", "2026-09-03"),
        ("开工日期", "2026.9", "2026-09"),
        ("投资（万元）", "1,234.50万元", "1234.5"),
        ("企业数（家）", "12家", "12"),
        ("入驻率（%）", "85%", "85"),
        ("进展（未开工/在建）", "在 建", "在建"),
        ("是否入库", "无", "否"),
    ],
)
def test_what_people_type_is_taken(office, park, operator, title, typed, value):
    table = sent(office, park, data=office_book([["园区", title], [N, N]]))
    assert filed(table, park, operator, {"B": typed}).answer == [{"B": {"typed": typed, "value": value}}]


@pytest.mark.parametrize(
    ("title", "typed", "sentence"),
    [
        ("开工日期", "年底", "开工日期：“年底”不是日期"),
        ("企业数（家）", "12.5", "企业数应填整数，现为“12.5”"),
        ("进展（未开工/在建）", "快了", "请从这些里选：未开工、在建"),
        ("投资（万元）", "1.2345678", "最多保留 6 位小数"),
        ("情况说明", "长" * 1001, "超过 1000 个字"),
    ],
)
def test_what_cannot_be_taken_is_said(office, park, operator, title, typed, sentence):
    table = sent(office, park, data=office_book([["园区", title], [N, N]]))
    with pytest.raises(Invalid) as refused:
        filed(table, park, operator, {"B": typed})
    assert sentence in refused.value.errors[0][1]


# Merged


def test_answers_stand_below_the_header_in_the_receivers_order_and_in_its_look(office, park, operator):
    second, third = make_park("P2"), make_park("P3")
    table = sent(office, third, park, second)
    filed(table, park, operator, GOOD, {**GOOD, "C": "综合楼", "D": "10"})
    filed(table, third, make_operator("P3"), {**GOOD, "C": "=cmd|' /C calc'!A0", "D": "0"})
    data = merged(table, office)
    rows = rows_of(data)
    assert rows[0][0] == "园区重点项目周调度表"
    assert [row[:5] for row in rows[3:6]] == [
        [1, "演示园区P3", "=cmd|' /C calc'!A0", 0, "是"],
        [2, "演示园区P1", "标准厂房二期", 1200.5, "是"],
        [3, "演示园区P1", "综合楼", 10, "是"],
    ]
    made = opened(data)
    page = made["报送表"]
    assert page["C4"].data_type == "s"
    assert (page["A3"].font.b, page["A3"].fill.fgColor.rgb, page.row_dimensions[3].height) == (True, HEAD_FILL, 36)
    assert {cell.fill.fgColor.rgb for row in page["A4:F6"] for cell in row} == {BODY_FILL}
    assert {page.row_dimensions[row].height for row in (4, 5, 6)} == {24}
    assert page["A7"].value == "合计"
    assert page["D7"].value == "=SUM(D4:D6)"
    assert page.column_dimensions["B"].width == 30
    assert sorted(str(span) for span in page.merged_cells.ranges) == ["A1:F1", "A8:F8"]
    assert page["A8"].value == "注：按项目逐个填报。"
    assert page["A10"].value == f"{PRINTED_LINE}。"
    assert made.sheetnames == ["报送表", "未报名单"]
    assert rows_of(data, "未报名单")[:2] == [["序号", "填报单位", "联系人", "电话"], ["1", "演示园区P2", N, N]]


def test_whoever_the_file_names_is_filled_into_his_own_rows(office, park, operator):
    rows = [
        ["序号", "园区", "项目", "进度（%）"],
        [1, "演示园区P2", "乙项目", N],
        [2, "演示园区P1", "甲项目", N],
        [3, "演示园区P1", "甲二项目", N],
        ["合计", N, N, N],
    ]
    table = sent(office, park, make_park("P2"), make_park("P3"), data=office_book(rows))
    receiver = receiver_of(table, park)
    filed(table, park, operator, {"C": "甲项目", "D": "5"}, {"C": "甲二项目", "D": "6"}, {"C": "新项目", "D": "7"})
    filed(table, receiver_of(table, DispatchReceiver.objects.get(name="演示园区P3").park).park, make_operator("P3"), {"C": "丙", "D": "8"})
    assert receiver.position == 1
    assert [row[:4] for row in rows_of(merged(table, office))[:7]] == [
        ["序号", "园区", "项目", "进度（%）"],
        [1, "演示园区P2", "乙项目", N],
        [2, "演示园区P1", "甲项目", 5],
        [3, "演示园区P1", "甲二项目", 6],
        [4, "演示园区P1", "新项目", 7],
        [5, "演示园区P3", "丙", 8],
        ["合计", N, N, N],
    ]


def test_a_layout_that_names_nobody_gets_a_column_that_does(office, park, operator):
    street = make_unit("U-ST", Unit.Kind.STREET, "测试街道")
    table = sent(office, street, park, data=book([["项目", "进度"], ["例：某项目", "开工"]], head=1, body=(2,)))
    filed(table, park, operator, {"A": "甲", "B": "主体封顶"}, {"A": "乙", "B": "未动"})
    data = merged(table, office)
    assert [row[:3] for row in rows_of(data)[:3]] == [
        ["项目", "进度", "填报单位"], ["甲", "主体封顶", "演示园区P1"], ["乙", "未动", "演示园区P1"],
    ]  # fmt: skip
    page = opened(data)["报送表"]
    assert page["C1"].fill.fgColor.rgb == HEAD_FILL
    assert page["C3"].fill.fgColor.rgb == BODY_FILL


def test_a_header_with_no_row_below_takes_the_answers_plainly(office, park, operator):
    table = sent(office, park, data=book([["园区", "进度"]], head=1))
    filed(table, park, operator, {"B": "一"}, {"B": "二"})
    data = merged(table, office)
    assert [row[:2] for row in rows_of(data)[1:3]] == [["演示园区P1", "一"], ["演示园区P1", "二"]]
    assert not opened(data)["报送表"]["A2"].font.b


def test_when_nobody_has_answered_the_layout_and_all_names_come_out(office, park):
    data = merged(sent(office, park), office)
    assert [row[:6] for row in rows_of(data)[3:5]] == [[N] * 6, [N] * 6]
    assert rows_of(data, "未报名单")[1][:2] == ["1", "演示园区P1"]


def test_when_all_have_answered_the_list_says_so(office, park, operator):
    table = sent(office, park)
    filed(table, park, operator)
    assert rows_of(merged(table, office), "未报名单")[1][1] == "全部已报"


def test_what_was_filed_by_page_and_by_workbook_comes_out_alike(office, park, operator):
    other, foreign = make_park("P2"), make_operator("P2")
    table = sent(office, park, other)
    filed(table, park, operator)
    loaded(table, other, foreign, filled_in(taken(table, other), {"C4": "标准厂房二期", "D4": 1200.5, "E4": "是"}))
    rows = rows_of(merged(table, office))
    assert rows[3][2:] == rows[4][2:] == ["标准厂房二期", 1200.5, "是", N]


def test_a_draft_that_was_not_filed_is_not_merged(office, park, operator):
    table = sent(office, park)
    dispatch_answers.save(receiver=receiver_of(table, park), rows=[GOOD], by=operator)
    assert "标准厂房二期" not in [text for row in rows_of(merged(table, office)) for text in row]
