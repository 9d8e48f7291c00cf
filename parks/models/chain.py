from django.db import models

from guandu.accounts.models import Unit
from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, LoadedModel


class Chain(CodedModel, LoadedModel):
    """One of the district's industry chains (条), with its task force."""

    name = models.CharField("产业链", max_length=40)
    park_type = models.CharField("园区类型", max_length=40, help_text="计划中对应的园区类型名称")
    cluster_name = models.CharField("聚集区名称", max_length=60)
    task_force = models.ForeignKey(Unit, models.PROTECT, verbose_name="产业链专班", related_name="chains")
    position = models.PositiveSmallIntegerField("次序", default=0)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "产业链"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name
