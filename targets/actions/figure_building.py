"""Figures built beside the stored ones and swapped in at once: a park's, a quarter's, or all there are.

What is built lies in a temporary table of this connection, so that nobody sees it, a dead process leaves nothing
behind and memory does not grow with the number of quarters. The swap writes only what differs; rows keep their
ids, so that links to a figure last.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from guandu.core import clock
from guandu.core.bulk_rows import put
from guandu.core.digests import digest_of
from guandu.core.periods import Period
from targets.enums import Basis
from targets.models import Figure, FigureState
from targets.queries.rollup import Inputs, Row, compute, is_any_filed, read_inputs, scopes_with, stands

BUILT = "targets_figure_built"
TABLE = Figure._meta.db_table
KEY = ("indicator_id", "scope_kind", "scope_code", "period", "basis")
STAMPS = ("run", "computed_at")
CONTENT = tuple(
    each.column
    for each in Figure._meta.concrete_fields
    if each.column not in {"id", "denominator_figure_id", *KEY, *STAMPS}
)
WHOLE = ("whole_indicator_id", "whole_kind", "whole_code", "whole_period")
# Columns of a figure that a row calls otherwise.
CALLED = {"base_numerator": "base", "source_id": "value_id"}
MEMBERSHIPS = {f"{name}_code": name for name in ("chain", "street", "area", "department")} | {"park_code": "code"}
SAME_KEY = " AND ".join(f"f.{name} = b.{name}" for name in KEY)


@dataclass(frozen=True)
class Part:
    """What was built of one quarter and basis. `scopes`: only these were; None is the whole quarter.
    `number`: that of the quarter's state before its inputs were read."""

    quarter: Period
    basis: str
    count: int
    content: str
    number: int
    scopes: frozenset[tuple[str, str]] | None = None

    @property
    def periods(self) -> set[str]:
        return {self.quarter.code, self.quarter.to_date.code}


@dataclass
class Building:
    parts: list[Part] = field(default_factory=list)

    def add(self, inputs: Inputs, rows: list[Row], *, number: int, scopes: frozenset[tuple[str, str]] | None = None) -> None:
        """Lay `rows` of one quarter beside the stored figures."""
        columns = _columns(inputs, rows)
        put(BUILT, list(columns), list(columns.values()))
        basis = str(inputs.basis)
        self.parts.append(Part(inputs.quarter, basis, len(rows), _digest(rows), number, scopes))

    def add_nothing(self, quarter: Period, basis: str, number: int) -> None:
        """The quarter has no figures of this basis."""
        self.parts.append(Part(quarter, str(basis), 0, _digest([]), number))

    def leave_out(self, part: Part) -> None:
        """The quarter was stored by somebody else meanwhile: what was built of it is old."""
        self.parts.remove(part)
        marks = ", ".join(["%s"] * len(part.periods))
        _execute(
            f"DELETE FROM {BUILT} WHERE basis = %s AND period IN ({marks})",  # noqa: S608 - names of ours
            [part.basis, *sorted(part.periods)],
        )

    def differs(self) -> bool:
        """Whether anything stored is not as it was built."""
        return any(True for part in self.parts for _ in self.differences(part))

    def differences(self, part: Part) -> Iterator[tuple[dict, dict]]:
        """(stored, built) of each figure of the part that is not as it was built; an absent one is empty."""
        names = ("indicator_id", "scope_kind", "scope_code", "scope_name", "period", *CONTENT)
        shown = ", ".join([*(f"f.{name}" for name in names), *(f"b.{name}" for name in names)])
        found = _select(
            f"SELECT {shown} FROM {BUILT} b LEFT JOIN {TABLE} f ON {SAME_KEY} "  # noqa: S608 - names of ours
            f"WHERE b.basis = %s AND b.period IN ({_marks(part.periods)}) AND (f.id IS NULL OR {_differs()})",
            [part.basis, *sorted(part.periods)],
        )
        for row in found:
            stored, built = row[: len(names)], row[len(names) :]
            yield dict(zip(names, stored, strict=True)) if stored[0] else {}, dict(zip(names, built, strict=True))
        for figure in Figure.objects.filter(pk__in=self.stale(part)).values(*names):
            yield figure, {}

    def swap(self, run: int) -> dict[Part, int]:
        """Make the stored figures of every part equal to what was built, within the caller's transaction; how many
        rows of each changed."""
        gone = {part: self.stale(part) for part in self.parts}
        for figures in gone.values():
            Figure.objects.filter(pk__in=figures).delete()
        written = Counter(_select(_merge(), [run, connection.ops.adapt_datetimefield_value(clock.now())]))
        _execute(_point(), [])
        return {
            part: len(gone[part]) + sum(written[period, part.basis] for period in part.periods) for part in self.parts
        }

    def stale(self, part: Part) -> list[int]:
        """Ids of stored figures in the reach of the part that were not built."""
        reach = Figure.objects.filter(period__in=part.periods, basis=part.basis).values_list(
            "pk", "indicator_id", "scope_kind", "scope_code", "period"
        )
        built = set(
            _select(
                f"SELECT indicator_id, scope_kind, scope_code, period FROM {BUILT} "  # noqa: S608 - names of ours
                f"WHERE basis = %s AND period IN ({_marks(part.periods)})",
                [part.basis, *sorted(part.periods)],
            )
        )
        return [
            pk
            for pk, *key in reach
            if tuple(key) not in built and (part.scopes is None or (key[1], key[2]) in part.scopes)
        ]


