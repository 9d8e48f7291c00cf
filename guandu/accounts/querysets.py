"""The spine: grants decide what a person sees. Every list starts at `visible_to`."""

from datetime import date

from django.db import models
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.core import clock
from guandu.core.actors import Actor

EVERYTHING = Q()
NOTHING = Q(pk__in=[])


class ScopedQuerySet(models.QuerySet):
    """A queryset that knows how a scope turns into a filter on its rows.

    A subclass names `view_permission` and answers `scope_condition(kind, codes, day)` with a Q that
    does not multiply rows (subqueries, not joins over many).
    """

    view_permission: Permission

    def visible_to(self, actor: Actor, permission: Permission | None = None) -> "ScopedQuerySet":
        """The rows over which `actor` holds `permission` (by default: may see) today."""
        if actor.actor_kind == "service":
            return self.all()
        return self.filter(self._condition(actor, permission or self.view_permission))

    def _condition(self, user, permission: Permission) -> Q:
        day = clock.today()
        scopes = user.scopes_with(permission)
        if ScopeKind.DISTRICT in scopes:
            return EVERYTHING
        condition = NOTHING
        for kind, codes in scopes.items():
            condition |= self.scope_condition(kind, codes, day)
        return condition

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        """Rows inside the scopes `codes` of `kind` on `day`; nothing unless the room says otherwise."""
        return NOTHING


class ReferenceQuerySet(ScopedQuerySet):
    """Rows that concern nobody's scope: whoever holds the permission anywhere sees them all."""

    view_permission = Permission.REFERENCE_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        return EVERYTHING if user.scopes_with(permission) else NOTHING
