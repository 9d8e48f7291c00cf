from django.db import models
from django.db.models import F, Q

from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, DatedModel, LoadedModel, dated_in_order
from parks.enums import HonourLevel, Renewal
from parks.models.enterprise import Enterprise
from parks.querysets import DatedReferenceQuerySet, HonourQuerySet


class HonourKind(CodedModel, LoadedModel):
    """A recognition that firms can hold: 高新技术企业, 专精特新中小企业 and the like. Data, not code."""

    name = models.CharField("荣誉名称", max_length=60)
    short_name = models.CharField("简称", max_length=20, blank=True)
    family = models.CharField(
        "系列", max_length=40, blank=True, help_text="同一系列由低到高，例如优质中小企业梯度培育"
    )
    rank = models.PositiveSmallIntegerField("系列内等次", default=0, help_text="系列内由低到高")
    level = models.CharField("级别", max_length=12, choices=HonourLevel.choices, blank=True)
    position = models.PositiveSmallIntegerField("次序", default=0)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "荣誉种类"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class HonourRule(DatedModel, LoadedModel):
    """How long a recognition given from a day on lasts, who gives it and what it is called then."""

    kind = models.ForeignKey(HonourKind, models.PROTECT, related_name="rules", verbose_name="荣誉种类")
    name = models.CharField("当时的名称", max_length=60)
    issuer = models.CharField("认定机关", max_length=80, blank=True)
    years = models.PositiveSmallIntegerField("有效年数", null=True, blank=True, help_text="长期有效的留空")
    renewal = models.CharField("到期办法", max_length=12, choices=Renewal.choices, default=Renewal.NONE)
    document = models.CharField("依据", max_length=200, blank=True)
    to_confirm = models.BooleanField("待区里确认", default=False)

    objects = DatedReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "荣誉规则"
        ordering = ["kind", "valid_from"]
        constraints = [
            dated_in_order("parks_honour_rule_dates"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(valid_to=None), name="parks_honour_rule_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.valid_from} 起）"


class Honour(DatedModel):
    """A recognition that a firm holds for a stretch of time. `valid_to` is what the document says;
    `revoked_on` ends it before."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="honours", verbose_name="企业")
    kind = models.ForeignKey(
        HonourKind,
        models.PROTECT,
        to_field="code",
        db_column="kind",
        related_name="honours",
        verbose_name="荣誉",
    )
    level = models.CharField("级别", max_length=12, choices=HonourLevel.choices, blank=True)
    document = models.CharField("认定文号", max_length=120, blank=True)
    issuer = models.CharField("认定机关", max_length=80, blank=True)
    batch = models.CharField("批次", max_length=60, blank=True)
    certificate = models.CharField("证书编号", max_length=60, blank=True)
    first_recognised_on = models.DateField("首次认定日期", null=True, blank=True)
    revoked_on = models.DateField("撤销日期", null=True, blank=True, help_text="自该日起不再计入")
    revoked_because = models.CharField("撤销原因", max_length=120, blank=True)

    objects = HonourQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业荣誉"
        ordering = ["enterprise", "kind", "valid_from"]
        constraints = [
            dated_in_order("parks_honour_dates"),
            models.UniqueConstraint(
                fields=["enterprise", "kind", "valid_from"],
                name="parks_honour_once",
                violation_error_message="该企业已登记同一日起的同一荣誉。",
            ),
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=True) | Q(revoked_on__gte=F("valid_from")),
                name="parks_honour_revoked_after_given",
                violation_error_message="撤销日期不能早于认定日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} · {self.kind}"
