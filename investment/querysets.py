"""What a scope means for projects."""

from datetime import date

from django.apps import apps
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ScopedQuerySet
from guandu.accounts.roles import ScopeKind
from parks.querysets import parks_in_scope


class ProjectQuerySet(ScopedQuerySet):
    """By the project's chain, street and lead, and by the park it is to stand in."""

    view_permission = Permission.PROJECT_VIEW

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        parks = apps.get_model("parks", "Park").objects.filter(parks_in_scope(kind, codes, day))
        condition = Q(park__in=parks.values("pk"))
        if kind == ScopeKind.CHAIN:
            condition |= Q(chain__code__in=codes)
        if kind == ScopeKind.STREET:
            condition |= Q(street__code__in=codes)
        if kind == ScopeKind.DEPARTMENT:
            condition |= Q(lead__code__in=codes)
        return condition
