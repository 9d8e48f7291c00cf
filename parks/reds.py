"""What is red at the units that answer for a park: rooms above the register say it, registered in apps.ready()."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Red:
    """One thing that is behind, in words, with the page where it stands."""

    title: str
    url: str
    word: str = ""


# (user, ids of units) → unit id → what is red there, as far as this person may see it
Source = Callable[[Any, frozenset[int]], Mapping[int, list[Red]]]
_sources: list[Source] = []


def reds_source(source: Source) -> Source:
    """Register a function that says what is red at each of some units."""
    if source in _sources:
        raise RuntimeError(f"{source.__module__}.{source.__qualname__} is registered twice.")
    _sources.append(source)
    return source


def reds_of(user: Any, units: Iterable[int]) -> dict[int, list[Red]]:
    """Unit id → what is red there. As many queries as the sources need, whatever the number of units."""
    wanted = frozenset(units)
    found: dict[int, list[Red]] = defaultdict(list)
    for source in _sources if wanted else ():
        for unit, reds in source(user, wanted).items():
            found[unit] += reds
    return dict(found)
