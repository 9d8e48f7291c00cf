from datetime import date

from django.db import models
from django.db.models import F, Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet
from targets.models.template import ReturnTemplate


class CycleQuerySet(ReferenceQuerySet):
    view_permission = Permission.RETURN_VIEW


class Cycle(models.Model):
    """One template asked for one period; it keeps the version of the template that it was opened with."""

    template = models.ForeignKey(ReturnTemplate, models.PROTECT, verbose_name="报表模板", related_name="cycles")
    period = models.CharField("报告期", max_length=10)
    opens_on = models.DateField("开始日期")
    due_on = models.DateField("截止日期")
    closes_on = models.DateField(
        "关闭日期", null=True, blank=True, help_text="含当日；此后不再接收首次报送。留空由园区发展办掌握"
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
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("due_on")),
                name="targets_cycle_closes_after_due",
                violation_error_message="关闭日期不能早于截止日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.template}"

    def is_closed(self, day: date) -> bool:
        """Whether a first answer comes too late on `day`; what was sent back may be filed again."""
        return self.closes_on is not None and day > self.closes_on
