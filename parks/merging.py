"""What a merger of parks means above the register: rooms say what stands in its way, what it does, and do it.

Registered in apps.ready(); the register imports none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# (park, into, on) → sentences
Sentences = Callable[[Any, Any, Any], list[str]]


@dataclass(frozen=True)
class Follower:
    """`obstacles` stand in the way, `effects` tell what will happen, `carry_out(park=, into=, on=)` runs
    inside the action that merges."""

    obstacles: Sentences
    effects: Sentences
    carry_out: Callable[..., None]


_followers: list[Follower] = []


def follow_park_mergers(follower: Follower) -> None:
    if follower in _followers:
        raise RuntimeError(f"{follower} is registered twice.")
    _followers.append(follower)


def followers() -> tuple[Follower, ...]:
    return tuple(_followers)
