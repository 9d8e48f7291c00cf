"""Who wants to know that a quarter's figures were stored: rooms above register, none is imported."""

from collections.abc import Callable

from guandu.core.actors import Actor
from guandu.core.periods import Period

Follower = Callable[[Period, Actor], None]
_followers: list[Follower] = []


def follow_figures(function: Follower) -> Follower:
    """Call `function(quarter, by)` inside the transaction that stores the quarter's figures."""
    _followers.append(function)
    return function


def tell_followers(quarter: Period, by: Actor) -> None:
    for function in _followers:
        function(quarter, by)
