"""Which cells a reader from outside may not have: those that stand on few firms, and as many others as it takes
that no subtraction over everything he can get brings one back. No database, no clock; exact.

A quantity is one number of the world, however often it is shown: in revisions that left it alone, as the term of a
ratio, beside today's figure. What is known about quantities are identities (a scope is the sum of its parks, a year
the sum of its quarters). With the shown quantities given, a hidden one can be worked out just where some combination
of the identities names it and no other hidden one. Ranks are taken over a large prime.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import NamedTuple

from guandu.core.periods import Period

FEWEST_FIRMS = 3
PRIME = 2**61 - 1
PARK, DISTRICT = "park", "district"


class Quantity(NamedTuple):
    """The amount, a whole number of some unit that all share, is part of it: a corrected number is another."""

    indicator: str
    scope_kind: str
    scope_code: str
    period: str
    amount: int


@dataclass(frozen=True)
class Cell:
    """One row that is offered: which table it stands in (they are ordered as they came), and the quantities that it
    tells. `scopes` are those that a park's number is added to; `firms` None is not known."""

    key: Hashable
    table: Hashable
    indicator: str
    scope_kind: str
    scope_code: str
    period: str
    terms: tuple[Quantity, ...]
    firms: int | None
    scopes: frozenset[tuple[str, str]] = frozenset()
    # What counts parks, and not what firms told.
    is_open: bool = False

    @property
    def is_small(self) -> bool:
        return bool(self.terms) and not self.is_open and (self.firms is None or self.firms < FEWEST_FIRMS)

    @property
    def own(self) -> Iterator[Quantity]:
        """Of its terms those about its own scope: a share's whole is everybody's."""
        return (term for term in self.terms if (term.scope_kind, term.scope_code) == (self.scope_kind, self.scope_code))


@dataclass
class System:
    """Identities between quantities: each a sum with whole factors that is zero."""

    identities: list[dict[Quantity, int]] = field(default_factory=list)

    def holds(self, whole: Quantity, parts: Sequence[Quantity]) -> None:
        """Note that `whole` is the sum of `parts`, where it is."""
        if not parts or whole.amount != sum(part.amount for part in parts):
            return
        found: dict[Quantity, int] = defaultdict(int)
        found[whole] += 1
        for part in parts:
            found[part] -= 1
        kept = {quantity: factor for quantity, factor in found.items() if factor}
        if kept:
            self.identities.append(kept)

    def moved_alike(self, before: Quantity, after: Quantity, other_before: Quantity, other_after: Quantity) -> None:
        """Note that two periods were corrected by the same, where they were: what lies between them was not."""
        if after.amount - before.amount == other_after.amount - other_before.amount != 0:
            self.identities.append({after: 1, before: -1, other_after: -1, other_before: 1})


def withheld(cells: Sequence[Cell]) -> set[Hashable]:
    """Keys of the cells that are not given away."""
    small = {quantity for cell in cells if cell.is_small for quantity in cell.own}
    if not small:
        return {cell.key for cell in cells if cell.is_small}
    hidden = closed(small, known_identities(cells))
    return {cell.key for cell in cells if cell.is_small or not hidden.isdisjoint(cell.terms)}


def known_identities(cells: Sequence[Cell]) -> list[dict[Quantity, int]]:
    """Everything that adds up, each once, in an order that is not the cells'."""
    system = System()
    tables: dict[tuple, list[Cell]] = defaultdict(list)
    for cell in cells:
        tables[cell.table, cell.indicator, cell.period].append(cell)
    for rows in tables.values():
        _sum_over_scopes(system, rows)
    _sum_over_time(system, cells)
    once = {tuple(sorted(identity.items())) for identity in system.identities}
    return [dict(identity) for identity in sorted(once)]


def closed(small: Iterable[Quantity], identities: Sequence[Mapping[Quantity, int]]) -> set[Quantity]:
    """`small` and the fewest others found that leave none of them, and none of these, to be worked out."""
    hidden = set(small)
    for component in _components(identities):
        inside = {quantity for identity in component for quantity in identity}
        if not hidden.isdisjoint(inside):
            hidden |= _closed_in(component, hidden & inside)
    return hidden


def recovered(hidden: Iterable[Quantity], identities: Sequence[Mapping[Quantity, int]]) -> dict[Quantity, set[Quantity]]:
    """The hidden quantities that can be worked out, each with the shown ones that it is worked out of."""
    concealed, found = set(hidden), {}
    for pivot, row in _reduced(concealed, identities).items():
        if concealed.isdisjoint(row.keys() - {pivot}):
            found[pivot] = row.keys() - {pivot}
    return found


def _closed_in(component: Sequence[Mapping[Quantity, int]], small: set[Quantity]) -> set[Quantity]:
    hidden = set(small)
    while found := recovered(hidden, component):
        # A number that the identities alone fix, such as a sum of nothing, cannot be kept.
        open_ones = [found[quantity] for quantity in sorted(found) if found[quantity]]
        if not open_ones:
            break
        more: set[Quantity] = set()
        for shown in open_ones:
            if more.isdisjoint(shown):
                more.add(min(shown, key=_least))
        hidden |= more
    return _thinned(component, small, hidden)


