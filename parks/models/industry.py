from django.db import models

from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import LoadedModel
from parks.enums import IndustryLevel


class Industry(LoadedModel):
    """A code of GB/T 4754-2017. 门类 and 大类 are shipped; 中类 and 小类 come by import.

    The code is the standard's own: A, 01, 011, 0111.
    """

    code = models.CharField("行业代码", max_length=4, unique=True)
    name = models.CharField("行业名称", max_length=80)
    level = models.CharField("层级", max_length=10, choices=IndustryLevel.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="members", verbose_name="上级行业"
    )
    section = models.CharField("门类", max_length=1)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行业分类"
        ordering = ["section", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level="section", parent=None) | ~models.Q(level="section"),
                name="parks_industry_section_is_top",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
