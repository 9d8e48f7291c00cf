"""The header of an office's own table is found, and its columns are guessed as a person would."""

from datetime import date

import openpyxl
import openpyxl.worksheet.datavalidation
import pytest

from guandu.core.errors import Invalid
from guandu.exchange.workbooks import read_workbook
from targets.dispatch_grid import letters_of, number_of
from targets.dispatch_layout import NO_HEADER, Layout, layout_of, sheet_of
from tests.targets.office_tables import book, opened, saved

N = None


def layout(rows, merged=(), head=0, **options) -> Layout:
    return layout_of(sheet_of(read_workbook(book(rows, merged, **options))), head)


def told(found: Layout) -> list[str]:
    """Each column in a word: title, kind, unit or choices; * required, - left out."""
    return [
        f"{c.title} {c.kind}{' ' + c.unit if c.unit else ''}{' ' + '/'.join(c.choices) if c.choices else ''}"
        f"{'*' if c.is_required else ''}{'' if c.is_included else '-'}"
        for c in found.columns
    ]


# (what it is like, rows, merged, (first row of the header, its last, last row to fill in), columns)
TABLES = [
    (
        "a header alone",
        [["序号", "园区名称", "入驻企业数（家）", "备注"]],
        [],
        (1, 1, 1),
        ["序号 numbered", "园区名称 receiver", "入驻企业数 whole 家*", "备注 text"],
    ),
    (
        "a title merged over the whole table, and a line of who fills it in",
        [
            ["全区产业园区投资项目周调度表", N, N, N, N],
            ["填报单位：", N, "填报日期：", N, "单位：万元"],
            ["序号", "项目名称", "总投资额", "计划开工时间", "是否入库"],
            [1, N, N, N, N],
            [2, N, N, N, N],
        ],
        ["A1:E1", "A2:B2", "C2:D2"],
        (3, 3, 5),
        ["序号 numbered", "项目名称 text*", "总投资额 money 万元*", "计划开工时间 day*", "是否入库 flag*"],
    ),
    (
        "a header of two rows: groups above, what stands alone merged downwards",
        [
            ["产业园区经济运行调度表", N, N, N, N, N],
            ["序号", "园区名称", "招商引资", N, "用工", N],
            [N, N, "新签约项目（个）", "协议投资额（亿元）", "在岗人数（人）", "缺口（人）"],
            [N, N, N, N, N, N],
            ["注：数据截至填报当日。", N, N, N, N, N],
        ],
        ["A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2", "A5:F5"],
        (2, 3, 4),
        [
            "序号 numbered", "园区名称 receiver", "招商引资·新签约项目 whole 个*", "招商引资·协议投资额 money 亿元*",
            "用工·在岗人数 whole 人*", "用工·缺口 whole 人*",
        ],
    ),
    (
        "a group named above that starts to the right of the first column, over titles that are not merged downwards",
        [[N, N, "税收收入", N], ["街道", "企业名称", "本月（万元）", "累计（万元）"], ["", "", "", ""]],
        ["C1:D1"],
        (2, 2, 3),
        ["街道 receiver", "企业名称 text*", "税收收入·本月 money 万元*", "税收收入·累计 money 万元*"],
    ),
    (
        "three rows of titles",
        [
            ["单位名称", "项目情况", N, N],
            [N, "投资（万元）", N, "进展"],
            [N, "计划（万元）", "实际（万元）", N],
            [N, N, N, N],
        ],
        ["A1:A3", "B1:D1", "B2:C2", "D2:D3"],
        (1, 3, 4),
        [
            "单位名称 receiver", "项目情况·投资·计划 money 万元*", "项目情况·投资·实际 money 万元*", "项目情况·进展 text*",
        ],
    ),
    (
        "columns numbered 甲 乙 1 2 below the titles",
        [
            ["指标调度表", N, N, N],
            ["园区", "主导产业", "营业收入（亿元）", "同比增速（%）"],
            ["甲", "乙", "1", "2"],
            [N, N, N, N],
        ],
        ["A1:D1"],
        (2, 3, 4),
        ["园区 receiver", "主导产业 text*", "营业收入 money 亿元*", "同比增速 number %*"],
    ),
    (
        "a total on top and notes below",
        [
            ["园区名称", "已建成面积（㎡）", "空置率（%）"],
            ["合计", N, N],
            ["巫家坝园区", N, N],
            ["螺蛳湾园区", N, N],
            ["备注：空置率=空置面积/可招商面积", N, N],
            ["填报人：", N, "联系电话："],
        ],
        ["A5:C5"],
        (1, 2, 4),
        ["园区名称 receiver", "已建成面积 number 平方米*", "空置率 number %*"],
    ),
    (
        "a total at the bottom",
        [["部门", "安全隐患数（处）", "整改完成数"], ["应急局", N, N], ["合计", N, N]],
        [],
        (1, 1, 2),
        ["部门 receiver", "安全隐患数（处） whole*", "整改完成数 whole*"],
    ),
    (
        "choices in the title, and a star for what must be filled in",
        [["*项目名称", "建设进展（未开工/在建/竣工）", "*是否纳统（是/否）", "存在问题", "联系人（必填）"]],
        [],
        (1, 1, 1),
        [
            "项目名称 text*", "建设进展 choice 未开工/在建/竣工", "是否纳统 flag*", "存在问题 text",
            "联系人 text*",
        ],
    ),
    (
        "what stands below says what is wanted",
        [
            ["企业", "所属行业", "成立", "注册资本", "员工"],
            ["甲公司", "制造业", date(2020, 1, 2), 12.5, 30],
            ["乙公司", "服务业", date(2021, 1, 2), 20, 40],
            ["丙公司", "制造业", date(2022, 1, 2), 8, 12],
            ["丁公司", "服务业", date(2023, 1, 2), 5, 9],
        ],
        [],
        (1, 1, 5),
        ["企业 text*", "所属行业 choice 制造业/服务业*", "成立 day*", "注册资本 number*", "员工 whole*"],
    ),
    (
        "titles broken over lines, padded with blanks, units in half-width brackets",
        [["序 号", "企业\n名称", "年 产 值\n(万元)", "用工人数\n(人)"], [N, N, N, N]],
        [],
        (1, 1, 2),
        ["序号 numbered", "企业名称 text*", "年产值 money 万元*", "用工人数 whole 人*"],
    ),
    (
        "a secret mark, a number of the annex, a title and the day above; two columns of units",
        [
            ["附件2", N, N, N],
            ["重点企业外迁风险排查表", N, N, N],
            ["报送单位（盖章）：", N, N, "报送时间：2026年 月 日"],
            ["企业名称", "所在园区", "风险等级（高、中、低）", "预计外迁时间"],
            ["例：某某公司", "某园区", "高", "2026年12月"],
        ],
        ["A2:D2"],
        (4, 4, 5),
        ["企业名称 text*", "所在园区 receiver", "风险等级 choice 高/中/低*", "预计外迁时间 day*"],
    ),
    (
        "two columns that could name the receiver: the first does",
        [["街道", "园区名称", "走访次数（次）", "解决诉求（件）"], [N, N, N, N]],
        [],
        (1, 1, 2),
        ["街道 receiver", "园区名称 text*", "走访次数 whole 次*", "解决诉求 whole 件*"],
    ),
    (
        "years as titles",
        [["园区名称", "2024年产值（亿元）", "2025年产值（亿元）"], [N, N, N]],
        [],
        (1, 1, 2),
        ["园区名称 receiver", "2024年产值 money 亿元*", "2025年产值 money 亿元*"],
    ),
]


