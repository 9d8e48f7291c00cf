"""What a scheme was held against when it was applied to all: values of cohorts, and points of peers.

A snapshot: with it one entity's score replays without the others' facts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from rating.engine import numbers

ALL = ""


@dataclass(frozen=True, slots=True)
class Peers:
    """How many members of a cohort have points for an item, and the sum of their points."""

    count: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class References:
    """`values`: derived input → class → the members' values, from the lowest. `peers`: item → points.

    A class is written level/level in the order of the input's `by`; ALL where nothing divides.
    """

    values: Mapping[str, Mapping[str, tuple[Decimal, ...]]] = field(default_factory=dict)
    peers: Mapping[str, Peers] = field(default_factory=dict)

    def __post_init__(self):
        frozen = {name: MappingProxyType(dict(classes)) for name, classes in self.values.items()}
        object.__setattr__(self, "values", MappingProxyType(frozen))
        object.__setattr__(self, "peers", MappingProxyType(dict(self.peers)))

    def of(self, name: str, level: str) -> tuple[Decimal, ...] | None:
        """None when the scheme was not applied to a cohort at all."""
        return self.values[name].get(level, ()) if name in self.values else None

    def to_json(self) -> str:
        """Canonical text. A quotient is written with all its digits, so that a replay is exact."""
        values = {
            name: {level: [str(value) for value in members] for level, members in classes.items()}
            for name, classes in self.values.items()
        }
        peers = {
            code: {"count": each.count, "points": numbers.plain(each.points)}
            for code, each in self.peers.items()
        }
        return json.dumps(
            {"values": values, "peers": peers}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )

    @classmethod
    def from_json(cls, text: str) -> "References":
        raw = json.loads(text)
        values = {
            name: {level: tuple(map(Decimal, members)) for level, members in classes.items()}
            for name, classes in raw["values"].items()
        }
        peers = {code: Peers(each["count"], Decimal(each["points"])) for code, each in raw["peers"].items()}
        return cls(values, peers)


NONE = References()
