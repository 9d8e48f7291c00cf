"""Workbooks of returns that came back: each kept as it came, with what it would do and what became of it."""

from django.db import models
from django.db.models import Q

from guandu.accounts.models import User
from targets.enums import BatchState, WorkbookState
from targets.models.cycle import Cycle
from targets.models.returns import Return, ReturnVersion
from targets.querysets_evidence import WorkbookBatchQuerySet, WorkbookQuerySet


class WorkbookBatch(models.Model):
    """Several workbooks that the office received at once: a zip, or files chosen together."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="workbook_batches", verbose_name="报送期次")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="代收人")
    file_name = models.CharField("文件", max_length=120)
    file_digest = models.CharField("文件摘要", max_length=64)
    state = models.CharField("状态", max_length=10, choices=BatchState.choices)
    # What could not be taken, as (name in the zip, sentence).
    refused = models.JSONField("未接收的文件", default=list)
    file_count = models.PositiveIntegerField("文件数", default=0)
    job_number = models.BigIntegerField("后台任务", null=True, editable=False)
    created_at = models.DateTimeField("上传时间")

    objects = WorkbookBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批量代收"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name


class ReturnWorkbook(models.Model):
    """One file for one return. The file itself is an attachment, whose digest says which one it is.

    `filled_by` names who filled it in where the office loads it for him (代收代录); the operator's own has none.
    """

    return_of = models.ForeignKey(Return, models.PROTECT, related_name="workbooks", verbose_name="报表")
    batch = models.ForeignKey(
        WorkbookBatch, models.PROTECT, null=True, related_name="workbooks", verbose_name="批次"
    )
    state = models.CharField("状态", max_length=10, choices=WorkbookState.choices)
    file_name = models.CharField("文件", max_length=120)
    file_digest = models.CharField("文件摘要", max_length=64)
    report = models.JSONField("核对结果", default=dict, editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    created_at = models.DateTimeField("上传时间")
    filled_by = models.CharField("填报人", max_length=40, blank=True)
    came_by = models.CharField("收件方式", max_length=40, blank=True)
    version = models.ForeignKey(
        ReturnVersion, models.SET_NULL, null=True, related_name="workbooks", verbose_name="载入版本"
    )
    loaded_by = models.CharField("载入人", max_length=120, blank=True)
    loaded_at = models.DateTimeField("载入时间", null=True)

    objects = WorkbookQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送工作簿"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(loaded_at__isnull=True, loaded_by="") | (Q(loaded_at__isnull=False) & ~Q(loaded_by="")),
                name="targets_workbook_loaded_by_somebody",
            )
        ]
        indexes = [models.Index(fields=["return_of", "state"], name="targets_workbook_state")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_received(self) -> bool:
        """Whether the office loads it for him who filled it in."""
        return bool(self.filled_by)