def _thinned(component: Sequence[Mapping[Quantity, int]], small: set[Quantity], hidden: set[Quantity]) -> set[Quantity]:
    """Without those that later ones made needless; the largest is shown again first."""
    for quantity in sorted(hidden - small, key=_least, reverse=True):
        if not any(recovered(hidden - {quantity}, component).values()):
            hidden = hidden - {quantity}
    return hidden


def _least(quantity: Quantity) -> tuple:
    return quantity.amount == 0, abs(quantity.amount), quantity


def _reduced(hidden: set[Quantity], identities: Sequence[Mapping[Quantity, int]]) -> dict[Quantity, dict[Quantity, int]]:
    """The identities solved for hidden quantities: each leads one row and stands in no other."""
    rows: dict[Quantity, dict[Quantity, int]] = {}
    for identity in identities:
        row = {quantity: factor % PRIME for quantity, factor in identity.items()}
        for pivot, solved in rows.items():
            _take(row, solved, row.get(pivot, 0))
        pivot = min((quantity for quantity in row if quantity in hidden), default=None)
        if pivot is None:
            continue
        inverse = pow(row[pivot], -1, PRIME)
        row = {quantity: factor * inverse % PRIME for quantity, factor in row.items()}
        for solved in rows.values():
            _take(solved, row, solved.get(pivot, 0))
        rows[pivot] = row
    return rows


def _take(row: dict[Quantity, int], other: Mapping[Quantity, int], factor: int) -> None:
    if not factor:
        return
    for quantity, each in other.items():
        left = (row.get(quantity, 0) - factor * each) % PRIME
        if left:
            row[quantity] = left
        else:
            row.pop(quantity, None)


def _components(identities: Sequence[Mapping[Quantity, int]]) -> list[list[Mapping[Quantity, int]]]:
    """The identities in groups that share no quantity, in a fixed order."""
    leader: dict[Quantity, Quantity] = {}

    def find(quantity: Quantity) -> Quantity:
        leader.setdefault(quantity, quantity)
        while leader[quantity] != quantity:
            leader[quantity] = leader[leader[quantity]]
            quantity = leader[quantity]
        return quantity

    for identity in identities:
        first, *others = identity
        for other in others:
            leader[find(other)] = find(first)
    groups: dict[Quantity, list[Mapping[Quantity, int]]] = defaultdict(list)
    for identity in identities:
        groups[find(next(iter(identity)))].append(identity)
    return list(groups.values())


def _sum_over_scopes(system: System, rows: Sequence[Cell]) -> None:
    """A scope of its parks, and the district of its chains, its streets …, for every term that the rows have."""
    for place in range(max(len(row.terms) for row in rows)):
        told = [(row, row.terms[place]) for row in rows if len(row.terms) > place]
        parks = [(row, term) for row, term in told if row.scope_kind == PARK]
        for row, term in told:
            if row.scope_kind != PARK:
                system.holds(term, [part for park, part in parks if (row.scope_kind, row.scope_code) in park.scopes])
            if row.scope_kind == DISTRICT:
                for kind in sorted({each.scope_kind for each, _ in told} - {PARK, DISTRICT}):
                    system.holds(term, [part for each, part in told if each.scope_kind == kind])


def _sum_over_time(system: System, cells: Sequence[Cell]) -> None:
    """A longer period of two shorter ones, and of its quarters: as they stood together after each table."""
    series: dict[tuple, dict[Hashable, dict[Period, Quantity]]] = defaultdict(lambda: defaultdict(dict))
    for cell in cells:
        for place, term in enumerate(cell.terms):
            tables = series[cell.indicator, place, cell.scope_kind, cell.scope_code]
            tables[cell.table][Period.parse(cell.period)] = term
    for tables in series.values():
        _through_time(system, [tables[table] for table in sorted(tables)])


def _through_time(system: System, tables: Sequence[Mapping[Period, Quantity]]) -> None:
    standing: dict[Period, Quantity] = {}
    told: dict[Period, list[Quantity]] = defaultdict(list)
    for table in tables:
        standing |= table
        for period, quantity in table.items():
            if quantity not in told[period]:
                told[period].append(quantity)
        for whole in standing:
            _parts_of_period(system, whole, standing)
    _corrections(system, list(told.values()))


def _parts_of_period(system: System, whole: Period, standing: Mapping[Period, Quantity]) -> None:
    for first in standing:
        if first.year == whole.year and first.first == whole.first and first.last < whole.last:
            rest = standing.get(Period(whole.year, first.last + 1, whole.last))
            if rest:
                system.holds(standing[whole], [standing[first], rest])
    months = range(whole.first, whole.last, 3)
    quarters = [Period(whole.year, month, month + 2) for month in months if (whole.last - whole.first) % 3 == 2]
    if len(quarters) > 2 and all(quarter in standing for quarter in quarters):
        system.holds(standing[whole], [standing[quarter] for quarter in quarters])


def _corrections(system: System, periods: Sequence[list[Quantity]]) -> None:
    for one, other in combinations([told for told in periods if len(told) > 1], 2):
        for (before, after), pair in product(combinations(one, 2), combinations(other, 2)):
            system.moved_alike(before, after, *pair)
