from django.db import models
from django.db.models import F, Q

from targets.enums_plan import AccomplishmentState
from targets.models.plan import QualitativeAim, Target
from targets.querysets_plan import AccomplishmentQuerySet


class Accomplishment(models.Model):
    """办结: a milestone or a qualitative aim reported as done, with files (guandu.files), and accepted by another person.
    A target counts as done on an accepted one only."""

    target = models.ForeignKey(
        Target, models.PROTECT, null=True, blank=True, related_name="accomplishments", verbose_name="计划目标"
    )
    aim = models.ForeignKey(
        QualitativeAim, models.PROTECT, null=True, blank=True, related_name="accomplishments", verbose_name="定性目标"
    )
    state = models.CharField("状态", max_length=20, choices=AccomplishmentState.choices)
    done_on = models.DateField("完成日期")
    text = models.CharField("完成情况", max_length=500)
    reported_by = models.CharField("报送人", max_length=120)
    reported_key = models.CharField("报送账号", max_length=120)
    reported_unit = models.CharField("报送单位", max_length=100, blank=True)
    reported_at = models.DateTimeField("报送时间")
    basis = models.CharField("验收依据", max_length=200, blank=True, help_text="会议纪要、验收文件的名称和文号")
    answer = models.CharField("退回理由", max_length=300, blank=True)
    decided_by = models.CharField("验收人", max_length=120, blank=True)
    decided_key = models.CharField("验收账号", max_length=120, blank=True)
    decided_at = models.DateTimeField("验收时间", null=True, blank=True)

    objects = AccomplishmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办结验收"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__isnull=True) ^ Q(aim__isnull=True), name="targets_accomplishment_of_one"
            ),
            models.CheckConstraint(
                condition=~Q(state=AccomplishmentState.ACCEPTED)
                | (~Q(basis="") & ~Q(decided_key="") & ~Q(decided_key=F("reported_key"))),
                name="targets_accomplishment_accepted",
            ),
            models.UniqueConstraint(
                fields=["target"],
                condition=Q(state__in=[AccomplishmentState.REPORTED, AccomplishmentState.ACCEPTED]),
                name="targets_one_accomplishment_of_target",
            ),
            models.UniqueConstraint(
                fields=["aim"],
                condition=Q(state=AccomplishmentState.REPORTED),
                name="targets_one_waiting_accomplishment_of_aim",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.done} {self.done_on}"

    @property
    def done(self) -> Target | QualitativeAim:
        """What is reported as done."""
        return self.target or self.aim
