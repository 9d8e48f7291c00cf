"""Who sees a report layout: its unit and whoever it is shared with, as far as they see figures at all."""

from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import EVERYTHING, NOTHING, ScopedQuerySet


class LayoutQuerySet(ScopedQuerySet):
    """With LAYOUT_EDIT all; with FIGURE_VIEW the shared ones and those of one's own unit."""

    view_permission = Permission.FIGURE_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        if user.may(Permission.LAYOUT_EDIT):
            return EVERYTHING
        return Q(is_shared=True) | Q(unit=user.unit_id) if user.may(permission) else NOTHING
