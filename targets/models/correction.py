from django.db import models
from django.db.models import Q

from targets.enums import CorrectionState
from targets.models.returns import Return, ReturnVersion

LIVE = (CorrectionState.ASKED, CorrectionState.OPEN)


class Correction(models.Model):
    """数据订正: named cells of a locked return, opened again. What was 核定 stands until it is 核定 anew."""

    return_of = models.ForeignKey(Return, models.PROTECT, related_name="corrections", verbose_name="报表")
    state = models.CharField("状态", max_length=20, choices=CorrectionState.choices)
    codes = models.JSONField("订正指标", default=list, help_text="指标编码；只有这些项可以修改")
    reason = models.CharField("订正理由", max_length=300)
    asked_by = models.CharField("提出人", max_length=120)
    asked_key = models.CharField("提出账号", max_length=120)
    asked_at = models.DateTimeField("提出时间")
    decided_by = models.CharField("批准人", max_length=120, blank=True)
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=300, blank=True)
    corrects = models.ForeignKey(
        ReturnVersion, models.PROTECT, null=True, related_name="+", verbose_name="原核定版本"
    )
    becomes = models.ForeignKey(
        ReturnVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="订正后核定版本"
    )
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据订正"
        ordering = ["return_of", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["return_of"], condition=Q(state__in=LIVE), name="targets_one_live_correction"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="targets_correction_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.return_of} 数据订正"
