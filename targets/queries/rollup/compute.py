"""The arithmetic of one quarter's figures. No database, no clock; whole numbers only.

Filed values and register facts at parks → what each park's own rows give → sums over every scope → shares of the
district's numbers; in the fourth quarter the year's numbers beside them.
"""

from collections.abc import Collection

from targets.queries.rollup.book import Book
from targets.queries.rollup.inputs import Inputs
from targets.queries.rollup.rows import DISTRICT, PARK, SUMMED, Row
from targets.queries.rollup.sums import within_range
from targets.queries.rollup.year import year_rows

__all__ = ["Row", "compute", "scopes_with"]


def compute(inputs: Inputs, touched: frozenset[str] | None = None) -> list[Row]:
    """Every figure of the quarter at every scope, each key and period once. With `touched`, park codes, only the rows
    of those parks, of the scopes that contain one, and of the district."""
    book = Book(inputs)
    rows = within_range([*book.rows.values(), *year_rows(book)])
    if touched is None:
        return list(rows)
    scopes = scopes_with(inputs, touched)
    return [row for row in rows if (row.scope_kind, row.scope_code) in scopes]


def scopes_with(inputs: Inputs, parks: Collection[str]) -> set[tuple[str, str]]:
    """The parks, everything that they belong to on the period's last day, and the district: kinds and codes."""
    members = inputs.fact_members | inputs.members
    found = {(DISTRICT, "")} | {(PARK, code) for code in parks}
    for member in (members[code] for code in parks if code in members):
        found |= {(kind, getattr(member, column)) for kind, column in SUMMED.items()}
    return found
