"""Relations that hold for every quarter: what moves a number moves exactly the numbers above it (P-03, a to k).

Drawn by hypothesis in the suite; `make prove` goes through a thousand quarters, every relation on each.
"""

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from targets.queries.rollup.compute import compute
from targets.queries.rollup.inputs import Inputs, Leaf, Member
from targets.queries.rollup.rows import Row
from tests.targets.quarters import defined, inputs
from tests.targets.test_rollup_compute import DEFINITIONS

CELLS = ("REV", "REV_LEAD", "TAX", "FIRMS")
COLUMNS = {"chain": "chain", "street": "street", "area": "area", "department": "department"}
ADDED = {
    *CELLS, "LEAD_RATIO", "TAX_SHARE", "PARKS_100", "PER", "MEAN", "GREW", "ALONE", "EVERY",
}  # fmt: skip
OWN = tuple(
    defined(code, kind, scale, formula=formula)
    for code, kind, scale, formula in (
        ("PER", "formula", 3, {"op": "formula", "num": "0.5*(REV + TAX) - REV_LEAD", "den": "REV + 2*TAX"}),
        ("MEAN", "average", 0, {"op": "average", "of": "FIRMS"}),
        ("GREW", "growth", 2, {"op": "growth", "of": "REV", "base": "year_before"}),
        ("ALONE", "single", 2, {"op": "single", "of": "TAX"}),
        ("EVERY", "all_of", 0, {"op": "all_of", "of": "LEAD_RATIO", "at_least": "50"}),
    )
)
ALL = (*DEFINITIONS.values(), *OWN)
SUMMED = {"REV", "REV_LEAD", "TAX", "FIRMS"}
Rows = dict[tuple, Row]


def quarter(seed: int) -> Inputs:
    """Up to 12 parks, some without places; a third of the cells silent; last year and last quarter beside it."""
    draw = random.Random(seed)
    members = [_member(draw, number) for number in range(draw.randint(1, 12))]
    rosters = {m.code: frozenset(draw.choice([("F1",), ("F1", "F2")])) for m in members if draw.random() < 0.8}
    last_year = inputs("2025Q3", ALL, _leaves(draw, members), members)
    last = inputs("2026Q2", ALL, _leaves(draw, members), members, rosters=rosters)
    leaves = _leaves(draw, members)
    leaves += [Leaf("D_TAX", "", draw.randrange(2**60), None, 1, 1, 1)] if draw.random() < 0.5 else []
    return inputs("2026Q3", ALL, leaves, members, earlier=[last_year, last], rosters=rosters)


def _member(draw: random.Random, number: int) -> Member:
    places = {name: draw.choice(["", f"{name}-1", f"{name}-2"]) for name in COLUMNS}
    return Member(f"P{number}", f"园{number}", **places)


def _leaves(draw: random.Random, members: list[Member]) -> list[Leaf]:
    return [
        Leaf(
            cell, m.code, draw.choice([0, 1, draw.randrange(2**45)]), draw.choice([None, 5]), 1, 1, 1, scope=("park", m.code)
        )  # fmt: skip
        for m in members
        for cell in CELLS
        if draw.random() < 0.67
    ]


def computed(data: Inputs) -> Rows:
    found = compute(data)
    rows = {row.key: row for row in found}
    assert len(rows) == len(found)
    return rows


def numbers(row: Row | None) -> tuple[int, int, int, int]:
    if row is None:
        return 0, 0, 0, 0
    return row.numerator or 0, row.denominator or 0, row.expected, row.reported


def parks_are_the_district(data: Inputs) -> None:
    """(a)"""
    rows = computed(data)
    for code in ADDED:
        parks = [numbers(row) for key, row in rows.items() if key[:2] == (code, "park")]
        assert numbers(rows[code, "district", ""]) == tuple(map(sum, zip(*parks, strict=True)))


