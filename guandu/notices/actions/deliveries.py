"""Messages on their way through channels: how a try went, the daily summary, another try by hand."""

from collections import defaultdict
from datetime import date, timedelta

from guandu.accounts.checks import require, require_service
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, concerning, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import MESSENGER, Actor
from guandu.core.errors import NotReady
from guandu.jobs.queue import enqueue
from guandu.notices.actions.messages import send
from guandu.notices.enums import DeliveryState
from guandu.notices.kinds import DELIVER_JOB
from guandu.notices.models import Delivery, Message
from guandu.notices.queries.inbox import reach_of

# Before the second, third … try; after the last one it is given up and shown to the office.
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
MOST_TRIES = len(PAUSES) + 1


@action("delivery.settle")
def settle(*, delivery: Delivery, error: str = "", final: bool = False, by: Actor) -> Delivery:
    """How a try went: sent, or the sentence of what went wrong and when it is tried again. `final` gives it
    up at once. Raises NotAllowed."""
    require_service(by, to="登记消息发送结果")
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    about(row)
    if row.state != DeliveryState.WAITING:
        return row
    before, now = snapshot(row), clock.now()
    row.attempts += 1
    row.last_error, row.next_try_at = error[:200], None
    if not error:
        row.state, row.sent_at = DeliveryState.SENT, now
    elif final or row.attempts >= MOST_TRIES:
        row.state = DeliveryState.FAILED
    else:
        row.next_try_at = now + PAUSES[row.attempts - 1]
    row.save()
    updated(row, before)
    return row


@action("delivery.retry")
def retry(*, delivery: Delivery, by: Actor) -> Delivery:
    """What was given up is tried again from the beginning. Raises NotAllowed, NotReady."""
    require(by, Permission.REMINDER_EDIT, to="重新发送消息")
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    about(row)
    if row.state != DeliveryState.FAILED:
        raise NotReady(f"这条消息{row.get_state_display()}，不需要重新发送。")
    before = snapshot(row)
    row.state, row.attempts, row.next_try_at = DeliveryState.WAITING, 0, clock.now()
    row.save(update_fields=["state", "attempts", "next_try_at"])
    updated(row, before)
    enqueue(DELIVER_JOB, by=MESSENGER, key="deliver")
    return row


@action("delivery.digest")
def digest(*, by: Actor) -> int:
    """One summary for each person who wants one a day, of what he has not read; how many. Raises NotAllowed."""
    require_service(by, to="汇总当日消息")
    day = clock.real_today()
    concerning("notices.delivery", "", f"{day} 消息汇总")
    waiting = defaultdict(list)
    for message in Message.objects.select_for_update(of=("self",)).filter(awaits_digest=True).order_by("pk"):
        waiting[message.recipient_id].append(message)
    recipients = User.objects.in_bulk(waiting)
    reach = reach_of(list(recipients.values()))
    known = set(Delivery.objects.filter(digest_on=day).values_list("recipient", "channel"))
    found = []
    for pk, messages in waiting.items():
        channel = reach[pk].channel
        if channel and (pk, channel) in known:
            continue
        if channel:
            found.append(_summary(recipients[pk], channel, messages, day))
        # Whoever hears in the portal alone by now waits for no summary.
        _told(messages)
    send(found)
    return len(found)


def _summary(recipient: User, channel: str, messages: list[Message], day: date) -> Delivery:
    now = clock.now()
    lines = [f"{number}. {each.title}" for number, each in enumerate(messages, start=1)]
    return Delivery(
        recipient=recipient,
        channel=channel,
        digest_on=day,
        title=f"今日有 {len(messages)} 条未读消息",
        text="\n".join(lines),
        url="/messages/",
        next_try_at=now,
        created_at=now,
    )


def _told(messages: list[Message]) -> None:
    for message in messages:
        before = snapshot(message)
        message.awaits_digest = False
        message.save(update_fields=["awaits_digest"])
        updated(message, before)
