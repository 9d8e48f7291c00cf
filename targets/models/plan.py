from django.db import models

from guandu.accounts.models import Unit
from guandu.core.models import CodedModel, LoadedModel
from targets.enums import FigureScope, Force, Operator, Shape
from targets.enums_plan import Counts, Path
from targets.models.indicator import Indicator
from targets.querysets import PlanQuerySet


class Plan(CodedModel, LoadedModel):
    """An action plan; several may stand side by side."""

    title = models.CharField("计划名称", max_length=120)
    issuer = models.CharField("印发机关", max_length=60)
    issued_on = models.DateField("印发日期")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("终止日期")
    findings = models.JSONField("文本核对", default=list, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行动计划"
        ordering = ["-starts_on"]

    def __str__(self) -> str:
        return self.title


class Target(LoadedModel):
    """One numeric target of a plan, with its clause, who owes it and how it is counted."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="targets", verbose_name="行动计划")
    code = models.CharField("编号", max_length=10)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="上级目标")
    clause = models.CharField("条款", max_length=40)
    goal = models.CharField("目标组", max_length=60, blank=True)
    title = models.CharField("目标", max_length=120)
    metric = models.CharField("计量内容", max_length=200, blank=True)
    chain_code = models.CharField("产业链编码", max_length=40, blank=True)
    scope_kind = models.CharField(
        "数据范围", max_length=20, choices=FigureScope.choices, default=FigureScope.DISTRICT
    )
    scope_code = models.CharField("数据范围编码", max_length=40, blank=True)
    operator = models.CharField("要求", max_length=10, choices=Operator.choices)
    value = models.CharField("目标值", max_length=20, blank=True, help_text="十进制数原文")
    unit = models.CharField("单位", max_length=20, blank=True)
    deadline = models.DateField("完成时限", null=True, blank=True)
    deadline_note = models.CharField("时限说明", max_length=60, blank=True)
    shape = models.CharField("形态", max_length=20, choices=Shape.choices)
    verb = models.CharField("计划用语", max_length=20, blank=True)
    force = models.CharField("力度", max_length=10, choices=Force.choices)
    baseline_note = models.CharField("基期", max_length=100, blank=True)
    baseline_value = models.CharField("基期数", max_length=24, blank=True, help_text="十进制数原文，按目标的单位")
    baseline_period = models.CharField("基期所属期", max_length=10, blank=True)
    baseline_source = models.CharField("基期数来源", max_length=200, blank=True, help_text="文件名称、文号或期次")
    path = models.CharField("应有进度", max_length=20, choices=Path.choices, default=Path.LINEAR)
    caliber = models.TextField("口径", blank=True)
    ambiguities = models.JSONField("口径疑点", default=list, blank=True)
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name="指标"
    )
    minus = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="减去的指标"
    )
    counts = models.CharField("取数方式", max_length=20, choices=Counts.choices, default=Counts.VALUE)
    reading = models.CharField("现行口径", max_length=60, blank=True, help_text="条款可以有几种读法时，现行的一种")
    waits_for = models.CharField("待补事项", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField("次序", default=0)
    units = models.ManyToManyField(Unit, through="TargetUnit", related_name="targets", verbose_name="责任单位")

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划目标"
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="targets_target_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class TargetUnit(LoadedModel):
    """Who leads a target and who is responsible beside the lead."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="duties", verbose_name="计划目标")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位")
    leads = models.BooleanField("牵头", default=False)
    inferred = models.BooleanField("条款未写明，按职责推定", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "目标责任"
        ordering = ["target", "-leads", "unit"]
        constraints = [models.UniqueConstraint(fields=["target", "unit"], name="targets_target_unit_once")]

    def __str__(self) -> str:
        return f"{self.target} {self.unit}"


class QualitativeAim(LoadedModel):
    """One aim of a plan that is not a number."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="aims", verbose_name="行动计划")
    code = models.CharField("编号", max_length=10)
    clause = models.CharField("条款", max_length=40)
    title = models.CharField("定性目标", max_length=160)
    proof = models.CharField("证明材料", max_length=100, blank=True)
    is_yearly = models.BooleanField("每年评估", default=False)
    leads = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name="牵头单位")
    responsible = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name="责任单位")
    inferred = models.BooleanField("条款未写明，按职责推定", default=False)
    position = models.PositiveSmallIntegerField("次序", default=0)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定性目标"
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="targets_aim_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Mechanism(LoadedModel):
    """One task or mechanism of a plan with its 牵头 and 责任 units."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="mechanisms", verbose_name="行动计划")
    code = models.CharField("编号", max_length=10)
    clause = models.CharField("条款", max_length=40)
    title = models.CharField("工作机制", max_length=60)
    content = models.TextField("工作内容")
    leads = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name="牵头单位")
    responsible = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name="责任单位")
    position = models.PositiveSmallIntegerField("次序", default=0)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作机制"
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="targets_mechanism_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Ambiguity(LoadedModel):
    """A place where the plan's text can be read in more than one way, and the reading in force."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="readings", verbose_name="行动计划")
    code = models.CharField("编号", max_length=10)
    place = models.CharField("出处", max_length=120)
    question = models.CharField("疑点", max_length=300)
    reading = models.CharField("现行口径", max_length=300)
    position = models.PositiveSmallIntegerField("次序", default=0)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "口径疑点"
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="targets_ambiguity_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.place}"
