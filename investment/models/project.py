from decimal import Decimal

from django.db import models

from guandu.accounts.models import Unit
from guandu.core.models import CodedModel, LoadedModel
from guandu.core.numbers import from_units
from investment.enums import Stage
from investment.querysets import ProjectQuerySet
from parks.models import Chain, Park


class Project(CodedModel, LoadedModel):
    """An investment project, followed from talks to delivery."""

    name = models.CharField("项目名称", max_length=120)
    kind = models.CharField("项目类型", max_length=40, blank=True)
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, blank=True, verbose_name="产业链")
    park = models.ForeignKey(Park, models.PROTECT, null=True, blank=True, verbose_name="落地园区")
    street = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name="街道", related_name="street_projects"
    )
    site = models.CharField(
        "落地地块", max_length=80, blank=True, help_text="不在已登记园区内的，写明片区或地块"
    )
    lead = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name="牵头单位", related_name="led_projects"
    )
    stage = models.CharField("阶段", max_length=20, choices=Stage.choices, default=Stage.UNCONFIRMED)
    promised_investment = models.BigIntegerField(
        "计划总投资", null=True, blank=True, help_text="以百分之一万元为单位存放的整数"
    )
    clause = models.CharField("计划条款", max_length=40, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    is_demo = models.BooleanField("演示项目", default=False, editable=False)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = ProjectQuerySet.as_manager()

    INVESTMENT_SCALE = 2

    class Meta:
        verbose_name = verbose_name_plural = "招商项目"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def investment(self) -> Decimal | None:
        """计划总投资 in 万元; None when it was not entered."""
        return (
            None
            if self.promised_investment is None
            else from_units(self.promised_investment, self.INVESTMENT_SCALE)
        )


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
