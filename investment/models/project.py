from django.db import models

from guandu.accounts.models import Unit
from guandu.core.models import CodedModel, LoadedModel
from investment.enums import Stage
from investment.querysets import ProjectQuerySet
from parks.models import Chain, Park


class Project(CodedModel, LoadedModel):
    """An investment project, followed from talks to delivery."""

    name = models.CharField("项目名称", max_length=120)
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, blank=True, verbose_name="产业链")
    park = models.ForeignKey(Park, models.PROTECT, null=True, blank=True, verbose_name="落地园区")
    street = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name="街道")
    stage = models.CharField("阶段", max_length=20, choices=Stage.choices, default=Stage.TALKING)
    promised_investment = models.BigIntegerField(
        "计划总投资", null=True, blank=True, help_text="以百分之一万元为单位存放的整数"
    )
    clause = models.CharField("计划条款", max_length=40, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    is_demo = models.BooleanField("演示项目", default=False, editable=False)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "招商项目"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class StageMove(models.Model):
    """One move of a project between stages."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="moves", verbose_name="招商项目")
    from_stage = models.CharField("原阶段", max_length=20, choices=Stage.choices)
    to_stage = models.CharField("新阶段", max_length=20, choices=Stage.choices)
    on = models.DateField("日期")
    comment = models.CharField("说明", max_length=200, blank=True)
    actor_name = models.CharField("办理人", max_length=120)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "阶段变动"
        ordering = ["project", "pk"]

    def __str__(self) -> str:
        return f"{self.project} {self.get_to_stage_display()}"
