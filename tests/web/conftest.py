"""The rows of the permission matrix, asked here for what every answer carries."""

from tests.permissions.conftest import world as world
