"""People's accounts, and what their grants let them do."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from guandu.accounts.models.unit import Unit
from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ScopedQuerySet
from guandu.accounts.roles import ROLES, role
from guandu.core import clock

if TYPE_CHECKING:
    from guandu.accounts.models.grant import Grant


class UserQuerySet(ScopedQuerySet):
    view_permission = Permission.ACCOUNT_VIEW


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Accounts are made by the action `user.create` only; Django's own commands find no back door."""

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person with an account, or an API client. Rights come from grants alone."""

    actor_kind = "user"

    username = models.CharField("账号", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    staff_no = models.CharField(
        "人员编号", max_length=40, blank=True, help_text="工号或本单位编号；同一个人只有一个账号"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="所在单位", related_name="people")
    duty = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("工作电话", max_length=40, blank=True)
    email = models.EmailField("工作邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    is_superuser = models.BooleanField(default=False, editable=False)
    is_demo = models.BooleanField("演示账号", default=False, editable=False)
    created_at = models.DateTimeField("开通时间", editable=False)
    must_change_password = models.BooleanField("下次登录须改口令", default=False, editable=False)
    password_changed_at = models.DateTimeField("口令修改时间", default=clock.now, editable=False)
    away_from = models.DateField("离岗起", null=True, blank=True)
    away_until = models.DateField("离岗止", null=True, blank=True, help_text="含当日")

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(condition=Q(is_superuser=False), name="accounts_no_superuser"),
            models.UniqueConstraint(
                models.functions.Lower("username"),
                name="accounts_username_any_case",
                violation_error_message="已有同名账号（不分大小写）。",
            ),
            models.UniqueConstraint(
                models.functions.Lower("staff_no"),
                condition=~Q(staff_no=""),
                name="accounts_one_account_a_person",
                violation_error_message="这个人员编号已有账号，同一个人只设一个账号。",
            ),
            models.CheckConstraint(
                condition=Q(away_from__isnull=True, away_until__isnull=True)
                | Q(away_until__gte=models.F("away_from")),
                name="accounts_away_dates",
                violation_error_message="离岗起止日期须同时填写，止日不早于起日。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.unit.name}）" if self.unit_id else self.name

    @property
    def actor_key(self) -> str:
        return self.username

    @property
    def actor_name(self) -> str:
        return self.name

    def grants_today(self) -> list["Grant"]:
        """The grants in force today, read once per loaded user object (one per request)."""
        if not self.is_active:
            return []
        day = clock.today()
        known = self.__dict__.get("_grants_of")
        if known is None or known[0] != day:
            known = self.__dict__["_grants_of"] = (day, list(self.grants.on(day)))
        return known[1]

    def forget_grants(self) -> None:
        """Read the grants again, after they were changed within this request."""
        self.__dict__.pop("_grants_of", None)

    def scopes_with(self, permission: Permission) -> dict[str, set[str]]:
        """Scope kind → codes over which `permission` is held today."""
        scopes: dict[str, set[str]] = {}
        for grant in self.grants_today():
            if permission in ROLES[grant.role].permissions:
                scopes.setdefault(grant.scope_kind, set()).add(grant.scope_code)
        return scopes

    def may(self, permission: Permission, obj: models.Model | None = None) -> bool:
        """Whether the person holds `permission`: over `obj`, or anywhere when none is named."""
        scopes = self.scopes_with(permission)
        if not scopes or obj is None:
            return bool(scopes)
        return type(obj)._default_manager.visible_to(self, permission).filter(pk=obj.pk).exists()

    @property
    def role_names(self) -> list[str]:
        return list(dict.fromkeys(role(grant.role).name for grant in self.grants_today()))

    # What Django's admin asks; rights are answered by grants, never by groups or a superuser flag.

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        return self.may(Permission.ADMIN_ENTER)

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff
