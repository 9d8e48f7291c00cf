from decimal import Decimal

from django.db import models
from django.db.models import Q

from guandu.core.periods import Period
from targets.enums import Basis, FigureScope, IndicatorKind
from targets.enums_publication import PublicationKind
from targets.querysets_publication import PublicationQuerySet, PublishedFigureQuerySet


class Publication(models.Model):
    """期次: the figures of a period as they stood when they were published. Never changed once its rows are in:
    what is corrected afterwards becomes the next revision, with its reason.

    `expected` and `reported` count parks; `digest` is over all rows; `replaces` is the revision before, of a
    年报 the 快报 of the fourth quarter.
    """

    kind = models.CharField("类型", max_length=10, choices=PublicationKind.choices)
    period = models.CharField("报告期", max_length=10)
    revision = models.PositiveSmallIntegerField("修订次数", default=0)
    document = models.CharField("依据", max_length=120, blank=True, help_text="印发文件的名称、文号等，没有可不填")
    note = models.CharField("说明", max_length=300, blank=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="替代的期次"
    )

    expected = models.PositiveIntegerField("应报园区", default=0)
    reported = models.PositiveIntegerField("报齐园区", default=0)
    row_count = models.PositiveIntegerField("数据项数", default=0)
    changed_count = models.PositiveIntegerField("变动项数", default=0)
    from_work_forms = models.BooleanField("含工作调度表数据", default=False)
    digest = models.CharField("校验值", max_length=64, blank=True)

    issued_by = models.CharField("发布人", max_length=120)
    issued_unit = models.CharField("发布单位", max_length=100, blank=True)
    issued_on = models.DateField("发布日期", help_text="业务日期，按日期查询时以此为准")
    issued_at = models.DateTimeField("发布时间")

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "期次"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "period", "revision"], name="targets_publication_once"),
            models.CheckConstraint(
                condition=Q(revision=0) | ~Q(note=""), name="targets_publication_revision_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(revision=0) | Q(replaces__isnull=False), name="targets_publication_revision_replaces"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.revision_words}）"

    @property
    def title(self) -> str:
        return f"{Period.parse(self.period).label}{self.get_kind_display()}"

    @property
    def revision_words(self) -> str:
        return f"第 {self.revision} 次修订" if self.revision else "首次发布"

    @property
    def check_code(self) -> str:
        """校验码: what is compared by eye on paper."""
        return self.digest[:8].upper()

    @property
    def quarter(self) -> Period:
        """The quarter whose figures it holds; of a year, the fourth."""
        return Period.quarter_of(Period.parse(self.period).last_day)

    @property
    def is_official(self) -> bool:
        return self.kind != PublicationKind.RATING


class PublishedFigure(models.Model):
    """A figure as it was published, with all that its line says: nothing is looked up elsewhere, so that it reads
    alike in any later year. Grain: publication × indicator × scope × period.

    Numbers are the exact decimals that were published, as text; empty is not reported. `figure_number` is today's
    figure; `certified_values` and `facts` are what the number was made of.
    """

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="rows", verbose_name="期次")
    position = models.PositiveIntegerField("次序")
    indicator_code = models.CharField("指标编码", max_length=40)
    indicator_name = models.CharField("指标", max_length=60)
    indicator_kind = models.CharField("类型", max_length=20, choices=IndicatorKind.choices)
    version = models.PositiveSmallIntegerField("指标版本")
    unit = models.CharField("计量单位", max_length=20)
    decimals = models.PositiveSmallIntegerField("显示小数位", default=0)

    scope_kind = models.CharField("范围类型", max_length=20, choices=FigureScope.choices)
    scope_code = models.CharField("范围编码", max_length=40, blank=True)
    scope_name = models.CharField("范围", max_length=80)
    period = models.CharField("报告期", max_length=10)
    basis = models.CharField("口径状态", max_length=20, choices=Basis.choices)

    shown_value = models.CharField("数值", max_length=40, blank=True)
    numerator = models.CharField("分子", max_length=40, blank=True)
    numerator_unit = models.CharField("分子单位", max_length=20, blank=True)
    denominator = models.CharField("分母", max_length=40, blank=True)
    denominator_unit = models.CharField("分母单位", max_length=20, blank=True)
    base = models.CharField("上年同期可比数", max_length=40, blank=True)
    roster_effect = models.CharField("名单变动影响", max_length=40, blank=True)
    lack = models.CharField("缺数原因", max_length=60, blank=True)
    expected = models.PositiveIntegerField("应报")
    reported = models.PositiveIntegerField("已报")
    backfilled = models.PositiveIntegerField("其中补录", default=0)
    from_work_form = models.BooleanField("来自工作调度表", default=False)

    park_code = models.CharField("园区编码", max_length=40, blank=True)
    chain_code = models.CharField("产业链编码", max_length=40, blank=True)
    street_code = models.CharField("街道编码", max_length=40, blank=True)
    area_code = models.CharField("片区编码", max_length=40, blank=True)
    department_code = models.CharField("包保部门编码", max_length=40, blank=True)

    figure_number = models.BigIntegerField("数据编号")
    denominator_number = models.BigIntegerField("分母数据编号", null=True, blank=True)
    certified_values = models.JSONField("核定值", default=list, blank=True)
    facts = models.JSONField("登记事实", default=list, blank=True)
    computed_at = models.DateTimeField("计算时间")

    objects = PublishedFigureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "期次数据"
        ordering = ["publication", "position"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "position"], name="targets_published_position"),
            models.UniqueConstraint(
                fields=["publication", "indicator_code", "scope_kind", "scope_code", "period"],
                name="targets_published_once",
            ),
        ]
        indexes = [
            models.Index(fields=["publication", "scope_kind", "scope_code"], name="targets_published_scope"),
            models.Index(fields=["indicator_code", "period"], name="targets_published_indicator"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_name} {self.scope_name} {self.period}"

    @property
    def value(self) -> Decimal | None:
        return Decimal(self.shown_value) if self.shown_value else None
