"""Tasks: given out, taken over, reported on month by month; lit by the rule in force."""

from datetime import date

import pytest

from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.models import Demonstration
from guandu.notices.models import Message
from targets.actions import tasks
from targets.models import Task, TaskReport, TaskRule
from targets.queries.tasks import lines_owed, lit_tasks, reasons, rule_on, to_receive
from tests.factories import make_demonstration, make_unit
from tests.targets.works import give, on, received

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D11")]
DUE = date(2026, 12, 20)


@pytest.fixture(autouse=True)
def _twelfth_of_october():
    make_demonstration()


@pytest.fixture
def task(department, office) -> Task:
    return give(office, department)


def light(task, user) -> str:
    return lit_tasks(user).get(pk=task.pk).light


# --- giving out -------------------------------------------------------------------------------------


def test_a_task_has_a_number_its_units_and_tells_their_people(department, department_user, office):
    helper = make_unit(name="配合单位")
    task = give(office, department, helpers=[helper])
    assert (task.code, task.state, task.due_on, task.first_due_on) == ("RW2026-001", "waiting", DUE, DUE)
    assert [(each.unit, each.leads, each.owes_lines) for each in task.duties.order_by("-leads")] == [
        (department, True, True), (helper, False, False),
    ]  # fmt: skip
    assert give(office, department).code == "RW2026-002"
    [first, _] = Message.objects.filter(recipient=department_user).order_by("pk")
    assert (first.kind, first.title, first.url) == ("task", "新任务：推进标准厂房建设", f"/tasks/{task.pk}/")
    assert AuditEvent.objects.filter(verb="task.create").count() == 2


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"title": " "}, ["title"]),
        ({"title": "长" * 121}, ["title"]),
        ({"text": ""}, ["text"]),
        ({"due_on": None}, ["due_on"]),
        ({"due_on": date(2026, 10, 11)}, ["due_on"]),
        ({"leads": []}, ["leads"]),
        ({"source": "plan"}, ["source"]),
        ({"source": "instruction"}, ["source"]),
        ({"source": "nonsense"}, ["source"]),
    ],
)
def test_what_is_missing_is_said_at_its_field(given, fields, department, office):
    with pytest.raises(Invalid) as refusal:
        give(office, department, **given)
    assert [name for name, _ in refusal.value.errors] == fields
    assert not Task.objects.exists()


def test_a_unit_leads_or_helps_and_operators_get_no_tasks(department, operator_unit, office):
    with pytest.raises(Invalid, match="既是牵头单位又是配合单位"):
        give(office, department, helpers=[department])
    with pytest.raises(Invalid, match="园区运营方"):
        give(office, operator_unit)


def test_only_the_office_gives_out(department, department_user, leader, liaison):
    for user in (department_user, leader, liaison):
        with pytest.raises(NotAllowed):
            give(user, department)


# --- who sees it ------------------------------------------------------------------------------------


def test_units_see_what_they_lead_or_help_with_leaders_see_all(
    task, department_user, street, street_user, task_force_user, leader, liaison, operator, expert, office
):
    seen = {user.username: Task.objects.visible_to(user).count() for user in
            (department_user, street_user, task_force_user, leader, liaison, operator, expert, office)}  # fmt: skip
    assert seen == {
        "department": 1, "street": 0, "task-force": 0, "leader": 1, "liaison": 1, "operator": 0, "expert": 0, "office": 1,
    }  # fmt: skip
    give(office, department_user.unit, helpers=[street])
    give(office, task_force_user.unit)
    assert (
        Task.objects.visible_to(street_user).count(),
        Task.objects.visible_to(task_force_user).count(),
    ) == (1, 1)


# --- taking over, lines -----------------------------------------------------------------------------


def test_a_lead_takes_it_over_once(task, department_user):
    assert to_receive(department_user) == [task]
    assert tasks.receive(task=task, by=department_user).state == "working"
    assert to_receive(department_user) == []
    with pytest.raises(Conflict, match="已经接收"):
        tasks.receive(task=task, by=department_user)


def test_a_helper_taking_over_does_not_begin_the_work(
    department, department_user, street, street_user, office
):
    task = give(office, department, helpers=[street])
    assert tasks.receive(task=task, by=street_user).state == "waiting"
    assert tasks.receive(task=task, by=department_user).state == "working"


