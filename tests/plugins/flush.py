"""Emptying the database between transactional tests, where guards refuse to empty it.

SQLite's flush is a DELETE a table and PostgreSQL's is TRUNCATE; the append-only guards stop both, so
for its length those that would are taken away.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from django.db.backends.sqlite3.base import DatabaseOperations as SqliteOperations

from guandu.audit.triggers import GUARDS as AUDIT_GUARDS
from guandu.core.triggers import create_all, drop_all
from guandu.files.triggers import GUARDS as FILE_GUARDS
from rating.triggers import GUARDS as RATING_GUARDS
from targets.triggers import GUARDS as TARGET_GUARDS
from targets.triggers_dictionary import DICTIONARY_GUARDS
from targets.triggers_evidence import GUARDS as EVIDENCE_GUARDS
from targets.triggers_history import GUARDS as HISTORY_GUARDS
from targets.triggers_matches import MATCH_GUARDS
from targets.triggers_meetings import GUARDS as MEETING_GUARDS
from targets.triggers_publication import GUARDS as PUBLICATION_GUARDS

GUARDS = (
    *AUDIT_GUARDS, *FILE_GUARDS, *TARGET_GUARDS, *DICTIONARY_GUARDS, *EVIDENCE_GUARDS, *MATCH_GUARDS, *HISTORY_GUARDS,
    *PUBLICATION_GUARDS, *MEETING_GUARDS, *RATING_GUARDS,
)  # fmt: skip


def _around_guards(operations: type[BaseDatabaseOperations], vendor: str) -> None:
    flush = operations.sql_flush
    guards = [guard for guard in GUARDS if vendor == "sqlite" or guard.event == "TRUNCATE"]

    def sql_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False) -> list[str]:
        statements = flush(
            self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade
        )
        if not statements:
            return statements
        away = [sql for guard in guards for sql in guard.drop(vendor)]
        back = [sql for guard in guards for sql in guard.create(vendor)]
        return [*away, *statements, *back]

    operations.sql_flush = sql_flush


def install() -> None:
    _around_guards(SqliteOperations, "sqlite")
    _around_guards(PostgresOperations, "postgresql")


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
