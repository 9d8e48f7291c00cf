"""数据查询: what is asked for by the address is what stands on the page and in the file."""

import csv
import re
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.audit.models import AuditEvent
from guandu.core import clock
from targets.enums import Basis, IndicatorKind, OverSpace
from targets.models import Figure, FigureDue
from tests.factories import make_chain, make_demonstration, make_figure, make_indicator, make_park

pytestmark = pytest.mark.django_db
Q3 = "period=2026Q3"


@pytest.fixture(autouse=True)
def demonstration(db):
    return make_demonstration()


@pytest.fixture
def revenue(db):
    return make_indicator(code="REV", name="营业收入")


def page(client, query=""):
    response = client.get(f"/figures/?{query}")
    assert response.status_code == 200, query
    return response.content.decode()


def table(html, number=1):
    return html.split(f'aria-labelledby="table-{number}"')[1].split("</section>")[0]


def rows_of(html, number=1):
    """Row heads in the order in which they stand."""
    body = table(html, number).split("<tbody>")[1].split("</tbody>")[0]
    return [
        re.sub(r"<[^>]+>", "", head).strip()
        for head in re.findall(r'<th scope="row">(.*?)</th>', body, re.DOTALL)
    ]


def counted(client, query):
    with CaptureQueriesContext(connection) as queries:
        page(client, query)
    return len(queries)


