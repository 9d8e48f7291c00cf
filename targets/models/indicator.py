from django.db import models
from django.db.models import Q

from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, DatedModel, DatedQuerySet, LoadedModel, dated_in_order
from targets.enums import Direction, Frequency, IndicatorKind, OverSpace, OverTime, SubjectKind, ValueSource
from targets.factors import check_factor


class Indicator(CodedModel, LoadedModel):
    """A number the district keeps: its name, the 口径 now in force and how it adds up; unit, scale and
    formula are dated versions."""

    name = models.CharField("指标名称", max_length=60)
    caliber = models.TextField("口径", blank=True)
    kind = models.CharField("类型", max_length=20, choices=IndicatorKind.choices)
    level = models.CharField("采集层级", max_length=20, choices=SubjectKind.choices, blank=True)
    frequency = models.CharField("频率", max_length=10, choices=Frequency.choices, default=Frequency.QUARTER)
    direction = models.CharField("方向", max_length=10, choices=Direction.choices, default=Direction.UP)
    over_space = models.CharField("空间汇总", max_length=12, choices=OverSpace.choices, default=OverSpace.SUM)
    over_time = models.CharField("时间汇总", max_length=12, choices=OverTime.choices, default=OverTime.LAST)
    certifying_unit = models.CharField("数据来源/核定单位", max_length=60, blank=True)
    sources = models.JSONField("来源次序", default=list, blank=True)
    feeds = models.JSONField("用于计划目标", default=list, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    position = models.PositiveSmallIntegerField("次序", default=0)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def higher_is_better(self) -> bool:
        return self.direction != Direction.DOWN

    @property
    def source_words(self) -> str:
        """The order of sources, as people call them."""
        return "、".join(str(ValueSource(code).label) for code in self.sources)


class IndicatorVersion(DatedModel):
    """Unit, scale and formula of an indicator in a stretch of time; immutable once used.

    A value is stored as a whole number of 10**-scale of `unit`. A later version says by which exact
    `factor` a number in the unit before becomes one in its own; empty: the two are not comparable.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="versions", verbose_name="指标")
    number = models.PositiveSmallIntegerField("版本", default=1)
    unit = models.CharField("计量单位", max_length=20)
    scale = models.PositiveSmallIntegerField("存储小数位", default=0)
    display_decimals = models.PositiveSmallIntegerField("显示小数位", default=0)
    definition = models.JSONField("计算方法", default=dict, blank=True)
    caliber = models.TextField(
        "口径", blank=True, help_text="已停用版本当时的口径；现行版本的口径写在指标上，此处留空"
    )
    factor = models.CharField(
        "与上一版本的换算系数", max_length=40, blank=True, validators=[check_factor],
        help_text="本版数 = 上一版数 × 系数，写成小数或分数，例如 0.0001 或 1/10000；留空表示与上一版本不可比",
    )  # fmt: skip

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
            models.CheckConstraint(
                condition=Q(number__gt=1) | Q(factor=""), name="targets_indicator_first_version_has_no_factor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}（{self.unit}）"

    @property
    def words(self) -> str:
        """The 口径 of its own time."""
        return self.caliber or self.indicator.caliber
