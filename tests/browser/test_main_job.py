"""The main job on the demonstration, in Chromium: one quarter's return becomes a figure, a target, a star."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from guandu.core.periods import Period
from guandu.jobs import worker
from guandu.portal.demo import story
from targets.models import Return
from tests.portal.seeded import NOW, seed_story

QUARTER = Period.parse(NOW)
PARK = next(park for park in story.PARKS if park.code == story.OPERATOR_PARK)
TYPED = story.cells(PARK, QUARTER)


@pytest.fixture
def seeded(transactional_db, settings, tmp_path) -> None:
    settings.VAR_DIR = tmp_path
    seed_story()


def signed_in(page: Page, account: str) -> Page:
    """By the account's button on the sign-in page."""
    page.goto(reverse("accounts:sign-in"))
    page.locator(f"button[name=username][value={account}]").click()
    expect(page.locator("h1")).to_have_text("工作台")
    expect(page.locator("body")).to_contain_text("演示数据")
    return page


def open_from_to_do(page: Page) -> None:
    """The return of the park, by its line in the to-do list of the home page."""
    line = page.locator(".todo-list li", has_text=PARK.plain_name).filter(has_text="第三季度")
    expect(line).to_contain_text(QUARTER.label)
    follow(line.locator("a.btn"))
    expect(page.locator("h1")).to_contain_text(PARK.plain_name)


def follow(link: Locator) -> None:
    """Click and wait until the page it leads to has loaded."""
    with link.page.expect_navigation():
        link.click()


def cell(page: Page, code: str):
    return page.locator(f"[name='v-{code}']")


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


def shown_number(page: Page, selector: str) -> Decimal:
    """The number that stands at the selector, whatever its grouping."""
    text = page.locator(selector).first.inner_text()
    return Decimal(text.split()[0].replace(",", ""))


class ApiClient:
    """Another system that reads the portal with its token."""

    def __init__(self, page: Page) -> None:
        token = StringIO()
        call_command("api_token", "api", stdout=token)
        self.page, self.headers = page, {"Authorization": f"Token {token.getvalue().strip()}"}

    def one(self, path: str) -> dict:
        answer = self.page.request.get(f"/api/v1/{path}", headers=self.headers)
        assert answer.status == 200, answer.text()
        (row,) = answer.json()["results"]
        return row

    def revenue(self) -> dict:
        return self.one(
            f"figures/?indicator=REV&scope_kind=park&park={PARK.code}&period={QUARTER.to_date.code}"
        )

    def standing(self) -> dict:
        answer = self.page.request.get(
            f"/api/v1/targets/?indicator=PARKS_100&period={NOW}", headers=self.headers
        )
        return next(row for row in answer.json()["results"] if row["code"] == "T10")["standing"]

    def score(self) -> dict:
        return self.one(f"assessments/?park={PARK.code}&period={NOW}")


def test_from_one_return_to_a_star(new_page, page_watch, seeded):
    page_watch.allow("422")
    client = ApiClient(new_page())
    assert client.revenue()["value"] is None
    assert (client.standing()["value"], client.standing()["status"]) == ("1", "pending")
    assert client.score()["total"] is None

    file_the_return(signed_in(new_page(), "operator"))
    review_the_return(signed_in(new_page(), "department"))
    for account in ("street", "taskforce"):
        give_an_opinion(signed_in(new_page(), account))
    office = signed_in(new_page(), "office")
    confirm_the_return(office)
    assert worker.run_waiting() == 2

    row = client.revenue()
    assert Decimal(row["value"]) == Decimal(TYPED["REV"])
    office.goto(reverse("targets:figure", args=[row["id"]]))
    assert shown_number(office, ".big-figure") == Decimal(TYPED["REV"])

    assert (client.standing()["value"], client.standing()["status"]) == ("2", "met")
    office.goto(f"{reverse('targets:target', args=['T10'])}?period={NOW}")
    assert shown_number(office, ".big-figure") == 2
    expect(office.locator(".page-head")).to_contain_text("已完成")

    score = client.score()
    office.goto(reverse("parks:detail", args=[PARK.code]))
    assert shown_number(office, ".star-total") == Decimal(score["total"])
    office.goto(reverse("rating:detail", args=[score["id"]]))
    assert shown_number(office, ".score-number b") == Decimal(score["total"])
    expect(office.locator(".score-total")).to_contain_text("试算")

    walk_down_to_the_cell(office)


def file_the_return(page: Page) -> None:
    """Paste the column with one wrong cell in it, correct that, hand in."""
    open_from_to_do(page)
    codes = page.locator("[data-column=v]").evaluate_all("cells => cells.map(each => each.dataset.key)")
    first, *others = codes
    paste(page, first, "\n".join(["约一百亿", *(TYPED.get(code, "") for code in others)]))
    expect(page.locator(f"#e-{first}")).to_contain_text("不是数字")
    expect(cell(page, first)).to_have_value("约一百亿")
    expect(page.locator("[data-save-state]")).to_contain_text("还有未改好的项")
    cell(page, first).fill(TYPED[first])
    expect(page.locator("[data-filled]")).to_have_text(str(len(TYPED)))
    expect(page.locator("[data-save-state]")).to_contain_text("已保存")
    page.get_by_role("button", name="报送", exact=True).click()
    page.locator("[data-confirm-yes]").click()
    expect(page.locator(".portal-messages")).to_contain_text("已报送")


def review_the_return(page: Page) -> None:
    open_from_to_do(page)
    page.get_by_role("button", name="审核通过").click()
    expect(page.locator(".portal-messages")).to_contain_text("已审核通过")


def give_an_opinion(page: Page) -> None:
    return_ = Return.objects.get(park_code=PARK.code, cycle__period=NOW)
    page.goto(reverse("targets:return", args=[return_.pk]))
    page.get_by_role("button", name="提出意见").click()
    expect(page.locator(".portal-messages")).to_contain_text("意见已提出")


def confirm_the_return(page: Page) -> None:
    return_ = Return.objects.get(park_code=PARK.code, cycle__period=NOW)
    page.goto(reverse("targets:return", args=[return_.pk]))
    page.get_by_role("button", name="确认锁定").click()
    page.locator("[data-confirm-yes]").click()
    expect(page.locator(".portal-messages")).to_contain_text("已确认锁定")


def walk_down_to_the_cell(page: Page) -> None:
    """From the district's number by links to the park's, to its 核定值, to the return; sums hold."""
    page.goto(reverse("portal:dashboard"))
    tile = page.locator(".tile", has=page.get_by_role("heading", name="营业收入", exact=True))
    whole = Decimal(tile.locator(".figure-link").inner_text().replace(",", ""))
    follow(tile.locator(".figure-link"))
    assert shown_number(page, ".big-figure") == whole
    parts = page.locator(".table-figures tbody td:nth-child(2)").all_inner_texts()
    assert len(parts) == len(story.PARKS)
    assert sum(Decimal(text.replace(",", "")) for text in parts if text != "—") == whole
    follow(page.locator(".table-figures tr", has_text=PARK.plain_name).locator(".figure-link"))
    assert shown_number(page, ".big-figure") == Decimal(TYPED["REV"])
    follow(page.locator("main").get_by_role("link", name="运营方报送"))
    expect(page.locator("main")).to_contain_text(f"{Decimal(TYPED['REV']):,}")
