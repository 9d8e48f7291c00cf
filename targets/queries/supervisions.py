"""督办通知单: who has to answer one, and what its paper says."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from targets.enums_tasks import NoticeState, TaskLight
from targets.models import SupervisionNotice, Task
from targets.queries.tasks import latest_lines, lit_tasks, reasons, rule_on

ISSUER = "官渡区产业园区发展办公室"


@dataclass(frozen=True)
class NoticeContent:
    """All that the paper of a notice states, as it was when the notice was issued; the last line as it is now."""

    label: str
    to: str
    title: str
    task_code: str
    source: str
    because: str
    text: str
    task_due_on: date
    last_line: str
    due_on: date
    issued_on: date
    issuer: str
    signer: str


def notice_content(notice: SupervisionNotice) -> NoticeContent:
    """Two queries at most, where task and unit are read with the notice."""
    task = notice.task
    line = latest_lines([task]).get(task.pk)
    return NoticeContent(
        label=notice.label,
        to=notice.unit.name,
        title=f"关于督办“{task.title}”的通知",
        task_code=task.code,
        source=" ".join(part for part in (task.get_source_display(), task.source_note) if part),
        because=notice.because,
        text=notice.text,
        task_due_on=task.due_on,
        last_line=line.text if line else "",
        due_on=notice.due_on,
        issued_on=notice.issued_on,
        issuer=ISSUER,
        signer=notice.issued_by,
    )


def notices_of(user: User) -> QuerySet[SupervisionNotice]:
    return SupervisionNotice.objects.visible_to(user).select_related("task", "unit")


def to_answer(user: User) -> list[SupervisionNotice]:
    """Notices that wait for this person's units, the first due first."""
    if not user.may(Permission.TASK_REPORT):
        return []
    rows = SupervisionNotice.objects.visible_to(user, Permission.TASK_REPORT).exclude(state=NoticeState.ANSWERED)
    return list(rows.select_related("task", "unit").order_by("due_on", "pk"))


def why_red(task: Task) -> str:
    """In words what a notice may be issued for; empty where the task is not red."""
    day = clock.today()
    rule = rule_on(day)
    found = Task.objects.filter(pk=task.pk).lit(day, rule).first()
    if found is None or found.light != TaskLight.RED:
        return ""
    return "；".join(reasons(found, day, rule))


def red_tasks(user: User) -> QuerySet[Task]:
    return lit_tasks(user).filter(light=TaskLight.RED)
