from decimal import Decimal

from django.db import models

from guandu.accounts.permissions import Permission
from guandu.core.numbers import from_units
from parks.models import Park
from parks.querysets import OfParkQuerySet
from rating.enums import AssessmentKind
from rating.models.scheme import Scheme
from targets.models import Publication


class AssessmentQuerySet(OfParkQuerySet):
    view_permission = Permission.ASSESSMENT_VIEW


class Assessment(models.Model):
    """One park's score under one scheme version. A 试算 never becomes an award.

    It reads the 核定 figures as they stood when it was computed, or those that one 期次 froze. `facts` keep each
    input with its source and revision, `snapshot` what the cohort came to: with the scheme's text they give
    `result` again, byte for byte, whatever becomes of the live data.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="assessments", verbose_name="评定方案")
    park = models.ForeignKey(Park, models.PROTECT, related_name="assessments", verbose_name="园区")
    period = models.CharField("数据期", max_length=10)
    kind = models.CharField("性质", max_length=20, choices=AssessmentKind.choices, default=AssessmentKind.TRIAL)
    total_units = models.BigIntegerField("得分", null=True, blank=True, help_text="以百分之一分为单位存放的整数")
    stars = models.PositiveSmallIntegerField("星级", null=True, blank=True)
    grade = models.CharField("等次", max_length=20, blank=True)
    publication = models.ForeignKey(
        Publication, models.PROTECT, null=True, blank=True, related_name="assessments", verbose_name="取数期次",
        help_text="不填即按计算时的核定数据",
    )  # fmt: skip
    facts = models.TextField("计分依据", help_text="计分时的输入，原文保存，可据此重算")
    snapshot = models.TextField("参照数据", blank=True, help_text="同批园区的参照值，与计分依据一起保存")
    result = models.TextField("计分过程", help_text="计分结果的规范 JSON 文本，重算须逐字相同")
    result_digest = models.CharField("校验值", max_length=64)
    run = models.BigIntegerField("计算任务", default=0)
    computed_at = models.DateTimeField("计算时间")

    objects = AssessmentQuerySet.as_manager()

    SCORE_SCALE = 2

    class Meta:
        verbose_name = verbose_name_plural = "评定"
        ordering = ["-period", "park"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "park", "period", "kind"], name="rating_assessment_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.park} {self.period} {self.get_kind_display()}"

    @property
    def total(self) -> Decimal | None:
        """The points; None while something that must be known is missing."""
        return None if self.total_units is None else from_units(self.total_units, self.SCORE_SCALE)
