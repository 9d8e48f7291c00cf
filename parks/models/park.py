from django.db import models
from django.db.models import F, Q

from guandu.accounts.models import Unit
from guandu.core.models import CodedModel, DatedModel, LoadedModel, dated_in_order
from parks.enums import Carrier, OperatingModel
from parks.models.area import Area
from parks.models.chain import Chain
from parks.models.park_type import ParkType
from parks.querysets import DatedOfParkQuerySet, ParkQuerySet


def _not_negative(*names: str) -> Q:
    condition = Q()
    for name in names:
        condition &= Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0})
    return condition


class Park(CodedModel, LoadedModel):
    """A park of the register (一园一档). Where it belongs is dated: see Placement and Sponsorship."""

    name = models.CharField("园区名称", max_length=80)
    short_name = models.CharField("简称", max_length=20, blank=True)
    aliases = models.JSONField("其他写法", default=list, blank=True)

    park_type = models.ForeignKey(
        ParkType, models.PROTECT, null=True, blank=True, related_name="parks", verbose_name="园区类型"
    )
    carrier = models.CharField("载体形式", max_length=20, choices=Carrier.choices, blank=True)
    operating_model = models.CharField("运营模式", max_length=20, choices=OperatingModel.choices, blank=True)

    approved_on = models.DateField("批准日期", null=True, blank=True)
    opened_on = models.DateField("开园日期", null=True, blank=True, help_text="规划中的园区留空")
    closed_on = models.DateField("关闭日期", null=True, blank=True, help_text="自该日起不再计入")

    # Areas are whole hundredths of a square metre.
    land_area = models.BigIntegerField("占地面积", null=True, blank=True)
    floor_area = models.BigIntegerField("规划建筑面积", null=True, blank=True)
    built_area = models.BigIntegerField("已建成建筑面积", null=True, blank=True)
    lettable_area = models.BigIntegerField("可招商面积", null=True, blank=True)
    let_area = models.BigIntegerField("已入驻面积", null=True, blank=True)

    address = models.CharField("地址", max_length=120, blank=True)
    leading_industry = models.CharField("主导产业", max_length=120, blank=True)
    has_service_station = models.BooleanField("设有企业服务站", null=True, blank=True)
    has_one_stop = models.BooleanField("推行一站式服务", null=True, blank=True)
    other_services = models.CharField(
        "其他服务", max_length=200, blank=True, help_text="人才公寓、孵化器、检测平台等，用顿号分开"
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name="并入园区",
        editable=False,
    )
    merged_on = models.DateField("并入日期", null=True, blank=True, editable=False)

    clause = models.CharField("计划条款", max_length=40, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    is_demo = models.BooleanField("演示园区", default=False, editable=False)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = ParkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gt=F("opened_on")),
                name="parks_park_dates",
                violation_error_message="关闭日期必须晚于开园日期。",
            ),
            models.CheckConstraint(
                condition=_not_negative("land_area", "floor_area", "built_area", "lettable_area", "let_area"),
                name="parks_park_areas",
                violation_error_message="面积不能是负数。",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, merged_on__isnull=True)
                | Q(merged_into__isnull=False, merged_on__isnull=False),
                name="parks_park_merged_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        """The short name where a table has little room, else the whole one."""
        return self.short_name or self.name


class Placement(DatedModel):
    """Where a park belongs in a stretch of time: exactly one chain, and its area, street and operator."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="placements", verbose_name="园区")
    chain = models.ForeignKey(Chain, models.PROTECT, verbose_name="产业链")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, verbose_name="片区")
    street = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name="街道", related_name="placed_parks"
    )
    operator = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name="运营方", related_name="operated_parks"
    )

    objects = DatedOfParkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区归属"
        ordering = ["park", "valid_from"]
        constraints = [
            dated_in_order("parks_placement_dates"),
            models.UniqueConstraint(
                fields=["park"],
                condition=Q(valid_to=None),
                name="parks_placement_one_open",
                violation_error_message="该园区已有至今有效的归属，请先填写其终止日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.park} · {self.chain}（{self.valid_from} 起）"
