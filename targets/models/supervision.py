from django.db import models
from django.db.models import F, Q

from guandu.accounts.models import Unit
from targets.enums_tasks import NoticeState
from targets.models.task import Task
from targets.querysets_tasks import SupervisionQuerySet


class SupervisionNotice(models.Model):
    """督办通知单 to one unit about one red task, numbered per year; received and answered there."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="supervisions", verbose_name="工作任务")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="supervisions", verbose_name="被督办单位")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("序号")
    because = models.CharField("督办事由", max_length=300)
    text = models.CharField("督办要求", max_length=500)
    issued_on = models.DateField("签发日期")
    due_on = models.DateField("答复时限")
    state = models.CharField("状态", max_length=20, choices=NoticeState.choices, default=NoticeState.ISSUED)
    issued_by = models.CharField("签发人", max_length=120)
    issued_key = models.CharField("签发账号", max_length=120)
    received_by = models.CharField("签收人", max_length=120, blank=True)
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_by = models.CharField("答复人", max_length=120, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办通知单"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="targets_supervision_number"),
            models.UniqueConstraint(
                fields=["task", "unit"],
                condition=~Q(state=NoticeState.ANSWERED),
                name="targets_one_open_supervision",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="targets_supervision_days"),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.ANSWERED)
                | (~Q(answer="") & Q(answered_at__isnull=False, received_at__isnull=False)),
                name="targets_supervision_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.task.title}"

    @property
    def label(self) -> str:
        return f"督办〔{self.year}〕{self.number}号"
