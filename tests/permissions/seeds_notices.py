"""The rows of the matrix that tell people something: a message on each side, what did not arrive, a rule."""

from guandu.accounts.models import User
from guandu.core import clock
from guandu.notices.models import Delivery, Message, ReminderRule
from tests.permissions.sides import NONE, People, Side, keys

DRAFT, FILED = "2026Q3", "2026Q2"


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    """By kind. The own message is the operator's; a delivery that has failed, and as `shut` one that was sent."""
    mine, theirs = _message(own, own.filer), _message(other, other.filer)
    failed, sent = _delivery(mine, "failed"), _delivery(theirs, "sent")
    rule = ReminderRule.objects.create(
        code="before-7", name="截止前7天提醒填报单位", offset=-7, unit="calendar", audience="filer"
    )
    urged = {"own": own.returns[DRAFT], "other": other.returns[DRAFT], "shut": own.returns[FILED]}
    return {
        "message": keys({"own": mine, "other": theirs}),
        "delivery": keys({"own": failed, "shut": sent}),
        "notices/reminderrule": {"own": str(rule.pk)} | NONE,
        "return to urge": keys(urged),
    }


def more(side: Side) -> None:
    """What another side's filer is told."""
    _message(side, side.filer)


def _message(side: Side, recipient: User) -> Message:
    return Message.objects.create(
        recipient=recipient, kind="reminder", title=f"请报送{side.mark('message')}", text=side.mark("messagetext"),
        url=f"/returns/{side.returns[DRAFT].pk}/", key="k", sender_name="消息服务", sent_at=clock.now(),
    )  # fmt: skip


def _delivery(message: Message, state: str) -> Delivery:
    return Delivery.objects.create(
        recipient=message.recipient, channel="sms", message=message, title="请报送", state=state, attempts=5,
        last_error="网关未接收，返回状态 500。", created_at=clock.now(),
    )  # fmt: skip
