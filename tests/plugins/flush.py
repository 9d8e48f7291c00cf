"""Emptying the database between transactional tests, where guards refuse to empty it.

SQLite's flush is a DELETE a table, which the append-only guards stop; so for its length they are
taken away. PostgreSQL's flush is TRUNCATE, which no row trigger sees.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.sqlite3.base import DatabaseOperations

from guandu.audit.triggers import GUARDS as AUDIT_GUARDS
from guandu.core.triggers import create_all, drop_all
from targets.triggers import GUARDS as TARGET_GUARDS

GUARDS = (*AUDIT_GUARDS, *TARGET_GUARDS)
_flush = DatabaseOperations.sql_flush


def sql_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False) -> list[str]:
    statements = _flush(self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
    if not statements:
        return statements
    away = [sql for guard in GUARDS for sql in guard.drop("sqlite")]
    back = [sql for guard in GUARDS for sql in guard.create("sqlite")]
    return [*away, *statements, *back]


def install() -> None:
    DatabaseOperations.sql_flush = sql_flush


@contextmanager
def without_guards() -> Iterator[None]:
    """For a test that plays a tampered database: write around the guards, which stand again after."""
    _settle_constraints()
    drop_all(GUARDS, connection)
    yield
    _settle_constraints()
    create_all(GUARDS, connection)


def _settle_constraints() -> None:
    """PostgreSQL alters no table that has checks of foreign keys waiting for the commit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
