"""交接: everything open moves from one person to another, and a slip says what moved."""

from django.db import models
from django.db.models import F, Q

from guandu.accounts.models.user import User
from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import EVERYTHING, ScopedQuerySet


class HandoverQuerySet(ScopedQuerySet):
    view_permission = Permission.ACCOUNT_VIEW

    def _condition(self, user, permission):
        """The two persons themselves, and whoever keeps accounts."""
        if user.scopes_with(permission):
            return EVERYTHING
        return Q(from_user=user) | Q(to_user=user)


class Handover(models.Model):
    """One 交接. Texts are frozen: the slip says for ever what was handed over."""

    number = models.CharField("交接单号", max_length=20, unique=True)
    from_user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="移交人")
    to_user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="接收人")
    from_text = models.CharField("移交人信息", max_length=200)
    to_text = models.CharField("接收人信息", max_length=200)
    by_text = models.CharField("办理人", max_length=200)
    reason = models.CharField("依据", max_length=200)
    close_account = models.BooleanField(
        "移交人账号申请停用", default=False, help_text="由系统管理员另行办理停用"
    )
    handed_on = models.DateField("交接日期")
    created_at = models.DateTimeField("办理时间")

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作交接"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_user=F("to_user")), name="accounts_handover_two_people"),
        ]

    def __str__(self) -> str:
        return self.number


class HandoverItem(models.Model):
    """One line of the slip: a duty, or a piece of open work."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="items", verbose_name="工作交接")
    position = models.PositiveIntegerField("序号")
    section = models.CharField("类别", max_length=40)
    title = models.CharField("事项", max_length=200)
    detail = models.CharField("说明", max_length=200, blank=True)
    url = models.CharField("地址", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "交接事项"
        ordering = ["handover", "position"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "position"], name="accounts_handover_item"),
        ]

    def __str__(self) -> str:
        return self.title
