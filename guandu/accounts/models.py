"""People, the units they work for, and what they may do where and when."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from guandu.accounts import scopes
from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import EVERYTHING, NOTHING, ReferenceQuerySet, ScopedQuerySet
from guandu.accounts.roles import ROLES, RoleCode, ScopeKind, role
from guandu.core import clock
from guandu.core.models import CodedModel, DatedModel, DatedQuerySet, LoadedModel


class Unit(CodedModel, LoadedModel):
    """A body: it owns returns, duties and tasks; people come and go."""

    class Kind(models.TextChoices):
        OFFICE = "office", "园区发展办"
        DEPARTMENT = "department", "区级部门"
        TASK_FORCE = "task_force", "产业链专班"
        STREET = "street", "街道办事处"
        OPERATOR = "operator", "园区运营方"
        GOVERNMENT = "government", "区委区政府"
        COMPANY = "company", "国有企业"
        OUTSIDE = "outside", "驻区单位"

    # Kinds of body that a role may be granted over as a department.
    DEPARTMENTS = (Kind.OFFICE, Kind.DEPARTMENT, Kind.GOVERNMENT, Kind.COMPANY, Kind.OUTSIDE)

    name = models.CharField("单位名称", max_length=100)
    short_name = models.CharField("简称", max_length=40, blank=True)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="上级单位")
    to_confirm = models.BooleanField("待区里确认", default=False)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["kind", "code"]

    def __str__(self) -> str:
        return self.name


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
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="所在单位", related_name="people")
    duty = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("工作电话", max_length=40, blank=True)
    email = models.EmailField("工作邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    is_superuser = models.BooleanField(default=False, editable=False)
    is_demo = models.BooleanField("演示账号", default=False, editable=False)
    created_at = models.DateTimeField("开通时间", editable=False)

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


class GrantQuerySet(DatedQuerySet, ScopedQuerySet):
    view_permission = Permission.ACCOUNT_VIEW

    def _condition(self, user, permission):
        return EVERYTHING if user.scopes_with(permission) else NOTHING

    def named(self) -> "GrantQuerySet":
        """Each with the name of what it is over, as `scope_known`, without a query per row."""
        return self.annotate(scope_known=scopes.name_expression())


class Grant(DatedModel):
    """This person holds this role over this scope, from a date to a date."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name="账号")
    role = models.CharField("角色", max_length=20, choices=RoleCode.choices)
    scope_kind = models.CharField("范围类型", max_length=20, choices=ScopeKind.choices)
    scope_code = models.CharField("范围编码", max_length=40, blank=True, help_text="全区留空")
    reason = models.CharField("依据", max_length=200, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        ordering = ["user", "role", "scope_kind", "scope_code", "valid_from"]
        constraints = [
            # A grant taken back on its first day was in force on none: the two dates are equal.
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="accounts_grant_dates",
                violation_error_message="终止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=Q(scope_kind="district", scope_code="") | (~Q(scope_kind="district") & ~Q(scope_code="")),
                name="accounts_grant_scope_code",
                violation_error_message="全区授权不填范围编码，其他授权必须填写。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.username} · {self.get_role_display()} · {self.scope_name}"

    @property
    def scope_name(self) -> str:
        """What the grant is over, by name; the code where the thing is unknown."""
        known = self.__dict__.get("scope_known") or scopes.name_of(self.scope_kind, self.scope_code)
        name = known or self.scope_code
        return name if self.scope_kind == ScopeKind.DISTRICT else f"{self.get_scope_kind_display()} {name}"
