"""Every main page of the demonstration fits its window and does nothing that a page may not do."""

import pytest
from playwright.sync_api import Page

from scripts.screenshots import NARROW, PLACES, WIDE, Place, sign_in, visit
from tests.portal.seeded import seed_story


@pytest.fixture
def seeded(transactional_db, settings, tmp_path) -> None:
    settings.VAR_DIR = tmp_path
    seed_story()


def faults(page: Page, place: Place) -> list[str]:
    """What is wrong with the page as it stands, at both sizes."""
    found = []
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.wait_for_timeout(150)
        width = page.evaluate("document.scrollingElement.scrollWidth")
        if width > size["width"]:
            found.append(f"{place.name}: {width} wide in a window of {size['width']}")
    if page.locator("h1").count() != 1:
        found.append(f"{place.name}: {page.locator('h1').count()} first headings")
    page.set_viewport_size(WIDE)
    return found


@pytest.mark.once
@pytest.mark.feature("G7")
def test_every_main_page_opens_and_fits_at_both_sizes(new_page, page_watch, seeded):
    found: list[str] = []
    for account in dict.fromkeys(place.account for place in PLACES):
        page = new_page()
        if account:
            sign_in(page, account)
        for place in [each for each in PLACES if each.account == account]:
            visit(page, place)
            found += faults(page, place)
            found += [f"{place.name}: {problem}" for problem in page_watch.problems]
            page_watch.problems.clear()
    assert found == []
