"""What a trial of one scheme beside another came to, as it is stored: every park with its place, and both sides."""

from dataclasses import dataclass

from rating.engine.codec import decode, dump, encode, parse_json
from rating.trying.compare import Move


@dataclass(frozen=True, slots=True)
class Placed:
    """One park's move, and where the park belonged on the period's last day."""

    move: Move
    carrier: str
    chain: str
    chain_name: str
    street: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`before` and `after` are the digests of the schemes: with the stored facts the same outcome follows."""

    before: str
    after: str
    parks: tuple[Placed, ...]

    def to_json(self) -> str:
        """Canonical text: the same outcome always gives the same bytes."""
        return dump(encode(self, Outcome))

    @classmethod
    def from_json(cls, text: str) -> "Outcome":
        """What `to_json` wrote; ValueError when the text is not such an outcome."""
        return decode(parse_json(text), Outcome)
