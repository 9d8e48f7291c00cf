from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit, User
from guandu.core.models import DatedModel, dated_in_order
from parks.enums import AttributionKind
from parks.models.enterprise import Enterprise
from parks.querysets import DatedOfEnterpriseQuerySet, OfEnterpriseQuerySet


class Attribution(DatedModel):
    """归属: which street of the district counts a firm's tax or statistics, or who outside it does."""

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="attributions", verbose_name="企业"
    )
    kind = models.CharField("归属类别", max_length=12, choices=AttributionKind.choices)
    street = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="attributed_firms", verbose_name="归属街道"
    )
    elsewhere = models.CharField(
        "区外归属", max_length=60, blank=True, help_text="归属不在本区时填写，例如：盘龙区"
    )
    document = models.CharField("依据", max_length=120, blank=True)

    objects = DatedOfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业归属"
        ordering = ["enterprise", "kind", "valid_from"]
        constraints = [
            dated_in_order("parks_attribution_dates"),
            models.UniqueConstraint(
                fields=["enterprise", "kind"],
                condition=Q(valid_to=None),
                name="parks_attribution_one_open",
                violation_error_message="该企业已有至今有效的归属，请先填写其终止日期。",
            ),
            models.CheckConstraint(
                condition=Q(street__isnull=False, elsewhere="") | (Q(street__isnull=True) & ~Q(elsewhere="")),
                name="parks_attribution_one_place",
                violation_error_message="归属街道和区外归属必须且只能填一项。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} · {self.get_kind_display()}：{self.place}"

    @property
    def place(self) -> str:
        return self.street.name if self.street_id else self.elsewhere


class AttributionClaim(models.Model):
    """A street says that a firm counts with it; open until the office settles it or the street withdraws."""

    class State(models.TextChoices):
        OPEN = "open", "待确认"
        UPHELD = "upheld", "已采纳"
        REFUSED = "refused", "未采纳"
        WITHDRAWN = "withdrawn", "已撤回"

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="attribution_claims", verbose_name="企业"
    )
    kind = models.CharField("归属类别", max_length=12, choices=AttributionKind.choices)
    street = models.ForeignKey(
        Unit, models.PROTECT, related_name="attribution_claims", verbose_name="主张街道"
    )
    ground = models.CharField("理由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    claimed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    claimed_at = models.DateTimeField("提出时间")
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="确认人")
    settled_at = models.DateTimeField("确认时间", null=True)
    answer = models.CharField("确认意见", max_length=200, blank=True)

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "归属主张"
        ordering = ["-claimed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "street"],
                condition=Q(state="open"),
                name="parks_claim_once",
                violation_error_message="该街道已提出过同一主张，正在等待确认。",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="parks_claim_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.street} 主张 {self.enterprise} 的{self.get_kind_display()}"
