"""Tasks as the pages list them: their light by the rule in force, whose they are, which lines of progress are owed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from guandu.accounts.checks import allowed
from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.files.models import Attachment
from parks.enums_requests import OPEN_REQUESTS
from parks.models import ServiceRequest
from parks.request_work import Work, request_work
from targets.enums_tasks import OPEN_TASKS, AskState, TaskLight, TaskState
from targets.models import (
    DEFAULT_RULE,
    Task,
    TaskClosing,
    TaskExtension,
    TaskReport,
    TaskRule,
    TaskStage,
    TaskUnit,
)
from targets.querysets_tasks import months_before, own_units

ON_CLOSING = "task.closing"
TONES = {TaskLight.RED: "late", TaskLight.AMBER: "warn", TaskLight.GREEN: "done", TaskLight.NONE: "idle"}
STATE_TONES = {
    TaskState.WAITING: "idle", TaskState.WORKING: "active", TaskState.REPORTED: "active", TaskState.DONE: "done",
    TaskState.REVOKED: "idle",
}  # fmt: skip


def rule_on(day: date) -> TaskRule:
    """The rule of lights in force on `day`; the defaults where the office has set none by then."""
    return TaskRule.objects.filter(valid_from__lte=day).order_by("-valid_from").first() or DEFAULT_RULE


def lit_tasks(user: Actor, day: date | None = None) -> QuerySet[Task]:
    """What the person may see, each with its `light`. One query for the rule."""
    day = day or clock.today()
    return Task.objects.visible_to(user).lit(day, rule_on(day))


def month_code(day: date) -> str:
    return f"{day:%Y-%m}"


def month_label(code: str) -> str:
    return f"{int(code[:4])}年{int(code[5:])}月"


def line_months(day: date) -> tuple[date, date]:
    """The months of which a line may be owed on `day`: the last one that ended, and this one."""
    return months_before(day, 1), months_before(day, 0)


def reasons(task: Task, day: date, rule: TaskRule) -> list[str]:
    """Why a running task has the light that it has; empty for a green one. Its stages and duties are read here."""
    if not task.is_running:
        return []
    found = []
    over = (day - task.due_on).days
    if over > 0:
        found.append(f"已超过办结时限 {over} 天")
    elif -over <= rule.amber_within:
        found.append(f"距办结时限还有 {-over} 天" if over else "今天到办结时限")
    for stage in task.stages.all():
        if stage.done_on is None and stage.due_on and stage.due_on < day:
            found.append(f"节点“{stage}”超期 {(day - stage.due_on).days} 天")
    last = months_before(day, 1)
    if rule.amber_without_line and task.lines_from <= last:
        silent = [each.unit.name for each in owing_duties(task, month_code(last))]
        found += [f"{'、'.join(silent)}未报{last.month}月进展"] if silent else []
    return found


def owing_duties(task: Task, month: str) -> list[TaskUnit]:
    """The duties whose units owe a line of the month and have written none."""
    written = {line.unit_id for line in task.lines.all() if line.month == month}
    return [each for each in task.duties.all() if each.owes_lines and each.unit_id not in written]


def duties_of(task: Task, user: Actor, permission: Permission = Permission.TASK_REPORT) -> list[TaskUnit]:
    """The duties in the task of the units for which the person acts, the lead's first."""
    if user.actor_kind == "service" or not allowed(user, permission):
        return []
    return list(
        task.duties.filter(unit__in=own_units(user, permission))
        .select_related("unit")
        .order_by("-leads", "unit")
    )


def lines_owed(user: User, day: date) -> list[tuple[Task, str]]:
    """(task, month) of every line that the units of this person still owe: of the month that ended, and of this one
    in its last days. Two queries."""
    if not user.may(Permission.TASK_REPORT):
        return []
    units = own_units(user, Permission.TASK_REPORT)
    last, this = line_months(day)
    months = [last, this] if is_reminded(day, rule_on(day)) else [last]
    mine = Task.objects.visible_to(user, Permission.TASK_REPORT)
    return [
        (task, month_code(month))
        for month in months
        for task in mine.owing_line(month, units).order_by("due_on", "pk")
    ]


