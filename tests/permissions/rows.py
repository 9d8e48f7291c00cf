"""What the database holds, table by table, and who writes to it: for tests that nothing was changed."""

import re
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection

from guandu.core.digests import digest_of
from tests.crash import as_text

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
# What a read may leave behind: a refusal in the trail, and when the person was last here.
LEFT_BY_READING = frozenset(TRAIL | SESSIONS)
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
        return digest_of(sorted(map(as_text, cursor.fetchall())))


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


# Never twice the same, whatever was sent: salted hashes, encrypted secrets, messages that name a new job.
VOLATILE = {
    "accounts_user": {"password"},
    "accounts_passwordrecord": {"password"},
    "mfa_authenticator": {"data"},
    "jobs_outboxmessage": {"payload"},
    "parks_contact": {"phone_sealed"},
    "parks_servicerequest": {"phone_sealed"},
    "targets_firmsheet": {"link_digest"},
}


class Contents:
    """Rows of the business tables, comparable between two runs from one beginning: what is new since
    then has no key of its own."""

    def __init__(self) -> None:
        left_out = {*TRAIL, *SESSIONS, *LOCKOUT}
        models = apps.get_models(include_auto_created=True)
        self.models = [each for each in models if each._meta.managed and each._meta.db_table not in left_out]
        self.known = {each: set(each._base_manager.values_list("pk", flat=True)) for each in self.models}

    def now(self, tables: Container[str]) -> dict[str, list[str]]:
        """Table → its rows, of the tables named."""
        asked = [each for each in self.models if each._meta.db_table in tables]
        return {each._meta.db_table: sorted(map(repr, self._rows(each))) for each in asked}

    def _rows(self, model) -> list[dict]:
        fields = [
            f for f in model._meta.concrete_fields if f.attname not in VOLATILE.get(model._meta.db_table, ())
        ]
        rows = model._base_manager.values_list(*(field.attname for field in fields))
        return [
            {f.attname: self._named(f, value) for f, value in zip(fields, row, strict=True)} for row in rows
        ]

    def _named(self, field, value):
        if isinstance(value, memoryview):
            return bytes(value)
        of = field.model if field.primary_key else field.related_model if field.is_relation else None
        return "new" if of in self.known and value is not None and value not in self.known[of] else value
