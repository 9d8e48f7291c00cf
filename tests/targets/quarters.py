"""Quarters in memory, for tests of the arithmetic: definitions, parks and values in a line each."""

from dataclasses import replace

from guandu.core.periods import Period
from targets.queries.rollup.compute import Row, compute
from targets.queries.rollup.inputs import Definition, Inputs, Leaf, Member

A = Member("P-A", "甲园", chain="DIG", chain_name="数字经济", street="S1", street_name="关上")
B = Member("P-B", "乙园", chain="DIG", chain_name="数字经济", street="S2", street_name="太和")
C = Member("P-C", "丙园", chain="HQ", chain_name="总部经济", street="S1", street_name="关上")
PARKS = (A, B, C)


def defined(code: str, kind: str, scale: int = 0, level: str = "park", number: int = 0, **values) -> Definition:
    """`formula` and the rules of adding up by keyword; `number` tells versions of one indicator apart."""
    formula = values.pop("formula", {})
    return Definition(code, kind, level, 1, number, scale, formula, **values)


def leaf(indicator: str, park: str, units: int, base: int | None = None, **values) -> Leaf:
    """A certified value of a park; of the district where `park` is empty."""
    scope = ("park", park) if park else ("district", "")
    return Leaf(indicator, park, units, base, 1, 1, 1, scope=scope, **values)


def inputs(
    period: str, definitions, leaves=(), members=PARKS, earlier=(), flash=None, rosters=None, **values
) -> Inputs:
    """`earlier` are Inputs of other quarters."""
    return Inputs(
        Period.parse(period), {d.code: d for d in definitions}, {m.code: m for m in members}, list(leaves),
        earlier={each.quarter.code: each for each in earlier}, flash=flash, rosters=rosters or {}, **values,
    )  # fmt: skip


def rows_of(*args, **values) -> dict[tuple, Row]:
    """Computed rows by indicator, scope kind and code; those of the year apart, by `year_of`."""
    return {row.key: row for row in compute(inputs(*args, **values)) if not row.of_year}


def year_of(*args, **values) -> dict[tuple, Row]:
    return {row.key: row for row in compute(inputs(*args, **values)) if row.of_year}


def moved(member: Member, **places) -> Member:
    return replace(member, **places)
