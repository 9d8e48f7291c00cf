"""The pages of 期次: a period goes from its preview to its revision by them, and each person reads his part."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest

from guandu.core import clock
from targets.models import Figure, Publication
from tests.factories import make_figure
from tests.signing_in import signed_in
from tests.targets.published import ISSUED, Q3, issue, make_district, move, revise

pytestmark = [pytest.mark.django_db, pytest.mark.feature("C12")]
NEW = "/publications/new/"


@pytest.fixture(autouse=True)
def a_day_after_the_quarter(monkeypatch):
    monkeypatch.setattr(clock, "demo_date", lambda: ISSUED)


@pytest.fixture
def district(db):
    return make_district()


def text(response) -> str:
    return response.content.decode()


def test_a_period_goes_from_its_preview_to_its_revision_by_the_pages(office, district):
    browser = signed_in(office)
    assert "2026年第三季度快报" in text(browser.get(NEW))
    page = browser.get(NEW, {"of": "flash 2026Q3"})
    assert "2/2" in text(page)
    seen = page.context["preview"].digest
    answer = browser.post(NEW, {"of": "flash 2026Q3", "seen": seen, "document": "官园办〔2026〕12 号", "note": ""})
    made = Publication.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/publications/{made.pk}/")
    assert "10.50" in text(browser.get(answer.url))
    assert "现值已变" not in text(browser.get(answer.url)).replace("标明“现值已变”", "")

    move(district[1][0], 2100)
    assert "现值已变" in text(browser.get(answer.url)).replace("标明“现值已变”", "")
    page = browser.get(f"/publications/{made.pk}/revise/")
    assert "2</strong> 项数据变动" in text(page)
    answer = browser.post(
        f"/publications/{made.pk}/revise/", {"seen": page.context["preview"].digest, "note": "园区数据订正", "document": ""}
    )
    second = Publication.objects.get(revision=1)
    assert answer.url == f"/publications/{second.pk}/changes/"
    changes = text(browser.get(answer.url))
    assert "▲ +10.50" in changes
    assert "▲ +100.00" in changes
    assert "园区数据订正" in changes
    assert "请以" in text(browser.get(f"/publications/{made.pk}/"))


def test_gaps_stand_on_the_page_and_are_to_be_acknowledged(office, district):
    Figure.objects.filter(pk=district[1][1].pk).update(numerator=None, reported=0)
    browser = signed_in(office)
    page = text(browser.get(NEW, {"of": "flash 2026Q3"}))
    assert "演示园区2：1 项未核定" in page
    assert 'name="accepted" id="id_accepted" value="1/2"' in page
    refused = browser.post(NEW, {"of": "flash 2026Q3"})
    assert refused.status_code == 409
    assert "还有未核定的数据" in text(refused)
    assert browser.post(NEW, {"of": "flash 2026Q3", "accepted": "1/2"}).status_code == 302


@pytest.mark.parametrize("of", ["flash", "rating 2026Q3", "flash 2026Q9", "x"])
def test_what_is_not_offered_is_not_published(office, district, of):
    browser = signed_in(office)
    assert browser.get(NEW, {"of": of}).status_code == 404
    assert browser.post(NEW, {"of": of}).status_code == 422
    assert not Publication.objects.exists()


def test_a_revision_without_a_reason_is_refused_at_its_field(office, district):
    made = issue(office)
    move(district[1][0], 2100)
    answer = signed_in(office).post(f"/publications/{made.pk}/revise/", {"note": ""})
    assert answer.status_code == 422
    assert "请写明修订原因。" in text(answer)


def test_an_operator_reads_the_rows_of_his_own_park_only(office, operator, park, district):
    make_figure(district[0], "2026Q1-3", park, value="5")
    made = issue(office)
    page = text(signed_in(operator).get(f"/publications/{made.pk}/"))
    assert park.name in page
    assert "演示园区1" not in page
    assert "30.75" not in page


def test_rows_are_filtered_by_indicator_scope_and_name(office, district):
    browser = signed_in(office)
    made = issue(office)
    address = f"/publications/{made.pk}/"
    assert browser.get(address, {"indicator": "REV", "scope": "park"}).context["page"].paginator.count == 2
    assert browser.get(address, {"name": "园区2"}).context["page"].paginator.count == 1
    assert browser.get(address, {"indicator": "none"}).context["page"].paginator.count == 3


def sheet(data: bytes) -> list[tuple]:
    return list(openpyxl.load_workbook(BytesIO(data)).worksheets[0].iter_rows(values_only=True))


def test_the_workbook_of_a_publication_is_the_same_bytes_in_any_later_year(office, district):
    made = issue(office, note="首期")
    browser = signed_in(office)
    first = browser.post(f"/publications/{made.pk}/export/").content
    move(district[1][0], 2100)
    revise(made, office)
    with clock.known_demo_date(date(2027, 6, 1)):
        assert browser.post(f"/publications/{made.pk}/export/").content == first
    rows = sheet(first)
    assert [row[:6] for row in rows[1:4]] == [
        ("营业收入", "全区", "全区", "2026年1—9月", "万元", 30.75),
        ("营业收入", "园区", "演示园区1", "2026年1—9月", "万元", 10.5),
        ("营业收入", "园区", "演示园区2", "2026年1—9月", "万元", 20.25),
    ]
    said = "".join(str(row[0]) for row in rows[4:])
    assert made.check_code in said
    assert "四舍五入" in said


def test_what_came_by_a_work_form_says_so_on_page_and_in_the_workbook(office, district, monkeypatch):
    monkeypatch.setattr("targets.queries.publishing._from_work_forms", lambda periods: {"REV"})
    made = issue(office)
    browser = signed_in(office)
    assert "工作调度用，不作为统计数据对外发布" in text(browser.get(f"/publications/{made.pk}/"))
    assert "工作调度用" in "".join(str(row[0]) for row in sheet(browser.post(f"/publications/{made.pk}/export/").content))


def test_a_rating_s_own_copy_is_found_by_nobody_but_the_office(office, leader, district):
    taken = issue(office, Q3, "rating")
    for path in ("", "changes/", "export/"):
        ask = signed_in(leader).post if path == "export/" else signed_in(leader).get
        assert ask(f"/publications/{taken.pk}/{path}").status_code == 404
    assert signed_in(office).get(f"/publications/{taken.pk}/").status_code == 200


def test_readers_publish_nothing(leader, office, district):
    made = issue(office)
    browser = signed_in(leader)
    assert browser.get(NEW).status_code == 403
    assert browser.post(f"/publications/{made.pk}/revise/", {"note": "x"}).status_code == 403
    assert "发布修订" not in text(browser.get(f"/publications/{made.pk}/"))


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_as_much_for_one_as_for_three(office, leader, django_assert_num_queries, count):
    _, rows = make_district(("1",) * count)
    made = issue(office)
    for number in range(1, count + 1):
        move(Figure.objects.get(pk=rows[0].pk), 100 + number)
        made = revise(made, office)
    browser = signed_in(leader)
    browser.get("/publications/")
    for path, queries in (("", LIST), (f"{made.pk}/", DETAIL), (f"{made.pk}/changes/", CHANGES)):
        with django_assert_num_queries(queries):
            assert browser.get(f"/publications/{path}").status_code == 200


LIST, DETAIL, CHANGES = 9, 12, 12
