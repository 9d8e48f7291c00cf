from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from parks.enums_requests import ServiceKind
from parks.models.park import Park
from parks.querysets import OfParkQuerySet

MOST = 1_000_000


class ServiceEvent(models.Model):
    """政务服务进园区、培训、人才公寓、企业服务站: one service on one day, as a plain line. A wrong one is voided, never deleted."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="service_events", verbose_name="园区")
    kind = models.CharField("类别", max_length=16, choices=ServiceKind.choices)
    on = models.DateField("日期")
    title = models.CharField("名称", max_length=80)
    host = models.CharField("主办单位", max_length=100, blank=True)
    # Missing is not zero: what was not counted stays empty.
    people = models.PositiveIntegerField("服务人数", null=True, blank=True, validators=[MaxValueValidator(MOST)])
    firms = models.PositiveIntegerField("服务企业数", null=True, blank=True, validators=[MaxValueValidator(MOST)])
    items = models.PositiveIntegerField(
        "办理数量", null=True, blank=True, validators=[MaxValueValidator(MOST)], help_text="办件数、场次或公寓套数"
    )
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_key = models.CharField("登记账号", max_length=120, editable=False)
    recorded_by = models.CharField("登记人", max_length=120, editable=False)
    recorded_unit = models.CharField("登记单位", max_length=100, blank=True, editable=False)
    recorded_at = models.DateTimeField("登记时间", editable=False)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True, editable=False)
    voided_by = models.CharField("作废人", max_length=120, blank=True, editable=False)
    voided_because = models.CharField("作废原因", max_length=200, blank=True, editable=False)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = OfParkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "服务活动"
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_because="") | (Q(voided_at__isnull=False) & ~Q(voided_because="")),
                name="parks_service_event_voided",
            ),
            models.UniqueConstraint(
                fields=["park", "kind", "on", "title"],
                condition=Q(voided_at=None),
                name="parks_service_event_once",
                violation_error_message="这个园区当天已登记过同类同名的服务活动。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.on}"
