from django.db import models

from guandu.accounts.models import Unit
from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, LoadedModel
from targets.enums import SubjectKind, TemplateKind
from targets.models.indicator import Indicator


class ReturnTemplate(CodedModel, LoadedModel):
    """A form as data: what is asked of whom, how often, and the route of its review."""

    name = models.CharField("表名", max_length=80)
    kind = models.CharField("性质", max_length=20, choices=TemplateKind.choices, default=TemplateKind.WORK)
    subject_kind = models.CharField("填报对象", max_length=20, choices=SubjectKind.choices)
    filer = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name="填报单位", help_text="园区表留空，由运营方填报"
    )
    printed_line = models.CharField("表下说明", max_length=100, blank=True)
    due_days = models.PositiveSmallIntegerField("截止日", default=15, help_text="报告期结束后第几日")
    route = models.JSONField("审核流程", default=list, help_text="依次为 review（审核）、confirm（确认）")
    checks = models.JSONField("审核关系", default=list, blank=True)
    needs_scan = models.BooleanField(
        "须附签字盖章扫描件", default=False, help_text="核定前须有本版本已核对的扫描件，如年报、星级申报"
    )
    valid_from = models.CharField("起用报告期", max_length=10, default="2024Q1")
    valid_to = models.CharField("停用报告期", max_length=10, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报表模板"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class TemplateCell(LoadedModel):
    """One number asked for."""

    template = models.ForeignKey(
        ReturnTemplate, models.CASCADE, related_name="cells", verbose_name="报表模板"
    )
    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name="指标")
    section = models.CharField("分组", max_length=40, blank=True)
    position = models.PositiveSmallIntegerField("次序", default=0)
    is_required = models.BooleanField("必填", default=True)
    asks_base = models.BooleanField("另填上年同期可比数", default=False)
    help_text = models.CharField("填报说明", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报表指标"
        ordering = ["template", "position"]
        constraints = [models.UniqueConstraint(fields=["template", "indicator"], name="targets_cell_once")]

    def __str__(self) -> str:
        return f"{self.template} · {self.indicator}"
