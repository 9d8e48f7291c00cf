"""The figures that targets read: of one quarter at every scope, and of all quarters up to it at the targets' own."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

from guandu.core.periods import Period
from targets.enums import Basis, Frequency
from targets.models import Figure
from targets.queries.measures.readings import Reading
from targets.queries.rollup.shifts import OVER_QUARTERS

Scope = tuple[str, str]


class Shelf:
    """Two queries, whatever the number of readings.

    A yearly indicator has figures in the fourth quarter only: before it, the year's before stands, by its own period.
    """

    def __init__(self, quarter: Period, readings: Iterable[Reading]) -> None:
        self.quarter = quarter
        readings = list(readings)
        self._now = self._read_now({pk for reading in readings for pk in reading.indicators})
        self._history = self._read_history(readings)

    def rows(self, indicator: int) -> list[Figure]:
        """The indicator's figures at every scope."""
        return self._now.get(indicator, [])

    def at(self, indicator: int, scope: Scope) -> Figure | None:
        return next((row for row in self.rows(indicator) if (row.scope_kind, row.scope_code) == scope), None)

    def series(self, indicator: int, scope: Scope) -> dict[Period, Figure]:
        """By quarter, up to the shelf's own, in order."""
        return self._history.get((indicator, *scope), {})

    def _read_now(self, indicators: set[int]) -> dict[int, list[Figure]]:
        last = _last_year_end(self.quarter)
        rows = _certified(Q(indicator__in=indicators, period__in=_codes(self.quarter) | _codes(last)))
        found: dict[int, list[Figure]] = {}
        for indicator, of_it in _by(rows.order_by("scope_code"), lambda row: row.indicator_id).items():
            quarter = last if _is_yearly(of_it[0]) else self.quarter
            found[indicator] = _chosen([row for row in of_it if row.period in _codes(quarter)])
        return found

    def _read_history(self, readings: list[Reading]) -> dict[tuple, dict[Period, Figure]]:
        wanted: dict[Scope, set[int]] = {}
        for reading in readings:
            wanted.setdefault(reading.scope, set()).update(reading.indicators)
        if not wanted:
            return {}
        places = [Q(scope_kind=kind, scope_code=code, indicator__in=ids) for (kind, code), ids in wanted.items()]
        rows = _certified(reduce(or_, places))
        found: dict[tuple, dict[Period, Figure]] = {}
        for (key, quarter), of_it in _by(rows, lambda row: (_place(row), _quarter(row))).items():
            if quarter <= self.quarter:
                found.setdefault(key, {})[quarter] = _chosen(of_it)[0]
        return {key: dict(sorted(series.items())) for key, series in found.items()}


def _certified(condition: Q):
    rows = Figure.objects.filter(condition, basis=Basis.CERTIFIED)
    return rows.select_related("indicator", "indicator_version", "denominator_figure__indicator")


def _chosen(rows: list[Figure]) -> list[Figure]:
    """Of one indicator and quarter. At the year's end its own number stands, 年报 where there is one; what is made of
    four quarters counts them in its coverage and not parks."""
    yearly = any(row.of_year and row.indicator.over_time not in OVER_QUARTERS for row in rows)
    return [row for row in rows if row.of_year == yearly]


def _last_year_end(quarter: Period) -> Period:
    return quarter if quarter.last == 12 else Period.quarter(quarter.year - 1, 4)


def _codes(quarter: Period) -> set[str]:
    return {quarter.code, quarter.to_date.code}


def _quarter(row: Figure) -> Period:
    return Period.quarter_of(Period.parse(row.period).last_day)


def _place(row: Figure) -> tuple:
    return (row.indicator_id, row.scope_kind, row.scope_code)


def _is_yearly(row: Figure) -> bool:
    return row.indicator.frequency == Frequency.YEAR


def _by(rows: Iterable[Figure], key) -> dict:
    found: dict = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
