"""How a workbook of old numbers is read: each habit of typing, and every fault at its cell."""

import json
from datetime import date
from io import BytesIO

import openpyxl
import pytest

from guandu.core.errors import Invalid
from guandu.core.numbers import LARGEST
from guandu.exchange.received import Sought, read_rows
from parks.models import Area, Park, ParkName
from targets.history_cells import column_units, period, units
from targets.models import Indicator, IndicatorVersion
from targets.queries.history.check import Checked, check
from targets.queries.history.context import SHEET, Context
from targets.queries.history.original import packed, unpacked
from tests.parks.codes import GOOD_CODES, code_number
from tests.targets.factories import make_chain, make_indicator, make_office, make_park
from tests.targets.historic import FIRMS, REV, book, line

pytestmark = pytest.mark.django_db
RATE = "出租率（%，期末数）"
TITLES = (REV, FIRMS, RATE)


@pytest.fixture
def office(db):
    make_park("P1")
    make_park("P2", chain="CUL", street="U-ST2")
    make_park("P3", opened_on=date(2025, 3, 1))
    Area.objects.create(code="A1", name="金马片区", aliases=["金马街片区"])
    make_indicator("REV", name="营业收入")
    make_indicator("FIRMS", "stock", name="入驻企业数", unit="家", scale=0)
    make_indicator("OCCUPANCY", "stock", name="出租率", unit="%", scale=1)
    make_indicator("D_TAX", name="全区税收", level="district")
    make_indicator("PATENTS", "stock", name="专利数", unit="件", scale=0)
    Indicator.objects.filter(code="PATENTS").update(frequency="年")
    return make_office()


def looked(data: bytes, office, *, most: int = 50_000) -> Checked:
    context = Context(office)
    return check(read_rows(data, "旧台账.xlsx", Sought(SHEET, context.table, most, long=True)), context)


def cells(found: Checked) -> dict[str, str]:
    return {cell: group.sentence for group in found.report.groups for cell in group.cells}


def values(found: Checked) -> list[str]:
    """What is stored of each line."""
    return unpacked(packed(found))["values"]


# Habits: one row, one number, as somebody types it


@pytest.mark.feature("B17")
@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("1234.5", 123450), (1234.5, 123450), ("1,234.50", 123450), ("１２３４．５", 123450), (" 1 234.5 ", 123450),
        ("1，234.5", 123450), (1234, 123400), ("-12", -1200), ("0", 0), ("0.10", 10), ("007", 700), ("12.", 1200),
        (0.1 + 0.2 - 0.3 + 5, 500), ("+3", 300), ("92233720368547758.07", LARGEST),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_was_meant(office, typed, whole):
    found = looked(book(line("园区", "P1", "2024", typed)), office)
    assert found.report.is_fine, found.report.groups
    assert values(found) == [f'{{"REV":{whole}}}']


@pytest.mark.feature("B17")
@pytest.mark.parametrize(("typed", "whole"), [("35%", 350), ("35.5％", 355), ("35.5", 355), (35.5, 355)])
def test_a_percent_sign_is_taken_where_the_column_is_in_per_cent(office, typed, whole):
    found = looked(book(line("园区", "P1", "2024", typed), titles=(RATE,)), office)
    assert values(found) == [f'{{"OCCUPANCY":{whole}}}']


@pytest.mark.feature("B17")
@pytest.mark.parametrize("typed", ["-", "—", "——", "－", "–", None])
def test_a_dash_is_no_number_and_no_zero(office, typed):
    found = looked(book(line("园区", "P1", "2024", typed, 3), titles=(REV, FIRMS)), office)
    assert values(found) == ['{"FIRMS":3}']


@pytest.mark.feature("B17")
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2024", "2024"), (2024, "2024"), ("2024年", "2024"), ("２０２４年度", "2024"), ("2024年全年", "2024"),
        ("2024Q3", "2024Q3"), ("2024q1-3", "2024Q3"), ("2024年1-9月", "2024Q3"), ("2024年1—9月", "2024Q3"),
        ("2024年前三季度", "2024Q3"), ("2024年三季度", "2024Q3"), ("2024年第3季度", "2024Q3"), ("2024H1", "2024Q2"),
        ("2024年上半年", "2024Q2"), ("2024年1至6月", "2024Q2"), ("2024-09", "2024-09"), ("2024.9", "2024-09"),
        ("2024年9月", "2024-09"), (date(2024, 9, 30), "2024-09"), ("2024/9/1", "2024-09"), ("2024年1-12月", "2024"),
        ("2023", "2023"), ("2021年", "2021"),
    ],
)  # fmt: skip
def test_a_period_is_read_as_it_was_meant(office, typed, code):
    found = looked(book(line("园区", "P1", typed, 1)), office)
    assert found.report.is_fine, found.report.groups
    assert found.periods == (code,)


