"""The pages of 历史补录: what each person finds there, and a workbook from template to signature by them."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.jobs.worker import run_waiting
from targets.models import CertifiedValue, HistoryBatch
from tests.signing_in import signed_in
from tests.targets.factories import make_indicator, make_office, make_park, make_reviewer
from tests.targets.historic import FIRMS, REV, book, checked, line, signed, stored

pytestmark = pytest.mark.django_db
NEW = "/history/new/"


@pytest.fixture
def office(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    make_park("P1")
    make_park("P2", chain="CUL", street="U-ST2")
    make_indicator("REV", name="营业收入")
    make_indicator("FIRMS", "stock", name="入驻企业数", unit="家", scale=0)
    return make_office()


def sheet(data: bytes) -> list[tuple]:
    return list(openpyxl.load_workbook(BytesIO(data))["历史补录"].iter_rows(values_only=True))


def sent(browser, data: bytes, name: str = "2024 年台账"):
    return browser.post(NEW, {"name": name, "file": SimpleUploadedFile("旧台账.xlsx", data)})


@pytest.mark.feature("B18")
def test_a_workbook_goes_from_its_template_to_the_figures_by_the_pages(office):
    browser, other = signed_in(office), signed_in(make_office("second"))
    template = browser.get("/history/template/?indicators=REV&indicators=FIRMS&kinds=park&kinds=district&periods=2024")
    assert template.status_code == 200
    rows = sheet(template.content)
    assert rows[0][:6] == ("范围类型*", "范围", "报告期*", "来源文件*", "统一社会信用代码", "企业名称")
    assert rows[0][6:] == (FIRMS, REV)
    assert [row[:3] for row in rows[1:4]] == [
        ("园区", "演示园区P1", "2024"), ("园区", "演示园区P2", "2024"), ("全区", "全区", "2024")
    ]  # fmt: skip
    filled = openpyxl.load_workbook(BytesIO(template.content))
    page = filled["历史补录"]
    page["D2"], page["G2"], page["H2"] = "旧台账第 3 页", 30, "1,234.5"
    stream = BytesIO()
    filled.save(stream)

    answer = sent(browser, stream.getvalue())
    batch = HistoryBatch.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/history/{batch.pk}/")
    assert "正在后台核对" in browser.get(answer.url).content.decode()
    run_waiting()
    shown = browser.get(answer.url).content.decode()
    assert "确认 1 行，送园区发展办签核" in shown
    assert "1,234.50" in shown
    assert browser.post(f"/history/{batch.pk}/confirm/").status_code == 302
    assert "正在后台写入" in browser.get(answer.url).content.decode()
    run_waiting()
    assert "签核入库" not in browser.get(answer.url).content.decode()
    assert "签核入库" in other.get(answer.url).content.decode()
    assert other.post(f"/history/{batch.pk}/sign/").status_code == 302
    assert CertifiedValue.objects.count() == 2
    run_waiting()
    done = browser.get(answer.url).content.decode()
    assert "入库 2 项" in done
    assert browser.get(f"/files/{HistoryBatch.objects.get().pk}/").status_code in {200, 404}


def test_an_unaltered_template_has_nothing_to_enter(office):
    browser = signed_in(office)
    template = browser.get("/history/template/?indicators=REV&kinds=park&periods=2024").content
    sent(browser, template)
    run_waiting()
    page = browser.get(f"/history/{HistoryBatch.objects.get().pk}/").content.decode()
    assert "没有填写任何数据" in page


def test_faults_stand_on_the_page_with_sheet_and_cell(office):
    batch = checked(book(line("园区", "P9", "2024", "abc")), office)
    page = signed_in(office).get(f"/history/{batch.pk}/").content.decode()
    assert "历史补录!B2" in page
    assert "历史补录!G2" in page
    assert "营业收入（万元，本年累计）：“abc”不是数字" in page
    assert "重新上传" in page


def test_a_wrong_workbook_is_refused_in_one_sentence(office):
    batch = checked(book(line("园区", "P1", "2024", 1), sheet="汇总表"), office)
    page = signed_in(office).get(f"/history/{batch.pk}/").content.decode()
    assert page.count("没有工作表“历史补录”") == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [("", "请至少选择一个指标"), ("?indicators=NONE", "没有这个指标"), ("?indicators=REV&periods=1999", "没有这个报告期")],
)
def test_a_template_without_a_right_choice_asks_for_one(office, query, words):
    answer = signed_in(office).get(f"/history/template/{query}")
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_what_is_no_workbook_is_refused_on_the_page(office):
    answer = sent(signed_in(office), b"not a workbook")
    assert answer.status_code == 422
    assert not HistoryBatch.objects.exists()
    assert signed_in(office).post(NEW, {}).status_code == 422


def test_the_sixth_unfinished_batch_has_to_wait(office):
    browser = signed_in(office)
    for _ in range(5):
        assert sent(browser, book(line("园区", "P1", "2024", 1))).status_code == 302
    assert sent(browser, book(line("园区", "P1", "2024", 1))).status_code == 409


def test_a_batch_is_withdrawn_by_the_page_and_asks_for_a_reason(office):
    batch = signed(book(line("园区", "P1", "2024", 1)), office, make_office("second"))
    browser = signed_in(office)
    refused = browser.post(f"/history/{batch.pk}/withdraw/", {"reason": ""})
    assert refused.status_code == 422
    assert "请写明理由" in refused.content.decode()
    assert browser.post(f"/history/{batch.pk}/withdraw/", {"reason": "口径有误"}).status_code == 302
    assert "口径有误" in browser.get(f"/history/{batch.pk}/").content.decode()


def test_a_batch_of_another_unit_does_not_exist(office):
    batch = stored(book(line("园区", "P1", "2024", 1)), office)
    stranger = signed_in(make_reviewer())
    assert stranger.get(f"/history/{batch.pk}/").status_code == 404
    assert stranger.post(f"/history/{batch.pk}/sign/").status_code == 404
    assert batch.name not in stranger.get("/history/").content.decode()


@pytest.mark.parametrize("address", ["/history/", "/history/?state=stored"])
def test_the_list_asks_the_same_of_the_database_at_one_row_and_at_three(office, address):
    browser = signed_in(office)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            stored(book(line("园区", "P1", "2024", 1)), office)
        browser.get(address)
        with CaptureQueriesContext(connection, ) as found:
            browser.get(address)
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert browser.get(address).content.decode().count("旧台账.xlsx") == 3


def test_a_batch_page_asks_the_same_of_the_database_at_one_row_and_at_three(office):
    browser, counts = signed_in(make_office("second")), []
    for rows in (1, 3):
        data = book(*(line("园区", "P1", f"2024Q{n + 1}", 1, 2) for n in range(rows)), titles=(REV, FIRMS))
        batch = stored(data, office)
        browser.get(f"/history/{batch.pk}/")
        with CaptureQueriesContext(connection) as found:
            assert browser.get(f"/history/{batch.pk}/").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
