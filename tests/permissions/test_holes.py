"""Does the matrix see holes? One is made at a time, on one route, and the cells of that route must turn red.

holes.yaml says by hand on which routes a hole of a kind is none; the long run holds it to that.
"""

from collections.abc import Mapping

import pytest

from guandu.accounts.models import User
from tests.permissions import holes
from tests.permissions.asking import Asker
from tests.permissions.holes import Seed, blind, cells_by_route
from tests.permissions.matrix import Cell

pytestmark = [pytest.mark.django_db, pytest.mark.once]

EVERYWHERE = {
    "scope": (holes.scope_widened, holes.tells_of_scope),
    "permission": (holes.permission_dropped, holes.tells_of_permission),
}
# Ask themselves whether the account is active.
ASK_AGAIN = ("api/", "admin/")
OF_ONE_ACT = {"state": holes.STATES, "stale": holes.STALE}


def missed(asker: Asker, seeded: Mapping[str, list[Cell]], seed_of: Mapping[str, Seed]) -> list[str]:
    """The routes on which a hole was made and nothing turned red."""
    unseen = []
    for route, asked in seeded.items():
        with pytest.MonkeyPatch.context() as patch:
            seed_of[route](patch)
            if asker.first_mismatch(asked) is None:
                unseen.append(route)
    return unseen


@pytest.mark.parametrize("kind", EVERYWHERE)
def test_a_hole_is_seen_on_every_route_that_can_have_it(kind, world, asker, prove_figure):
    seed, telling = EVERYWHERE[kind]
    none_there = blind(kind)
    seeded = {
        route: asked for route, asked in cells_by_route(world, telling).items() if route not in none_there
    }
    assert missed(asker, seeded, dict.fromkeys(seeded, seed)) == []
    prove_figure(f"seeded holes of {kind} caught", f"{len(seeded)}/{len(seeded)}")


@pytest.mark.parametrize("kind", OF_ONE_ACT)
def test_a_guard_that_is_left_out_is_seen(kind, world, asker, prove_figure):
    seeds = OF_ONE_ACT[kind]
    by_route = cells_by_route(world, holes.tells_of_state)
    seeded = {route: by_route[route] for route in seeds}
    assert missed(asker, seeded, seeds) == []
    prove_figure(f"seeded holes of {kind} caught", f"{len(seeded)}/{len(seeded)}")


def test_of_every_route_it_is_said_whether_it_guards_a_state(world):
    """Every POST that succeeds for somebody has a state guard to leave out, or a reason why there is none."""
    posted = {
        route
        for route, asked in cells_by_route(world, holes.tells_of_state).items()
        if any(cell.method == "POST" and cell.status < 400 and cell.role == cell.filler for cell in asked)
    }
    said = set(holes.STATES) | set(blind("state"))
    assert sorted(posted - said) == [], "\n".join(sorted(posted - said))
    assert sorted(set(holes.STATES) & set(blind("state"))) == []


@pytest.mark.prove
@pytest.mark.parametrize("kind", EVERYWHERE)
def test_where_it_is_said_that_there_is_none_there_is_none(kind, world, asker, prove_figure):
    """A route that turns red belongs to the others."""
    seed, telling = EVERYWHERE[kind]
    none_there = blind(kind)
    asked = {route: cells for route, cells in cells_by_route(world, telling).items() if route in none_there}
    unseen = missed(asker, asked, dict.fromkeys(asked, seed))
    assert sorted(set(asked) - set(unseen)) == []
    prove_figure(f"routes on which a hole of {kind} is none", len(unseen))


def test_disabling_ignored(world, asker, monkeypatch):
    """A disabled account's session goes on opening pages."""
    by_route = cells_by_route(world, lambda cell: cell.role != "disabled")
    opens = {
        cell.path
        for asked in by_route.values()
        for cell in asked
        if cell.role == "office"
        and cell.method == "GET"
        and cell.status == 200
        and not cell.expected.route.startswith(ASK_AGAIN)
    }
    seeded = {
        route: [
            cell for cell in asked if cell.role == "disabled" and cell.status == 302 and cell.path in opens
        ]
        for route, asked in by_route.items()
    }
    seeded = {route: asked for route, asked in seeded.items() if asked}
    assert len(seeded) >= 30

    def ignored(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(
            "guandu.accounts.backends.AccountBackend.user_can_authenticate", lambda self, user: True
        )
        patch.setattr(User, "scopes_with", lambda self, permission: {"district": {""}})

    assert missed(asker, seeded, dict.fromkeys(seeded, ignored)) == []
