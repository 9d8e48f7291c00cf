"""Rules that the database itself keeps, in the two dialects we run on.

A room declares its guards in `triggers.py`, creates them in one migration and hands them to
`keep_through_migrations`: SQLite rebuilds a table to alter it, which loses the table's triggers and
stumbles over those that name it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.apps import AppConfig
from django.db import connections
from django.db.migrations import RunPython
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True)
class Guard:
    """Refuse `event` (INSERT, UPDATE, DELETE) on a row of `table` where `condition` holds; or TRUNCATE
    of the table, which SQLite does not know.

    `condition` is SQL over OLD and NEW that both dialects read, or one for each by its name. The
    refusal is an IntegrityError that carries `sentence`.
    """

    name: str
    table: str
    event: str
    sentence: str
    condition: str | Mapping[str, str] = "1 = 1"

    def stands_in(self, vendor: str) -> bool:
        return vendor != "sqlite" or self.event != "TRUNCATE"

    def rule(self, vendor: str) -> str:
        """What the database has to keep of this guard, as it keeps it."""
        condition = self.condition if isinstance(self.condition, str) else self.condition[vendor]
        sentence = self.sentence.replace("'", "''")
        if vendor == "sqlite":
            return f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        row = "OLD" if self.event == "DELETE" else "NEW"
        return (
            f"BEGIN IF {condition} THEN RAISE EXCEPTION USING MESSAGE = '{sentence}', "
            f"ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END"
        )

    def create(self, vendor: str) -> list[str]:
        if not self.stands_in(vendor):
            return []
        if vendor == "sqlite":
            return [
                f'CREATE TRIGGER IF NOT EXISTS "{self.name}" BEFORE {self.event} ON "{self.table}" '
                f"FOR EACH ROW {self.rule(vendor)}"
            ]
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return [
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql '
            f"AS $guard$ {self.rule(vendor)} $guard$",
            f'DROP TRIGGER IF EXISTS "{self.name}" ON "{self.table}"',
            f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" '
            f'FOR EACH {each} EXECUTE FUNCTION "{self.name}"()',
        ]

    def drop(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [f'DROP TRIGGER IF EXISTS "{self.name}"']
        return [
            f'DROP TRIGGER IF EXISTS "{self.name}" ON "{self.table}"',
            f'DROP FUNCTION IF EXISTS "{self.name}"()',
        ]


def create_all(guards: Iterable[Guard], connection) -> None:
    _execute([sql for guard in guards for sql in guard.create(connection.vendor)], connection)


def drop_all(guards: Iterable[Guard], connection) -> None:
    _execute([sql for guard in guards for sql in guard.drop(connection.vendor)], connection)


def installed(connection) -> set[str]:
    """Names of the triggers that the database has."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def missing(guards: Iterable[Guard], connection) -> list[str]:
    """Names of the guards that the database has not, has switched off, or has with another rule."""
    vendor = connection.vendor
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        if vendor == "sqlite"
        else "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
        "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        rules = dict(cursor.fetchall())
    wanted = [guard for guard in guards if guard.stands_in(vendor)]
    return [guard.name for guard in wanted if not rules.get(guard.name, "").strip().endswith(guard.rule(vendor))]


def in_migration(guards: Sequence[Guard]) -> RunPython:
    """The migration step that creates `guards`, and drops them when it is reversed.

    On SQLite a later step of the same run may rebuild a table that they name, which fails while they
    stand: there `keep_through_migrations` creates them when the run is over.
    """

    def create(apps, editor) -> None:
        if editor.connection.vendor != "sqlite":
            create_all(guards, editor.connection)

    return RunPython(
        create,
        lambda apps, editor: drop_all(guards, editor.connection),
    )


def keep_through_migrations(app: AppConfig, migration: str, guards: Sequence[Guard]) -> None:
    """On SQLite, take the guards of `app` away before tables change. On both, put them back afterwards,
    as far as `migration`, which created them, is applied: as the code has them now."""

    def take_away(sender, using, plan=(), **kwargs) -> None:
        if plan and connections[using].vendor == "sqlite":
            drop_all(guards, connections[using])

    def put_back(sender, using, **kwargs) -> None:
        connection = connections[using]
        applied = MigrationRecorder(connection).applied_migrations()
        if (app.label, migration) in applied:
            create_all(guards, connection)

    pre_migrate.connect(take_away, sender=app, weak=False, dispatch_uid=f"{app.label}.{migration}.away")
    post_migrate.connect(put_back, sender=app, weak=False, dispatch_uid=f"{app.label}.{migration}.back")


def _execute(statements: Iterable[str], connection) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
