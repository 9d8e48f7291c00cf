from datetime import date

from django.db import models
from django.db.models import Q

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import DatedModel, dated, dated_in_order


class DisclosureQuerySet(ReferenceQuerySet):
    view_permission = Permission.PUBLICATION_ISSUE

    def on(self, day: date) -> "DisclosureQuerySet":
        return self.filter(dated(day))


class Disclosure(DatedModel):
    """完整提供: one client of the government reads also the cells that stand on few firms, for a reason and from a
    day on; without one, every reader from outside gets them withheld."""

    client = models.ForeignKey(User, models.PROTECT, related_name="disclosures", verbose_name="接口账号")
    reason = models.CharField("理由", max_length=300)
    given_by = models.CharField("批准人", max_length=120)
    given_at = models.DateTimeField("批准时间")
    ended_by = models.CharField("停止人", max_length=120, blank=True)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "完整提供"
        ordering = ["-pk"]
        constraints = [
            dated_in_order("targets_disclosure_dates"),
            models.UniqueConstraint(
                fields=["client"], condition=Q(valid_to=None), name="targets_one_open_disclosure"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.valid_from}"
