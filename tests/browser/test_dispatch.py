"""临时调度 in Chromium: a leader's header row becomes to-dos at the receivers, is answered once on the page and once as
a workbook, is chased, and comes back merged in the office's own layout."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from guandu.core import clock
from guandu.exchange.writer import TYPE
from guandu.notices.models import Message
from targets.models import DispatchReceiver, DispatchTable
from tests.browser.test_return_grid import signed_in
from tests.targets.dispatched import office_book
from tests.targets.factories import make_office, make_operator, make_park
from tests.targets.office_tables import opened, saved

TITLE = "园区重点项目周调度表"


@pytest.fixture(autouse=True)
def _folder_of_this_test(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def people(transactional_db):
    for code in ("P1", "P2", "P3"):
        make_park(code)
    return {"office": make_office(), **{code: make_operator(code) for code in ("P1", "P2", "P3")}}


def sent(data: bytes, name: str) -> dict:
    return {"name": name, "mimeType": TYPE, "buffer": data}


def agree(page: Page) -> None:
    page.locator("[data-confirm-yes]").click()


def from_todo(page: Page) -> Page:
    """Opened from the to-do on the home page."""
    page.goto("/")
    page.get_by_role("link", name=f"《{TITLE}》").first.click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    return page


def sent_out(page: Page) -> DispatchTable:
    """From the file to the receivers, as the office does it."""
    page.goto("/")
    page.get_by_role("link", name="临时调度", exact=True).click()
    page.get_by_role("link", name="新建临时调度表").click()
    page.set_input_files("#id_file", sent(office_book(), "周调度.xlsx"))
    page.get_by_role("button", name="上传并识别表头").click()
    expect(page.locator("[name=title-D]")).to_have_value("完成投资")
    expect(page.locator("[name=kind-E]")).to_have_value("flag")
    page.locator("[name=kind-E]").select_option("choice")
    page.locator("[name=choices-E]").fill("未开工、在建")
    page.get_by_role("button", name="下一步：选定单位").click()
    due = clock.now().astimezone(clock.SHANGHAI) + timedelta(days=1)
    page.locator("#id_due_at").fill(f"{due:%Y-%m-%dT18:00}")
    page.get_by_label("可填多行").check()
    page.locator("#id_contact").fill("王科 0871-63100000")
    page.get_by_label("DIG产业全部园区").check()
    page.get_by_role("button", name="下发", exact=True).click()
    agree(page)
    expect(page.locator(".page-head")).to_contain_text("应报 3 家，已报 0 家，还差 3 家。")
    return DispatchTable.objects.get()


def answered_on_the_page(page: Page) -> None:
    from_todo(page)
    page.get_by_label("项目名称 第1行").fill("标准厂房二期")
    page.get_by_label("完成投资 第1行").fill("一百")
    page.get_by_label("是否开工 第1行").select_option("在建")
    page.get_by_role("button", name="报送", exact=True).click()
    agree(page)
    expect(page.locator(".error-summary")).to_contain_text("第 1 行完成投资：“一百”不是数字")
    page.get_by_label("完成投资 第1行").fill("1,200.5")
    page.get_by_role("button", name="再加一行").click()
    expect(page.get_by_label("项目名称 第4行")).to_be_visible()
    expect(page.get_by_label("项目名称 第1行")).to_have_value("标准厂房二期")
    page.get_by_role("button", name="报送", exact=True).click()
    agree(page)
    expect(page.locator(".page-head")).to_contain_text("报送 1 行")


def answered_as_a_workbook(page: Page) -> None:
    from_todo(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载表格填写").click()
    made = opened(coming.value.path().read_bytes())
    made["报送表"]["C4"], made["报送表"]["D4"] = "人才公寓", "三十万元"
    page.set_input_files("#id_file", sent(saved(made), "填好.xlsx"))
    page.get_by_role("button", name="上传并报送").click()
    expect(page.locator(".exchange-table")).to_contain_text("报送表!D4")
    expect(page.locator(".exchange-table")).to_contain_text("报送表!E4")
    made["报送表"]["D4"], made["报送表"]["E4"] = 30, "未开工"
    page.set_input_files("#id_file", sent(saved(made), "填好.xlsx"))
    page.get_by_role("button", name="上传并报送").click()
    expect(page.locator(".page-head")).to_contain_text("上传文件报送 1 行")


def test_a_leaders_header_row_is_sent_answered_chased_and_merged(people, new_page, page_watch):
    # A page that refuses what was typed answers 422, which Chromium writes to its console.
    page_watch.allow("status of 422")
    office = signed_in(new_page(), people["office"])
    table = sent_out(office)
    answered_on_the_page(signed_in(new_page(), people["P1"]))
    answered_as_a_workbook(signed_in(new_page(), people["P2"]))

    office.goto(reverse("targets:dispatch-table", args=[table.pk]))
    expect(office.locator("#ready-text")).to_contain_text("1. 演示园区P3")
    office.get_by_role("button", name="发站内催报").click()
    agree(office)
    expect(office.locator(".return-table")).to_contain_text("今日office已催报")
    assert Message.objects.get(kind="urge").recipient == people["P3"]
    third = signed_in(new_page(), people["P3"])
    third.goto("/messages/")
    expect(third.get_by_text(f"催报：请尽快填报《{TITLE}》")).to_be_visible()

    with office.expect_download() as coming:
        office.get_by_role("button", name="导出汇总表（xlsx）").click()
    merged = opened(coming.value.path().read_bytes())
    page = merged["报送表"]
    assert [[cell.value for cell in row[:5]] for row in page["A3:F5"]] == [
        ["序号", "园区名称", "项目名称", "完成投资（万元）", "是否开工"],
        [1, "演示园区P1", "标准厂房二期", 1200.5, "在建"],
        [2, "演示园区P2", "人才公寓", 30, "未开工"],
    ]
    assert page["A3"].font.b
    assert page["D6"].value == "=SUM(D4:D5)"
    assert [cell.value for cell in merged["未报名单"]["B"]][1] == "演示园区P3"
    assert DispatchReceiver.objects.filter(state="filed").count() == 2


def test_it_is_answered_without_a_script(people, new_page):
    table = sent_out(signed_in(new_page(), people["office"]))
    page = signed_in(new_page(java_script_enabled=False), people["P1"])
    from_todo(page)
    for label, text in (("项目名称", "标准厂房二期"), ("完成投资", "5")):
        page.get_by_label(f"{label} 第1行").fill(text)
    page.get_by_label("是否开工 第1行").select_option("在建")
    page.get_by_role("button", name="报送", exact=True).click()
    expect(page.locator(".page-head")).to_contain_text("报送 1 行")
    assert table.receivers.filter(state="filed").count() == 1
