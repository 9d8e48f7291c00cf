from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit, User
from targets.enums import SubjectKind
from targets.enums_history import OPEN, HistoryState
from targets.querysets_history import HistoryBatchQuerySet, HistoryLineQuerySet


class HistoryBatch(models.Model):
    """One workbook of 历史补录: kept as it came, checked, confirmed by who sent it and signed by another.

    `report` is what checking found; `content` what it laid out, until that is stored. `basis` names the
    indicator versions and the parks that the numbers were read by: where these change, it is read anew.
    """

    name = models.CharField("名称", max_length=60)
    state = models.CharField("状态", max_length=10, choices=HistoryState.choices, default=HistoryState.CHECKING)
    owner = models.ForeignKey(User, models.PROTECT, related_name="history_batches", verbose_name="上传人")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="history_batches", verbose_name="上传单位")
    file_name = models.CharField("文件", max_length=120)
    file_digest = models.CharField("文件摘要", max_length=64)
    created_at = models.DateTimeField("上传时间")

    report = models.JSONField("核对结果", default=dict, editable=False)
    content = models.BinaryField("内容", default=bytes, editable=False)
    basis = models.JSONField("核对依据", default=dict, editable=False)
    job_number = models.BigIntegerField("后台任务", null=True, editable=False)

    line_count = models.PositiveIntegerField("行数", default=0)
    value_count = models.PositiveIntegerField("数据项数", default=0)
    periods = models.JSONField("报告期", default=list, blank=True)
    stored_at = models.DateTimeField("确认时间", null=True, blank=True)

    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签核人")
    signed_at = models.DateTimeField("签核时间", null=True, blank=True)
    certified_count = models.PositiveIntegerField("入库项数", default=0)
    same_count = models.PositiveIntegerField("与核定值一致项数", default=0)
    apart_count = models.PositiveIntegerField("与核定值不一致项数", default=0)

    ended_by = models.CharField("放弃或撤销人", max_length=120, blank=True)
    ended_at = models.DateTimeField("放弃或撤销时间", null=True, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)

    objects = HistoryBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "历史补录"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by=None, signed_at=None) | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="targets_history_signed_by_and_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "withdrawn"]) | Q(signed_at__isnull=False),
                name="targets_history_signed_has_signer",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class HistoryLine(models.Model):
    """One row of the workbook: what a document says of one scope (or one firm of a park) in one period.

    `values` holds whole numbers of each indicator's smallest unit by code; what was not said has no key.
    `row` is the number of the row in the file.
    """

    batch = models.ForeignKey(HistoryBatch, models.PROTECT, related_name="lines", verbose_name="补录批次")
    row = models.PositiveIntegerField("行号")
    scope_kind = models.CharField("范围类型", max_length=20, choices=SubjectKind.choices)
    scope_code = models.CharField("范围编码", max_length=40, blank=True)
    scope_name = models.CharField("范围", max_length=120)
    period = models.CharField("报告期", max_length=10)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    firm_name = models.CharField("企业名称", max_length=120, blank=True)
    document = models.CharField("来源文件", max_length=200)
    values = models.JSONField("数值", default=dict)

    objects = HistoryLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补录行"
        ordering = ["batch", "row"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "scope_kind", "scope_code", "period", "credit_code"],
                name="targets_history_line_once",
            )
        ]
        indexes = [
            models.Index(fields=["period", "scope_code"], condition=Q(credit_code=""), name="targets_history_total")
        ]

    def __str__(self) -> str:
        return f"{self.scope_name} {self.period}"
