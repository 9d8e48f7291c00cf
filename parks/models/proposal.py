from django.db import models
from django.db.models import Q

from guandu.accounts.models import User
from parks.enums import ProposalState
from parks.models.enterprise import Enterprise
from parks.models.park import Park
from parks.querysets import SubjectQuerySet


class Proposal(models.Model):
    """A sensitive change of the register that somebody else must accept: names, codes, areas.

    `values` is field → what is proposed, `seen` field → what the proposer was shown, both as the
    trail spells them; an edit in between makes the proposal stale.
    """

    park = models.ForeignKey(
        Park, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name="园区"
    )
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name="企业"
    )
    values = models.JSONField("拟改为")
    seen = models.JSONField("现登记为")
    effective_on = models.DateField("生效日期")
    reason = models.CharField("理由", max_length=200)
    document = models.CharField("依据", max_length=120, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=ProposalState.choices, default=ProposalState.WAITING
    )
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    proposed_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人"
    )
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    answer = models.CharField("审核意见", max_length=200, blank=True)
    # Accepted for a day to come: the calendar puts it into force on that day.
    applied_at = models.DateTimeField("生效时间", null=True, blank=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "变更申请"
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(park__isnull=False, enterprise__isnull=True)
                | Q(park__isnull=True, enterprise__isnull=False),
                name="parks_proposal_of_one",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
                name="parks_proposal_two_people",
                violation_error_message="本人提出的变更须由他人审核。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.park or self.enterprise}变更申请"

    @property
    def subject(self) -> Park | Enterprise:
        return self.park or self.enterprise