@pytest.mark.parametrize("typed", ["2024年13月", "2024年1-5月", "去年", "24年", "2024Q5", "1999"])
def test_what_is_no_period_is_refused_at_its_cell(office, typed):
    assert set(cells(looked(book(line("园区", "P1", typed, 1)), office))) == {"C2"}


@pytest.mark.feature("B17")
@pytest.mark.parametrize(
    ("kind", "scope", "code"),
    [
        ("园区", "P1", "P1"), ("园区", "p1", "P1"), ("园区", "演示园区P1", "P1"), ("园区", " 演示 园区Ｐ１ ", "P1"),
        ("园区", "旧名园区", "P1"), ("片区", "金马街片区", "A1"), ("产业链", "DIG产业产业链", "DIG"), ("产业链", "DIG产业", "DIG"),
        ("街道", "U-ST", "U-ST"), ("街道办事处", "U-ST单位", "U-ST"), ("全区", "", ""), ("全 区", "全区", ""),
    ],
)  # fmt: skip
def test_a_scope_is_known_by_its_code_and_by_every_name(office, kind, scope, code):
    ParkName.objects.create(park=Park.objects.get(code="P1"), name="旧名园区", valid_from=date(2019, 1, 1))
    found = looked(book(line(kind, scope, "2024", 1)), office)
    assert found.report.is_fine, found.report.groups
    assert found.lines[2] == [code]


@pytest.mark.feature("B17")
def test_more_sheets_blank_formatted_rows_and_mixed_columns_are_taken(office):
    data = book(line("园区", "P1", "2024", 1, 2), titles=(FIRMS, REV), blank=3, more=("汇总", "说明"))
    found = looked(data, office)
    assert list(map(json.loads, values(found))) == [{"REV": 200, "FIRMS": 1}]
    assert found.report.blank == 3


@pytest.mark.feature("B17")
def test_a_formula_with_its_value_is_a_number_and_one_without_is_told_at_its_cell(office):
    data = book(line("园区", "P1", "2024", "=1+1", 5), titles=(REV, FIRMS))
    assert "公式没有算出结果" in cells(looked(data, office))["G2"]


@pytest.mark.feature("B17")
def test_merged_cells_and_hidden_rows_are_told(office):
    page = openpyxl.load_workbook(BytesIO(book(line("园区", "P1", "2024", 1), line("园区", "P2", "2024", 1))))
    page[SHEET].merge_cells("A2:A3")
    page[SHEET].row_dimensions[3].hidden = True
    stream = BytesIO()
    page.save(stream)
    told = looked(stream.getvalue(), office).report
    assert any("合并" in group.sentence for group in told.groups)
    assert any("隐藏" in group.sentence for group in told.groups)


# What a row means


def test_rows_of_a_prefilled_template_without_a_number_are_blank(office):
    rows = [line("园区", "P1", "2023", document=""), line("园区", "P1", "2024", 5), line("全区", "", "2024", "—", document="")]
    report = looked(book(*rows), office).report
    assert (report.seen, report.accepted, report.blank, report.rejected) == (3, 1, 2, 0)


def test_an_indicator_is_read_in_the_unit_of_its_time(office):
    version = IndicatorVersion.objects.get(indicator__code="REV")
    IndicatorVersion.objects.filter(pk=version.pk).update(valid_to=date(2025, 1, 1))
    IndicatorVersion.objects.create(
        indicator=version.indicator, number=2, unit="亿元", scale=4, valid_from=date(2025, 1, 1), factor="0.0001"
    )
    titles = (REV, "营业收入（亿元，本年累计）")
    found = looked(book(line("园区", "P1", "2024", 12345.67), line("园区", "P1", "2025", None, "1.2345"), titles=titles), office)
    assert values(found) == ['{"REV":1234567}', '{"REV":12345}']
    assert [cell[2] for cell in found.basis["cells"]] != [version.pk] * 2
    wrong = cells(looked(book(line("园区", "P1", "2025", 1), line("园区", "P1", "2024", None, 1), titles=titles), office))
    assert "以亿元计" in wrong["G2"]
    assert "以万元计" in wrong["H3"]


