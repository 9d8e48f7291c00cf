from django.db import models
from django.db.models import Q

from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, DatedModel, DatedQuerySet, LoadedModel, dated_in_order
from targets.enums import IndicatorKind, SubjectKind


class Indicator(CodedModel, LoadedModel):
    """A number the district keeps: its name and 口径; unit, scale and formula are dated versions."""

    name = models.CharField("指标名称", max_length=60)
    caliber = models.TextField("口径", blank=True)
    kind = models.CharField("类型", max_length=20, choices=IndicatorKind.choices)
    level = models.CharField("采集层级", max_length=20, choices=SubjectKind.choices, blank=True)
    frequency = models.CharField("频率", max_length=10, default="季")
    higher_is_better = models.BooleanField("越高越好", default=True)
    certifying_unit = models.CharField("数据来源/核定单位", max_length=60, blank=True)
    sources = models.JSONField("来源次序", default=list, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    position = models.PositiveSmallIntegerField("次序", default=0)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class IndicatorVersion(DatedModel):
    """Unit, scale and formula of an indicator in a stretch of time; immutable once used.

    A value is stored as a whole number of 10**-scale of `unit`.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="versions", verbose_name="指标")
    number = models.PositiveSmallIntegerField("版本", default=1)
    unit = models.CharField("计量单位", max_length=20)
    scale = models.PositiveSmallIntegerField("存储小数位", default=0)
    display_decimals = models.PositiveSmallIntegerField("显示小数位", default=0)
    definition = models.JSONField("计算方法", default=dict, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标版本"
        ordering = ["indicator", "number"]
        constraints = [
            dated_in_order("targets_indicator_version_dates"),
            models.UniqueConstraint(fields=["indicator", "number"], name="targets_indicator_version_once"),
            models.UniqueConstraint(
                fields=["indicator"], condition=Q(valid_to=None), name="targets_indicator_one_open_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}（{self.unit}）"
