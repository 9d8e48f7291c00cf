"""One way to read a target's number: the one in force, or another that the plan's words allow."""

from dataclasses import dataclass

from targets.enums_plan import Counts
from targets.models import Indicator, Target, TargetReading

IN_FORCE = ""


@dataclass(frozen=True)
class Reading:
    """`code` is empty for the reading in force. `minus` is subtracted where the two are of one place and quarter."""

    code: str
    label: str
    indicator: Indicator
    minus: Indicator | None
    scope: tuple[str, str]
    counts: str

    @property
    def indicators(self) -> list[int]:
        return [each.pk for each in (self.indicator, self.minus) if each]


def in_force(target: Target) -> Reading | None:
    """None while no indicator is named for the target."""
    if target.indicator is None:
        return None
    return _reading(IN_FORCE, target.reading, target)


def readings_of(target: Target) -> list[Reading]:
    """The reading in force first, then the others (prefetched with their indicators)."""
    first = in_force(target)
    others = [_reading(each.code, each.label, each) for each in target.other_readings.all()]
    return [*([first] if first else []), *others]


def _reading(code: str, label: str, row: Target | TargetReading) -> Reading:
    return Reading(code, label, row.indicator, row.minus, (row.scope_kind, row.scope_code), Counts(row.counts))
