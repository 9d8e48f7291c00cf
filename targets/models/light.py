from django.db import models
from django.db.models import Q

from targets.enums_plan import AnswerKind, LightState
from targets.models.plan import Target
from targets.querysets_plan import LightQuerySet


class RedLight(models.Model):
    """A target that fell behind in a quarter. Its lead has until `due_on` to explain or correct; leaders and bulletins
    see it when the office has released it."""

    target = models.ForeignKey(Target, models.PROTECT, related_name="lights", verbose_name="计划目标")
    period = models.CharField("报告期", max_length=10)
    state = models.CharField("状态", max_length=20, choices=LightState.choices, default=LightState.WAITING)
    opened_at = models.DateTimeField("亮灯时间")
    due_on = models.DateField("说明时限")
    answer_kind = models.CharField("答复方式", max_length=20, choices=AnswerKind.choices, blank=True)
    answer = models.CharField("情况说明", max_length=500, blank=True)
    answered_by = models.CharField("说明人", max_length=120, blank=True)
    answered_unit = models.CharField("说明单位", max_length=100, blank=True)
    answered_at = models.DateTimeField("说明时间", null=True, blank=True)
    released_by = models.CharField("发布人", max_length=120, blank=True)
    released_at = models.DateTimeField("发布时间", null=True, blank=True)
    cleared_at = models.DateTimeField("消除时间", null=True, blank=True)

    objects = LightQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "滞后提示"
        ordering = ["period", "target"]
        constraints = [
            models.UniqueConstraint(fields=["target", "period"], name="targets_light_once"),
            models.CheckConstraint(
                condition=~Q(state=LightState.ANSWERED) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="targets_light_answered",
            ),
            models.CheckConstraint(
                condition=~Q(state=LightState.RELEASED) | Q(released_at__isnull=False), name="targets_light_released"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.period}"

    @property
    def stamp(self) -> str:
        """Differs after every answer and every move: a page names it, so that nothing is released unread."""
        answered = f"{self.answered_at:%Y%m%d%H%M%S%f}" if self.answered_at else ""
        return f"{self.state}-{answered}"
