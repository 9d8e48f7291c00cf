"""Many rows into a table at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Sequence
from io import StringIO
from typing import Any

from django.db import connection

# What COPY reads as more than itself.
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
NOTHING = "\\N"


def put(table: str, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    """Add rows given column by column. Values are texts, numbers, days, flags and None; no hook or default
    of a model is asked."""
    if not values or not values[0]:
        return
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = "\n".join(map("\t".join, zip(*map(_copied, values), strict=True)))
            target = f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN"
            cursor.copy_expert(target, StringIO(lines))
        else:
            marks = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO {connection.ops.quote_name(table)} ({names}) VALUES ({marks})"  # noqa: S608 - quoted names
            cursor.executemany(statement, list(zip(*values, strict=True)))


def _copied(column: Sequence[Any]) -> list[str]:
    """A column's values as COPY reads them. Few values of a column need escaping, so all are looked at at once."""
    texts = [NOTHING if value is None else value if type(value) is str else str(value) for value in column]
    together = "".join(texts)
    if together.count("\\") == texts.count(NOTHING) and not any(mark in together for mark in "\t\n\r"):
        return texts
    escapes = str.maketrans(_ESCAPES)
    return [NOTHING if value is None else str(value).translate(escapes) for value in column]
