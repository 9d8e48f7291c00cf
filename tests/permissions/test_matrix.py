"""Every route × method × role × own, other's or no object, against matrix/*.yaml, and the whole of every
answer against canaries.yaml."""

import pytest
from django.db import connection

from tests.permissions.asking import table
from tests.permissions.matrix import cells, expectations, paths, routes, sections, ways
from tests.permissions.world import ANONYMOUS, ROLES

pytestmark = pytest.mark.django_db

# section, part, parts: the longest are asked in parts, so that workers share them.
PARTS = {"admin": 4, "pages": 2, "officers": 2, "tasks": 3}
SECTIONS = [
    (section, part, parts)
    for section in sections()
    for parts in (PARTS.get(section, 1),)
    for part in range(parts)
]
# On SQLite each address as it is; with everything that is sent to it, on PostgreSQL.
ON_SQLITE = connection.vendor == "sqlite"
OPEN_TO_ALL = {"healthz", "accounts/sign-in/"}


def test_every_route_is_in_the_file_and_every_entry_is_a_route():
    listed, existing = set(expectations()), routes()
    assert sorted(existing - listed) == [], "routes without a word in matrix/"
    assert sorted(listed - existing) == [], "matrix/ names routes that do not exist"
    assert {each.route for each in ways()} == listed, "routes asked in a further way only"


@pytest.mark.once("postgres")
@pytest.mark.feature("A12", "H2")
@pytest.mark.parametrize(("section", "part", "parts"), SECTIONS)
def test_every_cell_answers_as_the_policy_says(section, part, parts, world, asker, prove_figure):
    expected = [each for each in ways() if each.section == section and (each.is_plain or not ON_SQLITE)][part::parts]
    asked = list(cells(expected, world))
    assert len(asked) >= len(expected) * len(ROLES)
    mismatches = asker.ask(asked)
    assert mismatches == [], table(mismatches)
    prove_figure("cells of the permission matrix, none of them wrong", len(asked))
    prove_figure("answers searched for canaries", len(asked))


@pytest.mark.once("postgres")
def test_other_methods_open_nothing(world):
    """What the file has no word for: nothing opens to a stranger, and nothing breaks for the office."""
    wrong = []
    for each in expectations().values():
        path = next(iter(paths(each, world).values()))
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            stranger = world.answer(ANONYMOUS, method, path).status_code
            if stranger < 300 and each.route not in OPEN_TO_ALL:
                wrong.append(f"{method} {path}: {stranger} for a stranger")
            if not each.route.startswith("admin/") and world.answer("office", method, path).status_code >= 500:
                wrong.append(f"{method} {path}: breaks")
    assert wrong == []
