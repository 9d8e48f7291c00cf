"""Does the matrix see holes? One is made at a time, and the matrix must turn red on every route behind it."""

from collections.abc import Iterable

import pytest

from guandu.accounts.models import User
from guandu.accounts.querysets import ScopedQuerySet
from guandu.exchange.querysets import UploadQuerySet
from guandu.jobs.models import JobQuerySet
from tests.permissions.matrix import Cell, ask, cells, expectations, table
from tests.permissions.world import SCOPED

pytestmark = pytest.mark.django_db

# Lists answer 200 to everybody who may open them: only their content shows the hole.
LISTS = (
    "api/v1/parks/", "api/v1/figures/", "api/v1/assessments/", "api/v1/returns/", "returns/", "rating/", "projects/",
    "parks/", "dashboard/", "jobs/", "", "enterprises/", "api/v1/enterprises/", "enterprises/claims/",
    "enterprises/findings/", "enterprises/outside/<kind>/", "spaces/", "tenancies/claimed-twice/",
)  # fmt: skip


def first_of_each(found: Iterable[Cell], wanted) -> list[Cell]:
    """One cell per route and method, the first that `wanted` takes."""
    chosen: dict[tuple[str, str], Cell] = {}
    for cell in found:
        if wanted(cell):
            chosen.setdefault((cell.route, cell.method), cell)
    return list(chosen.values())


def not_caught(seeded: list[Cell], world) -> list[str]:
    return [f"{cell.method} {cell.route}" for cell in seeded if not ask([cell], world)]


def business() -> list:
    return [each for each in expectations().values() if not each.route.startswith("admin/")]


def test_scope_widened(world, monkeypatch):
    """`visible_to` gives everything: others' objects open, lists show canaries."""
    hidden = first_of_each(
        cells(business(), world),
        lambda c: c.method == "GET" and c.role in SCOPED and c.case == "other" and c.status == 404,
    )
    shown = first_of_each(
        cells(business(), world),
        lambda c: c.route in LISTS and c.method == "GET" and c.role in SCOPED and c.status == 200,
    )
    seeded = hidden + shown
    assert len(hidden) >= 8
    assert len(shown) == len(LISTS)
    assert ask(seeded, world) == [], table(ask(seeded, world))
    for spine in (ScopedQuerySet, JobQuerySet, UploadQuerySet):
        monkeypatch.setattr(spine, "visible_to", lambda self, actor, permission=None: self.all())
    assert not_caught(seeded, world) == []


def test_permission_dropped(world, monkeypatch):
    """Everybody holds every permission over the district: what was refused with 403 is answered."""
    asked = list(cells(expectations().values(), world))
    opens = {(c.method, c.path) for c in asked if c.status in {200, 405, 422}}
    seeded = first_of_each(
        asked, lambda c: c.role == "audit_admin" and c.status == 403 and (c.method, c.path) in opens
    )
    assert len(seeded) >= 80
    assert ask(seeded, world) == [], table(ask(seeded, world))
    monkeypatch.setattr(User, "scopes_with", lambda self, permission: {"district": {""}})
    assert not_caught(seeded, world) == []


def test_disabling_ignored(world, monkeypatch):
    """A disabled account's session goes on opening pages. (The API asks for an active account itself.)"""
    asked = [cell for cell in cells(business(), world) if cell.method == "GET" and cell.path[:5] != "/api/"]
    opens = {cell.path for cell in asked if cell.role == "office" and cell.status == 200}
    seeded = first_of_each(asked, lambda c: c.role == "disabled" and c.status == 302 and c.path in opens)
    assert len(seeded) >= 8
    monkeypatch.setattr(
        "guandu.accounts.backends.AccountBackend.user_can_authenticate", lambda self, user: True
    )
    monkeypatch.setattr(User, "scopes_with", lambda self, permission: {"district": {""}})
    assert not_caught(seeded, world) == []
