"""The database of the tests, migrated once a run and copied for each worker.

The migrations take longer than hundreds of tests; the copy is a file on SQLite and a template on PostgreSQL.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.plugins.environment import ROOT, WORKER


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    """In place of the fixture of this name that pytest-django has."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        if WORKER:
            _copied()
        else:
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(before, verbosity=0)


def _copied() -> None:
    from django.db import connection

    with _alone(ROOT / "database.lock"):
        creation, made = connection.creation, ROOT / "database.made"
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(ROOT / "test.sqlite3")
        if made.exists():
            connection.settings_dict["NAME"] = creation._get_test_db_name()
        else:
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            made.touch()
        # Nothing is copied from a database that somebody is connected to.
        connection.close()
        creation.clone_test_db(WORKER, verbosity=0, autoclobber=True)
        connection.settings_dict.update(creation.get_test_db_clone_settings(WORKER))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While no other worker of this run is."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
