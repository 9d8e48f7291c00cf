from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit
from guandu.core.models import DatedModel, dated_in_order
from parks.models.park import Park
from parks.querysets import DatedOfParkQuerySet


class Sponsorship(DatedModel):
    """包保: one district leader, one department with a deputy head and a staff member, per park and day."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="sponsorships", verbose_name="园区")
    department = models.ForeignKey(
        Unit, models.PROTECT, related_name="sponsored_parks", verbose_name="包保部门"
    )
    leader = models.CharField("包保区领导", max_length=40, blank=True)
    deputy_head = models.CharField("分管领导", max_length=40, blank=True)
    staff_member = models.CharField("工作人员（A角）", max_length=40, blank=True)
    deputy_staff = models.CharField("工作人员（B角）", max_length=40, blank=True)
    document = models.CharField("依据", max_length=120, blank=True)

    objects = DatedOfParkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "包保"
        ordering = ["park", "valid_from"]
        constraints = [
            dated_in_order("parks_sponsorship_dates"),
            models.UniqueConstraint(
                fields=["park"],
                condition=Q(valid_to=None),
                name="parks_sponsorship_one_open",
                violation_error_message="该园区已有至今有效的包保，请先填写其终止日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.park} · {self.department}"
