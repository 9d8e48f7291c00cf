"""The channels beside the portal's own message: none, or those that the settings name."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from guandu.notices.channels.outgoing import Backend, NotDelivered, Outgoing

__all__ = ["Channel", "NotDelivered", "Outgoing", "channel_names", "channels", "default_channel"]


@dataclass(frozen=True)
class Channel:
    """`name` is what people read: 短信, 政务钉钉, 企业微信 …"""

    code: str
    name: str
    backend: Backend


def channel_names() -> dict[str, str]:
    """Code → name of every channel that is configured."""
    return {code: each["name"] for code, each in settings.NOTICE_CHANNELS.items()}


def channels() -> dict[str, Channel]:
    """Each channel with its backend, made anew, so that a change of settings counts at once."""
    return {
        code: Channel(code, each["name"], import_string(each["backend"])(**each["options"]))
        for code, each in settings.NOTICE_CHANNELS.items()
    }


def default_channel() -> str:
    """Where somebody is told who has not chosen; empty: in the portal only."""
    return settings.NOTICE_DEFAULT_CHANNEL
