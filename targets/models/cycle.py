from django.db import models
from django.db.models import F, Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet
from targets.models.template import ReturnTemplate


class CycleQuerySet(ReferenceQuerySet):
    view_permission = Permission.RETURN_VIEW


class Cycle(models.Model):
    """One template asked for one period."""

    template = models.ForeignKey(ReturnTemplate, models.PROTECT, verbose_name="报表模板", related_name="cycles")
    period = models.CharField("报告期", max_length=10)
    opens_on = models.DateField("开始日期")
    due_on = models.DateField("截止日期")
    closes_on = models.DateField(
        "关闭日期", null=True, blank=True, help_text="此日之后不再接收报送；空为由园区发展办关闭"
    )
    opened_at = models.DateTimeField("布置时间", editable=False)
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True, editable=False)
    closed_by = models.CharField("关闭人", max_length=120, blank=True, editable=False)

    objects = CycleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送期次"
        ordering = ["-period", "template"]
        constraints = [
            models.UniqueConstraint(fields=["template", "period"], name="targets_cycle_once"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")),
                name="targets_cycle_dates",
                violation_error_message="截止日期不能早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.template}"
