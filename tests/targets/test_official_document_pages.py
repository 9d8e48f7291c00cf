"""The pages of 公文: the builder, one document from its draft to its issue, and the standing sentences."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.core import clock
from guandu.core.periods import Period
from guandu.web.registry import todos_for
from targets.models import DocumentTemplate, OfficialDocument
from targets.queries.open_work import documents_open
from tests.factories import make_figure
from tests.signing_in import signed_in
from tests.targets.documented import NUMBER, asked, draft, final_file, scan, signed
from tests.targets.published import ISSUED, issue, make_district

pytestmark = [pytest.mark.django_db, pytest.mark.feature("G9")]
NEW, LIST, MAKE = "/documents/new/", "/documents/", "/documents/make/"


@pytest.fixture(autouse=True)
def a_day_after_the_quarter(monkeypatch):
    monkeypatch.setattr(clock, "demo_date", lambda: ISSUED)


@pytest.fixture
def publication(office):
    make_district()
    return issue(office)


def text(response) -> str:
    return response.content.decode()


def chosen(made, **more) -> dict:
    return {
        "kind": "bulletin", "publication": made.pk, "scope": "", "sections": ["numbers", "filing"],
        "rankings": ["park"], **more,
    }  # fmt: skip


def upload(file) -> SimpleUploadedFile:
    return SimpleUploadedFile(file.name, file.data)


def test_a_paper_goes_from_the_choice_to_its_issue_by_the_pages(office, publication, department_user, leader):
    browser = signed_in(office)
    assert "季度通报" in text(browser.get(NEW))
    page = browser.get(NEW, chosen(publication))
    assert "营业收入 30.75 万元" in text(page)
    assert not OfficialDocument.objects.exists()
    answer = browser.post(
        MAKE, dict(page.context["chosen"]) | {"sections": ["numbers", "filing"], "rankings": ["park"]}
    )
    document = OfficialDocument.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/documents/{document.pk}/")
    at = answer.url

    sent = {"units": [department_user.unit_id], "due_on": str(ISSUED), "seen": document.version}
    assert browser.post(f"{at}ask/", sent).status_code == 302
    bureau = signed_in(department_user)
    assert "征求意见稿" in text(bureau.get(at))
    assert bureau.post(f"{at}opine/", {"agrees": "no", "text": ""}).status_code == 422
    assert bureau.post(f"{at}opine/", {"agrees": "no", "text": "补充原因"}).status_code == 302
    assert "补充原因" in text(browser.get(at))

    assert browser.post(f"{at}send-up/", {"seen": 2}).status_code == 302
    paper = {"signer": "王区长", "signed_on": str(ISSUED), "seen": 3, "file": upload(scan())}
    assert signed_in(leader).post(f"{at}sign/", paper).status_code == 302
    document.refresh_from_db()
    final = final_file(document, texts={"30.75": "31.75"})
    issued = {"number": NUMBER, "issued_on": str(ISSUED), "seen": 4, "file": upload(final)}
    assert browser.post(f"{at}issue/", issued).status_code == 302
    shown = text(browser.get(at))
    assert "与草稿不同的数字 <strong>1</strong> 处" in shown
    assert "【31.75】" in shown
    assert NUMBER in text(bureau.get(LIST))


def test_word_and_pdf_are_fetched(office, publication):
    document = draft(publication, office)
    browser = signed_in(office)
    word = browser.get(f"/documents/{document.pk}/word/")
    assert word.content.startswith(b"PK")
    assert word["Content-Type"].endswith("wordprocessingml.document")
    assert browser.get(f"/documents/{document.pk}/word/").content == word.content
    pdf = browser.get(f"/documents/{document.pk}/pdf/")
    assert (pdf.content[:5], pdf["Content-Type"]) == (b"%PDF-", "application/pdf")


def test_a_bulletin_before_its_publication_is_refused_with_a_sentence(office):
    browser = signed_in(office)
    assert "还没有发布数据，不能起草" in text(browser.get(NEW))
    answer = browser.post(MAKE, {"kind": "bulletin", "publication": "1", "sections": ["numbers"]})
    assert answer.status_code == 422
    assert "还没有发布的" in text(answer)


def test_the_same_choice_next_quarter_is_one_click(office, publication, monkeypatch):
    browser = signed_in(office)
    document = draft(publication, office)
    answer = browser.post(f"/documents/{document.pk}/next/", follow=True)
    assert "2026年第四季度的数据还没有发布，不能起草" in text(answer)
    make_figure(publication_indicator(), "2026", value="44.00", numerator=4400)
    monkeypatch.setattr(clock, "demo_date", lambda: date(2027, 1, 20))
    issue(office, Period.parse("2026Q4"))
    answer = signed_in(office).post(f"/documents/{document.pk}/next/")
    made = OfficialDocument.objects.exclude(pk=document.pk).get()
    assert answer.url == f"/documents/{made.pk}/"
    assert made.title == "官渡区产业园区2026年第四季度通报"
    assert made.choices == document.choices


def publication_indicator():
    from targets.models import Indicator  # reason: beside its one use

    return Indicator.objects.get(code="REV")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"kind": "letter"}, "请选择公文种类"),
        ({"publication": "999"}, "请从列表中选择期次"),
        ({"publication": "x"}, "请从列表中选择期次"),
        ({"sections": []}, "请至少选择一部分内容"),
        ({"sections": ["moon"]}, "请重新选择"),
        ({"kind": "briefing"}, "请选择汇报的园区"),
        ({"kind": "briefing", "scope": "park P-NONE"}, "请从列表中选择汇报范围"),
    ],
)
def test_a_wrong_choice_is_answered_with_the_form(office, publication, more, sentence):
    browser = signed_in(office)
    for answer in (
        browser.get(NEW, chosen(publication, **more)),
        browser.post(MAKE, chosen(publication, **more)),
    ):
        assert answer.status_code == 422
        assert sentence in text(answer)
    assert not OfficialDocument.objects.exists()


def test_what_was_wrong_stands_on_the_documents_page(office, publication):
    browser = signed_in(office)
    document = signed(draft(publication, office), office)
    at = f"/documents/{document.pk}/"
    wrong = {
        "number": "12",
        "issued_on": str(ISSUED),
        "seen": document.version,
        "file": upload(final_file(document)),
    }
    answer = browser.post(f"{at}issue/", wrong)
    assert answer.status_code == 422
    assert "年份用六角括号" in text(answer)
    other = final_file(document, texts={"2026年第三季度": "2026年第二季度"})
    answer = browser.post(f"{at}issue/", {**wrong, "number": NUMBER, "file": upload(other)})
    assert "上传的文件是2026年第二季度的" in text(answer)
    bomb = SimpleUploadedFile("稿.docx", b"PK\x03\x04 nothing")
    answer = browser.post(f"{at}issue/", {**wrong, "number": NUMBER, "file": bomb})
    assert (answer.status_code, "损坏" in text(answer)) == (422, True)
    answer = browser.post(
        f"{at}issue/", {**wrong, "number": NUMBER, "seen": 1, "file": upload(final_file(document))}
    )
    assert (answer.status_code, "请刷新页面" in text(answer)) == (409, True)


def test_lists_are_narrowed_searched_and_sorted(office, publication):
    browser = signed_in(office)
    draft(publication, office)
    draft(publication, office, "briefing")
    assert "通报</a>" in text(browser.get(LIST))
    assert "通报</a>" not in text(browser.get(LIST, {"kind": "briefing"}))
    assert "汇报</a>" not in text(browser.get(LIST, {"name": "通报"}))
    assert "没有符合条件的公文" in text(browser.get(LIST, {"state": "issued"}))
    for sort in ("title", "-title", "drafted", "nonsense", "-"):
        assert browser.get(LIST, {"sort": sort, "state": "nonsense"}).status_code == 200


def test_a_list_costs_the_same_with_one_document_and_with_three(office, publication):
    browser, counted = signed_in(office), []
    for more in (1, 2):
        for _ in range(more):
            draft(publication, office)
        browser.get(LIST)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get(LIST).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_what_waits_is_on_the_home_page_and_on_the_slip(office, publication, department_user, leader):
    asked(draft(publication, office), office, department_user.unit)
    assert any("征求意见" in each.title for each in todos_for(department_user))
    # The slip of a hand-over names the kind alone: the 安全管理员 prints it.
    assert [item.title for item in documents_open(department_user)] == ["季度通报征求意见"]
    assert not any("征求意见" in each.title for each in todos_for(leader))
    OfficialDocument.objects.update(state="sent_up")
    assert any("待签批" in each.title for each in todos_for(leader))
    assert [item.detail for item in documents_open(leader)] == ["待签批"]


def test_the_standing_sentences_by_their_page(security_admin, office):
    browser = signed_in(security_admin)
    page = browser.get("/documents/templates/")
    assert "{{quarter}}" in text(page)
    good = {"key": "bulletin.closing", "text": "请抓好落实。", "seen": 0}
    assert browser.post("/documents/templates/edit/", good).status_code == 302
    assert "请抓好落实。" in text(browser.get("/documents/templates/"))
    answer = browser.post("/documents/templates/edit/", {**good, "seen": 1, "text": "{{ ''.__class__ }}"})
    assert (answer.status_code, "只能写文字" in text(answer)) == (422, True)
    assert browser.post("/documents/templates/edit/", {**good, "key": "none"}).status_code == 422
    assert browser.post("/documents/templates/edit/", good).status_code == 409
    assert browser.post("/documents/templates/restore/", {"key": "bulletin.closing"}).status_code == 302
    assert not DocumentTemplate.objects.exists()
    assert signed_in(office).get("/documents/templates/").status_code == 403


def test_outside_its_readers_a_document_does_not_exist(office, publication, department_user, operator):
    document = draft(publication, office)
    for part in ("", "word/", "pdf/"):
        assert signed_in(department_user).get(f"/documents/{document.pk}/{part}").status_code == 404
        assert signed_in(operator).get(f"/documents/{document.pk}/{part}").status_code == 403