# --- what is asked for ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", ["office", "department_user", "task_force_user", "street_user", "operator", "leader", "liaison"]
)
def test_it_opens_for_its_readers_also_while_there_are_no_figures(role, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    assert "报表核定并汇总后" in page(client)


@pytest.mark.parametrize("role", ["expert", "system_admin", "security_admin", "audit_admin"])
def test_it_is_closed_to_others(role, request, sign_in):
    assert sign_in(request.getfixturevalue(role)).get("/figures/").status_code == 403


@pytest.mark.feature("G5")
def test_scopes_by_period_shows_each_number_with_link_unit_and_coverage(chain, office, revenue, sign_in):
    now = make_figure(revenue, "2026Q1-3", chain, value="1054025.5", expected=14, reported=12)
    make_figure(revenue, "2026H1", chain, value="700000")
    shown = table(page(sign_in(office), f"indicator=REV&kind=chain&{Q3}&period=2026Q2"))
    assert "单位：万元" in shown
    assert f'href="/figures/{now.pk}/"' in shown
    assert "1,054,025.50" in shown
    assert "700,000.00" in shown
    assert ">12/14</small>" in shown
    assert shown.count("coverage") == 1
    assert "2026年1—9月" in shown
    assert "2026年上半年" in shown


def test_a_stock_is_dated_by_its_day_and_a_year_by_its_name(chain, office, sign_in):
    firms = make_indicator(code="FIRMS", kind=IndicatorKind.STOCK, unit="家", scale=0, display_decimals=0)
    make_figure(firms, "2026Q3", chain, value="79")
    tax = make_indicator(code="TAX")
    make_figure(tax, "2025", chain, value="1")
    shown = page(sign_in(office), f"indicator=FIRMS&indicator=TAX&kind=chain&{Q3}&period=2025Q4")
    assert "2026年9月末" in table(shown, 1) + table(shown, 2)
    assert "2025年全年" in table(shown, 1) + table(shown, 2)


@pytest.mark.feature("C7")
def test_missing_is_a_dash_with_its_reason_and_never_zero(park, other_park, office, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", park)
    make_figure(revenue, "2026Q1-3", other_park, value="0")
    shown = table(page(sign_in(office), f"indicator=REV&kind=park&{Q3}"))
    missing, zero = (row for row in shown.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:2])
    if other_park.name in missing:
        missing, zero = zero, missing
    assert "—" in missing
    assert "园区这一期还没有核定的数据" in missing
    assert "0.00" not in missing
    assert ">0.00</a>" in zero


@pytest.mark.feature("C7")
def test_a_total_of_the_listed_says_how_many_it_stands_on(park, other_park, office, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", park, value="3")
    make_figure(revenue, "2026Q1-3", other_park)
    foot = table(page(sign_in(office), f"indicator=REV&kind=park&{Q3}")).split("<tfoot>")[1]
    assert "所列合计" in foot
    assert "3.00" in foot
    assert ">1/2</small>" in foot


@pytest.mark.feature("C6")
def test_the_same_question_gives_approved_numbers_or_provisional_ones_marked_so(
    chain, office, revenue, sign_in
):
    make_figure(revenue, "2026Q1-3", chain, value="10")
    make_figure(revenue, "2026Q1-3", chain, value="12", basis=Basis.FILED)
    client = sign_in(office)
    approved, provisional = (
        page(client, f"indicator=REV&kind=chain&{Q3}&basis={basis}") for basis in ("certified", "filed")
    )
    assert "10.00" in table(approved)
    assert "12.00" not in approved
    assert "初步" not in table(approved)
    assert "12.00" in table(provisional)
    assert "初步</small>" in table(provisional).split("<tbody>")[1]
    # What nobody asks for otherwise is the approved number.
    assert "12.00" not in page(client, f"indicator=REV&kind=chain&{Q3}")


def test_indicators_by_period_name_the_unit_of_each_row(chain, office, revenue, sign_in):
    jobs = make_indicator(
        code="JOBS", name="从业人员", kind=IndicatorKind.STOCK, unit="人", scale=0, display_decimals=0
    )
    make_figure(revenue, "2026Q1-3", chain, value="1")
    make_figure(jobs, "2026Q3", chain, value="7")
    shown = table(page(sign_in(office), f"indicator=REV&indicator=JOBS&kind=chain&{Q3}&by=indicator"))
    assert chain.name in shown
    assert '营业收入 <small class="unit">万元</small>' in shown
    assert '从业人员 <small class="unit">人</small>' in shown


def test_scopes_by_indicator_name_the_unit_of_each_column(chain, office, revenue, sign_in):
    jobs = make_indicator(
        code="JOBS", name="从业人员", kind=IndicatorKind.STOCK, unit="人", scale=0, display_decimals=0
    )
    make_figure(revenue, "2026Q1-3", chain, value="1")
    make_figure(jobs, "2026Q3", chain, value="7")
    heads = table(page(sign_in(office), f"indicator=REV&indicator=JOBS&kind=chain&{Q3}&by=period")).split(
        "<tbody>"
    )[0]
    assert "<small>万元</small>" in heads
    assert "<small>人</small>" in heads


def test_columns_sort_up_and_down_and_what_is_missing_comes_last(office, revenue, sign_in):
    for name, value in (("甲", "5"), ("乙", None), ("丙", "-7"), ("丁", "100")):
        make_figure(revenue, "2026Q1-3", make_chain(name=name), value=value)
    client, asked = sign_in(office), f"indicator=REV&kind=chain&{Q3}"
    assert rows_of(page(client, f"{asked}&sort=2026Q3")) == ["丙", "甲", "丁", "乙"]
    falling = page(client, f"{asked}&sort=-2026Q3")
    assert rows_of(falling) == ["丁", "甲", "丙", "乙"]
    assert 'aria-sort="descending"' in falling


def test_an_address_keeps_the_question_and_says_what_it_could_not_follow(chain, office, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", chain, value="1")
    shown = page(sign_in(office), f"indicator=REV&indicator=GONE&kind=chain&scope=nowhere&{Q3}&period=20xx")
    assert "有 3 项条件不存在或不在您的范围内" in shown
    assert 'name="indicator" value="REV" checked' in shown


def test_twelve_indicators_are_the_most_and_the_page_says_so(chain, office, sign_in):
    codes = [f"X{number:02}" for number in range(13)]
    for code in codes:
        make_figure(make_indicator(code=code), "2026Q1-3", chain, value="1")
    shown = page(sign_in(office), "&".join(f"indicator={code}" for code in codes) + f"&kind=chain&{Q3}")
    assert "一次最多查询 12 个指标" in shown
    assert 'aria-labelledby="table-12"' in shown
    assert 'aria-labelledby="table-13"' not in shown


@pytest.mark.feature("C16")
def test_what_readers_add_up_and_what_was_added_up_is_explained_where_rounding_parts_them(office, sign_in):
    area = make_indicator(
        code="AREA", name="面积", kind=IndicatorKind.STOCK, unit="平方米", scale=2, display_decimals=0
    )
    for value in ("0.40", "0.40", "0.40"):
        make_figure(area, "2026Q3", make_chain(), value=value)
    shown = page(sign_in(office), f"indicator=AREA&kind=chain&{Q3}")
    assert "各项按显示的小数位相加为 0 平方米，合计按未舍入的数相加为 1 平方米" in shown


@pytest.mark.feature("C16")
def test_sums_of_money_are_exact_and_need_no_explanation(office, revenue, sign_in):
    for value in ("0.1", "0.2"):
        make_figure(revenue, "2026Q1-3", make_chain(), value=value)
    shown = page(sign_in(office), f"indicator=REV&kind=chain&{Q3}")
    assert ">0.30<" in table(shown).split("<tfoot>")[1]
    assert "相差来自四舍五入" not in shown


def test_the_total_of_a_ratio_divides_the_sums(office, sign_in):
    rate = make_indicator(
        code="RATE", kind=IndicatorKind.RATIO, unit="%", over_space=OverSpace.RECOMPUTE,
        definition={"op": "ratio", "num": "A", "den": "B"},
    )  # fmt: skip
    make_figure(rate, "2026Q3", make_chain(), numerator=1, denominator=2, reported=1)
    make_figure(rate, "2026Q3", make_chain(), numerator=1, denominator=8, reported=1)
    make_figure(rate, "2026Q3", make_chain(), numerator=5, denominator=None)
    foot = table(page(sign_in(office), f"indicator=RATE&kind=chain&{Q3}")).split("<tfoot>")[1]
    assert ">20.00<" in foot  # 2 of 10, not the mean of 50 and 12.5


def test_a_chart_carries_the_numbers_of_the_table_and_can_be_left_out(chain, office, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", chain, value="12.5")
    make_figure(revenue, "2026Q1-3", make_chain(name="另一链"), value="-3")
    client = sign_in(office)
    shown = page(client, f"indicator=REV&kind=chain&{Q3}")
    assert '"values": ["12.50", "-3.00"]' in shown
    assert "本链最高（12.50 万元）" in shown
    assert "data-chart=" not in page(client, f"indicator=REV&kind=chain&{Q3}&chart=off")


def test_a_number_that_was_entered_afterwards_is_marked(chain, office, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", chain, value="1", backfilled=1)
    assert '<span class="backfilled">补录</span>' in table(
        page(sign_in(office), f"indicator=REV&kind=chain&{Q3}")
    )


@pytest.mark.feature("C15")
def test_a_quarter_whose_roll_up_waits_is_marked_at_each_of_its_numbers(chain, office, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", chain, value="1", run=31)
    make_figure(revenue, "2026H1", chain, value="2")
    FigureDue.objects.create(quarter="2026Q3", asked_at=clock.now())
    client, asked = sign_in(office), f"indicator=REV&kind=chain&{Q3}&period=2026Q2"
    cells = table(page(client, asked)).split("<tbody>")[1].split("</td>")
    assert "待更新" not in cells[0]
    assert "待更新" in cells[1]
    assert "计算批次 31" in cells[1]
    FigureDue.objects.all().delete()
    assert "待更新" not in table(page(client, asked))


# --- who sees what ----------------------------------------------------------------------------------


@pytest.mark.feature("A12")
@pytest.mark.parametrize("role", ["operator", "department_user", "task_force_user", "street_user"])
def test_parks_out_of_scope_are_neither_offered_nor_shown(role, park, other_park, revenue, request, sign_in):
    make_figure(revenue, "2026Q1-3", park, value="11.11")
    make_figure(revenue, "2026Q1-3", other_park, value="22.22")
    shown = page(
        sign_in(request.getfixturevalue(role)),
        f"indicator=REV&kind=park&{Q3}&scope={park.code}&scope={other_park.code}",
    )
    assert "11.11" in shown
    assert "22.22" not in shown
    assert other_park.name not in shown


def test_an_operator_is_offered_parks_only(park, chain, operator, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", park, value="11.11")
    make_figure(revenue, "2026Q1-3", chain, value="33.33")
    shown = page(sign_in(operator), f"indicator=REV&kind=chain&{Q3}")
    assert "33.33" not in shown
    assert '<option value="chain"' not in shown
    assert "11.11" in shown


def test_park_figures_are_narrowed_by_what_they_lay_in(park, other_park, chain, office, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", park, value="11.11")
    make_figure(revenue, "2026Q1-3", other_park, value="22.22", street_code="")
    client = sign_in(office)
    shown = page(client, f"indicator=REV&kind=park&{Q3}&chain={chain.code}")
    assert "11.11" in shown
    assert "22.22" not in shown
    assert f"产业链“{chain.name}”" in shown
    assert "22.22" in page(client, f"indicator=REV&kind=park&{Q3}&street=none")


@pytest.mark.parametrize("query", ["kind=park", "kind=chain&by=indicator", "kind=park&by=period"])
def test_it_asks_as_often_for_three_scopes_as_for_one(query, office, revenue, sign_in):
    client, asked = sign_in(office), f"indicator=REV&{Q3}&period=2026Q2&{query}"

    def add():
        park = make_park()
        for scope in (park, park.placements.get().chain):
            make_figure(revenue, "2026Q1-3", scope, value="1")
            make_figure(revenue, "2026H1", scope, value="1")

    add()
    one = counted(client, asked)
    add()
    add()
    assert counted(client, asked) == one


# --- files ------------------------------------------------------------------------------------------


def sheet_of(response):
    return list(
        openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active.iter_rows(
            values_only=True
        )
    )


def test_the_workbook_holds_the_same_numbers_with_units_coverage_and_footnotes(
    park, other_park, office, revenue, sign_in
):
    make_figure(revenue, "2026Q1-3", park, value="-1234567.89", backfilled=1, run=9)
    make_figure(revenue, "2026Q1-3", other_park)
    response = sign_in(office).post(f"/figures/export/?indicator=REV&kind=park&{Q3}", {"format": "xlsx"})
    head, *rows = sheet_of(response)
    by_park = {row[3]: dict(zip(head, row, strict=True)) for row in rows if row[3]}
    mine, other = by_park[park.name], by_park[other_park.name]
    assert (mine["数值"], mine["单位"], mine["报告期"], mine["补录"], mine["计算批次"]) == (
        -1234567.89,
        "万元",
        "2026年1—9月",
        "补录",
        9,
    )
    assert (other["数值"], other["没有数的原因"]) == (None, "园区这一期还没有核定的数据。")
    notes = [row[0] for row in rows if row[0] and not row[3]]
    assert any(note.startswith("内部资料。") for note in notes)
    assert any("没有数不等于零" in note for note in notes)


def test_the_text_file_keeps_every_digit_and_is_in_the_trail(chain, office, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", chain, value="90071992547409.93")
    response = sign_in(office).post(f"/figures/export/?indicator=REV&kind=chain&{Q3}", {"format": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert next(csv.DictReader(StringIO(text)))["数值"] == "90071992547409.93"
    event = AuditEvent.objects.get(verb="figures.export")
    assert (event.actor_key, event.object_name) == ("office", "营业收入，1 项，csv")


def test_a_file_holds_no_park_out_of_scope(park, other_park, street_user, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", park, value="11.11")
    make_figure(revenue, "2026Q1-3", other_park, value="22.22")
    response = sign_in(street_user).post(f"/figures/export/?indicator=REV&kind=park&{Q3}", {"format": "csv"})
    text = b"".join(response.streaming_content).decode()
    assert "11.11" in text
    assert "22.22" not in text


@pytest.mark.parametrize("kind", ["", "pdf"])
def test_no_other_kind_of_file_is_written(kind, office, sign_in):
    assert sign_in(office).post("/figures/export/", {"format": kind}).status_code == 422
    assert not AuditEvent.objects.filter(verb="figures.export").exists()


def test_a_query_changes_no_figure(chain, office, revenue, sign_in):
    make_figure(revenue, "2026Q1-3", chain, value="1")
    before = list(Figure.objects.values())
    page(sign_in(office), f"indicator=REV&kind=chain&{Q3}")
    assert list(Figure.objects.values()) == before
