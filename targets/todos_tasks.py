"""Tasks, 批示 and 督办 that wait for a person, for the home page's to-do list."""

from collections.abc import Sequence

from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.registry import ToDo, todo_sources
from targets.models import Instruction, SupervisionNotice, Task
from targets.queries import instructions, supervisions
from targets.queries.tasks import lines_owed, month_label, to_accept, to_extend, to_receive

FEW = 3


@todo_sources.register(15)
def tasks_waiting(user: User) -> list[ToDo]:
    """What is to be received, reported and answered by a unit; accepted and answered by the office. Ten queries at most."""
    if not user.may(Permission.TASK_VIEW):
        return []
    return [
        *[_notice(each) for each in supervisions.to_answer(user)],
        *_receive(to_receive(user)),
        *_lines(lines_owed(user, clock.today())),
        *[_asked(each.task, f"{each.asked_unit}报送办结：{each.task.title}", "去验收") for each in to_accept(user)],
        *[_asked(each.task, f"{each.asked_unit}申请延期：{each.task.title}", "去答复") for each in to_extend(user)],
        *_instructions(user),
    ]


def _notice(notice: SupervisionNotice) -> ToDo:
    late = notice.due_on < clock.today()
    return ToDo(
        title=f"{notice.label}：{notice.task.title}",
        url=reverse("targets:supervision", args=[notice.pk]),
        action="去答复",
        due_on=notice.due_on,
        detail=notice.text,
        word=notice.get_state_display(),
        tone="late" if late else "warn",
    )


def _receive(tasks: Sequence[Task]) -> list[ToDo]:
    if len(tasks) > FEW:
        url = f"{reverse('targets:tasks')}?state=waiting&mine=mine"
        title = f"有 {len(tasks)} 项新任务待接收"
        return [ToDo(title=title, url=url, action="去接收", due_on=tasks[0].due_on, word="待接收", tone="active")]
    return [
        ToDo(
            title=f"新任务：{task.title}", url=reverse("targets:task", args=[task.pk]), action="去接收", due_on=task.due_on,
            detail=task.text[:60], word="待接收", tone="active",
        )
        for task in tasks
    ]  # fmt: skip


def _lines(owed: Sequence[tuple[Task, str]]) -> list[ToDo]:
    months: dict[str, list[Task]] = {}
    for task, month in owed:
        months.setdefault(month, []).append(task)
    this = f"{clock.today():%Y-%m}"
    return [
        ToDo(
            title=f"{month_label(month)}有 {len(tasks)} 项任务的进展待报", url=f"{reverse('targets:tasks')}?mine=lines", action="去报送",
            detail="、".join(task.title for task in tasks[:FEW]) + ("等" if len(tasks) > FEW else ""),
            word="待报" if month == this else "逾期未报", tone="warn" if month == this else "late",
        )
        for month, tasks in months.items()
    ]  # fmt: skip


def _asked(task: Task, title: str, action: str) -> ToDo:
    return ToDo(title=title, url=reverse("targets:task", args=[task.pk]), action=action, word="待办", tone="active")


def _instructions(user: User) -> list[ToDo]:
    if not user.may(Permission.INSTRUCTION_ENTER):
        return []
    return [_instruction(each) for each in instructions.to_answer(user)]


def _instruction(row: Instruction) -> ToDo:
    late = row.due_on < clock.today()
    return ToDo(
        title=f"{row.leader}批示待反馈：{row.title}",
        url=reverse("targets:instruction", args=[row.pk]),
        action="去反馈",
        due_on=row.due_on,
        word=row.get_feedback_state_display(),
        tone="late" if late else "warn",
    )
