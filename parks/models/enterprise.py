from django.db import models
from django.db.models import Q

from guandu.core.models import CodedModel, DatedModel, LoadedModel, dated_in_order
from parks.models.park import Park
from parks.querysets import DatedOfParkQuerySet, EnterpriseQuerySet


class Enterprise(CodedModel, LoadedModel):
    """A firm of the register (一企一档)."""

    name = models.CharField("企业名称", max_length=120)
    credit_code = models.CharField(
        "统一社会信用代码", max_length=18, blank=True, default="", help_text="18 位；暂未核实的留空"
    )
    is_service_body = models.BooleanField("服务机构", default=False, help_text="咨询、法律、财务、审计、报关等")
    note = models.CharField("说明", max_length=200, blank=True)
    is_demo = models.BooleanField("演示企业", default=False, editable=False)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"], condition=~Q(credit_code=""), name="parks_credit_code_once",
                violation_error_message="该统一社会信用代码已登记在另一家企业名下。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Tenancy(DatedModel):
    """A firm in a park, from a day to a day."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="tenancies", verbose_name="园区")
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="tenancies", verbose_name="企业"
    )

    objects = DatedOfParkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "入驻"
        ordering = ["park", "enterprise", "valid_from"]
        constraints = [
            dated_in_order("parks_tenancy_dates"),
            models.UniqueConstraint(
                fields=["park", "enterprise"], condition=Q(valid_to=None), name="parks_tenancy_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} @ {self.park}"
