"""Telling people something, and their reading it."""

from collections.abc import Iterable

from guandu.audit.actions import about, action, concerning, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import MESSENGER, Actor
from guandu.core.errors import NotAllowed
from guandu.jobs.queue import enqueue
from guandu.notices.enums import Importance, Rhythm
from guandu.notices.kinds import DELIVER_JOB
from guandu.notices.models import Delivery, Message
from guandu.notices.queries.inbox import reach_of
from guandu.notices.told import Told

LONGEST_TITLE = 120


def post(*, told: Iterable[Told], by: Actor) -> list[Message]:
    """Store what the recipients have not been told yet, within the running action; a job takes it through
    their channels after the commit. What is important goes out at once, whatever rhythm was chosen."""
    wanted = _not_yet(list(told))
    if not wanted:
        return []
    now, reach = clock.now(), reach_of([each.recipient for each in wanted])
    messages, deliveries = [], []
    for each in wanted:
        out = reach[each.recipient.pk]
        later = out.rhythm == Rhythm.DAILY and each.importance != Importance.HIGH
        messages.append(_message(each, by, now, awaits_digest=bool(out.channel) and later))
        if out.channel and not later:
            deliveries.append((messages[-1], out.channel))
    Message.objects.bulk_create(messages)
    for message in messages:
        created(message)
    send([_delivery(message, channel, now) for message, channel in deliveries])
    return messages


def send(deliveries: list[Delivery]) -> None:
    """Store and record what is to leave through channels, and ask for the job that takes it there."""
    if not deliveries:
        return
    Delivery.objects.bulk_create(deliveries)
    for delivery in deliveries:
        created(delivery)
    enqueue(DELIVER_JOB, by=MESSENGER, key="deliver")


def _not_yet(told: list[Told]) -> list[Told]:
    """Each matter once per person, without what was told before."""
    keys = {each.key for each in told}
    known = set(Message.objects.filter(key__in=keys).values_list("recipient", "key"))
    found = []
    for each in told:
        mark = (each.recipient.pk, each.key)
        if mark not in known:
            known.add(mark)
            found.append(each)
    return found


def _shortened(title: str) -> str:
    """The whole of it is in the text."""
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def _message(each: Told, by: Actor, now, *, awaits_digest: bool) -> Message:
    return Message(
        recipient=each.recipient,
        kind=each.kind,
        title=_shortened(each.title),
        text=each.text,
        url=each.url,
        key=each.key,
        importance=each.importance,
        sender_name=by.actor_name,
        sent_at=now,
        awaits_digest=awaits_digest,
    )


def _delivery(message: Message, channel: str, now) -> Delivery:
    return Delivery(
        recipient=message.recipient,
        channel=channel,
        message=message,
        title=message.title,
        text=message.text,
        url=message.url,
        next_try_at=now,
        created_at=now,
    )


@action("message.read")
def read(*, message: Message, by: Actor) -> Message:
    """The recipient has seen it. Raises NotAllowed."""
    row = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    about(row)
    if not _is_of(row, by):
        raise NotAllowed("这条消息不是发给您的。")
    _mark(row)
    return row


@action("message.read_all")
def read_all(*, until: int, by: Actor) -> int:
    """The person has seen his messages up to the number `until`; how many were unread. Raises NotAllowed."""
    if by.actor_kind != "user":
        raise NotAllowed("消息只能由收件人本人标为已读。")
    concerning("notices.message", "", f"{by.actor_name}的消息")
    rows = Message.objects.select_for_update(of=("self",)).visible_to(by).unread().filter(pk__lte=until)
    return sum(_mark(row) for row in list(rows))


def _is_of(message: Message, by: Actor) -> bool:
    return by.actor_kind == "user" and message.recipient_id == by.pk


def _mark(row: Message) -> bool:
    if row.is_read:
        return False
    before = snapshot(row)
    row.read_at = clock.now()
    # Seen in the portal: the day's summary need not say it again.
    row.awaits_digest = False
    row.save(update_fields=["read_at", "awaits_digest"])
    return updated(row, before)
