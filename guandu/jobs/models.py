"""Work in the background: the Job row is the truth, the outbox carries what must leave the database."""

from django.db import models
from django.db.models import Q

from guandu.core.actors import Actor
from guandu.jobs.registry import keeper_of, title_of
from guandu.jobs.rights import CONTROL, VIEW, holds


class JobQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor, permission: str | None = None) -> "JobQuerySet":
        """One's own jobs; all of them with `permission` (by default: to look at jobs)."""
        if holds(actor, permission or VIEW):
            return self.all()
        return self.asked_by(actor)

    def asked_by(self, actor: Actor) -> "JobQuerySet":
        return self.filter(actor_kind=actor.actor_kind, actor_key=actor.actor_key)


class Job(models.Model):
    """One piece of work. A worker holds it by a lease; `fence` rises with each claim, so that a
    worker that lost its lease cannot write (see guandu.jobs.worker)."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"
        PARKED = "parked", "已搁置"
        CANCELLED = "cancelled", "已取消"

    kind = models.CharField("任务", max_length=60)
    key = models.CharField("对象", max_length=120, blank=True, help_text="同一对象的任务不同时进行")
    arguments = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    actor_kind = models.CharField("发起方", max_length=20, default="user")
    actor_key = models.CharField("发起人", max_length=80)
    actor_name = models.CharField("发起人姓名", max_length=120)
    # The permission that the asker must still hold when the work begins; empty: the portal's own work.
    needs = models.CharField("所需权限", max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    fence = models.PositiveIntegerField("领取序号", default=0)
    lease_until = models.DateTimeField("占用至", null=True, blank=True)
    not_before = models.DateTimeField("不早于", null=True, blank=True)
    rung_at = models.DateTimeField("上次通知", null=True, blank=True)
    cancel_asked_at = models.DateTimeField("要求取消时间", null=True, blank=True)
    progress_done = models.PositiveIntegerField("已处理", default=0)
    progress_total = models.PositiveIntegerField("总数", default=0)
    progress_note = models.CharField("进度", max_length=200, blank=True)
    error = models.TextField("原因", blank=True)
    # Where it went wrong: kinds of errors and places in the code, never a value.
    trace = models.TextField("出错位置", blank=True)
    created_at = models.DateTimeField("发起时间")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    ENDED = (State.DONE, State.FAILED, State.PARKED, State.CANCELLED)
    RETRIED = (State.FAILED, State.PARKED)

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state="queued") & ~Q(key=""),
                name="jobs_one_queued_per_key",
            ),
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state="running") & ~Q(key=""),
                name="jobs_one_running_per_key",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="jobs_state_lease"),
            models.Index(fields=["actor_kind", "actor_key", "-id"], name="jobs_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.key}".strip()

    @property
    def title(self) -> str:
        return title_of(self.kind)

    @property
    def has_ended(self) -> bool:
        return self.state in self.ENDED

    def may_be_retried_by(self, actor: Actor) -> bool:
        return self._is_of(actor) or holds(actor, CONTROL)

    def waits_for_retry_by(self, actor: Actor) -> bool:
        """Whether it ended ill and this person may have it tried again."""
        return self.state in self.RETRIED and self.may_be_retried_by(actor)

    def may_be_cancelled_by(self, actor: Actor) -> bool:
        """What follows from something done (`needs` nothing) is not the asker's to stop, and what has a
        keeper is not a stranger's."""
        keeper = keeper_of(self.kind)
        if keeper and not holds(actor, keeper):
            return False
        return (bool(self.needs) and self._is_of(actor)) or holds(actor, CONTROL)

    def _is_of(self, actor: Actor) -> bool:
        return (self.actor_kind, self.actor_key) == (actor.actor_kind, actor.actor_key)


class OutboxMessage(models.Model):
    """Something to tell the outside after commit; the relay sends it and stamps it."""

    topic = models.CharField("主题", max_length=40)
    payload = models.JSONField("内容", default=dict)
    created_at = models.DateTimeField("写入时间")
    sent_at = models.DateTimeField("送出时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "待送消息"
        ordering = ["pk"]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="jobs_outbox_unsent")]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"


class RelayLease(models.Model):
    """Which relay is the active one."""

    only = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    holder = models.CharField(max_length=80, blank=True, default="")
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息转发"
        constraints = [models.CheckConstraint(condition=Q(only=1), name="jobs_relay_lease_is_one")]

    def __str__(self) -> str:
        return self.holder
