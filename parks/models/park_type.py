from django.db import models

from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, LoadedModel


class ParkType(CodedModel, LoadedModel):
    """A type of park, or a sub-type under one; the district extends the list as data."""

    name = models.CharField("园区类型", max_length=60)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subtypes", verbose_name="上级类型"
    )
    position = models.PositiveSmallIntegerField("次序", default=0)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "园区类型"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return f"{self.parent.name} · {self.name}" if self.parent_id else self.name
