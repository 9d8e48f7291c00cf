"""What rooms hand up to the shared pages: navigation, to-do, tiles, profile panels, search.

A room registers in its apps.ready(); pages ask here and never import the room. Functions get the
person and answer only what that person may see.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.periods import Period


@dataclass(frozen=True)
class NavigationEntry:
    """One line of the side bar; shown to whoever holds one of `permissions` anywhere."""

    group: str
    label: str
    url_name: str
    icon: str
    permissions: tuple[Permission, ...]
    position: int

    def may_open(self, user: User) -> bool:
        return any(user.may(permission) for permission in self.permissions)


@dataclass(frozen=True)
class ToDo:
    """Something that waits for this person. `tone` is a tone of _components/status.html."""

    title: str
    url: str
    action: str
    due_on: date | None = None
    detail: str = ""
    word: str = ""
    tone: str = "idle"


@dataclass(frozen=True)
class Change:
    """Something that happened within the person's scope."""

    at: Any
    title: str
    who: str
    url: str = ""
    text: str = ""


@dataclass(frozen=True)
class Tile:
    """One number on the home page; `figure` carries its badge where it is a figure."""

    title: str
    value: Any
    unit: str
    url: str
    figure: Any = None
    note: str = ""
    decimals: int = 0


@dataclass(frozen=True)
class Panel:
    """One section of a profile: a template and what it reads."""

    anchor: str
    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Hit:
    """One answer of the search."""

    kind: str
    title: str
    url: str
    detail: str = ""


class Sources:
    """Functions registered under a position, asked in that order."""

    def __init__(self) -> None:
        self._functions: list[tuple[int, str, Callable]] = []

    def register(self, position: int) -> Callable[[Callable], Callable]:
        """Decorate a function that answers a list; a lower position comes first."""

        def decorate(function: Callable) -> Callable:
            name = f"{function.__module__}.{function.__qualname__}"
            if any(known == name for _, known, _ in self._functions):
                raise RuntimeError(f"{name} is registered twice.")
            self._functions.append((position, name, function))
            self._functions.sort(key=lambda each: each[:2])
            return function

        return decorate

    def ask(self, *args: Any) -> list:
        """Everything the functions answer, in order."""
        return [item for _, _, function in self._functions for item in function(*args)]


todo_sources = Sources()  # (user) → list[ToDo]
change_sources = Sources()  # (user, how many at most) → list[Change]
tile_sources = Sources()  # (user, quarter) → list[Tile]
park_panels = Sources()  # (user, park, quarter) → list[Panel]
enterprise_panels = Sources()  # (user, enterprise) → list[Panel]
search_sources = Sources()  # (user, text) → list[Hit]

_navigation: list[NavigationEntry] = []


def add_navigation(*entries: NavigationEntry) -> None:
    """Add lines to the side bar; a line that is there already is left alone."""
    _navigation.extend(entry for entry in entries if entry not in _navigation)
    _navigation.sort(key=lambda entry: entry.position)


def navigation_entries() -> tuple[NavigationEntry, ...]:
    """Every line that the rooms have registered, in order."""
    return tuple(_navigation)


@dataclass(frozen=True)
class NavigationLink:
    label: str
    url: str
    icon: str
    active: bool


def navigation_for(user: User, path: str) -> list[tuple[str, list[NavigationLink]]]:
    """The side bar of `user` by group; the entry whose address is the longest start of `path` is active."""
    open_to = [(entry, reverse(entry.url_name)) for entry in _navigation if entry.may_open(user)]
    active = max((url for _, url in open_to if _within(path, url)), key=len, default="")
    groups: dict[str, list[NavigationLink]] = {}
    for entry, url in open_to:
        link = NavigationLink(entry.label, url, entry.icon, url == active)
        groups.setdefault(entry.group, []).append(link)
    return list(groups.items())


def _within(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)


def todos_for(user: User) -> list[ToDo]:
    """Everything that waits for `user`: dated first by due date, the undated last."""
    return sorted(todo_sources.ask(user), key=lambda todo: (todo.due_on or date.max, todo.title))


def changes_for(user: User, most: int = 10) -> list[Change]:
    """The newest changes within the person's scope."""
    return sorted(change_sources.ask(user, most), key=lambda change: change.at, reverse=True)[:most]


def tiles_for(user: User, quarter: Period) -> list[Tile]:
    return tile_sources.ask(user, quarter)


def panels_for(user: User, park: Any, quarter: Period) -> list[Panel]:
    return park_panels.ask(user, park, quarter)


def enterprise_panels_for(user: User, enterprise: Any) -> list[Panel]:
    return enterprise_panels.ask(user, enterprise)


def search(user: User, text: str) -> Iterable[Hit]:
    return search_sources.ask(user, text)
