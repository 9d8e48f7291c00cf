"""A batch is seen whole by the unit that sent it and by the office; what it said of a scope is seen in the figures."""

from datetime import date

from django.apps import apps
from django.db import models
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import NOTHING, ScopedQuerySet
from guandu.accounts.roles import ScopeKind
from guandu.core.actors import Actor
from targets.enums_history import HistoryState


class HistoryBatchQuerySet(ScopedQuerySet):
    view_permission = Permission.HISTORY_ENTER

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        return Q(unit__code__in=codes) if kind == ScopeKind.DEPARTMENT else NOTHING


class HistoryLineQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor, permission: Permission | None = None) -> "HistoryLineQuerySet":
        batches = apps.get_model("targets", "HistoryBatch").objects.visible_to(actor, permission)
        return self.filter(batch__in=batches.order_by().values("pk"))

    def totals(self) -> "HistoryLineQuerySet":
        """Without lines of single firms, which only stand behind a park's total."""
        return self.filter(credit_code="")

    def in_force(self) -> "HistoryLineQuerySet":
        return self.filter(batch__state=HistoryState.SIGNED)