def test_firms_come_to_no_more_than_their_park_as_the_file_or_what_stands_has_it(office):
    codes = [code_number(n) for n in (11, 12)]
    below = [line("园区", "P1", "2024", 60, code=code) for code in codes]
    assert looked(book(line("园区", "P1", "2024", 120), *below), office).report.is_fine
    told = cells(looked(book(line("园区", "P1", "2024", 119), *below), office))
    assert "各企业合计 120.00 大于园区数 119.00" in told["G2"]
    assert looked(book(*below), office).report.is_fine


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (lambda: book(line("园区", "P1", "2024", 1), sheet="Sheet1"), "没有工作表“历史补录”"),
        (lambda: book(line("园区", "P1", "2024", 1), titles=("不认识的指标",)), "不认识的列"),
    ],
)
def test_a_workbook_of_another_kind_is_refused_in_one_sentence(office, data, sentence):
    with pytest.raises(Invalid, match=sentence):
        looked(data(), office)


def test_more_rows_than_may_be_are_refused(office):
    rows = [line("园区", "P1", "2024", 1, code=code_number(n)) for n in range(4)]
    with pytest.raises(Invalid, match="最多 3 行"):
        looked(book(*rows), office, most=3)


# Forty errors


def seeded() -> tuple[list[list], dict[int, dict[str, str]]]:
    """Rows with forty errors, right rows between them, and row → column → what its sentence says."""
    good, bad = GOOD_CODES[0], "91530111MA6000009X"
    faulty: list[tuple[list, dict[str, str]]] = [
        (line("园区", "P9", "2024", 1), {"B": "没有“P9”"}),
        (line("街道", "P1", "2024", 1), {"B": "没有“P1”这个街道"}),
        (line("产业链", "无此链", "2024", 1), {"B": "没有“无此链”"}),
        (line("片区", "A9", "2024", 1), {"B": "没有“A9”"}),
        (line("园区", "", "2024", 1), {"B": "请填写园区的编码或名称"}),
        (line("园区", "P3", "2024", 1), {"B": "没有在运营"}),
        (line("县", "P1", "2024", 1), {"A": "“县”不是范围类型"}),
        (line("", "P1", "2024", 1), {"A": "请填写范围类型"}),
        (line("园区", "P1", "去年", 1), {"C": "“去年”不是报告期"}),
        (line("园区", "P1", "", 1), {"C": "请填写报告期"}),
        (line("园区", "P1", "2024年13月", 1), {"C": "不是报告期"}),
        (line("园区", "P1", "2024年1-5月", 1), {"C": "不是报告期"}),
        (line("园区", "P1", "2021", 1, document=""), {"D": "请填写来源文件"}),
        (line("园区", "P1", "2022", 1, document="长" * 201), {"D": "来源文件最多 200 个字"}),
        (line("园区", "P1", "2023", "一万"), {"G": "“一万”不是数字"}),
        (line("园区", "P1", "2023Q1", "1.234"), {"G": "小数位数过多"}),
        (line("园区", "P1", "2023Q2", "9" * 20), {"G": "超出可填范围"}),
        (line("园区", "P1", "2023Q3", "12%"), {"G": "是百分数"}),
        (line("园区", "P1", "2022Q1", "1e5"), {"G": "不是数字"}),
        (line("园区", "P1", "2022Q2", "约 300"), {"G": "不是数字"}),
        (line("园区", "P1", "2022Q3", None, "3.5"), {"H": "小数位数过多"}),
        (line("园区", "P1", "2021Q1", None, "三"), {"H": "不是数字"}),
        (line("园区", "P1", "2021Q2", None, None, "9.99"), {"I": "小数位数过多"}),
        (line("园区", "P2", "2024Q1", None, None, None, 5), {"J": "只有全区数"}),
        (line("街道", "U-ST", "2024", None, None, None, 5), {"J": "只有全区数"}),
        (line("园区", "P2", "2024Q3", None, None, None, None, 7), {"K": "每年一次的指标"}),
        (line("园区", "P2", "2024-11", 7), {"G": "每季一次的指标"}),
        (line("园区", "P2", "2021Q3", 7, code="12345"), {"E": "不是统一社会信用代码"}),
        (line("园区", "P2", "2022Q1", 7, code=bad), {"E": "校验位不对"}),
        (line("全区", "", "2024", 7, code=good), {"E": "企业行只能填在园区之下"}),
        (line("园区", "P2", "2023", "甲", "乙"), {"G": "“甲”不是数字", "H": "“乙”不是数字"}),
        (line("园区", "P2", "2023Q1", "x", document=""), {"D": "请填写来源文件", "G": "“x”不是数字"}),
        (line("园区", "P1", "2024Q2", 5), {}),
        (line("园区", "P1", "2024H1", 6), {"B": "是同一范围、同一报告期"}),
        (line("园区", "P1", "2020Q4", 10), {"G": "各企业合计 12.00 大于园区数 10.00"}),
        (line("园区", "P1", "2020Q4", 12, code=good), {}),
        (line("园区", "P1", "2020Q4", 1, code=good), {"B": "是同一企业、同一报告期"}),
        (line("园区", "P2", "2020Q4", "#"), {"G": "不是数字"}),
        (line("区县", "P2", "2020Q3", 1), {"A": "不是范围类型"}),
        (line("园区", "演示园区", "2020Q3", 1), {"B": "没有“演示园区”"}),
        (line("产业链", "", "2020Q3", 1), {"B": "请填写产业链的编码或名称"}),
        (line("园区", "P2", "2020Q2", "壹佰"), {"G": "不是数字"}),
    ]
    rows, wanted = [], {}
    for number, (row, wrong) in enumerate(faulty):
        if number % 5 == 0:
            rows.append(line("街道", "U-ST2", f"{2020 + number // 20}Q{number % 4 + 1}", 1))
        rows.append(row)
        if wrong:
            wanted[len(rows)] = wrong
    return rows, wanted


