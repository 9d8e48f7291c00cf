"""What work was given out for a 企业诉求: rooms above the register say it, registered in apps.ready()."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Work:
    """One piece of work, with its page, how far it is in a word, and that word's tone."""

    title: str
    url: str
    word: str
    tone: str


# (user, id of the request) → the work for it, as far as this person may see it
Source = Callable[[Any, int], list[Work]]
_sources: list[Source] = []


def request_work(source: Source) -> Source:
    """Register a function that says what work was given out for a request."""
    if source in _sources:
        raise RuntimeError(f"{source.__module__}.{source.__qualname__} is registered twice.")
    _sources.append(source)
    return source


def work_for(user: Any, request: int) -> list[Work]:
    """As many queries as the sources need."""
    return [work for source in _sources for work in source(user, request)]
