"""The single numbers of a stored batch. Grain: indicator, scope and period; lines of firms are none of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from guandu.core.actors import Actor
from guandu.core.numbers import from_units
from guandu.core.periods import Period
from targets.enums import ValueSource
from targets.history_cells import period_in_words
from targets.models import CertifiedValue, HistoryBatch
from targets.queries.history.context import Context
from targets.queries.history.standing import Key

SHOWN = 50


@dataclass(frozen=True)
class Entered:
    """One number that the batch would make a 核定值; `key` as in `standing`."""

    key: Key
    units: int
    line: int
    indicator: int
    version: int
    name: str


@dataclass(frozen=True)
class Weighed:
    """The numbers of a batch beside the 核定值 that stand now: those without one, how many agree, how many differ,
    and the first that differ."""

    fresh: list[Entered]
    same: int
    apart: int
    differing: list["Differing"]


@dataclass(frozen=True)
class Differing:
    """A number that changes nothing, because another stands. In the unit of its version."""

    name: str
    unit: str
    said: Decimal
    stands: Decimal
    source: str


def weigh(batch: HistoryBatch, context: Context) -> Weighed:
    """Two queries beside those of the context."""
    periods = set(batch.periods)
    rows = CertifiedValue.objects.current().filter(period__in=periods)
    names = ("indicator__code", "subject_kind", "subject_code", "period", "units", "source")
    stands = {tuple(key): (units, source) for *key, units, source in rows.values_list(*names)}
    fresh, differing, same, apart = [], [], 0, 0
    for each in _entered(batch, context):
        known = stands.get(each.key)
        if known is None:
            fresh.append(each)
        elif known[0] == each.units:
            same += 1
        else:
            apart += 1
            if apart <= SHOWN:
                differing.append(_differing(each, *known, context))
    return Weighed(fresh, same, apart, differing)


def _differing(said: Entered, units: int, source: str, context: Context) -> Differing:
    version = context.version(said.key[0], Period.parse(said.key[3]))
    return Differing(
        said.name, version.unit, from_units(said.units, version.scale), from_units(units, version.scale),
        str(ValueSource(source).label),
    )  # fmt: skip


def _entered(batch: HistoryBatch, context: Context) -> Iterator[Entered]:
    periods = {code: Period.parse(code) for code in batch.periods}
    words = {code: period_in_words(period) for code, period in periods.items()}
    versions: dict[tuple[str, str], tuple[int, int, str]] = {}
    rows = batch.lines.totals().order_by("pk")
    for pk, kind, scope, name, period, values in rows.values_list(
        "pk", "scope_kind", "scope_code", "scope_name", "period", "values"
    ).iterator(chunk_size=5000):
        for code, units in values.items():
            if (code, period) not in versions:
                version = context.version(code, periods[period])
                versions[code, period] = (version.indicator_id, version.pk, version.indicator.name)
            indicator, version_pk, called = versions[code, period]
            yield Entered(
                (code, kind, scope, period), units, pk, indicator, version_pk, f"{name} {words[period]} {called}"
            )


def standing_of(batch: HistoryBatch):
    """The 核定值 that this batch made and that still stand."""
    return CertifiedValue.objects.current().filter(history_line__batch=batch)


def may_sign(batch: HistoryBatch, by: Actor) -> bool:
    """Whoever sent it in signs it not."""
    return batch.owner.actor_key != by.actor_key
