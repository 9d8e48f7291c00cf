"""Lists leave the portal as the person sees them; what people typed never becomes a formula, and comes back."""

import re
import zipfile
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings, strategies as st

from guandu.accounts.models import Unit
from guandu.audit.models import AuditEvent
from guandu.exchange.workbooks import read_text_table, read_workbook
from guandu.exchange.writer import WrittenColumn
from guandu.exchange.written_rows import as_csv, as_workbook
from parks.exchange.declared import TABLES
from parks.exchange.enterprises import ENTERPRISES
from parks.exchange.parks import PARKS
from parks.models import Area, Chain, Industry, Park, Title
from tests.exchange.importing import exported, found_at, lines_of, report, rows_of, upload
from tests.factories import make_chain, make_enterprise, make_park

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A17")]

PAYLOADS = (
    "=1+1", '=HYPERLINK("http://127.0.0.1/x","点击")', "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "-5",
    "＝1+1", "＋1", "－1", "＠SUM(1)", "'=1+1", "''=1", "'", "'abc", "\t=1+1", "\r=1+1", "\n=1", " =1+1", "=",
    '"=1+1"', "a,b", 'a"b', "a;b", "0012", "1E5", "2024-01-01", "TRUE", "_x000D_", "<b>&amp;</b>", "名称\n换行", "%0A=1",
)  # fmt: skip


@pytest.fixture
def desk(office, sign_in):
    return sign_in(office)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_thirty_texts_that_look_like_formulas_go_out_and_come_back_as_they_were(kind, desk, prove_figure):
    assert len(PAYLOADS) >= 30
    for number, payload in enumerate(PAYLOADS):
        make_enterprise(code=f"Q-{number:02}", name=payload, note=payload, registered_address=payload)
    data = exported(desk, ENTERPRISES, kind)
    page = upload(desk, ENTERPRISES, data, f"企业.{kind}")
    told = report(page)
    # A name of nothing but blanks and a sign is still a name.
    assert told.is_fine, found_at(page)
    assert (told.seen, told.new, told.changed, told.same) == (len(PAYLOADS), 0, 0, len(PAYLOADS))
    prove_figure("formula-like texts back unchanged", len(PAYLOADS))


def test_a_workbook_holds_no_formula_and_texts_of_numbers_stay_texts(desk):
    for number, payload in enumerate(PAYLOADS):
        make_enterprise(code=f"Q-{number:02}", name=payload)
    data = exported(desk, ENTERPRISES)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(re.search(rb"<f[ >]|t=\"str\"", each) for each in sheets)
    page = openpyxl.load_workbook(BytesIO(data)).active
    assert {cell.data_type for cell in page["B"]} == {"s"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)
def test_no_table_lets_a_formula_out(table, desk, park):
    """Every text that the table shows, its own and its neighbours', begins like one."""
    evil = "=HYPERLINK(1)"
    make_enterprise(park=park, name=evil, note=evil)
    Park.objects.update(name=evil, note=evil, short_name=evil, leading_industry=evil)
    for model in (Chain, Area, Unit, Industry):
        model.objects.update(name=evil)
    Title.objects.create(park=park, level="city", name=evil, document=evil)
    with zipfile.ZipFile(BytesIO(exported(desk, table))) as archive:
        assert not re.search(rb"<f[ >]", archive.read("xl/worksheets/sheet1.xml"))
    for line in lines_of(exported(desk, table, "csv")):
        assert [cell for cell in line.values() if cell.startswith("=")] == []


def test_a_csv_marks_what_a_spreadsheet_would_calculate(desk):
    for number, payload in enumerate(PAYLOADS):
        make_enterprise(code=f"Q-{number:02}", name=payload)
    names = [line["企业名称"] for line in lines_of(exported(desk, ENTERPRISES, "csv"))]
    assert len(names) == len(PAYLOADS)
    assert [name for name in names if name[:1] in set("=+-@\t\r＝＋－＠")] == []


