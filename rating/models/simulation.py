from django.db import models

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import DatedModel, dated_in_order
from parks.enums import Carrier
from rating.models.scheme import Scheme


class SimulationQuerySet(ReferenceQuerySet):
    """The office's own: what a draft would make of every park is nobody else's until the 评定办法 is issued."""

    view_permission = Permission.ASSESSMENT_RUN


class Simulation(models.Model):
    """One scheme tried beside another on every park of a quarter. No official score is read or written by it.

    `facts` is what both were applied to, `outcome` what came of it (rating.trying.outcome); both empty until the job is
    done. Asked for again, the same row is computed anew.
    """

    before = models.ForeignKey(Scheme, models.PROTECT, related_name="+", verbose_name="对照方案")
    after = models.ForeignKey(Scheme, models.PROTECT, related_name="simulations", verbose_name="模拟方案")
    period = models.CharField("数据期", max_length=10)
    asked_by = models.CharField("发起人", max_length=120)
    asked_at = models.DateTimeField("发起时间")
    computed_at = models.DateTimeField("完成时间", null=True, blank=True)
    facts = models.TextField("计分依据", blank=True)
    outcome = models.TextField("模拟结果", blank=True)
    outcome_digest = models.CharField("校验值", max_length=64, blank=True)
    parks = models.PositiveIntegerField("园区数", default=0)
    risen = models.PositiveIntegerField("升星园区数", default=0)
    fallen = models.PositiveIntegerField("降星园区数", default=0)

    objects = SimulationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "方案模拟"
        ordering = ["-asked_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["before", "after", "period"], name="rating_simulation_once")]

    def __str__(self) -> str:
        return f"{self.before.version} 与 {self.after.version} {self.period}"

    @property
    def key(self) -> str:
        """Of its job."""
        return f"{self.before_id}-{self.after_id}-{self.period}"


class SchemeScope(DatedModel):
    """Which scheme applies to which parks (分类管理): by 载体形态, by chain, by both. Empty means any."""

    scheme_code = models.CharField("方案编码", max_length=40)
    carrier = models.CharField("载体形态", max_length=20, choices=Carrier.choices, blank=True)
    chain_code = models.CharField("产业链", max_length=40, blank=True)
    set_by = models.CharField("设置人", max_length=120, editable=False)

    objects = SimulationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "方案适用范围"
        ordering = ["scheme_code", "carrier", "chain_code", "valid_from"]
        constraints = [
            dated_in_order("rating_scheme_scope_dates"),
            models.UniqueConstraint(
                fields=["carrier", "chain_code"],
                condition=models.Q(valid_to=None),
                name="rating_scheme_scope_one_open",
                violation_error_message="这一类园区已指定了方案，请先终止原来的指定。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme_code} · {self.get_carrier_display() or '各类载体'} · {self.chain_code or '各产业链'}"
