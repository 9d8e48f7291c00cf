"""Messages leave through their channels, never in a request; a channel that fails holds nothing else up."""

from collections import Counter

from celery import shared_task
from django.conf import settings

from guandu.core import clock
from guandu.core.actors import MESSENGER
from guandu.jobs.queue import enqueue
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from guandu.notices import channels
from guandu.notices.actions import deliveries
from guandu.notices.enums import DeliveryState
from guandu.notices.kinds import DELIVER_JOB, DIGEST_JOB
from guandu.notices.models import Delivery

MOST_A_RUN = 500
# A channel that failed so often in one run is left alone until the next.
ENOUGH = 3
GONE = "这个渠道已不再接入。"


@shared_task
def ask_deliveries() -> None:
    """Every minute: ask for what is due."""
    if _due().exists():
        enqueue(DELIVER_JOB, by=MESSENGER, key="deliver")


def _due():
    return Delivery.objects.filter(state=DeliveryState.WAITING, next_try_at__lte=clock.now())


@job(DELIVER_JOB, title="发送消息到站外渠道")
def deliver(context: JobContext) -> None:
    """One try for each that is due, the longest waiting first."""
    known, failures, sent = channels.channels(), Counter(), 0
    waiting = list(_due().select_related("recipient").order_by("next_try_at", "pk")[:MOST_A_RUN])
    for done, delivery in enumerate(waiting):
        context.report(done, len(waiting))
        if failures[delivery.channel] >= ENOUGH:
            continue
        error, final = _try(delivery, known)
        failures[delivery.channel] = failures[delivery.channel] + 1 if error else 0
        sent += not error
        with context.writing():
            deliveries.settle(delivery=delivery, error=error, final=final, by=MESSENGER)
    context.report(len(waiting), len(waiting), f"送出 {sent} 条，未送出 {len(waiting) - sent} 条")


def _try(delivery: Delivery, known: dict[str, channels.Channel]) -> tuple[str, bool]:
    """What went wrong, empty when nothing did, and whether another try is of no use."""
    channel = known.get(delivery.channel)
    if channel is None:
        return GONE, True
    try:
        channel.backend.send(_outgoing(delivery))
    except channels.NotDelivered as failure:
        return failure.sentence, False
    return "", False


def _outgoing(delivery: Delivery) -> channels.Outgoing:
    person = delivery.recipient
    return channels.Outgoing(
        number=delivery.pk,
        account=person.username,
        name=person.name,
        phone=person.phone,
        title=delivery.title,
        text=delivery.text,
        url=f"{settings.PORTAL_URL}{delivery.url}" if delivery.url else "",
    )


@job(DIGEST_JOB, title="汇总当日消息", daily_at=17)
def digest(context: JobContext) -> None:
    with context.writing():
        count = deliveries.digest(by=MESSENGER)
    context.report(count, count, f"汇总 {count} 人")
