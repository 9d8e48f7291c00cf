from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit
from parks.models import Park
from targets.enums import OPEN_STATES, NoteKind, ReturnState, RosterStanding, SubjectKind
from targets.models.cycle import Cycle
from targets.models.indicator import Indicator
from targets.querysets import ReturnQuerySet


class Return(models.Model):
    """One subject's answer to one cycle. Names and memberships are frozen as of the period's last day."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="returns", verbose_name="报送期次")
    subject_kind = models.CharField("对象类型", max_length=20, choices=SubjectKind.choices)
    park = models.ForeignKey(
        Park, models.PROTECT, null=True, blank=True, related_name="returns", verbose_name="园区"
    )
    subject_name = models.CharField("填报对象", max_length=80)
    filer = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="returns", verbose_name="填报单位"
    )
    park_code = models.CharField("园区编码", max_length=40, blank=True)
    chain_code = models.CharField("产业链编码", max_length=40, blank=True)
    street_code = models.CharField("街道编码", max_length=40, blank=True)
    area_code = models.CharField("片区编码", max_length=40, blank=True)
    department_code = models.CharField("包保部门编码", max_length=40, blank=True)

    state = models.CharField("状态", max_length=20, choices=ReturnState.choices, default=ReturnState.DRAFT)
    draft = models.OneToOneField(
        "ReturnVersion", models.PROTECT, null=True, related_name="+", verbose_name="在填版本"
    )
    filed = models.ForeignKey(
        "ReturnVersion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="已报版本"
    )
    approved = models.ForeignKey(
        "ReturnVersion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核定版本"
    )
    filed_at = models.DateTimeField("报送时间", null=True, blank=True)
    filed_on = models.DateField("报送日期", null=True, blank=True, help_text="业务日期，据此判断是否按时")
    version = models.PositiveIntegerField("状态序号", default=1)

    objects = ReturnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报表"
        ordering = ["-cycle__period", "park_code", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "park"], condition=Q(park__isnull=False), name="targets_return_park_once"
            ),
            models.UniqueConstraint(
                fields=["cycle", "filer"], condition=Q(park__isnull=True), name="targets_return_filer_once"
            ),
        ]
        indexes = [models.Index(fields=["state"], name="targets_return_state")]

    def __str__(self) -> str:
        return f"{self.subject_name} {self.cycle.period}"

    @property
    def is_open(self) -> bool:
        """Whether the filer may edit it."""
        return self.state in OPEN_STATES

    @property
    def is_missing(self) -> bool:
        """Whether its numbers are still asked for: one under 数据订正 has been approved and is not."""
        return self.is_open and self.approved_id is None


class ReturnVersion(models.Model):
    """One answer. The draft is the one mutable version; filing freezes it, sending back copies it."""

    return_of = models.ForeignKey(Return, models.PROTECT, related_name="versions", verbose_name="报表")
    number = models.PositiveSmallIntegerField("版本", default=1)
    change_counter = models.PositiveIntegerField("修改序号", default=0)
    edited_by = models.CharField("修改人", max_length=120, blank=True)
    edited_at = models.DateTimeField("修改时间", null=True, blank=True)
    frozen_at = models.DateTimeField("报送时间", null=True, blank=True)
    filed_on = models.DateField("报送日期", null=True, blank=True, help_text="业务日期，征求意见自此起算")
    filed_by = models.CharField("报送人", max_length=120, blank=True)
    digest = models.CharField("校验值", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报表版本"
        ordering = ["return_of", "number"]
        constraints = [
            models.UniqueConstraint(fields=["return_of", "number"], name="targets_version_once"),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True, digest="") | (Q(frozen_at__isnull=False) & ~Q(digest="")),
                name="targets_version_frozen_has_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.return_of} 第{self.number}版"


class ReturnLine(models.Model):
    """One subject's values in one version: whole numbers of each indicator's smallest unit by code.

    A version has the line of the return's own subject, and one below it for each firm or park that the
    form asks line by line. A code that is absent was not reported; it is never read as zero. `base` holds 上年同期可比数.
    """

    version = models.ForeignKey(ReturnVersion, models.PROTECT, related_name="lines", verbose_name="报表版本")
    subject_kind = models.CharField("对象类型", max_length=20, choices=SubjectKind.choices)
    subject_code = models.CharField("对象编码", max_length=40, blank=True)
    subject_name = models.CharField("对象名称", max_length=120, blank=True)
    standing = models.CharField("在园情况", max_length=20, choices=RosterStanding.choices, blank=True)
    values = models.JSONField("数值", default=dict)
    base = models.JSONField("上年同期可比数", default=dict)
    authors = models.JSONField("各项修改人", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "报表行"
        ordering = ["version", "subject_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "subject_kind", "subject_code"], name="targets_line_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.subject_code}"


class CellNote(models.Model):
    """What is said about a single cell: a reviewer's comment, a filer's reason, what a file said that could not be read."""

    return_of = models.ForeignKey(Return, models.PROTECT, related_name="notes", verbose_name="报表")
    version = models.ForeignKey(ReturnVersion, models.PROTECT, related_name="notes", verbose_name="报表版本")
    indicator = models.ForeignKey(Indicator, models.PROTECT, null=True, blank=True, verbose_name="指标")
    subject_code = models.CharField("所在行", max_length=40, blank=True)
    of_base = models.BooleanField("关于上年同期可比数", default=False)
    kind = models.CharField("类型", max_length=20, choices=NoteKind.choices)
    text = models.CharField("内容", max_length=300)
    author_name = models.CharField("填写人", max_length=120)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "单元格备注"
        ordering = ["return_of", "at"]

    def __str__(self) -> str:
        return self.text


class ReturnMove(models.Model):
    """One change of a return's state: who moved it, when, with which words."""

    return_of = models.ForeignKey(Return, models.PROTECT, related_name="moves", verbose_name="报表")
    verb = models.CharField("动作", max_length=20)
    from_state = models.CharField("原状态", max_length=20, choices=ReturnState.choices)
    to_state = models.CharField("新状态", max_length=20, choices=ReturnState.choices)
    version = models.ForeignKey(ReturnVersion, models.PROTECT, verbose_name="报表版本", related_name="+")
    actor_name = models.CharField("办理人", max_length=120)
    unit_name = models.CharField("单位", max_length=100, blank=True)
    comment = models.CharField("意见", max_length=300, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["return_of", "pk"]

    def __str__(self) -> str:
        return f"{self.return_of} {self.verb}"
