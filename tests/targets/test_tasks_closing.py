"""办结 with evidence and another person's acceptance; 延期 with a reason and another person's word; the day's messages."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from guandu.accounts.handover import open_work
from guandu.accounts.roles import RoleCode
from guandu.core.actors import MESSENGER
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.files.models import Attachment
from guandu.notices.models import Message
from guandu.web.registry import todos_for
from targets.actions import task_asking, tasks
from targets.actions.task_reminders import remind
from targets.models import TaskClosing
from targets.queries.tasks import ON_CLOSING, lit_tasks, to_accept, to_extend
from tests.factories import make_demonstration, make_user
from tests.targets.papers import file
from tests.targets.works import closed, give, on, received

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D11")]


@pytest.fixture(autouse=True)
def _twelfth_of_october():
    make_demonstration()


@pytest.fixture
def task(department, department_user, office):
    return received(give(office, department), department_user)


@pytest.fixture
def second(db):
    return make_user(RoleCode.OFFICE, username="office-2")


def extended(task, by, **given):
    return task_asking.ask_extension(task=task, by=by, **{"new_due_on": date(2027, 1, 20), "reason": "征地未完成", **given})


def test_done_takes_a_file_and_another_account(task, department_user, office):
    row = closed(task, department_user)
    task.refresh_from_db()
    assert (task.state, row.state, row.asked_unit) == ("reported", "asked", "本部门")
    assert [each.name for each in Attachment.objects.of(ON_CLOSING, row)] == ["验收.pdf"]
    assert to_accept(office) == [row]
    done = task_asking.accept(closing=row, basis="竣工验收备案表", by=office)
    row.refresh_from_db()
    assert (done.state, done.done_on, row.state, row.answer) == ("done", date(2026, 10, 10), "granted", "竣工验收备案表")
    assert Message.objects.filter(recipient=department_user, title__startswith="已验收办结").count() == 1
    assert lit_tasks(office).get(pk=task.pk).light == ""


def test_a_task_is_not_closed_without_evidence(task, department_user):
    with pytest.raises(Invalid, match="没有办结材料不能办结"):
        closed(task, department_user, file=None)
    task.refresh_from_db()
    assert (task.state, TaskClosing.objects.count()) == ("working", 0)


def test_nothing_is_accepted_without_files_there_to_see(task, department_user, office):
    row = closed(task, department_user)
    Attachment.objects.all().delete()
    with pytest.raises(NotReady, match="还没有办结材料"):
        task_asking.accept(closing=row, basis="备案表", by=office)


@pytest.mark.parametrize(
    ("given", "fields"),
    [({"text": ""}, ["text"]), ({"done_on": None}, ["done_on"]), ({"done_on": date(2026, 10, 13)}, ["done_on"])],
)
def test_what_is_missing_of_a_closing_is_said_at_its_field(given, fields, task, department_user):
    with pytest.raises(Invalid) as refusal:
        closed(task, department_user, **given)
    assert [name for name, _ in refusal.value.errors] == fields


def test_nobody_accepts_his_own(office, second):
    task = received(give(second, office.unit), office)
    row = closed(task, office)
    assert (to_accept(office), to_accept(second)) == ([], [row])
    with pytest.raises(NotAllowed, match="须由其他人验收"):
        task_asking.accept(closing=row, basis="备案表", by=office)
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskClosing.objects.filter(pk=row.pk).update(state="granted", decided_key=row.asked_key, decided_at=row.asked_at)
    assert task_asking.accept(closing=row, basis="备案表", by=second).state == "done"


def test_only_the_lead_closes_and_only_the_office_accepts(department, department_user, street, street_user, leader, office):
    task = received(give(office, department, helpers=[street]), department_user)
    with pytest.raises(NotAllowed, match="由牵头单位报送"):
        closed(task, street_user)
    row = closed(task, department_user)
    for user in (department_user, street_user, leader):
        with pytest.raises(NotAllowed):
            task_asking.accept(closing=row, basis="备案表", by=user)
        with pytest.raises(NotAllowed):
            task_asking.send_back(closing=row, reason="不全", by=user)


def test_sent_back_with_words_it_runs_on_and_is_asked_for_again(task, department_user, office):
    row = closed(task, department_user)
    with pytest.raises(Invalid, match="请填写退回理由"):
        task_asking.send_back(closing=row, reason="", by=office)
    assert task_asking.send_back(closing=row, reason="缺竣工验收表", by=office).state == "working"
    [message] = Message.objects.filter(recipient=department_user, title__startswith="办结已退回")
    assert message.text == "缺竣工验收表"
    with pytest.raises(Conflict, match="已经答复过"):
        task_asking.accept(closing=row, basis="备案表", by=office)
    assert closed(task, department_user).pk != row.pk


def test_while_it_waits_files_are_added_and_nothing_else(task, department_user, office):
    row = closed(task, department_user)
    task_asking.add_file(closing=row, file=file("照片.pdf"), by=department_user)
    assert Attachment.objects.of(ON_CLOSING, row).count() == 2
    with pytest.raises(Conflict, match="等待验收"):
        closed(task, department_user)
    with pytest.raises(NotReady, match="等待验收"):
        tasks.report(task=task, month="2026-10", text="进展", by=department_user)
    task_asking.accept(closing=row, basis="备案表", by=office)
    with pytest.raises(NotReady, match="材料不再变动"):
        task_asking.add_file(closing=row, file=file("再一张.pdf"), by=department_user)


def test_a_task_that_was_not_taken_over_is_not_closed(department, department_user, office):
    with pytest.raises(NotReady, match="请先接收任务"):
        closed(give(office, department), department_user)


# --- 延期 -------------------------------------------------------------------------------------------


def test_a_later_day_is_asked_for_and_granted_by_another(task, department_user, office):
    row = extended(task, department_user)
    assert to_extend(office) == [row]
    with pytest.raises(Conflict, match="已有一项延期申请"):
        extended(task, department_user)
    granted = task_asking.grant_extension(extension=row, by=office)
    assert (granted.due_on, granted.first_due_on, granted.is_extended) == (date(2027, 1, 20), date(2026, 12, 20), True)
    with pytest.raises(Conflict):
        task_asking.decline_extension(extension=row, answer="不同意", by=office)


def test_the_office_grants_nothing_to_itself(office, second):
    task = received(give(second, office.unit), office)
    row = extended(task, office)
    with pytest.raises(NotAllowed, match="须由其他人批准"):
        task_asking.grant_extension(extension=row, by=office)
    assert task_asking.grant_extension(extension=row, by=second).due_on == date(2027, 1, 20)


def test_declined_with_words_the_day_stays(task, department_user, office):
    row = extended(task, department_user)
    with pytest.raises(Invalid):
        task_asking.decline_extension(extension=row, answer=" ", by=office)
    assert task_asking.decline_extension(extension=row, answer="可以按期完成", by=office).due_on == date(2026, 12, 20)
    assert Message.objects.filter(recipient=department_user, title__startswith="延期未获同意").exists()


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"reason": ""}, ["reason"]),
        ({"new_due_on": None}, ["new_due_on"]),
        ({"new_due_on": date(2026, 12, 20)}, ["new_due_on"]),
    ],
)
def test_an_extension_needs_a_reason_and_a_later_day(given, fields, task, department_user):
    with pytest.raises(Invalid) as refusal:
        extended(task, department_user, **given)
    assert [name for name, _ in refusal.value.errors] == fields


def test_others_ask_for_nothing(task, street_user, leader):
    for user in (street_user, leader):
        with pytest.raises(NotAllowed):
            extended(task, user)


# --- what the day says ------------------------------------------------------------------------------


def test_lines_owed_are_told_once_in_the_last_days_of_the_month(task, department_user):
    Message.objects.all().delete()
    on(date(2026, 10, 26))
    assert remind(by=MESSENGER) == 0
    on(date(2026, 10, 27))
    assert remind(by=MESSENGER) == 1
    [message] = Message.objects.filter(recipient=department_user)
    assert (message.title, message.url) == ("2026年10月有 1 项任务的进展待报", "/tasks/?mine=lines")
    assert remind(by=MESSENGER) == 0
    on(date(2026, 10, 28))
    assert remind(by=MESSENGER) == 0


def test_a_task_that_passed_its_day_is_told_to_its_lead_and_the_office_once(task, department_user, office):
    Message.objects.all().delete()
    on(date(2026, 12, 21))
    assert remind(by=MESSENGER) == 2
    assert {message.recipient for message in Message.objects.all()} == {department_user, office}
    on(date(2026, 12, 22))
    assert remind(by=MESSENGER) == 0


def test_no_person_sends_the_reminders(office):
    with pytest.raises(NotAllowed):
        remind(by=office)


# --- home, hand-over --------------------------------------------------------------------------------


def titles(user) -> list[str]:
    return [each.title for each in todos_for(user)]


def test_what_waits_stands_at_home(department, department_user, office, second):
    task = give(office, department)
    assert "新任务：推进标准厂房建设" in titles(department_user)
    received(task, department_user)
    on(date(2026, 11, 2))
    assert "2026年10月有 1 项任务的进展待报" in titles(department_user)
    extended(task, department_user)
    assert "本部门申请延期：推进标准厂房建设" in titles(office)
    closed(task, department_user)
    assert "本部门报送办结：推进标准厂房建设" in titles(office)


def test_open_tasks_are_open_work_of_a_hand_over(task, department_user, street_user, leader):
    work = dict(open_work(department_user))
    assert [(item.title, item.url) for item in work["工作任务"]] == [(task.code, f"/tasks/{task.pk}/")]
    assert "工作任务" not in dict(open_work(street_user))
    assert "工作任务" not in dict(open_work(leader))
