"""报表套填: what names in a layout resolve to, the filled workbook, and the layout's versions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from guandu.audit.models import AuditEvent
from guandu.core.errors import NotAllowed
from guandu.core.periods import Period
from targets.actions import layouts
from targets.forms_layouts import NOTES, read_layout
from targets.models import Indicator, LayoutVersion, Plan, ReportLayout, Target
from targets.queries.layouts import resolved
from tests.crash import crash_action, tell
from tests.targets.factories import (
    make_indicator,
    make_leader_person,
    make_office,
    make_operator,
    make_park,
    make_street_person,
)
from tests.targets.layouts import make_book, make_figure, make_layout, opened, version_of
from tests.targets.test_lines import queries_of

pytestmark = pytest.mark.django_db
BACKEND = "guandu.accounts.backends.AccountBackend"
Q3 = Period.parse("2026Q3")
PAGE, LIST = 15, 9


@pytest.fixture(autouse=True)
def _folder_of_this_test(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def revenue() -> Indicator:
    """Of the district and of two parks; a year before only of the district."""
    row = make_indicator("REV", name="营业收入")
    make_park("P1"), make_park("P2", street="U-OTHER", chain="CUL", department="U-D2")
    make_figure(row, "2026Q1-3", 123_456_789, base=100_000_000)
    make_figure(row, "2025Q1-3", 98_765_432)
    mine = {"chain_code": "DIG", "street_code": "U-ST", "department_code": "U-DEP"}
    make_figure(row, "2026Q1-3", 111_150, kind="park", code="P1", name="演示园区P1", **mine)
    make_figure(row, "2026Q1-3", None, kind="park", code="P2", name="演示园区P2", chain_code="CUL", street_code="U-OTHER")
    return row


@pytest.fixture
def sign_in(client):
    def sign_in(user):
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


def said(office, text: str, number_format: str = "", user=None) -> tuple[str, str]:
    """What a name resolves to: (what is written, the reason where nothing is)."""
    formats = {"A1": number_format} if number_format else None
    layout = make_layout(office, {"A1": text}, formats, name=f"表{ReportLayout.objects.count()}")
    [row] = resolved(version_of(layout), Q3, user or office)
    return row.text, row.reason


RESOLVES = {
    "the quarter of a flow is its year to date": ("{营业收入|2026Q3|全区}", "", "1234567.89"),
    "by code": ("{REV|本期|P1}", "", "1111.50"),
    "by full-width signs": ("｛REV｜本期｜演示园区P1｝", "", "1111.50"),
    "another unit": ("{REV|本期|全区|亿元}", "", "123.46"),
    "another unit, as the cell shows": ("{REV|本期|全区|亿元}", "0.0000", "123.4568"),
    "thousands, as the cell shows": ("{REV|本期|全区}", "#,##0", "1234568"),
    "a year before": ("{REV|上年同期|全区}", "", "987654.32"),
    "growth": ("{REV|本期|全区|同比}", "", "23.46"),
    "growth in a cell that shows per cent": ("{REV|本期|全区|同比}", "0.0%", "0.235"),
    "the period in words": ("{报告期}", "", "2026年第三季度"),
}


@pytest.mark.parametrize("name", RESOLVES)
def test_a_name_becomes_a_number_of_the_figure(name, office, revenue):
    text, number_format, written = RESOLVES[name]
    assert said(office, text, number_format) == (written, "")


REASONS = {
    "no figure": ("{REV|上期|全区}", "没有“营业收入”在“全区”2026年第二季度的核定数据"),
    "no such scope": ("{REV|本期|某园区}", "没有“营业收入”在“某园区”"),
    "no such indicator": ("{收入|本期|全区}", "指标字典中没有“收入”"),
    "nothing certified": ("{REV|本期|P2}", "还没有核定的数，已核定 0/4"),
    "no base": ("{REV|上年同期|全区|同比}", "上年同期可比数没有或者不全"),
    "no line": ("{REV|本期|全区|完成率}", "没有目标值"),
    "no such unit": ("{REV|本期|全区|万美元}", "不能换算成万美元"),
    "no such period": ("{REV|三季度|全区}", "不是报告期"),
}


@pytest.mark.parametrize("name", REASONS)
def test_what_has_no_number_is_a_dash_or_stays_and_says_why(name, office, revenue):
    text, reason = REASONS[name]
    written, found = said(office, text)
    assert reason in found
    assert written in {"—", ""}


def test_a_cell_that_shows_per_cent_takes_no_amount(office, revenue):
    assert "改为数值格式" in said(office, "{REV|本期|全区}", "0.00%")[1]


def test_a_ratio_is_rounded_once(office):
    ratio = make_indicator("RATE", "ratio", name="入驻率", unit="%", scale=2)
    make_figure(ratio, "2026Q3", 2, denominator=3)
    assert said(office, "{RATE|本期|全区}") == ("66.67", "")
    assert said(office, "{RATE|本期|全区}", "0.0000%") == ("0.666667", "")
    assert "不计算同比" in said(office, "{RATE|本期|全区|同比}")[1]
    # 0.4449999… by six decimals would round to 0.445 and then to 0.45.
    make_figure(ratio, "2026Q2", 444_999_96, denominator=10_000_000_000)
    assert said(office, "{RATE|上期|全区}", "0.00") == ("0.44", "")


def test_one_name_of_two_things_is_not_guessed(office, revenue):
    make_figure(revenue, "2026Q1-3", 5, kind="street", code="S-9", name="演示园区P1")
    assert "有 2 个范围叫“演示园区P1”" in said(office, "{REV|本期|演示园区P1}")[1]
    make_indicator("REV_X", name="营业收入")
    assert "有 2 项指标叫“营业收入”" in said(office, "{营业收入|本期|全区}")[1]


def test_a_park_s_short_name_finds_it(office, revenue):
    from parks.models import Park  # noqa: PLC0415  # reason: one use

    Park.objects.filter(code="P1").update(short_name="巫家坝")
    assert said(office, "{REV|本期|巫家坝}") == ("1111.50", "")


@pytest.mark.parametrize("typed", ["巫家坝总部（一期、二期）", "巫家坝总部(一期、二期)", " 巫家坝总部（一期、 二期） "])
def test_a_name_with_signs_of_either_width_finds_its_park(typed, office, revenue):
    make_figure(revenue, "2026Q1-3", 5, kind="park", code="P7", name="巫家坝总部（一期、二期）")
    assert said(office, f"{{REV|本期|{typed}}}") == ("0.05", "")


def test_completion_is_measured_on_the_one_line_of_the_plan(office, revenue):
    plan = Plan.objects.create(code="PL", title="计划", issuer="区", issued_on="2024-01-01", starts_on="2024-01-01", ends_on="2027-12-31")
    line = {"plan": plan, "indicator": revenue, "operator": "ge", "shape": "flow", "force": "约束", "clause": "一"}
    Target.objects.create(code="T1", title="年收入", value="2000000", deadline="2026-12-31", **line)
    Target.objects.create(code="T2", title="末年收入", value="3000000", deadline="2027-12-31", **line)
    assert said(office, "{REV|本期|全区|完成率}") == ("61.73", "")
    Target.objects.filter(code="T1").update(deadline="2027-06-30")
    assert "有 2 个目标值" in said(office, "{REV|本期|全区|完成率}")[1]


def test_only_what_a_person_may_see_resolves(office, revenue):
    street = make_street_person()
    assert said(office, "{REV|本期|P1}", user=street) == ("1111.50", "")
    other = make_street_person("U-OTHER", "elsewhere")
    assert "不在您可以查看的范围内" in said(office, "{REV|本期|P1}", user=other)[1]
    operator = make_operator()
    assert "不在您可以查看的范围内" in said(office, "{REV|本期|全区}", user=operator)[1]


LOOK = {"A1": "省级园区统计表", "A3": "全区", "B3": "{REV|本期|全区|亿元}", "A4": "P2", "B4": "{REV|本期|P2}",
        "B5": "=SUM(B3:B4)", "B6": "合计{REV|本期|全区}", "C3": "=HYPERLINK(\"http://x\")"}  # fmt: skip


@pytest.mark.feature("B17")
def test_the_filled_workbook_looks_as_before_and_says_where_each_number_is_from(office, revenue, sign_in):
    layout = make_layout(office, LOOK, {"B3": "#,##0.000", "B4": "#,##0.00"})
    answer = sign_in(office).post(f"/layouts/{layout.pk}/fill/", {"period": "2026Q3"})
    book = opened(b"".join(answer.streaming_content))
    page = book["表一"]
    assert [page[a].value for a in ("A1", "B3", "B4", "B5", "B6")] == [
        "省级园区统计表", 123.457, "—", "=SUM(B3:B4)", "合计{REV|本期|全区}",
    ]  # fmt: skip
    before = opened(make_book(LOOK, {"B3": "#,##0.000", "B4": "#,##0.00"}))["表一"]
    for address in ("B3", "B4"):
        kept, was = page[address], before[address]
        assert repr((kept.number_format, kept.font, kept.fill)) == repr((was.number_format, was.font, was.fill))
    assert page.column_dimensions["B"].width == 33
    assert str(page.merged_cells) == "D1:E1"
    notes = [[cell.value for cell in row] for row in book[NOTES].iter_rows()]
    assert notes[1][0].startswith("报告期：2026年第三季度；口径：核定；生成时间：20")
    rows = {row[0]: row for row in notes[4:]}
    assert rows["表一!B3"][1:6] == ["{REV|本期|全区|亿元}", "123.457", "营业收入 · 全区 · 2026年1—9月", "亿元", "3/4"]
    assert rows["表一!B3"][7].startswith("http://testserver/figures/")
    assert rows["表一!B3"][8] == "只含已核定的 3/4，数据不全"
    assert rows["表一!B4"][2] == "—"
    assert "还没有核定的数" in rows["表一!B4"][8]
    assert "独占一个单元格" in rows["表一!B6"][8]
    assert all(cell.data_type != "f" for row in book[NOTES].iter_rows() for cell in row)
    event = AuditEvent.objects.get(verb="layout.fill")
    assert event.reason == "2026Q3，填入 1 格，未填 2 格"


def test_a_long_name_and_a_sheet_of_eleven_digits_are_exact(office):
    row = make_indicator("BIG", name="固定资产投资完成额（不含农户）累计完成数额口径说明很长很长的名称", scale=2)
    make_figure(row, "2026Q1-3", 9_999_999_999_999)
    assert said(office, "{固定资产投资完成额（不含农户）累计完成数额口径说明很长很长的名称|本期|全区}") == ("99999999999.99", "")


def sent(cells: dict, **more) -> dict:
    return {"file": SimpleUploadedFile("版式.xlsx", make_book(cells)), **more}


def test_a_layout_is_uploaded_shown_and_replaced(office, revenue, sign_in):
    client = sign_in(office)
    page = client.post("/layouts/new/", sent({"B2": "{REV|本期|全区}"}, name="省表"), follow=True).content.decode()
    layout = ReportLayout.objects.get()
    assert "表一!B2" in page
    assert "1,234,567.89" in page
    again = client.post("/layouts/new/", sent({"B2": "x"}, name="省表"))
    assert (again.status_code, "已有同名的报表" in again.content.decode()) == (422, True)
    address = f"/layouts/{layout.pk}/replace/"
    assert client.post(address, sent({"C3": "{REV|本期|P1}"}, seen="1")).status_code == 302
    assert [len(v.cells) for v in layout.versions.order_by("number")] == [1, 1]
    stale = client.post(address, sent({"C3": "x"}, seen="1"))
    assert (stale.status_code, layout.versions.count()) == (409, 2)
    assert "1,111.50" in client.get(f"/layouts/{layout.pk}/").content.decode()


@pytest.mark.parametrize("text", ["{REV|本期|全区}", "{报告期}"])
def test_a_cell_is_named_on_the_page_and_the_name_goes_on_with_the_next_file(text, office, revenue, sign_in):
    layout = make_layout(office, {"A1": "全区"}, {"B1": "0.0"})
    client = sign_in(office)
    named = client.post(f"/layouts/{layout.pk}/name/", {"sheet": "表一", "address": "b1", "text": text, "seen": "1"})
    assert named.status_code == 302
    [cell] = version_of(layout).cells
    assert (cell["address"], cell["format"], cell["on_page"]) == ("B1", "0.0", True)
    client.post(f"/layouts/{layout.pk}/replace/", sent({"C3": "{REV|本期|P1}"}, seen="1"))
    layout.refresh_from_db()
    assert [cell["address"] for cell in version_of(layout).cells] == ["C3", "B1"]
    client.post(f"/layouts/{layout.pk}/name/", {"sheet": "表一", "address": "B1", "text": "", "seen": "2"})
    assert [cell["address"] for cell in version_of(layout).cells] == ["C3"]


NOT_NAMED = {
    "no cell": ({"address": "第二格"}, "例如 B7"),
    "beyond the sheet": ({"address": "ZZ1"}, "例如 B7"),
    "covered": ({"address": "E1"}, "左上角"),
    "a formula": ({"address": "B9"}, "是公式"),
    "named in the file": ({"address": "B2"}, "更换文件"),
    "no name": ({"text": ""}, "请填写名称"),
    "a broken name": ({"text": "REV"}, "独占一个单元格"),
    "no such sheet": ({"sheet": "表九"}, "从列表中选择"),
}


@pytest.mark.parametrize("name", NOT_NAMED)
def test_a_cell_that_cannot_be_named_says_why(name, office, sign_in):
    more, reason = NOT_NAMED[name]
    layout = make_layout(office, {"B2": "{REV|本期|全区}", "B9": "=B2"})
    typed = {"sheet": "表一", "address": "B1", "text": "{REV|本期|全区}", "seen": ""} | more
    answer = sign_in(office).post(f"/layouts/{layout.pk}/name/", typed)
    assert (answer.status_code, reason in answer.content.decode()) == (422, True)
    assert len(version_of(layout).cells) == 1


def test_a_name_given_to_a_former_file_is_refused(office, sign_in):
    layout = make_layout(office, {"A1": "全区"})
    typed = {"sheet": "表一", "address": "B1", "text": "{报告期}", "seen": "7"}
    answer = sign_in(office).post(f"/layouts/{layout.pk}/name/", typed)
    assert (answer.status_code, "刚刚有人改过" in answer.content.decode()) == (409, True)
    assert version_of(layout).cells == []


def test_only_the_office_keeps_and_others_fill_what_is_shared(office, revenue, sign_in):
    own = make_layout(office, {"A1": "{REV|本期|P1}"}, name="内部表")
    shared = make_layout(office, {"A1": "{REV|本期|P1}"}, name="共用表", shared=True)
    leader = make_leader_person()
    client = sign_in(leader)
    assert "内部表" not in client.get("/layouts/").content.decode()
    assert client.get(f"/layouts/{own.pk}/").status_code == 404
    page = client.get(f"/layouts/{shared.pk}/").content.decode()
    assert "1,111.50" in page
    assert "更换文件" not in page
    assert client.post(f"/layouts/{shared.pk}/fill/", {"period": "2026Q3"}).status_code == 200
    assert client.post(f"/layouts/{shared.pk}/edit/", {"name": "x"}).status_code == 403
    with pytest.raises(NotAllowed):
        layouts.update(layout=shared, name="x", is_shared=False, by=leader)
    assert client.get(f"/files/{version_of(shared).file_id}/").status_code == 200
    assert client.get(f"/files/{version_of(own).file_id}/").status_code == 404


def test_no_period_without_figures(office, sign_in):
    layout = make_layout(office, {"A1": "{REV|本期|P1}"})
    client = sign_in(office)
    assert "还没有核定数据可以套填" in client.get(f"/layouts/{layout.pk}/").content.decode()
    assert client.post(f"/layouts/{layout.pk}/fill/", {"period": "2026Q3"}).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_one_cell_and_three_cost_the_same_queries(office, revenue, sign_in, count):
    layout = make_layout(office, {f"A{n}": "{REV|本期|全区}" for n in range(1, count + 1)})
    for number in range(2, count + 1):
        make_layout(office, {"A1": "{报告期}"}, name=f"表{number}")
    client = sign_in(office)
    client.get(f"/layouts/{layout.pk}/")
    assert queries_of(lambda: client.get(f"/layouts/{layout.pk}/")) == PAGE
    assert queries_of(lambda: client.get("/layouts/")) == LIST


@pytest.mark.feature("B18")
@pytest.mark.django_db(transaction=True)
def test_a_crash_at_any_statement_leaves_no_half_layout(office, prove_figure):
    data = make_book({"A1": "{报告期}"})
    layout = make_layout(office, {"A1": "x"})
    found = read_layout(data, "版式.xlsx")
    from guandu.files.inspection import check  # noqa: PLC0415  # reason: one use
    from guandu.files.kinds import XLSX  # noqa: PLC0415  # reason: one use

    file = check(data, "版式.xlsx", (XLSX,))
    crashes = crash_action(
        lambda: layouts.replace(layout=layout, file=file, sheets=found.sheets, cells=found.cells, by=office),
        office.forget_grants,
    )
    tell(prove_figure, crashes)
    assert LayoutVersion.objects.count() == 2
