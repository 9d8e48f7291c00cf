"""One person's messages, and how they fare outside the portal."""

from dataclasses import dataclass

from django.db.models import F, QuerySet

from guandu.accounts.models import User
from guandu.notices.channels import channel_names, default_channel
from guandu.notices.enums import DeliveryState, Rhythm
from guandu.notices.models import Delivery, Message, MessagePreference


def inbox(user: User) -> QuerySet[Message]:
    """Grain: one message of the person; unread first, then the newest."""
    return Message.objects.visible_to(user).order_by(F("read_at").asc(nulls_first=True), "-pk")


def unread_count(user: User) -> int:
    """One query."""
    return Message.objects.visible_to(user).unread().count()


@dataclass(frozen=True)
class Reach:
    """Where a person is told beside the portal: a channel that is configured, "" for none."""

    channel: str
    rhythm: str


def reach_of(users: list[User]) -> dict[int, Reach]:
    """User → how he is told outside the portal. A channel that is no longer configured counts as none.
    One query."""
    known, usual = channel_names(), default_channel()
    chosen = {each.user_id: each for each in MessagePreference.objects.filter(user__in=users)}
    found = {}
    for user in users:
        own = chosen.get(user.pk)
        channel, rhythm = (own.channel, own.rhythm) if own else (usual, Rhythm.SINGLE)
        found[user.pk] = Reach(channel if channel in known else "", rhythm)
    return found


def troubled() -> QuerySet[Delivery]:
    """What has not arrived: given up, or tried in vain so far."""
    rows = Delivery.objects.filter(state=DeliveryState.FAILED) | Delivery.objects.filter(
        state=DeliveryState.WAITING, attempts__gt=0
    )
    return rows.select_related("recipient__unit").order_by("state", "-pk")
