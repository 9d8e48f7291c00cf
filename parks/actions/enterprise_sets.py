"""Thousands of firms at once: laid into a table of the connection, compared there, stored from there.

The caller has checked every cell; what the register itself has to say (known codes, codes taken) is
asked here. Writing records a change for every firm and tenancy, as entering them one by one does.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import CharField, Model

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, changed
from guandu.audit.changes import Change, difference, snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.bulk_rows import put
from parks.models import Enterprise, EnterpriseName, Park, Tenancy

STAGE = "firms_laid_out"
# What a file says of a firm.
FIELDS = (
    "code", "name", "credit_code", "credit_code_state", "kind", "head_office", "industry", "is_service_body",
    "registered_street", "registered_address", "operating_street", "operating_address", "established_on",
    "closed_on", "note",
)  # fmt: skip
COLUMNS = tuple(Enterprise._meta.get_field(name).column for name in FIELDS)
# What a new firm has besides.
OWN = {"loaded_digest": "", "merged_into": None, "merged_on": None, "is_demo": False, "version": 1}
_FIRMS = Enterprise._meta.db_table


@dataclass(frozen=True)
class Firms:
    """Firms column by column, in the register's own values (keys of other rows, `date`, `bool`); the park
    that each enters and the day, None where it enters none. `code` is empty where the file leaves it open."""

    columns: dict[str, Sequence[Any]]
    parks: Sequence[Park | None]
    days: Sequence[date | None]

    def __len__(self) -> int:
        return len(self.parks)


@dataclass(frozen=True)
class Laid:
    """What the register knows of the firms by their places: `known` → key of the firm that it is,
    `taken` the places whose codes are somebody else's or stand twice, `differing` known ones that differ."""

    known: dict[int, int]
    taken: set[int]
    differing: set[int]


def lay_out(firms: Firms, prefix: str) -> Laid:
    """Put the firms beside the register. A firm without a code is known by its credit code; a new one is
    called `prefix` and its credit code."""
    _make_stage()
    put(STAGE, ("place", *COLUMNS), [range(len(firms)), *(firms.columns[name] for name in FIELDS)])
    _run(f"UPDATE {STAGE} SET found = e.id FROM {_FIRMS} e WHERE {STAGE}.code <> '' AND e.code = {STAGE}.code")
    _run(
        f"UPDATE {STAGE} SET found = e.id, code = e.code FROM {_FIRMS} e "
        f"WHERE {STAGE}.code = '' AND e.credit_code <> '' AND e.credit_code = {STAGE}.credit_code"
    )
    _run(f"UPDATE {STAGE} SET code = %s || credit_code WHERE code = '' AND credit_code <> ''", prefix)
    known = dict(_run(f"SELECT place, found FROM {STAGE} WHERE found IS NOT NULL"))
    return Laid(known, {row[0] for row in _taken()}, {row[0] for row in _differing()} if known else set())


@action("enterprise.import")
def store(*, firms: Firms, new: Sequence[int], changes: Sequence[tuple[Enterprise, Enterprise]], by: Actor) -> None:
    """Store the laid-out firms of the places `new` with their tenancies, and each firm of `changes` (as it
    was, as the file has it). Raises NotAllowed."""
    require(by, Permission.PARK_EDIT, to="登记企业")
    _enter(firms, new)
    _change(changes)


def drop() -> None:
    _run(f"DROP TABLE IF EXISTS {STAGE}")


def _make_stage() -> None:
    drop()
    kinds = [f"{field.column} {_kind(field)}" for field in map(Enterprise._meta.get_field, FIELDS)]
    _run(f"CREATE TEMPORARY TABLE {STAGE} (place integer PRIMARY KEY, found bigint, {', '.join(kinds)})")


def _kind(field) -> str:
    """Texts of any length: what is too long for the register is laid out as well and told by its row."""
    return "text" if isinstance(field, CharField) else field.db_type(connection)


def _taken() -> Iterator[tuple[int]]:
    """New firms whose code the register has; firms whose credit code another has; whatever stands twice."""
    yield from _run(
        f"SELECT place FROM {STAGE} s JOIN {_FIRMS} e ON e.code = s.code AND (s.found IS NULL OR s.found <> e.id)"
    )
    yield from _run(
        f"SELECT place FROM {STAGE} s JOIN {_FIRMS} e ON s.credit_code <> '' AND e.credit_code = s.credit_code "
        "WHERE s.found IS NULL OR s.found <> e.id"
    )
    for column in ("code", "credit_code"):
        yield from _run(
            f"SELECT place FROM {STAGE} WHERE {column} <> '' AND {column} IN "
            f"(SELECT {column} FROM {STAGE} GROUP BY {column} HAVING count(*) > 1)"
        )