def is_reminded(day: date, rule: TaskRule) -> bool:
    """Whether lines of the running month are asked for by now: its last days."""
    return (months_before(day, -1) - day).days <= rule.remind_days


def tasks_of_units(user: User) -> list[Task]:
    """Open tasks that the units of this person lead or help with, the first due first."""
    if not user.may(Permission.TASK_REPORT):
        return []
    return list(Task.objects.visible_to(user, Permission.TASK_REPORT).filter(state__in=OPEN_TASKS).order_by("due_on", "pk"))


def to_receive(user: User) -> list[Task]:
    """Tasks that wait to be taken over by a unit of this person."""
    if not user.may(Permission.TASK_REPORT):
        return []
    units = own_units(user, Permission.TASK_REPORT)
    duties = TaskUnit.objects.filter(unit__in=units, received_at=None, owes_lines=True)
    rows = Task.objects.visible_to(user, Permission.TASK_REPORT).filter(state=TaskState.WAITING)
    return list(rows.filter(pk__in=duties.values("task")).order_by("due_on", "pk"))


def to_accept(user: User) -> list[TaskClosing]:
    """办结 that wait for this person's word; not those that he asked for."""
    if not user.may(Permission.TASK_ACCEPT):
        return []
    rows = TaskClosing.objects.visible_to(user, Permission.TASK_ACCEPT).filter(state=AskState.ASKED)
    return list(rows.exclude(asked_key=user.actor_key).select_related("task").order_by("asked_at", "pk"))


def to_extend(user: User) -> list[TaskExtension]:
    """延期 that wait for this person's word; not those that he asked for."""
    if not user.may(Permission.TASK_ACCEPT):
        return []
    rows = TaskExtension.objects.visible_to(user, Permission.TASK_ACCEPT).filter(state=AskState.ASKED)
    return list(rows.exclude(asked_key=user.actor_key).select_related("task").order_by("asked_at", "pk"))


@dataclass(frozen=True)
class Track:
    """One procedure of a task with its stages in order; `name` is empty for stages of the task itself."""

    name: str
    stages: list[TaskStage]

    @property
    def done(self) -> int:
        return sum(stage.done_on is not None for stage in self.stages)


def tracks_of(stages: Iterable[TaskStage]) -> list[Track]:
    found: dict[str, list[TaskStage]] = {}
    for stage in stages:
        found.setdefault(stage.track, []).append(stage)
    return [Track(name, rows) for name, rows in found.items()]


def closings_with_files(task: Task) -> list[tuple[TaskClosing, list[Attachment]]]:
    """Two queries."""
    rows = list(task.closings.all())
    files: dict[int, list[Attachment]] = {}
    attached = Attachment.objects.filter(owner_kind=ON_CLOSING, owner_key__in=[row.pk for row in rows])
    for each in attached.select_related("file"):
        files.setdefault(each.owner_key, []).append(each)
    return [(row, files.get(row.pk, [])) for row in rows]


def latest_lines(tasks: Iterable[Task]) -> dict[int, TaskReport]:
    """Task → its newest line of progress. One query."""
    found: dict[int, TaskReport] = {}
    for line in (
        TaskReport.objects.filter(task__in=[task.pk for task in tasks])
        .select_related("unit")
        .order_by("month", "pk")
    ):
        found[line.task_id] = line
    return found


def open_requests(user: User) -> QuerySet[ServiceRequest]:
    """What firms ask for and is not settled, of the person's scope: work may be given out for it."""
    return ServiceRequest.objects.visible_to(user).filter(state__in=OPEN_REQUESTS).order_by("-raised_on", "-pk")


@request_work
def tasks_of_request(user: User, request: int) -> list[Work]:
    """Tasks given out for a request, as far as the person sees them. One query."""
    if not user.may(Permission.TASK_VIEW):
        return []
    rows = Task.objects.visible_to(user).filter(request=request).order_by("pk")
    return [
        Work(str(each), f"/tasks/{each.pk}/", each.get_state_display(), STATE_TONES[TaskState(each.state)]) for each in rows
    ]


def open_units() -> QuerySet[Unit]:
    """Bodies to which work may be given: not the operators of parks."""
    return Unit.objects.exclude(kind=Unit.Kind.OPERATOR).order_by("kind", "code")
