"""Starred parks as counted facts of the plan."""

from guandu.core.periods import Period
from targets.registered import Fact, registered_source


@registered_source("rating.stars")
def starred_parks(period: Period, *, stars: int, counting: str = "") -> list[Fact] | None:
    """None: no award is kept yet, and a 试算 is none. Until awards are, the number is missing and not zero."""
    return None