def _differing() -> Iterator[tuple[int]]:
    differ = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    unlike = " OR ".join(f"e.{column} {differ} s.{column}" for column in COLUMNS)
    yield from _run(f"SELECT place FROM {STAGE} s JOIN {_FIRMS} e ON e.id = s.found WHERE {unlike}")


def _enter(firms: Firms, places: Sequence[int]) -> None:
    if not places:
        return
    named = dict(_run(f"SELECT place, code FROM {STAGE} WHERE found IS NULL"))
    own = {Enterprise._meta.get_field(name).column: value for name, value in OWN.items()}
    _mark(places)
    _run(
        f"INSERT INTO {_FIRMS} ({', '.join((*COLUMNS, *own))}) "
        f"SELECT {', '.join((*COLUMNS, *['%s'] * len(own)))} FROM {STAGE} WHERE found = 0 ORDER BY place",
        *own.values(),
    )
    keys = dict(_run(f"SELECT s.place, e.id FROM {STAGE} s JOIN {_FIRMS} e ON e.code = s.code WHERE s.found = 0"))
    columns = [firms.columns[name] for name in FIELDS]
    changed(_new_firm(named[place], [column[place] for column in columns]) for place in places)
    _name(firms, places, keys)
    _settle(firms, [place for place in places if firms.parks[place] is not None], keys)


def _mark(places: Collection[int]) -> None:
    """Those of the laid-out firms that are entered; 0 is no firm's key."""
    if len(places) == _run(f"SELECT count(*) FROM {STAGE} WHERE found IS NULL")[0][0]:
        _run(f"UPDATE {STAGE} SET found = 0 WHERE found IS NULL")
        return
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {STAGE} SET found = 0 WHERE place = %s", [(place,) for place in places])


def _new_firm(code: str, values: Sequence[Any]) -> Change:
    after = {name: str(value) if isinstance(value, date) else value for name, value in zip(FIELDS, values, strict=True)}
    return Change("parks.enterprise", code, after["name"][:200], None, {**after, "code": code, **OWN})


def _name(firms: Firms, places: Sequence[int], keys: dict[int, int]) -> None:
    """The first names of the new firms, in force from their founding or from today."""
    said, today = firms.columns, clock.today()
    values = {
        "enterprise": [keys[place] for place in places],
        "name": [said["name"][place] for place in places],
        "credit_code": [said["credit_code"][place] for place in places],
        "valid_from": [said["established_on"][place] or today for place in places],
        "valid_to": [None] * len(places),
        "document": [""] * len(places),
    }
    names = map("{}（{} 起）".format, values["name"], values["valid_from"])
    _put_beside(EnterpriseName, values, list(names))


def _settle(firms: Firms, places: Sequence[int], keys: dict[int, int]) -> None:
    """The tenancies of the new firms."""
    values = {
        "enterprise": [keys[place] for place in places],
        "park": [firms.parks[place].pk for place in places],
        "valid_from": [firms.days[place] for place in places],
        "valid_to": [None] * len(places),
        "in_leading_industry": [None] * len(places),
        "leaving_reason": [""] * len(places),
    }
    names = [f"{firms.columns['name'][place]} · {firms.parks[place]}" for place in places]
    _put_beside(Tenancy, values, names)


def _put_beside(model: type[Model], values: dict[str, list[Any]], names: Sequence[str]) -> None:
    """Store and record rows of `model`, of which each new firm has one at most."""
    if not names:
        return
    table, label = model._meta.db_table, model._meta.label_lower
    last = _run(f"SELECT coalesce(max(id), 0) FROM {table}")[0][0]
    put(table, [model._meta.get_field(name).column for name in values], list(values.values()))
    key_of = dict(_run(f"SELECT enterprise_id, id FROM {table} WHERE id > %s", last))
    days = [[str(day) for day in values["valid_from"]] if name == "valid_from" else column for name, column in values.items()]
    changed(
        Change(label, str(key_of[row[0]]), name[:200], None, dict(zip(values, row, strict=True)))
        for name, row in zip(names, zip(*days, strict=True), strict=True)
    )


def _change(changes: Sequence[tuple[Enterprise, Enterprise]]) -> None:
    if not changes:
        return
    for before, after in changes:
        after.version = before.version + 1
    rows = [after for _, after in changes]
    _make_stage()
    values = [[getattr(row, name) for row in rows] for name in map(_attribute, FIELDS)]
    put(STAGE, ("place", "found", *COLUMNS), [range(len(rows)), [row.pk for row in rows], *values])
    said = ", ".join(f"{column} = s.{column}" for column in COLUMNS)
    _run(f"UPDATE {_FIRMS} SET {said}, version = {_FIRMS}.version + 1 FROM {STAGE} s WHERE {_FIRMS}.id = s.found")
    found = (difference(after, snapshot(before)) for before, after in changes)
    changed(change for change in found if change)


def _attribute(name: str) -> str:
    return Enterprise._meta.get_field(name).attname


def _run(statement: str, *values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
