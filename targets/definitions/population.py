"""Which parks an indicator is about: 新建园区, parks of some types. Judged on the period's last day."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Protocol

LISTS = {"park_types": "园区类型", "chains": "产业链", "areas": "片区", "codes": "园区编码"}
SINCE = "opened_since"


class Placed(Protocol):
    code: str
    chain: str
    area: str
    types: tuple[str, ...]  # the park's own type and those above it
    opened_on: date | None


def population_errors(population: object) -> Iterator[str]:
    """Sentences about what cannot be a population."""
    if not isinstance(population, Mapping) or not population:
        yield "范围（population）应写明园区类型、产业链、片区、开园日期或园区编码中的至少一项。"
        return
    for key, value in population.items():
        if key == SINCE:
            if _day(value) is None:
                yield f"范围中的开园日期“{value}”不是日期，应写成 2024-01-01。"
        elif key not in LISTS:
            yield f"范围中的“{key}”看不懂，可写：{'、'.join([*LISTS, SINCE])}。"
        elif not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
            yield f"范围中的{LISTS[key]}应写成一列编码。"


def belongs(population: Mapping | None, park: Placed) -> bool:
    """Whether `park` is one of those that the indicator is about."""
    if not population:
        return True
    has = {"park_types": set(park.types), "chains": {park.chain}, "areas": {park.area}, "codes": {park.code}}
    if any(key in population and not has[key] & set(population[key]) for key in LISTS):
        return False
    since = _day(population.get(SINCE))
    return since is None or (park.opened_on is not None and park.opened_on >= since)


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