@pytest.mark.parametrize(("rows", "merged", "place", "columns"), [t[1:] for t in TABLES], ids=[t[0] for t in TABLES])
def test_a_header_is_found_and_its_columns_are_guessed(rows, merged, place, columns):
    blank = [number for number, row in enumerate(rows, start=1) if not any(row)]
    found = layout(rows, merged, body=blank)
    assert (found.head, found.bottom, found.last) == place
    assert told(found) == columns


def test_whoever_knows_better_names_the_row():
    rows = [["附件", "园区"], ["序号", "园区名称", "面积（亩）"], [1, "甲园区", N]]
    assert layout(rows).head == 1
    named = layout(rows, head=2)
    assert told(named) == ["序号 numbered", "园区名称 receiver", "面积 number 亩*"]
    assert named.filled == ((3, {"A": "1", "B": "甲园区"}),)


def test_a_hidden_column_is_left_out():
    assert told(layout([["园区", "内部编码", "产值"]], hidden="B")) == ["园区 receiver", "内部编码 text*-", "产值 money*"]


def test_the_first_sheet_that_has_a_header_is_taken_unless_another_is_named():
    made = opened(book([["关于报送情况的说明"]], sheet="封面", other_sheets=["表一", "表二"]))
    made["表一"].append(["园区", "产值"])
    made["表二"].append(["街道", "税收"])
    sheets = read_workbook(saved(made))
    assert sheet_of(sheets).name == "表一"
    assert layout_of(sheet_of(sheets, "表二")).heads == {"A": "街道", "B": "税收"}
    with pytest.raises(Invalid, match="没有工作表“表三”"):
        sheet_of(sheets, "表三")


