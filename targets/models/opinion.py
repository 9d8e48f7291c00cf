from django.db import models
from django.db.models import Q

from targets.enums import OpinionSide
from targets.models.returns import Return, ReturnVersion


class Opinion(models.Model):
    """What a street or a task force says of one filed version. Silence is no row: see queries.opinions."""

    return_of = models.ForeignKey(Return, models.PROTECT, related_name="opinions", verbose_name="报表")
    version = models.ForeignKey(
        ReturnVersion, models.PROTECT, related_name="opinions", verbose_name="报表版本"
    )
    side = models.CharField("意见方", max_length=20, choices=OpinionSide.choices)
    agrees = models.BooleanField("无不同意见", default=True)
    text = models.CharField("意见", max_length=300, blank=True)
    unit_name = models.CharField("单位", max_length=100, blank=True)
    author_name = models.CharField("填写人", max_length=120)
    author_key = models.CharField("填写账号", max_length=120)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "报表意见"
        ordering = ["return_of", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "side"], name="targets_opinion_once"),
            models.CheckConstraint(
                condition=Q(agrees=True) | ~Q(text=""), name="targets_opinion_differs_in_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}：{self.text or '无不同意见'}"
