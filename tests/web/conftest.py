"""The rows of the permission matrix, asked here for what every answer carries."""

import pytest

from tests.permissions.building import built

world = pytest.fixture(scope="module", name="world")(built)
