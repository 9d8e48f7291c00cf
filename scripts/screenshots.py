"""Pictures of the main pages of a running demonstration, for looking at.

python -m scripts.screenshots --url http://127.0.0.1:8000 --out var/screenshots
"""

import argparse
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from scripts.console import VAR, Halt, say, told

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
WIDE, NARROW = ViewportSize(width=1440, height=900), ViewportSize(width=1024, height=768)


@dataclass(frozen=True)
class Place:
    """A page: its picture's name, who opens it (empty: nobody signed in), where, and the links that
    are followed from there, by selector."""

    name: str
    account: str
    path: str
    follow: tuple[str, ...] = ()


PLACES = (
    Place("sign-in", "", "/accounts/sign-in/"),
    Place("home-operator", "operator", "/"),
    Place("return-form", "operator", "/", (".todo-list a.btn",)),
    Place("returns-operator", "operator", "/returns/"),
    Place("park-operator", "operator", "/parks/P-Y05/"),
    Place("home-department", "department", "/"),
    Place("return-review", "department", "/", (".todo-list a.btn",)),
    Place("home-task-force", "taskforce", "/"),
    Place("chain", "taskforce", "/dashboard/chain/DIG/"),
    Place("home-street", "street", "/"),
    Place("home-leader", "leader", "/"),
    Place("dashboard", "leader", "/dashboard/"),
    Place("home-liaison", "liaison", "/"),
    Place("home-expert", "expert", "/"),
    Place("home-office", "office", "/"),
    Place("returns", "office", "/returns/"),
    Place("parks", "office", "/parks/"),
    Place("park", "office", "/parks/P-Y09/"),
    Place("plan", "office", "/plan/"),
    Place("target", "office", "/plan/T10/"),
    Place("figure", "office", "/plan/T08/", ("main a[href*='/figures/']",)),
    Place("figure-park", "office", "/parks/P-Y09/", ("main a[href*='/figures/']",)),
    Place("indicators", "office", "/indicators/"),
    Place("scores", "office", "/rating/"),
    Place("score", "office", "/parks/P-Y09/", (".star-more a",)),
    Place("score-blocked", "office", "/parks/P-Y05/", (".star-more a",)),
    Place("projects", "office", "/projects/"),
    Place("project", "office", "/projects/", ("main tbody a",)),
    Place("gallery", "office", "/gallery/"),
    Place("search", "office", "/search/?q=园区"),
    Place("admin", "office", "/admin/"),
    Place("admin-parks", "office", "/admin/parks/park/"),
    Place("admin-park", "office", "/admin/parks/park/", ("#result_list tbody a",)),
    Place("operators", "office", "/accounts/operators/"),
    Place("batches", "office", "/accounts/batches/"),
    Place("batch-new", "office", "/accounts/batches/new/"),
    Place("duties", "office", "/accounts/duties/"),
    Place("jobs", "office", "/jobs/"),
    Place("home-system", "system", "/"),
    Place("admin-system", "system", "/admin/"),
    Place("admin-security", "security", "/admin/"),
    Place("admin-audit", "audit", "/admin/"),
    Place("admin-trail", "audit", "/admin/audit/auditevent/"),
    Place("dormant", "system", "/accounts/dormant/"),
    Place("jobs-system", "system", "/jobs/"),
    Place("home-security", "security", "/"),
    Place("handovers", "security", "/accounts/handover/"),
    Place("handover-new", "security", "/accounts/handover/new/"),
    Place("protection", "security", "/accounts/protection/"),
    Place("policy", "security", "/accounts/policy/"),
    Place("home-audit", "audit", "/"),
    Place("trail", "audit", "/audit/"),
    Place("events", "audit", "/audit/events/"),
    Place("event", "audit", "/audit/events/", ("main tbody a",)),
)


def sign_in(page: Page, account: str) -> None:
    """By the account's button on the sign-in page of a demonstration."""
    page.goto("/accounts/sign-in/")
    page.locator(f"button[name=username][value={account}]").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def visit(page: Page, place: Place) -> None:
    """Open the place and wait until it has loaded. Halts when the server refuses."""
    answer = page.goto(place.path)
    if answer is None or not answer.ok:
        raise Halt(f"{place.name}：打不开 {place.path}（{answer.status if answer else '没有回应'}）。")
    for selector in place.follow:
        with page.expect_navigation():
            page.locator(selector).first.click()
    page.wait_for_load_state()


def take(browser: Browser, url: str, out: Path, places: list[Place]) -> int:
    """A picture of every place at both sizes; the number taken."""
    count = 0
    for account in dict.fromkeys(place.account for place in places):
        context = browser.new_context(
            base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=WIDE
        )
        page = context.new_page()
        if account:
            sign_in(page, account)
        for place in [each for each in places if each.account == account]:
            visit(page, place)
            for size in (WIDE, NARROW):
                page.set_viewport_size(size)
                page.wait_for_timeout(300)
                page.screenshot(path=out / f"{place.name}-{size['width']}.png")
                count += 1
            page.set_viewport_size(WIDE)
        context.close()
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="address of a running portal with demonstration data")
    parser.add_argument("--out", type=Path, default=VAR / "screenshots")
    parser.add_argument("names", nargs="*", help="only these pages, e.g. dashboard score")
    given = parser.parse_args()
    places = [place for place in PLACES if not given.names or place.name in given.names]
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        say(f"已截图 {take(browser, given.url, given.out, places)} 张，存放在 {given.out}")
        browser.close()
    return 0


if __name__ == "__main__":
    told(main)
