"""trust.md B-10: whoever reads whatever, by GET, HEAD or OPTIONS, leaves every row as it was."""

from collections.abc import Sequence

import pytest
from django.db import transaction

from parks.models import Park
from parks.views import parks
from tests.permissions.addresses import addresses
from tests.permissions.matrix import routes
from tests.permissions.rows import LEFT_BY_READING, differing, digests, written
from tests.permissions.world import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PARTS = 2
# Django answers HEAD as GET, and OPTIONS by itself: a person who sees most of the pages, and one who sees few.
SOME = ("office", "audit_admin")


def read(world, role: str, method: str, path: str) -> set[str]:
    """The tables that were written to, beside those that a read may write."""
    with written() as found:
        response = world.answer(role, method, path)
        if response.streaming:
            b"".join(response.streaming_content)
    assert response.status_code < 500, f"{method} {path} breaks for {role}"
    return found - LEFT_BY_READING


@pytest.mark.parametrize("part", range(PARTS))
def test_no_read_changes_a_row(part, world, prove_figure):
    """By the statements; what everybody's GET writes, the matrix sees."""
    read_all(part, dict.fromkeys(("GET", "HEAD", "OPTIONS"), SOME), world, prove_figure)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_nor_does_one_by_anybody(part, world, prove_figure):
    read_all(part, dict.fromkeys(("GET", "HEAD", "OPTIONS"), ROLES), world, prove_figure)


def read_all(part: int, asking: dict[str, Sequence[str]], world, prove_figure) -> None:
    found = list(addresses(world))
    assert {route for route, _ in found} == routes()
    before, wrong, count = digests(LEFT_BY_READING), [], 0
    for route, path in found[part::PARTS]:
        for method, roles in asking.items():
            for role in roles:
                tables = read(world, role, method, path)
                count += 1
                if tables:
                    wrong.append(f"{method} {route} by {role}: {sorted(tables)}")
    assert wrong == []
    assert differing(before) == []
    prove_figure("安全方法：读取次数（路由 × 对象 × 人员 × 方法），未改动任何数据", count)


def test_a_read_that_writes_would_be_seen(world, monkeypatch):
    """A page that counts its readers in the register is found, by the statement and by the rows."""
    before = digests(LEFT_BY_READING)
    listed = parks.parks_on

    def counting(*arguments):
        Park.objects.update(note="看过")
        return listed(*arguments)

    monkeypatch.setattr(parks, "parks_on", counting)
    with transaction.atomic():
        assert read(world, "office", "GET", "/parks/") == {"parks_park"}
        assert differing(before) == ["parks_park"]
        transaction.set_rollback(True)
    assert differing(before) == []
