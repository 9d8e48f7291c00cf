from django.db import models
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ScopedQuerySet
from parks.models import Enterprise
from targets.enums import FirmSheetState
from targets.models.returns import Return


class FirmSheetQuerySet(ScopedQuerySet):
    view_permission = Permission.RETURN_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        return Q(return_of__in=Return.objects.visible_to(user, permission).values("pk"))


class FirmSheet(models.Model):
    """A firm's own sheet for one cycle: a link that opens its line only, and what came back by it.

    What the firm sends is a draft until the operator accepts it into the return. The link is kept as a
    digest; whoever has the link is the firm.
    """

    return_of = models.ForeignKey(Return, models.PROTECT, related_name="firm_sheets", verbose_name="报表")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="企业")
    firm_name = models.CharField("企业名称", max_length=120)
    state = models.CharField("状态", max_length=20, choices=FirmSheetState.choices)
    link_digest = models.CharField("链接校验", max_length=64, unique=True)
    expires_on = models.DateField("链接有效期至", help_text="业务日期，含当日")
    issued_by = models.CharField("发放人", max_length=120)
    issued_at = models.DateTimeField("发放时间")
    values = models.JSONField("企业填报值", default=dict)
    filler_name = models.CharField("企业填报人", max_length=40, blank=True)
    sent_at = models.DateTimeField("企业报送时间", null=True, blank=True)
    settled_by = models.CharField("办理人", max_length=120, blank=True)
    settled_at = models.DateTimeField("办理时间", null=True, blank=True)
    remark = models.CharField("退回说明", max_length=300, blank=True)

    objects = FirmSheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业填报单"
        ordering = ["return_of", "firm_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["return_of", "enterprise"],
                condition=~Q(state=FirmSheetState.REVOKED),
                name="targets_firm_sheet_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.firm_name} {self.return_of.cycle.period}"
