"""Who owes work: the duties that somebody must hold on any day. Rooms register theirs in apps.ready(),
so that accounts need not know parks and chains."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class BearingDuty:
    """A role over a scope that `unit_name` owes; `what` says it in words (运营方填报 · 某某园)."""

    role: str
    scope_kind: str
    scope_code: str
    unit_name: str
    what: str
    unit_code: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.role, self.scope_kind, self.scope_code


Source = Callable[[date], Iterable[BearingDuty]]
_sources: list[Source] = []


def duty_bearing_units(source: Source) -> Source:
    """Register `source(day)`: every duty that somebody must hold on that day."""
    if source in _sources:
        raise RuntimeError(f"{source.__module__}.{source.__qualname__} is registered twice.")
    _sources.append(source)
    return source


def bearing_duties(day: date) -> Iterator[BearingDuty]:
    """Grain: one per role and scope. One query per registered source, whatever the number of rows."""
    seen: set[tuple[str, str, str]] = set()
    for source in _sources:
        for duty in source(day):
            if duty.key not in seen:
                seen.add(duty.key)
                yield duty
