"""What one person is to be told: worked out by queries, sent by actions."""

from dataclasses import dataclass

from guandu.accounts.models import User
from guandu.notices.enums import Importance


@dataclass(frozen=True)
class Told:
    """`key` names the matter: the same is told to the same person once. `url` is a page of the portal."""

    recipient: User
    kind: str
    key: str
    title: str
    text: str = ""
    url: str = ""
    importance: str = Importance.NORMAL
