"""A page or an address of the interface that was refused to a person: recorded, but not without bound."""

from datetime import timedelta

from django.db import transaction

from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import Actor

VERB, PLACE = "page.open", "page"
ONCE_IN = timedelta(hours=1)


def record(*, by: Actor, route: str, reason: str) -> AuditEvent | None:
    """Record that `route` was refused to `by`; None where that is in the trail for this hour already."""
    key = route[:80]
    alike = AuditEvent.objects.filter(object_type=PLACE, object_key=key, actor_key=by.actor_key, verb=VERB)
    if alike.filter(at__gt=clock.now() - ONCE_IN).exists():
        return None
    with transaction.atomic():
        return trail.append(
            actor=by, verb=VERB, outcome="denied", subject=(PLACE, key, key), reason=reason, changes=[]
        )
