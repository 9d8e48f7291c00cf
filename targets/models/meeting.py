from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit
from parks.models import ServiceRequest
from targets.enums_meetings import TOOK_PLACE, AgendaProposalState, ItemSource, MeetingKind, MeetingState
from targets.models.light import RedLight
from targets.models.task import Task
from targets.querysets_meetings import (
    AgendaProposalQuerySet,
    MeetingQuerySet,
    OfMeetingQuerySet,
    ResolutionQuerySet,
)


class Meeting(models.Model):
    """A 例会 or 专题会议 that the office calls: agenda, what was said, and what came of it.

    Units propose until `proposals_until`, that day included. `version` counts edits of its particulars and of its
    agenda; what is resolved becomes work when the minutes are issued.
    """

    kind = models.CharField("类型", max_length=10, choices=MeetingKind.choices)
    title = models.CharField("会议名称", max_length=80)
    day = models.DateField("会议日期")
    place = models.CharField("地点", max_length=60)
    chair = models.CharField("主持", max_length=60)
    proposals_until = models.DateField("议题提报截止")
    state = models.CharField("状态", max_length=10, choices=MeetingState.choices, default=MeetingState.PREPARING)
    version = models.PositiveIntegerField("版次", default=1)

    called_by = models.CharField("提请人", max_length=120, editable=False)
    called_at = models.DateTimeField("提请时间", editable=False)
    set_by = models.CharField("议程确定人", max_length=120, blank=True, editable=False)
    set_at = models.DateTimeField("议程确定时间", null=True, blank=True, editable=False)
    held_on = models.DateField("召开日期", null=True, blank=True, editable=False)
    present = models.CharField("参会", max_length=1000, blank=True, editable=False)
    absent = models.CharField("缺席和请假", max_length=500, blank=True, editable=False)
    reason = models.CharField("取消或撤回议程的原因", max_length=200, blank=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会议"
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(proposals_until__lte=models.F("day")),
                name="targets_meeting_term",
                violation_error_message="议题提报截止日期不能晚于会议日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(TOOK_PLACE)) | Q(held_on__isnull=False), name="targets_meeting_held"
            ),
            models.CheckConstraint(
                condition=~Q(state=MeetingState.CANCELLED) | ~Q(reason=""), name="targets_meeting_cancelled"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def took_place(self) -> bool:
        return self.state in TOOK_PLACE

    @property
    def is_set(self) -> bool:
        """Whether everybody reads its agenda."""
        return self.state not in {MeetingState.PREPARING, MeetingState.CANCELLED}


class AgendaProposal(models.Model):
    """提报议题: what a task force, department or street asks a meeting to take up; of the next meeting where none is named."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name="拟上的会议"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="提报单位")
    title = models.CharField("议题", max_length=80)
    text = models.CharField("基本情况和需要研究的问题", max_length=1000)
    state = models.CharField(
        "状态", max_length=10, choices=AgendaProposalState.choices, default=AgendaProposalState.WAITING
    )
    proposed_by = models.CharField("提报人", max_length=120)
    proposed_key = models.CharField("提报账号", max_length=120)
    proposed_at = models.DateTimeField("提报时间")
    decided_by = models.CharField("答复人", max_length=120, blank=True)
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)

    objects = AgendaProposalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提报议题"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=AgendaProposalState.DECLINED) | ~Q(answer=""), name="targets_proposal_answered"
            ),
        ]

    def __str__(self) -> str:
        return self.title


# Source → the column of an item that holds the row it comes from.
ITEM_COLUMNS = {
    ItemSource.FOLLOW_UP: "resolution", ItemSource.LIGHT: "light", ItemSource.TASK: "task", ItemSource.REQUEST: "request",
    ItemSource.PROPOSAL: "proposal",
}  # fmt: skip


def _of_its_source() -> Q:
    """The row of its source, and no other."""
    condition = Q()
    for source in ItemSource:
        empty = {f"{column}__isnull": column != ITEM_COLUMNS.get(source) for column in ITEM_COLUMNS.values()}
        condition |= Q(source=source, **empty)
    return condition


class AgendaItem(models.Model):
    """One item of an agenda, in words of its own, with the row that it comes from: one for each source but `other`."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items", verbose_name="会议")
    position = models.PositiveSmallIntegerField("次序")
    source = models.CharField("来源", max_length=10, choices=ItemSource.choices)
    light = models.ForeignKey(RedLight, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="滞后提示")
    proposal = models.OneToOneField(
        AgendaProposal, models.PROTECT, null=True, blank=True, related_name="item", verbose_name="提报议题"
    )
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="工作任务")
    request = models.ForeignKey(
        ServiceRequest, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="企业诉求"
    )
    resolution = models.ForeignKey(
        "targets.Resolution", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上次议定事项"
    )
    title = models.CharField("议题", max_length=160)
    unit_names = models.CharField("汇报单位", max_length=200, blank=True)
    text = models.CharField("基本情况", max_length=1500, blank=True)
    outcome = models.CharField("议定意见", max_length=1500, blank=True)

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "议题"
        ordering = ["meeting", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "light"], name="targets_item_light_once"),
            models.UniqueConstraint(fields=["meeting", "resolution"], name="targets_item_resolution_once"),
            models.UniqueConstraint(fields=["meeting", "task"], name="targets_item_task_once"),
            models.UniqueConstraint(fields=["meeting", "request"], name="targets_item_request_once"),
            models.CheckConstraint(condition=_of_its_source(), name="targets_item_of_its_source"),
        ]

    def __str__(self) -> str:
        return self.title


class Resolution(models.Model):
    """议定事项: what a meeting resolved, for whom and until when. It becomes work when the minutes are issued."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="resolutions", verbose_name="会议")
    item = models.ForeignKey(
        AgendaItem, models.PROTECT, null=True, blank=True, related_name="resolutions", verbose_name="议题"
    )
    number = models.PositiveSmallIntegerField("序号")
    text = models.CharField("议定事项", max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="牵头单位")
    due_on = models.DateField("完成时限")
    task = models.OneToOneField(
        Task, models.PROTECT, null=True, blank=True, related_name="resolution", verbose_name="工作任务", editable=False
    )

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "议定事项"
        ordering = ["meeting", "number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="targets_resolution_number")]

    def __str__(self) -> str:
        return self.text


class Minutes(models.Model):
    """纪要 as it was issued, word for word; what is corrected afterwards is the next number, with its reason."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="minutes", verbose_name="会议")
    number = models.PositiveSmallIntegerField("更正次数", default=0)
    document_number = models.CharField("文号", max_length=60, blank=True)
    text = models.TextField("纪要", max_length=20000)
    reason = models.CharField("更正原因", max_length=200, blank=True)
    digest = models.CharField("校验值", max_length=64)
    issued_by = models.CharField("印发人", max_length=120)
    issued_on = models.DateField("印发日期")
    issued_at = models.DateTimeField("印发时间")

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会议纪要"
        ordering = ["meeting", "number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="targets_minutes_number"),
            models.CheckConstraint(condition=Q(number=0) | ~Q(reason=""), name="targets_minutes_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}纪要" + (f"（第 {self.number} 次更正）" if self.number else "")

    @property
    def check_code(self) -> str:
        """校验码: what is compared by eye on paper."""
        return self.digest[:8].upper()
