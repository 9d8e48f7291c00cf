"""The return form as a sheet, in Chromium: keys, paste, autosave, two editors, filing, sending back."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from playwright.sync_api import Page, expect

from targets.actions import returns
from targets.models import Return, ReturnLine
from tests.targets.factories import make_cast, make_operator


def signed_in(page: Page, user) -> Page:
    """The page with a session of `user`, without going through the sign-in page."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "guandu.accounts.backends.AccountBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    page.context.add_cookies(
        [{"name": "sessionid", "value": session.session_key, "domain": "127.0.0.1", "path": "/"},
         {"name": "sessionid", "value": session.session_key, "domain": "localhost", "path": "/"}]
    )  # fmt: skip
    return page


def opened(page: Page, return_: Return) -> Page:
    page.goto(reverse("targets:return", args=[return_.pk]))
    return page


def cell(page: Page, code: str, column: str = "v"):
    return page.locator(f"[name='{column}-{code}']")


def paste(page: Page, code: str, text: str) -> None:
    cell(page, code).focus()
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text", text);
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def test_typing_like_in_a_sheet_saves_by_itself_and_is_there_after_a_reload(browser_page, cast):
    return_ = cast.draft()
    page = opened(signed_in(browser_page, cast.operator), return_)
    cell(page, "REV").focus()
    page.keyboard.type("1200.5")
    page.keyboard.press("Enter")
    expect(cell(page, "REV_LEAD")).to_be_focused()
    page.keyboard.type("800")
    page.keyboard.press("ArrowUp")
    expect(cell(page, "REV")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, "REV", "b")).to_be_focused()
    expect(page.locator("[data-save-state]")).to_contain_text("已保存")
    expect(page.locator("[data-filled]")).to_have_text("2")
    page.reload()
    expect(cell(page, "REV")).to_have_value("1200.50")


def test_a_column_copied_from_a_spreadsheet_goes_down_from_the_cell(browser_page, cast):
    return_ = cast.draft()
    page = opened(signed_in(browser_page, cast.operator), return_)
    paste(page, "REV", "1,200.50\t1000\r\n800\r\n30\r\n")
    expect(cell(page, "REV", "b")).to_have_value("1000")
    expect(cell(page, "FIRMS")).to_have_value("30")
    expect(page.locator("[data-save-state]")).to_contain_text("已保存")
    line = ReturnLine.objects.get()
    assert (line.values, line.base) == ({"REV": 120050, "REV_LEAD": 80000, "FIRMS": 30}, {"REV": 100000})


def test_a_wrong_cell_is_marked_where_it_stands_and_the_others_are_saved(browser_page, page_watch, cast):
    page_watch.allow("422")
    return_ = cast.draft()
    page = opened(signed_in(browser_page, cast.operator), return_)
    paste(page, "REV", "约一千\n800\n30")
    expect(page.locator("#e-REV")).to_contain_text("不是数字")
    expect(page.locator("[data-save-state]")).to_contain_text("还有未改好的项")
    assert ReturnLine.objects.get().values == {"REV_LEAD": 80000, "FIRMS": 30}
    expect(cell(page, "REV")).to_have_value("约一千")


@pytest.mark.feature("B9")
def test_an_odd_number_asks_for_its_reason_at_the_cell(browser_page, cast):
    cast.locked("2026Q1")
    return_ = cast.draft("2026Q2")
    page = opened(signed_in(browser_page, cast.operator), return_)
    expect(cell(page, "REV", "r")).to_be_hidden()
    cell(page, "REV").fill("900")
    expect(page.locator("#q-REV")).to_contain_text("小于上期累计")
    cell(page, "REV", "r").fill("剔除迁出企业")
    cell(page, "FIRMS").focus()
    expect(page.locator("[data-save-state]")).to_contain_text("已保存")
    assert return_.notes.get().text == "剔除迁出企业"


@pytest.mark.feature("B22")
def test_two_editors_settle_a_cell_between_their_numbers(browser_page, page_watch, cast):
    page_watch.allow("409")
    return_ = cast.draft()
    page = opened(signed_in(browser_page, cast.operator), return_)
    second = make_operator("P1", "operator-2")
    returns.save(return_=return_, cells={"REV": "1500", "FIRMS": "31"}, by=second)
    cell(page, "REV").fill("2000")
    expect(page.locator(".cell-clash")).to_contain_text("对方已改为 1,500.00")
    assert ReturnLine.objects.get().values["REV"] == 150000
    page.get_by_role("button", name="用我的").click()
    expect(page.locator("[data-save-state]")).to_contain_text("已保存")
    assert ReturnLine.objects.get().values == {"REV": 200000, "FIRMS": 31}


def test_filing_asks_first_and_the_reviewer_sends_back_with_a_word_on_a_cell(new_page, page_watch, cast):
    page_watch.allow("422")
    return_ = cast.draft()
    mine = opened(signed_in(new_page(), cast.operator), return_)
    paste(mine, "REV", "1000\n600\n30\n4")
    mine.get_by_role("button", name="报送", exact=True).click()
    mine.locator("[data-confirm-yes]").click()
    expect(mine.locator(".portal-messages")).to_contain_text("已报送")
    theirs = opened(signed_in(new_page(viewport={"width": 1024, "height": 768}), cast.reviewer), return_)
    theirs.get_by_role("button", name="退回", exact=True).click()
    expect(theirs.locator("#comment-error")).to_contain_text("请写明退回意见")
    theirs.locator("[name=comment]").fill("请核对")
    theirs.locator("[name=c-REV]").fill("与税收不匹配")
    theirs.get_by_role("button", name="退回", exact=True).click()
    expect(theirs.locator(".portal-messages")).to_contain_text("已退回")
    opened(mine, return_)
    expect(mine.locator("[data-row=REV]")).to_contain_text("与税收不匹配")
    assert mine.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert theirs.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_filing_waits_for_a_save_that_is_on_its_way(new_page, cast):
    return_ = cast.draft()
    mine = opened(signed_in(new_page(), cast.operator), return_)
    held, filed = [], []
    mine.route("**/save/", lambda route: held.append(route))
    mine.on("request", lambda request: filed.append(request) if request.url.endswith("/file/") else None)
    paste(mine, "REV", "1000\n600\n30\n4")
    with mine.expect_request("**/save/"):
        mine.locator("[name=v-REV]").blur()
    mine.get_by_role("button", name="报送", exact=True).click()
    mine.locator("[data-confirm-yes]").click()
    mine.wait_for_timeout(300)
    assert not filed
    held[0].continue_()
    expect(mine.locator(".portal-messages")).to_contain_text("已报送")


def test_without_script_the_form_saves_and_files(new_page, cast):
    return_ = cast.draft()
    page = opened(signed_in(new_page(java_script_enabled=False), cast.operator), return_)
    for code, text in {"REV": "1000", "REV_LEAD": "600", "FIRMS": "30"}.items():
        cell(page, code).fill(text)
    page.locator("[data-save-button]").click()
    assert "已保存" in page.locator(".portal-messages").inner_text()
    page.get_by_role("button", name="报送", exact=True).click()
    assert Return.objects.get(pk=return_.pk).state == "filed"
