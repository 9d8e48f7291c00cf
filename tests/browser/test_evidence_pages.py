"""Files and paper in Chromium: an upload with and without the script, a file too large, the printed sheet."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from guandu.files.inspection import check
from guandu.files.kinds import SCANS
from targets.models import Evidence, TemplateCell
from tests.browser.test_return_grid import signed_in
from tests.files.made import pdf
from tests.targets.factories import make_cast, make_indicator

LONG = "规模以上高技术制造业与战略性新兴产业企业研究与试验发展经费内部支出合计第{}项"


@pytest.fixture(autouse=True)
def _folder_of_this_test(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def sent(name: str = "说明.pdf", data: bytes | None = None) -> dict:
    return {"name": name, "mimeType": "application/pdf", "buffer": pdf() if data is None else data}


@pytest.mark.feature("B28")
@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_goes_up_from_its_cell_and_comes_down_again(cast, new_page, scripts):
    return_ = cast.filled()
    page = signed_in(new_page(java_script_enabled=scripts), cast.operator)
    page.goto(reverse("targets:return", args=[return_.pk]))
    page.locator("tr", has=page.locator("#v-FIRMS")).get_by_role("link", name="添加附件").click()
    expect(page.locator("#id_code")).to_have_value("FIRMS")
    page.set_input_files("#id_file", sent())
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.locator(".file-table")).to_contain_text("说明.pdf")
    assert Evidence.objects.get().indicator.code == "FIRMS"
    page.goto(reverse("targets:return", args=[return_.pk]))
    with page.expect_download() as coming:
        page.get_by_role("link", name="说明.pdf").click()
    assert coming.value.suggested_filename == "说明.pdf"


@pytest.mark.feature("B28")
def test_a_file_too_large_is_said_to_be_before_it_is_sent(cast, browser_page, settings):
    settings.FILES_MOST_BYTES = 1024 * 1024
    return_ = cast.filled()
    page = signed_in(browser_page, cast.operator)
    page.goto(reverse("targets:evidence", args=[return_.pk]))
    page.set_input_files("#id_file", sent(data=b"%PDF-" + b"\0" * 2 * 1024 * 1024))
    expect(page.locator("[data-file-error]")).to_contain_text("文件有 2.0 MB，超过 1 MB")
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.locator("[data-file-error]")).to_be_visible()
    assert page.url.endswith("/evidence/")
    page.set_input_files("#id_file", sent())
    expect(page.locator("[data-file-error]")).to_be_hidden()


@pytest.mark.feature("B30")
def test_the_sheet_prints_on_as_many_pages_as_it_needs_and_no_more(cast, browser_page):
    for number in range(16):
        TemplateCell.objects.create(
            template=cast.template, indicator=make_indicator(f"X{number}", name=LONG.format(number)),
            section="创新投入与产出", position=10 + number, is_required=False,
        )  # fmt: skip
    return_ = cast.filed(X0="98765432101.23")
    page = signed_in(browser_page, cast.operator)
    page.goto(reverse("targets:return-print", args=[return_.pk]))
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
    # What the browser prints to a file is taken as a scan.
    assert check(printed, "扫描.pdf", SCANS).data == printed
    page.emulate_media(media="print")
    expect(page.locator(".paper-sheet")).to_be_visible()
    for hidden in (".sidebar", ".topbar", ".page-head", ".portal-footer", ".screen-only"):
        expect(page.locator(hidden)).to_be_hidden()
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1]
