"""Every route × method × role × own, other's or no object, against matrix/*.yaml, and the whole of every
answer against canaries.yaml.

Who is refused whatever the object is asked over his own in the suite, and over a third of the others; over all
of them in the long run.
"""

import zlib
from collections.abc import Callable

import pytest
from django.db import connection

from tests.permissions.asking import Asker, table
from tests.permissions.matrix import NOBODY_KNOWN, Cell, cells, expectations, paths, routes, sections, ways
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
    ask_section(section, part, parts, asker, prove_figure, wanted=is_asked_each_time)


@pytest.mark.prove
@pytest.mark.once("postgres")
@pytest.mark.parametrize(("section", "part", "parts"), SECTIONS)
def test_and_so_does_every_other_cell(section, part, parts, world, asker, prove_figure):
    ask_section(section, part, parts, asker, prove_figure, wanted=lambda cell: not is_asked_each_time(cell))


def is_asked_each_time(cell: Cell) -> bool:
    alike = {statuses[cell.role] for statuses in cell.expected.methods[cell.method].values()} == {cell.status}
    refused = cell.role in NOBODY_KNOWN or cell.status in {401, 403, 405}
    if cell.case in {"any", "own"} or not (alike and refused):
        return True
    return zlib.crc32(f"{cell.expected.name} {cell.method} {cell.role} {cell.case}".encode()) % 3 == 0


def ask_section(
    section: str, part: int, parts: int, asker: Asker, prove_figure, *, wanted: Callable[[Cell], bool]
) -> None:
    expected = [each for each in ways() if each.section == section and (each.is_plain or not ON_SQLITE)][part::parts]
    every = list(cells(expected, asker.world))
    assert len(every) >= len(expected) * len(ROLES)
    asked = [cell for cell in every if wanted(cell)]
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
