"""What earlier meetings resolved and is not done: the next agenda begins with it, and with what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from guandu.core import clock
from targets.enums_meetings import MeetingState
from targets.enums_tasks import OPEN_TASKS, TaskState
from targets.models import Meeting, Resolution, TaskReport
from targets.papers.words import sentence
from targets.queries.agenda import shortened
from targets.queries.tasks import latest_lines

RELATED = ("meeting", "unit", "task")


@dataclass(frozen=True)
class FollowUp:
    """A resolution with what became of it by `day`: its task's state, and the last line that was written of it."""

    resolution: Resolution
    line: TaskReport | None
    day: date

    @property
    def is_late(self) -> bool:
        task = self.resolution.task
        return bool(task and task.is_running and task.due_on < self.day)

    @property
    def word(self) -> str:
        task = self.resolution.task
        if task is None:
            return "待印发"
        return "逾期未办结" if self.is_late else task.get_state_display()

    @property
    def tone(self) -> str:
        task = self.resolution.task
        tones = {TaskState.WORKING: "active", TaskState.REPORTED: "active", TaskState.DONE: "done"}
        return "late" if self.is_late else tones.get(task.state, "idle") if task else "idle"

    @property
    def title(self) -> str:
        return shortened(f"落实情况：{self.resolution.text}", 160)

    @property
    def unit_names(self) -> str:
        return self.resolution.unit.short_name or self.resolution.unit.name

    @property
    def text(self) -> str:
        due = self.resolution.task.due_on if self.resolution.task else self.resolution.due_on
        last = sentence(f"最近进展：{self.line.text}") if self.line else "还没有报送进展。"
        return shortened(
            f"{self.resolution.meeting}议定，{due.year}年{due.month}月{due.day}日前完成，现{self.word}。{last}"
        )


def follow_ups(meeting: Meeting) -> list[FollowUp]:
    """Resolutions of the meetings before this one that are not done, the earliest due first. Two queries."""
    rows = Resolution.objects.filter(meeting__state=MeetingState.ISSUED, meeting__day__lte=meeting.day)
    return became(rows.exclude(meeting=meeting).filter(task__state__in=OPEN_TASKS))


def became(rows: QuerySet[Resolution]) -> list[FollowUp]:
    """Two queries."""
    found: Iterable[Resolution] = list(rows.select_related(*RELATED).order_by("due_on", "meeting__day", "number"))
    lines = latest_lines([each.task for each in found if each.task])
    return [FollowUp(each, lines.get(each.task_id), clock.today()) for each in found]
