"""Which function does a job of which kind. Rooms register theirs in tasks.py, imported by apps.ready()."""

from collections.abc import Callable

_handlers: dict[str, Callable] = {}


def job(kind: str) -> Callable:
    """Register the decorated `handler(context, **arguments)` for jobs of `kind`."""

    def decorate(function: Callable) -> Callable:
        if kind in _handlers:
            raise RuntimeError(f"Two handlers for jobs of kind {kind}.")
        _handlers[kind] = function
        return function

    return decorate


def handler(kind: str) -> Callable:
    return _handlers[kind]
