"""Who acts: a user (guandu.accounts.models.User) or a named service such as the loader."""

from dataclasses import dataclass
from typing import Protocol


class Actor(Protocol):
    """What an action may know of the one who calls it."""

    actor_kind: str
    actor_key: str
    actor_name: str


@dataclass(frozen=True)
class Service:
    """A part of the portal that acts by itself, under a name that the audit trail shows."""

    actor_key: str
    actor_name: str
    actor_kind: str = "service"


LOADER = Service("loader", "数据载入")
CALENDAR = Service("calendar", "报送日历")
ROLL_UP = Service("roll-up", "汇总计算")
DEMONSTRATION = Service("demonstration", "演示数据")
COMMAND_LINE = Service("command-line", "命令行")
MESSENGER = Service("messenger", "消息服务")
