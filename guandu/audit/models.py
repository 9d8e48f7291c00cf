"""The trail of everything done: chained events and the changes under them, append-only."""

from django.db import models
from django.db.models import Q


class AuditEvent(models.Model):
    """One outermost action, or one denial. Texts are frozen: the trail outlives what it describes."""

    class Outcome(models.TextChoices):
        DONE = "done", "完成"
        DENIED = "denied", "拒绝"

    seq = models.BigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间")
    actor_kind = models.CharField("操作者类型", max_length=20)
    actor_key = models.CharField("操作者", max_length=80)
    actor_name = models.CharField("操作者姓名", max_length=120)
    verb = models.CharField("操作", max_length=60, db_index=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices)
    object_type = models.CharField("对象类型", max_length=60, blank=True)
    object_key = models.CharField("对象编号", max_length=80, blank=True)
    object_name = models.CharField("对象", max_length=200, blank=True)
    reason = models.TextField("原因", blank=True)
    request_id = models.CharField("请求编号", max_length=40, blank=True)
    address = models.CharField("来源地址", max_length=60, blank=True)
    changes_digest = models.CharField("变更摘要", max_length=64)
    previous_hash = models.CharField("前一条校验值", max_length=64, blank=True)
    hash = models.CharField("校验值", max_length=64, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["-seq"]
        indexes = [models.Index(fields=["object_type", "object_key"], name="audit_event_object")]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb} {self.actor_name}"


class AuditChange(models.Model):
    """What one action did to one object: only the fields that differ, as text."""

    event = models.ForeignKey(AuditEvent, models.PROTECT, related_name="changes", verbose_name="审计记录")
    position = models.PositiveIntegerField("次序")
    object_type = models.CharField("对象类型", max_length=60)
    object_key = models.CharField("对象编号", max_length=80)
    object_name = models.CharField("对象", max_length=200)
    before = models.JSONField("变更前", null=True)
    after = models.JSONField("变更后", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "变更明细"
        ordering = ["event", "position"]
        indexes = [models.Index(fields=["object_type", "object_key"], name="audit_change_object")]

    def __str__(self) -> str:
        return f"{self.object_name}"


class AuditHead(models.Model):
    """The end of the chain: locked, read and moved by every append."""

    only = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "审计链末端"
        constraints = [models.CheckConstraint(condition=Q(only=1), name="audit_head_is_one")]

    def __str__(self) -> str:
        return str(self.seq)
