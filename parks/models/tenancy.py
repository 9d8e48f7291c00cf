from django.db import models
from django.db.models import Q

from guandu.core.models import DatedModel, dated_in_order
from parks.enums import LeavingReason
from parks.models.enterprise import Enterprise
from parks.models.park import Park
from parks.models.space import Space
from parks.querysets import OccupancyQuerySet, TenancyQuerySet


class Tenancy(DatedModel):
    """A firm in a park, from a day to a day. A firm may be in two parks at once; that is shown."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="tenancies", verbose_name="园区")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="tenancies", verbose_name="企业")
    in_leading_industry = models.BooleanField(
        "属于主导产业", null=True, blank=True, help_text="属于该园区主导产业的企业；未认定留空"
    )
    leaving_reason = models.CharField("离园原因", max_length=20, choices=LeavingReason.choices, blank=True)

    objects = TenancyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "入驻"
        ordering = ["park", "enterprise", "valid_from"]
        constraints = [
            dated_in_order("parks_tenancy_dates"),
            models.UniqueConstraint(
                fields=["park", "enterprise"],
                condition=Q(valid_to=None),
                name="parks_tenancy_one_open",
                violation_error_message="该企业已在该园区入驻，尚未登记离园。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} · {self.park}"


class Occupancy(DatedModel):
    """A space that a tenant uses, from a day to a day: never two tenants in one space at once.

    The overlap is refused under a lock of the space's row; a nightly check looks again.
    """

    tenancy = models.ForeignKey(Tenancy, models.PROTECT, related_name="occupancies", verbose_name="入驻")
    space = models.ForeignKey(Space, models.PROTECT, related_name="occupancies", verbose_name="空间")
    area = models.BigIntegerField(
        "使用面积", null=True, blank=True, help_text="以百分之一平方米为单位存放的整数"
    )
    rent = models.BigIntegerField(
        "约定租金", null=True, blank=True, help_text="元/平方米·月，以分为单位存放的整数"
    )

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "空间使用"
        ordering = ["space", "valid_from"]
        constraints = [
            dated_in_order("parks_occupancy_dates"),
            models.UniqueConstraint(
                fields=["space"],
                condition=Q(valid_to=None),
                name="parks_occupancy_one_open",
                violation_error_message="该空间正在使用，请先登记退出日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenancy.enterprise} 使用 {self.space}"
