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

    version = models.PositiveSmallIntegerField("记录格式", default=1)
    algorithm = models.CharField("校验算法", max_length=10, default="sha256")
    key_number = models.CharField("密钥编号", max_length=16, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["object_type", "object_key"], name="audit_event_object"),
            models.Index(fields=["actor_key", "seq"], name="audit_event_actor"),
            models.Index(fields=["at"], name="audit_event_at"),
        ]

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


class AuditArchive(models.Model):
    """The oldest part of the trail, moved to a file. What bound it to the rest stays here, sealed."""

    from_seq = models.BigIntegerField("起始序号", unique=True)
    to_seq = models.BigIntegerField("终止序号", unique=True)
    to_version = models.PositiveSmallIntegerField("终止记录格式")
    last_hash = models.CharField("终止校验值", max_length=64)
    file_name = models.CharField("文件", max_length=120)
    file_digest = models.CharField("文件摘要", max_length=64)
    kept = models.PositiveIntegerField("长期保留条数")
    kept_seal = models.CharField("长期保留部分校验值", max_length=64)
    made_at = models.DateTimeField("归档时间")
    algorithm = models.CharField("校验算法", max_length=10)
    key_number = models.CharField("密钥编号", max_length=16)
    seal = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "审计归档"
        ordering = ["from_seq"]

    def __str__(self) -> str:
        return f"第 {self.from_seq} 至 {self.to_seq} 条"

    @property
    def code(self) -> str:
        """What the trail knows this archive by."""
        return f"{self.from_seq}-{self.to_seq}"

    @property
    def removed(self) -> int:
        """How many events left the table for the file."""
        return self.to_seq - self.from_seq + 1 - self.kept


class AuditCheck(models.Model):
    """One check of the trail and what it found. The checks are not part of the trail."""

    class Kind(models.TextChoices):
        WATCH = "watch", "定时巡检"
        FULL = "full", "全面校验"
        ASKED = "asked", "立即校验"

    kind = models.CharField("方式", max_length=10, choices=Kind.choices)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间")
    from_seq = models.BigIntegerField("起始序号")
    to_seq = models.BigIntegerField("终止序号")
    head_hash = models.CharField("末端校验值", max_length=64, blank=True)
    head_version = models.PositiveSmallIntegerField("末端记录格式", default=2)
    anchors = models.PositiveIntegerField("锚定行数")
    is_whole = models.BooleanField("通过")
    breaks = models.JSONField("问题", default=list)
    actor_name = models.CharField("发起人", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "审计校验"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.to_seq}"


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
