from django.db import models
from django.db.models import Q

from guandu.core.models import CodedModel
from parks.enums import SpaceState, SpaceUse
from parks.models.park import Park
from parks.querysets import OfParkQuerySet, SpaceQuerySet


class Building(CodedModel):
    """A building of a park. Areas are whole hundredths of a square metre."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="buildings", verbose_name="园区")
    name = models.CharField("楼宇名称", max_length=80)
    address = models.CharField("地址", max_length=120, blank=True)
    use = models.CharField("主要用途", max_length=20, choices=SpaceUse.choices, blank=True)

    floors_above = models.PositiveSmallIntegerField("地上层数", null=True, blank=True)
    floors_below = models.PositiveSmallIntegerField("地下层数", null=True, blank=True)
    built_area = models.BigIntegerField("建筑面积", null=True, blank=True)
    completed_on = models.DateField("竣工日期", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True, help_text="自该日起不再计入")

    # 盘活: a building that stands idle and waits for a new use.
    idle_since = models.DateField(
        "闲置自", null=True, blank=True, help_text="闲置楼宇、老旧厂房填写，未闲置留空"
    )
    reuse_plan = models.CharField("盘活措施", max_length=200, blank=True)
    reused_on = models.DateField("盘活日期", null=True, blank=True)

    note = models.CharField("说明", max_length=200, blank=True)
    is_demo = models.BooleanField("演示楼宇", default=False, editable=False)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = OfParkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "楼宇"
        ordering = ["park", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["park", "name"],
                name="parks_building_name_once",
                violation_error_message="该园区已有同名的楼宇。",
            ),
            models.CheckConstraint(
                condition=Q(built_area__isnull=True) | Q(built_area__gte=0),
                name="parks_building_area",
                violation_error_message="建筑面积不能是负数。",
            ),
            models.CheckConstraint(
                condition=Q(reused_on__isnull=True)
                | Q(idle_since__isnull=False, reused_on__gte=models.F("idle_since")),
                name="parks_building_reused_was_idle",
                violation_error_message="盘活日期须在闲置起始日期之后；未闲置的楼宇不填盘活日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_idle(self) -> bool:
        return self.idle_since is not None and self.reused_on is None


class Space(CodedModel):
    """A piece of a building that is let as one: a room, a floor, a workshop."""

    building = models.ForeignKey(Building, models.PROTECT, related_name="spaces", verbose_name="楼宇")
    name = models.CharField("房号或位置", max_length=60)
    floor = models.CharField("楼层", max_length=20, blank=True)
    use = models.CharField("用途", max_length=20, choices=SpaceUse.choices, blank=True)

    area = models.BigIntegerField("面积", null=True, blank=True, help_text="以百分之一平方米为单位存放的整数")
    height = models.IntegerField("层高", null=True, blank=True, help_text="以厘米为单位存放的整数")
    rent = models.BigIntegerField(
        "租金", null=True, blank=True, help_text="元/平方米·月，以分为单位存放的整数"
    )
    available_from = models.DateField("可招商日期", null=True, blank=True, help_text="自该日起可以入驻")
    closed_on = models.DateField("停用日期", null=True, blank=True, help_text="自该日起不再计入")

    note = models.CharField("说明", max_length=200, blank=True)
    is_demo = models.BooleanField("演示空间", default=False, editable=False)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = SpaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "空间"
        ordering = ["building", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["building", "name"],
                name="parks_space_name_once",
                violation_error_message="该楼宇已有相同房号的空间。",
            ),
            models.CheckConstraint(
                condition=(Q(area__isnull=True) | Q(area__gte=0)) & (Q(rent__isnull=True) | Q(rent__gte=0)),
                name="parks_space_numbers",
                violation_error_message="面积和租金不能是负数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building.name} {self.name}"

    @property
    def state_word(self) -> str:
        """Of a row that `standing_on` has told its `state`."""
        return SpaceState(self.state).label
