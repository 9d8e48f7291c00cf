"""议程 and 纪要 as Word and PDF: names whole, issued words as they are, nothing before its time."""

from io import BytesIO

import pytest
from docx import Document

from targets.actions import agenda, meetings, minutes
from tests.factories import make_demonstration, make_unit
from tests.targets.convened import call, held, issue, red, resolve, set_meeting
from tests.targets.plans import make_plan

pytestmark = pytest.mark.django_db
NAME = "A&B<C>公司"


@pytest.fixture(autouse=True)
def _today(db):
    make_demonstration()


def text_of(response) -> str:
    assert response.status_code == 200
    document = Document(BytesIO(response.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


@pytest.mark.feature("D11")
def test_three_red_targets_are_three_items_of_the_word_file(sign_in, office, leader):
    plan, meeting = make_plan(), call(office)
    lights = [red(plan, f"T0{n}", make_unit(name=f"牵头局{n}"), answer=f"说明{n}") for n in (1, 2, 3)]
    agenda.put(meeting=meeting, marks=[f"light:{each.pk}" for each in lights], by=office)
    meetings.set_agenda(meeting=meeting, by=office)
    text = text_of(sign_in(leader).get(f"/meetings/{meeting.pk}/agenda.docx"))
    for n in (1, 2, 3):
        for words in (f"T0{n} 新增园区T0{n}", f"汇报单位：牵头局{n}", f"说明{n}", "差距 3 个"):
            assert words in text


def test_a_name_with_signs_stands_whole_in_word_and_pdf(sign_in, office):
    meeting = set_meeting(office, f"听取{NAME}汇报")
    client = sign_in(office)
    assert NAME in text_of(client.get(f"/meetings/{meeting.pk}/agenda.docx"))
    made = client.get(f"/meetings/{meeting.pk}/agenda.pdf")
    assert (made.status_code, made.content[:5]) == (200, b"%PDF-")
    assert "%E8%AE%AE%E7%A8%8B.pdf" in made["Content-Disposition"]


def test_issued_minutes_are_drawn_word_for_word_and_again_alike(sign_in, office, department, leader):
    meeting = held(office)
    resolve(meeting, department, office)
    issue(meeting, office, f"会议听取了{NAME}的汇报。\n会议强调，抓紧落实。")
    client = sign_in(leader)
    text = text_of(client.get(f"/meetings/{meeting.pk}/minutes.docx"))
    for words in (f"会议听取了{NAME}的汇报。", "会议强调，抓紧落实。", "月底前完成供地", "本部门", "2026年11月30日", "校验码"):
        assert words in text
    assert text == text_of(client.get(f"/meetings/{meeting.pk}/minutes.docx"))
    minutes.correct(meeting=meeting, text="更正后的全文。", reason="漏字", by=office)
    corrected = text_of(client.get(f"/meetings/{meeting.pk}/minutes.docx"))
    assert "更正后的全文。" in corrected
    assert "第 1 次更正" in corrected


def test_the_office_takes_the_draft_of_the_minutes_and_nobody_else(sign_in, office, department, leader):
    meeting = held(office)
    minutes.say(item=meeting.items.get(), outcome="原则同意", by=office)
    resolve(meeting, department, office)
    text = text_of(sign_in(office).get(f"/meetings/{meeting.pk}/minutes.docx"))
    for words in ("征求意见稿", "原则同意", "月底前完成供地"):
        assert words in text
    response = sign_in(leader).get(f"/meetings/{meeting.pk}/minutes.docx")
    assert (response.status_code, "印发后可以下载" in response.content.decode()) == (409, True)


def test_an_agenda_that_is_not_set_is_the_offices(sign_in, office, leader):
    meeting = call(office)
    assert sign_in(office).get(f"/meetings/{meeting.pk}/agenda.docx").status_code == 200
    response = sign_in(leader).get(f"/meetings/{meeting.pk}/agenda.docx")
    assert (response.status_code, "确定后可以下载" in response.content.decode()) == (409, True)


def test_other_papers_and_formats_are_not_there(sign_in, office):
    meeting, client = set_meeting(office), sign_in(office)
    for name in ("agenda.exe", "else.docx", "minutes.txt"):
        assert client.get(f"/meetings/{meeting.pk}/{name}").status_code == 404
