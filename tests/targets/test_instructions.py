"""批示: entered in words with a task for each unit, answered from what the units say; nothing marked with a 密级."""

from datetime import date

import pytest

from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.web.registry import todos_for
from targets.actions import instructions, task_asking, tasks
from targets.models import Instruction, Task
from targets.queries.instructions import WARNING, bears_mark, gathered, parts_of
from tests.factories import make_demonstration
from tests.targets.works import closed, instructed, received

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D11")]


@pytest.fixture(autouse=True)
def _twelfth_of_october():
    make_demonstration()


def test_each_unit_gets_a_task_of_it(department, department_user, street, street_user, liaison):
    row = instructed(liaison, department, street)
    found = row.tasks.order_by("pk")
    assert [(task.source, task.state, [duty.unit for duty in task.duties.all()]) for task in found] == [
        ("instruction", "waiting", [department]), ("instruction", "waiting", [street]),
    ]  # fmt: skip
    assert [(task.due_on, task.source_note) for task in found] == [(date(2026, 11, 20), "张区长 2026-10-09 批示")] * 2
    for user in (department_user, street_user):
        assert [each.url for each in todos_for(user) if each.title.startswith("新任务")] == [
            f"/tasks/{found.get(units=user.unit).pk}/"
        ]


def test_the_office_and_the_liaison_enter_nobody_else(department, department_user, leader, street_user, office):
    assert instructed(office, department).pk
    for user in (department_user, leader, street_user):
        with pytest.raises(NotAllowed):
            instructed(user, department)


def test_units_see_those_that_ask_something_of_them(department, department_user, street, street_user, leader, liaison):
    row = instructed(liaison, department)
    seen = {user.username: list(Instruction.objects.visible_to(user)) for user in (department_user, street_user, leader)}
    assert seen == {"department": [row], "street": [], "leader": [row]}
    instructed(liaison, department, street)
    assert Instruction.objects.visible_to(street_user).count() == 1
    # Of what was asked of others beside one, the own part only.
    both = Instruction.objects.get(tasks__units=street)
    assert [part.task.duties.get().unit for part in parts_of(both, street_user)] == [street]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"title": ""}, ["title"]),
        ({"summary": " "}, ["summary"]),
        ({"leader": ""}, ["leader"]),
        ({"given_on": None}, ["given_on"]),
        ({"given_on": date(2026, 10, 13)}, ["given_on"]),
        ({"due_on": None}, ["due_on"]),
        ({"due_on": date(2026, 10, 11)}, ["due_on"]),
        ({"units": []}, ["units"]),
        ({"summary": "机密★1年 请阅处"}, ["summary"]),
        ({"document": "密级：秘密"}, ["document"]),
    ],
)
def test_what_is_wrong_is_said_at_its_field(given, fields, department, liaison):
    with pytest.raises(Invalid) as refusal:
        instructed(liaison, department, **given)
    assert [name for name, _ in refusal.value.errors] == fields
    assert not Instruction.objects.exists()
    assert not Task.objects.exists()


@pytest.mark.parametrize("text", ["绝密★", "机密★10年", "秘密 ☆", "密级: 机密", "★长期", "秘密*3年"])
def test_marks_of_secrecy_are_known(text):
    assert bears_mark("请阅", text)


@pytest.mark.parametrize("text", ["三星★级园区", "保守国家秘密的培训", "机密性设计", "★", ""])
def test_words_that_are_no_mark_are_let_through(text):
    assert not bears_mark(text)


def test_the_answer_is_gathered_from_the_units_lines(department, department_user, street, street_user, liaison, office):
    row = instructed(liaison, department, street)
    first, second = row.tasks.order_by("pk")
    assert gathered(row, liaison) == (
        "关于“抓紧解决园区供电”的批示，办理情况如下：\n"
        "1. 本部门：待接收，办结时限为2026年11月20日。尚未报送进展。\n"
        "2. 本街道：待接收，办结时限为2026年11月20日。尚未报送进展。"
    )
    received(first, department_user)
    tasks.report(task=first, month="2026-10", text="已与供电局商定方案。", by=department_user)
    received(second, street_user)
    task_asking.accept(closing=closed(second, street_user), basis="协调会纪要", by=office)
    assert gathered(row, liaison).splitlines()[1:] == [
        "1. 本部门：办理中，办结时限为2026年11月20日。截至2026年10月，已与供电局商定方案。",
        "2. 本街道：已于2026年10月10日办结。一期已竣工",
    ]


def test_drafted_sent_and_drafted_again(department, liaison, office):
    row = instructed(liaison, department)
    with pytest.raises(NotReady, match="还没有反馈稿"):
        instructions.send(instruction=row, by=liaison)
    drafted = instructions.draft(instruction=row, text="已办理。", seen=1, by=liaison)
    assert (drafted.feedback_state, drafted.version) == ("draft", 2)
    with pytest.raises(Conflict):
        instructions.draft(instruction=row, text="别的。", seen=1, by=office)
    sent = instructions.send(instruction=row, seen=2, by=office)
    assert (sent.feedback_state, sent.sent_by) == ("sent", office.name)
    with pytest.raises(NotReady, match="已经报送过"):
        instructions.send(instruction=row, by=office)
    assert instructions.draft(instruction=row, text="续报：已送电。", by=liaison).sent_at is None


def test_a_draft_needs_words_without_marks(department, liaison, department_user):
    row = instructed(liaison, department)
    for text in ("", "机密★1年"):
        with pytest.raises(Invalid) as refusal:
            instructions.draft(instruction=row, text=text, by=liaison)
        assert [name for name, _ in refusal.value.errors] == ["feedback"]
    with pytest.raises(NotAllowed):
        instructions.draft(instruction=row, text="已办理。", by=department_user)


def test_what_is_to_be_answered_stands_at_home(department, liaison, leader):
    row = instructed(liaison, department)
    [todo] = [each for each in todos_for(liaison) if "批示待反馈" in each.title]
    assert (todo.url, todo.due_on) == (f"/instructions/{row.pk}/", date(2026, 11, 20))
    assert not [each for each in todos_for(leader) if "批示待反馈" in each.title]
    assert "涉密文件不得上传" in WARNING
