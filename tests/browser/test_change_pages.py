"""The pages that change the register, with ugly data, at both sizes: they fit, and they work in Chromium."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from guandu.accounts.models import Unit, User
from guandu.accounts.roles import RoleCode
from parks.actions import contacts, naming, notes, parks, proposals
from parks.models import Enterprise, Park, Tenancy
from tests.browser.test_return_grid import signed_in
from tests.factories import SINCE, make_demonstration, make_enterprise, make_park, make_unit, make_user

TODAY = date(2026, 10, 12)
LONG = "昆明市官渡区金马街道凉亭片区数字经济与总部基地融合创新发展示范产业园区二期拓展区"
SIZES = ({"width": 1440, "height": 900}, {"width": 1024, "height": 768})


class Ugly:
    """A park with a name of forty characters, areas of eleven digits and three hundred firms."""

    def __init__(self) -> None:
        make_demonstration(TODAY)
        self.office = make_user(RoleCode.OFFICE, name="欧阳建国")
        street, department = (
            make_unit(Unit.Kind.STREET, name="官渡街道办事处"),
            make_unit(name="区科学技术和工业信息化局"),
        )
        self.park = make_park(
            code="P-UGLY", name=LONG, street=street, department=department,
            operator=make_unit(Unit.Kind.OPERATOR, name=f"{LONG}运营管理有限公司"), built_area=100,
        )  # fmt: skip
        self.into = make_park(code="P-INTO", name="存续园区", street=street, department=department)
        self.operator = make_user(RoleCode.OPERATOR, scope=self.park, name="张运营")
        self.reviewer = make_user(RoleCode.DEPARTMENT, scope=department, unit=department, name="李审核")
        self._firms()
        self._history()

    def _firms(self) -> None:
        Enterprise.objects.bulk_create(
            Enterprise(code=f"E-{number:03d}", name=f"昆明{LONG[:24]}第{number}科技有限责任公司")
            for number in range(300)
        )
        Tenancy.objects.bulk_create(
            Tenancy(park=self.park, enterprise=firm, valid_from=SINCE) for firm in Enterprise.objects.all()
        )
        self.firm = make_enterprise(park=self.park, code="E-LONG", name=f"昆明{LONG}企业管理有限公司")

    def _history(self) -> None:
        naming.rename_park(
            park=self.park,
            name=f"{LONG}（更名）",
            on=date(2026, 5, 16),
            document="官政发〔2026〕5号",
            by=self.office,
        )
        self.park = Park.objects.get(pk=self.park.pk)
        parks.update(
            park=self.park, values={"lettable_area": 12_345_678_901_23, "carrier": "land"}, by=self.office
        )
        for number, name in enumerate(("张三", "欧阳修竹", "阿卜杜热依木·买买提")):
            self.contact = contacts.add(
                subject=self.park, name=name, duty="招商运营部副总经理兼企业服务站站长", phone="13812340000",
                is_main=not number, by=self.office,
            )  # fmt: skip
        self.note = notes.write(subject=self.park, text=f"{LONG}" * 5, on=TODAY, by=self.operator)
        notes.strike(
            note=notes.write(subject=self.park, text="写错的一条", by=self.operator),
            because="楼号写错",
            by=self.operator,
        )
        self.proposal = proposals.propose(
            subject=Park.objects.get(pk=self.park.pk), effective_on=TODAY, by=self.operator, reason=f"{LONG}实测面积变化",
            values={"name": f"{LONG}三期", "built_area": 98_765_432_101_23, "other_services": "人才公寓、孵化器、检测平台、" * 8},
            document="昆测字〔2026〕第 1024 号",
        )  # fmt: skip

    def places(self) -> list[tuple[User, str, str]]:
        park, firm = f"/register/parks/{self.park.code}", f"/register/enterprises/{self.firm.code}"
        return [
            (self.office, "proposals", "/register/proposals/"),
            (self.reviewer, "proposal", f"/register/proposals/{self.proposal.pk}/"),
            (self.operator, "propose", f"{park}/propose/"),
            (self.operator, "propose-firm", f"{firm}/propose/"),
            (self.office, "record", f"{park}/record/"),
            (self.operator, "record-operator", f"{park}/record/"),
            (self.office, "record-firm", f"{firm}/record/"),
            (self.office, "rename", f"{park}/rename/"),
            (self.office, "merge", f"{park}/merge/"),
            (self.operator, "contact", f"/register/contacts/{self.contact.pk}/"),
            (self.office, "quality", "/register/quality/"),
            (self.operator, "quality-operator", "/register/quality/"),
            (self.office, "profile", f"/parks/{self.park.code}/"),
        ]


@pytest.fixture
def ugly(transactional_db) -> Ugly:
    return Ugly()


def too_wide(page: Page) -> list[int]:
    """The widths at which the page does not fit its window."""
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        if page.evaluate("document.scrollingElement.scrollWidth") > size["width"]:
            found.append(size["width"])
    return found


@pytest.mark.once
@pytest.mark.feature("A16", "A20")
def test_every_page_fits_at_both_sizes(new_page, ugly):
    pages = {user.pk: signed_in(new_page(), user) for user in (ugly.office, ugly.reviewer, ugly.operator)}
    wide = {}
    for user, name, path in ugly.places():
        page = pages[user.pk]
        page.goto(path)
        assert page.locator("h1").count() == 1, name
        if sizes := too_wide(page):
            wide[name] = sizes
    assert wide == {}


@pytest.mark.once
@pytest.mark.feature("A5")
def test_a_merger_is_seen_before_it_is_confirmed(new_page, page_watch, ugly):
    page = signed_in(new_page(), ugly.office)
    page.goto(f"/register/parks/{ugly.park.code}/merge/")
    page.get_by_label("并入园区").select_option(str(ugly.into.pk))
    page.get_by_label("合并日期").fill("2026-08-16")
    page.get_by_label("依据或原因").fill("区政府批复")
    page.get_by_role("button", name="查看合并影响").click()
    expect(page.locator(".changes-preview")).to_contain_text("301 家在园企业")
    page.get_by_role("button", name="确认合并").click()
    expect(page.locator(".portal-messages")).to_contain_text("并入存续园区")
    expect(page.locator("#changes")).to_contain_text("并入")


@pytest.mark.once
@pytest.mark.feature("X10")
def test_a_number_is_asked_for_and_shown_once(new_page, ugly):
    page = signed_in(new_page(), ugly.operator)
    page.goto(f"/register/parks/{ugly.park.code}/record/")
    expect(page.locator("#contacts")).to_contain_text("138****0000")
    page.locator("#contacts").get_by_role("button", name="查看号码").first.click()
    expect(page.locator(".changes-digits")).to_have_text("13812340000")
