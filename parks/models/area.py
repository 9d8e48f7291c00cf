from django.db import models

from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, LoadedModel
from parks.models.chain import Chain


class Area(CodedModel, LoadedModel):
    """A 片区 or carrier that the plan names as the ground of one or more clusters."""

    name = models.CharField("片区名称", max_length=80)
    aliases = models.JSONField("其他写法", default=list, blank=True)
    clause = models.CharField("计划条款", max_length=40, blank=True)
    chains = models.ManyToManyField(Chain, through="AreaChain", verbose_name="产业链", related_name="areas")

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "片区"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class AreaChain(LoadedModel):
    """The cluster map: an area may belong to two clusters (金马片区); a park has one chain."""

    area = models.ForeignKey(Area, models.CASCADE, verbose_name="片区")
    chain = models.ForeignKey(Chain, models.PROTECT, verbose_name="产业链")

    class Meta:
        verbose_name = verbose_name_plural = "聚集区"
        ordering = ["chain", "area"]
        constraints = [models.UniqueConstraint(fields=["area", "chain"], name="parks_area_chain_once")]

    def __str__(self) -> str:
        return f"{self.chain.cluster_name} · {self.area.name}"