def every_split_is_whole(data: Inputs) -> None:
    """(b): those inside, those outside and those without a place."""
    rows = computed(data)
    for code in ADDED:
        for kind, column in COLUMNS.items():
            scopes = [numbers(row) for key, row in rows.items() if key[:2] == (code, kind)]
            parks = [row for key, row in rows.items() if key[:2] == (code, "park")]
            unset = [numbers(row) for row in parks if not getattr(row.member, column)]
            told = tuple(map(sum, zip((0, 0, 0, 0), *scopes, *unset, strict=True)))
            assert numbers(rows[code, "district", ""]) == told, (code, kind)


def order_does_not_matter(data: Inputs) -> None:
    """(c)"""
    draw = random.Random(len(data.leaves))
    leaves, members = data.leaves[:], list(data.members.values())
    draw.shuffle(leaves)
    draw.shuffle(members)
    assert computed(replace(data, leaves=leaves, members={m.code: m for m in members})) == computed(data)


def a_park_in_two_halves_is_the_same(data: Inputs) -> None:
    """(d), in the numbers that add up."""
    park = next(iter(data.members.values()))
    halves = replace(park, code=f"{park.code}-1"), replace(park, code=f"{park.code}-2")
    leaves = [half for leaf in data.leaves for half in (_halves(leaf, halves) if leaf.park == park.code else [leaf])]
    members = {m.code: m for m in (*halves, *data.members.values()) if m.code != park.code}
    whole, split = computed(data), computed(replace(data, members=members, leaves=leaves))
    for key, row in whole.items():
        if key[0] in SUMMED and key[1] != "park":
            assert numbers(split[key])[:2] == numbers(row)[:2], key


def _halves(leaf: Leaf, parks: tuple[Member, Member]) -> list[Leaf]:
    first = leaf.units // 3
    return [
        replace(leaf, park=park.code, units=units, scope=("park", park.code))
        for park, units in zip(parks, (first, leaf.units - first), strict=True)
    ]


def a_park_of_zeros_counts_and_adds_nothing(data: Inputs) -> None:
    """(e)"""
    park = Member("P-NEW", "新园", chain="chain-1")
    leaves = data.leaves + [Leaf(cell, park.code, 0, None, 1, 1, 1, scope=("park", park.code)) for cell in CELLS]
    before = computed(data)
    after = computed(replace(data, members=data.members | {park.code: park}, leaves=leaves))
    for cell in CELLS:
        amount, _, expected, reported = numbers(before[cell, "district", ""])
        assert numbers(after[cell, "district", ""]) == (amount, 0, expected + 1, reported + 1)
        assert after[cell, "district", ""].numerator is not None


def a_scale_moves_sums_and_no_ratio(data: Inputs, times: int = 7) -> None:
    """(f)"""
    before, after = computed(data), computed(_scaled(data, times))
    for key, row in before.items():
        if key[0] in SUMMED:
            assert after[key].numerator == (None if row.numerator is None else row.numerator * times), key
        if key[0] in {"LEAD_RATIO", "PER", "GREW"} and row.denominator:
            assert Fraction(after[key].numerator, after[key].denominator) == Fraction(row.numerator, row.denominator)


def _scaled(data: Inputs, times: int) -> Inputs:
    leaves = [
        replace(leaf, units=leaf.units * times, base=None if leaf.base is None else leaf.base * times)
        for leaf in data.leaves
    ]
    return replace(data, leaves=leaves, earlier={code: _scaled(each, times) for code, each in data.earlier.items()})


