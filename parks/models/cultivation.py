import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from guandu.accounts.models import User
from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, DatedModel, LoadedModel, dated_in_order
from parks.enums import CultivationState
from parks.models.enterprise import Enterprise
from parks.querysets import CultivationQuerySet, DatedReferenceQuerySet

INDUSTRY = re.compile(r"[A-T]|[0-9]{2,4}")


class StatisticalClass(CodedModel, LoadedModel):
    """A class of 四上 enterprises: 规模以上工业, 限额以上批发 and the like."""

    name = models.CharField("类别", max_length=60)
    industries = models.JSONField(
        "行业范围", default=list, help_text="行业代码，按前缀匹配，例如 B、C、D、51、7020"
    )
    position = models.PositiveSmallIntegerField("次序", default=0)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "四上类别"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not isinstance(self.industries, list) or not all(INDUSTRY.fullmatch(str(each)) for each in self.industries):
            raise ValidationError({"industries": "行业范围只写门类的一个字母，或 2 至 4 位的行业代码。"})

    def takes(self, industry_code: str, section: str) -> bool:
        """Whether a firm of this industry belongs to the class."""
        return any(section == each or industry_code.startswith(each) for each in self.industries)


class Threshold(DatedModel, LoadedModel):
    """From which yearly revenue a firm of the class belongs to the statistics; dated, as the rule changes."""

    of_class = models.ForeignKey(
        StatisticalClass, models.PROTECT, related_name="thresholds", verbose_name="四上类别"
    )
    revenue = models.BigIntegerField(
        "年营业收入标准",
        null=True,
        blank=True,
        help_text="万元，以百分之一万元为单位存放的整数；按资质认定的留空",
    )
    condition = models.CharField("其他条件", max_length=120, blank=True)
    document = models.CharField("依据", max_length=200, blank=True)

    objects = DatedReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "四上标准"
        ordering = ["of_class", "valid_from"]
        constraints = [
            dated_in_order("parks_threshold_dates"),
            models.UniqueConstraint(
                fields=["of_class"], condition=Q(valid_to=None), name="parks_threshold_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_class}（{self.valid_from} 起）"


class Cultivation(models.Model):
    """A firm on its way into the statistics (升规培育库): one row a firm and class, one step after another.

    Revenue is a firm's own value: it shows to whoever may see the firm's lines, and to nobody else.
    """

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="cultivations", verbose_name="企业"
    )
    of_class = models.ForeignKey(
        StatisticalClass, models.PROTECT, related_name="cultivations", verbose_name="四上类别"
    )
    state = models.CharField(
        "环节", max_length=12, choices=CultivationState.choices, default=CultivationState.NURTURED
    )
    batch = models.CharField(
        "入库批次", max_length=40, blank=True, help_text="例如：2026年年度、2026年9月月度"
    )
    revenue = models.BigIntegerField(
        "上年营业收入", null=True, blank=True, help_text="万元，以百分之一万元为单位存放的整数"
    )
    revenue_year = models.PositiveSmallIntegerField("收入所属年份", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = CultivationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "升规培育"
        ordering = ["enterprise", "of_class"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=~Q(state="left"),
                name="parks_cultivation_one_open",
                violation_error_message="该企业已在升规培育库中。",
            ),
            models.CheckConstraint(
                condition=Q(revenue__isnull=True, revenue_year__isnull=True)
                | Q(revenue__isnull=False, revenue_year__isnull=False),
                name="parks_cultivation_revenue_has_year",
                violation_error_message="上年营业收入与所属年份必须一并填写。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} · {self.of_class}"


class CultivationMove(models.Model):
    """One step of the way, with its day and document."""

    cultivation = models.ForeignKey(
        Cultivation, models.PROTECT, related_name="moves", verbose_name="升规培育"
    )
    before = models.CharField("原环节", max_length=12, choices=CultivationState.choices, blank=True)
    after = models.CharField("环节", max_length=12, choices=CultivationState.choices)
    on = models.DateField("日期")
    batch = models.CharField("入库批次", max_length=40, blank=True)
    document = models.CharField("依据", max_length=120, blank=True)
    comment = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "升规环节"
        ordering = ["cultivation", "at"]

    def __str__(self) -> str:
        return f"{self.cultivation} · {self.get_after_display()}（{self.on}）"
