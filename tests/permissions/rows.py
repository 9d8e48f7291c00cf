"""What the database holds, table by table, and who writes to it: for tests that nothing was changed."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

from guandu.core.digests import digest_of

# Tables that a request may write though it changes no business, and why.
TRAIL = {
    "audit_auditevent": "the trail itself: a refusal is recorded",
    "audit_auditchange": "the trail itself",
    "audit_audithead": "the trail's end",
}
SESSIONS = {
    "django_session": "when the person was last here",
    "usersessions_usersession": "the same, in the person's own list",
}
LOCKOUT = {
    "axes_accessattempt": "failed sign-ins are counted",
    "axes_accesslog": "sign-ins are counted",
    "axes_accessfailurelog": "failed sign-ins are counted",
}
_WRITE = re.compile(
    r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|TRUNCATE(?: TABLE)?|REPLACE INTO)\s+"?(\w+)', re.I
)


def tables() -> list[str]:
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


def digests(leaving_out: Iterable[str] = ()) -> dict[str, str]:
    """A digest of the rows of each table."""
    skipped = set(leaving_out)
    return {name: _digest(name) for name in tables() if name not in skipped}


def _digest(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
        return digest_of(sorted(map(repr, cursor.fetchall())))


def differing(before: dict[str, str]) -> list[str]:
    """The tables of `before` that hold something else now."""
    return [table for table, digest in before.items() if _digest(table) != digest]


@contextmanager
def written() -> Iterator[set[str]]:
    """The tables that statements were sent to which write, whatever became of them."""
    found: set[str] = set()

    def watch(execute, sql, params, many, context):
        match = _WRITE.match(sql)
        if match:
            found.add(match[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found
