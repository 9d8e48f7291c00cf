"""What a reminder rule may be about: rooms above name the series of forms that they remind of."""

from collections.abc import Callable

Lookup = Callable[[], dict[str, str]]
_lookups: list[Lookup] = []


def register_series(lookup: Lookup) -> Lookup:
    """`lookup()` answers code → name of every series of forms."""
    _lookups.append(lookup)
    return lookup


def series_known() -> dict[str, str]:
    return {code: name for lookup in _lookups for code, name in lookup().items()}
