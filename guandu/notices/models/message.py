from django.db import models

from guandu.accounts.models import User
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.querysets import MessageQuerySet


class Message(models.Model):
    """One thing that one person is told. `key` says what it is about: the same is told once."""

    recipient = models.ForeignKey(User, models.PROTECT, related_name="messages_received", verbose_name="收件人")
    kind = models.CharField("类别", max_length=20, choices=MessageKind.choices)
    title = models.CharField("标题", max_length=120)
    text = models.TextField("内容", blank=True)
    url = models.CharField("办理页面", max_length=200, blank=True)
    key = models.CharField("事项", max_length=120, help_text="同一事项对同一人只通知一次")
    importance = models.CharField("重要程度", max_length=10, choices=Importance.choices, default=Importance.NORMAL)
    sender_name = models.CharField("发送人", max_length=120)
    sent_at = models.DateTimeField("发送时间")
    read_at = models.DateTimeField("已读时间", null=True, blank=True)
    awaits_digest = models.BooleanField("待汇总发送", default=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="notices_message_once")]
        indexes = [
            models.Index(fields=["recipient", "read_at"], name="notices_message_unread"),
            models.Index(fields=["key"], name="notices_message_key"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_read(self) -> bool:
        return self.read_at is not None
