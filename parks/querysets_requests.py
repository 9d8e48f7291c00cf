"""Who sees a 企业诉求: whoever sees its park, and the unit that handles it, of whatever park."""

from datetime import date

from django.apps import apps
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import NOTHING, ScopedQuerySet
from guandu.accounts.roles import ScopeKind
from guandu.core.actors import Actor
from parks.querysets import OfParkQuerySet, parks_in_scope


def of_units(user: Actor, permission: Permission, path: str = "") -> Q:
    """Rows whose unit at `path` is one that the person acts for: a department or street of his scope, the task force
    of his chain; of a grant over the whole district his own unit."""
    condition = NOTHING
    for kind, codes in user.scopes_with(permission).items():
        if kind == ScopeKind.DISTRICT:
            condition |= Q(**{f"{path}unit": user.unit_id})
        elif kind == ScopeKind.CHAIN:
            forces = apps.get_model("parks", "Chain").objects.filter(code__in=codes).values("task_force")
            condition |= Q(**{f"{path}unit__in": forces})
        elif kind != ScopeKind.PARK:
            condition |= Q(**{f"{path}unit__code__in": codes})
    return condition


class RequestQuerySet(ScopedQuerySet):
    """By park or by handling unit; REQUEST_HANDLE is of the unit alone, whatever the park, and REQUEST_RAISE and
    REQUEST_ASSIGN of the park alone."""

    view_permission = Permission.REQUEST_VIEW
    path = ""

    def _condition(self, user: Actor, permission: Permission) -> Q:
        if permission == Permission.REQUEST_HANDLE:
            return of_units(user, permission, self.path)
        condition = super()._condition(user, permission)
        if permission in {Permission.REQUEST_RAISE, Permission.REQUEST_ASSIGN}:
            return condition
        if ScopeKind.DISTRICT in user.scopes_with(permission):
            return condition
        return condition | of_units(user, permission, self.path)

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        parks = apps.get_model("parks", "Park").objects.filter(parks_in_scope(kind, codes, day))
        return Q(**{f"{self.path}park__in": parks.values("pk")})


class RequestStepQuerySet(RequestQuerySet):
    """The trace, seen as its request is."""

    path = "request__"


class VisitQuerySet(OfParkQuerySet):
    """What was seen and asked on a visit is for those who follow requests."""

    view_permission = Permission.REQUEST_VIEW
