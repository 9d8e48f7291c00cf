from django.db import models

from guandu.accounts.models import User
from guandu.notices.enums import Rhythm


class MessagePreference(models.Model):
    """How one person wants to hear outside the portal; the portal's own message is always there."""

    user = models.OneToOneField(User, models.PROTECT, related_name="message_preference", verbose_name="账号")
    channel = models.CharField("渠道", max_length=20, blank=True, help_text="留空表示只在站内显示")
    rhythm = models.CharField("方式", max_length=10, choices=Rhythm.choices, default=Rhythm.SINGLE)

    class Meta:
        verbose_name = verbose_name_plural = "消息接收设置"

    def __str__(self) -> str:
        return f"{self.user.name}的消息接收设置"