def test_one_line_a_month_rewritten_while_it_runs(task, department_user, department):
    received(task, department_user)
    tasks.report(task=task, month="2026-10", text="完成选址", by=department_user)
    row = tasks.report(task=task, month="2026-10", text="完成选址和立项", by=department_user)
    assert (row.unit, row.text, row.is_late) == (department, "完成选址和立项", False)
    assert TaskReport.objects.count() == 1
    on(date(2026, 11, 2))
    with pytest.raises(Conflict, match="2026年10月的进展已经报送"):
        tasks.report(task=task, month="2026-10", text="改", by=department_user)


def test_a_line_after_its_month_is_late_and_none_is_of_a_month_to_come(task, department_user):
    received(task, department_user)
    on(date(2026, 11, 2))
    assert tasks.report(task=task, month="2026-10", text="补报", by=department_user).is_late
    for month in ("2026-12", "2026-09", "2026-1", "", "2026-1x"):
        with pytest.raises(Invalid) as refusal:
            tasks.report(task=task, month=month, text="预报", by=department_user)
        assert [name for name, _ in refusal.value.errors] == ["month"]


def test_a_line_needs_words_and_a_task_that_was_taken_over(task, department_user):
    with pytest.raises(NotReady, match="请先接收任务"):
        tasks.report(task=task, month="2026-10", text="进展", by=department_user)
    received(task, department_user)
    with pytest.raises(Invalid, match="请填写本月进展"):
        tasks.report(task=task, month="2026-10", text="", by=department_user)


def test_others_report_nothing(task, street_user, leader, office):
    for user in (street_user, leader, office):
        with pytest.raises(NotAllowed):
            tasks.report(task=task, month="2026-10", text="进展", by=user)


def test_lines_are_owed_of_the_month_that_ended_and_in_the_last_days_of_this_one(task, department_user):
    received(task, department_user)
    assert lines_owed(department_user, date(2026, 10, 26)) == []
    assert lines_owed(department_user, date(2026, 10, 27)) == [(task, "2026-10")]
    assert lines_owed(department_user, date(2026, 11, 3)) == [(task, "2026-10")]
    tasks.report(task=task, month="2026-10", text="完成选址", by=department_user)
    assert lines_owed(department_user, date(2026, 11, 3)) == []


def test_what_was_given_out_late_in_a_month_owes_its_first_line_the_month_after(
    department, department_user, office
):
    on(date(2026, 10, 16))
    task = give(office, department)
    received(task, department_user)
    assert lines_owed(department_user, date(2026, 11, 3)) == []
    assert lines_owed(department_user, date(2026, 12, 3)) == [(task, "2026-11")]


# --- lights -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 31), "green"),
        (date(2026, 11, 1), "amber"),  # October's line is missing
        (date(2026, 12, 20), "amber"),
        (date(2026, 12, 21), "red"),
    ],
)
def test_a_task_is_lit_by_its_day_and_its_lines(day, expected, task, department_user, office):
    received(task, department_user)
    on(day)
    assert light(task, office) == expected


def test_the_day_that_comes_near_is_amber(task, department_user, office):
    received(task, department_user)
    on(date(2026, 11, 4))
    tasks.report(task=task, month="2026-10", text="完成选址", by=department_user)
    assert light(task, office) == "green"
    Task.objects.update(due_on=date(2026, 11, 19))
    assert light(task, office) == "amber"
    assert reasons(Task.objects.get(), date(2026, 11, 4), rule_on(date(2026, 11, 4))) == [
        "距办结时限还有 15 天"
    ]


def test_a_stage_that_is_late_is_amber_and_red_after_the_days_of_the_rule(task, department_user, office):
    received(task, department_user)
    stage = tasks.add_stage(task=task, title="专家评审", due_on=date(2026, 10, 13), by=department_user)
    assert light(task, office) == "green"
    on(date(2026, 10, 14))
    assert light(task, office) == "amber"
    on(date(2026, 10, 21))
    assert light(task, office) == "red"
    assert reasons(Task.objects.get(), date(2026, 10, 21), rule_on(date(2026, 10, 21))) == [
        "节点“专家评审”超期 8 天"
    ]
    tasks.set_stage(stage=stage, due_on=stage.due_on, done_on=date(2026, 10, 20), by=department_user)
    assert light(task, office) == "green"


