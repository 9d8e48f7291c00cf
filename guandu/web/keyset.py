"""Pages of a long list by key: no counting, no skipping, as fast at the end as at the start."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

SIZE = 50
# Up to here a list is counted; beyond it says 超过.
COUNTED = 1000
LARGEST_PK = 2**63 - 1


@dataclass(frozen=True)
class KeyPage:
    """`next` and `previous` are cursors, "" where there is nothing more."""

    rows: list
    next: str = ""
    previous: str = ""


@dataclass(frozen=True)
class BoundedCount:
    number: int
    is_more: bool

    def __str__(self) -> str:
        return f"超过 {self.number:,}" if self.is_more else f"{self.number:,}"


def bounded_count(rows: QuerySet, most: int = COUNTED) -> BoundedCount:
    found = rows.order_by()[: most + 1].count()
    return BoundedCount(min(found, most), found > most)


def counted(page: KeyPage, rows: QuerySet) -> BoundedCount:
    """How many rows there are; a page that holds them all has counted them."""
    is_whole = not page.next and not page.previous
    return BoundedCount(len(page.rows), False) if is_whole else bounded_count(rows)


def key_page(rows: QuerySet, cursor: str = "", *, field: str = "name", size: int = SIZE) -> KeyPage:
    """The page of `rows` at `cursor`, ordered by `field` and then pk. A cursor that is none of ours
    leads to the start."""
    place = _read(cursor)
    if place is None:
        found = list(rows.order_by(field, "pk")[: size + 1])
        return KeyPage(found[:size], _cursor(True, found[size - 1], field) if len(found) > size else "")
    is_forward, value, pk = place
    found = list(_beyond(rows, field, is_forward, value, pk)[: size + 1])
    is_more, found = len(found) > size, found[:size]
    if is_forward:
        first = _cursor(False, found[0], field) if found else _write(False, value, pk + 1)
        return KeyPage(found, _cursor(True, found[-1], field) if is_more else "", first)
    found.reverse()
    if not found:
        return key_page(rows, field=field, size=size)
    return KeyPage(found, _cursor(True, found[-1], field), _cursor(False, found[0], field) if is_more else "")


def chunks(rows: QuerySet, *, field: str = "name", size: int = 1000) -> Iterator[list]:
    """All of `rows` in order, page after page."""
    page = key_page(rows, field=field, size=size)
    while page.rows:
        yield page.rows
        if not page.next:
            return
        page = key_page(rows, page.next, field=field, size=size)


def _beyond(rows: QuerySet, field: str, is_forward: bool, value: Any, pk: int) -> QuerySet:
    if is_forward:
        after = rows.filter(**{f"{field}__gte": value}).exclude(**{field: value, "pk__lte": pk})
        return after.order_by(field, "pk")
    before = rows.filter(**{f"{field}__lte": value}).exclude(**{field: value, "pk__gte": pk})
    return before.order_by(f"-{field}", "-pk")


def _cursor(is_forward: bool, row: Any, field: str) -> str:
    return _write(is_forward, getattr(row, field), row.pk)


def _write(is_forward: bool, value: str, pk: int) -> str:
    text = json.dumps([is_forward, value, pk], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[bool, str, int] | None:
    try:
        found = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or [type(each) for each in found] != [bool, str, int]:
        return None
    is_forward, value, pk = found
    return (is_forward, value, pk) if "\x00" not in value and 0 <= pk < LARGEST_PK else None
