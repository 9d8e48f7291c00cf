"""A number on a page counts what its reader may see: rows of others make no difference to it."""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.permissions.asking import HTMX
from tests.permissions.canaries import ZIP, parts_of
from tests.permissions.holes import scope_widened
from tests.permissions.matrix import Cell, cells, ways
from tests.permissions.seeds import grow
from tests.permissions.world import SCOPED, World

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# What differs from one answer to the next whatever the rows are.
OF_THE_MOMENT = re.compile(
    rb'(name="csrfmiddlewaretoken" value=|nonce=|"X-CSRFToken": ?|name="seen" value=)"[^"]*"|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\dZ)?'
)


# Shows a new secret each time, of nobody yet.
EVER_NEW = {"accounts/factor/enrol/"}


def read_by(roles: tuple[str, ...], world: World) -> Iterator[Cell]:
    asked = cells(ways(), world)
    return (
        cell
        for cell in asked
        if cell.method == "GET"
        and cell.role in roles
        and cell.status == 200
        and cell.expected.route not in EVER_NEW
    )


def text_of(cell: Cell, world: World) -> bytes:
    with transaction.atomic():
        response = world.answer(cell.role, "GET", cell.path, **(HTMX if cell.expected.asked.htmx else {}))
        body = _content(dict(parts_of(response)))
        transaction.set_rollback(True)
    return OF_THE_MOMENT.sub(rb"\1", body)


def _content(parts: dict[str, bytes]) -> bytes:
    """Of a workbook what is in it, but for the moment at which it was made."""
    if not parts["body"].startswith(ZIP):
        return parts["body"]
    return b"".join(data for part, data in parts.items() if part.startswith("file ") and "docProps" not in part)


def test_what_others_have_more_of_changes_no_page_of_a_scoped_role(world, prove_figure):
    asked = list(read_by(SCOPED, world))
    by_office = list(read_by(("office",), world))
    before = {cell: text_of(cell, world) for cell in asked}
    whole_before = {cell: text_of(cell, world) for cell in by_office}
    with transaction.atomic():
        grow(world)
        differ = [f"{cell}" for cell in asked if text_of(cell, world) != before[cell]]
        grown = {cell.expected.name for cell in by_office if text_of(cell, world) != whole_before[cell]}
        transaction.set_rollback(True)
    assert differ == [], "\n".join(differ)
    assert len(asked) >= 200
    # The rows do count where everything is seen.
    assert grown >= {
        "", "parks/", "returns/", "projects/", "rating/", "jobs/", "dashboard/", "search/ (for a park)",
        "api/v1/parks/", "api/v1/figures/", "api/v1/returns/", "api/v1/assessments/", "accounts/batches/",
    }  # fmt: skip
    prove_figure("pages of scoped roles that other rows leave unchanged", len(asked))


def test_a_number_that_counts_others_is_seen(world, monkeypatch):
    """The hole: with everything visible the same pages do change."""
    listed = {"", "parks/", "returns/", "projects/", "jobs/", "api/v1/parks/", "api/v1/figures/"}
    asked = [cell for cell in read_by(("department",), world) if cell.expected.name in listed]
    scope_widened(monkeypatch)
    before = {cell: text_of(cell, world) for cell in asked}
    grow(world)
    assert {cell.expected.name for cell in asked if text_of(cell, world) != before[cell]} == listed
