from django.db import models

from targets.enums import TargetStatus
from targets.models.plan import Plan, Target
from targets.querysets import PlanQuerySet


class TargetResult(models.Model):
    """How far a target is, computed in a job from the figures of one period. `outlook` is what is said beside the
    value (targets.progress.outlook.Outlook)."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="results", verbose_name="计划目标")
    period = models.CharField("报告期", max_length=10)
    status = models.CharField("状态", max_length=20, choices=TargetStatus.choices)
    value_units = models.BigIntegerField("现值", null=True, blank=True)
    value_scale = models.PositiveSmallIntegerField("小数位", default=0)
    expected = models.PositiveIntegerField("应报", default=0)
    reported = models.PositiveIntegerField("已报", default=0)
    sentence = models.CharField("说明", max_length=400, blank=True)
    parts = models.JSONField("构成", default=list, blank=True)
    outlook = models.JSONField("进度与预测", default=dict, blank=True)
    run = models.BigIntegerField("计算任务", default=0)
    computed_at = models.DateTimeField("计算时间")

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "目标进展"
        ordering = ["target", "period"]
        constraints = [models.UniqueConstraint(fields=["target", "period"], name="targets_result_once")]

    def __str__(self) -> str:
        return f"{self.target} {self.period}"


class ForecastRelease(models.Model):
    """The office has released the forecasts of a plan in one quarter; until then they are its own."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="forecast_releases", verbose_name="行动计划")
    period = models.CharField("报告期", max_length=10)
    released_by = models.CharField("发布人", max_length=120)
    released_at = models.DateTimeField("发布时间")

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预测发布"
        ordering = ["plan", "period"]
        constraints = [models.UniqueConstraint(fields=["plan", "period"], name="targets_forecast_release_once")]

    def __str__(self) -> str:
        return f"{self.plan} {self.period}"
