from django.db import models
from django.db.models import F, Q

from guandu.accounts.models import Unit
from guandu.core.models import CodedModel, LoadedModel
from parks.enums import CodeState, EnterpriseKind
from parks.models.industry import Industry
from parks.querysets import EnterpriseQuerySet


class Enterprise(CodedModel, LoadedModel):
    """A firm of the register (一企一档). What it was called before stands in EnterpriseName, where it is a
    tenant in Tenancy, who counts its tax and statistics in Attribution."""

    name = models.CharField("企业名称", max_length=120)
    credit_code = models.CharField(
        "统一社会信用代码", max_length=18, blank=True, default="", help_text="18 位；暂未核实的留空"
    )
    credit_code_state = models.CharField(
        "代码核实",
        max_length=10,
        choices=CodeState.choices,
        default=CodeState.PENDING,
        help_text="与营业执照或市监登记核对过的为已核实",
    )
    kind = models.CharField(
        "主体类型", max_length=12, choices=EnterpriseKind.choices, default=EnterpriseKind.COMPANY
    )
    head_office = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="branches",
        verbose_name="总公司",
        help_text="分支机构填写；总公司不在名录内的留空",
    )
    industry = models.ForeignKey(
        Industry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enterprises",
        verbose_name="行业",
        help_text="国民经济行业分类（GB/T 4754-2017）",
    )
    is_service_body = models.BooleanField(
        "服务机构", default=False, help_text="咨询、法律、财务、审计、报关等"
    )

    registered_street = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="registered_firms", verbose_name="注册街道"
    )
    registered_address = models.CharField("注册地址", max_length=150, blank=True)
    operating_street = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="operating_firms", verbose_name="经营街道"
    )
    operating_address = models.CharField("经营地址", max_length=150, blank=True)

    established_on = models.DateField("成立日期", null=True, blank=True)
    closed_on = models.DateField("注销日期", null=True, blank=True, help_text="自该日起不再计入")
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name="并入企业",
        editable=False,
    )
    merged_on = models.DateField("并入日期", null=True, blank=True, editable=False)

    note = models.CharField("说明", max_length=200, blank=True)
    is_demo = models.BooleanField("演示企业", default=False, editable=False)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code=""),
                name="parks_credit_code_once",
                violation_error_message="该统一社会信用代码已登记在另一家企业名下。",
            ),
            models.CheckConstraint(
                condition=~Q(credit_code="") | Q(credit_code_state="pending"),
                name="parks_no_code_is_pending",
                violation_error_message="没有代码的企业不能标为已核实。",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(established_on__isnull=True)
                | Q(closed_on__gt=F("established_on")),
                name="parks_enterprise_dates",
                violation_error_message="注销日期必须晚于成立日期。",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, merged_on__isnull=True)
                | Q(merged_into__isnull=False, merged_on__isnull=False),
                name="parks_enterprise_merged_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["name", "id"], name="parks_enterprise_by_name")]

    def __str__(self) -> str:
        return self.name
