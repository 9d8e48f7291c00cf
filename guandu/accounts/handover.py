"""Open work that a hand-over moves. Rooms register theirs in apps.ready(), as scopes are.

A duty moves with its grant; what hangs on the duty follows it without being touched. A kind of work
that names the person himself registers `move`, which gives it to the successor.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from guandu.core.actors import Actor


@dataclass(frozen=True)
class OpenItem:
    """One piece of open work, as the slip prints it."""

    title: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class OpenWork:
    """A kind of open work. `items(user)` lists what is open for him now; `move(from_user=, to_user=,
    by=)`, an action, gives what names him to the successor; None where it follows the duty."""

    section: str
    items: Callable[..., Iterable[OpenItem]]
    move: Callable[..., object] | None = None


_kinds: list[OpenWork] = []


def register_open_work(section: str, items: Callable, move: Callable | None = None) -> None:
    if any(each.section == section for each in _kinds):
        raise RuntimeError(f"Open work “{section}” is registered twice.")
    _kinds.append(OpenWork(section, items, move))


def open_work(user: Actor) -> Iterator[tuple[str, list[OpenItem]]]:
    """(section, items) of everything open for `user`, sections without any left out."""
    for kind in _kinds:
        items = list(kind.items(user))
        if items:
            yield kind.section, items


def move_all(from_user: Actor, to_user: Actor, by: Actor) -> None:
    for kind in _kinds:
        if kind.move:
            kind.move(from_user=from_user, to_user=to_user, by=by)