def test_numbers_stay_numbers_also_below_zero():
    columns = [WrittenColumn("名称"), WrittenColumn("数")]
    rows = [["-5", Decimal("-5.50")], ["=1", -3], ["长", 12345678901234567890]]
    page = openpyxl.load_workbook(as_workbook("表", columns, rows)).active
    cells = [(page[f"A{n}"].data_type, page[f"B{n}"].data_type, page[f"B{n}"].value) for n in (2, 3, 4)]
    assert cells == [("s", "n", -5.5), ("s", "n", -3), ("s", "s", "12345678901234567890")]
    lines = b"".join(as_csv(columns, rows)).decode("utf-8-sig").splitlines()
    assert lines == ["名称,数", "'-5,-5.50", "'=1,-3", "长,12345678901234567890"]


TEXTS = st.text(st.sampled_from("'=+-@＝＋－＠\t\r\n\",a中 "), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS.filter(lambda text: text.strip()), min_size=1, max_size=6))
def test_any_text_comes_back_from_a_csv(texts):
    data = b"".join(as_csv([WrittenColumn("名称")], [[text] for text in texts]))
    (found,) = read_text_table(data, "表.csv", "表")
    assert [each.cells["A"].text for each in found.rows[1:]] == texts


@settings(max_examples=15, deadline=None)
@given(st.lists(TEXTS.filter(lambda text: text.strip()), min_size=1, max_size=6))
def test_any_text_comes_back_from_a_workbook(texts):
    (found,) = read_workbook(as_workbook("表", [WrittenColumn("名称")], [[text] for text in texts]).read())
    # XML knows one line end.
    assert [each.cells["A"].text for each in found.rows[1:]] == [text.replace("\r\n", "\n") for text in texts]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_list_goes_out_as_it_is_narrowed(kind, desk):
    chain = make_chain(code="DIG")
    for number in range(7):
        make_park(chain=chain if number < 3 else None, opened_on=None if number == 0 else "2024-01-01")
    for query in ("", "&chain=DIG", "&chain=DIG&state=open", "&name=没有的"):
        count = desk.get(f"/parks/?{query[1:]}").context["page"].paginator.count
        data = exported(desk, PARKS, kind, query)
        assert len(rows_of(data) if kind == "xlsx" else lines_of(data)) == count
    assert AuditEvent.objects.filter(verb="register.export").count() == 4


def test_the_pages_list_leads_to_its_file(desk, park):
    page = desk.get("/parks/?chain=chain-own").content.decode()
    assert "/register/export/parks/?chain=chain-own&amp;format=xlsx" in page


@pytest.mark.feature("A12")
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)
def test_each_takes_out_what_he_sees(table, operator, park, other_park, sign_in):
    make_enterprise(park=park, name="本企业")
    make_enterprise(park=other_park, name="外企业")
    if not table.may_export(operator):
        assert sign_in(operator).get(f"/register/export/{table.code}/").status_code == 403
        return
    text = exported(sign_in(operator), table, "csv").decode()
    assert "外园区" not in text
    assert "外企业" not in text


def test_a_kind_that_is_not_offered_is_refused(desk, park):
    assert desk.get("/register/export/parks/?format=exe").status_code == 422
    assert desk.get("/register/export/nothing/").status_code == 404


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)
def test_a_longer_list_asks_no_more_of_the_database(table, desk, park):
    counts = []
    for number in (1, 3):
        for _ in range(number):
            make_enterprise(park=make_park(chain=park.placements.get().chain))
        with CaptureQueriesContext(connection) as queries:
            exported(desk, table, "csv")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_missing_is_blank_and_zero_is_zero(desk, park):
    Park.objects.filter(pk=park.pk).update(land_area=0, built_area=None)
    (row,) = rows_of(exported(desk, PARKS))
    assert (row["占地面积（平方米）"], row["已建成建筑面积（平方米）"]) == (0, None)
