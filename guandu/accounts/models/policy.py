"""The rules of signing in, as a row that the security administrator keeps."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from guandu.accounts.models.user import User


def _between(least: int, most: int) -> list:
    return [MinValueValidator(least), MaxValueValidator(most)]


class AccessPolicy(models.Model):
    """One row; where there is none the defaults hold. The bounds are those of GB/T 22239 level 3, so
    that no choice made here falls below them. The three administrators always need a second factor."""

    only = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    idle_minutes = models.PositiveSmallIntegerField(
        "无操作退出（分钟）", default=30, validators=_between(5, 60)
    )
    session_hours = models.PositiveSmallIntegerField(
        "一次登录最长（小时）", default=12, validators=_between(1, 24)
    )
    password_length = models.PositiveSmallIntegerField("口令最短长度", default=8, validators=_between(8, 32))
    password_days = models.PositiveSmallIntegerField(
        "口令有效期（天）", default=90, validators=_between(30, 180)
    )
    passwords_kept = models.PositiveSmallIntegerField(
        "不得重复的历史口令数", default=5, validators=_between(5, 24)
    )
    failures_to_lock = models.PositiveSmallIntegerField(
        "连续失败锁定次数", default=5, validators=_between(3, 10)
    )
    lock_minutes = models.PositiveSmallIntegerField(
        "锁定时长（分钟）", default=30, validators=_between(10, 1440)
    )
    failures_an_hour = models.PositiveSmallIntegerField(
        "同一账号每小时失败上限", default=20, validators=_between(10, 60), help_text="各来源地址合计"
    )
    dormant_days = models.PositiveSmallIntegerField(
        "长期不用停用（天）", default=90, validators=_between(30, 365)
    )
    factor_roles = models.JSONField(
        "须用第二种鉴别的角色", default=list, blank=True, help_text="系统、安全、审计管理员始终须用"
    )
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "登录策略"
        constraints = [
            models.CheckConstraint(condition=Q(only=1), name="accounts_policy_is_one"),
            models.CheckConstraint(
                condition=Q(
                    idle_minutes__range=(5, 60), session_hours__range=(1, 24), password_length__range=(8, 32)
                )
                & Q(
                    password_days__range=(30, 180),
                    passwords_kept__range=(5, 24),
                    failures_to_lock__range=(3, 10),
                )
                & Q(
                    lock_minutes__range=(10, 1440),
                    failures_an_hour__range=(10, 60),
                    dormant_days__range=(30, 365),
                ),
                name="accounts_policy_bounds",
                violation_error_message="登录策略超出等级保护允许的范围。",
            ),
        ]

    def __str__(self) -> str:
        return "登录策略"

    @classmethod
    def current(cls) -> "AccessPolicy":
        """The row, or the defaults. One query."""
        return cls._default_manager.first() or cls()


class PasswordRecord(models.Model):
    """A password the account once had, hashed as the account's own is, so that it is not taken again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords", verbose_name="账号")
    password = models.CharField("口令", max_length=128, editable=False)
    set_at = models.DateTimeField("设置时间")

    class Meta:
        verbose_name = verbose_name_plural = "历史口令"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user.username} {self.set_at:%Y-%m-%d}"
