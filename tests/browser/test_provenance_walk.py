"""By links alone, in Chromium: from a district's number to the approved cell, and from the cell back to it."""

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from guandu.jobs import worker
from targets.models import Figure
from tests.browser.test_change_pages import LONG, too_wide
from tests.browser.test_return_grid import signed_in
from tests.factories import make_chain, make_demonstration, make_figure, make_indicator, make_park
from tests.targets.factories import make_cast

pytestmark = [pytest.mark.once, pytest.mark.feature("C10")]
SHOTS = os.environ.get("GUANDU_SHOTS", "")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 1024, "height": 768}


@pytest.fixture
def cast(transactional_db):
    """One quarter approved and rolled up; beside it the ugliest numbers there are."""
    make_demonstration()
    found = make_cast()
    found.locked("2026Q2")
    worker.run_waiting()
    return found


def uglier() -> None:
    """A name of forty characters, eleven digits, nothing at all, below zero, 补录, and parks without a chain."""
    revenue = Figure.objects.filter(indicator__code="REV").first().indicator
    for name, value, fields in (
        (LONG[:40], "98765432109.87", {"backfilled": 1}), ("没有数的园区", None, {}), ("亏损园区", "-12345678.90", {}),
        ("未定归属的园区", "0", {"chain_code": "", "street_code": ""}),
    ):  # fmt: skip
        make_figure(revenue, "2026H1", make_park(code=f"UGLY{len(name)}", name=name), value=value, **fields)
    for number in range(9):
        make_figure(
            revenue,
            "2026H1",
            make_chain(name=f"名字相当长的产业链{number}"),
            value="98765432109.87",
            expected=14,
            reported=12,
        )
    make_figure(
        make_indicator(code="RATE", kind="ratio", unit="%"),
        "2026Q2",
        make_park(code="UGLY"),
        numerator=-1,
        denominator=3,
        reported=1,
    )


def follow(link: Locator) -> None:
    with link.page.expect_navigation():
        link.click()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_from_the_district_to_the_cell_and_back(cast, new_page: Callable[..., Page]):
    page = signed_in(new_page(), cast.office)
    page.goto("/")
    follow(page.get_by_role("link", name="数据查询", exact=True))
    with page.expect_navigation():
        page.get_by_label("范围类型").select_option(label="全区")
    follow(page.locator(".figure-grid td a.figure-link", has_text="1,000.00").first)
    expect(page.locator(".big-figure")).to_contain_text("1,000.00")
    start = page.url
    expect(page.get_by_text("与上方数值一致")).to_be_visible()

    follow(page.locator("table tbody td a.figure-link", has_text="1,000.00"))
    expect(page.locator("h1")).to_contain_text(cast.park.name)
    follow(page.get_by_role("link", name="运营方报送 第 1 版"))
    row = page.locator("tr#cell-REV")
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text("1,000.00")
    # The row that the address names stands out from its neighbours.
    expect(row.locator("td").first).to_have_css("background-color", "rgb(255, 243, 217)")
    expect(page.locator("tr#cell-FIRMS td").first).not_to_have_css("background-color", "rgb(255, 243, 217)")

    follow(row.get_by_role("link", name="用到哪里"))
    district = page.locator("tr", has_text="营业收入").filter(has_text="全区").locator("a.figure-link").first
    follow(district)
    assert page.url == start


def test_numbers_are_reached_by_the_keyboard(cast, new_page: Callable[..., Page]):
    uglier()
    page = signed_in(new_page(), cast.office)
    page.goto("/figures/?indicator=REV&kind=park&period=2026Q2&period=2026Q3")
    first = page.locator("[data-figure-grid] tbody tr").nth(0)
    first.locator("th a").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(first.locator("td").nth(1).locator("a, [tabindex]").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(
        page.locator("[data-figure-grid] tbody tr").nth(1).locator("td").nth(1).locator("a, [tabindex]").first
    ).to_be_focused()
    page.keyboard.press("ArrowLeft")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".big-figure")).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["1440", "1024"])
def test_the_ugliest_numbers_fit(viewport, cast, new_page: Callable[..., Page]):
    uglier()
    page = signed_in(new_page(viewport=viewport), cast.office)
    total = Figure.objects.get(indicator__code="REV", scope_kind="district", period="2026H1")
    value = Figure.objects.get(
        indicator__code="REV", scope_kind="park", scope_code=cast.park.code, period="2026H1"
    ).source
    for name, path in (
        ("parks", "/figures/?indicator=REV&indicator=RATE&kind=park&period=2026Q2&by=period"),
        ("chains", "/figures/?indicator=REV&kind=chain&period=2026Q2&period=2026Q3"),
        ("by-indicator", "/figures/?indicator=REV&indicator=FIRMS&kind=chain&period=2026Q2&by=indicator"),
        ("crossing", "/figures/crossing/?indicator=REV&period=2026Q2"),
        ("figure", f"/figures/{total.pk}/"),
        ("value", f"/values/{value.pk}/"),
        ("return", f"/returns/{value.return_version.return_of_id}/#cell-REV"),
        ("roll-ups", "/figures/roll-ups/"),
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert not too_wide(page), path
        shot(page, f"{name}-{viewport['width']}")
