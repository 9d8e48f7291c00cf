"""Every route × method × role × own, other's or no object, against matrix.yaml."""

import pytest

from tests.permissions.matrix import METHODS, ask, cells, expectations, routes, table
from tests.permissions.world import ROLES

pytestmark = pytest.mark.django_db

SECTIONS = ("pages", "returns", "api", "admin")


def test_every_route_is_in_the_file_and_every_entry_is_a_route():
    listed, existing = set(expectations()), routes()
    assert sorted(existing - listed) == [], "routes without a word in matrix.yaml"
    assert sorted(listed - existing) == [], "matrix.yaml names routes that do not exist"


def test_every_section_is_asked():
    assert {each.section for each in expectations().values()} == set(SECTIONS)


@pytest.mark.feature("A12", "H2")
@pytest.mark.parametrize("section", SECTIONS)
def test_every_cell_answers_as_the_policy_says(section, world):
    expected = [each for each in expectations().values() if each.section == section]
    asked = list(cells(expected, world))
    assert len(asked) >= len(expected) * len(METHODS) * len(ROLES)
    mismatches = ask(asked, world)
    assert mismatches == [], table(mismatches)
