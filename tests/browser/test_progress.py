"""报送进度 in Chromium: the ready text copied with and without a clipboard, the filers urged, the message read."""

import os
import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from guandu.notices.models import Message
from parks.models import Contact, Park, Sponsorship
from targets.models import Return
from tests.browser.test_change_pages import LONG, too_wide
from tests.browser.test_return_grid import signed_in
from tests.factories import make_demonstration
from tests.targets.factories import make_cycle, make_district_template, make_office, make_operator, make_unit
from tests.targets.test_completeness import PERIOD, fourteen

pytestmark = [pytest.mark.once, pytest.mark.feature("B23", "B24")]
PROGRESS = "/returns/progress/?period=2026Q2&by=leader"
SHOTS = os.environ.get("GUANDU_SHOTS", "")


@pytest.fixture
def quarter(transactional_db):
    """Fourteen parks, two missing, one of them with the longest names there are; a bureau beside them."""
    make_demonstration(date(2026, 7, 18))
    fourteen()
    make_cycle(PERIOD, make_district_template())
    Return.objects.filter(park_code="P13").update(subject_name=LONG[:40])
    Sponsorship.objects.filter(park__code="P14").update(leader="欧阳名字很长的区领导同志")
    unit = make_unit("U-OP-P13")
    unit.name = f"{LONG}运营管理有限责任公司"[:100]
    unit.save()
    Contact.objects.create(park=Park.objects.get(code="P13"), name="赵六", duty="党委委员、副主任", phone_masked="138****0000")
    return make_operator("P13"), make_office()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_the_text_is_copied_as_it_stands(quarter, new_page: Callable[..., Page]):
    page = signed_in(new_page(permissions=["clipboard-read", "clipboard-write"]), quarter[1])
    page.goto(PROGRESS)
    page.get_by_role("button", name="复制催报文字").click()
    expect(page.get_by_text("已复制，可粘贴到工作群。")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.replace("\r\n", "\n") == page.locator("#ready-text").input_value()
    assert text.startswith("【报送提醒】2026年第二季度报表应报 15 张，已报 12 张，尚有 3 张未报送：")


def test_without_a_clipboard_the_text_is_selected_and_copied(quarter, new_page: Callable[..., Page]):
    page = signed_in(new_page(permissions=["clipboard-read"]), quarter[1])
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false});")
    page.goto(PROGRESS)
    page.get_by_role("button", name="复制催报文字").click()
    expect(page.get_by_text("已复制，可粘贴到工作群。")).to_be_visible()
    assert page.evaluate("document.getSelection().toString() || document.activeElement.selectionEnd") != 0
    assert page.evaluate("navigator.clipboard.readText()").startswith("【报送提醒】")


def test_where_nothing_can_copy_the_text_stays_selected_and_says_how(quarter, new_page: Callable[..., Page]):
    page = signed_in(new_page(), quarter[1])
    page.add_init_script(
        "Object.defineProperty(window, 'isSecureContext', {value: false}); document.execCommand = () => false;"
    )
    page.goto(PROGRESS)
    page.get_by_role("button", name="复制催报文字").click()
    expect(page.get_by_text("文字已选中，请按 Ctrl+C 复制。")).to_be_visible()
    area = page.locator("#ready-text")
    assert area.evaluate("each => each.selectionEnd - each.selectionStart") == len(area.input_value())


def test_the_office_urges_and_the_filer_reads_it(quarter, new_page: Callable[..., Page]):
    operator, office = quarter
    page = signed_in(new_page(), office)
    page.goto(PROGRESS)
    page.get_by_label("全选").check()
    page.get_by_role("button", name="发站内催报").click()
    page.locator("[data-confirm-yes]").click()
    expect(page.get_by_text("已向 1 张报表的填报人员发出站内催报。")).to_be_visible()
    expect(page.get_by_text("全区、演示园区P14没有在用的填报账号，请电话联系。")).to_be_visible()
    shot(page, "progress-urged")
    mine = signed_in(new_page(), operator)
    mine.goto("/")
    expect(mine.locator(".bell-count")).to_have_text("1")
    mine.locator(".bell").click()
    shot(mine, "messages")
    mine.get_by_role("button", name="去办理").click()
    expect(mine).to_have_url(re.compile(rf"/returns/{Return.objects.get(park_code='P13').pk}/$"))
    expect(mine.locator(".bell-count")).to_have_count(0)
    assert Message.objects.get().is_read


@pytest.mark.parametrize("width", [1440, 1024])
def test_long_names_fit_the_window(width, quarter, new_page: Callable[..., Page]):
    page = signed_in(new_page(viewport={"width": width, "height": 900}), quarter[1])
    for number, address in enumerate((PROGRESS, "/messages/", "/messages/settings/", "/messages/deliveries/")):
        page.goto(address)
        shot(page, f"page-{number}-{width}")
        assert too_wide(page) == []
