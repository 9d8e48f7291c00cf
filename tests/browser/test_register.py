"""The register in Chromium: a firm comes, uses a space and leaves; firms come by a file with a wrong cell;
a park with three hundred firms and one with none fit their window."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from guandu.accounts.models import Unit
from guandu.accounts.roles import RoleCode
from parks.actions import enterprises
from parks.exchange.enterprises import ENTERPRISES
from parks.models import Enterprise, Occupancy, Tenancy
from tests.browser.test_change_pages import LONG, TODAY, too_wide
from tests.browser.test_return_grid import signed_in
from tests.exchange.importing import book
from tests.factories import (
    SINCE,
    make_building,
    make_demonstration,
    make_enterprise,
    make_park,
    make_space,
    make_unit,
    make_user,
)
from tests.parks.codes import code_number

pytestmark = pytest.mark.once
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRMS = 300


@pytest.fixture
def street(transactional_db) -> Unit:
    make_demonstration(TODAY)
    return make_unit(Unit.Kind.STREET, name="官渡街道办事处")


@pytest.fixture
def park(street):
    return make_park(code="P-WAY", name="螺蛳湾数智谷", street=street)


@pytest.fixture
def office(street):
    return make_user(RoleCode.OFFICE, name="欧阳建国")


def told(page: Page, words: str) -> None:
    expect(page.locator(".portal-messages")).to_contain_text(words)


# --- A firm comes, uses a space and leaves ----------------------------------------------------------


@pytest.mark.feature("A4")
def test_an_operator_takes_a_firm_in_gives_it_a_space_and_lets_it_leave(browser_page, page_watch, park):
    page_watch.allow("422")
    space = make_space(building=make_building(park=park, name="一号楼"), name="301室", area=640_00)
    firm = make_enterprise(name="昆明新来科技有限公司", credit_code=code_number(7))
    page = signed_in(browser_page, make_user(RoleCode.OPERATOR, scope=park, name="张运营"))
    page.goto(f"/parks/{park.code}/")
    page.get_by_role("link", name="登记入驻").click()
    page.locator("#id_enterprise").fill(firm.credit_code)
    page.get_by_label("入驻日期").fill("2026-09-01")
    page.get_by_role("button", name="保存").click()
    told(page, "可以接着登记它使用的空间")

    page.locator("#id_space").select_option(label="一号楼 301室（640.00 平方米，可招商）")
    page.get_by_label("开始使用日期").fill("2026-09-15")
    page.get_by_role("button", name="保存").click()
    line = page.get_by_role("row", name=firm.name)
    expect(line).to_contain_text("2026-09-01")
    expect(line).to_contain_text("301室")

    line.get_by_role("link", name="离园").click()
    page.get_by_label("离园日期").fill("2026-10-10")
    page.get_by_role("button", name="登记离园").click()
    expect(page.locator(".error-summary")).to_contain_text("请选择离园原因")
    page.get_by_label("离园原因").select_option(label="迁出")
    page.get_by_role("button", name="登记离园").click()
    told(page, firm.name)
    page.goto(f"/parks/{park.code}/firms/?state=left")
    expect(line).to_contain_text("2026-10-10")
    expect(line).to_contain_text("迁出")
    assert Tenancy.objects.get().valid_to == date(2026, 10, 10)
    assert Occupancy.objects.get(space=space).valid_to == date(2026, 10, 10)


# --- Firms by a file --------------------------------------------------------------------------------


def send(page: Page, *rows: dict[str, str]) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "企业登记.xlsx", "mimeType": TYPE, "buffer": book(ENTERPRISES, *rows)}
    )
    page.get_by_role("button", name="上传并核对").click()


@pytest.mark.feature("A8")
def test_a_file_of_firms_names_its_wrong_cell_then_is_seen_and_confirmed(browser_page, park, office):
    right = {"name": "导入甲有限公司", "credit_code": code_number(1), "park": park.name, "on": "2026-03-01"}
    wrong = {"name": "导入乙有限公司", "credit_code": code_number(2)[:-1] + "I"}
    page = signed_in(browser_page, office)
    page.goto("/register/import/")
    page.get_by_role("link", name="企业", exact=True).click()
    send(page, right, wrong)
    cells = page.get_by_role("region", name="需要改正").get_by_role("row")
    expect(cells).to_have_count(2)
    expect(cells.last).to_contain_text("C3")
    expect(cells.last).to_contain_text("不是统一社会信用代码")
    assert not Enterprise.objects.exists()

    page.get_by_role("link", name="重新上传").click()
    send(page, right, {**wrong, "credit_code": code_number(2)})
    expect(page.locator(".lead-line")).to_contain_text("新登记 2 行")
    expect(page.get_by_role("region", name="逐行结果")).to_contain_text("导入乙有限公司")
    assert not Enterprise.objects.exists()

    page.get_by_role("button", name="确认导入 2 行").click()
    told(page, "新登记 2 条")
    page.goto("/enterprises/")
    listed = page.get_by_role("region", name="企业名录")
    expect(listed).to_contain_text("导入乙有限公司")
    expect(listed.get_by_role("row", name="导入甲有限公司")).to_contain_text(park.name)


# --- Three hundred firms, and none ------------------------------------------------------------------


def fill(park, office) -> None:
    enterprises.enter_many(
        rows=[
            {"code": f"E-{number:03d}", "name": f"{LONG[:24]}第{number}科技有限责任公司",
             "park": park, "on": SINCE + timedelta(days=number)}
            for number in range(FIRMS)
        ],
        by=office,
    )  # fmt: skip


@pytest.mark.feature("A4")
def test_a_park_with_three_hundred_firms_and_one_with_none_fit_their_window(browser_page, street, office):
    park = make_park(code="P-FULL", name=LONG, street=street, built_area=12_345_678_901_23)
    none = make_park(code="P-NONE", name=f"{LONG[:-4]}空置区", street=street)
    fill(park, office)
    page = signed_in(browser_page, office)
    for place, words in (
        (f"/parks/{park.code}/", f"{FIRMS} 家"),
        (f"/parks/{park.code}/firms/", f"在园 {FIRMS} 家"),
        (f"/parks/{none.code}/", "还没有登记入驻企业"),
        (f"/parks/{none.code}/firms/", "在园 0 家"),
    ):
        page.goto(place)
        expect(page.locator("main, .page-head").filter(has_text=words).first).to_be_visible()
        assert too_wide(page) == [], place