@pytest.mark.feature("B14")
@pytest.mark.parametrize("blank", [0, 3])
def test_forty_seeded_errors_are_found_at_their_cells_even_below_blank_rows(office, blank):
    rows, wanted = seeded()
    titles = (REV, FIRMS, RATE, "全区税收（万元，本年累计）", "专利数（件，期末数）")
    found = looked(book(*rows, titles=titles, blank=blank), office)
    expected = {
        f"{column}{place + 1 + blank}": words for place, each in wanted.items() for column, words in each.items()
    }
    told = cells(found)
    assert len(expected) == 42
    assert set(told) == set(expected)
    assert {cell for cell, words in expected.items() if words not in told[cell]} == set()
    report = found.report
    assert report.seen == report.accepted + report.rejected + report.blank == len(rows) + blank
    assert report.rejected == len(wanted)
    assert found.lines == ()


@pytest.mark.feature("B14")
def test_a_blank_cell_that_is_needed_yields_one_message(office):
    assert set(cells(looked(book(line("", "", "", 1, document="")), office))) == {"A2", "C2", "D2"}


@pytest.mark.feature("B14")
def test_thousands_of_faults_are_counted_and_the_first_are_shown(office):
    rows = [line("园区", "P1", "2024", f"x{n}", code=code_number(n)) for n in range(300)]
    report = looked(book(*rows), office).report
    assert report.fault_count == 300
    assert len(report.groups) == 100
    assert report.more_groups == 200


# Two readers, one answer


def test_the_fast_reader_and_the_exact_one_come_to_the_same(office, monkeypatch):
    rows = [
        line("园区", "P1", "2024", f"{n}.{n % 100:02}", n, f"{n % 100}", code=code_number(n), firm=f"企业{n}")
        for n in range(400)
    ]
    data = book(*rows, line("园区", "P2", "2024Q3", "1,234.5", "１２", "35%"), titles=TITLES)
    monkeypatch.setattr("guandu.exchange.received.LONG", 0)
    fast = looked(data, office)
    monkeypatch.setattr("guandu.exchange.received.LONG", 10**9)
    exact = looked(data, office)
    assert fast == exact
    assert fast.report.is_fine
    assert fast.value_count == 1203


@pytest.mark.parametrize("scale", [0, 2, 6])
def test_columns_are_read_as_single_cells_are(scale):
    texts = ["", "5", "5.5", "1,000", "99999999999999999", "0.000001", "１", "-7", "12345678901234567890"]
    found, wrong = column_units(texts, scale, "万元")
    for at, text in enumerate(texts):
        if at in wrong:
            with pytest.raises(Exception, match=".") as refusal:
                units(text, scale, "万元")
            assert refusal.value.message == wrong[at]
        else:
            assert found[at] == units(text, scale, "万元")


def test_periods_have_one_code_each():
    assert {period(text).code for text in ("2024Q1", "2024年1-3月", "2024年一季度")} == {"2024Q1"}


def test_a_name_that_several_have_asks_for_the_code(office):
    make_chain("NEW")
    Park.objects.filter(code="P2").update(short_name="同名")
    Park.objects.filter(code="P1").update(short_name="同名")
    assert "请改填编码（P1、P2）" in cells(looked(book(line("园区", "同名", "2024", 1)), office))["B2"]
