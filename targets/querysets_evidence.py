"""Evidence and paper are seen by whoever sees their return."""

from django.apps import apps
from django.db import models

from guandu.accounts.permissions import Permission
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
