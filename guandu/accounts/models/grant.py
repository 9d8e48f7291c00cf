"""What a person may do, over what, from when to when."""

from django.db import models
from django.db.models import Q

from guandu.accounts import scopes
from guandu.accounts.models.user import User
from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import EVERYTHING, NOTHING, ScopedQuerySet
from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.core.models import DatedModel, DatedQuerySet


class GrantQuerySet(DatedQuerySet, ScopedQuerySet):
    view_permission = Permission.ACCOUNT_VIEW

    def _condition(self, user, permission):
        return EVERYTHING if user.scopes_with(permission) else NOTHING

    def named(self) -> "GrantQuerySet":
        """Each with the name of what it is over, as `scope_known`, without a query per row."""
        return self.annotate(scope_known=scopes.name_expression())


class Grant(DatedModel):
    """This person holds this role over this scope, from a date to a date."""

    class Seat(models.TextChoices):
        """Who does the duty, and who stands in while the first is away."""

        MAIN = "A", "A角"
        DEPUTY = "B", "B角"

    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name="账号")
    role = models.CharField("角色", max_length=20, choices=RoleCode.choices)
    scope_kind = models.CharField("范围类型", max_length=20, choices=ScopeKind.choices)
    scope_code = models.CharField("范围编码", max_length=40, blank=True, help_text="全区留空")
    seat = models.CharField("AB角", max_length=1, choices=Seat.choices, blank=True)
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
                condition=Q(scope_kind="district", scope_code="")
                | (~Q(scope_kind="district") & ~Q(scope_code="")),
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
