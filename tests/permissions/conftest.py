import logging
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings

from tests.permissions.asking import Asker
from tests.permissions.seeds import build
from tests.permissions.world import World

HERE = Path(__file__).parent
# Long enough to be shared between workers, each with a world of its own.
SHARED = {"test_matrix", "test_mass_assignment", "test_every_write_is_recorded", "test_bad_input", "test_forged_requests"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything else stays together, so that its world is built once."""
    for item in items:
        if item.path.parent == HERE and item.path.stem not in SHARED:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(autouse=True)
def _only_failures_in_the_log(caplog):
    """Thousands of expected refusals would hide the one traceback that matters."""
    caplog.set_level(logging.ERROR, logger="django.request")


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The rows of the matrix, and anchors of their own, made once for the tests of this folder that a worker runs, and rolled back after them."""
    folder = tmp_path_factory.mktemp("anchors")
    with override_settings(AUDIT_ANCHOR_DIR=folder), django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def asker(world: World) -> Asker:
    return Asker(world)
