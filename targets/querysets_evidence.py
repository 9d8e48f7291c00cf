"""Evidence and paper are seen by whoever sees their return; workbooks hold drafts and are seen by fewer."""

from django.apps import apps
from django.db import models
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.actors import Actor


class _OfReturns(models.QuerySet):
    return_path = ""

    def visible_to(self, actor: Actor, permission: Permission | None = None) -> "_OfReturns":
        returns = apps.get_model("targets", "Return").objects.visible_to(actor, permission)
        return self.filter(**{f"{self.return_path}__in": returns.order_by().values("pk")})


class EvidenceQuerySet(_OfReturns):
    return_path = "version__return_of"


class PaperQuerySet(_OfReturns):
    return_path = "version__return_of"


class WorkbookQuerySet(models.QuerySet):
    """Of those who file the return, and of those who load for others what comes on paper or by mail."""

    def visible_to(self, actor: Actor, permission: Permission | None = None) -> "WorkbookQuerySet":
        returns = apps.get_model("targets", "Return").objects
        own, received = (
            returns.visible_to(actor, each).order_by().values("pk")
            for each in (Permission.RETURN_FILE, Permission.RETURN_RECEIVE)
        )
        return self.filter(Q(return_of__in=own) | Q(return_of__in=received))


class WorkbookBatchQuerySet(ReferenceQuerySet):
    view_permission = Permission.RETURN_RECEIVE