def lay_out(built: Building, quarter: Period, parks: Collection[str] = ()) -> None:
    """Compute the quarter and lay its figures beside the stored ones: all of them, or only those of the parks of these
    codes and of what they belong to, unless "" is among them or the register has changed since they were stored.

    初步 figures stand only while something is filed and not confirmed: otherwise they are the 核定 ones.
    """
    number = FigureState.objects.filter(quarter=quarter.code).values_list("number", flat=True).first() or 0
    for basis in Basis:
        if basis == Basis.FILED and not is_any_filed(quarter):
            built.add_nothing(quarter, basis, number)
            continue
        inputs = read_inputs(quarter, basis)
        touched = frozenset(parks) if parks and "" not in parks and stands(inputs, parks) else None
        rows = compute(inputs, touched)
        built.add(inputs, rows, number=number, scopes=touched and frozenset(scopes_with(inputs, touched)))


@contextmanager
def building() -> Iterator[Building]:
    """A place for what is built, empty at first and gone afterwards."""
    _execute(f"DROP TABLE IF EXISTS {BUILT}", [])
    _execute(_create(), [])
    yield Building()
    _execute(f"DROP TABLE IF EXISTS {BUILT}", [])


def _columns(inputs: Inputs, rows: list[Row]) -> dict[str, list[Any]]:
    """Values of the table's columns, each for all rows."""
    definitions = inputs.definitions
    wholes = [row.denominator_key for row in rows]
    found = {
        "indicator_id": [definitions[row.indicator].indicator_id for row in rows],
        "indicator_version_id": [definitions[row.indicator].version_id for row in rows],
        "basis": [str(inputs.basis)] * len(rows),
        "facts": [json.dumps(row.facts) if row.facts else "[]" for row in rows],
        "whole_indicator_id": [definitions[key[0]].indicator_id if key else None for key in wholes],
        "whole_kind": [key[1] if key else None for key in wholes],
        "whole_code": [key[2] if key else None for key in wholes],
        "whole_period": [row.denominator_period if row.denominator_key else None for row in rows],
    }
    for column, name in MEMBERSHIPS.items():
        found[column] = [getattr(row.member, name) if row.member else "" for row in rows]
    for column in (*KEY, *CONTENT):
        if column not in found:
            name = CALLED.get(column, column)
            found[column] = [getattr(row, name) for row in rows]
    return found


def _digest(rows: list[Row]) -> str:
    return digest_of(
        sorted(
            [*row.key, row.period, row.numerator, row.denominator, row.base, row.expected, row.reported] for row in rows
        )
    )


def _create() -> str:
    """The columns of a figure, and by which key its denominator's figure is found."""
    columns = ", ".join([*(f"f.{name}" for name in (*KEY, *CONTENT)), *_like_key()])
    return f"CREATE TEMPORARY TABLE {BUILT} AS SELECT {columns} FROM {TABLE} f WHERE 1 = 0"  # noqa: S608 - names of ours


def _like_key() -> list[str]:
    """The columns of WHOLE, of the same types as the key's."""
    return [f"f.{of} AS {name}" for name, of in zip(WHOLE, KEY, strict=False)]


def _merge() -> str:
    """Inserts and updates what differs; the period and basis of each row that it wrote."""
    columns = (*KEY, *CONTENT)
    new = ", ".join(f"{name} = excluded.{name}" for name in (*CONTENT, *STAMPS))
    return (
        f"INSERT INTO {TABLE} ({', '.join((*columns, *STAMPS))}) "  # noqa: S608 - names of ours
        f"SELECT {', '.join(f'b.{name}' for name in columns)}, %s, %s FROM {BUILT} b LEFT JOIN {TABLE} f ON {SAME_KEY} "
        f"WHERE f.id IS NULL OR {_differs()} "
        f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {new} RETURNING period, basis"
    )


def _point() -> str:
    """Shares point at their denominator's figure, wherever that is one of what was built or stood before."""
    same = " AND ".join(f"{TABLE}.{name} = b.{name}" for name in KEY)
    whole = " AND ".join(f"w.{of} = b.{name}" for name, of in zip(WHOLE, KEY, strict=False))
    return (
        f"UPDATE {TABLE} SET denominator_figure_id = w.id "  # noqa: S608 - names of ours
        f"FROM {BUILT} b LEFT JOIN {TABLE} w ON {whole} AND w.basis = b.basis "
        f"WHERE {same} AND (b.whole_indicator_id IS NOT NULL OR {TABLE}.denominator_figure_id IS NOT NULL) "
        f"AND {TABLE}.denominator_figure_id {_unlike()} w.id"
    )


def _unlike() -> str:
    return "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"


def _differs() -> str:
    """The condition that a stored row `f` is not what was built as `b`."""
    return "(" + " OR ".join(f"f.{name} {_unlike()} b.{name}" for name in CONTENT) + ")"


def _marks(values: Iterable) -> str:
    return ", ".join("%s" for _ in values)


def _execute(statement: str, parameters: list[Any]) -> int:
    """How many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


def _select(statement: str, parameters: list[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
