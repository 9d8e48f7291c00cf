from django.db import models
from django.db.models import Q

from guandu.core.actors import Actor
from guandu.files.owners import owner_kinds


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor, permission: str | None = None) -> "AttachmentQuerySet":
        """Those of owners that `actor` may see, and of no other."""
        condition = Q(pk__in=[])
        for kind in owner_kinds():
            owners = kind.visible(actor).order_by().values("pk")
            condition |= Q(owner_kind=kind.code, owner_key__in=owners) & kind.shown(actor)
        return self.filter(condition)

    def of(self, kind: str, owner: models.Model) -> "AttachmentQuerySet":
        return self.filter(owner_kind=kind, owner_key=owner.pk)
