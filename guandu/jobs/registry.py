"""Which function does a job of which kind. Rooms register theirs in tasks.py, imported by apps.ready()."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

DEFAULT_QUEUE = "default"
QUEUES = (DEFAULT_QUEUE, "import")


@dataclass(frozen=True)
class Kind:
    """A kind of work. `needs`: the permission that the asker must still hold when it begins; empty for
    what the portal does of itself. `daily_at`: asked for by itself once a day from that hour on.
    `keeper`: the permission without which nobody stops it, whoever looks after jobs."""

    name: str
    function: Callable
    title: str
    needs: str = ""
    queue: str = DEFAULT_QUEUE
    daily_at: int | None = None
    keeper: str = ""


_kinds: dict[str, Kind] = {}


def job(
    name: str,
    *,
    title: str,
    needs: str | None = None,
    queue: str = DEFAULT_QUEUE,
    daily_at: int | None = None,
    keeper: str = "",
) -> Callable:
    """Register the decorated `handler(context, **arguments)` for jobs of the kind `name` (see Kind)."""
    if queue not in QUEUES:
        raise RuntimeError(f"No worker serves the queue {queue}.")

    def decorate(function: Callable) -> Callable:
        if name in _kinds:
            raise RuntimeError(f"Two handlers for jobs of kind {name}.")
        _kinds[name] = Kind(name, function, title, needs or "", queue, daily_at, keeper)
        return function

    return decorate


def kind(name: str) -> Kind:
    """Raises KeyError for a kind that this release does not know."""
    return _kinds[name]


def kinds() -> Iterable[Kind]:
    return _kinds.values()


def title_of(name: str) -> str:
    """In words; a kind of another release keeps its code."""
    return _kinds[name].title if name in _kinds else name


def queue_of(name: str) -> str:
    return _kinds[name].queue if name in _kinds else DEFAULT_QUEUE


def keeper_of(name: str) -> str:
    return _kinds[name].keeper if name in _kinds else ""
