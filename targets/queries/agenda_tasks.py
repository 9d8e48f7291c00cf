"""Red tasks as candidates: by the rule of lights in force, never by hand."""

from django.urls import reverse

from guandu.accounts.models import User
from guandu.core import clock
from targets.enums_meetings import ItemSource
from targets.enums_tasks import TaskLight
from targets.models import AgendaItem, Meeting, Task
from targets.papers.words import sentence
from targets.queries.agenda import Candidate, names_of, shortened, taken
from targets.queries.tasks import latest_lines, lit_tasks, reasons, rule_on

WITHOUT_LEAD = "没有牵头单位"


def candidates(meeting: Meeting, user: User) -> list[Candidate]:
    """Each with its owner, why it is red and its last line of progress; what an earlier meeting resolved comes up by
    itself and is left out. A fixed number of queries."""
    day = clock.today()
    rule = rule_on(day)
    rows = lit_tasks(user, day).filter(light=TaskLight.RED, resolution__isnull=True).exclude(pk__in=taken(meeting, "task"))
    tasks = list(rows.prefetch_related("duties__unit", "stages", "lines").order_by("due_on", "pk"))
    lines = latest_lines(tasks)
    found = [_candidate(task, "；".join(reasons(task, day, rule)), lines.get(task.pk)) for task in tasks]
    return sorted(found, key=lambda each: each.group)


def _candidate(task: Task, why: str, line) -> Candidate:
    leads = names_of(duty.unit for duty in task.duties.all() if duty.leads)
    last = sentence(f"最近进展（{line.unit}）：{line.text}") if line else "还没有报送进展。"
    return Candidate(
        source=ItemSource.TASK,
        key=task.pk,
        title=shortened(str(task), 160),
        unit_names=leads,
        text=shortened(f"{task.get_source_display()}，{task.due_on.year}年{task.due_on.month}月{task.due_on.day}日前办结；{why}。{last}"),
        url=reverse("targets:task", args=[task.pk]),
        group=leads or WITHOUT_LEAD,
    )


def not_red(items: list[AgendaItem], user: User) -> set[int]:
    """The items (by id) whose tasks are red no more. Two queries at most."""
    of_task = {each.task_id: each.pk for each in items if each.task_id}
    if not of_task:
        return set()
    red = lit_tasks(user).filter(pk__in=of_task, light=TaskLight.RED).values_list("pk", flat=True)
    return {of_task[pk] for pk in of_task.keys() - set(red)}
