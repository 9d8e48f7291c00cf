"""What the day has to say of tasks: lines owed at the month's end, and tasks that ran past their day."""

from collections import defaultdict
from datetime import date

from guandu.accounts.checks import require_service
from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, concerning
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.notices.actions.messages import post
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.told import Told
from targets.models import Task, TaskUnit
from targets.queries.recipients import Recipients
from targets.queries.tasks import (
    is_reminded,
    line_months,
    month_code,
    month_label,
    owing_duties,
    rule_on,
)

FEW = 5


@action("tasks.remind")
def remind(*, by: Actor) -> int:
    """Tell each unit's people which lines of progress they owe, once a month, and which task has passed its day, once a
    task and day; how many messages. A second call on a day says nothing anew. Raises NotAllowed for a person."""
    require_service(by, to="任务提醒")
    day = clock.today()
    concerning("targets.task", "", f"{day} 任务提醒")
    people = Recipients(day)
    return len(post(told=[*_lines(day, people), *_overdue(day, people)], by=by))


def _lines(day: date, people: Recipients) -> list[Told]:
    """One message for a person and month, with all that his units owe."""
    month = line_months(day)[1]
    if not is_reminded(day, rule_on(day)):
        return []
    code = month_code(month)
    owed: dict[Unit, list[Task]] = defaultdict(list)
    for task in Task.objects.owing_line(month).prefetch_related("duties__unit", "lines").order_by("due_on", "pk"):
        for duty in owing_duties(task, code):
            owed[duty.unit].append(task)
    told: dict[User, list[Task]] = defaultdict(list)
    for unit, tasks in owed.items():
        for user in people.people_of(unit, Permission.TASK_REPORT):
            told[user] += [task for task in tasks if task not in told[user]]
    return [_line_told(user, tasks, code) for user, tasks in told.items()]


def _line_told(user: User, tasks: list[Task], code: str) -> Told:
    names = "；".join(task.title for task in tasks[:FEW]) + (f"等 {len(tasks)} 项" if len(tasks) > FEW else "")
    return Told(
        user, MessageKind.TASK, f"task-lines:{code}", f"{month_label(code)}有 {len(tasks)} 项任务的进展待报",
        f"请在月底前各报一行进展：{names}。", "/tasks/?mine=lines",
    )  # fmt: skip


def _overdue(day: date, people: Recipients) -> list[Told]:
    tasks = Task.objects.running().filter(due_on__lt=day).prefetch_related("duties__unit").order_by("due_on", "pk")
    return [told for task in tasks for told in _overdue_told(task, people)]


def _overdue_told(task: Task, people: Recipients) -> list[Told]:
    owing: list[TaskUnit] = [duty for duty in task.duties.all() if duty.owes_lines]
    users = {user.pk: user for duty in owing for user in people.people_of(duty.unit, Permission.TASK_REPORT)}
    users |= {user.pk: user for user in people.office()}
    title = f"任务已超过办结时限：{task.title}"
    text = f"办结时限为 {task.due_on}。请尽快报送办结；确需延期的，请写明理由申请。"
    key = f"task-overdue:{task.pk}:{task.due_on}"
    return [
        Told(user, MessageKind.TASK, key, title, text, f"/tasks/{task.pk}/", Importance.HIGH) for user in users.values()
    ]
