"""What a channel is given to send, and how it says that it could not."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """One message on its way out. `number` is the same in every try: a gateway that has it already
    drops the second one. `phone` is empty where the account has none."""

    number: int
    account: str
    name: str
    phone: str
    title: str
    text: str
    url: str

    def as_dict(self) -> dict:
        to = {"account": self.account, "name": self.name, "phone": self.phone}
        return {"id": self.number, "to": to, "title": self.title, "text": self.text, "url": self.url}


class NotDelivered(Exception):
    """The channel did not take the message; `sentence` says why to the office, without addresses or secrets."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Backend(Protocol):
    def send(self, outgoing: Outgoing) -> None:
        """Hand the message over. Raises NotDelivered."""
