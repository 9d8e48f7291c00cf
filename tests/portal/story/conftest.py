"""The demonstration's story: seeded once for all tests of this folder, read by each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings

from tests.portal.seeded import seed_story

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.xdist_group("seeded-story"))


@pytest.fixture(scope="package", autouse=True)
def said(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    """What the commands said. One transaction around all tests of this folder, rolled back at the end."""
    with django_db_blocker.unblock(), override_settings(VAR_DIR=tmp_path_factory.mktemp("var")):
        around = transaction.atomic()
        # The tests' own transactions stand inside this one, as the framework's do inside a class's.
        around._from_testcase = True
        with around:
            yield seed_story()
            transaction.set_rollback(True)