@pytest.mark.parametrize("rows", [[["只有一列"]], [[1, 2, 3]], [["填报单位：", "填报人："]], [[N]]])
def test_without_a_header_there_is_a_sentence(rows):
    with pytest.raises(Invalid) as refused:
        layout(rows)
    assert refused.value.message == NO_HEADER


def test_merged_cells_below_the_header_would_lose_answers():
    with pytest.raises(Invalid, match="A2:A3 是合并单元格"):
        layout([["街道", "产值"], ["甲街道", N], [N, N]], ["A2:A3"])


@pytest.mark.parametrize("head", [99, 3])
def test_a_row_that_holds_nothing_is_no_header(head):
    with pytest.raises(Invalid):
        layout([["园区", "产值"], ["甲", 1]], head=head)


def test_how_the_rows_below_begin_is_kept():
    found = layout([["园区", "产值"], [N, N], ["合计", N], ["注：以上为预计数", N]], body=[2])
    assert (found.last, found.tail) == (2, ("合计", "注：以上为预计数"))


def test_a_layout_comes_back_from_its_stored_form():
    import json

    found = layout([["园区", "状态（好/坏）"], ["甲", N]])
    assert Layout.from_dict(json.loads(json.dumps(found.as_dict()))) == found


@pytest.mark.parametrize(("letters", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("GR", 200)])
def test_letters_and_numbers_of_columns(letters, number):
    assert number_of(letters) == number
    assert letters_of(number) == letters


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('"未开工, 在建,竣工"', ("未开工", "在建", "竣工")),
        ("$H$1:$H$2", ("甲", "乙")),
        ("字典!$A$1:$A$3", ("一类", "二类", "三类")),
        ("'字典'!A2:A3", ("二类", "三类")),
        ("INDIRECT(A2)", ()),
        ("不在!$A$1:$A$3", ()),
        ('"只有一个"', ()),
    ],
)
def test_what_the_cells_drop_down_is_what_may_be_chosen(rule, words):
    made = opened(book([["园区", "项目类别", N, N, N, N, N, "甲"], [N, N, N, N, N, N, N, "乙"]]))
    page = made.active
    listed = openpyxl.worksheet.datavalidation.DataValidation(type="list", formula1=rule)
    listed.add("B2:B20")
    page.add_data_validation(listed)
    for word in ("一类", "二类", "三类"):
        (made["字典"] if "字典" in made.sheetnames else made.create_sheet("字典")).append([word])
    sheets = read_workbook(saved(made))
    column = layout_of(sheets[0], 1, sheets).columns[1]
    assert column.choices == words
    assert column.kind == ("choice" if words else "text")


def test_a_list_of_yes_and_no_is_a_flag_and_a_rule_of_another_kind_is_none():
    made = opened(book([["园区", "纳统", "人数"], [N, N, N]]))
    for kind, rule, cells in (("list", '"是,否"', "B2:B9"), ("whole", "1", "C2:C9")):
        listed = openpyxl.worksheet.datavalidation.DataValidation(type=kind, formula1=rule)
        listed.add(cells)
        made.active.add_data_validation(listed)
    assert told(layout_of(read_workbook(saved(made))[0])) == ["园区 receiver", "纳统 flag*", "人数 whole*"]
