"""A dangerous act asks for the password again when the last one is old, and no other does."""

import pytest
from django.db import transaction

from tests.permissions.asking import HTMX, Asker
from tests.permissions.holes import recency_dropped
from tests.permissions.matrix import Cell, cells, ways
from tests.permissions.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.once]

CONFIRM = "/accounts/confirm/"
# By hand: what gives or takes a right, an account, a password, changes the rules of signing in, or takes
# the trail out of the house.
ASKED_AGAIN = {
    "accounts/policy/": {"GET", "POST"},
    "accounts/protection/<username>/reset-factor/": {"POST"},
    "accounts/protection/<username>/unlock/": {"POST"},
    "accounts/operators/<pk>/reset/": {"POST"},
    "accounts/batches/<pk>/open/": {"POST"},
    "accounts/batches/<pk>/reissue/": {"POST"},
    "accounts/batches/<pk>/grant/": {"POST"},
    "accounts/duties/<pk>/seat/": {"POST"},
    "accounts/handover/new/": {"GET", "POST"},
    "admin/accounts/user/<object_id>/give-grant/": {"GET", "POST"},
    "admin/accounts/user/<object_id>/reset-password/": {"GET", "POST"},
    "admin/accounts/user/<object_id>/switch-active/": {"GET", "POST"},
    "admin/accounts/grant/<object_id>/revoke/": {"GET", "POST"},
    "admin/accounts/grant/<object_id>/seat/": {"GET", "POST"},
    "audit/events/export/": {"POST"},
}
# The package asks in its own way before it shows the secret of a generator or recovery codes.
BY_PACKAGE = {"accounts/factor/enrol/": {"GET", "POST"}, "accounts/factor/codes/renew/": {"GET", "POST"}}
# The page that asks, whose way by code leads whoever has none to the way by password.
ASKS = "accounts/confirm/"


@pytest.fixture(scope="module")
def long_ago(world: World) -> World:
    return world.long_signed_in()


def let_in(world: World) -> list[Cell]:
    """Each route and method in each way, as whoever has success there."""
    found = {}
    for cell in cells(ways(), world):
        if cell.role == cell.filler and cell.status < 400 and not cell.expected.route.startswith(ASKS):
            found.setdefault((cell.method, cell.expected.name), cell)
    return list(found.values())


def is_asked_again(cell: Cell, asker: Asker, long_ago: World) -> bool:
    body = asker.body_of(cell)
    with transaction.atomic():
        headers = HTMX if cell.expected.asked.htmx else {}
        location = long_ago.answer(cell.role, cell.method, cell.path, body, **headers).get("Location", "")
        transaction.set_rollback(True)
    return location.startswith(CONFIRM)


def test_who_is_asked_again_is_as_written_here(world, asker, long_ago):
    asked, asked_again = let_in(world), ASKED_AGAIN | BY_PACKAGE
    wrong = [
        f"{cell}: {'asked' if again else 'not asked'}"
        for cell in asked
        if (again := is_asked_again(cell, asker, long_ago))
        != (cell.method in asked_again.get(cell.expected.route, ()))
    ]
    assert wrong == [], "\n".join(wrong)
    assert len(asked) >= 200


def test_a_password_of_long_ago_that_is_good_enough_is_seen(
    world, asker, long_ago, monkeypatch, prove_figure
):
    """The hole, on every route that asks."""
    seeded = [cell for cell in let_in(world) if cell.method in ASKED_AGAIN.get(cell.expected.route, ())]
    recency_dropped(monkeypatch)
    still = [f"{cell}" for cell in seeded if is_asked_again(cell, asker, long_ago)]
    assert still == [], "\n".join(still)
    prove_figure("seeded holes of recency caught", f"{len(seeded)}/{len(seeded)}")