def a_change_reaches_exactly_what_is_above(data: Inputs, up: int = 1000) -> None:
    """(g) and (i): every ancestor by as much, nothing else; and the touched part in place of the old is the whole."""
    chosen = next((leaf for leaf in data.leaves if leaf.indicator == "REV" and leaf.park), None)
    if chosen is None:
        return
    leaves = [replace(leaf, units=leaf.units + up) if leaf is chosen else leaf for leaf in data.leaves]
    raised = replace(data, leaves=leaves)
    before, after = computed(data), computed(raised)
    member = data.members[chosen.park]
    above = {("park", member.code), ("district", "")} | {(kind, getattr(member, c)) for kind, c in COLUMNS.items()}
    for key, row in before.items():
        if key[0] == "REV":
            assert (after[key].numerator or 0) - (row.numerator or 0) == (up if key[1:] in above else 0)
        if key[1:] not in above or key[0] in {"TAX", "FIRMS", "REV_LEAD", "ALONE", "MEAN", "TAX_SHARE", "D_TAX"}:
            assert after[key] == row
    part = {row.key: row for row in compute(raised, frozenset({member.code}))}
    assert before | part == after


def twice_is_once(data: Inputs) -> None:
    """(h)"""
    assert compute(data) == compute(data)


def last_year_moves_growth_alone(data: Inputs) -> None:
    """(j)"""
    then = data.earlier["2025Q3"]
    restated = replace(then, leaves=[replace(leaf, units=leaf.units * 2 + 1) for leaf in then.leaves])
    after = computed(replace(data, earlier={**data.earlier, "2025Q3": restated}))
    changed = {key[0] for key, row in computed(data).items() if after[key] != row}
    assert changed <= {"GREW"}


def chunks_are_the_whole(data: Inputs) -> None:
    """(k): values that came in any parts, in any order."""
    draw = random.Random(len(data.members))
    chunks = [data.leaves[start : start + 3] for start in range(0, len(data.leaves), 3)]
    draw.shuffle(chunks)
    assert computed(replace(data, leaves=[leaf for chunk in chunks for leaf in chunk])) == computed(data)


RELATIONS = (
    parks_are_the_district, every_split_is_whole, order_does_not_matter, a_park_in_two_halves_is_the_same,
    a_park_of_zeros_counts_and_adds_nothing, a_scale_moves_sums_and_no_ratio, a_change_reaches_exactly_what_is_above,
    twice_is_once, last_year_moves_growth_alone, chunks_are_the_whole,
)  # fmt: skip


@pytest.mark.once
@pytest.mark.feature("C2", "C7")
@pytest.mark.parametrize("relation", RELATIONS, ids=lambda each: each.__name__)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_relation_holds(relation, seed):
    relation(quarter(seed))


@pytest.mark.once
@pytest.mark.feature("C2")
@settings(max_examples=20, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 10**12), st.integers(1, 10**12)), min_size=1, max_size=9), seed=st.integers(0, 99))
def test_a_ratio_of_any_tree_in_any_order_is_sum_over_sum_exactly(pairs, seed):
    draw = random.Random(seed)
    members = [_member(draw, number) for number in range(len(pairs))]
    leaves = [
        Leaf(code, m.code, units, None, 1, 1, 1, scope=("park", m.code))
        for m, pair in zip(members, pairs, strict=True)
        for code, units in zip(("REV_LEAD", "REV"), pair, strict=True)
    ]
    draw.shuffle(leaves)
    rows = computed(inputs("2026Q3", ALL, leaves, members))
    for kind, column in {**COLUMNS, "district": ""}.items():
        for code in {getattr(m, column) if column else "" for m in members} - ({""} if column else set()):
            inside = [p for m, p in zip(members, pairs, strict=True) if not column or getattr(m, column) == code]
            row = rows["LEAD_RATIO", kind, code]
            assert Fraction(row.numerator, row.denominator) == Fraction(sum(p[0] for p in inside), sum(p[1] for p in inside))


@pytest.mark.prove
def test_a_thousand_quarters_hold_every_relation(prove_figure):
    for seed in range(1000):
        for relation in RELATIONS:
            relation(quarter(seed))
    prove_figure("roll-up relations on drawn quarters", 1000 * len(RELATIONS))
    prove_figure("roll-up relations that did not hold", 0)
