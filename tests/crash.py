"""A crash at every SQL statement: nothing half done is ever seen, and going on leads to the same end."""

from collections.abc import Callable
from itertools import count

from django.db import connection

from guandu.core.digests import digest_of

MOST_STATEMENTS = 1500


class Crash(BaseException):
    """The process is gone: no handler of errors sees this."""


class CrashAt:
    """Raises in place of the n-th statement, before it reaches the database."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.seen = 0
        self.statement = ""

    def __call__(self, execute: Callable, sql: str, params, many: bool, context: dict):
        self.seen += 1
        if self.seen == self.number:
            self.statement = sql
            raise Crash(sql[:80])
        return execute(sql, params, many, context)


def crash_everywhere(
    step: Callable[[], object],
    *,
    written: Callable[[], object],
    allowed: list[object],
    repair: Callable[[], object] = lambda: None,
) -> int:
    """Run `step` with a crash at statement 1, 2, 3 … until it ends without one; the number of crashes.

    After each crash what is `written`, seen by a fresh connection, is one of `allowed`; then `repair`
    makes ready for the next. Needs a test that commits (`transactional_db`).
    """
    for number in count(1):
        crash = CrashAt(number)
        try:
            with connection.execute_wrapper(crash):
                step()
            return number - 1
        except Crash:
            connection.close()
            assert written() in allowed, f"half done after {crash.statement}"
            repair()
        assert number < MOST_STATEMENTS
    raise AssertionError


def everything() -> str:
    """A digest of every row of every table, for what must not have happened at all."""
    with connection.cursor() as cursor:
        rows = {}
        for name in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
            rows[name] = sorted(map(repr, cursor.fetchall()))
    return digest_of(rows)


def crash_action(step: Callable[[], object], repair: Callable[[], object] = lambda: None) -> int:
    """Crash a step of one transaction at every statement: each time nothing at all has happened."""
    return crash_everywhere(step, written=everything, allowed=[everything()], repair=repair)
