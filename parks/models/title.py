from django.db import models
from django.db.models import Q

from guandu.core.models import LoadedModel
from parks.enums import TitleLevel, TitleState
from parks.models.park import Park
from parks.querysets import OfParkQuerySet


class Title(LoadedModel):
    """A national, provincial or city title of a park: from candidate to award and lapse."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="titles", verbose_name="园区")
    level = models.CharField("级别", max_length=20, choices=TitleLevel.choices)
    name = models.CharField("称号", max_length=80)
    state = models.CharField("状态", max_length=20, choices=TitleState.choices, default=TitleState.CANDIDATE)
    applied_on = models.DateField("申报日期", null=True, blank=True)
    awarded_on = models.DateField("认定日期", null=True, blank=True)
    lapsed_on = models.DateField("失效日期", null=True, blank=True)
    document = models.CharField("文号", max_length=80, blank=True)
    clause = models.CharField("计划条款", max_length=40, blank=True)

    objects = OfParkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区称号"
        ordering = ["park", "level", "name"]
        constraints = [
            models.UniqueConstraint(fields=["park", "level", "name"], name="parks_title_once"),
            models.CheckConstraint(
                condition=~Q(state="awarded") | Q(awarded_on__isnull=False),
                name="parks_title_awarded_has_date",
                violation_error_message="已认定的称号必须填写认定日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.park} · {self.full_name}"

    @property
    def full_name(self) -> str:
        """The title with its level, once: 省级文化产业园区, 国家级园区."""
        level = self.get_level_display()
        return self.name if self.name.startswith(level) else f"{level}{self.name}"
