"""What anybody is shown while the lookup of rights fails: nothing."""

import pytest

from guandu.accounts.models import User
from tests.permissions.matrix import expectations, paths
from tests.permissions.world import ANONYMOUS, World
from tests.web.test_fail_closed import failing, rows

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ASKING = ("office", "security_admin", "api_client")


def test_without_rights_an_answer_is_a_failure_or_what_a_stranger_gets(
    world: World, monkeypatch, prove_figure
):
    world.sessions  # noqa: B018  # made while rights can be asked for
    monkeypatch.setattr(User, "grants_today", failing)
    before, wrong, statuses, count = rows(), [], set(), 0
    for each in expectations().values():
        for address in set(paths(each, world).values()):
            stranger = world.answer(ANONYMOUS, "GET", address)
            for role in ASKING:
                answer = world.answer(role, "GET", address)
                statuses.add(answer.status_code)
                count += 1
                if answer.status_code < 400 and (answer.status_code, answer.content) != (
                    stranger.status_code,
                    stranger.content,
                ):
                    wrong.append(f"{role} {address}: {answer.status_code} {answer.get('Location', '')}")
    assert wrong == []
    assert 503 in statuses
    assert rows() == before
    prove_figure("reads that failed closed without rights", count)
