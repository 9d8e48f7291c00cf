import logging

import pytest
from django.db import transaction

from tests.permissions.world import World, build


@pytest.fixture(autouse=True)
def _only_failures_in_the_log(caplog):
    """Thousands of expected refusals would hide the one traceback that matters."""
    caplog.set_level(logging.ERROR, logger="django.request")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> World:
    """The rows of the matrix, made once a module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build()
        made.sessions  # noqa: B018  # sessions must stand before the first cell is rolled back
        yield made
        transaction.set_rollback(True)
