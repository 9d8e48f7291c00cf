"""A return in Chromium from signing in to the lock, as operator, reviewer, street, task force and office: sent
back once, corrected once. And how few clicks a quarter takes in which nothing changed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from guandu.accounts.models import User
from guandu.core import clock
from targets.models import CertifiedValue, Return
from tests.factories import PASSWORD
from tests.targets.factories import ASKED_ROUTE, Cast, make_cast, make_street_person, make_task_force
from tests.targets.test_lines import firm_cast

MOST_CLICKS = 5


@pytest.fixture
def cast(transactional_db) -> Cast:
    return make_cast(route=ASKED_ROUTE)


class Clicks:
    """Counts what a person presses."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, name: str, exact: bool = True) -> None:
        self.page.get_by_role("button", name=name, exact=exact).click()
        self.count += 1

    def follow(self, locator) -> None:
        with self.page.expect_navigation():
            locator.click()
        self.count += 1


def sign_in(page: Page, user: User) -> Clicks:
    """With name and password, as everybody does."""
    user.set_password(PASSWORD)
    user.save()
    page.goto(reverse("accounts:sign-in"))
    page.locator("[name=username]").fill(user.username)
    page.locator("[name=password]").fill(PASSWORD)
    clicks = Clicks(page)
    clicks.press("登录")
    expect(page.locator("h1")).to_have_text("工作台")
    return clicks


def said(page: Page, words: str) -> None:
    expect(page.locator(".portal-messages")).to_contain_text(words)


def fill(page: Page, code: str, text: str) -> None:
    page.locator(f"[name='v-{code}']").fill(text)
    page.locator(f"[name='v-{code}']").press("Tab")
    expect(page.locator("[data-save-state]")).to_contain_text("已保存")


def file(clicks: Clicks) -> None:
    clicks.press("报送")
    clicks.page.locator("[data-confirm-yes]").click()
    clicks.count += 1
    said(clicks.page, "已报送")


def confirm(page: Page, return_: Return) -> None:
    page.goto(reverse("targets:return", args=[return_.pk]))
    page.get_by_role("button", name="确认锁定").click()
    page.locator("[data-confirm-yes]").click()
    said(page, "已确认锁定")


def opine(page: Page, return_: Return, words: str = "") -> None:
    page.goto(reverse("targets:return", args=[return_.pk]))
    if words:
        page.get_by_label("有不同意见（请写明）").check()
        page.get_by_label("意见内容").fill(words)
    page.get_by_role("button", name="提出意见").click()
    said(page, "意见已提出")


def review(page: Page, return_: Return) -> None:
    page.goto(reverse("targets:return", args=[return_.pk]))
    page.get_by_role("button", name="审核通过").click()
    said(page, "已审核通过")


@pytest.mark.feature("B4")
@pytest.mark.feature("B5")
def test_from_signing_in_to_the_lock_with_one_sending_back_and_one_correction(new_page, cast):
    return_ = cast.draft()
    street, force = make_street_person(), make_task_force()
    operator = sign_in(new_page(), cast.operator)
    operator.follow(operator.page.locator(".todo-list a.btn").first)
    for code, text in {"REV": "1000", "REV_LEAD": "600", "FIRMS": "30"}.items():
        fill(operator.page, code, text)
    file(operator)

    reviewer = sign_in(new_page(), cast.reviewer).page
    reviewer.goto(reverse("targets:return", args=[return_.pk]))
    reviewer.get_by_label("对入驻企业数的退回意见").fill("与名录差一户")
    reviewer.get_by_label("意见", exact=True).fill("请核对入驻企业数")
    reviewer.get_by_role("button", name="退回", exact=True).click()
    said(reviewer, "已退回")

    operator.page.goto(reverse("targets:return", args=[return_.pk]))
    expect(operator.page.locator("tr[data-row=FIRMS]")).to_contain_text("与名录差一户")
    fill(operator.page, "FIRMS", "31")
    file(operator)

    reviewer.goto(reverse("targets:return", args=[return_.pk]))
    expect(reviewer.locator("#diff-title")).to_contain_text("1 项不同")
    review(reviewer, return_)
    opine(sign_in(new_page(), street).page, return_)
    opine(sign_in(new_page(), force).page, return_, "产值与用电量不符")
    office = sign_in(new_page(), cast.office).page
    office.goto(reverse("targets:return", args=[return_.pk]))
    expect(office.locator(".opinion-list").first).to_contain_text("有不同意见：产值与用电量不符")
    confirm(office, return_)

    operator.page.goto(reverse("targets:return", args=[return_.pk]))
    operator.page.get_by_text("申请数据订正").click()
    operator.page.locator("#ask-correction").get_by_label("营业收入", exact=True).check()
    operator.page.locator("#ask-correction-reason").fill("漏一张凭证")
    operator.page.get_by_role("button", name="提出申请").click()
    said(operator.page, "订正申请已提出")
    office.goto(reverse("targets:return", args=[return_.pk]))
    office.get_by_text("同意数据订正申请", exact=True).click()
    office.locator("#correct-reason").fill("凭证属实")
    office.get_by_role("button", name="同意并开放").click()
    said(office, "已开放所选各项")

    operator.page.goto(reverse("targets:return", args=[return_.pk]))
    expect(operator.page.locator("[name='v-FIRMS']")).to_have_count(0)
    fill(operator.page, "REV", "1080")
    file(operator)
    review(reviewer, return_)
    assert units("REV") == 100000
    opine(sign_in(new_page(), street).page, return_)
    opine(sign_in(new_page(), force).page, return_)
    confirm(office, return_)
    assert (units("REV"), units("FIRMS")) == (108000, 31)
    office.goto(reverse("targets:return", args=[return_.pk]))
    expect(office.locator(".page-head")).to_contain_text("已锁定")


def units(code: str) -> int:
    return CertifiedValue.objects.current().get(indicator__code=code).units


@pytest.mark.feature("B21")
def test_a_quarter_in_which_nothing_changed_takes_five_clicks(new_page, cast):
    cast.template.route = ASKED_ROUTE[:1]
    cast.filed("2026Q1")
    return_ = cast.draft("2026Q2")
    Return.objects.exclude(pk=return_.pk).update(filed_on=clock.today() - timedelta(days=90))
    clicks = sign_in(new_page(), cast.operator)
    clicks.follow(clicks.page.locator(".todo-list li", has_text="第二季度").locator("a.btn"))
    clicks.press("沿用上期数")
    said(clicks.page, "已填入上期数")
    file(clicks)
    assert clicks.count <= MOST_CLICKS
    assert Return.objects.get(pk=return_.pk).state == "filed"
    first, second = (
        Return.objects.get(cycle__period=period).filed.lines.get().values for period in ("2026Q1", "2026Q2")
    )
    assert first == second


def test_three_hundred_firms_in_a_sheet_move_paste_add_up_and_save(new_page, transactional_db):


    cast = firm_cast(300)
    return_ = cast.draft()
    page = sign_in(new_page(viewport={"width": 1024, "height": 768}), cast.operator).page
    page.goto(reverse("targets:return", args=[return_.pk]))
    first = page.locator("[name='v-REV@E-0001']")
    first.focus()
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text", text);
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        "\n".join(["0.10"] * 300),
    )
    expect(page.locator("[data-total=REV]")).to_have_text("30.00")
    expect(page.locator("[data-save-state]")).to_contain_text("已保存")
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name='v-REV@E-0002']")).to_be_focused()
    page.reload()
    expect(page.locator("[data-total=REV]")).to_have_text("30.00")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
