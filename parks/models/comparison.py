from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit, User
from parks.enums import FindingKind, FindingState
from parks.models.enterprise import Enterprise
from parks.querysets import FindingQuerySet, ReferenceOfOfficeQuerySet


class RegistryComparison(models.Model):
    """市监登记比对: one file of the market bureau's register, laid beside ours."""

    file_name = models.CharField("文件", max_length=120)
    file_digest = models.CharField("文件摘要", max_length=64)
    as_of = models.DateField("登记数据日期")
    rows = models.PositiveIntegerField("登记企业数")
    matched = models.PositiveIntegerField("比中企业数")
    compared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="比对人")
    compared_at = models.DateTimeField("比对时间")

    objects = ReferenceOfOfficeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "登记比对"
        ordering = ["-compared_at"]

    def __str__(self) -> str:
        return f"{self.as_of} 登记比对"


class RegistryFinding(models.Model):
    """One difference that the comparison found; the street confirms it or says that it is not so."""

    comparison = models.ForeignKey(
        RegistryComparison, models.PROTECT, related_name="findings", verbose_name="登记比对"
    )
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="registry_findings", verbose_name="企业"
    )
    kind = models.CharField("差异", max_length=12, choices=FindingKind.choices)
    street = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="registry_findings", verbose_name="确认街道"
    )
    ours = models.CharField("门户登记", max_length=200, blank=True)
    theirs = models.CharField("市监登记", max_length=200, blank=True)
    on = models.DateField("变动日期", null=True, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=FindingState.choices, default=FindingState.WAITING
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="确认人")
    decided_at = models.DateTimeField("确认时间", null=True)
    answer = models.CharField("确认意见", max_length=200, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "比对差异"
        ordering = ["comparison", "enterprise", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["comparison", "enterprise", "kind"], name="parks_finding_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="parks_finding_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise}：{self.get_kind_display()}"
