from datetime import datetime

from django.db import models

from guandu.core.actors import Actor


class UploadQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor, permission: str | None = None) -> "UploadQuerySet":
        """One's own: what waits for its confirmation is nobody else's business."""
        return self.filter(owner__username=actor.actor_key)

    def waiting(self, now: datetime) -> "UploadQuerySet":
        """What still may be confirmed, or is being worked on."""
        return self.filter(state__in=self.model.WAITING, expires_at__gt=now)
