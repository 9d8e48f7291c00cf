"""临时调度表: seen by the unit that sends it and by the office; each receiver sees its own answer and no other."""

from datetime import date

from django.apps import apps
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import EVERYTHING, NOTHING, ScopedQuerySet
from guandu.accounts.roles import ScopeKind


def _sent_by(user, prefix: str) -> Q:
    scopes = user.scopes_with(Permission.DISPATCH_SEND)
    if ScopeKind.DISTRICT in scopes:
        return EVERYTHING
    return Q(**{f"{prefix}sender": user.unit_id}) if scopes else NOTHING


class DispatchTableQuerySet(ScopedQuerySet):
    view_permission = Permission.DISPATCH_SEND

    def _condition(self, user, permission: Permission) -> Q:
        return _sent_by(user, "") if user.scopes_with(permission) else NOTHING


class DispatchReceiverQuerySet(ScopedQuerySet):
    """Over what is filled in, only the receiver; to see it, whoever sent it as well. A sponsor or a street does not
    see what its parks answer to others."""

    view_permission = Permission.DISPATCH_SEND

    def _condition(self, user, permission: Permission) -> Q:
        own = super()._condition(user, Permission.DISPATCH_FILL)
        if permission == Permission.DISPATCH_FILL:
            return own
        # Everything or one's own is everything: an empty condition would vanish in the sum.
        sent = _sent_by(user, "table__")
        return sent if sent == EVERYTHING else sent | own

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        if kind == ScopeKind.PARK:
            return Q(park__code__in=codes)
        if kind == ScopeKind.CHAIN:
            chains = apps.get_model("parks", "Chain").objects.filter(code__in=codes)
            return Q(unit__in=chains.values("task_force"))
        return Q(unit__code__in=codes)
