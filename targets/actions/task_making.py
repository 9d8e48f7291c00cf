"""How a task comes to be, whoever may give it out: the office, or the 联络员 with a 批示. Parts of actions, no action."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import checked, created
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict
from guandu.notices.actions.messages import post
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.told import Told
from parks.models import ServiceRequest
from targets.actions.stated import Words, refuse, words
from targets.models import Instruction, Task, TaskUnit
from targets.queries.recipients import Recipients
from targets.querysets_tasks import first_line_month

LONGEST = {"title": 120, "text": 1000, "source_note": 200}


def enter_task(
    *, title: str, text: str, source: str, due_on: date | None, leads: Sequence[Unit], helpers: Sequence[Unit] = (),
    source_note: str = "", instruction: Instruction | None = None, request: ServiceRequest | None = None, by: Actor,
) -> Task:  # fmt: skip
    """Store and record a task with its units, numbered in the year, and tell the units. Raises Invalid, Conflict."""
    said = words(
        Words("title", title, "任务", LONGEST["title"]),
        Words("text", text, "要求", LONGEST["text"]),
        Words("source_note", source_note, "来源说明", LONGEST["source_note"], required=False),
    )
    today = clock.today()
    refuse([*due_faults(due_on, today), *unit_faults(leads, helpers)])
    task = Task(
        **said, source=source, instruction=instruction, request=request, due_on=due_on, first_due_on=due_on, opened_on=today,
        lines_from=first_line_month(today), opened_by=by.actor_name, code=_next_code(today.year),
    )  # fmt: skip
    checked(task)
    try:
        with transaction.atomic():
            task.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("任务编号刚被占用，请再办理一次。") from error
    created(task)
    give_units(task, leads, helpers)
    tell_units(
        task,
        [*leads, *helpers],
        f"新任务：{task.title}",
        f"{task.due_on:%Y年%-m月%-d日}前办结。{task.text}",
        by,
    )
    return task


def due_faults(due_on: date | None, today: date) -> list[tuple[str, str]]:
    if due_on is None:
        return [("due_on", "请填写办结时限。")]
    return [("due_on", "办结时限不能早于今天。")] if due_on < today else []


def unit_faults(leads: Sequence[Unit], helpers: Sequence[Unit]) -> list[tuple[str, str]]:
    if not leads:
        return [("leads", "请至少选择一个牵头单位。")]
    twice = "、".join(unit.name for unit in leads if unit in helpers)
    faults = [("helpers", f"{twice}既是牵头单位又是配合单位，请只选一处。")] if twice else []
    operators = "、".join(unit.name for unit in [*leads, *helpers] if unit.kind == Unit.Kind.OPERATOR)
    return faults + (
        [("leads", f"{operators}是园区运营方，任务只交办给部门、专班和街道。")] if operators else []
    )


def _next_code(year: int) -> str:
    start = f"RW{year}-"
    codes = Task.objects.filter(plan=None, code__startswith=start).values_list("code", flat=True)
    return f"{start}{max((int(code.removeprefix(start)) for code in codes), default=0) + 1:03d}"


def give_units(task: Task, leads: Iterable[Unit], helpers: Iterable[Unit]) -> None:
    for units, leads_it in ((leads, True), (helpers, False)):
        for unit in units:
            created(TaskUnit.objects.create(task=task, unit=unit, leads=leads_it, owes_lines=leads_it))


def tell_units(
    task: Task,
    units: Iterable[Unit],
    title: str,
    text: str,
    by: Actor,
    *,
    importance: str = Importance.NORMAL,
) -> None:
    """One message for each of the units' people, with the moment in its key: the same may be told of a task again."""
    people = Recipients(clock.today())
    users = {user.pk: user for unit in units for user in people.people_of(unit, Permission.TASK_REPORT)}
    tell(users.values(), task, title, text, by, importance=importance)


def tell(
    users: Iterable[User], task: Task, title: str, text: str, by: Actor, *, importance: str = Importance.NORMAL,
    key: str = "",
) -> None:  # fmt: skip
    key = key or f"task:{task.pk}:{clock.now():%Y%m%d%H%M%S%f}"
    others = [user for user in users if user.actor_key != by.actor_key]
    url = task_url(task)
    post(told=[Told(user, MessageKind.TASK, key, title, text, url, importance) for user in others], by=by)


def task_url(task: Task) -> str:
    return f"/tasks/{task.pk}/"


def locked_task(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).get(pk=task.pk)


def said_by(actor: Actor) -> str:
    """The unit that is written beside a person's act."""
    unit: Any = getattr(actor, "unit", None)
    return unit.name if unit else ""
