import logging
from pathlib import Path

import pytest

from tests.permissions.asking import Asker
from tests.permissions.building import built
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


# Once a worker for the whole folder.
world = pytest.fixture(scope="package", name="world")(built)


@pytest.fixture(scope="module")
def asker(world: World) -> Asker:
    """One a file: it keeps forms of pages, and a file may have sown holes in them."""
    return Asker(world)
