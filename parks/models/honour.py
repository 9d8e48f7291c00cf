from django.db import models

from guandu.core.models import DatedModel, DatedQuerySet, dated_in_order
from parks.enums import HonourKind
from parks.models.enterprise import Enterprise


class Honour(DatedModel):
    """A recognition that a firm holds for a stretch of time: 高新技术企业, 专精特新 and the like."""

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="honours", verbose_name="企业"
    )
    kind = models.CharField("荣誉", max_length=20, choices=HonourKind.choices)
    document = models.CharField("认定文号", max_length=80, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业荣誉"
        ordering = ["enterprise", "kind", "valid_from"]
        constraints = [
            dated_in_order("parks_honour_dates"),
            models.UniqueConstraint(fields=["enterprise", "kind", "valid_from"], name="parks_honour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} · {self.get_kind_display()}"
