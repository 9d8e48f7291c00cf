"""What a plan's targets are held to beside their own row: readings, checkpoints, revisions, the rule of status."""

from django.db import models
from django.db.models import F, Q

from guandu.core.models import DatedModel, LoadedModel, dated_in_order
from targets.enums import FigureScope
from targets.enums_plan import Counts
from targets.models.indicator import Indicator
from targets.models.plan import Plan, Target
from targets.querysets import PlanQuerySet


class TargetReading(LoadedModel):
    """Another way to read a target's number where the plan's words leave it open; shown beside the one in force, which
    stands on the target itself. The office exchanges the two by `plan.choose_reading`."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="other_readings", verbose_name="计划目标")
    code = models.CharField("编号", max_length=40)
    label = models.CharField("口径", max_length=60)
    ambiguity = models.CharField("口径疑点", max_length=10, blank=True)
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name="指标")
    minus = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="减去的指标"
    )
    scope_kind = models.CharField(
        "数据范围", max_length=20, choices=FigureScope.choices, default=FigureScope.DISTRICT
    )
    scope_code = models.CharField("数据范围编码", max_length=40, blank=True)
    counts = models.CharField("取数方式", max_length=20, choices=Counts.choices, default=Counts.VALUE)
    position = models.PositiveSmallIntegerField("次序", default=0)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "目标的其他口径"
        ordering = ["target", "position"]
        constraints = [models.UniqueConstraint(fields=["target", "code"], name="targets_reading_once")]

    def __str__(self) -> str:
        return f"{self.target} {self.label}"


class Checkpoint(models.Model):
    """阶段目标: what a target is to have reached at the end of a year or quarter within the plan."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="checkpoints", verbose_name="计划目标")
    period = models.CharField("报告期", max_length=10)
    value = models.CharField("阶段目标值", max_length=24, help_text="十进制数原文，按目标的单位")
    source = models.CharField("依据", max_length=200)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "阶段目标"
        ordering = ["target", "period"]
        constraints = [
            models.UniqueConstraint(fields=["target", "period"], name="targets_checkpoint_once"),
            models.CheckConstraint(condition=~Q(source=""), name="targets_checkpoint_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.period}"


class TargetRevision(models.Model):
    """A target changed by a document: what it said before stays. `in_force_from` decides by which line a quarter is
    judged."""

    target = models.ForeignKey(Target, models.PROTECT, related_name="revisions", verbose_name="计划目标")
    number = models.PositiveSmallIntegerField("次数")
    document = models.CharField("文件名称", max_length=120)
    document_number = models.CharField("文号", max_length=60)
    in_force_from = models.DateField("生效日期")
    reason = models.CharField("调整理由", max_length=300)
    old_value = models.CharField("原目标值", max_length=20, blank=True)
    new_value = models.CharField("新目标值", max_length=20, blank=True)
    old_deadline = models.DateField("原完成时限", null=True, blank=True)
    new_deadline = models.DateField("新完成时限", null=True, blank=True)
    revised_by = models.CharField("登记人", max_length=120)
    revised_at = models.DateTimeField("登记时间")

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "目标调整"
        ordering = ["target", "number"]
        constraints = [
            models.UniqueConstraint(fields=["target", "number"], name="targets_revision_once"),
            models.CheckConstraint(
                condition=~Q(document_number="") & ~Q(reason=""), name="targets_revision_has_document"
            ),
            models.CheckConstraint(
                condition=~Q(old_value=F("new_value")) | ~Q(old_deadline=F("new_deadline")),
                name="targets_revision_changes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target} 第 {self.number} 次调整"


class StatusRule(DatedModel, LoadedModel):
    """By how much of the expected progress a target is 正常 or 有风险; below, it is 滞后. In whole per cent."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="rules", verbose_name="行动计划")
    number = models.PositiveSmallIntegerField("版本")
    normal_from = models.PositiveSmallIntegerField("正常不低于应有进度的（%）", default=100)
    risk_from = models.PositiveSmallIntegerField("有风险不低于应有进度的（%）", default=80)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "状态规则"
        ordering = ["plan", "number"]
        constraints = [
            dated_in_order("targets_status_rule_dates"),
            models.UniqueConstraint(fields=["plan", "number"], name="targets_status_rule_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(valid_to=None), name="targets_one_open_status_rule"
            ),
            models.CheckConstraint(
                condition=Q(risk_from__lte=F("normal_from"), normal_from__lte=200), name="targets_status_rule_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.code} 规则 {self.number}"

    @property
    def words(self) -> str:
        return (
            f"达到应有进度的 {self.normal_from}% 为正常，{self.risk_from}% 以上为有风险，"
            f"不到 {self.risk_from}% 为滞后（规则第 {self.number} 版）"
        )
