from django.db import models
from django.db.models import Q

from guandu.accounts.models import User
from guandu.notices.enums import DeliveryState
from guandu.notices.models.message import Message
from guandu.notices.querysets import DeliveryQuerySet


class Delivery(models.Model):
    """One message, or one day's summary, on its way through one channel outside the portal."""

    recipient = models.ForeignKey(User, models.PROTECT, related_name="deliveries", verbose_name="收件人")
    channel = models.CharField("渠道", max_length=20)
    message = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name="消息"
    )
    digest_on = models.DateField("汇总日期", null=True, blank=True)
    title = models.CharField("标题", max_length=120)
    text = models.TextField("内容", blank=True)
    url = models.CharField("办理页面", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    next_try_at = models.DateTimeField("下次发送", null=True, blank=True)
    last_error = models.CharField("原因", max_length=200, blank=True)
    created_at = models.DateTimeField("生成时间")
    sent_at = models.DateTimeField("送出时间", null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息发送"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "channel"], condition=Q(message__isnull=False), name="notices_delivery_once"
            ),
            models.UniqueConstraint(
                fields=["recipient", "channel", "digest_on"],
                condition=Q(digest_on__isnull=False),
                name="notices_digest_once",
            ),
            models.CheckConstraint(
                condition=Q(message__isnull=False, digest_on__isnull=True)
                | Q(message__isnull=True, digest_on__isnull=False),
                name="notices_delivery_of_one",
            ),
        ]
        indexes = [models.Index(fields=["state", "next_try_at"], name="notices_delivery_due")]

    def __str__(self) -> str:
        return self.title
