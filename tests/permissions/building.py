"""The rows of the matrix, and anchors of their own, for as long as a fixture holds them."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

from tests.permissions.seeds import build
from tests.permissions.world import World


def built(
    django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The body of a fixture of any scope; what was made is rolled back at its end."""
    folder = tmp_path_factory.mktemp("anchors")
    with override_settings(AUDIT_ANCHOR_DIR=folder), django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
