"""The work in Chromium: a red target is released, put on the agenda, resolved upon; the resolution becomes a task that its
unit takes over, reports on and ends with a proof, and the meeting's page says so."""

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from guandu.accounts.models import Unit
from targets.enums_plan import LightState
from targets.models import Meeting, Task
from tests.browser.test_change_pages import too_wide
from tests.browser.test_return_grid import signed_in
from tests.factories import make_demonstration, make_unit, make_user
from tests.files.made import pdf
from tests.targets.convened import red
from tests.targets.plans import make_plan

pytestmark = [pytest.mark.once, pytest.mark.feature("D11")]
SHOTS = os.environ.get("GUANDU_SHOTS", "")
TITLE = "2026年第四次产业园区发展例会"


@pytest.fixture(autouse=True)
def _folder_of_this_test(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def people(transactional_db):
    """The office with a colleague, and the department whose target is red; it has explained."""
    make_demonstration()
    department = make_unit(code="dept-own", name="区科学技术和工业信息化局")
    red(make_plan(), "T06", department, LightState.ANSWERED, "用地指标没有落实")
    office = make_unit(Unit.Kind.OFFICE, code="office-own", name="官渡区产业园区发展办公室")
    return {
        "office": make_user("office", username="office", unit=office),
        "colleague": make_user("office", username="colleague", unit=office),
        "department": make_user("department", username="department", scope=department, unit=department),
    }


def agree(page: Page) -> None:
    page.locator("[data-confirm-yes]").click()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def released(page: Page) -> None:
    page.goto("/plan/lights/?period=2026Q3")
    page.get_by_role("checkbox", name="选择 T06").check()
    page.get_by_role("button", name="发布所选").click()
    agree(page)
    expect(page.locator("body")).to_contain_text("已发布 1 项")


def called(page: Page) -> Meeting:
    page.get_by_role("link", name="例会", exact=True).click()
    page.get_by_role("link", name="提请召开会议").first.click()
    page.locator("#id_title").fill(TITLE)
    page.locator("#id_day").fill("2026-10-12")
    page.locator("#id_place").fill("区政府五楼会议室")
    page.locator("#id_chair").fill("王副区长")
    page.locator("#id_proposals_until").fill("2026-10-12")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    return Meeting.objects.get()


def on_the_agenda(page: Page) -> None:
    page.get_by_role("link", name="编排议程").first.click()
    row = page.locator("#source-light tbody tr", has_text="T06")
    for words in ("区科学技术和工业信息化局", "差距 3 个", "用地指标没有落实"):
        expect(row).to_contain_text(words)
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="列入所选事项").click()
    expect(page.locator("#items")).to_contain_text("T06")
    shot(page, "agenda")
    assert too_wide(page) == []
    page.get_by_role("link", name="返回会议").click()
    page.get_by_role("button", name="确定议程").click()
    agree(page)
    expect(page.locator("body")).to_contain_text("议程已定，已通知各有关单位")


def resolved(page: Page) -> None:
    page.get_by_text("登记召开", exact=True).first.click()
    page.locator("#hold_present").fill("各成员单位")
    page.get_by_role("button", name="登记召开").click()
    page.get_by_role("link", name="记录和印发纪要").click()
    page.locator("textarea[name=outcome]").fill("会议同意优先保障用地指标。")
    page.get_by_role("button", name="保存议定意见").click()
    page.locator("#resolution_text").fill("落实用地指标 30 亩")
    page.locator("#resolution_unit").select_option(label="区科学技术和工业信息化局")
    page.locator("#resolution_due_on").fill("2026-11-30")
    page.get_by_role("button", name="记录议定事项").click()
    expect(page.locator("#issue_text")).to_have_value(
        "2026年10月12日，王副区长在区政府五楼会议室主持召开2026年第四次产业园区发展例会。现纪要如下：\n\n"
        "1. T06 新增园区T06（2026年第三季度滞后）\n会议同意优先保障用地指标。\n\n"
        "会议议定以下事项：\n（1）落实用地指标 30 亩。由区科学技术和工业信息化局牵头，2026年11月30日前完成。\n\n参会：各成员单位。"
    )
    shot(page, "minutes")
    assert too_wide(page) == []
    page.get_by_role("button", name="印发纪要").click()
    agree(page)
    expect(page.locator("body")).to_contain_text("议定事项已转为工作任务交办")
    expect(page.locator("#resolutions")).to_contain_text("待接收")
    shot(page, "meeting")
    assert too_wide(page) == []


def ended(page: Page) -> None:
    """By the unit: taken over, reported on, ended with a proof."""
    task = Task.objects.get()
    page.goto(f"/tasks/{task.pk}/")
    page.get_by_role("button", name="接收任务").click()
    page.get_by_label("本月进展").fill("已上报用地指标")
    page.get_by_role("button", name="报送进展").click()
    page.get_by_text("报送办结", exact=True).first.click()
    closing = page.locator("form[action$='/close/']")
    closing.get_by_label("办理结果").fill("用地指标已批复")
    closing.get_by_label("完成日期").fill("2026-10-12")
    closing.locator("input[type=file]").set_input_files({"name": "批复.pdf", "mimeType": "application/pdf", "buffer": pdf(b"ok")})
    closing.get_by_role("button", name="报送办结").click()
    expect(page.locator("#closing")).to_contain_text("待验收")


def accepted(page: Page) -> None:
    page.goto(f"/tasks/{Task.objects.get().pk}/")
    page.locator("#closing").get_by_label("验收结论").select_option("yes")
    page.locator("#closing").get_by_label("验收依据").fill("批复文件")
    page.get_by_role("button", name="答复").first.click()
    expect(page.locator("#closing")).to_contain_text("已验收")


def test_from_a_red_target_to_a_task_that_is_done(people, new_page: Callable[..., Page]):
    office = signed_in(new_page(), people["office"])
    released(office)
    meeting = called(office)
    on_the_agenda(office)
    resolved(office)
    ended(signed_in(new_page(), people["department"]))
    accepted(signed_in(new_page(), people["colleague"]))
    office.goto(f"/meetings/{meeting.pk}/")
    expect(office.locator("#resolutions")).to_contain_text("办结")
    expect(office.locator("#resolutions")).to_contain_text("已上报用地指标")
    assert Task.objects.get().state == "done"
