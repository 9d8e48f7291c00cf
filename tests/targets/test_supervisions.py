"""督办通知单: of a red task only, numbered in the year, received and then answered by the unit."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document

from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.notices.models import Message
from guandu.web.registry import todos_for
from targets.actions import supervisions, tasks
from targets.models import SupervisionNotice
from targets.queries.supervisions import notice_content, why_red
from tests.factories import make_demonstration
from tests.targets.works import give, on, received, supervised

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D11")]


@pytest.fixture(autouse=True)
def _twelfth_of_october():
    make_demonstration()


@pytest.fixture
def red(department, department_user, office):
    """Overdue since yesterday."""
    task = received(give(office, department), department_user)
    on(date(2026, 12, 21))
    return task


def test_a_notice_has_its_number_of_the_year(red, department, department_user, office):
    row = supervised(office, red, department)
    assert (row.label, row.state, row.because) == ("督办〔2026〕1号", "issued", "已超过办结时限 1 天；本部门未报11月进展")
    [message] = Message.objects.filter(recipient=department_user, kind="supervision")
    assert (message.url, message.importance) == (f"/supervisions/{row.pk}/", "high")
    other = received(give(office, department, due_on=date(2026, 12, 21)), department_user)
    on(date(2027, 1, 4))
    assert supervised(office, other, department, due_on=date(2027, 1, 9)).label == "督办〔2027〕1号"


def test_numbers_go_on_within_the_year(red, department, street, department_user, office):
    tasks.update(task=red, values={}, leads=[department], helpers=[street], by=office)
    assert [supervised(office, red, unit).number for unit in (department, street)] == [1, 2]


def test_only_red_tasks_are_supervised(department, department_user, office):
    task = received(give(office, department), department_user)
    assert why_red(task) == ""
    with pytest.raises(NotReady, match="没有亮红灯"):
        supervised(office, task, department)


def test_only_the_office_issues(red, department, department_user, leader, liaison):
    for user in (department_user, leader, liaison):
        with pytest.raises(NotAllowed):
            supervised(user, red, department)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"unit": None}, ["unit"]),
        ({"text": ""}, ["text"]),
        ({"due_on": None}, ["due_on"]),
        ({"due_on": date(2026, 12, 20)}, ["due_on"]),
    ],
)
def test_what_is_missing_is_said_at_its_field(given, fields, red, department, office):
    with pytest.raises(Invalid) as refusal:
        supervised(office, red, given.pop("unit", department), **given)
    assert [name for name, _ in refusal.value.errors] == fields


def test_a_unit_that_has_no_part_gets_none_and_one_at_a_time(red, department, street, office):
    with pytest.raises(Invalid):
        supervised(office, red, street)
    supervised(office, red, department)
    with pytest.raises(Conflict, match="还有一份督办通知单没有答复"):
        supervised(office, red, department)


def test_received_then_answered_by_the_unit(red, department, department_user, office):
    row = supervised(office, red, department)
    with pytest.raises(NotReady, match="请先签收"):
        supervisions.answer(notice=row, text="已整改", by=department_user)
    assert supervisions.receive(notice=row, by=department_user).state == "received"
    with pytest.raises(Conflict):
        supervisions.receive(notice=row, by=department_user)
    with pytest.raises(Invalid):
        supervisions.answer(notice=row, text=" ", by=department_user)
    answered = supervisions.answer(notice=row, text="已倒排工期，1月10日竣工。", by=department_user)
    assert (answered.state, answered.answered_by) == ("answered", department_user.name)
    assert Message.objects.filter(recipient=office, title="督办〔2026〕1号已答复").exists()
    with pytest.raises(Conflict):
        supervisions.answer(notice=row, text="再答复", by=department_user)
    assert supervised(office, red, department).number == 2


def test_other_units_neither_see_nor_answer(red, department, street_user, leader, office):
    row = supervised(office, red, department)
    assert not SupervisionNotice.objects.visible_to(street_user).exists()
    assert SupervisionNotice.objects.visible_to(leader).get() == row
    for user in (street_user, leader, office):
        with pytest.raises(NotAllowed):
            supervisions.receive(notice=row, by=user)


def test_it_waits_at_home(red, department, department_user, office):
    row = supervised(office, red, department)
    [todo] = [each for each in todos_for(department_user) if "督办" in each.title]
    assert (todo.url, todo.due_on) == (f"/supervisions/{row.pk}/", date(2026, 12, 28))


def test_the_paper_says_all_that_the_notice_does(red, department, office):
    content = notice_content(supervised(office, red, department))
    assert (content.label, content.to, content.title) == ("督办〔2026〕1号", "本部门", "关于督办“推进标准厂房建设”的通知")
    assert (content.task_code, content.source, content.text) == (
        "RW2026-001", "会议议定 专题会议纪要第 3 期", "请倒排工期，按周报送进展。",
    )  # fmt: skip
    assert (content.issued_on, content.due_on, content.task_due_on) == (
        date(2026, 12, 21), date(2026, 12, 28), date(2026, 12, 20),
    )  # fmt: skip


def test_the_notice_is_a_paper_in_word_and_pdf_the_same_each_time(red, department, department_user, office, sign_in, park):
    row = supervised(office, red, department, text="请A&B<C>公司倒排工期")
    client = sign_in(department_user)
    made = client.get(f"/supervisions/{row.pk}/notice.docx")
    document = Document(BytesIO(made.content))
    text = "\n".join(each.text for each in document.paragraphs)
    for words in ("督办通知单", "督办〔2026〕1号", "本部门：", "推进标准厂房建设", "请A&B<C>公司倒排工期", "2026年12月28日前办结"):
        assert words in text
    assert client.get(f"/supervisions/{row.pk}/notice.docx").content == made.content
    assert client.get(f"/supervisions/{row.pk}/notice.pdf").content[:5] == b"%PDF-"
    assert client.get(f"/supervisions/{row.pk}/notice.exe").status_code == 404
