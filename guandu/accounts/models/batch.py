"""Accounts asked for by xlsx: the office asks, the system administrator opens them, the security
administrator grants. Three people, by constraint."""

from django.db import models
from django.db.models import F, Q

from guandu.accounts.models.grant import Grant
from guandu.accounts.models.unit import Unit
from guandu.accounts.models.user import User
from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet
from guandu.accounts.roles import RoleCode, ScopeKind


class AccountBatchQuerySet(ReferenceQuerySet):
    view_permission = Permission.BATCH_VIEW


class AccountBatch(models.Model):
    """One workbook of accounts that a unit wants."""

    class State(models.TextChoices):
        REQUESTED = "requested", "待开户"
        CREATED = "created", "待授权"
        GRANTED = "granted", "已办结"
        REFUSED = "refused", "已退回"

    title = models.CharField("事由", max_length=120)
    document = models.CharField("依据", max_length=120, blank=True, help_text="来函文号或会议")
    file_name = models.CharField("文件名", max_length=120)
    file_digest = models.CharField("文件摘要", max_length=64)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="开户人")
    created_at = models.DateTimeField("开户时间", null=True, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="授权人")
    granted_at = models.DateTimeField("授权时间", null=True, blank=True)
    refused_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="退回人")
    refused_at = models.DateTimeField("退回时间", null=True, blank=True)
    refusal = models.CharField("退回原因", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = AccountBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "账号申请"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(created_by__isnull=True) | ~Q(created_by=F("requested_by")),
                name="accounts_batch_asked_and_opened_apart",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True)
                | (~Q(granted_by=F("requested_by")) & ~Q(granted_by=F("created_by"))),
                name="accounts_batch_opened_and_granted_apart",
            ),
            # The same file waits once: a second click asks for nothing new.
            models.UniqueConstraint(
                fields=["file_digest"],
                condition=Q(state__in=["requested", "created"]),
                name="accounts_batch_file_waits_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AccountRequest(models.Model):
    """One line: a person, and the duty he is to have."""

    batch = models.ForeignKey(AccountBatch, models.CASCADE, related_name="requests", verbose_name="账号申请")
    row = models.PositiveIntegerField("行号", help_text="在申请文件中的行")
    username = models.CharField("账号", max_length=60)
    name = models.CharField("姓名", max_length=40)
    staff_no = models.CharField("人员编号", max_length=40, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="所在单位")
    duty = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("工作电话", max_length=40, blank=True)
    email = models.EmailField("工作邮箱", blank=True)
    role = models.CharField("角色", max_length=20, choices=RoleCode.choices)
    scope_kind = models.CharField("范围类型", max_length=20, choices=ScopeKind.choices)
    scope_code = models.CharField("范围编码", max_length=40, blank=True)
    seat = models.CharField("AB角", max_length=1, choices=Grant.Seat.choices, blank=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="已开账号")
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="已授权")

    class Meta:
        verbose_name = verbose_name_plural = "申请的账号"
        ordering = ["batch", "row"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "row"], name="accounts_request_row"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.username}）"
