"""企业诉求: what a firm asks for, its trace, its clocks."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit, User
from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, DatedModel, LoadedModel, dated_in_order
from parks.enums_requests import (
    OPEN_REQUESTS,
    RequestOutcome,
    RequestSource,
    RequestStage,
    RequestState,
    RequestVerb,
)
from parks.models.enterprise import Enterprise
from parks.models.park import Park
from parks.querysets import DatedReferenceQuerySet
from parks.querysets_requests import RequestQuerySet, RequestStepQuerySet

LONGEST_DAYS = 250


class RequestKind(CodedModel, LoadedModel):
    """What a request is about, and which unit usually handles it."""

    name = models.CharField("类别", max_length=40, unique=True)
    usual_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="通常承办单位")
    position = models.PositiveSmallIntegerField("顺序", default=0)
    is_used = models.BooleanField("使用", default=True)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "诉求类别"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class RequestClock(DatedModel):
    """How many working days a stage may take from a day on: of one kind of request, or of all others."""

    stage = models.CharField("环节", max_length=12, choices=RequestStage.choices)
    kind = models.ForeignKey(
        RequestKind, models.PROTECT, null=True, blank=True, related_name="clocks", verbose_name="诉求类别", help_text="所有类别的留空"
    )
    days = models.PositiveSmallIntegerField("工作日", validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)])
    document = models.CharField("依据", max_length=120, blank=True)

    objects = DatedReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "诉求办理时限"
        ordering = ["stage", "kind", "valid_from"]
        constraints = [
            dated_in_order("parks_request_clock_dates"),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=LONGEST_DAYS),
                name="parks_request_clock_days",
                violation_error_message=f"时限为 1 至 {LONGEST_DAYS} 个工作日。",
            ),
            models.UniqueConstraint(
                fields=["stage", "kind"],
                condition=Q(valid_to=None, kind__isnull=False),
                name="parks_request_clock_one_open_of_kind",
                violation_error_message="这个环节和类别已有至今有效的时限。",
            ),
            models.UniqueConstraint(
                fields=["stage"],
                condition=Q(valid_to=None, kind__isnull=True),
                name="parks_request_clock_one_open",
                violation_error_message="这个环节已有至今有效的时限。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}{f'（{self.kind}）' if self.kind else ''} {self.days} 个工作日"


class RequestPolicy(models.Model):
    """One row; where there is none the defaults hold: the public form is off."""

    only = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    public_form = models.BooleanField("开放企业自行提出", default=False, help_text="开放后不登录也能填写，网址可印在园区公告上")
    per_address = models.PositiveSmallIntegerField(
        "同一网络地址每日次数", default=3, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    per_day = models.PositiveSmallIntegerField(
        "每日合计次数", default=50, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "诉求受理设置"
        constraints = [
            models.CheckConstraint(condition=Q(only=1), name="parks_request_policy_is_one"),
            models.CheckConstraint(
                condition=Q(per_address__range=(1, 50), per_day__range=(1, 1000)),
                name="parks_request_policy_bounds",
                violation_error_message="同一地址每日 1 至 50 次，合计每日 1 至 1000 次。",
            ),
        ]

    def __str__(self) -> str:
        return "诉求受理设置"

    @classmethod
    def current(cls) -> "RequestPolicy":
        """The row, or the defaults. One query."""
        return cls._default_manager.first() or cls()


class ServiceRequest(models.Model):
    """企业诉求: raised in four fields, assigned to a unit, answered, and ended by the word of who raised it."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="requests", verbose_name="园区")
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="名录中的企业"
    )
    firm_name = models.CharField("园区企业", max_length=120)
    text = models.CharField("诉求内容", max_length=500)
    kind = models.ForeignKey(
        RequestKind, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="诉求类别"
    )
    contact = models.CharField("联系人", max_length=40)
    phone_sealed = models.TextField("电话密文", blank=True, editable=False)
    phone_masked = models.CharField("联系电话", max_length=24, blank=True, editable=False)

    source = models.CharField("来源", max_length=12, choices=RequestSource.choices)
    raised_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提出账号", help_text="企业自行提出的为空"
    )
    raised_name = models.CharField("提出人", max_length=120)
    raised_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提出单位")
    raised_on = models.DateField("提出日期")
    raised_at = models.DateTimeField("提出时间")
    address_digest = models.CharField("来源地址摘要", max_length=64, blank=True, editable=False)

    state = models.CharField("状态", max_length=12, choices=RequestState.choices, default=RequestState.RAISED)
    since = models.DateField("进入现状态日期")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="承办单位")
    due_on = models.DateField("时限", null=True, blank=True)
    answer = models.CharField("办理结果", max_length=500, blank=True)
    dissatisfied = models.PositiveSmallIntegerField("不满意次数", default=0)
    suspended_in = models.CharField("挂起前状态", max_length=12, blank=True, choices=RequestState.choices)
    look_again_on = models.DateField("再议日期", null=True, blank=True)
    suspended_until = models.DateField("挂起最长至", null=True, blank=True)
    days_left = models.SmallIntegerField("挂起时剩余工作日", null=True, blank=True)
    outcome = models.CharField("办结情形", max_length=12, blank=True, choices=RequestOutcome.choices)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业诉求"
        ordering = ["-raised_on", "-pk"]
        indexes = [models.Index(fields=["state", "due_on"], name="parks_request_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[RequestState.RAISED, RequestState.WITHDRAWN]) | Q(unit__isnull=False),
                name="parks_request_has_unit",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.SUSPENDED, look_again_on__isnull=False, days_left__isnull=False, due_on=None)
                | (~Q(state=RequestState.SUSPENDED) & Q(look_again_on=None, days_left=None, suspended_in="")),
                name="parks_request_suspended",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.CLOSED, closed_on__isnull=False) & ~Q(outcome="")
                | (~Q(state=RequestState.CLOSED) & Q(closed_on=None, outcome="")),
                name="parks_request_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["raised", "assigned", "handling", "answered"]) | Q(due_on__isnull=False),
                name="parks_request_has_clock",
            ),
            models.CheckConstraint(
                condition=~Q(source=RequestSource.PUBLIC) | Q(raised_by=None), name="parks_request_public"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.firm_name}"

    @property
    def number(self) -> str:
        """As people name it: 诉求-2026-12."""
        return f"诉求-{self.raised_on.year}-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_REQUESTS

    def is_late(self, day) -> bool:
        """Whether whoever has the move has let his term pass; who does not judge an answer is silent, not late."""
        return self.state != RequestState.ANSWERED and self.due_on is not None and self.is_open and self.due_on < day


class RequestStep(models.Model):
    """One line of the trace: who, for which unit, when, in what words; files hang on it (guandu.files)."""

    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="steps", verbose_name="企业诉求")
    verb = models.CharField("办理", max_length=12, choices=RequestVerb.choices)
    after = models.CharField("办理后状态", max_length=12, choices=RequestState.choices)
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号")
    by_name = models.CharField("办理人", max_length=120)
    by_unit = models.CharField("单位", max_length=100, blank=True)
    to_unit = models.CharField("交给", max_length=100, blank=True)
    due_on = models.DateField("时限", null=True, blank=True)
    words = models.CharField("说明", max_length=500, blank=True)

    objects = RequestStepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "诉求办理记录"
        ordering = ["request", "pk"]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.on}"
