"""Who sees messages, deliveries and rules."""

from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet, ScopedQuerySet


class MessageQuerySet(ScopedQuerySet):
    """A message is its recipient's and nobody else's, whatever anybody is granted."""

    view_permission = Permission.PARK_VIEW  # never asked

    def _condition(self, user, permission: Permission) -> Q:
        return Q(recipient=user.pk)

    def unread(self) -> "MessageQuerySet":
        return self.filter(read_at__isnull=True)


class DeliveryQuerySet(ReferenceQuerySet):
    """How messages fare outside the portal, for whoever keeps the reminders."""

    view_permission = Permission.REMINDER_EDIT


class ReminderRuleQuerySet(ReferenceQuerySet):
    view_permission = Permission.REMINDER_EDIT
