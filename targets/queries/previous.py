"""What a form's subject reported before, in the units that the form uses. Grain: one cell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from django.db.models import F

from guandu.core.periods import Period
from targets.enums import IndicatorKind
from targets.frequency import earlier
from targets.models import CertifiedValue, IndicatorVersion, Return, ReturnLine
from targets.queries.conversions import Conversions

HISTORY = 12  # earlier values that an outlier is told from


class Asked(Protocol):
    """A cell of a form, as these queries need it."""

    code: str
    kind: str
    frequency: str
    indicator_id: int
    version: IndicatorVersion


@dataclass(frozen=True)
class Previous:
    """The value of the period before, None where there is none, and whether it is 核定 or only filed;
    `history` holds 核定 values before this period, oldest first: of a flow each period's own amount."""

    units: Fraction | None
    certified: bool
    history: tuple[Fraction, ...] = ()


def in_units_of(form: Sequence[Asked], rows: Iterable[tuple]) -> dict[tuple, Fraction]:
    """Rows (…, indicator code, indicator version, units) → {(…, code): units of the form's version},
    without those of a version that is not comparable."""
    cells, found = {cell.code: cell for cell in form}, {}
    kept = [(key, code, version, units) for *key, code, version, units in rows]
    foreign = {code for _, code, version, _ in kept if version != cells[code].version.pk}
    conversions = Conversions.among(cells[code].indicator_id for code in foreign) if foreign else None
    for key, code, version, units in kept:
        cell, factor = cells[code], Fraction(1)
        if version != cell.version.pk:
            factor = conversions.factor(conversions.version(cell.indicator_id, version), cell.version)
        if factor is not None:
            found[(*key, code)] = units * factor
    return found


def previous_values(return_: Return, form: Sequence[Asked]) -> dict[str, Previous]:
    """By indicator code: 核定 where there is a 核定值 of the period before, else as last filed in the same
    series of forms, whichever version of it was in use then."""
    period = Period.parse(return_.cycle.period)
    past = {cell.code: _past(period, cell.frequency) for cell in form}
    certified = _certified(return_, form, {each.code for periods in past.values() for each in periods})
    # A slower indicator has no value of the period before; its past is its history.
    asked = [cell for cell in form if past[cell.code][-1] == period.before]
    filed = _filed(return_, asked, period.before)
    found = {}
    for cell in form:
        settled = certified.get((period.before.code, cell.code))
        units = settled if settled is not None else filed.get(cell.code)
        history = _history(cell, past[cell.code], certified)
        if units is not None or history:
            found[cell.code] = Previous(units, settled is not None, history)
    return found


def history_of(return_: Return, form: Sequence[Asked]) -> dict[str, list[tuple[Period, Fraction]]]:
    """By indicator code the subject's 核定值 before this period as they were settled, the newest first,
    HISTORY at most; those of a version not comparable are left out. One query."""
    period = Period.parse(return_.cycle.period)
    rows = CertifiedValue.objects.current().filter(
        subject_kind=return_.subject_kind,
        subject_code=return_.park_code,
        indicator__in=[cell.indicator_id for cell in form],
    )
    exact = in_units_of(form, rows.values_list("period", "indicator__code", "indicator_version", "units"))
    found: dict[str, list[tuple[Period, Fraction]]] = {}
    for (code_of_period, code), units in exact.items():
        before = Period.parse(code_of_period)
        if before < period:
            found.setdefault(code, []).append((before.to_date, units))
    return {code: sorted(told, reverse=True)[:HISTORY] for code, told in found.items()}


def _past(period: Period, frequency: str) -> list[Period]:
    """Periods in which an indicator was asked before, oldest first; one more than the history needs."""
    found = [earlier(period, frequency)]
    while len(found) <= HISTORY:
        found.append(earlier(found[-1], frequency))
    return found[::-1]


def _certified(return_: Return, form: Sequence[Asked], periods: set[str]) -> dict[tuple[str, str], Fraction]:
    values = CertifiedValue.objects.current().filter(
        subject_kind=return_.subject_kind,
        subject_code=return_.park_code,
        period__in=periods,
        indicator__in=[cell.indicator_id for cell in form],
    )
    return in_units_of(form, values.values_list("period", "indicator__code", "indicator_version", "units"))


def _filed(return_: Return, form: Sequence[Asked], before: Period) -> dict[str, Fraction]:
    line = ReturnLine.objects.filter(
        version__return_of__cycle__template__series=return_.cycle.template.series,
        version__return_of__cycle__period=before.code,
        version__return_of__park=return_.park_id,
        version=F("version__return_of__filed"),
        subject_kind=return_.subject_kind,
        subject_code=return_.park_code,
    ).first()
    values = line.values if line else {}
    foreign = {c.indicator_id for c in form if c.code in values and c.version.valid_from > before.last_day}
    conversions = Conversions.among(foreign) if foreign else None
    found = {}
    for cell in (cell for cell in form if cell.code in values):
        factor = Fraction(1)
        if cell.indicator_id in foreign:
            version = conversions.on(cell.indicator_id, before.last_day)
            factor = version and conversions.factor(version, cell.version)
        if factor is not None:
            found[cell.code] = values[cell.code] * factor
    return found


def _history(cell: Asked, past: list[Period], certified: dict[tuple[str, str], Fraction]) -> tuple[Fraction, ...]:
    own = []
    for before, period in zip(past, past[1:], strict=False):
        units = certified.get((period.code, cell.code))
        if units is None:
            continue
        if cell.kind == IndicatorKind.FLOW and before.year == period.year:
            so_far = certified.get((before.code, cell.code))
            if so_far is None:
                continue
            units -= so_far
        own.append(units)
    return tuple(own)
