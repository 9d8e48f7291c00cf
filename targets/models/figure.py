from decimal import Decimal

from django.db import models
from django.db.models import Q

from guandu.core.numbers import divide, from_units
from targets.enums import Basis, FigureScope, IndicatorKind
from targets.models.certified import CertifiedValue
from targets.models.indicator import Indicator, IndicatorVersion
from targets.querysets import FigureQuerySet

RATIO_KINDS = frozenset({IndicatorKind.RATIO, IndicatorKind.SHARE})


class Figure(models.Model):
    """The one table of numbers. Grain: indicator × scope × period × basis.

    `numerator` (and, for ratios, `denominator`) are whole numbers of the smallest unit; None is not
    reported. A park's row carries the memberships of the period's last day, so that every other
    scope, and every crossing, is a sum over park rows; it points at the 核定值 or the dated register
    facts it was made of. A share points at its denominator's figure.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="figures", verbose_name="指标")
    indicator_version = models.ForeignKey(IndicatorVersion, models.PROTECT, verbose_name="指标版本")
    scope_kind = models.CharField("范围类型", max_length=20, choices=FigureScope.choices)
    scope_code = models.CharField("范围编码", max_length=40, blank=True)
    scope_name = models.CharField("范围", max_length=80)
    period = models.CharField("报告期", max_length=10)
    basis = models.CharField("口径状态", max_length=20, choices=Basis.choices, default=Basis.CERTIFIED)

    numerator = models.BigIntegerField("数值", null=True, blank=True)
    denominator = models.BigIntegerField("分母", null=True, blank=True)
    base_numerator = models.BigIntegerField("上年同期可比数", null=True, blank=True)
    expected = models.PositiveIntegerField("应报", default=0)
    reported = models.PositiveIntegerField("已报", default=0)
    backfilled = models.PositiveIntegerField("其中补录", default=0)

    park_code = models.CharField("园区编码", max_length=40, blank=True)
    chain_code = models.CharField("产业链编码", max_length=40, blank=True)
    street_code = models.CharField("街道编码", max_length=40, blank=True)
    area_code = models.CharField("片区编码", max_length=40, blank=True)
    department_code = models.CharField("包保部门编码", max_length=40, blank=True)

    source = models.ForeignKey(
        CertifiedValue, models.PROTECT, null=True, blank=True, related_name="figures", verbose_name="核定值"
    )
    facts = models.JSONField("登记事实", default=list, blank=True)
    denominator_figure = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="分母数据"
    )
    run = models.BigIntegerField("计算任务", default=0)
    computed_at = models.DateTimeField("计算时间")

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "数据"
        ordering = ["period", "indicator", "scope_kind", "scope_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "scope_kind", "scope_code", "period", "basis"], name="targets_figure_once"
            ),
            models.CheckConstraint(
                condition=Q(scope_kind="district", scope_code="") | (~Q(scope_kind="district") & ~Q(scope_code="")),
                name="targets_figure_scope_code",
            ),
        ]
        indexes = [
            models.Index(fields=["period", "scope_kind", "scope_code"], name="targets_figure_scope"),
            models.Index(fields=["scope_kind", "scope_code", "indicator", "period"], name="targets_figure_series"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.scope_name} {self.period}"

    @property
    def is_ratio(self) -> bool:
        return self.indicator.kind in RATIO_KINDS

    @property
    def value(self) -> Decimal | None:
        """The number in the indicator's unit, exact; a ratio in per cent, divided once, to six
        decimals; None when it was not reported or has no denominator."""
        if self.numerator is None:
            return None
        if not self.is_ratio:
            return from_units(self.numerator, self.indicator_version.scale)
        if not self.denominator:
            return None
        return divide(self.numerator * 100, self.denominator)
