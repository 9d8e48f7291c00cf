"""A crash at every SQL statement: nothing half done is ever seen, and going on leads to the same end."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from unittest.mock import patch

from django.db import connection

from guandu.core.digests import digest_of

MOST_STATEMENTS = 1500
# Where a process that writes files may die: before each of these.
FILE_STEPS = ((os, "mkdir"), (os, "open"), (os, "fsync"), (os, "replace"), (io, "open"))


class Crash(BaseException):
    """The process is gone: no handler of errors sees this."""


class CrashAt:
    """Raises in place of the n-th statement, before it reaches the database."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.seen = 0
        self.statement = ""

    def __call__(self, execute: Callable, sql: str, params, many: bool, context: dict):
        self.step(sql)
        return execute(sql, params, many, context)

    def step(self, what: str) -> None:
        self.seen += 1
        if self.seen == self.number:
            self.statement = what
            raise Crash(what[:80])

    @contextmanager
    def in_force(self, *, files: bool = False) -> Iterator[None]:
        """With `files`, what is done to files counts as well, in its place among the statements."""
        with ExitStack() as stack:
            for module, name in FILE_STEPS if files else ():
                stack.enter_context(patch.object(module, name, self._stepping(name, getattr(module, name))))
            stack.enter_context(connection.execute_wrapper(self))
            yield

    def _stepping(self, name: str, function: Callable) -> Callable:
        def run(*arguments, **options):
            self.step(f"{name} {arguments}")
            return function(*arguments, **options)

        return run


def crash_everywhere(
    step: Callable[[], object],
    *,
    written: Callable[[], object],
    allowed: list[object],
    repair: Callable[[], object] = lambda: None,
    files: bool = False,
) -> int:
    """Run `step` with a crash at statement 1, 2, 3 … until it ends without one; the number of crashes.

    After each crash what is `written`, seen by a fresh connection, is one of `allowed`; then `repair`
    makes ready for the next. Needs a test that commits (`transactional_db`).
    """
    for number in count(1):
        crash = CrashAt(number)
        try:
            with crash.in_force(files=files):
                step()
            return number - 1
        except Crash:
            connection.close()
            assert written() in allowed, f"half done after {crash.statement}"
            repair()
        assert number < MOST_STATEMENTS
    raise AssertionError


def as_text(row: tuple) -> str:
    """A row alike however often it is read: PostgreSQL hands bytes over as a view of memory."""
    return repr([bytes(each) if isinstance(each, memoryview) else each for each in row])


def everything() -> str:
    """A digest of every row of every table, for what must not have happened at all."""
    with connection.cursor() as cursor:
        rows = {}
        for name in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
            rows[name] = sorted(map(as_text, cursor.fetchall()))
    return digest_of(rows)


def crash_action(step: Callable[[], object], repair: Callable[[], object] = lambda: None) -> int:
    """Crash a step of one transaction at every statement: each time nothing at all has happened."""
    return crash_everywhere(step, written=everything, allowed=[everything()], repair=repair)


def tell(prove_figure: Callable[[str, int], None], crashes: int) -> None:
    """What a test found once it has ended well: every one of its `crashes` left an end state that is right."""
    prove_figure("crash points tried", crashes)
    prove_figure("crash points with a wrong end state", 0)
