from django.db import models
from django.db.models import Q

from guandu.core.models import DatedModel, DatedQuerySet, dated_in_order
from parks.models.enterprise import Enterprise
from parks.models.park import Park


class ParkName(DatedModel):
    """What a park was called in a stretch of time; the row in force says what Park says."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="names", verbose_name="园区")
    name = models.CharField("园区名称", max_length=80)
    short_name = models.CharField("简称", max_length=20, blank=True)
    document = models.CharField("依据", max_length=120, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区曾用名"
        ordering = ["park", "valid_from"]
        constraints = [
            dated_in_order("parks_park_name_dates"),
            models.UniqueConstraint(
                fields=["park"], condition=Q(valid_to=None), name="parks_park_name_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.valid_from} 起）"


class EnterpriseName(DatedModel):
    """The name and credit code that a firm had in a stretch of time; the row in force says what
    Enterprise says."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="names", verbose_name="企业")
    name = models.CharField("企业名称", max_length=120)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True, default="")
    document = models.CharField("依据", max_length=120, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业曾用名称和代码"
        ordering = ["enterprise", "valid_from"]
        constraints = [
            dated_in_order("parks_enterprise_name_dates"),
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(valid_to=None), name="parks_enterprise_name_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.valid_from} 起）"
