"""Generated quarters against an oracle of plain loops: a short run in the suite, a long one by `make prove`."""

import random

import pytest

from targets.queries.rollup.compute import compute
from targets.queries.rollup.inputs import Inputs, Leaf, Member
from tests.targets.test_rollup_compute import DEFINITIONS, Q3

CELLS = ("REV", "REV_LEAD", "TAX", "FIRMS")
SCOPES = {"chain": "chain", "street": "street", "area": "area", "department": "department"}


def drawn(seed: int) -> Inputs:
    """A quarter of up to 30 parks, some without places, a third of the cells silent."""
    draw = random.Random(seed)
    members = {}
    for number in range(draw.randint(0, 30)):
        places = {name: draw.choice(["", f"{name}-1", f"{name}-2"]) for name in SCOPES}
        members[f"P{number}"] = Member(f"P{number}", f"园{number}", **places)
    leaves = [
        Leaf(cell, code, draw.choice([0, 1, draw.randrange(2**55)]), draw.choice([None, 5]), 1, 1, 1)
        for code in members
        for cell in CELLS
        if draw.random() < 0.67
    ]
    if draw.random() < 0.5:
        leaves.append(Leaf("D_TAX", "", draw.randrange(2**60), None, 1, 1, 1))
    return Inputs(Q3, DEFINITIONS, members, leaves)


def check(inputs: Inputs) -> None:
    rows = {row.key: row for row in compute(inputs)}
    values = {(leaf.indicator, leaf.park): leaf.units for leaf in inputs.leaves}
    scopes = [("district", "", list(inputs.members))] if inputs.members else []
    for kind, column in SCOPES.items():
        for code in {getattr(m, column) for m in inputs.members.values()} - {""}:
            inside = [m.code for m in inputs.members.values() if getattr(m, column) == code]
            scopes.append((kind, code, inside))
    for kind, code, parks in scopes:
        for cell in CELLS:
            known = [values[cell, park] for park in parks if (cell, park) in values]
            row = rows[cell, kind, code]
            assert row.numerator == (sum(known) if known else None)
            assert (row.expected, row.reported) == (len(parks), len(known))
        both = [p for p in parks if ("REV_LEAD", p) in values and values.get(("REV", p))]
        ratio = rows["LEAD_RATIO", kind, code]
        assert ratio.reported == len(both)
        assert ratio.numerator == (sum(values["REV_LEAD", p] for p in both) if both else None)
        assert ratio.denominator == (sum(values["REV", p] for p in both) if both else None)
        assert rows[rows["TAX_SHARE", kind, code].denominator_key].numerator == values.get(("D_TAX", ""))
        assert rows["TAX_SHARE", kind, code].numerator == rows["TAX", kind, code].numerator


@pytest.mark.once
@pytest.mark.parametrize("seed", range(20))
def test_every_scope_equals_the_plain_sums(seed):
    check(drawn(seed))


@pytest.mark.prove
def test_thousands_of_quarters_equal_the_plain_sums():
    for seed in range(100, 3100):
        check(drawn(seed))
