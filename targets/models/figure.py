from decimal import Decimal

from django.db import models
from django.db.models import Q

from targets.definitions.values import PERCENT_KINDS, value_of, years_between
from targets.enums import Basis, FigureScope, Gap, IndicatorKind
from targets.models.certified import CertifiedValue
from targets.models.indicator import Indicator, IndicatorVersion
from targets.querysets import FigureQuerySet


class Figure(models.Model):
    """The one table of numbers. Grain: indicator × scope × period × basis.

    `numerator` (and, for ratios, `denominator`) are whole numbers of the smallest unit; None is not
    reported. A park's row carries the memberships of the period's last day, so that every other
    scope, and every crossing, is a sum over park rows; it points at the 核定值 or the dated register
    facts it was made of. A share keeps its own numerator and points at its denominator's figure, so that
    a corrected whole changes one row. `gap` says why there is no number. `of_year` marks a number of the year
    beside the fourth quarter's own.
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
    roster_effect = models.BigIntegerField("名单变动影响", null=True, blank=True)
    gap = models.CharField("缺数原因", max_length=20, choices=Gap.choices, blank=True)
    of_year = models.BooleanField("年度数", default=False)
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
        """Whether it is shown in per cent, from a numerator and a denominator."""
        return self.indicator.kind in PERCENT_KINDS

    @property
    def is_share(self) -> bool:
        return self.indicator.kind == IndicatorKind.SHARE

    @property
    def divisor(self) -> int | None:
        """What the numerator is divided by; of a share, the number of the whole as it stands now."""
        if not self.is_share:
            return self.denominator
        return self.denominator_figure.numerator if self.denominator_figure else None

    @property
    def value(self) -> Decimal | None:
        """The number in the indicator's unit, exact; a ratio in per cent, divided once, to six
        decimals; None when it was not reported or has no denominator."""
        version = self.indicator_version
        return value_of(
            self.indicator.kind, self.numerator, self.divisor, scale=version.scale, unit=version.unit,
            years=years_between(version.definition, self.period),
        )  # fmt: skip

    @property
    def lack(self) -> str:
        """Why there is no number, as a Gap; empty where there is one."""
        if self.numerator is not None and self.is_share and self.divisor is None:
            return Gap.NO_DENOMINATOR
        if self.numerator is not None and self.value is None:
            return self.gap or Gap.ZERO_DENOMINATOR
        return self.gap or Gap.NOT_REPORTED if self.numerator is None else ""

    @property
    def lack_words(self) -> str:
        return str(Gap(self.lack).label) if self.lack else ""

    @property
    def holds_for_all(self) -> bool | None:
        """Of a condition asked of every park: whether all hold it; None while one that could fail is unknown."""
        if self.indicator.kind != IndicatorKind.ALL_OF or self.numerator is None:
            return None
        if self.numerator < (self.denominator or 0):
            return False
        return True if self.reported >= self.expected else None
