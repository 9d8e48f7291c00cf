"""A 诉求 in Chromium: raised by an operator on a phone, given out by the office, answered by the department with a file,
found wanting once, answered again and ended. And one that nobody solves, among the unsolved."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from guandu.accounts.models import User
from guandu.accounts.roles import RoleCode
from parks.models import Park, ServiceRequest
from parks.queries.requests import unsolved
from tests.browser.test_return_journey import said, sign_in
from tests.factories import make_park, make_unit, make_user
from tests.files.made import pdf
from tests.parks.asked import make_kind, make_request

pytestmark = [pytest.mark.feature("D11"), pytest.mark.feature("A3")]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


class People:
    def __init__(self) -> None:
        self.unit = make_unit(name="区科工信局")
        self.park: Park = make_park(name="螺蛳湾数智谷", department=self.unit)
        self.operator: User = make_user(RoleCode.OPERATOR, scope=self.park, username="operator")
        self.department: User = make_user(RoleCode.DEPARTMENT, scope=self.unit, unit=self.unit, username="department")
        self.office: User = make_user(RoleCode.OFFICE, username="office")
        self.kind = make_kind(name="用电用水", usual_unit=self.unit)


@pytest.fixture
def people(transactional_db) -> People:
    return People()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def opened(page: Page, person: User, row: ServiceRequest, size: dict) -> None:
    """His page of the request, reached from what waits for him at home."""
    page.context.clear_cookies()
    page.set_viewport_size(size)
    sign_in(page, person)
    page.goto("/")
    page.locator(f"a[href='/requests/{row.pk}/']").first.click()
    expect(page.locator("h1")).to_have_text(row.firm_name)


def answer(page: Page, words: str, file: dict | None = None) -> None:
    page.locator("#answer_words").fill(words)
    if file:
        page.locator("#answer_file").set_input_files(file)
    press(page, "反馈结果")
    said(page, "反馈结果，已记录")


def test_raised_by_an_operator_answered_and_ended(people, browser_page: Page, page_watch):
    page_watch.allow("422")  # a number that is none
    page = browser_page
    page.set_viewport_size(PHONE)
    sign_in(page, people.operator)
    page.goto("/requests/")
    page.get_by_role("link", name="提出诉求").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("#id_text").fill("厂房供电容量不足，申请增容")
    page.locator("#id_firm_name").fill("A&B<C>科技")
    page.locator("#id_contact").fill("李工")
    page.locator("#id_phone").fill("12345")
    press(page, "提出")
    expect(page.locator(".error-summary")).to_contain_text("电话应为 11 位手机号")
    expect(page.locator("#id_firm_name")).to_have_value("A&B<C>科技")
    page.locator("#id_phone").fill("13812345678")
    press(page, "提出")
    said(page, "诉求已提出")
    row = ServiceRequest.objects.get()

    opened(page, people.office, row, DESK)
    page.locator("#assign_kind").select_option(label=people.kind.name)
    page.locator("#assign_unit").select_option(label=people.unit.name)
    press(page, "交办")
    said(page, "交办，已记录")

    opened(page, people.department, row, DESK)
    press(page, "查看号码")
    expect(page.locator(".changes-digits")).to_have_text("13812345678")
    page.get_by_role("link", name="返回", exact=True).click()
    press(page, "开始办理")
    said(page, "开始办理，已记录")
    answer(page, "已列入增容计划。", {"name": "批复.pdf", "mimeType": "application/pdf", "buffer": pdf(b"(plan)")})

    opened(page, people.operator, row, PHONE)
    expect(page.locator("text=批复.pdf")).to_be_visible()
    page.get_by_text("不满意，重新办理").first.click()
    page.locator("#reject_words").fill("没有说明施工时间")
    press(page, "不满意，重新办理")
    said(page, "不满意，重新办理，已记录")

    opened(page, people.department, row, DESK)
    answer(page, "11月5日施工，当天恢复供电。")

    opened(page, people.operator, row, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    press(page, "满意，办结")
    said(page, "满意，办结，已记录")
    expect(page.locator(".timeline-list li")).to_have_count(7)
    row.refresh_from_db()
    assert (row.state, row.outcome, row.dissatisfied) == ("closed", "satisfied", 1)


def test_one_that_nobody_solves_is_among_the_unsolved(people, browser_page: Page):
    page = browser_page
    row = make_request(people.park, people.operator, "handling", people.unit, due_on=date(2026, 1, 5))
    sign_in(page, people.office)
    page.goto("/requests/")
    page.get_by_role("link", name="未解决、列入例会 1 项").click()
    expect(page.locator(".request-table tbody tr")).to_have_count(1)
    expect(page.locator(".request-table")).to_contain_text("逾期")
    assert [each.request for each in unsolved(people.office)] == [row]


def test_a_visit_is_entered_on_a_phone(people, browser_page: Page):
    page = browser_page
    page.set_viewport_size(PHONE)
    sign_in(page, people.department)
    page.goto("/sponsors/")
    page.get_by_role("link", name="登记走访").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("#id_rank").select_option(label="工作人员")
    page.locator("#id_visitors").fill("周科员")
    page.locator("#id_seen").fill("园区运营正常")
    page.locator("#id_asks").fill("希望增容供电")
    press(page, "登记")
    said(page, "请再提出诉求")
    expect(page.locator(".visit-list")).to_contain_text("企业反映：希望增容供电")
