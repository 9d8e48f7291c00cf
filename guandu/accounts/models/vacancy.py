"""Duties that nobody holds: when it began, when it ended."""

from django.db import models
from django.db.models import F, Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet
from guandu.accounts.roles import RoleCode, ScopeKind


class VacancyQuerySet(ReferenceQuerySet):
    view_permission = Permission.ACCOUNT_VIEW


class Vacancy(models.Model):
    """A time in which no active account held a duty that must be held. Written by the nightly watch."""

    role = models.CharField("角色", max_length=20, choices=RoleCode.choices)
    scope_kind = models.CharField("范围类型", max_length=20, choices=ScopeKind.choices)
    scope_code = models.CharField("范围编码", max_length=40, blank=True)
    unit_name = models.CharField("单位", max_length=100)
    began_on = models.DateField("空缺自")
    ended_on = models.DateField("空缺至", null=True, blank=True, help_text="不含当日")

    objects = VacancyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗位空缺"
        ordering = ["began_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("began_on")), name="accounts_vacancy_dates"
            ),
            models.UniqueConstraint(
                fields=["role", "scope_kind", "scope_code"],
                condition=Q(ended_on__isnull=True),
                name="accounts_vacancy_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_name} {self.get_role_display()}"