def test_the_rule_in_force_on_the_day_decides(task, department_user, office):
    received(task, department_user)
    tasks.set_rule(
        valid_from=date(2026, 11, 1), red_after=3, stage_red_after=0, amber_within=0, amber_without_line=False,
        remind_days=3, by=office,
    )  # fmt: skip
    assert (rule_on(date(2026, 10, 31)).number, rule_on(date(2026, 11, 1)).number) == (0, 1)
    on(date(2026, 11, 10))
    assert light(task, office) == "green"
    on(date(2026, 12, 23))
    assert light(task, office) == "amber"
    on(date(2026, 12, 24))
    assert light(task, office) == "red"
    with pytest.raises(Invalid) as refusal:
        tasks.set_rule(valid_from=date(2026, 11, 1), red_after=0, stage_red_after=0, amber_within=0,
                       amber_without_line=True, remind_days=3, by=office)  # fmt: skip
    assert [name for name, _ in refusal.value.errors] == ["valid_from"]
    assert TaskRule.objects.count() == 1


def test_only_the_office_sets_the_rule(department_user):
    with pytest.raises(NotAllowed):
        tasks.set_rule(valid_from=date(2026, 11, 1), red_after=0, stage_red_after=0, amber_within=0,
                       amber_without_line=True, remind_days=3, by=department_user)  # fmt: skip


# --- changing, revoking, notes, stages --------------------------------------------------------------


def test_words_and_units_change_the_day_does_not(
    task, department, department_user, street, street_user, office
):
    changed = tasks.update(
        task=task, values={"title": "推进厂房二期"}, leads=[street], helpers=[department], by=office
    )
    assert (changed.title, changed.text, changed.version) == ("推进厂房二期", task.text, 2)
    assert {(each.unit.code, each.leads, each.owes_lines) for each in changed.duties.all()} == {
        ("street-own", True, True), ("dept-own", False, False),
    }  # fmt: skip
    assert Message.objects.filter(recipient=street_user).count() == 1
    with pytest.raises(NotAllowed):
        tasks.update(task=task, values={"title": "别的"}, by=department_user)
    with pytest.raises(Invalid):
        tasks.update(task=task, values={}, leads=[], helpers=[department], by=office)


def test_a_revoked_task_is_over(task, department_user, office):
    with pytest.raises(Invalid, match="请填写撤销原因"):
        tasks.revoke(task=task, reason=" ", by=office)
    assert tasks.revoke(task=task, reason="项目不再实施", by=office).state == "revoked"
    assert light(task, office) == ""
    for act in (
        lambda: tasks.revoke(task=task, reason="再次", by=office),
        lambda: tasks.receive(task=task, by=department_user),
        lambda: tasks.add_stage(task=task, title="节点", due_on=None, by=office),
        lambda: tasks.update(task=task, values={"title": "改名"}, by=office),
    ):
        with pytest.raises(NotReady):
            act()


def test_notes_by_units_and_office_not_by_others(task, department_user, street_user, leader, office):
    tasks.note(task=task, text="已约谈", by=office)
    tasks.note(task=task, text="用地已协调", by=department_user)
    assert [(each.text, each.author_unit) for each in task.notes.all()] == [
        ("用地已协调", "本部门"), ("已约谈", office.unit.name),
    ]  # fmt: skip
    for user in (street_user, leader):
        with pytest.raises(NotAllowed):
            tasks.note(task=task, text="备注", by=user)
    with pytest.raises(Invalid):
        tasks.note(task=task, text="", by=office)


def test_a_unit_schedules_a_stage_once_the_office_moves_it(task, department_user, street_user, office):
    stage = tasks.add_stage(task=task, track="M0用地调规", title="方案公示", due_on=None, by=department_user)
    with pytest.raises(Conflict):
        tasks.add_stage(task=task, track="M0用地调规", title="方案公示", due_on=None, by=office)
    assert tasks.set_stage(
        stage=stage, due_on=date(2026, 11, 5), done_on=None, by=department_user
    ).due_on == date(2026, 11, 5)
    with pytest.raises(Invalid, match="请联系园区发展办"):
        tasks.set_stage(stage=stage, due_on=date(2026, 12, 5), done_on=None, by=department_user)
    moved = tasks.set_stage(stage=stage, due_on=date(2026, 12, 5), done_on=None, by=office)
    assert (moved.due_on, moved.done_on) == (date(2026, 12, 5), None)
    with pytest.raises(Invalid, match="还没有到"):
        tasks.set_stage(stage=stage, due_on=moved.due_on, done_on=date(2026, 10, 13), by=office)
    with pytest.raises(NotAllowed):
        tasks.set_stage(stage=stage, due_on=moved.due_on, done_on=date(2026, 10, 12), by=street_user)
    assert Demonstration.objects.exists()
