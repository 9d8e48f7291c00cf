from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit
from parks.enums_requests import VisitRank
from parks.models.park import Park
from parks.querysets_requests import VisitQuerySet


class SponsorVisit(models.Model):
    """包保走访: who was in the park on a day, what was seen, what was asked for. A wrong one is voided, never deleted."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="sponsor_visits", verbose_name="园区")
    on = models.DateField("走访日期")
    rank = models.CharField("走访人员", max_length=12, choices=VisitRank.choices)
    visitors = models.CharField("姓名", max_length=80)
    # The duty as it stood on the day: frozen, because 包保 changes hands.
    department = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="当日包保部门", editable=False
    )
    leader = models.CharField("当日包保区领导", max_length=40, blank=True, editable=False)
    seen = models.CharField("走访情况", max_length=500)
    asks = models.CharField("企业反映", max_length=500, blank=True, help_text="需要办理的，请另外提出诉求")
    recorded_key = models.CharField("登记账号", max_length=120, editable=False)
    recorded_by = models.CharField("登记人", max_length=120, editable=False)
    recorded_unit = models.CharField("登记单位", max_length=100, blank=True, editable=False)
    recorded_at = models.DateTimeField("登记时间", editable=False)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True, editable=False)
    voided_by = models.CharField("作废人", max_length=120, blank=True, editable=False)
    voided_because = models.CharField("作废原因", max_length=200, blank=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "包保走访"
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_because="") | (Q(voided_at__isnull=False) & ~Q(voided_because="")),
                name="parks_visit_voided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visitors} {self.on}"
