from django.db import models
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ScopedQuerySet
from parks.models import Park
from parks.querysets import parks_in_scope
from targets.enums import SubjectKind, ValueSource
from targets.models.history import HistoryLine
from targets.models.indicator import Indicator, IndicatorVersion
from targets.models.returns import ReturnVersion


class CertifiedValueQuerySet(ScopedQuerySet):
    view_permission = Permission.FIGURE_VIEW

    def scope_condition(self, kind, codes, day):

        parks = Park.objects.filter(parks_in_scope(kind, codes, day))
        return Q(subject_kind=SubjectKind.PARK, subject_code__in=parks.values("code"))

    def _condition(self, user, permission):
        condition = Q(subject_kind=SubjectKind.PARK) & super()._condition(user, permission)
        if user.may(Permission.TOTALS_VIEW):
            condition |= ~Q(subject_kind=SubjectKind.PARK)
        return condition

    def current(self):
        return self.filter(superseded_at__isnull=True)


class CertifiedValue(models.Model):
    """核定值: the value that counts, where it came from and who settled it. Figures read these only.

    Never changed: a 数据订正 supersedes the row by another.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="certified_values", verbose_name="指标")
    indicator_version = models.ForeignKey(IndicatorVersion, models.PROTECT, verbose_name="指标版本")
    subject_kind = models.CharField("对象类型", max_length=20, choices=SubjectKind.choices)
    subject_code = models.CharField("对象编码", max_length=40, blank=True)
    period = models.CharField("报告期", max_length=10)
    units = models.BigIntegerField("核定值", help_text="以指标最小计量单位存放的整数")
    base_units = models.BigIntegerField("上年同期可比数", null=True, blank=True)
    expected = models.PositiveIntegerField("应报", default=1)
    reported = models.PositiveIntegerField("已报", default=1)
    source = models.CharField("来源", max_length=20, choices=ValueSource.choices)
    return_version = models.ForeignKey(
        ReturnVersion, models.PROTECT, null=True, blank=True, related_name="certified_values", verbose_name="来源版本"
    )
    history_line = models.ForeignKey(
        HistoryLine, models.PROTECT, null=True, blank=True, related_name="certified_values", verbose_name="补录行"
    )
    reason = models.CharField("说明", max_length=300, blank=True)
    certified_by = models.CharField("核定人", max_length=120)
    certified_at = models.DateTimeField("核定时间")
    superseded_at = models.DateTimeField("订正时间", null=True, blank=True)

    objects = CertifiedValueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核定值"
        ordering = ["period", "subject_code", "indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "subject_kind", "subject_code", "period"],
                condition=Q(superseded_at=None),
                name="targets_one_certified_value",
            )
        ]
        indexes = [models.Index(fields=["period", "indicator"], name="targets_certified_period")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.subject_code} {self.period}"
