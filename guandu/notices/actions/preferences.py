"""How a person wants to hear outside the portal."""

from guandu.audit.actions import action, checked, created, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed
from guandu.notices.channels import channel_names
from guandu.notices.enums import Rhythm
from guandu.notices.models import MessagePreference


@action("message_preference.choose")
def choose(*, channel: str, rhythm: str, by: Actor) -> MessagePreference:
    """The person's own choice: a configured channel or "" for none. Raises NotAllowed, Invalid."""
    if by.actor_kind != "user":
        raise NotAllowed("消息接收方式由本人设置。")
    if channel and channel not in channel_names():
        raise Invalid("没有接入这个渠道。", errors=[("channel", "没有接入这个渠道，请从列表中选择。")])
    if rhythm not in Rhythm.values:
        raise Invalid("请选择接收方式。", errors=[("rhythm", "请选择逐条发送或每日汇总一次。")])
    row = MessagePreference.objects.select_for_update(of=("self",)).filter(user=by).first()
    before = snapshot(row) if row else None
    row = row or MessagePreference(user=by)
    row.channel, row.rhythm = channel, rhythm
    checked(row).save()
    if before is None:
        created(row)
    else:
        updated(row, before)
    return row
