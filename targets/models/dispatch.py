from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit
from guandu.core import clock
from guandu.files.models import Attachment
from parks.models import Park
from targets.dispatch_layout import Layout
from targets.enums_dispatch import AnswerState, AnswerWay, DispatchState
from targets.querysets_dispatch import DispatchReceiverQuerySet, DispatchTableQuerySet


class DispatchTable(models.Model):
    """临时调度表: the office's own workbook sent out as a form. What it asks for is text and is never a figure."""

    title = models.CharField("表名", max_length=80)
    state = models.CharField("状态", max_length=10, choices=DispatchState.choices, default=DispatchState.DRAFT)
    sender = models.ForeignKey(
        Unit, models.PROTECT, related_name="dispatched", verbose_name="下发单位", editable=False
    )
    made_by = models.CharField("制表账号", max_length=120, editable=False)
    made_name = models.CharField("制表人", max_length=120, editable=False)
    made_at = models.DateTimeField("制表时间", editable=False)

    workbook = models.ForeignKey(
        Attachment, models.PROTECT, null=True, editable=False, related_name="dispatched", verbose_name="原表"
    )
    stored_layout = models.JSONField("表式", default=dict, editable=False)

    due_at = models.DateTimeField("报送截止", null=True, blank=True)
    takes_many = models.BooleanField("可填多行", default=False)
    instructions = models.TextField("填报要求", max_length=1000, blank=True)
    contact = models.CharField("联系人及电话", max_length=60, blank=True)
    # Receivers chosen and not yet sent to: {"units": codes, "parks": codes}.
    picked = models.JSONField("拟发单位", default=dict, blank=True, editable=False)

    sent_at = models.DateTimeField("下发时间", null=True, editable=False)
    closed_at = models.DateTimeField("收回时间", null=True, editable=False)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = DispatchTableQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "临时调度表"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=DispatchState.DRAFT, sent_at__isnull=True, closed_at__isnull=True)
                | Q(state=DispatchState.SENT, sent_at__isnull=False, due_at__isnull=False, closed_at__isnull=True)
                | Q(state=DispatchState.CLOSED, sent_at__isnull=False, due_at__isnull=False, closed_at__isnull=False),
                name="targets_dispatch_state_has_its_times",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def layout(self) -> Layout:
        return Layout.from_dict(self.stored_layout)

    @property
    def is_over(self) -> bool:
        """Whether the hour by which it is due has passed."""
        return self.due_at is not None and clock.now() > self.due_at


class DispatchReceiver(models.Model):
    """A unit or a park that is asked, and what it answers: `draft` as typed, `answer` as it was last filed."""

    table = models.ForeignKey(
        DispatchTable, models.PROTECT, related_name="receivers", verbose_name="临时调度表"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="单位"
    )
    park = models.ForeignKey(
        Park, models.PROTECT, null=True, related_name="+", verbose_name="园区"
    )
    name = models.CharField("填报单位", max_length=100)
    position = models.PositiveSmallIntegerField("次序")

    state = models.CharField("状态", max_length=10, choices=AnswerState.choices, default=AnswerState.WAITING)
    # Rows of letter → text.
    draft = models.JSONField("草稿", default=list, blank=True)
    # Rows of letter → {"typed", "value"}.
    answer = models.JSONField("报送内容", default=list, blank=True)
    way = models.CharField("报送方式", max_length=10, choices=AnswerWay.choices, blank=True)
    workbook = models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="dispatch_answers", verbose_name="报送文件"
    )
    filed_by = models.CharField("报送账号", max_length=120, blank=True)
    filed_name = models.CharField("报送人", max_length=120, blank=True)
    filed_at = models.DateTimeField("报送时间", null=True)
    saved_name = models.CharField("最近保存人", max_length=120, blank=True)
    saved_at = models.DateTimeField("最近保存时间", null=True)
    version = models.PositiveIntegerField("修改序号", default=1)

    objects = DispatchReceiverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "临时调度表填报单位"
        ordering = ["table", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True, park__isnull=False) | Q(unit__isnull=False, park__isnull=True),
                name="targets_dispatch_to_unit_or_park",
            ),
            models.UniqueConstraint(
                fields=["table", "unit"], condition=Q(unit__isnull=False), name="targets_dispatch_unit_once"
            ),
            models.UniqueConstraint(
                fields=["table", "park"], condition=Q(park__isnull=False), name="targets_dispatch_park_once"
            ),
            models.CheckConstraint(
                condition=Q(state=AnswerState.WAITING, filed_at__isnull=True)
                | (Q(state=AnswerState.FILED, filed_at__isnull=False) & ~Q(filed_by="")),
                name="targets_dispatch_filed_has_filer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.table}"

    @property
    def is_late(self) -> bool:
        """Filed behind the hour as it stands now."""
        return bool(self.filed_at and self.table.due_at and self.filed_at > self.table.due_at)

    @property
    def word(self) -> str:
        """待填, 已报 or 迟报."""
        return "迟报" if self.is_late else self.get_state_display()

    @property
    def subject(self) -> Park | Unit:
        return self.park or self.unit
